"""Which pairs of rows are candidates, and how do their names agree? One view for each pair of scripts two lists share.

A view holds the tokens of both lists in its scripts, which token of B may stand for which of A (`vocabulary`), where the
tokens of B stand (`retrieval`), and what was learnt so far of the channel (`alignment`). It is made once for the whole
of both lists; candidate pairs are then drawn for some rows of A at a time (`Batch`), which is what bounds the memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.people.alignment import Agreement, Expected, Lexicon, align
from blindspot.measure.people.evidence import Compared, compare
from blindspot.measure.people.names import MOST
from blindspot.measure.people.retrieval import Postings, postings, retrieve, worths
from blindspot.measure.people.vocabulary import Neighbours, Tokens, neighbours, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor

    from blindspot.measure.people.evidence import Facts
    from blindspot.measure.people.linkage import People

SCRIPTS = ("arabic", "latin")
PRIOR_COUNT = 60.0  # how many linked pairs the packaged values are worth; judgement
PRIOR_LEVEL = 5.0  # and how many at each level; judgement
# log g by level (equal, then BOUNDS, then another name) for the given name, the family, other parts; all judgement, and
# outweighed by the lists themselves once a hundred people are linked.
CHANNEL = np.array([[0.0, -0.3, -0.6, -1.5, -2.0, -2.5, -3.0, -3.5, end] for end in (-9.5, -8.5, -8.5)])
OMITTED = np.array([[0.005, 0.02, 0.03], [0.03, 0.15, 1.0]])


@dataclass(slots=True)
class View:
    """One pair of scripts: the tokens of both lists, and the channel g and log-probabilities of omissions as learnt so far."""

    scripts: tuple[str, str]
    left: Tokens
    right: Tokens
    near: Neighbours
    held: Postings
    worth: np.ndarray
    apart: tuple[np.ndarray, np.ndarray]  # rows of A and of B that another view compares if both are true
    log_g: np.ndarray
    gap: np.ndarray
    together: np.ndarray  # the lexicon: by edge of `near`,
    other: np.ndarray  # and by token of A against one that is no neighbour

    def candidates(self, rows: np.ndarray, executor: Executor | None = None) -> np.ndarray:
        """Pairs (P, 2) worth comparing, of these rows of A."""
        pairs = retrieve(self.left, self.near, self.held, self.worth, rows, executor=executor)
        kept: np.ndarray = pairs[~(self.apart[0][pairs[:, 0]] & self.apart[1][pairs[:, 1]])]
        return kept

    def agree(
        self, pairs: np.ndarray, weight: np.ndarray, p: np.ndarray | None = None
    ) -> tuple[Agreement, Expected, Lexicon]:
        """How the names of the pairs agree as of now, and what pairs weighted p would teach; weight: as in `Lexicon`."""
        known = Lexicon(self.together, self.other, weight)
        return align(self.left, self.right, self.near, pairs, self.log_g, self.gap, known, p)

    def learn(self, pairs: np.ndarray, weight: np.ndarray, p: np.ndarray) -> None:
        """M-step by iterative scaling: g grows where a level is met more often among same pairs than the channel expects."""
        _, found, lexicon = self.agree(pairs, weight, p)
        log_g = self.log_g + np.log((found.met + PRIOR_LEVEL) / (found.channel + PRIOR_LEVEL))
        kept = found.met.sum(axis=1)
        short, long = found.omitted + PRIOR_COUNT * OMITTED
        short = short / (short + kept + PRIOR_COUNT)
        long = np.minimum(long / max(1.0, long[2]), 1.0)  # relative to an omitted generation
        self.log_g, self.gap = log_g - log_g[:, :1], np.log(np.stack([short, long]))
        self.together, self.other = lexicon.together, lexicon.other


@dataclass(slots=True)
class Batch:
    """Candidate pairs of some rows of A, view after view, with what their ages and sexes are to each other."""

    pairs: np.ndarray  # (P, 2)
    cut: np.ndarray  # (V + 1,) where the pairs of each view begin
    weight: np.ndarray  # (P,) what each pair taught the lexicon, which is left out for the pair itself
    facts: Compared

    def parts(self) -> Iterator[slice]:
        """Where the pairs of each view stand."""
        return (slice(i, j) for i, j in zip(self.cut[:-1], self.cut[1:], strict=True))

    def only(self, worth: np.ndarray) -> Batch:
        """The pairs that are worth keeping (P,)."""
        f = self.facts
        cut = np.append(0, np.cumsum(worth))[self.cut]
        facts = Compared(f.age[worth], f.age_chance[worth], f.sex[worth], f.sex_chance[worth])
        return Batch(self.pairs[worth], cut, self.weight[worth], facts)


def views_of(a: People, b: People) -> list[View]:
    """The views of two lists; a pair of rows that shares a script is compared in it, Arabic before Latin."""
    found: list[View] = []
    for own in ((SCRIPTS[0], SCRIPTS[0]), (SCRIPTS[1], SCRIPTS[1]), (SCRIPTS[1], SCRIPTS[0]), (SCRIPTS[0], SCRIPTS[1])):
        in_a, in_b = _has(a, own[0]), _has(b, own[1])
        apart = np.zeros(len(in_a), dtype=bool), np.zeros(len(in_b), dtype=bool)
        if own == ("latin", "latin"):  # rows that share Arabic were compared in it
            apart = _has(a, "arabic"), _has(b, "arabic")
            if apart[0][in_a].all() and apart[1][in_b].all():
                continue
        elif own[0] != own[1]:
            in_a, in_b = in_a & ~_has(a, own[1]), in_b & ~_has(b, own[0])
        if not (in_a.any() and in_b.any()):
            continue
        left, right = _tokens(a, own[0], in_a), _tokens(b, own[1], in_b)
        near = neighbours(left, right, own)
        blank = np.zeros(len(near.other)), np.zeros(len(left.words))
        worth = worths(near, CHANNEL[2])
        found.append(
            View(own, left, right, near, postings(right), worth, apart, CHANNEL.copy(), np.log(OMITTED), *blank)
        )
    return found


def batch(views: Sequence[View], rows: np.ndarray, a: Facts, b: Facts, executor: Executor | None = None) -> Batch:
    """The candidate pairs of these rows of A."""
    parts = [v.candidates(rows, executor) for v in views]
    pairs = np.concatenate([np.empty((0, 2), dtype=np.int64), *parts])
    cut = np.cumsum([0, *(len(part) for part in parts)])
    return Batch(pairs, cut, np.zeros(len(pairs)), compare(a, b, pairs))


def relatives(b: People) -> float:
    """How many siblings (same parts but for the given name) a random row of B has on B, at least a tenth."""
    script = max(SCRIPTS, key=lambda s: int(_has(b, s).sum()))
    rest = [t[1:] for t in b.names.get(script, ()) if len(t) > 2]
    if not rest:
        return 0.5
    counts: dict[tuple[str, ...], int] = {}
    for r in rest:
        counts[r] = counts.get(r, 0) + 1
    return max(0.1, sum(c * (c - 1) for c in counts.values()) / len(rest))


def _has(people: People, script: str) -> np.ndarray:
    return np.array([bool(t) for t in people.names.get(script, ((),) * len(people.ids))], dtype=bool)


def _tokens(people: People, script: str, kept: np.ndarray) -> Tokens:
    return tokenise([t if k else () for t, k in zip(people.names[script], kept, strict=True)], MOST)
