"""One interruption of the view: is what reappears the same vehicle?

    P(same) = A p_stay f / (A p_stay f + rho q)        f, rho per square metre
    P(correct) = p_stay / (1 + 2 pi rho q sigma^2)      before any candidate is seen (planning form)
f is the displacement law at the distance and gap, A the appearance likelihood ratio (1 where nothing was compared), rho the
density of vehicles there and then, q the share of them that would pass as the same; p_stay: it came back into view at all.
The planning form is exact for a Gaussian error of sigma per axis and look-alikes spread evenly: E[exp(-pi rho q r^2)], r
Rayleigh (after Sea 1971, Tian et al. 2013); for another law it is `expected`. Look-alikes are not spread evenly: they share
the roads of the vehicle, while direction and speed tell some apart. So the number expected is multiplied by `crowding`, and
the ratio of a visible candidate is raised to `tau`; both were fitted for gaps of that length on other vehicles. Every number is a
range; the answer is a set of samples over one scrambled Sobol sequence for all gaps of a day, uniform in log-odds or log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from blindspot.measure.track.model import Floats

SAMPLES = 4096
SEED = 20210829
SURE = Range(1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of one gap, and P(same) over its ranges."""

    id: str
    seconds: Range
    sigma_m: Range
    density_km2: Range
    passes: Range
    p_stay: Range
    p: NDArray[np.float64] = field(repr=False)  # (SAMPLES,)
    line: str = ""

    @property
    def range(self) -> tuple[float, float, float]:
        """5 %, 50 %, 95 % of P(same)."""
        low, median, high = np.quantile(self.p, [0.05, 0.5, 0.95])
        return float(low), float(median), float(high)

    @property
    def candidates(self) -> tuple[float, float]:
        """How many vehicles within reach would pass as it, itself among them: p_stay / P(same), p_stay at its middle; 5 %, 95 %."""
        low, _, high = self.range
        return max(1.0, self.p_stay.middle / high), max(1.0, self.p_stay.middle / low)


def planning(
    p_stay: Floats | float, density_m2: Floats | float, passes: Floats | float, sigma_m: Floats | float
) -> Floats:
    """p_stay / (1 + 2 pi rho q sigma^2): one over one plus the look-alikes expected in the area of uncertainty."""
    out: Floats = np.asarray(p_stay / (1.0 + 2.0 * np.pi * density_m2 * passes * np.square(sigma_m)))
    return out


def expected(displacements_m: Floats, density_m2: float, passes: float, p_stay: float = 1.0) -> float:
    """The same for any displacement law, from its samples: p_stay E[exp(-pi rho q r^2)]."""
    return float(p_stay * np.mean(np.exp(-np.pi * density_m2 * passes * np.square(displacements_m))))


def p_same(
    f_m2: Floats, other_m2: Floats, *, appearance: Floats | float = 1.0, p_stay: Floats | float = 1.0, tau: float = 1.0
) -> Floats:
    """P(same) of each visible candidate, (k,), against one another and a look-alike not listed.

    f_m2: the displacement law at each candidate; other_m2: rho q at its place. With one candidate this is the equation
    above; with several, P(k) = lambda_k / (sum_j lambda_j + lambda_none), lambda_none the chance that none of them is it.
    """
    ratio = np.asarray(p_stay * np.asarray(appearance) * f_m2 / np.maximum(other_m2, 1e-300)) ** tau
    out: Floats = ratio / (ratio.sum(axis=-1, keepdims=True) + 1.0)
    return out


def shares(gaps: int) -> list[Floats]:
    """Where in its range each number of each gap lies: per gap (7, SAMPLES), in the order of `card`.

    What belongs to the day, the town or the law is drawn once and is the same for all gaps: density, look-alikes, streets, how
    far the law is off. Length, a stated sigma and p_stay are a gap's own. All come from one sequence: two scramblings of the
    same Sobol dimension are not independent of one another.
    """
    from scipy.stats import qmc

    drawn = qmc.Sobol(4 + 3 * gaps, scramble=True, rng=np.random.default_rng(SEED)).random(SAMPLES).T
    return [np.vstack((drawn[:4], drawn[4 + 3 * k : 7 + 3 * k])) for k in range(gaps)]


def card(
    identifier: str,
    seconds: Range,
    sigma_m: Range | Callable[[Floats], Floats],
    density_km2: Range,
    passes: Range,
    p_stay: Range = SURE,
    *,
    crowding: Range = SURE,
    at: Floats | None = None,
) -> Card:
    """A gap card by the planning form. sigma_m: a range, or the law that gives it for the length of the gap; at: its `shares`."""
    density, alike, streets, law, length, own, back = shares(1)[0] if at is None else at
    t = _log(seconds, length)
    sigma = _log(sigma_m, own) if isinstance(sigma_m, Range) else sigma_m(t) * (1.5 ** (2 * law - 1))
    rho, q, stay = _log(density_km2, density) / 1e6, _logit(passes, alike), _logit(p_stay, back)
    p = planning(stay, rho * _log(crowding, streets), q, sigma)
    wide = Range(float(sigma.min()), float(sigma.max())) if not isinstance(sigma_m, Range) else sigma_m
    low, median, high = np.quantile(p, [0.05, 0.5, 0.95])
    s, r, share, st = wide.middle, density_km2.middle, passes.middle, p_stay.middle
    example = float(planning(st, crowding.middle * r / 1e6, share, s))
    said = "" if crowding == SURE else f" x {crowding.middle:.2g} (crowding)"
    line = (
        f"{identifier}: p_stay / (1 + 2 pi rho q sigma^2) = {st:.3g} / (1 + 2 pi x {r:.3g}/km2 x {share:.2g} x ({s:.3g} m)^2{said}) "
        f"= {example:.2g}; over the ranges {median:.2g} [{low:.2g}-{high:.2g}]"
    )
    return Card(identifier, seconds, wide, density_km2, passes, p_stay, p, line)


def _log(numbers: Range, share: Floats) -> Floats:
    if numbers.low == numbers.high:
        return np.full(len(share), numbers.low)
    low, high = np.log(max(numbers.low, 1e-9)), np.log(numbers.high)
    out: Floats = np.exp(low + (high - low) * share)
    return out


def _logit(numbers: Range, share: Floats) -> Floats:
    if numbers.low == numbers.high:
        return np.full(len(share), numbers.low)
    low, high = (np.log(p / (1 - p)) for p in (min(max(v, 1e-6), 1 - 1e-6) for v in (numbers.low, numbers.high)))
    out: Floats = 1 / (1 + np.exp(-(low + (high - low) * share)))
    return out
