"""Which rows of two lists are one person? A posterior per pair, fitted to the two lists themselves without labels.

Three classes: same, relative (family parts agree, given name at random: the sibling veto), unrelated. The likelihood ratio
is that of names (`alignment`), age and sex (`evidence`); m, omissions, and the share of A that is on B are fitted by
expectation-maximisation with the packaged values as prior counts (Fellegi & Sunter 1969; Winkler 1988); one person at
most once per list (`matching`). Of a list longer than TEACH rows an even sample of so many teaches; the others are then
scored in blocks, so that time and memory grow with the rows and not with the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.people.calibration import LUMPED, Scale, chosen, decoys, doubts, fit, runners_up, tops
from blindspot.measure.people.evidence import CLASSES, Compared, Facts, ratio
from blindspot.measure.people.matching import assign, marginals
from blindspot.measure.people.views import PRIOR_COUNT, SCRIPTS, Batch, View, batch, relatives, views_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

Scores = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # pairs, log-odds, log-odds of relative, doubt
ROUNDS = 8
NARROWED, RIVAL = 1, 12.0  # after this round pairs that many nats below the best of their row are left alone
SURE = 0.5  # pairs below teach nothing: there are many of them, and most are not links
TEACH, BLOCK = 50_000, 10_000
AGE = np.array([0.60, 0.22, 0.07, 0.04, 0.03, 0.04, 0.95, 0.05])  # by class of `evidence`; judgement, as is the channel
SEX = np.array([0.985, 0.015])
# log P(level | relative) - log P(level | random) of the given name: relatives hardly share one, and never on purpose
RELATIVE_GIVEN = np.append(np.log(np.array([0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0])), [0.0, 0.0])


@dataclass(frozen=True, slots=True)
class People:
    """One list: ids, name tokens per script (an empty tuple where there is none), age and sex."""

    ids: tuple[str, ...]
    names: dict[str, tuple[tuple[str, ...], ...]]
    facts: Facts


@dataclass(slots=True)
class Model:
    """What is known of two lists: the views of their names, the likelihoods of age and sex, and the scale of the scores."""

    views: list[View]
    facts: tuple[Facts, Facts]
    kin: float  # log of how many relatives a row of B has, over the rows of B
    age: np.ndarray
    sex: np.ndarray
    scale: Scale

    def score(self, made: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of each pair: log-odds before the scale, the log-odds of relative to unrelated, the level of the given name."""
        parts = [v.agree(made.pairs[s], made.weight[s])[0] for v, s in zip(self.views, made.parts(), strict=True)]
        name, given, level = (np.concatenate([getattr(x, k) for x in parts]) for k in ("total", "given", "level"))
        facts = made.facts
        score = name + ratio(facts.age, facts.age_chance, self.age) + ratio(facts.sex, facts.sex_chance, self.sex)
        kin = self.kin + name - given + RELATIVE_GIVEN[level]
        return score - np.logaddexp(0.0, kin) - np.log(max(1, len(self.facts[1].sex))), kin, level

    def learn(self, made: Batch, p: np.ndarray) -> None:
        """M-step: everything but the scale from pairs that are the same person with probability p."""
        p = np.where(p > SURE, p, 0.0)
        for v, s in zip(self.views, made.parts(), strict=True):
            v.learn(made.pairs[s], made.weight[s], p[s])
        made.weight = p
        self.age, self.sex = _refit_facts(made.facts, p)


@dataclass(frozen=True, slots=True)
class Linked:
    """Candidate pairs of rows with their posterior; `kept` marks the best one-to-one linkage among them."""

    pairs: np.ndarray  # (P, 2)
    p: np.ndarray  # (P,) same person
    related: np.ndarray  # (P,) of the same family, another person
    kept: np.ndarray  # (P,) bool
    scale: Scale  # from scores to posteriors, with the fitted share of A that is on B
    fitted: dict[str, list[list[float]]] = field(default_factory=dict)


def link(
    a: People, b: People, executor: Executor | None = None, progress: Callable[[str], None] = lambda _: None
) -> Linked:
    """Posterior of every candidate pair of rows of two lists."""
    n = len(a.ids)
    lent = chosen(n)
    everyone = _with_decoys(a, lent)
    views = views_of(everyone, b)
    model = Model(
        views, (everyone.facts, b.facts), np.log(relatives(b) / max(1, len(b.ids))), AGE, SEX, Scale(0.0, 1.0, 0.5)
    )
    teachers = chosen(n, TEACH)
    progress(f"learning from {len(teachers)} rows")
    pairs, net, kin, doubt = _taught(model, teachers, n, len(lent), executor)
    if len(teachers) < n and views:
        rest = np.setdiff1d(np.arange(n), teachers)
        done = [(pairs, net, kin, doubt)]
        blocks = np.array_split(rest, -(-len(rest) // BLOCK))
        score = partial(_block, model)
        for k, part in enumerate(map(score, blocks) if executor is None else executor.map(score, blocks), 1):
            done.append(part)
            progress(f"linked {len(teachers) + len(rest) * k // len(blocks)} of {n} rows")
        pairs, net, kin, doubt = (np.concatenate(x) for x in zip(*done, strict=True))
    p = (1 - doubt) * marginals(pairs[:, 0], pairs[:, 1], model.scale.shift + model.scale.slope * net)
    related = (1 - p) / (1 + np.exp(-np.clip(kin, -60, 60)))
    kept = np.zeros(len(p), dtype=bool)
    kept[assign(pairs[:, 0], pairs[:, 1], p)] = True
    fitted = {"/".join(v.scripts): [*v.log_g.round(3).tolist(), v.gap.round(3).tolist()] for v in views}
    return Linked(pairs, p, related, kept, model.scale, fitted)


def _taught(model: Model, rows: np.ndarray, n: int, lent: int, executor: Executor | None) -> Scores:
    """Fits the model to these rows of A and to the decoys, which stand from row n on; the pairs of the rows, and their scores."""
    made = batch(model.views, np.append(rows, np.arange(n, n + lent)), *model.facts, executor)
    if not len(made.pairs):
        return made.pairs, np.empty(0), np.empty(0), np.empty(0)
    p = np.zeros(len(made.pairs))
    for turn in range(ROUNDS):
        net, kin, level = model.score(made)
        real = made.pairs[:, 0] < n
        chance = ~real & ~((kin > 0) & (level <= 1))  # a decoy that meets a real sibling of its own name proves nothing
        best = tops(made.pairs[real, 0], net[real], n)[rows]
        doubt = doubts(made.facts.age[real])
        absent = tops(made.pairs[chance, 0] - n, net[chance], lent), runners_up(made.pairs[real, 0], net[real], p[real])
        model.scale = fit(best, np.concatenate(absent), model.scale.share, float(doubt.mean()) if len(doubt) else 0.0)
        if turn == ROUNDS - 1:
            break
        p = np.zeros(len(net))
        odds = model.scale.shift + model.scale.slope * net[real]
        p[real] = (1 - doubt) * marginals(made.pairs[real, 0], made.pairs[real, 1], odds)
        model.learn(made, p)
        if turn == NARROWED:
            near = net > np.minimum(tops(made.pairs[:, 0], net, n + lent)[made.pairs[:, 0]] - RIVAL, LUMPED)
            made, p = made.only(near), p[near]
    return made.pairs[real], net[real], kin[real], doubts(made.facts.age[real])


def _block(model: Model, rows: np.ndarray) -> Scores:
    """The pairs of rows of A that taught nothing, and their scores; those far below the best of their row are left out."""
    made = batch(model.views, rows, *model.facts)
    net, kin, _ = model.score(made)
    at = np.searchsorted(rows, made.pairs[:, 0])
    worth = net > tops(at, net, len(rows))[at] - RIVAL
    return made.pairs[worth], net[worth], kin[worth], doubts(made.facts.age[worth])


def _with_decoys(a: People, lent: np.ndarray) -> People:
    names, facts = decoys(a.names, a.facts, lent)
    joined = ((a.facts.low, facts.low), (a.facts.high, facts.high), (a.facts.sex, facts.sex))
    ids = (*a.ids, *("",) * len(lent))
    return People(ids, {s: (*t, *names[s]) for s, t in a.names.items()}, Facts(*(np.concatenate(f) for f in joined)))


def _refit_facts(facts: Compared, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = facts.age >= 0
    age = np.bincount(facts.age[known], p[known], CLASSES) + PRIOR_COUNT * AGE
    point, wide = age[: CLASSES - 2], age[CLASSES - 2 :]
    known = facts.sex >= 0
    sex = np.bincount(facts.sex[known], p[known], 2) + PRIOR_COUNT * SEX
    return np.concatenate([point / point.sum(), wide / wide.sum()]), sex / sex.sum()


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

    sure = linked.p >= least
    kept, rivals = linked.kept & sure, ~linked.kept & sure
    relatives = (linked.related >= 0.9) & ~sure

    def rows(which: np.ndarray, p: np.ndarray) -> list[dict[str, object]]:
        at = np.flatnonzero(which)
        order = at[np.lexsort((linked.pairs[at, 1], linked.pairs[at, 0], -linked.p[at]))]
        return [row(e, p[e]) for e in order]

    return {
        "links": rows(kept, linked.p),
        "unresolved": rows(rivals, linked.p),
        "related": rows(relatives, linked.related),
    }
