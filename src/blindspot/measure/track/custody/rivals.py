"""Could what reappears be another of the vehicles that were in view before the gap?

For every other vehicle j seen before the gap and every candidate k after it, the displacement law of j at k. A candidate that
others explain well is less likely to be the vehicle asked about:
    P(k) ~ f_0(k) / (sum_j f_j(k) + BIRTH)
This is the first sweep of joint association (the permanent of the association matrix by row and column scaling; Fortmann,
Bar-Shalom & Scheffe 1983); further sweeps told less on the videos it was made on. Only what was seen *before* the gap is used
of the others, never which of them stands at which candidate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.model import Floats, Ints

# Density per square length of vehicles that nobody saw before: the answer hardly moves between 0.0001 and 0.01.
BIRTH = 1e-3


@dataclass(frozen=True, slots=True)
class Rivals:
    """Pairs of another vehicle and a candidate, in order of episode: those of episode e are start[e]:start[e + 1].

    code: the cell of the displacement law (`law.cells`); scale: log of (length of the vehicle / of the other)^2, so that
    all densities are per square length of the vehicle.
    """

    start: Ints  # (E + 1,)
    column: Ints  # (P,) of the candidate
    code: Ints  # (P,)
    scale: Floats  # (P,)

    def rows(self, chosen: Ints) -> Rivals:
        """The pairs of some episodes, in this order."""
        first, count = self.start[chosen], np.diff(self.start)[chosen]
        start = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
        at = np.repeat(first - start[:-1], count) + np.arange(start[-1])
        return Rivals(start, self.column[at], self.code[at], self.scale[at])

    def explained(self, where: Floats, wide: int) -> Floats:
        """-log(sum_j f_j(k) + BIRTH) of every candidate, (E, wide). where: log densities of the law."""
        f = np.exp(where.ravel()[self.code] + self.scale)
        episodes = len(self.start) - 1
        of = np.repeat(np.arange(episodes), np.diff(self.start)) * wide + self.column
        total = np.bincount(of, weights=f, minlength=episodes * wide).reshape(episodes, wide)
        out: Floats = -np.log(total + BIRTH)
        return out


def joined(parts: list[Rivals]) -> Rivals:
    """The pairs of several sets of episodes, one after another."""
    counts = np.concatenate([np.diff(part.start) for part in parts])
    columns: list[NDArray[np.int64]] = [part.column for part in parts]
    return Rivals(
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.concatenate(columns),
        np.concatenate([part.code for part in parts]),
        np.concatenate([part.scale for part in parts]),
    )
