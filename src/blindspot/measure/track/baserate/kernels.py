"""The compiled loop of the base rate; tests compare it with the hypergeometric law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.model import Ints


@numba.njit(cache=True, nogil=True)
def counted(table: NDArray[np.bool_], rows: Ints, chosen: Ints) -> NDArray[np.float64]:
    """How often each day visits exactly k of the places drawn, (rows, n + 1)."""
    n = chosen.shape[1]
    out = np.zeros((rows.size, n + 1))
    for r in range(rows.size):
        line = table[rows[r]]
        for d in range(chosen.shape[0]):
            k = 0
            for j in range(n):
                k += line[chosen[d, j]]
            out[r, k] += 1.0
    return out
