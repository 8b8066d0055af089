"""Backgrounds and places -> one answer: how many ordinary days look like this, and what a match weighs, as ranges.

Each background (a set of tracks, or a synthetic one) is counted for the shortest and the longest watch list; the answer
spans all of them, since none is the town in question on that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.track.baserate.rate import Rate, Watched, base_rate, likelihood_ratio
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from blindspot.measure.track.baserate.visits import Days, Visit

LEVELS = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Background:
    """Vehicle-days with the watched places in their frame; `places` is empty where the tracks are of another town."""

    name: str
    days: Days
    places: tuple[Watched, ...]
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What `base-rate:<id>` offers to the weighing.

    p_at_least[k] = (low, median, high) over backgrounds, list lengths and resampled vehicles; p_seen the same for the
    k that was seen; lr the likelihood ratio of exactly k; samples of both, pooled evenly over the rates, so that no pattern
    is called impossible by a small background: (N p + 1/2) / (N + 1) over N vehicle-days.
    """

    seen: int
    rates: tuple[Rate, ...]
    p_at_least: tuple[tuple[float, float, float], ...]
    p_given_first: tuple[float, float, float]
    lr: tuple[float, float, float]
    p_samples: NDArray[np.float64]
    lr_samples: NDArray[np.float64]
    network_samples: NDArray[np.float64]  # P(at least as many | a vehicle of the network)
    derivation: tuple[str, ...]

    @property
    def p_seen(self) -> Range:
        """P(an ordinary vehicle-day shows at least as many), as a range for an `expect` cell."""
        low, _, high = self.p_at_least[self.seen]
        return Range(low, high)

    @property
    def lr_range(self) -> Range:
        """Likelihood ratio of exactly this many, network against ordinary."""
        return Range(self.lr[0], self.lr[2])


def answer(
    backgrounds: tuple[Background, ...],
    visit: Visit,
    seen: int,
    lists: tuple[int, ...],
    p_visit: Range,
    basis: str,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Answer:
    """k-of-n over every background and every length of the watch list. Raises UsageError as `base_rate` does."""
    rates: list[Rate] = []
    for b in backgrounds:
        for n in lists:
            progress(f"counting ordinary days ({len(rates)} of {len(backgrounds) * len(lists)} done)")
            rates.append(base_rate(b.days, visit, n, b.places, name=b.name, synthetic=b.synthetic))
    most = max(lists)
    draws = [np.cumsum(rate.resampled()[:, ::-1], axis=1)[:, ::-1] for rate in rates]
    wide = [np.pad(d, ((0, 0), (0, most + 1 - d.shape[1]))) for d in draws]
    points = np.array([np.pad(rate.at_least(), (0, most - rate.n)) for rate in rates])
    ends = np.array([np.pad(rate.span(), ((0, 0), (0, most - rate.n))) for rate in rates])
    table = [
        (float(ends[:, 0, k].min()), float(np.median(points[:, k])), float(ends[:, 1, k].max()))
        for k in range(most + 1)
    ]
    ratios = [likelihood_ratio(rate, seen, p_visit) for rate in rates if rate.n >= seen]
    spans = np.quantile(ratios, LEVELS, axis=1)
    given_first = [w[:, seen] / np.maximum(w[:, 1], 1e-9) for w in wide] if seen else [w[:, 0] for w in wide]
    first = np.quantile(given_first, LEVELS, axis=1)
    lines = (
        f"{seen} visited of {'-'.join(map(str, sorted(set(lists))))} watched; a visit is a {visit.kind} "
        f"within {visit.radius_m:g} m"
        + (f" of {visit.least_s:g} s or longer" if visit.kind == "stop" else "")
        + (f", pointing error {visit.error_m:g} m" if visit.error_m else ""),
        *(
            f"{rate.name}, {rate.n} places ({rate.places}): P(at least {seen}) = {float(rate.at_least()[seen]):.4g} "
            f"over {len(rate.days)} days of {len(np.unique(rate.days.vehicle))} vehicles"
            for rate in rates
            if rate.n >= seen
        ),
        f"LR = P(exactly {seen} | network, P(visit) {p_visit}) / P(exactly {seen} | ordinary); {basis}",
    )
    return Answer(
        seen,
        tuple(rates),
        tuple(table),
        (float(first[0].min()), float(np.median(first[1])), float(first[2].max())),
        (float(spans[0].min()), float(np.median(spans[1])), float(spans[2].max())),
        np.concatenate(
            [(len(r.days) * w[:, seen] + 0.5) / (len(r.days) + 1) for r, w in zip(rates, wide, strict=True)]
        ),
        np.concatenate(ratios),
        np.concatenate([_network(n, seen, p_visit) for n in lists if n >= seen]),
        lines,
    )


def _network(n: int, seen: int, p_visit: Range, rows: int = 2000) -> NDArray[np.float64]:
    """P(at least `seen` of n), binomial, with P(visit) evenly in log-odds over its range."""
    from scipy.stats import binom

    low, high = (np.log(p / (1 - p)) for p in (min(max(v, 1e-6), 1 - 1e-6) for v in (p_visit.low, p_visit.high)))
    p = 1 / (1 + np.exp(-np.linspace(low, high, rows)))
    out: NDArray[np.float64] = np.asarray(binom.sf(seen - 1, n, p))
    return out


def table(found: Answer, visit: Visit, places: list[dict[str, Any]], identifier: str) -> dict[str, Any]:
    """The answer as plain data, keys as in the contract of `track base-rate --json`."""
    days = {rate.name: rate.days for rate in found.rates}
    return {
        "id": identifier,
        "places": places,
        "visit": {
            "kind": visit.kind,
            "radius_m": visit.radius_m,
            "least_s": visit.least_s if visit.kind == "stop" else None,
            "error_m": visit.error_m,
        },
        "seen": found.seen,
        "background": {
            "vehicles": sum(len(np.unique(d.vehicle)) for d in days.values()),
            "vehicle_days": sum(len(d) for d in days.values()),
            "synthetic": all(rate.synthetic for rate in found.rates),
        },
        "p_at_least": [
            {"k": k, "median": _short(m), "low": _short(low), "high": _short(high)}
            for k, (low, m, high) in enumerate(found.p_at_least)
            if k > 0
        ],
        "p_at_least_given_first": dict(zip(("low", "median", "high"), map(_short, found.p_given_first), strict=True)),
        "lr": dict(zip(("low", "median", "high"), map(_short, found.lr), strict=True)),
        "of_100_ordinary_days": [round(100 * found.p_at_least[found.seen][i], 1) for i in range(3)],
        "backgrounds": [
            {
                "name": rate.name,
                "synthetic": rate.synthetic,
                "listed": rate.n,
                "places": rate.places,
                "vehicles": len(np.unique(rate.days.vehicle)),
                "vehicle_days": len(rate.days),
                "p_at_least": [_short(p) for p in rate.at_least()[1:]],
            }
            for rate in found.rates
        ],
        "derivation": list(found.derivation),
    }


def _short(value: float) -> float:
    return float(f"{value:.4g}")
