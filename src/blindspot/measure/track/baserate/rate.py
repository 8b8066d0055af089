"""Of ordinary vehicle-days, how many visit at least k of the n watched places, and how much does a match weigh?

For every vehicle the places are drawn from the stops of *other* vehicles (leave-own-vehicle-out), or stand where the case
puts them; each draw of n places is counted against each of that vehicle's days. The interval resamples vehicles, not days:
days of one vehicle are alike (cluster bootstrap, Field & Welsh 2007). With K ~ Binomial(n, p1) for a vehicle of the network,
    LR = P(exactly k | network, p1) / P(exactly k | ordinary),
p1 in a stated range. A probability of nothing seen is taken as (N p + 1/2) / (N + 1) over N vehicle-days, so that no
pattern is called impossible by a small background. Refused under 30 vehicle-days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.baserate.kernels import counted
from blindspot.measure.track.baserate.visits import Days, Visit, visited

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.model import Floats, Ints
    from blindspot.quantities import Range

LEAST_DAYS = 30  # fewer say nothing of patterns that one day in fifty shows
DRAWS = 20_000
RESAMPLES = 2_000
JITTERS = 64
SEED = 20210829


@dataclass(frozen=True, slots=True)
class Watched:
    """A watched place in the frame of the background: error_m is the radius within which it lies (0: exactly there)."""

    id: str
    x: float
    y: float
    error_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Rate:
    """P(exactly k) for k = 0..n, per vehicle-day (days, n + 1), of one background."""

    name: str
    n: int
    days: Days
    exactly: Floats
    places: str  # how the places were put
    synthetic: bool = False
    drawn: bool = True  # some places are drawn anew, so that each day is asked of many lists

    def at_least(self) -> Floats:
        """Mean over vehicle-days of P(at least k), (n + 1,)."""
        mean = self.exactly.mean(axis=0)
        out: Floats = np.clip(mean[::-1].cumsum()[::-1], 0.0, 1.0)
        return out

    def span(self) -> Floats:
        """5 % and 95 % of P(at least k) over resampled vehicles, (2, n + 1).

        Where the places stand still, resampling never shows what no day showed; the upper end is then at least that of
        Jeffreys' interval over the days.
        """
        from scipy.stats import beta

        tails = np.cumsum(self.resampled()[:, ::-1], axis=1)[:, ::-1]
        low, high = np.quantile(tails, [0.05, 0.95], axis=0)
        if not self.drawn:
            n, p = len(self.days), self.at_least()
            high = np.maximum(high, beta.ppf(0.95, n * p + 0.5, n * (1 - p) + 0.5))
        return np.array([low, np.minimum(high, 1.0)])

    def by_vehicle(self) -> tuple[Floats, Floats]:
        """Sum over the days of each vehicle of P(exactly k), (vehicles, n + 1), and its number of days."""
        _, number = np.unique(self.days.vehicle, return_inverse=True)
        total = np.zeros((int(number.max()) + 1, self.exactly.shape[1]))
        np.add.at(total, number, self.exactly)
        return total, np.bincount(number).astype(float)

    def resampled(self, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
        """P(exactly k) under vehicles drawn anew with replacement, (resamples, n + 1)."""
        total, days = self.by_vehicle()
        rng = np.random.default_rng(seed)
        weight = rng.multinomial(len(days), np.full(len(days), 1 / len(days)), size=resamples).astype(float)
        out: Floats = (weight @ total) / (weight @ days)[:, None]
        return out


def base_rate(
    days: Days,
    visit: Visit,
    n: int,
    places: tuple[Watched, ...] = (),
    *,
    name: str = "background",
    draws: int = DRAWS,
    seed: int = SEED,
    synthetic: bool = False,
) -> Rate:
    """P(exactly k of n) for every vehicle-day.

    The first `n` of `places` stand where they are given; a place whose error is larger than the visit radius is drawn among
    the stops of other vehicles within its error. Where `places` are fewer than n, the rest are drawn from all stops of
    other vehicles. Raises UsageError under 30 vehicle-days.
    """
    if len(days) < LEAST_DAYS:
        raise UsageError(
            f"{name}: {len(days)} vehicle-day(s) of background; under {LEAST_DAYS} no base rate is given. "
            "Add tracks of other vehicles, or use the synthetic background."
        )
    rng = np.random.default_rng(seed)
    fixed = places[:n]
    x, y, blocks = _candidates(days, visit, fixed, rng)
    table = visited(days, x, y, visit.radius_m)
    exactly = np.zeros((len(days), n + 1))
    owner = (
        np.concatenate([np.full(JITTERS, -1)] * len(fixed) + [days.vehicle[days.of]]) if len(x) else np.zeros(0, int)
    )
    for vehicle in np.unique(days.vehicle):
        rows = np.flatnonzero(days.vehicle == vehicle)
        chosen = np.empty((draws, n), np.int64)
        pool = np.flatnonzero((owner != vehicle) & (owner >= 0))
        for j in range(n):
            options = blocks[j][owner[blocks[j]] != vehicle] if j < len(fixed) else pool
            if not len(options):
                raise UsageError(f"{name}: no other vehicle stops anywhere; a base rate needs at least two vehicles.")
            chosen[:, j] = options[rng.integers(len(options), size=draws)]
        if n > len(fixed):
            _apart(chosen, len(fixed), pool, rng)
        exactly[rows] = counted(table, rows, chosen) / draws
    said = f"{len(fixed)} as given" if fixed else ""
    drawn = f"{n - len(fixed)} drawn from the stops of other vehicles" if n > len(fixed) else ""
    places_said = ", ".join(part for part in (said, drawn) if part)
    return Rate(name, n, days, exactly, places_said, synthetic, n > len(fixed))


def _candidates(
    days: Days, visit: Visit, fixed: tuple[Watched, ...], rng: np.random.Generator
) -> tuple[Floats, Floats, list[Ints]]:
    """Positions that a place may take: JITTERS columns for each fixed place, then every stop; and the options of each."""
    reach = JITTERS * len(fixed)
    stops_x, stops_y = days.x, days.y
    if visit.kind == "pass":  # places where vehicles were; a stop list is not kept for passes
        keep = rng.permutation(len(stops_x))[:4000]
        stops_x, stops_y = stops_x[keep], stops_y[keep]
    x = np.concatenate([*(np.full(JITTERS, p.x) for p in fixed), stops_x])
    y = np.concatenate([*(np.full(JITTERS, p.y) for p in fixed), stops_y])
    blocks: list[Ints] = []
    for j, place in enumerate(fixed):
        own = np.arange(j * JITTERS, (j + 1) * JITTERS)
        if place.error_m > visit.radius_m:
            near = reach + np.flatnonzero(np.hypot(stops_x - place.x, stops_y - place.y) <= place.error_m)
            if len(near) >= JITTERS:
                blocks.append(near.astype(np.int64))
                continue
        radius = place.error_m * np.sqrt(rng.random(JITTERS))  # evenly over the circle
        angle = 2 * np.pi * rng.random(JITTERS)
        x[own] += radius * np.cos(angle)
        y[own] += radius * np.sin(angle)
        blocks.append(own.astype(np.int64))
    if visit.error_m > 0:
        x, y = x + rng.normal(0, visit.error_m, len(x)), y + rng.normal(0, visit.error_m, len(y))
    return x, y, blocks


def _apart(chosen: Ints, first: int, pool: Ints, rng: np.random.Generator) -> None:
    """Draw again where one stop was drawn twice for one list."""
    for _ in range(20):
        part = np.sort(chosen[:, first:], axis=1)
        twice = np.flatnonzero((np.diff(part, axis=1) == 0).any(axis=1))
        if not len(twice) or len(pool) < 2 * chosen.shape[1]:
            return
        chosen[twice, first:] = pool[rng.integers(len(pool), size=(len(twice), chosen.shape[1] - first))]


def likelihood_ratio(
    rate: Rate, k: int, p1: Range, *, resamples: int = RESAMPLES, seed: int = SEED
) -> NDArray[np.float64]:
    """Samples of P(exactly k of n | network, p1) / P(exactly k of n | ordinary); p1 evenly in log-odds over its range."""
    from scipy.stats import binom

    n_days = len(rate.days)
    ordinary = (n_days * rate.resampled(resamples, seed)[:, k] + 0.5) / (n_days + 1)
    rng = np.random.default_rng(seed + 1)
    low, high = (np.log(p / (1 - p)) for p in (min(max(v, 1e-6), 1 - 1e-6) for v in (p1.low, p1.high)))
    share = 1 / (1 + np.exp(-(low + (high - low) * rng.random(resamples))))
    out: NDArray[np.float64] = np.asarray(binom.pmf(k, rate.n, share)) / ordinary
    return out
