"""What does it cost to lose the people on the ground who say where to look?

Koopman's search theory (1946; Washburn, Search and Detection): a sensor that sweeps a width W at speed v over an area A
has coverage C = W v t / A after time t, and finds what is there with probability
  random search    1 - exp(-C)               (exponential)
  inverse cube     erf(sqrt(pi)/2 C)         (orderly search, sensor falling off with the cube of range)
With a cue the search begins in an area A_c, without it in A_0. Only the ratio A_0 / A_c matters, and it is an input with
a range, never a fact. Field tests lie between the two curves (Koester 2018), so the two are the band.
What this says is how much could have been found, after the fact; it plans no search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.quantities import Range

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Curve:
    """P(found) by hours of search, (n,), for each law: the slowest and the fastest sweep (2, n), with a cue and without."""

    hours: NDArray[np.float64]
    cued: dict[str, NDArray[np.float64]]
    uncued: dict[str, NDArray[np.float64]]


def found_exponential(coverage: ArrayLike) -> NDArray[np.float64]:
    """1 - exp(-C)."""
    return np.asarray(-np.expm1(-np.asarray(coverage, dtype=float)))


def found_inverse_cube(coverage: ArrayLike) -> NDArray[np.float64]:
    """erf(sqrt(pi)/2 C)."""
    from scipy.special import erf

    return np.asarray(erf(np.sqrt(np.pi) / 2 * np.asarray(coverage, dtype=float)))


LAWS = {"exponential": found_exponential, "inverse_cube": found_inverse_cube}


def cueing_curve(hours: ArrayLike, cued_hours: Range, ratio: Range) -> Curve:
    """P(found) over time. `cued_hours`: hours that one sweep of the cued area takes (A_c / W v); `ratio`: A_0 / A_c."""
    t = np.asarray(hours, dtype=float)
    cued = np.stack([t / cued_hours.high, t / cued_hours.low])
    uncued = cued / np.array([[ratio.high], [ratio.low]])
    return Curve(
        t,
        {law: found(cued) for law, found in LAWS.items()},
        {law: found(uncued) for law, found in LAWS.items()},
    )


def share_looked_at(covered: Range, event_h: Range, cued_hours: Range, ratio: Range) -> Range:
    """Share of events of a given length that are ever looked at: P(on station) x P(found while it lasts).

    `covered` is the share of time on station with m aircraft; ratio 1 = with a cue.
    """
    low = covered.low * float(found_exponential(event_h.low / (cued_hours.high * ratio.high)))
    high = covered.high * float(found_inverse_cube(event_h.high / (cued_hours.low * ratio.low)))
    return Range(low, high)


def ratio_for_share_left(share_left: float, coverage_before: float) -> float:
    """A_0 / A_c at which P(found) falls to `share_left` of what it was, at the coverage C before, random search.

    For small C this is 1 / share_left: "3 % of the capability" with unchanged hours stands for a ratio of about 33.
    """
    after = -np.log1p(-share_left * -np.expm1(-coverage_before))
    return float(coverage_before / after)
