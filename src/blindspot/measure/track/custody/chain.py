"""Is it the same vehicle at the end of the day: the product over all gaps, and the gap that costs most.

No swapping back: once the wrong vehicle is followed it stays wrong (conservative). Gaps of one kind in one day share their
numbers (density, look-alikes, view), so that each kind is drawn once and raised to its count; kinds share one draw of the
day's density. Vehicle, driver and person are separate links, each with its own number; without a number a link stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.track.custody.card import Card, card
from blindspot.measure.track.custody.spread import shipped
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.measure.track.custody.spread import Spread
    from blindspot.measure.track.settings import Custody, Gap

BLOCK_M = 250.0  # between streets at most, as in baserate/synthetic.py; judgement


@dataclass(frozen=True, slots=True)
class Link:
    """From the vehicle to its driver, from the driver to a person: a number of its own with a source of its own, or none."""

    name: str
    p: Range | None
    basis: str

    def __str__(self) -> str:
        if self.p is None:
            return f"{self.name}: not given; it stays open"
        return f"{self.name}: {self.p} ({self.basis}); a link of its own, multiplied by the reader and not here"


@dataclass(frozen=True, slots=True)
class Chain:
    """What `custody:<id>` offers to the weighing. p: P(same vehicle) at the end, samples; costs: ban lost by each kind."""

    id: str
    cards: tuple[Card, ...]
    counts: tuple[int, ...]
    p: NDArray[np.float64]
    costs: tuple[float, ...]
    links: tuple[Link, ...]
    derivation: tuple[str, ...]

    @property
    def quantiles(self) -> tuple[float, float, float]:
        """5 %, 50 %, 95 %."""
        low, median, high = np.quantile(self.p, [0.05, 0.5, 0.95])
        return float(low), float(median), float(high)

    @property
    def range(self) -> Range:
        """P(same vehicle) for an `opportunity` or another probability of the case."""
        low, _, high = self.quantiles
        return Range(low, high)

    @property
    def worst(self) -> str:
        """The kind of gap that costs most."""
        return self.cards[int(np.argmax(self.costs))].id


def chain(identifier: str, cards: Sequence[Card], counts: Sequence[int], links: Sequence[Link] = ()) -> Chain:
    """P(custody) over cards that each occur so many times."""
    samples = np.array([c.p for c in cards])
    p = np.prod(samples ** np.array(counts, float)[:, None], axis=0)
    costs = tuple(float(-np.median(n * np.log10(np.maximum(c.p, 1e-300)))) for c, n in zip(cards, counts, strict=True))
    worst = int(np.argmax(costs))
    low, median, high = np.quantile(p, [0.05, 0.5, 0.95])
    lines = [
        *(f"{c.line}" + (f", {n} times" if n > 1 else "") for c, n in zip(cards, counts, strict=True)),
        f"same vehicle at the end: product over {sum(counts)} gap(s) = {median:.2g} [{low:.2g}-{high:.2g}]",
        f"{cards[worst].id} costs most: {costs[worst]:.2f} of {sum(costs):.2f} ban",
        *map(str, links),
    ]
    return Chain(identifier, tuple(cards), tuple(counts), p, costs, tuple(links), tuple(lines))


def custody_of(settings: Custody, spread: Spread | None = None) -> Chain:
    """The chain that a case states in tracks.toml."""
    law = spread or shipped()
    cards, counts = [], []
    for key, gap in enumerate(settings.gap):
        density, passes = gap.density_km2 or settings.density_km2, gap.passes or settings.passes
        look_alikes = density.middle * passes.middle / 1e6
        crowding = gap.crowding or _crowding(gap, law)
        sigma = gap.sigma_m or (lambda t, rho=look_alikes: law.sigma(t, rho))
        cards.append(card(gap.id, gap.seconds, sigma, density, passes, gap.p_stay, crowding=crowding, key=key))
        counts.append(gap.count)
    links = (
        Link("same driver, given the vehicle", settings.driver, settings.driver_basis),
        Link("the person named, given the driver", settings.person, settings.person_basis),
    )
    found = chain(settings.id, cards, counts, links)
    assumed = f"assumed over {settings.hours} h: {settings.basis}; displacement law: {law.source}"
    return Chain(found.id, found.cards, found.counts, found.p, found.costs, found.links, (*found.derivation, assumed))


def _crowding(gap: Gap, law: Spread) -> Range:
    """How many times the look-alikes of an even spread are near the vehicle.

    Where the law gives sigma, the factor fitted with it, which knows what direction and speed tell apart. A stated sigma is
    already that about the expected place, so that nothing more is told apart; look-alikes share the vehicle's own street, which
    alone adds 2 r rho B / 2 to the rho pi r^2 within r (streets B apart): a factor of 1 + B / (pi r), from open ground to BLOCK_M.
    """
    if gap.sigma_m is None:
        fitted = law.crowding(gap.seconds.middle)
        return Range(fitted, fitted)
    return Range(1.0, 1.0 + BLOCK_M / (np.pi * max(gap.sigma_m.middle, 1.0)))


def chain_table(found: Chain) -> dict[str, Any]:
    """A chain as plain data."""
    low, median, high = found.quantiles
    return {
        "id": found.id,
        "p_same_vehicle": {"low": round(low, 4), "median": round(median, 4), "high": round(high, 4)},
        "gaps": [
            {
                "id": c.id,
                "count": n,
                "seconds": [c.seconds.low, c.seconds.high],
                "sigma_m": [round(c.sigma_m.low, 1), round(c.sigma_m.high, 1)],
                "p_same": {k: round(v, 4) for k, v in zip(("low", "median", "high"), c.range, strict=True)},
                "candidates": [round(n, 2) for n in c.candidates],
                "passes": [c.passes.low, c.passes.high],
                "cost_ban": round(cost, 3),
            }
            for c, n, cost in zip(found.cards, found.counts, found.costs, strict=True)
        ],
        "costs_most": found.worst,
        "links": [
            {"link": link.name, "p": None if link.p is None else [link.p.low, link.p.high], "basis": link.basis}
            for link in found.links
        ],
        "derivation": list(found.derivation),
    }
