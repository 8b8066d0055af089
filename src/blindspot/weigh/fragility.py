"""What carries the answer, and what would flip it?

Weight in context: log10 odds(all) - log10 odds(all but i), for claims, origins, sources, teams and facts; alone: odds
with only i against odds with nothing. Minimal flip sets: every set of up to three items whose removal changes the lead
verdict and of which no part does; then, where none exists, a greedy search. An origin, not a report, is the unit that
matters: leaving out one of ten reports of one video says nothing (shared reference, section 0).
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.draws import WORK, Draws, affordable, ban, dropping, spread, subsets
from blindspot.weigh.model import Item
from blindspot.weigh.verdicts import share_above, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.case.rows import Standard
    from blindspot.weigh.network import Network

KINDS = ("claim", "origin", "source", "team", "fact")
EXHAUSTIVE = 3
MOST_SETS = 12_000
GREEDY_MOST = 12


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
        result[question] = [
            Item(key, kind, spread(b[0] - b[without]), spread(b[only] - b[1]), float(np.median(p[without])))
            for (kind, key), (without, only) in slots.items()
        ]
    return result


def flip_sets(
    network: Network, draws: Draws, known: NDArray[np.float64], items: dict[str, list[Item]], standard: Standard
) -> dict[str, list[tuple[str, ...]]]:
    """Minimal sets of origins (or of claims without one) whose removal changes the verdict on the asserted hypothesis.

    Exhaustive to size 3 over the items that carry most in context, as many as `MOST_SETS` allows; each size is searched
    only above sets that do not flip already.
    """
    units = sorted({r.origin or r.id for r, k in zip(network.reports, known, strict=True) if k})
    sets = min(MOST_SETS, WORK // (network.program.work * draws.rows * len(network.questions)))
    result = {}
    for question in network.questions:
        rank = {item.id: abs(item.ban.median) for item in items[question] if item.kind in {"origin", "claim"}}
        chosen = sorted(units, key=lambda u: (-rank.get(u, 0.0), u))[: _units(len(units), sets)]
        result[question] = _search(network, draws, known, question, standard, chosen)
    return result


def _units(count: int, sets: int) -> int:
    """How many items can be searched exhaustively to size 3 within this many sets."""
    while count > 4 and count + count * (count - 1) // 2 + count * (count - 1) * (count - 2) // 6 > sets:
        count -= 1
    return count


def _search(
    network: Network, draws: Draws, known: NDArray[np.float64], question: str, standard: Standard, units: Sequence[str]
) -> list[tuple[str, ...]]:
    state = network.hypotheses[question].index(network.asserted[question])
    single = {unit: dropping(network, [unit]) for unit in units}

    def verdicts(sets: Sequence[tuple[str, ...]]) -> list[str]:
        masks = np.array([known * np.prod([single[u] for u in s], axis=0) if s else known for s in sets])
        p = subsets(network, draws, masks)[f"question:{question}"][:, state]
        return [word(share_above(row, standard)) for row in p]

    now = verdicts([()])[0]
    found: list[tuple[str, ...]] = []
    for size in range(1, EXHAUSTIVE + 1):
        sets = [tuple(sorted(s)) for s in combinations(units, size) if not any(set(f) <= set(s) for f in found)]
        if sets:
            found += [s for s, v in zip(sets, verdicts(sets), strict=True) if v != now]
    if not found:
        found = _greedy(units, now, verdicts)
    return sorted(found, key=lambda s: (len(s), s))


def _greedy(units: Sequence[str], now: str, verdicts: object) -> list[tuple[str, ...]]:
    """Take away the heaviest items one after the other, then put back what was not needed."""
    for size in range(EXHAUSTIVE + 1, min(len(units), GREEDY_MOST) + 1):
        taken = tuple(sorted(units[:size]))
        if verdicts([taken])[0] != now:  # type: ignore[operator]  # a local function of _search
            for unit in taken:
                fewer = tuple(u for u in taken if u != unit)
                if verdicts([fewer])[0] != now:  # type: ignore[operator]  # as above
                    taken = fewer
            return [taken]
    return []
