"""Exact sums over a discrete network, for many parameter sets at once.

A network here is a list of factors: labels of its variables, and for each run an array of shape
(states of the variables..., N) or (states...) where it is the same for all N rows. The unnormalised marginal of a
variable v is  Z_v(x) = sum over all other variables of the product of all factors  (variable elimination; Zhang &
Poole 1994). One contraction order, found once, serves all rows. The order is a tree of pairwise products; each of its
edges parts the factors in two, and what is asked is read where an edge carries v:

    Z_v = sum over the edge's other variables of  (sum of one side) x (sum of the other side)

The tree is rooted at an edge that carries as many of the asked variables as can be, so one of them needs the way up
alone; for the others the way down is walked only as far as needed (Shenoy & Shafer 1990; Darwiche 2003).

Cost: rows x size of the pairwise products; the order is found without looking at rows.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.order import contraction_path, rooted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

Labels = tuple[int, ...]

_CACHE = 2**17  # entries of all values of one block of rows: they stay in the second-level cache
_THREAD = 256  # rows given to one thread at a time
_FEWEST = 64  # rows of a block at least, so that the loops over entries do not dominate
_SPAN = 2**22  # table entries made at once: bounds memory at 32 MB and a few times that for what they are made of
_READY = 2**18  # table entries taken at once where they are ready made: they go through the cache once
_RESCALE_AFTER = 24  # factors multiplied before an intermediate is rescaled, against underflow


@dataclass(frozen=True, slots=True)
class _Product:
    """One pairwise sum of two values into a third; offsets into a and b for each entry of the result, and for each term."""

    left: int
    right: int
    outs: NDArray[np.int64]  # (entries of the result, 2)
    sums: NDArray[np.int64]  # (terms of each, 2)
    rescale: bool
    logged: bool = False  # whether what was divided out counts in log Z: on the way up only


@dataclass(frozen=True, slots=True)
class Program:
    """A contraction order for one structure. `queries` are the variables whose marginals it gives."""

    queries: tuple[str, ...]
    sizes: tuple[int, ...]  # states of each query
    scopes: tuple[Labels, ...]  # labels of each factor
    products: tuple[_Product, ...]  # the way up, the way down, the answers; their values follow those of the factors
    packed: NDArray[np.int64]  # the products as the compiled loop reads them, but for what varies
    offsets: NDArray[np.int64]
    starts: NDArray[np.int64]  # first entry of each value; the last is the number of all entries
    parts: NDArray[np.int64]  # entries that multiply to the whole: one per connected part
    reads: NDArray[np.int64]  # entries of the answers, query after query
    largest: int  # entries of the largest value
    work: int  # multiplications per row, way up

    def marginals(self, tables: Sequence[NDArray[np.float64]], rows: int) -> dict[str, NDArray[np.float64]]:
        """Marginals, each (states, rows), up to a factor per row.

        `tables[i]` has shape (states of factor i...) or (states..., rows).
        """
        return self.run(
            lambda start, stop: [
                t[..., start:stop] if t.ndim > len(s) else t for t, s in zip(tables, self.scopes, strict=True)
            ],
            rows,
            at_once=_READY,
        )[0]

    def run(
        self,
        tables: Callable[[int, int], Sequence[NDArray[np.float64]]],
        rows: int,
        executor: Executor | None = None,
        at_once: int = _SPAN,
    ) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
        """Marginals up to a factor per row, and log Z per row, asking `tables(start, stop)` for the factors of a span of rows.

        Threads serve as `executor`: the compiled loop works without the interpreter's lock. Rows do not touch each other,
        so results are the same for any number of threads.
        """
        out = np.empty((len(self.reads), rows))
        log_z = np.empty(rows)
        span = max(_THREAD, at_once // max(1, int(self.starts[len(self.scopes)])))
        for start in range(0, rows, span):
            stop = min(rows, start + span)
            self._span(tables(start, stop), stop - start, out[:, start:stop], log_z[start:stop], executor)
        ends = np.cumsum([0, *self.sizes])
        return {q: out[i:j] for q, i, j in zip(self.queries, ends, ends[1:], strict=False)}, log_z

    def _span(
        self,
        tables: Sequence[NDArray[np.float64]],
        rows: int,
        out: NDArray[np.float64],
        log_z: NDArray[np.float64],
        executor: Executor | None,
    ) -> None:
        from blindspot.weigh.kernel import sweep

        varies = [t.ndim > len(s) for t, s in zip(tables, self.scopes, strict=True)]
        ends = self.starts[: len(tables) + 1]
        fixed, slots = np.ones(ends[-1] + 1), np.full(ends[-1] + 1, -1)  # the last entry is the lone 1
        moving = np.empty((sum(int(b - a) for a, b, v in zip(ends, ends[1:], varies, strict=False) if v), rows))
        used = 0
        for table, a, b, v in zip(tables, ends, ends[1:], varies, strict=False):
            if v:
                moving[used : used + b - a] = table.reshape(b - a, rows)
                slots[a:b] = np.arange(used, used + b - a)
                used += b - a
            else:
                fixed[a:b] = table.reshape(-1)
        varies.append(False)
        for p in self.products:
            varies.append(varies[p.left] or varies[p.right])
        products = np.column_stack([self.packed, np.array(varies[len(tables) + 1 :], dtype=np.int64)])
        entries = int(self.starts[-1])
        block = int(max(_FEWEST, min(_THREAD, _CACHE // entries // 8 * 8)))

        def part(start: int) -> None:
            stop = min(rows, start + _THREAD)
            sweep(
                fixed, moving, slots, products, self.offsets, self.parts, self.reads,
                entries, min(block, stop - start), start, stop, out, log_z,
            )  # fmt: skip

        list((executor.map if executor else map)(part, range(0, rows, _THREAD)))


def plan(scopes: Iterable[tuple[str, ...]], sizes: Mapping[str, int], queries: Sequence[str] = ()) -> Program:
    """A contraction order for the factors with these scopes; `sizes` are the numbers of states.

    The order (`order`) is the same from run to run. Every query is a variable of at least one factor.
    """
    factors = tuple(scopes)
    names = sorted({v for scope in factors for v in scope})
    return _planned(factors, tuple((name, sizes[name]) for name in names), tuple(queries))


@lru_cache(16)  # a review builds the same structure several times
def _planned(
    factors: tuple[tuple[str, ...], ...], sizes: tuple[tuple[str, int], ...], queries: tuple[str, ...]
) -> Program:
    number = {name: i for i, (name, _) in enumerate(sizes)}
    width = {i: states for i, (_, states) in enumerate(sizes)}
    labels = [tuple(number[v] for v in scope) for scope in factors]
    return _Planner(labels, width, [number[q] for q in queries]).plan(queries)


class _Planner:
    """Values are numbered: the factors, a lone 1 that pairs with what stands alone, the way up, the way down."""

    def __init__(self, factors: list[Labels], width: Mapping[int, int], asked: list[int]) -> None:
        self.factors, self.width, self.asked = factors, width, asked
        self.labels: list[Labels] = [*factors, ()]
        self.weight = [1] * len(self.labels)  # factors in a value since it was last rescaled
        self.below: dict[int, tuple[int, int]] = {}  # value of the way up -> the two it is made of
        self.above: dict[int, int] = {}  # value -> the value it goes into
        self.outside: dict[int, int] = {}  # value -> the value of the way down that holds all that is not in it
        self.work = 0

    def plan(self, queries: tuple[str, ...]) -> Program:
        tops = []
        up: list[_Product] = []
        for members in _components(self.factors):
            tops.append(self._up(members if len(members) > 1 else [*members, len(self.factors)], up))
        down: list[_Product] = []
        pairs = [(v, *self._read(v, down)) for v in self.asked]
        largest = max(math.prod(self.width[v] for v in scope) for scope in self.labels)
        answers = [self._add(edge, side, (v,), down) for v, edge, side in pairs]
        sizes = [math.prod(self.width[v] for v in scope) for scope in self.labels]
        starts = np.cumsum([0, *sizes])
        reads = np.array([starts[a] + i for a in answers for i in range(sizes[a])], dtype=np.int64)
        asked = tuple(self.width[v] for v in self.asked)
        packed, offsets = _packed([*up, *down], starts, len(self.factors) + 1)
        return Program(
            queries,
            asked,
            tuple(self.factors),
            (*up, *down),
            packed,
            offsets,
            starts,
            starts[tops],
            reads,
            largest,
            self.work,
        )

    def _up(self, members: list[int], up: list[_Product]) -> int:
        scopes = [self.labels[i] for i in members]
        waiting = Counter(v for scope in scopes for v in scope)  # values yet to come that carry a variable
        value = dict(enumerate(members))
        for k, (i, j) in enumerate(rooted(scopes, contraction_path(scopes, self.width), self.width, set(self.asked))):
            a, b = value[i], value[j]
            waiting.subtract([*self.labels[a], *self.labels[b]])
            out = tuple(v for v in sorted({*self.labels[a], *self.labels[b]}) if waiting[v])
            waiting.update(out)
            self.work += math.prod(self.width[v] for v in {*self.labels[a], *self.labels[b]})
            new = self._add(a, b, out, up, logged=True)
            value[len(members) + k] = new
            self.below[new], self.above[a], self.above[b] = (a, b), new, new
        self.outside[a], self.outside[b] = b, a
        return new

    def _add(self, a: int, b: int, out: Labels, to: list[_Product], *, logged: bool = False) -> int:
        weight = self.weight[a] + self.weight[b]
        rescale = weight >= _RESCALE_AFTER
        summed = tuple(v for v in sorted({*self.labels[a], *self.labels[b]}) if v not in out)
        outs, sums = (np.column_stack([self._offsets(labels, x) for x in (a, b)]) for labels in (out, summed))
        to.append(_Product(a, b, outs, sums, rescale, logged))
        self.labels.append(out)
        self.weight.append(1 if rescale else weight)
        return len(self.labels) - 1

    def _offsets(self, labels: Labels, value: int) -> NDArray[np.int64]:
        """For every setting of these labels in C order: how far into the value it leads."""
        own = self.labels[value]
        offsets = np.zeros(1, dtype=np.int64)
        for v in labels:
            stride = math.prod(self.width[u] for u in own[own.index(v) + 1 :]) if v in own else 0
            offsets = (offsets[:, None] + stride * np.arange(self.width[v])).ravel()
        return offsets

    def _read(self, v: int, down: list[_Product]) -> tuple[int, int]:
        """Where v is summed out on the way up, it is read: the two sides of that edge."""
        edge = next(i for i, scope in enumerate(self.factors) if v in scope)
        while v in self.labels[self.above[edge]]:
            edge = self.above[edge]
        pair = [e for e in self.below[self.above[edge]] if v in self.labels[e]]
        edge = min(pair, key=lambda e: (e not in self.outside, math.prod(self.width[u] for u in self.labels[e]), e))
        line = [edge]
        while line[-1] not in self.outside:
            line.append(self.above[line[-1]])
        for above, e in itertools.pairwise(reversed(line)):
            side = self.outside[above]
            sibling = next(s for s in self.below[above] if s != e)
            known = {*self.labels[side], *self.labels[sibling]}
            self.outside[e] = self._add(side, sibling, tuple(u for u in self.labels[e] if u in known), down)
        return edge, self.outside[edge]


def _packed(
    products: Sequence[_Product], starts: NDArray[np.int64], first: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The products as rows of numbers (columns: `kernel`), and all their offsets in one list. `first`: value of the first."""
    rows, at = [], 0
    for k, p in enumerate(products):
        place = (at, at + len(p.outs))
        at += len(p.outs) + len(p.sums)
        ends = (starts[p.left], starts[p.right], starts[first + k])
        rows.append([*ends, len(p.outs), len(p.sums), *place, p.rescale, p.logged])
    offsets = np.concatenate([np.empty((0, 2), np.int64), *(x for p in products for x in (p.outs, p.sums))])
    return np.array(rows, dtype=np.int64).reshape(-1, 9), offsets


def _components(labels: list[Labels]) -> list[list[int]]:
    by_label: dict[int, list[int]] = {}
    for i, scope in enumerate(labels):
        for v in scope:
            by_label.setdefault(v, []).append(i)
    seen: set[int] = set()
    parts = []
    for i in range(len(labels)):
        if i in seen:
            continue
        queue, members = [i], []
        seen.add(i)
        while queue:
            k = queue.pop()
            members.append(k)
            for v in labels[k]:
                for other in by_label[v]:
                    if other not in seen:
                        seen.add(other)
                        queue.append(other)
        parts.append(sorted(members))
    return parts
