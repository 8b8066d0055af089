"""Which tokens of list B could be a spelling of a token of list A, and how often would that happen by chance?

Distances are cut into LEVELS. `chance[t, k]` is the share of a random row of B whose token stands at level k to token t:
rarity comes from the lists themselves, and a variant of a rare name stays rare (Splink's term frequency needs equality).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from blindspot.measure.people.letters import costs, distance, encode
from blindspot.measure.people.scripts import COARSE

if TYPE_CHECKING:
    from collections.abc import Sequence

# Upper bounds of the levels in nats, after level 0 (the same folded token). Judgement, from the distances of dictionary
# spellings: median 1.5, 90 % below 3.4, 98 % below 7.5; what a level is worth is fitted (`linkage`).
BOUNDS = np.array([0.35, 1.05, 2.05, 3.05, 4.05, 5.05, 6.5], dtype=np.float32)
LEVELS = 1 + len(BOUNDS)  # a further level, LEVELS, means: another name


@dataclass(frozen=True, slots=True)
class Tokens:
    """The names of one list in one script: token numbers per row, in order, -1 beyond the last."""

    words: tuple[str, ...]
    rows: np.ndarray  # (N, MOST) int32
    lengths: np.ndarray  # (N,) int32; 0 = no name in this script


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Per token of A its neighbours in B (compressed rows, sorted), their level, and the chance of each level."""

    start: np.ndarray  # (VA + 1,)
    other: np.ndarray  # (E,) token of B
    level: np.ndarray  # (E,) uint8
    first: np.ndarray  # (VA, LEVELS + 1) chance among given names of B
    later: np.ndarray  # (VA, LEVELS + 1) chance among the other tokens of B
    often_first: np.ndarray  # (VB,) share of a token of B among given names
    often_later: np.ndarray  # (VB,) and among the other tokens


def tokenise(names: Sequence[tuple[str, ...]], width: int) -> Tokens:
    """Token rows as numbers, the words in order of first use."""
    index: dict[str, int] = {}
    rows = np.full((len(names), width), -1, dtype=np.int32)
    lengths = np.zeros(len(names), dtype=np.int32)
    for i, tokens in enumerate(names):
        for j, token in enumerate(tokens):
            rows[i, j] = index.setdefault(token, len(index))
        lengths[i] = len(tokens)
    return Tokens(tuple(index), rows, lengths)


def neighbours(a: Tokens, b: Tokens, scripts: tuple[str, str], background: float = 0.0) -> Neighbours:
    """All pairs of tokens within the last bound, and how often each level is met in B.

    For the lists of one incident, `background` is how many tokens of other people are thought beside them; a token then
    does not count as its own chance, since each list names a person once.
    """
    cost = costs(*scripts)
    rows_a, lengths_a = encode(list(a.words))
    rows_b, lengths_b = encode(list(b.words))
    coarse = np.array(COARSE, dtype=np.int64)
    masks_a, masks_b = _masks(rows_a, lengths_a, coarse), _masks(rows_b, lengths_b, coarse)
    kinds, starts, order = _grouped(masks_b)
    index = {word: i for i, word in enumerate(b.words)}
    same = np.array([index.get(word, -1) for word in a.words], dtype=np.int64)
    start, other, level = _search(
        rows_a, lengths_a, masks_a, same, rows_b, lengths_b, kinds, starts, order, cost, BOUNDS
    )
    counts = [
        np.bincount(part[part >= 0], minlength=len(b.words)).astype(float)
        for part in (b.rows[:, 0], b.rows[:, 1:].ravel())
    ]
    first, later = (_chance(start, other, level, c, background) for c in counts)
    often = [(c + 0.5) / (max(1.0, c.sum()) + 0.5 * len(c)) for c in counts]
    return Neighbours(start, other, level, first, later, *often)


def _masks(rows: np.ndarray, lengths: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    at = coarse[rows]
    used = (np.arange(rows.shape[1]) < lengths[:, None]) & (at >= 0)
    found: np.ndarray = np.bitwise_or.reduce(np.where(used, np.int64(1) << np.maximum(at, 0), 0), axis=1)
    return found


def _grouped(masks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    order = np.argsort(masks, kind="stable")
    kinds, starts = np.unique(masks[order], return_index=True)
    return kinds, np.append(starts, len(masks)).astype(np.int64), order


def _chance(
    start: np.ndarray, other: np.ndarray, level: np.ndarray, counts: np.ndarray, background: float
) -> np.ndarray:
    """Share of B's tokens at each level, half a token added so that nothing is impossible."""
    n = len(start) - 1
    found = np.zeros((n, LEVELS + 1))
    owner = np.repeat(np.arange(n), np.diff(start))
    np.add.at(found, (owner, level), np.maximum(0.0, counts[other] - (background > 0)))
    total = max(1.0, counts.sum()) + background
    found[:, LEVELS] = total - found[:, :LEVELS].sum(axis=1)
    chance: np.ndarray = (found + 0.5) / (total + 0.5 * (LEVELS + 1))
    return chance


@njit(cache=True, nogil=True)
def _search(
    rows_a: Any, lengths_a: Any, masks_a: Any, same: Any, rows_b: Any, lengths_b: Any, kinds: Any, starts: Any, order: Any,
    cost: Any, bounds: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """Tokens of B whose strong consonants differ from A's in at most two classes, then the distance itself."""
    n, most = len(rows_a), bounds[-1]
    start = np.zeros(n + 1, dtype=np.int64)
    other = np.empty(1024, dtype=np.int32)
    level = np.empty(1024, dtype=np.uint8)
    used = 0
    for i in range(n):
        begun = used
        for k in range(len(kinds)):
            unlike = masks_a[i] ^ kinds[k]
            unlike &= unlike - 1
            unlike &= unlike - 1
            if unlike != 0:
                continue
            for at in range(starts[k], starts[k + 1]):
                j = order[at]
                if j == same[i]:
                    step = 0
                else:
                    found = distance(rows_a[i], lengths_a[i], rows_b[j], lengths_b[j], cost, most)
                    if found > most or found > 0.75 + 1.1 * min(lengths_a[i], lengths_b[j]):
                        continue
                    step = 1 + int(np.searchsorted(bounds, np.float32(found)))
                if used == len(other):
                    wider, longer = np.empty(2 * used, dtype=np.int32), np.empty(2 * used, dtype=np.uint8)
                    wider[:used], longer[:used] = other[:used], level[:used]
                    other, level = wider, longer
                other[used], level[used] = j, step
                used += 1
        inner = np.argsort(other[begun:used])
        other[begun:used] = other[begun:used][inner]
        level[begun:used] = level[begun:used][inner]
        start[i + 1] = used
    return start, other[:used].copy(), level[:used].copy()
