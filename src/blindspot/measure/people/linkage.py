"""Which rows of two lists are one person? A posterior per pair, fitted to the two lists themselves without labels.

Three classes: same, relative (family parts agree, given name at random: the sibling veto), unrelated. The likelihood ratio
is that of names (`alignment`), age and sex (`evidence`); m, omissions, and the share of A that is on B are fitted by
expectation-maximisation with the packaged values as prior counts (Fellegi & Sunter 1969; Winkler 1988); one person at
most once per list (`matching`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.people.alignment import Agreement, Expected, Lexicon, align
from blindspot.measure.people.calibration import Scale, chosen, decoys, fit, tops
from blindspot.measure.people.evidence import CLASSES, Compared, Facts, compare, ratio
from blindspot.measure.people.matching import assign, marginals
from blindspot.measure.people.names import MOST
from blindspot.measure.people.retrieval import retrieve
from blindspot.measure.people.vocabulary import Neighbours, Tokens, neighbours, tokenise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

SCRIPTS = ("arabic", "latin")
PRIOR_COUNT = 60.0  # how many linked pairs the packaged values are worth; judgement
PRIOR_LEVEL = 5.0  # and how many at each level; judgement
ROUNDS = 8
NARROWED, RIVAL = 1, 12.0  # after this round pairs that many nats below the best of their row are left alone
SURE = 0.5  # pairs below teach nothing: there are many of them, and most are not links


@dataclass(frozen=True, slots=True)
class People:
    """One list: ids, name tokens per script (an empty tuple where there is none), age and sex."""

    ids: tuple[str, ...]
    names: dict[str, tuple[tuple[str, ...], ...]]
    facts: Facts


@dataclass(slots=True)
class Weights:
    """The channel g by kind and level, and the log-probability of an omission by kind, in one view of the names."""

    log_g: np.ndarray
    gap: np.ndarray


@dataclass(slots=True)
class View:
    """One pair of scripts: its candidate pairs, and what was fitted on them."""

    scripts: tuple[str, str]
    left: Tokens
    right: Tokens
    near: Neighbours
    pairs: np.ndarray
    weights: Weights
    lexicon: Lexicon

    def agree(self, p: np.ndarray | None = None) -> tuple[Agreement, Expected, Lexicon]:
        """How the names of the pairs agree under today's weights, and what pairs weighted p would teach."""
        w = self.weights
        return align(self.left, self.right, self.near, self.pairs, w.log_g, w.gap, self.lexicon, p)


@dataclass(frozen=True, slots=True)
class Linked:
    """Candidate pairs of rows with their posterior; `kept` marks the best one-to-one linkage among them."""

    pairs: np.ndarray  # (P, 2)
    p: np.ndarray  # (P,) same person
    related: np.ndarray  # (P,) of the same family, another person
    kept: np.ndarray  # (P,) bool
    scale: Scale  # from scores to posteriors, with the fitted share of A that is on B
    fitted: dict[str, list[list[float]]] = field(default_factory=dict)


def link(a: People, b: People, executor: Executor | None = None) -> Linked:
    """Posterior of every candidate pair of rows of two lists."""
    n = len(a.ids)
    lent = chosen(n)
    views = _views(_with_decoys(a, lent), b, executor)
    if not views:
        empty = np.empty(0)
        return Linked(np.empty((0, 2), dtype=np.int64), empty, empty, empty.astype(bool), Scale(0.0, 1.0, 0.0))
    pairs = np.concatenate([v.pairs for v in views])
    everyone = _with_decoys(a, lent)
    facts = compare(everyone.facts, b.facts, pairs)
    real = pairs[:, 0] < n
    age_m, sex_m = AGE.copy(), SEX.copy()
    scale, n_b = Scale(0.0, 1.0, 0.5), max(1, len(b.ids))
    relatives = _relatives(b)
    p = related = np.empty(0)
    for turn in range(ROUNDS):
        parts = [v.agree()[0] for v in views]
        name = np.concatenate([part.total for part in parts])
        given = np.concatenate([part.given for part in parts])
        level = np.concatenate([part.level for part in parts])
        score = name + ratio(facts.age, facts.age_chance, age_m) + ratio(facts.sex, facts.sex_chance, sex_m)
        kin = np.log(relatives / n_b) + name - given + RELATIVE_GIVEN[level]
        net = score - np.logaddexp(0.0, kin) - np.log(n_b)
        chance = ~real & ~((kin > 0) & (level <= 1))  # a decoy that meets a real sibling of its own name proves nothing
        scale = fit(tops(pairs[real, 0], net[real], n), tops(pairs[chance, 0] - n, net[chance], len(lent)), scale.share)
        p = np.zeros(len(pairs))
        p[real] = marginals(pairs[real, 0], pairs[real, 1], scale.shift + scale.slope * net[real])
        related = (1 - p) / (1 + np.exp(-np.clip(kin, -60, 60)))
        sure = np.where(p > SURE, p, 0.0)
        start = 0
        for v in views:
            _refit(v, sure[start : start + len(v.pairs)])
            start += len(v.pairs)
        age_m, sex_m = _refit_facts(facts, sure)
        if turn == NARROWED:
            best = tops(pairs[:, 0], net, len(everyone.ids))
            worth = net > best[pairs[:, 0]] - RIVAL
            _narrow(views, worth)
            pairs, real, p, related = pairs[worth], real[worth], p[worth], related[worth]
            facts = Compared(facts.age[worth], facts.age_chance[worth], facts.sex[worth], facts.sex_chance[worth])
    pairs, p, related = pairs[real], p[real], related[real]
    kept = np.zeros(len(p), dtype=bool)
    kept[assign(pairs[:, 0], pairs[:, 1], p)] = True
    fitted = {"/".join(v.scripts): [*v.weights.log_g.round(3).tolist(), v.weights.gap.round(3).tolist()] for v in views}
    return Linked(pairs, p, related, kept, scale, fitted)


# log g by level (equal, then BOUNDS, then another name) for the given name, the family, other parts; all judgement, and
# outweighed by the lists themselves once a hundred people are linked. Age classes are those of `evidence`.
CHANNEL = np.array([[0.0, -0.3, -0.6, -1.5, -2.0, -2.5, -3.0, -3.5, end] for end in (-9.5, -8.5, -8.5)])
OMITTED = np.array([[0.005, 0.02, 0.03], [0.03, 0.15, 1.0]])
AGE = np.array([0.60, 0.22, 0.07, 0.04, 0.03, 0.04, 0.95, 0.05])
SEX = np.array([0.985, 0.015])
# log P(level | relative) - log P(level | random) of the given name: relatives hardly share one, and never on purpose
RELATIVE_GIVEN = np.append(np.log(np.array([0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0])), [0.0, 0.0])


def _views(a: People, b: People, executor: Executor | None) -> list[View]:
    """Candidate pairs by pair of scripts; a pair that shares a script is compared in it, Arabic before Latin."""
    found: list[View] = []
    for own in ((SCRIPTS[0], SCRIPTS[0]), (SCRIPTS[1], SCRIPTS[1]), (SCRIPTS[1], SCRIPTS[0]), (SCRIPTS[0], SCRIPTS[1])):
        in_a, in_b = _has(a, own[0]), _has(b, own[1])
        if own != ("arabic", "arabic"):
            in_a_arabic, in_b_arabic = _has(a, "arabic"), _has(b, "arabic")
            if own == ("latin", "latin"):  # rows that share Arabic were compared in it
                if in_a_arabic[in_a].all() and in_b_arabic[in_b].all():
                    continue
            else:
                in_a = in_a & ~_has(a, own[1])
                in_b = in_b & ~_has(b, own[0])
        if not (in_a.any() and in_b.any()):
            continue
        left, right = _tokens(a, own[0], in_a), _tokens(b, own[1], in_b)
        near = neighbours(left, right, own)
        pairs = retrieve(left, right, near, CHANNEL[2], executor=executor)
        if own == ("latin", "latin"):
            shared = _has(a, "arabic")[pairs[:, 0]] & _has(b, "arabic")[pairs[:, 1]]
            pairs = pairs[~shared]
        if not len(pairs):
            continue
        weights = Weights(CHANNEL.copy(), np.log(OMITTED))

        lexicon = Lexicon(np.zeros(len(near.other)), np.zeros(len(left.words)), np.zeros(0))
        found.append(View(own, left, right, near, pairs, weights, lexicon))
    return found


def _with_decoys(a: People, lent: np.ndarray) -> People:
    names, facts = decoys(a.names, a.facts, lent)
    joined = ((a.facts.low, facts.low), (a.facts.high, facts.high), (a.facts.sex, facts.sex))
    ids = (*a.ids, *("",) * len(lent))
    return People(ids, {s: (*t, *names[s]) for s, t in a.names.items()}, Facts(*(np.concatenate(f) for f in joined)))


def _has(people: People, script: str) -> np.ndarray:
    return np.array([bool(t) for t in people.names.get(script, ((),) * len(people.ids))])


def _tokens(people: People, script: str, kept: np.ndarray) -> Tokens:
    return tokenise([t if k else () for t, k in zip(people.names[script], kept, strict=True)], MOST)


def _narrow(views: list[View], worth: np.ndarray) -> None:
    start = 0
    for v in views:
        part = worth[start : start + len(v.pairs)]
        start += len(v.pairs)
        v.pairs = v.pairs[part]
        v.lexicon = Lexicon(v.lexicon.together, v.lexicon.other, v.lexicon.weight[part])


def _refit(view: View, p: np.ndarray) -> None:
    """M-step by iterative scaling: g grows where a level is met more often among same pairs than the channel expects."""
    near = p > 1e-3
    _, found, lexicon = view.agree(np.where(near, p, 0.0))
    view.lexicon = lexicon
    log_g = view.weights.log_g + np.log((found.met + PRIOR_LEVEL) / (found.channel + PRIOR_LEVEL))
    kept = found.met.sum(axis=1)
    short, long = found.omitted + PRIOR_COUNT * OMITTED
    short = short / (short + kept + PRIOR_COUNT)
    long = np.minimum(long / max(1.0, long[2]), 1.0)  # relative to an omitted generation
    view.weights = Weights(log_g - log_g[:, :1], np.log(np.stack([short, long])))


def _refit_facts(facts: Compared, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = facts.age >= 0
    age = np.bincount(facts.age[known], p[known], CLASSES) + PRIOR_COUNT * AGE
    point, wide = age[: CLASSES - 2], age[CLASSES - 2 :]
    known = facts.sex >= 0
    sex = np.bincount(facts.sex[known], p[known], 2) + PRIOR_COUNT * SEX
    return np.concatenate([point / point.sum(), wide / wide.sum()]), sex / sex.sum()


def _relatives(b: People) -> float:
    """How many siblings (same parts but for the given name) a random row of B has on B, at least a tenth."""
    script = max(SCRIPTS, key=lambda s: int(_has(b, s).sum()))
    rest = [t[1:] for t in b.names.get(script, ()) if len(t) > 2]
    if not rest:
        return 0.5
    counts: dict[tuple[str, ...], int] = {}
    for r in rest:
        counts[r] = counts.get(r, 0) + 1
    return max(0.1, sum(c * (c - 1) for c in counts.values()) / len(rest))


def names_of(rows: Sequence[tuple[str, str]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Name cells (any, local script) of a list as tokens by script."""
    from blindspot.measure.people.names import read_name
    from blindspot.measure.people.scripts import is_arabic

    by: dict[str, list[tuple[str, ...]]] = {s: [] for s in SCRIPTS}
    for cells in rows:
        for script in SCRIPTS:
            cell = next((c for c in reversed(cells) if c and is_arabic(c) == (script == "arabic")), "")
            by[script].append(read_name(cell).tokens if cell else ())
    return {s: tuple(t) for s, t in by.items()}


def links(linked: Linked, a: People, b: People, least: float = 0.05) -> dict[str, list[dict[str, object]]]:
    """Plain data: the one-to-one links at or above `least`, best first; `unresolved`: their rivals; `related`: relatives."""

    def row(e: int, p: float) -> dict[str, object]:
        i, j = linked.pairs[e]
        return {"a": a.ids[i], "b": b.ids[j], "p": round(float(p), 4)}

    order = np.lexsort((linked.pairs[:, 1], linked.pairs[:, 0], -linked.p))
    kept = [e for e in order if linked.kept[e] and linked.p[e] >= least]
    rivals = [e for e in order if not linked.kept[e] and linked.p[e] >= least]
    relatives = [e for e in order if linked.related[e] >= 0.9 and linked.p[e] < least]
    return {
        "links": [row(e, linked.p[e]) for e in kept],
        "unresolved": [row(e, linked.p[e]) for e in rivals],
        "related": [row(e, linked.related[e]) for e in relatives],
    }
