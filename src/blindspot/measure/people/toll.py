"""How many distinct people were harmed? A distribution over the links that are open and the rows without a name.

Each draw decides every open pair with its posterior, and every row without a name: it is one of the named of fitting age and
sex whom its list leaves out (with probability `NAMED` each time such a one is free), one of the unnamed of another list, or a
person of their own. Groups ("three children") add what they hold beyond the named of their list and the unnamed of others. The toll is the 2.5, 50 and 97.5 % point of the draws;
the stated figures of sources stand beside it and are never averaged in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.people.incident import LINKED, Grouped, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

DRAWS = 4000
NAMED = (0.6, 0.95)  # that an unnamed row is a victim named elsewhere, where one fits; judgement
CHILD = 18.0


@dataclass(frozen=True, slots=True)
class Group:
    """People of one list who are counted without names."""

    row: Row
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Toll:
    """Low, median and high of a count, with what it rests on."""

    low: int
    median: int
    high: int
    because: tuple[str, ...]


def toll(rows: Sequence[Row], grouped: Grouped, groups: Sequence[Group], seed: int = 20210829) -> dict[str, Toll]:
    """Distribution of the number of distinct dead, and of the children among them."""
    random = np.random.default_rng(seed)
    named = [p for p in grouped.persons if any(rows[i].tokens for i in p)]
    unnamed = [i for p in grouped.persons if p not in named for i in p]
    owner = {i: k for k, p in enumerate(named) for i in p}
    open_pairs = [
        (max(owner[i], owner[j]), _thin(p))
        for i, j, p, _ in grouped.unresolved
        if i in owner and j in owner and owner[i] != owner[j] and p < LINKED and rows[i].list != rows[j].list
    ]
    twice = [
        (max(owner[i], owner[j]), p) for i, j, p in grouped.twice if i in owner and j in owner and owner[i] != owner[j]
    ]
    merges = np.array([k for k, _ in open_pairs + twice], dtype=int)
    chance = np.array([p for _, p in open_pairs + twice])
    split = [
        (owner[i], p)
        for i, j, p, _ in grouped.unresolved
        if i in owner and owner.get(j) == owner[i] and _bridge(named[owner[i]], (i, j), grouped)
    ]
    minor = np.array([_share_under(rows, p) for p in named])
    deaths, children = np.zeros(DRAWS, dtype=int), np.zeros(DRAWS, dtype=int)
    for d in range(DRAWS):
        merged = set(merges[random.random(len(chance)) < chance].tolist())
        alive = [k for k in range(len(named)) if k not in merged]
        extra = sum(random.random() > p for _, p in split)
        young = int((random.random(len(alive)) < minor[alive]).sum()) if alive else 0
        taken: set[tuple[str, int]] = set()
        crowd = _Crowd(random)
        for i in unnamed:
            fits = [k for k in alive if (rows[i].list, k) not in taken and _fits(rows, rows[i], named[k])]
            if fits and random.random() < random.uniform(*NAMED):
                taken.add((rows[i].list, fits[0]))
            elif crowd.add(rows[i], 1):
                young += random.random() < _share_under(rows, (i,))
        for g in groups:
            size = int(random.integers(g.low, g.high + 1))
            fits = [k for k in alive if (g.row.list, k) not in taken and _fits(rows, g.row, named[k])]
            beyond = crowd.add(g.row, max(0, size - len(fits)))
            taken |= {(g.row.list, k) for k in fits[:size]}
            young += round(beyond * (_under(g.row.age) if g.row.age else 0.5))
        deaths[d], children[d] = len(alive) + extra + crowd.size, young
    lists = {r.list for r in rows} | {g.row.list for g in groups}
    because = (
        f"{len(named)} named on {len(lists)} list{_s(len(lists))}",
        f"{len(open_pairs)} pair{_s(len(open_pairs))} that may be one person drawn by posterior",
        f"{len(unnamed)} row{_s(len(unnamed))} and {len(groups)} group{_s(len(groups))} have no name",
    )
    return {
        "killed": _summary(deaths, because),
        "children": _summary(children, ("ages as listed; where lists disagree, by the share of them under 18",)),
    }


class _Crowd:
    """The people without names of one draw: those of a second list are those of the first with probability `NAMED`, where they fit."""

    def __init__(self, random: np.random.Generator) -> None:
        self.size = 0
        self._random = random
        self._met: list[
            tuple[Row, int, dict[str, int]]
        ] = []  # whom, how many, and how many of them each other list holds

    def add(self, row: Row, size: int) -> int:
        """How many of these are nobody of an earlier list."""
        for first, many, held in self._met:
            if size and first.list != row.list and _alike(first, row):
                free = min(size, many - held.get(row.list, 0))
                same = int(self._random.binomial(free, self._random.uniform(*NAMED)))
                held[row.list] = held.get(row.list, 0) + same
                size -= same
        if size:
            self._met.append((row, size, {}))
        self.size += size
        return size


def _summary(draws: np.ndarray, because: tuple[str, ...]) -> Toll:
    low, median, high = np.quantile(draws, (0.025, 0.5, 0.975), method="inverted_cdf") if len(draws) else (0, 0, 0)
    return Toll(int(low), int(median), int(high), because)


def _s(n: int) -> str:
    return "" if n == 1 else "s"


def _thin(p: float) -> float:
    """An open pair joins whole persons only if the other lists allow it; each such pair is taken at its posterior squared."""
    return p * p


def _bridge(person: tuple[int, ...], pair: tuple[int, int], grouped: Grouped) -> bool:
    """Whether the pair alone holds one of its rows to the person."""
    i, j = pair
    return (
        any(all(grouped.pairs.get((min(m, n), max(m, n)), 0.0) < 0.9 for n in person if n != m) for m in (i, j))
        and len(person) == 2
    )


def _share_under(rows: Sequence[Row], person: tuple[int, ...]) -> float:
    """Share of the listed ages of a person that lie under 18; one half where none is listed."""
    ages = [rows[i].age for i in person if rows[i].age]
    return float(np.mean([_under(a) for a in ages if a])) if ages else 0.5


def _under(age: tuple[float, float]) -> float:
    return 1.0 if age[1] <= CHILD else 0.0 if age[0] >= CHILD else (CHILD - age[0]) / (age[1] - age[0])


def _fits(rows: Sequence[Row], row: Row, person: tuple[int, ...]) -> bool:
    """Whether an unnamed row may be this person: not on its list, no other sex, an age within six years or the band."""
    if any(rows[i].list == row.list for i in person):
        return False
    sexes = {rows[i].sex for i in person} - {0}
    if row.sex and sexes and row.sex not in sexes:
        return False
    ages = [rows[i].age for i in person if rows[i].age]
    return not ages or any(_near(a, row.age) for a in ages)


def _alike(a: Row, b: Row) -> bool:
    return not (a.sex and b.sex and a.sex != b.sex) and _near(a.age, b.age)


def _near(a: tuple[float, float] | None, b: tuple[float, float] | None) -> bool:
    return a is None or b is None or (a[0] - 6 <= b[1] and b[0] <= a[1] + 6)
