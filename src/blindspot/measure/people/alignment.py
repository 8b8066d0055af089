"""How well do two names agree, part by part? The best alignment of their tokens in order, as log-likelihood ratios.

A noisy channel: a token s of A is written on B as token t with P(t | s) proportional to freq(t) g[q, level(s, t)], for the
kind of part q (given, family, other). The ratio to a random row is log g[q, k] - log sum_k' g[q, k'] chance[s, k'], mixed with
how often the two tokens stood together in other linked pairs (`Lexicon`). A token of the
shorter name without a counterpart costs log(gap[0]), one of the longer name log(gap[1]), where an omitted generation is the
usual case and costs nothing. The alignment is the most likely one (dynamic
programming over at most MOST x MOST tokens; Needleman & Wunsch 1970 with likelihoods for scores).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from blindspot.measure.people.vocabulary import LEVELS

if TYPE_CHECKING:
    from blindspot.measure.people.vocabulary import Neighbours, Tokens

# A later part equal to the given name says little more: children are named after a grandfather. log(1/0.15), judgement
# from the share of such names in public lists.
_NAMESAKE = 1.9
_FAITH = 8.0  # how many meetings of two tokens the channel is worth; judgement
ABSENT = LEVELS + 1  # the level of a given name that has no counterpart


@dataclass(frozen=True, slots=True)
class Agreement:
    """Per pair of rows: the ratio of the whole name, the part of it due to the given name, and the level of that."""

    total: np.ndarray  # (P,) nats
    given: np.ndarray  # (P,) nats
    level: np.ndarray  # (P,) level of the given name, LEVELS another, ABSENT none


@dataclass(frozen=True, slots=True)
class Expected:
    """Over pairs that weigh p each: levels met, levels the channel expects, by kind; omissions and kept tokens by kind."""

    met: np.ndarray  # (3, LEVELS + 1)
    channel: np.ndarray  # (3, LEVELS + 1)
    omitted: np.ndarray  # (2, 3) of the shorter and of the longer name


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How often tokens stood together in linked pairs, and the weight each pair had then (left out for itself)."""

    together: np.ndarray  # (E,) by edge of Neighbours
    other: np.ndarray  # (VA,) against a token that is no neighbour
    weight: np.ndarray  # (P,)


def align(
    a: Tokens, b: Tokens, near: Neighbours, pairs: np.ndarray, log_g: np.ndarray, gap: np.ndarray, lexicon: Lexicon,
    p: np.ndarray | None = None,
) -> tuple[Agreement, Expected, Lexicon]:  # fmt: skip
    """Agreement of pairs (P, 2) of rows; log_g: (3, LEVELS + 1); gap: (2, 3) log-probabilities; p: (P,) weights or none.

    With p, also what the pairs so weighted say of the channel and of the tokens.
    """
    n = len(pairs)
    total, given = np.empty(n), np.empty(n)
    level = np.empty(n, dtype=np.uint8)
    found = Expected(np.zeros((3, LEVELS + 1)), np.zeros((3, LEVELS + 1)), np.zeros((2, 3)))
    g = np.exp(log_g)
    norm = np.log(np.stack([near.first @ g.T, near.later @ g.T]))  # (2, VA, 3)
    all_of = (
        np.add.reduceat(np.append(lexicon.together, 0.0), near.start[:-1]) * (np.diff(near.start) > 0) + lexicon.other
    )
    learnt = Lexicon(np.zeros(len(near.other)), np.zeros(len(a.words)), np.zeros(n) if p is None else p)
    _align(
        a.rows, a.lengths, b.rows, b.lengths, near.start, near.other, near.level, near.first, near.later, norm, pairs,
        log_g, g, gap, near.often_first, near.often_later, lexicon.together, lexicon.other, all_of, lexicon.weight,
        np.zeros(0) if p is None else p, total, given, level, found.met, found.channel, found.omitted, learnt.together, learnt.other,
    )  # fmt: skip
    return Agreement(total, given, level), found, learnt


@njit(cache=True, nogil=True)
def edge_of(start: Any, other: Any, s: int, t: int) -> int:
    """The edge from token s of A to token t of B (binary search), -1 where t is no neighbour."""
    low, high = start[s], start[s + 1]
    while low < high:
        middle = (low + high) // 2
        if other[middle] < t:
            low = middle + 1
        else:
            high = middle
    return low if low < start[s + 1] and other[low] == t else -1


@njit(cache=True, nogil=True)
def _kind(i: int, j: int, na: int, nb: int) -> int:
    return 0 if i == 0 and j == 0 else 1 if i == na - 1 and j == nb - 1 else 2


@njit(cache=True, nogil=True)
def _align(
    rows_a: Any, lengths_a: Any, rows_b: Any, lengths_b: Any, start: Any, other: Any, level: Any, first: Any, later: Any,
    norm: Any, pairs: Any, log_g: Any, g: Any, gap: Any, often_first: Any, often_later: Any, together: Any, apart: Any,
    all_of: Any, before: Any, weight: Any, total: Any, given: Any, given_level: Any, met: Any, channel: Any, omitted: Any,
    new_together: Any, new_apart: Any,
) -> None:  # fmt: skip
    width = rows_a.shape[1]
    best = np.empty((width + 1, width + 1))
    move = np.empty((width + 1, width + 1), dtype=np.uint8)
    part = np.empty((width, width))
    seen = np.empty((width, width), dtype=np.uint8)
    edge = np.empty((width, width), dtype=np.int64)
    for p in range(len(pairs)):
        if len(weight) and weight[p] <= 1e-3:
            continue  # it teaches nothing, and nothing else is asked of it
        x, y = pairs[p, 0], pairs[p, 1]
        na, nb = lengths_a[x], lengths_b[y]
        own = before[p] if len(before) else 0.0
        for i in range(na):
            s = rows_a[x, i]
            for j in range(nb):
                kind = _kind(i, j, na, nb)
                t = rows_b[y, j]
                e = edge_of(start, other, s, t)
                edge[i, j] = e
                seen[i, j] = level[e] if e >= 0 else LEVELS
                ratio = np.exp(log_g[kind, seen[i, j]] - norm[0 if j == 0 else 1, s, kind])
                if e >= 0:
                    met_before = max(0.0, together[e] - own) / (often_first[t] if j == 0 else often_later[t])
                else:
                    met_before = max(0.0, apart[s] - own)
                part[i, j] = np.log((met_before + _FAITH * ratio) / (max(0.0, all_of[s] - own) + _FAITH))
                if i and s == rows_a[x, 0]:
                    part[i, j] = min(part[i, j], _NAMESAKE)
        of_a, of_b = (0, 1) if na <= nb else (1, 0)
        best[0, 0] = 0.0
        for i in range(na + 1):
            for j in range(nb + 1):
                if i == 0 and j == 0:
                    continue
                value, how = -1e9, 0
                if i and j:
                    value = best[i - 1, j - 1] + part[i - 1, j - 1]
                if i:
                    here = best[i - 1, j] + gap[of_a, 0 if i == 1 else 1 if i == na else 2]
                    if here > value:
                        value, how = here, 1
                if j:
                    here = best[i, j - 1] + gap[of_b, 0 if j == 1 else 1 if j == nb else 2]
                    if here > value:
                        value, how = here, 2
                best[i, j], move[i, j] = value, how
        total[p] = best[na, nb]
        given[p], given_level[p] = 0.0, ABSENT
        w = weight[p] if len(weight) else 0.0
        i, j = na, nb
        while i or j:
            how = move[i, j]
            if how == 0:
                i, j = i - 1, j - 1
                kind = _kind(i, j, na, nb)
                if kind == 0:
                    given[p], given_level[p] = part[0, 0], seen[0, 0]
                if w > 1e-3:
                    s = rows_a[x, i]
                    met[kind, seen[i, j]] += w
                    if edge[i, j] >= 0:
                        new_together[edge[i, j]] += w
                    else:
                        new_apart[s] += w
                    for k in range(LEVELS + 1):
                        chance = first[s, k] if j == 0 else later[s, k]
                        channel[kind, k] += w * chance * g[kind, k] / np.exp(norm[0 if j == 0 else 1, s, kind])
            else:
                side, at, last = (of_a, i, na) if how == 1 else (of_b, j, nb)
                if at == 1:
                    given[p] += gap[side, 0]
                omitted[side, 0 if at == 1 else 1 if at == last else 2] += w
                if how == 1:
                    i -= 1
                else:
                    j -= 1
