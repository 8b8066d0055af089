"""How good were the answers? Brier and log scores with intervals over incidents, paired differences, overconfident errors.

    Brier = 1/2 sum over h of (p_h - y_h)^2          0 best, 1 worst; (p - y)^2 where there are two answers (Brier 1950)
    log   = - sum over h of y_h ln max(p_h, 0.001)   0 best (Good 1952); the floor keeps one certain error from being all

y is the finding: 1 on its hypothesis, or spread where it is contested (`labels`). Intervals are 95 % of a bootstrap that draws
whole incidents (questions of one incident hang together), with one seed; differences are paired: both methods are scored on the
same draw (Efron & Tibshirani 1993).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FLOOR = 1e-3
WORST = {"brier": 1.0, "log": -math.log(FLOOR)}
DRAWS = 10_000
SEED = 20210829
SURE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over questions and its 95 % interval over incidents."""

    mean: float
    low: float
    high: float


def brier(p: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Half the squared distance, expected over the label: for a soft label, the mean over what it may stand for."""
    eye = np.eye(len(p))
    return float(sum(share * 0.5 * np.sum((p - eye[k]) ** 2) for k, share in enumerate(y) if share > 0))


def log_score(p: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Surprise at the label in nats."""
    return float(-np.sum(y * np.log(np.maximum(p, FLOOR))))


def overconfident(p: NDArray[np.float64], finding: int) -> bool:
    """Whether an answer was over 95 % sure of something other than what was found."""
    top = int(np.argmax(p))
    return bool(p[top] > SURE and top != finding)


@cache
def resamples(incidents: int, seed: int = SEED, draws: int = DRAWS) -> NDArray[np.float64]:
    """How often each incident is drawn, (draws, incidents)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(incidents, np.full(incidents, 1 / incidents), size=draws).astype(float)


def mean_over(values: Sequence[float], incidents: Sequence[str], bounds: tuple[float, float] = (0.0, 1.0)) -> Interval:
    """The mean of one value per question, with its interval over incidents.

    One incident says nothing of others: its interval is all that is possible, `bounds`.
    """
    names = sorted(set(incidents))
    if len(names) < 2:
        return Interval(float(np.mean(values)), *bounds)
    at = [names.index(i) for i in incidents]
    total, count = np.bincount(at, values, len(names)), np.bincount(at, minlength=len(names))
    times = resamples(len(names))
    means = (times @ total) / (times @ count)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(np.mean(values)), float(low), float(high))
