"""Does a posterior meet a standard of proof? Met, not met, or unsettled with its share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.model import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.case.rows import Standard

SURE = 0.95


def share_above(p: NDArray[np.float64], standard: Standard) -> float:
    """Part of draws x threshold range in which P exceeds the threshold; the threshold is uniform within its range."""
    if standard.high == standard.low:
        return float(np.mean(p > standard.low))
    return float(np.mean(np.clip((p - standard.low) / (standard.high - standard.low), 0, 1)))


def word(share: float) -> str:
    """The verdict of a share."""
    return "met" if share >= SURE else "not met" if share <= 1 - SURE else "unsettled"


def verdict(p: NDArray[np.float64], prior: NDArray[np.float64], standard: Standard, hypothesis: str) -> Verdict:
    """The verdict on one hypothesis, with the prior from which it would tip: p* = t / (t + (1 - t) LR).

    `prior` holds the first draws of `p`, without any report. LR is the median ratio of posterior to prior odds; t the middle of the standard.
    """
    share = share_above(p, standard)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.median(p[: len(prior)] / (1 - p[: len(prior)]) / (prior / (1 - prior)))
    t = (standard.low + standard.high) / 2
    tipping = float(t / (t + (1 - t) * ratio)) if np.isfinite(ratio) and ratio > 0 else None
    return Verdict(standard.id, hypothesis, word(share), share, tipping)
