"""Which rows of B are worth comparing with a row of A? Those whose tokens together are least likely by chance.

Every token of a row adds the ratio of its channel (`alignment`; log_g: (LEVELS + 1,)) to the rows of B that hold a
neighbour of it; the best `keep` rows above `least` are
kept. Unlike blocking on equal keys this loses no pair because one token is spelled in an unforeseen way.
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


_STEPS = 512
_LAST = 7
_VISITS = 150_000  # rows of B looked at for one row of A, after its two rarest tokens: keeps long lists linear
_IN_PLACE = np.float32(1.5)  # a given name in the place of a given name, a family in that of a family; judgement


@dataclass(frozen=True, slots=True)
class Postings:
    """Where each token of B stands: row * 8 + place in the name, _LAST for a family; those of token t from start[t]."""

    start: np.ndarray
    held: np.ndarray
    rows: int


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
    chunks = np.array_split(rows, max(1, min(64, len(rows) // 256)))
    work = [
        (a.rows[c], a.lengths[c], near.start, near.other, near.level, worth, held.start, held.held, held.rows, keep, least)
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
    return Postings(start, row[order].astype(np.int64) * 8 + at[order], len(b.rows))


@njit(cache=True, nogil=True)
def _best(
    rows: Any, lengths: Any, start: Any, other: Any, level: Any, worth: Any, held_start: Any, held: Any, n: int, keep: int,
    least: float,
) -> tuple[Any, Any]:  # fmt: skip
    total = np.zeros(n, dtype=np.float32)
    last = np.full(n, -1, dtype=np.int16)  # the token of A that last added to a row: one row counts once per token
    given = np.zeros(n, dtype=np.float32)
    x = np.empty(len(rows) * keep, dtype=np.int64)
    y = np.empty(len(rows) * keep, dtype=np.int64)
    used = 0
    touched = np.empty(n, dtype=np.int64)
    cost = np.zeros(rows.shape[1], dtype=np.int64)
    for r in range(len(rows)):
        count = 0
        size = lengths[r]
        for i in range(size):  # the rarest tokens first
            cost[i] = 0
            for e in range(start[rows[r, i]], start[rows[r, i] + 1]):
                cost[i] += held_start[other[e] + 1] - held_start[other[e]]
        turn = np.argsort(cost[:size])
        visited = 0
        for step in range(size):
            i = turn[step]
            if step > 1 and visited + cost[i] > _VISITS:
                break
            visited += cost[i]
            s = rows[r, i]
            for e in range(start[s], start[s + 1]):
                base = worth[s, level[e]]
                if base <= 0:
                    continue
                t = other[e]
                for h in range(held_start[t], held_start[t + 1]):
                    row = held[h] >> 3
                    place = held[h] & 7
                    w = (
                        base + _IN_PLACE
                        if (i == 0 and place == 0) or (i == lengths[r] - 1 and place == _LAST)
                        else base
                    )
                    if last[row] == -1:
                        touched[count] = row
                        count += 1
                        given[row] = 0.0
                    if last[row] == i:
                        if w > given[row]:
                            total[row] += w - given[row]
                            given[row] = w
                    else:
                        total[row] += w
                        given[row] = w
                        last[row] = i
        steps = np.zeros(_STEPS, dtype=np.int64)
        for c in range(count):
            steps[min(_STEPS - 1, int(total[touched[c]] * 4))] += 1
        bar, above = (
            _STEPS,
            0,
        )  # the step from which rows are taken: the highest that leaves at most `keep`, in quarters of a nat
        while bar > least * 4 and above + steps[bar - 1] <= keep:
            bar -= 1
            above += steps[bar]
        spare = keep - above
        for c in range(count):
            step = min(_STEPS - 1, int(total[touched[c]] * 4))
            if step >= bar or (step == bar - 1 and spare > 0 and step >= least * 4):
                spare -= step < bar
                x[used], y[used] = r, touched[c]
                used += 1
        for c in range(count):
            total[touched[c]] = 0.0
            last[touched[c]] = -1
    return x[:used].copy(), y[:used].copy()
