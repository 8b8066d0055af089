"""What does doubt about the linkage do to an estimate? Links drawn with their probabilities, each draw estimated.

Records of several lists have candidate links, within a list (duplicates) and between lists, each with a probability that may
itself be drawn. Every draw decides all links, joins records into persons (connected components), tabulates them, and is
fitted by all log-linear models at once. The answer is the mixture over draws of the model-averaged estimates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from blindspot.measure.people import loglinear


@dataclass(frozen=True, slots=True)
class Drawn:
    """Totals by draw (D, 3): 2.5, 50 and 97.5 % point of each draw's own average over models; NaN where none is identified."""

    totals: np.ndarray
    observed: np.ndarray  # (D,)

    def mixture(self) -> tuple[float, float, float]:
        """Median over draws of the lower limit, the median and the upper limit."""
        low, middle, high = np.nanmedian(self.totals, axis=0)
        return float(low), float(middle), float(high)

    def spread(self) -> tuple[float, float]:
        """2.5 and 97.5 % point over draws of the median: what the linkage alone does."""
        low, high = np.nanquantile(self.totals[:, 1], (0.025, 0.975))
        return float(low), float(high)


def tables(on: np.ndarray, pairs: np.ndarray, p: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Tables (D, 2**k) of draws: `on` (R,) list number of each record, `pairs` (L, 2) candidate links, p (D, L) by draw."""
    drawn = np.random.default_rng(seed).random(p.shape) < p
    found = np.zeros((len(p), 2**k))
    _tables(on.astype(np.int64), pairs.astype(np.int64), drawn, found)
    return found


def estimate_draws(made: np.ndarray, k: int) -> Drawn:
    """Log-linear averages of every table; draws with the same table are fitted once."""
    unique, back = np.unique(made, axis=0, return_inverse=True)
    observed = unique.sum(axis=1)
    fitted = loglinear.fit(unique, k)
    weight = loglinear.weights(fitted, observed)
    totals = loglinear.averaged(fitted, weight, (0.025, 0.5, 0.975)) + observed[:, None]
    totals[weight.sum(axis=1) == 0] = np.nan
    back = back.ravel()
    return Drawn(totals[back], observed[back])


@njit(cache=True, nogil=True)
def _tables(on: Any, pairs: Any, drawn: Any, found: Any) -> None:
    n = len(on)
    parent = np.empty(n, dtype=np.int64)
    mask = np.empty(n, dtype=np.int64)
    for d in range(len(drawn)):
        for i in range(n):
            parent[i] = i
            mask[i] = 1 << on[i]
        for e in range(len(pairs)):
            if drawn[d, e]:
                a, b = pairs[e, 0], pairs[e, 1]
                while parent[a] != a:
                    parent[a] = parent[parent[a]]
                    a = parent[a]
                while parent[b] != b:
                    parent[b] = parent[parent[b]]
                    b = parent[b]
                if a != b:
                    parent[b] = a
                    mask[a] |= mask[b]
        for i in range(n):
            if parent[i] == i:
                found[d, mask[i]] += 1
