"""Is it the same vehicle at the end of the day: the product over all gaps, and the gap that costs most.

No swapping back: once the wrong vehicle is followed it stays wrong (conservative). Gaps of one kind in one day share their
numbers, so that each kind is drawn once and raised to its count. Kinds share what belongs to the day, the town or the law: one draw
says where in their ranges density, look-alikes and streets lie, also where a gap states a range of its own (`card.shares`).
Vehicle, driver and person are separate links, each with its own number; without a number a link stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.track.custody.card import Card, card, shares
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
    for gap, at in zip(settings.gap, shares(len(settings.gap)), strict=True):
        density, passes = gap.density_km2 or settings.density_km2, gap.passes or settings.passes
        look_alikes = density.middle * passes.middle / 1e6
        crowding = gap.crowding or _crowding(gap, law)
        sigma = gap.sigma_m or (lambda t, rho=look_alikes: law.sigma(t, rho))
        cards.append(card(gap.id, gap.seconds, sigma, density, passes, gap.p_stay, crowding=crowding, at=at))
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
    already that about the expected place, so that nothing more is told apart: from open ground to streets BLOCK_M apart.
    """
    if gap.sigma_m is None:
        fitted = law.crowding(gap.seconds.middle)
        return Range(fitted, fitted)
    return Range(1.0, on_streets(gap.sigma_m.middle))


def on_streets(sigma_m: float, apart_m: float = BLOCK_M) -> float:
    """Look-alikes expected nearer than the vehicle where all keep to the lines of a grid and it came out on one of them, over those of an even spread.

    A line at distance d crosses a disc of Rayleigh radius (sigma) over sigma sqrt(2 pi) exp(-d^2 / 2 sigma^2) metres on average.
    Half the streets run along, at d = k B from its own; the other half cross anywhere, which is an even spread. The sum over k,
    by Poisson's formula, makes the ratio 1 + sum over m >= 1 of exp(-2 pi^2 m^2 sigma^2 / B^2): about 1/2 + B / (sigma sqrt(8 pi))
    where sigma is far below B, and 1 where it is above B / 2.
    """
    rate = 2 * np.pi**2 * (max(sigma_m, 1.0) / apart_m) ** 2
    terms = np.arange(1, int(np.sqrt(40 / rate)) + 2)
    return float(1 + np.exp(-rate * terms**2).sum())


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
