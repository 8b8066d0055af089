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
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.weigh.order import contraction_path, rooted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

Labels = tuple[int, ...]

_CHUNK = 2**18  # entries of the largest value of one chunk of rows: stays in the second-level cache
_FEWEST, _MOST = 128, 2048  # rows of a chunk: enough that calls do not dominate, few enough that all values stay near
_RESCALE_AFTER = 24  # factors multiplied before an intermediate is rescaled, against underflow


@dataclass(frozen=True, slots=True)
class _Product:
    """One pairwise sum of values `left` and `right`: their labels numbered afresh (einsum knows only 52), without and with rows."""

    left: int
    right: int
    specs: tuple[tuple[list[int], list[int]], ...]  # of left, right, out: (labels, labels and rows)
    out: int  # number of labels of the result
    rescale: bool

    def of(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        left, right, out = self.specs
        a_rows, b_rows = a.ndim > len(left[0]), b.ndim > len(right[0])
        operands: list[Any] = [a, left[a_rows], b, right[b_rows], out[a_rows or b_rows]]
        result: NDArray[np.float64] = np.einsum(*operands)
        return result


@dataclass(frozen=True, slots=True)
class Program:
    """A contraction order for one structure. `queries` are the variables whose marginals it gives."""

    queries: tuple[str, ...]
    sizes: tuple[int, ...]  # states of each query
    scopes: tuple[tuple[int, ...], ...]  # labels of each factor
    products: tuple[_Product, ...]  # the way up: values follow those of the factors in the list of values
    parts: tuple[int, ...]  # values that multiply to the whole: one per connected part
    down: tuple[_Product, ...]  # the way down: values follow those of the way up
    read: tuple[_Product, ...]  # one per query
    largest: int  # entries of the largest value
    work: int  # multiplications per row, way up

    def marginals(self, tables: Sequence[NDArray[np.float64]], rows: int) -> dict[str, NDArray[np.float64]]:
        """Marginals, each (states, rows), up to a factor per row.

        `tables[i]` has shape (states of factor i...) or (states..., rows).
        """
        return self.run(
            lambda start, stop: [
                t[..., start:stop] if t.ndim > len(s) else t for t, s in zip(tables, self.scopes, strict=False)
            ],
            rows,
        )[0]

    def run(
        self, tables: Callable[[int, int], Sequence[NDArray[np.float64]]], rows: int
    ) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
        """Marginals up to a factor per row, and log Z per row, asking `tables(start, stop)` for the factors of each chunk of rows."""
        step = min(rows, _MOST, max(_FEWEST, _CHUNK // self.largest))
        out = [np.empty((size, rows)) for size in self.sizes]
        log_z = np.empty(rows)
        for start in range(0, rows, step):
            stop = min(rows, start + step)
            values = [*tables(start, stop), np.ones(())]
            log_z[start:stop] = self._up(values)
            for p in self.down:
                value = p.of(values[p.left], values[p.right])
                values.append(_rescaled(value, p.out)[0] if p.rescale else value)
            for p, slot in zip(self.read, out, strict=True):
                found = p.of(values[p.left], values[p.right])
                slot[:, start:stop] = found if found.ndim == 2 else found[:, None]
        return dict(zip(self.queries, out, strict=True)), log_z

    def _up(self, values: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Adds the values of the way up; gives log Z."""
        log_z = np.zeros(())
        for p in self.products:
            value = p.of(values[p.left], values[p.right])
            if p.rescale:
                value, log_peak = _rescaled(value, p.out)
                log_z = log_z + log_peak
            values.append(value)
        with np.errstate(divide="ignore"):
            for part in self.parts:
                log_z = log_z + np.log(values[part])
        return log_z


def plan(scopes: Iterable[tuple[str, ...]], sizes: Mapping[str, int], queries: Sequence[str] = ()) -> Program:
    """A contraction order for the factors with these scopes; `sizes` are the numbers of states.

    The order (`order`) is the same from run to run. Every query is a variable of at least one factor.
    """
    factors = list(scopes)
    names = {name: i for i, name in enumerate(sorted({v for scope in factors for v in scope}))}
    labels = [tuple(names[v] for v in scope) for scope in factors]
    return _Planner(labels, {i: sizes[v] for v, i in names.items()}, [names[q] for q in queries]).plan(tuple(queries))


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
        read = [self._read(v, down) for v in self.asked]
        largest = max(math.prod(self.width[v] for v in scope) for scope in self.labels)
        sizes = tuple(self.width[v] for v in self.asked)
        return Program(
            queries, sizes, tuple(self.factors), tuple(up), tuple(tops), tuple(down), tuple(read), largest, self.work
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
            new = self._add(a, b, out, up)
            value[len(members) + k] = new
            self.below[new], self.above[a], self.above[b] = (a, b), new, new
        self.outside[a], self.outside[b] = b, a
        return new

    def _add(self, a: int, b: int, out: Labels, to: list[_Product]) -> int:
        weight = self.weight[a] + self.weight[b]
        to.append(_product(a, self.labels[a], b, self.labels[b], out, rescale=weight >= _RESCALE_AFTER))
        self.labels.append(out)
        self.weight.append(1 if weight >= _RESCALE_AFTER else weight)
        return len(self.labels) - 1

    def _read(self, v: int, down: list[_Product]) -> _Product:
        """Where v is summed out on the way up, it is read: one side of the edge times the other."""
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
        side = self.outside[edge]
        return _product(edge, self.labels[edge], side, self.labels[side], (v,), rescale=False)


def _product(left: int, a: Labels, right: int, b: Labels, out: Labels, *, rescale: bool) -> _Product:
    number = {v: i for i, v in enumerate(dict.fromkeys((*a, *b)))}
    specs = tuple(([number[v] for v in s], [*(number[v] for v in s), len(number)]) for s in (a, b, out))
    return _Product(left, right, specs, len(out), rescale)


def _rescaled(value: NDArray[np.float64], labels: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The value with its largest entry per row at 1, and the log of what was divided out."""
    peak = value.reshape(-1, *value.shape[labels:]).max(axis=0)
    peak = np.where(peak > 0, peak, 1.0)
    value /= peak  # einsum of two operands never hands back one of them
    return value, np.log(peak)


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
