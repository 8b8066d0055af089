"""Ranges -> samples: which numbers does the weighing rest on, and how are they drawn?

Each number is drawn uniformly in log-odds between its bounds (likelihood ratios and factors: uniformly in log), by a
scrambled Sobol sequence (Owen 1998), so that 4,096 draws cover a few hundred ranges evenly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.sobol import sobol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.errors import Where

SEED = 20210829
EDGE = 1e-6  # a bound of 0 or 1 in a range is taken as this close to it; a fixed 0 or 1 stays exact


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model: its bounds, where it was written, on what basis, by whom."""

    name: str
    low: float
    high: float
    basis: str
    by: str = ""
    where: Where | None = None
    logit: bool = True  # False: a positive factor, drawn in log
    quantiles: tuple[float, ...] = ()  # of a computed number, at even levels: drawn from these instead

    @property
    def fixed(self) -> bool:
        """Whether it is a single number."""
        return self.low == self.high

    def bounds(self) -> tuple[float, float]:
        """Its bounds on the scale on which it is drawn."""
        if self.logit:
            low, high = (min(max(x, EDGE), 1 - EDGE) for x in (self.low, self.high))
            return math.log(low / (1 - low)), math.log(high / (1 - high))
        return math.log(self.low), math.log(self.high)

    def at(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Its value at `share` (0 = low, 1 = high) of its range."""
        if self.fixed:
            return np.full(np.shape(share), self.low)
        if self.quantiles:
            return np.interp(share, np.linspace(0, 1, len(self.quantiles)), self.quantiles)
        low, high = self.bounds()
        x = low + (high - low) * share
        value: NDArray[np.float64] = 1 / (1 + np.exp(-x)) if self.logit else np.exp(x)
        return value


def draw(parameters: tuple[Parameter, ...], rows: int, seed: int = SEED) -> NDArray[np.float64]:
    """Shares of the ranges, (parameters, rows) in 0-1; fixed numbers take no dimension. `rows` is a power of two."""
    free = [i for i, p in enumerate(parameters) if not p.fixed]
    shares = np.full((len(parameters), rows), 0.5)
    if free:
        shares[free] = sobol(len(free), rows, seed)
    return shares


def values(parameters: tuple[Parameter, ...], shares: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The drawn numbers by name, each (rows,); a fixed number is a 0-d array, so that it is folded once for all rows."""
    found = {p.name: np.asarray(p.low) for p in parameters if p.fixed}
    for logit in (True, False):
        at = [i for i, p in enumerate(parameters) if not p.fixed and not p.quantiles and p.logit is logit]
        if at:
            low, high = np.array([parameters[i].bounds() for i in at]).T
            x = low[:, None] + (high - low)[:, None] * shares[at]
            drawn = 1 / (1 + np.exp(-x)) if logit else np.exp(x)
            found |= {parameters[i].name: row for i, row in zip(at, drawn, strict=True)}
    return found | {p.name: p.at(shares[i]) for i, p in enumerate(parameters) if p.quantiles and not p.fixed}
