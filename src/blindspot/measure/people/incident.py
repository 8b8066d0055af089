"""Who are the persons behind the lists of one incident? Rows of all lists, linked pair by pair, then grouped.

A dozen rows teach nothing, so the packaged weights are used as they are, and rarity is that of the names of the lists with
`BACKGROUND` other people beside them. Links at or above `LINKED` join rows into persons, strongest first, never two rows of
one list; pairs that stay between are unresolved and shown. The reviewer's decisions (links.csv) come before any number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.people.alignment import Lexicon, align
from blindspot.measure.people.evidence import Facts, compare, ratio
from blindspot.measure.people.linkage import AGE, SEX
from blindspot.measure.people.matching import marginals
from blindspot.measure.people.names import MOST
from blindspot.measure.people.scripts import fold, is_arabic
from blindspot.measure.people.views import CHANNEL, OMITTED
from blindspot.measure.people.vocabulary import neighbours, tokenise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BACKGROUND = 60.0  # judgement: a given name is shared by about one in sixty of the people who might have been there
SHARE = 0.7  # of the rows of one list, how many are on another of the same incident; judgement
LINKED, SHOWN = 0.5, 0.02
AT_ONCE = 1_000_000  # pairs of names compared at a time
# First parts that Dari and Pashto speakers often leave out in use, and what that costs in nats; judgement
PREFIXES = frozenset(
    fold(p)
    for p in [
        "محمد",
        "احمد",
        "غلام",
        "سيد",
        "مير",
        "عبدال",
        "گل",
        "بي",
        "mohammad",
        "mohammed",
        "muhammad",
        "mohamed",
        "mohamad",
        "ahmad",
        "ahmed",
        "ghulam",
        "gholam",
        "sayed",
        "sayyed",
        "syed",
        "mir",
        "gul",
        "bibi",
    ]
)
PREFIX_LEFT_OUT = -1.0
TWICE = 0.02  # share of the rows of a list that it holds a second time under another spelling; judgement
MIXED_UP = 0.05  # share of rows in which a source gives one victim's name with another's age; judgement


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one list, with the name read into tokens (empty where unnamed)."""

    list: str
    id: str
    name: str
    tokens: tuple[str, ...]
    age: tuple[float, float] | None
    sex: int

    @property
    def key(self) -> str:
        """list:row, as links.csv names it."""
        return f"{self.list}:{self.id}"


@dataclass(frozen=True, slots=True)
class Grouped:
    """Persons as tuples of row numbers, and pairs (a, b, p, why) that stay unresolved."""

    persons: tuple[tuple[int, ...], ...]
    pairs: dict[tuple[int, int], float]
    unresolved: tuple[tuple[int, int, float, str], ...]
    twice: tuple[tuple[int, int, float], ...] = ()  # rows of one list that may be one person written twice, and p


def group(rows: Sequence[Row], decided: Mapping[tuple[str, str], str]) -> Grouped:
    """Persons behind the rows. `decided`: (key, key) -> same, different, related or duplicate_document."""
    names = _name_ratios(rows)
    pairs = _posteriors(rows, names)
    index = {row.key: i for i, row in enumerate(rows)}
    settled = {tuple(sorted((index[a], index[b]))) for a, b in decided if a in index and b in index}
    twice = [t for t in _twice(rows, names) if t[:2] not in settled]
    for (a, b), verdict in decided.items():
        if a in index and b in index:
            i, j = sorted((index[a], index[b]))
            pairs[i, j] = 1.0 if verdict in {"same", "duplicate_document"} else 0.0
    owner = list(range(len(rows)))
    members: dict[int, list[int]] = {i: [i] for i in range(len(rows))}
    for (i, j), p in sorted(pairs.items(), key=lambda item: (-item[1], item[0])):
        x, y = owner[i], owner[j]
        bare = not (rows[i].tokens and rows[j].tokens)  # without a name a row joins a person only by decision
        if (
            p < (1.0 if bare else LINKED)
            or x == y
            or {rows[m].list for m in members[x]} & {rows[m].list for m in members[y]}
        ):
            continue
        between = [pairs.get((min(m, n), max(m, n)), 0.0) for m in members[x] for n in members[y]]
        if p < 1.0 and float(np.mean(between)) < LINKED / 2:
            continue
        for m in members.pop(y):
            owner[m] = x
            members[x].append(m)
    persons = tuple(tuple(sorted(m)) for _, m in sorted(members.items()))
    unresolved = [
        (i, j, p, "the names and facts leave it open")
        for (i, j), p in pairs.items()
        if SHOWN <= p < LINKED and owner[i] != owner[j] and rows[i].tokens and rows[j].tokens
    ]
    unresolved += [
        (i, j, p, "linked, but not surely") for (i, j), p in pairs.items() if LINKED <= p < 0.9 and owner[i] == owner[j]
    ]
    unresolved += [(i, j, p, "may be one person whom the list holds twice") for i, j, p in twice]
    found = {(i, j): (i, j, p, why) for i, j, p, why in _mixed_up(rows, persons)} | {u[:2]: u for u in unresolved}
    unresolved = list(found.values())
    return Grouped(persons, pairs, tuple(sorted(unresolved, key=lambda u: (-u[2], u[0], u[1]))), tuple(twice))


def _twice(rows: Sequence[Row], names: np.ndarray) -> list[tuple[int, int, float]]:
    """P(one person written twice) of pairs of rows of one list. They stay two persons; the toll draws that they are one."""
    facts = _facts(rows)
    of = np.unique([row.list for row in rows], return_inverse=True)[1]
    named = np.array([bool(row.tokens) for row in rows], dtype=bool)
    first, second = np.nonzero(np.triu((of[:, None] == of) & named[:, None] & named, 1))
    if not len(first):
        return []
    compared = compare(facts, facts, np.stack([first, second], axis=1))
    score = ratio(compared.age, compared.age_chance, AGE) + ratio(compared.sex, compared.sex_chance, SEX)
    score += names[first, second]
    sizes = Counter(row.list for row in rows)
    others = np.array([max(sizes[rows[i].list] - 1, 1) for i in first.tolist()])
    p = 1 / (1 + np.exp(-np.clip(np.log(TWICE / (1 - TWICE) / others) + score, -60, 60)))
    return [(int(first[k]), int(second[k]), float(p[k])) for k in np.flatnonzero(p >= SHOWN)]


def _posteriors(rows: Sequence[Row], names: np.ndarray) -> dict[tuple[int, int], float]:
    """P(same person) per pair of rows of different lists, each pair of lists matched one to one."""
    facts = _facts(rows)
    by_list: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        by_list[row.list].append(i)
    found: dict[tuple[int, int], float] = {}
    lists = sorted(by_list)
    for x, first in enumerate(lists):
        for second in lists[x + 1 :]:
            a, b = by_list[first], by_list[second]
            pairs = np.stack(np.meshgrid(a, b, indexing="ij"), axis=-1).reshape(-1, 2)
            compared = compare(facts, facts, pairs)
            score = ratio(compared.age, compared.age_chance, AGE) + ratio(compared.sex, compared.sex_chance, SEX)
            score += names[pairs[:, 0], pairs[:, 1]]
            odds = np.log(SHARE / (1 - SHARE) / max(len(a), len(b), 2)) + score
            p = marginals(np.searchsorted(a, pairs[:, 0]), np.searchsorted(b, pairs[:, 1]), odds)
            found |= {(int(min(pairs[e])), int(max(pairs[e]))): float(p[e]) for e in np.flatnonzero(p > 1e-4)}
    return found


def _facts(rows: Sequence[Row]) -> Facts:
    ages = np.array([row.age or (np.nan, np.nan) for row in rows]).reshape(-1, 2)
    return Facts(ages[:, 0], ages[:, 1], np.array([row.sex for row in rows], dtype=int))


def _name_ratios(rows: Sequence[Row]) -> np.ndarray:
    """Log-likelihood ratio of the names of every two rows, (N, N), 0 where one has none; a sibling's family parts count for nothing."""
    forms = sorted({form for row in rows if row.tokens for form in _forms(row.tokens)})
    place = {form: k for k, form in enumerate(forms)}
    arabic = np.array([is_arabic("".join(form)) for form in forms], dtype=bool)
    tokens = tokenise(forms, MOST)
    ratios = np.zeros((len(forms), len(forms)))
    for x, own_x in enumerate(("latin", "arabic")):
        for y, own_y in enumerate(("latin", "arabic")):
            left, right = np.flatnonzero(arabic == x), np.flatnonzero(arabic == y)
            if not (len(left) and len(right)):
                continue
            near = neighbours(tokens, tokens, (own_x, own_y), background=BACKGROUND)
            known = Lexicon(np.zeros(len(near.other)), np.zeros(len(tokens.words)), np.zeros(0))
            for part in np.array_split(left, -(-len(left) * len(right) // AT_ONCE)):
                pairs = np.stack(np.meshgrid(part, right, indexing="ij"), axis=-1).reshape(-1, 2)
                agree = align(tokens, tokens, near, pairs, CHANNEL, np.log(OMITTED), known)[0]
                # one family: what is left when the given name is taken away says "relative", not "same"
                total = agree.given + np.minimum(agree.total - agree.given, 1.0)
                ratios[part[:, None], right] = total.reshape(len(part), len(right))
    named = [i for i, row in enumerate(rows) if row.tokens]
    best = np.full((len(named), len(named)), -np.inf)
    for x in (0, 1):  # the name as it is written, and without an honorific first part
        for y in (0, 1):
            of_x, of_y = ([_forms(rows[i].tokens)[k:][:1] for i in named] for k in (x, y))
            a, b = (np.flatnonzero([bool(form) for form in of]) for of in (of_x, of_y))
            at_a, at_b = ([place[form] for (form,) in of if form] for of in (filter(None, of_x), filter(None, of_y)))
            here = ratios[np.ix_(at_a, at_b)] + PREFIX_LEFT_OUT * (x + y)
            best[np.ix_(a, b)] = np.maximum(best[np.ix_(a, b)], here)
    found = np.zeros((len(rows), len(rows)))
    found[np.ix_(named, named)] = best
    return found


def _forms(tokens: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The name, and without an honorific first part: Ahmad Naser goes by Naser."""
    return (tokens, tokens[1:]) if len(tokens) > 1 and tokens[0] in PREFIXES else (tokens,)


def _mixed_up(rows: Sequence[Row], persons: Sequence[tuple[int, ...]]) -> list[tuple[int, int, float, str]]:
    """A row whose age fits another victim better than its own namesakes, where its list names only one of the two.

    Sources mix up victims of one family: the odds are MIXED_UP to 1 - MIXED_UP times the ratio of the age classes.
    """
    found: list[tuple[int, int, float, str]] = []
    for person in persons:
        for i in person:
            row = rows[i]
            others = [rows[m] for m in person if m != i and rows[m].age]
            if row.age is None or not row.tokens or not others or any(_apart(row, o) < 0.5 for o in others):
                continue
            for other in persons:
                fits = [
                    m
                    for m in other
                    if rows[m].tokens and rows[m].age and rows[m].list != row.list and _apart(row, rows[m]) < 0.5
                ]
                sexes = {rows[m].sex for m in other} - {0}
                if (
                    other == person
                    or not fits
                    or row.list in {rows[m].list for m in other}
                    or (row.sex and sexes and row.sex not in sexes)
                ):
                    continue
                lift = AGE[0] / max(
                    AGE[
                        min(
                            len(AGE) - 3,
                            int(np.searchsorted([0.51, 1.51, 3.01, 6.01, 12.01], min(_apart(row, o) for o in others))),
                        )
                    ],
                    1e-3,
                )
                odds = MIXED_UP / (1 - MIXED_UP) * lift
                p = float(odds / (1 + odds))
                found.append(
                    (
                        min(i, fits[0]),
                        max(i, fits[0]),
                        p,
                        "the age is that of another victim, whom this list does not name",
                    )
                )
    return found


def _apart(a: Row, b: Row) -> float:
    if a.age is None or b.age is None:
        return np.inf
    return abs((a.age[0] + a.age[1]) / 2 - (b.age[0] + b.age[1]) / 2)
