"""How are the draws spread evenly? Scrambled Sobol points, reproducible, and stable where a number is added at the end.

    x_n = XOR over the set bits k of n of v_k        (Sobol 1967; direction numbers v: Joe & Kuo 2008, dimensions 1-512)
    v'  = L v, then x XOR s, with a random lower triangular binary L and a random s per dimension (Matousek 1998)

More than 512 dimensions are padded block by block with points in a random order: Latin supercube sampling (Owen 1998).
`scipy.stats.qmc` draws the same net; its import alone takes longer than the weighing of a case, so only the tests use it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 16


@cache
def _directions() -> NDArray[np.uint16]:
    with (files("blindspot.weigh") / "directions.npy").open("rb") as file:
        numbers: NDArray[np.uint16] = np.load(file)
    return numbers


def points(directions: NDArray[np.uint16], rows: int) -> NDArray[np.uint16]:
    """The first `rows` (a power of two, at most 2**16) points of a net, (dimensions, rows) in units of 2**-16."""
    x = np.zeros((len(directions), rows), np.uint16)
    for k in range(rows.bit_length() - 1):
        x[:, 2**k : 2 ** (k + 1)] = x[:, : 2**k] ^ directions[:, k : k + 1]
    return x


@lru_cache(4)  # the app asks for the same points at every move of a handle
def sobol(dimensions: int, rows: int, seed: int) -> NDArray[np.float64]:
    """Scrambled points in 0-1, (dimensions, rows), not to be written to."""
    block = len(_directions())
    out = np.empty((dimensions, rows))
    for start in range(0, dimensions, block):
        random = np.random.default_rng([seed, start])
        x = points(_scrambled(_directions(), random), rows) ^ random.integers(2**BITS, size=(block, 1), dtype=np.uint16)
        if start:
            x = x[:, random.permutation(rows)]
        stop = min(dimensions, start + block)
        out[start:stop] = ((x + random.random((block, rows))) / 2**BITS)[: stop - start]
    out.setflags(write=False)
    return out


def _scrambled(directions: NDArray[np.uint16], random: np.random.Generator) -> NDArray[np.uint16]:
    """L v per dimension: digit i of the product is the parity of row i of L with v; digits are counted from the top."""
    count = len(directions)
    lower = np.tril(random.integers(2, size=(count, BITS, BITS), dtype=np.uint16), -1) | np.eye(BITS, dtype=np.uint16)
    top = np.arange(BITS - 1, -1, -1)
    digits = (directions[:, :, None] >> top.astype(np.uint16)) & 1  # (dimension, k, digit)
    mixed = np.einsum("dij,dkj->dki", lower, digits) & 1
    result: NDArray[np.uint16] = (mixed << top).sum(axis=2).astype(np.uint16)
    return result
