"""Which rows of B are worth comparing with a row of A? Those whose tokens together are least likely by chance.

Every token of a row adds the ratio of its channel (`alignment`; log_g: (LEVELS + 1,)) to the rows of B that hold a
neighbour of it; the best `keep` rows above `least` are kept. Unlike blocking on equal keys this loses no pair because one
token is spelled in an unforeseen way. The neighbours of a token at one level are a cell; a cell that holds the share c of
B costs c N looks and finds the true row with probability c exp(worth): so the cells worth most are looked at first, and in
a long list those beyond VISITS rows are left out. The best rows by this rough sum are then compared token by token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from blindspot.measure.people.vocabulary import LEVELS

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from blindspot.measure.people.vocabulary import Neighbours, Tokens


_LAST = 7
VISITS = 50_000  # rows of B looked at for one row of A: keeps long lists linear
_SHORT = 4  # times `keep`: the rows that are compared in full, after a rough sum
_IN_PLACE = np.float32(1.5)  # a given name in the place of a given name, a family in that of a family; judgement


@dataclass(frozen=True, slots=True)
class Postings:
    """Where each token of B stands: row * 8 + place in the name, _LAST for a family; those of token t from start[t]."""

    start: np.ndarray
    held: np.ndarray
    rows: np.ndarray  # (N, MOST) the tokens of each row, as in `Tokens`
    lengths: np.ndarray


def worths(near: Neighbours, log_g: np.ndarray) -> np.ndarray:
    """What a level of a token of A is worth, (VA, LEVELS + 1), in nats, never below 0."""
    worth: np.ndarray = np.maximum(0.0, log_g - np.log(near.later @ np.exp(log_g))[:, None])
    worth[:, LEVELS] = 0.0
    return worth


def retrieve(
    a: Tokens,
    near: Neighbours,
    held: Postings,
    worth: np.ndarray,
    rows: np.ndarray,
    keep: int = 50,
    least: float = 5.0,
    executor: Executor | None = None,
) -> np.ndarray:
    """Pairs of rows (P, 2) for these rows of A, in their order, then by row of B."""
    looks = _looks(near.start, near.other, near.level, held.start)
    chunks = np.array_split(rows, 1 if executor is None else max(1, min(64, len(rows) // 256)))
    work = [
        (a.rows[c], a.lengths[c], near.start, near.other, near.level, worth, looks, held.start, held.held, held.rows,
         held.lengths, keep, least)
        for c in chunks
    ]  # fmt: skip
    done = (
        [_best(*w) for w in work]
        if executor is None
        else [f.result() for f in [executor.submit(_best, *w) for w in work]]
    )
    found = []
    for c, (x, y) in zip(chunks, done, strict=True):
        found.append(np.stack([c[x], y], axis=1) if len(c) else np.empty((0, 2), dtype=np.int64))
    pairs = np.concatenate(found)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def postings(b: Tokens) -> Postings:
    """Where each token of a list stands."""
    row = np.repeat(np.arange(len(b.rows)), b.rows.shape[1])
    token = b.rows.ravel().astype(np.int64)
    row, token = row[token >= 0], token[token >= 0]
    order = np.lexsort((row, token))
    start = np.zeros(len(b.words) + 1, dtype=np.int64)
    np.cumsum(np.bincount(token, minlength=len(b.words)), out=start[1:])
    place = np.repeat(np.arange(b.rows.shape[1])[None, :], len(b.rows), axis=0)
    place = np.where((place == b.lengths[:, None] - 1) & (place > 0), _LAST, place)
    at = place.ravel()[b.rows.ravel() >= 0]
    return Postings(start, (row[order] * 8 + at[order]).astype(np.int32), b.rows, b.lengths)


@njit(cache=True, nogil=True)
def _looks(start: Any, other: Any, level: Any, held_start: Any) -> Any:
    """How many rows of B stand in each cell, (VA, LEVELS)."""
    found = np.zeros((len(start) - 1, LEVELS), dtype=np.int64)
    for s in range(len(start) - 1):
        for e in range(start[s], start[s + 1]):
            found[s, level[e]] += held_start[other[e] + 1] - held_start[other[e]]
    return found


@njit(cache=True, nogil=True)
def _bar(tokens: Any, size: int, worth: Any, looks: Any) -> float:
    """The worth from which the cells of a row are looked at."""
    value = np.empty(size * LEVELS, dtype=np.float64)
    for i in range(size):
        value[i * LEVELS : (i + 1) * LEVELS] = worth[tokens[i], :LEVELS]
    visited = 0
    bar = 0.0
    for c in np.argsort(-value):
        if value[c] <= 0.0:
            break
        visited += looks[tokens[c // LEVELS], c % LEVELS]
        if visited > VISITS and bar > 0.0:
            return bar
        bar = value[c]
    return 0.0


@njit(cache=True, nogil=True)
def _cut(steps: Any, keep: int, least: int) -> Any:
    """Where the best `keep` of these bytes stand, none below `least`; ties fall to the first."""
    often = np.zeros(256, dtype=np.int64)
    for step in steps:
        often[step] += 1
    bar, above = 256, 0  # the step from which all are taken: the highest that leaves at most `keep`
    while bar > least and above + often[bar - 1] <= keep:
        bar -= 1
        above += often[bar]
    spare = keep - above if bar > least else 0
    taken = np.empty(above + spare, dtype=np.int64)
    used = 0
    for c in range(len(steps)):
        if steps[c] >= bar:
            taken[used] = c
            used += 1
        elif steps[c] == bar - 1 and spare > 0:
            taken[used] = c
            used += 1
            spare -= 1
    return taken[:used]


@njit(cache=True, nogil=True)
def _best(
    rows: Any, lengths: Any, start: Any, other: Any, level: Any, worth: Any, looks: Any, held_start: Any, held: Any, rows_b: Any,
    lengths_b: Any, keep: int, least: float,
) -> tuple[Any, Any]:  # fmt: skip
    rough = np.zeros(
        len(rows_b), dtype=np.uint8
    )  # quarters of a nat: a byte a row, as waiting for memory is what takes time
    touched = np.empty(len(rows_b), dtype=np.int32)
    full = np.zeros(
        (rows.shape[1], len(held_start) - 1), dtype=np.float32
    )  # worth of each token of B against each of the row
    x = np.empty(len(rows) * keep, dtype=np.int64)
    y = np.empty(len(rows) * keep, dtype=np.int64)
    used = 0
    for r in range(len(rows)):
        count = 0
        size = lengths[r]
        bar = _bar(rows[r], size, worth, looks)
        for i in range(size):
            s = rows[r, i]
            for e in range(start[s], start[s + 1]):
                t, base = other[e], worth[s, level[e]]
                full[i, t] = base
                if base <= 0 or base < bar:
                    continue
                plain, in_place = max(1, int(4 * base)), int(4 * (base + _IN_PLACE))
                for h in range(held_start[t], held_start[t + 1]):
                    row, place = held[h] >> 3, held[h] & 7
                    before = rough[row]
                    if before == 0:
                        touched[count] = row
                        count += 1
                    now = before + (
                        in_place if (i == 0 and place == 0) or (i == size - 1 and place == _LAST) else plain
                    )
                    rough[row] = min(now, 255)
        found = touched[:count]
        found = found[_cut(rough[found], _SHORT * keep, 1)]
        rough[touched[:count]] = 0
        total = np.zeros(len(found), dtype=np.uint8)
        for c in range(len(found)):
            b = found[c]
            last = lengths_b[b] - 1
            sum_of = np.float32(0.0)
            for i in range(size):  # a token counts once, against the one of B it is worth most
                most = np.float32(0.0)
                for j in range(last + 1):
                    w = full[i, rows_b[b, j]]
                    if w > 0 and ((i == 0 and j == 0) or (i == size - 1 and j == last and j > 0)):
                        w += _IN_PLACE
                    most = max(most, w)
                sum_of += most
            total[c] = min(255, int(4 * sum_of))
        for i in range(size):
            full[i, other[start[rows[r, i]] : start[rows[r, i] + 1]]] = 0.0
        for b in found[_cut(total, keep, int(4 * least))]:
            x[used], y[used] = r, b
            used += 1
    return x[:used].copy(), y[:used].copy()
