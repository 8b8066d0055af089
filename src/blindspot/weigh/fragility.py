"""What carries the answer, and what would flip it?

Weight in context: log10 odds(all) - log10 odds(all but i), for claims, origins, sources, teams and facts; alone: odds
with only i against odds with nothing. Minimal flip sets: every set of up to three items whose removal changes the lead
verdict and of which no part does; then, where none exists, a greedy search. An origin, not a report, is the unit that
matters: leaving out one of ten reports of one video says nothing (shared reference, section 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.draws import WORK, affordable, ban, dropping, spreads, subsets
from blindspot.weigh.model import Flips, Item
from blindspot.weigh.verdicts import share_above, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.case.rows import Standard
    from blindspot.weigh.draws import Draws
    from blindspot.weigh.network import Network

KINDS = ("claim", "origin", "source", "team", "fact")
EXHAUSTIVE = 3
MOST_SETS = 12_000
GREEDY_MOST = 24


def members(network: Network, known: NDArray[np.float64]) -> dict[tuple[str, str], NDArray[np.float64]]:
    """(kind, id) -> the mask without it, for all that the known reports rest on."""
    reports = [r for r, k in zip(network.reports, known, strict=True) if k]
    names: dict[str, set[str]] = {
        "claim": {r.id for r in reports},
        "origin": {r.origin for r in reports if r.origin},
        "source": {r.source for r in reports},
        "team": {r.team for r in reports if r.team},
        "fact": {r.fact.removeprefix("fact:") for r in reports if r.origin},
    }
    return {(kind, key): dropping(network, [key]) for kind in KINDS for key in sorted(names[kind])}


def weights(network: Network, draws: Draws, known: NDArray[np.float64]) -> dict[str, list[Item]]:
    """Every item's weight for each question's asserted hypothesis."""
    groups = members(network, known)
    masks = [known, np.zeros_like(known)]
    index: dict[bytes, int] = {m.tobytes(): i for i, m in enumerate(masks)}

    def slot(mask: NDArray[np.float64]) -> int:
        key = mask.tobytes()
        if key not in index:
            index[key] = len(masks)
            masks.append(mask)
        return index[key]

    slots = {key: (slot(known * without), slot(known * (1 - without))) for key, without in groups.items()}
    draws = draws.first(affordable(network, len(masks), draws.rows))
    found = subsets(network, draws, np.array(masks).reshape(len(masks), len(network.reports)))
    result: dict[str, list[Item]] = {}
    for question in network.questions:
        p = found[f"question:{question}"][:, network.hypotheses[question].index(network.asserted[question])]
        b = ban(p)
        without, only = (np.array([pair[i] for pair in slots.values()], dtype=int) for i in (0, 1))
        medians = np.median(p[without], axis=-1).tolist()
        rows = zip(slots, spreads(b[0] - b[without]), spreads(b[only] - b[1]), medians, strict=True)
        result[question] = [Item(key, kind, *numbers) for (kind, key), *numbers in rows]
    return result


def flip_sets(
    network: Network, draws: Draws, known: NDArray[np.float64], items: dict[str, list[Item]], standard: Standard
) -> dict[str, Flips]:
    """Minimal sets of origins (or of claims without one) whose removal changes the verdict on the asserted hypothesis.

    Every single item is tried on all draws. Pairs and triples are tried above those that do not flip already, over the
    items that carry most in context, as many as `WORK` allows: first on the draws that lie nearest to a change (lowest and
    highest posterior with nothing, with the heaviest and with the three heaviest removed), then, where one of these moves
    against the standard, on all draws.
    """
    units = sorted({r.origin or r.id for r, k in zip(network.reports, known, strict=True) if k})
    sets = min(MOST_SETS, WORK // (network.program.work * 6 * len(network.questions)))
    masks = np.array([known, *(known * dropping(network, [u]) for u in units)])
    single = subsets(network, draws, masks)
    result = {}
    for question in network.questions:
        rank = {item.id: abs(item.ban.median) for item in items[question] if item.kind in {"origin", "claim"}}
        ranked = sorted(units, key=lambda u: (-rank.get(u, 0.0), u))
        state = network.hypotheses[question].index(network.asserted[question])
        base, *without = single[f"question:{question}"][:, state]
        search = _Search(network, draws, known, question, state, standard, base, dict(zip(units, without, strict=True)))
        tried = _units(len(units), sets)
        result[question] = Flips(tuple(search.minimal(ranked, tried)), tried, len(units))
    return result


def _units(count: int, sets: int) -> int:
    """How many items can be searched exhaustively to size 3 within this many sets."""
    while count > 4 and count + count * (count - 1) // 2 + count * (count - 1) * (count - 2) // 6 > sets:
        count -= 1
    return count


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for what flips one question. `base`: posterior of its asserted hypothesis per draw, nothing removed."""

    network: Network
    draws: Draws
    known: NDArray[np.float64]
    question: str
    state: int
    standard: Standard
    base: NDArray[np.float64]
    single: dict[str, NDArray[np.float64]]  # the same without each item

    def minimal(self, ranked: Sequence[str], exhaustive: int) -> list[tuple[str, ...]]:
        """Every minimal flip set of one item, or of up to three of the first `exhaustive`; where there is none, one found greedily."""
        found: list[tuple[str, ...]] = [(u,) for u in ranked if self._flips(self.single[u])]
        shifted = [self.base, *self._posterior([tuple(ranked[:1]), tuple(ranked[:3])], self.draws)]
        near = sorted({int(end) for p in shifted for end in (p.argmin(), p.argmax())})
        free = [u for u in ranked[:exhaustive] if (u,) not in found]
        sets = [tuple(sorted(s)) for size in range(2, EXHAUSTIVE + 1) for s in combinations(free, size)]
        for flips in self.flipping(sets, near):  # the smaller ones come first
            if not any(set(f) <= set(flips) for f in found):
                found.append(flips)
        return sorted(found or self._greedy(ranked, near), key=lambda s: (len(s), s))

    def flipping(self, sets: Sequence[tuple[str, ...]], near: list[int]) -> list[tuple[str, ...]]:
        """Those of the sets whose removal changes the verdict; tried on the draws `near` a change first."""
        moved = self._posterior(sets, self.draws.rows_at(near))
        hopeful = [s for s, p in zip(sets, moved, strict=True) if (self._side(p) != self._side(self.base[near])).any()]
        return [s for s, p in zip(hopeful, self._posterior(hopeful, self.draws), strict=True) if self._flips(p)]

    def _flips(self, p: NDArray[np.float64]) -> bool:
        return word(share_above(p, self.standard)) != word(share_above(self.base, self.standard))

    def _side(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Part of the threshold range that lies below a posterior."""
        low, high = self.standard.low, self.standard.high
        part: NDArray[np.float64] = np.clip((p - low) / (high - low), 0, 1) if high > low else (p > low).astype(float)
        return part

    def _posterior(self, sets: Sequence[tuple[str, ...]], draws: Draws) -> NDArray[np.float64]:
        """Posterior of the asserted hypothesis without each set: (sets, draws)."""
        if not sets:
            return np.empty((0, draws.rows))
        without = {unit: dropping(self.network, [unit]) for unit in {u for s in sets for u in s}}
        masks = np.array([self.known * np.prod([without[u] for u in s], axis=0) for s in sets])
        return subsets(self.network, draws, masks)[f"question:{self.question}"][:, self.state]

    def _greedy(self, ranked: Sequence[str], near: list[int]) -> list[tuple[str, ...]]:
        """Take away the heaviest items one after the other, then put back what was not needed."""
        sizes = range(EXHAUSTIVE + 1, min(len(ranked), GREEDY_MOST) + 1)
        flips = self.flipping([tuple(sorted(ranked[:size])) for size in sizes], near)
        if not flips:
            return []
        taken = flips[0]
        for unit in ranked[: len(taken)]:
            fewer = tuple(u for u in taken if u != unit)
            if self.flipping([fewer], near):
                taken = fewer
        return [taken]
