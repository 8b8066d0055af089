"""What does the reviewer know of a number that the world holds exactly? A range that contains it, placed at random about it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Known:
    """A number of the world, and the range that the case states for it."""

    true: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """The range as a cell of the case."""
        return f"{self.low:.4g}" if self.low == self.high else f"{self.low:.4g}-{self.high:.4g}"


def share(rng: np.random.Generator, low: float, high: float, width: float = 1.2) -> Known:
    """A probability anywhere between low and high, known to within `width` in log-odds."""
    return share_about(rng, rng.uniform(low, high), width)


def share_about(rng: np.random.Generator, true: float, width: float = 1.2) -> Known:
    """The range of a given probability: it lies anywhere in it (evenly in log-odds)."""
    true = min(max(float(true), _LEAST), 1 - _LEAST)
    at, below = log(true / (1 - true)), rng.uniform(0, width)
    low, high = (1 / (1 + exp(-x)) for x in (at - below, at - below + width))
    return _rounded(true, low, high, most=1.0)


def measure(rng: np.random.Generator, low: float, high: float, factor: float = 1.6) -> Known:
    """A quantity above 0 anywhere between low and high, known to within a factor."""
    return measure_about(rng, exp(rng.uniform(log(low), log(high))), factor)


def measure_about(rng: np.random.Generator, true: float, factor: float = 1.6) -> Known:
    """The range of a given quantity: it lies anywhere in it (evenly in log)."""
    below = factor ** rng.uniform(0, 1)
    return _rounded(float(true), true / below, true / below * factor, most=float("inf"))


def _rounded(true: float, low: float, high: float, most: float) -> Known:
    low, high = float(f"{low:.3g}"), float(f"{high:.3g}")
    return Known(true, min(low, true), min(max(high, true), most))
