"""How many people stand about in the lanes? Three readers count the same stills, each by himself, and each misses some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SITES, READERS = 40, 3


@dataclass(frozen=True, slots=True)
class Counted:
    """The world's mean per lane, a reader's chance to find a person, who was there, and what was counted (SITES, READERS)."""

    mean: float
    found: float
    there: NDArray[np.int64]
    counts: NDArray[np.int64]


def count(rng: np.random.Generator) -> Counted:
    """One set of stills, read by everybody."""
    mean, found = float(rng.uniform(1.5, 4.0)), float(rng.uniform(0.4, 0.7))
    there = rng.poisson(mean, SITES)
    return Counted(mean, found, there, rng.binomial(there[:, None], found, (SITES, READERS)))
