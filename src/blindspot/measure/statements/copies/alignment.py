"""Which passages of two texts say the same in the same order?

Local alignment (Smith & Waterman 1981) of the two sequences of content stems: a shared stem earns its weight, a stem that
stands alone costs, so a passage ends where the texts part. The best passage is taken out and the search repeated, so copied
paragraphs in another order are found too. A passage is cut where a run of stems has no partner: what lies between two copied
paragraphs is not copied. Cost n * m cells per passage.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GAP = 0.55  # cost of a stem without a partner; between independent texts shared stems are rarer than 1 in 6, so passages die out
MISS = 0.8  # cost of two stems facing each other that differ: a word was replaced
LEAST = 18.0  # least score of the first passage: about a sentence of nine content words with most of them kept (judgement, see bench)
WEAKER = 6.0  # of the further ones: where something was copied, more may have been (judgement, see bench)
HOLE = 7  # stems in a row without a partner, on either side, that cut a passage
MOST = 40  # passages of one pair


@dataclass(frozen=True, slots=True)
class Passage:
    """Stems [a0, a1) of one text against [b0, b1) of the other; `matched` are the pairs of positions that agree."""

    a: tuple[int, int]
    b: tuple[int, int]
    score: float
    matched: NDArray[np.int64]  # (k, 2)


def align(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    weights: NDArray[np.float32],
    least: float = LEAST,
    weaker: float = WEAKER,
) -> list[Passage]:
    """The passages of two sequences of stem ids, best first; none where the best stays below `least`. `weights` is by id."""
    found: list[Passage] = []
    if not len(a) or not len(b):
        return found
    free_a, free_b = np.ones(len(a), bool), np.ones(len(b), bool)
    possible = np.where(np.isin(a, b), weights[a], 0.0)
    while len(found) < MOST and possible[free_a].sum() >= (weaker if found else least):
        matched, score = kernel()(a, b, weights, free_a, free_b, GAP, MISS)
        if not len(matched):
            break
        pieces = [p for p in _cut(matched, a, weights) if p.score >= weaker]
        if score < (weaker if found else least) or not pieces:
            break
        if not found and max(p.score for p in pieces) < least and sum(p.score for p in pieces) < least:
            break
        found += pieces
        for i, j in matched:
            free_a[i] = free_b[j] = False
        for p in pieces:
            free_a[slice(*p.a)] = False
            free_b[slice(*p.b)] = False
    return sorted(found, key=lambda p: (-p.score, p.a, p.b))


def _cut(matched: NDArray[np.int64], a: NDArray[np.int32], weights: NDArray[np.float32]) -> list[Passage]:
    """A chain of agreeing positions cut at its holes; each piece with the score it has by itself."""
    steps = np.diff(matched, axis=0) - 1
    edges = np.r_[0, np.flatnonzero((steps > HOLE).any(axis=1)) + 1, len(matched)]
    pieces = []
    for lo, hi in itertools.pairwise(edges):
        part = matched[lo:hi]
        holes = np.diff(part, axis=0) - 1
        facing = holes.min(axis=1) if len(holes) else np.zeros(0)
        cost = (MISS * facing + GAP * (holes.max(axis=1) - facing)).sum() if len(holes) else 0.0
        score = float(weights[a[part[:, 0]]].sum() - cost)
        pieces.append(
            Passage((int(part[0, 0]), int(part[-1, 0]) + 1), (int(part[0, 1]), int(part[-1, 1]) + 1), score, part)
        )
    return pieces


@lru_cache(maxsize=1)
def kernel() -> Any:
    """The compiled alignment: (a, b, weights, free_a, free_b, gap, miss) -> (agreeing positions (k, 2), score)."""
    import numba

    return numba.njit(cache=True, nogil=True)(_smith_waterman)


def _smith_waterman(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    weights: NDArray[np.float32],
    free_a: NDArray[np.bool_],
    free_b: NDArray[np.bool_],
    gap: float,
    miss: float,
) -> tuple[NDArray[np.int64], float]:
    """The best local alignment; stems that are not free end a passage. Ties: the first cell in reading order, then diagonals."""
    n, m = len(a), len(b)
    above = np.zeros(m + 1, np.float32)
    here = np.zeros(m + 1, np.float32)
    came = np.zeros((n + 1, m + 1), np.uint8)
    best, end_i, end_j = np.float32(0.0), 0, 0
    for i in range(1, n + 1):
        x = a[i - 1]
        usable = free_a[i - 1]
        here[0] = 0.0
        for j in range(1, m + 1):
            value, step = np.float32(0.0), 0
            if usable and free_b[j - 1]:
                agree = x == b[j - 1]
                diagonal = above[j - 1] + (weights[x] if agree else np.float32(-miss))
                if diagonal > value:
                    value, step = diagonal, (1 if agree else 2)
                if above[j] - np.float32(gap) > value:
                    value, step = above[j] - np.float32(gap), 3
                if here[j - 1] - np.float32(gap) > value:
                    value, step = here[j - 1] - np.float32(gap), 4
            here[j] = value
            came[i, j] = step
            if value > best:
                best, end_i, end_j = value, i, j
        above, here = here, above
    out = np.empty((min(n, m), 2), np.int64)
    k, i, j = 0, end_i, end_j
    while i > 0 and j > 0 and came[i, j] != 0:
        step = came[i, j]
        if step == 1:
            out[k, 0], out[k, 1] = i - 1, j - 1
            k += 1
        if step != 4:
            i -= 1
        if step != 3:
            j -= 1
    return out[:k][::-1].copy(), float(best)
