"""Exact sums over a discrete network, for many parameter sets at once.

A network here is a list of factors: labels of its variables, and for each run an array of shape
(states of the variables..., N) or (states...) where it is the same for all N rows. The unnormalised marginal of a
variable v is  Z_v(x) = sum over all other variables of the product of all factors  (variable elimination; Zhang &
Poole 1994). One contraction order, found once, serves all rows; the derivative of the contraction with respect to a
unary factor of v is Z_v / that factor, so one forward and one backward pass give every marginal (Darwiche 2003).

Cost: rows x size of the largest intermediates; the order is found without looking at rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.weigh.order import contraction_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_CHUNK = 2**17  # entries of the largest intermediate held for one chunk of rows: stays in the second-level cache
_FEWEST = 128  # rows of a chunk at least, so that the making of tables does not dominate
_RESCALE_AFTER = 24  # factors multiplied before an intermediate is rescaled, against underflow


@dataclass(frozen=True, slots=True)
class _Step:
    left: int
    right: int
    left_labels: tuple[int, ...]
    right_labels: tuple[int, ...]
    out_labels: tuple[int, ...]
    rescale: bool


@dataclass(frozen=True, slots=True)
class Program:
    """A contraction order for one structure. `queries` are the variables whose marginals it gives."""

    queries: tuple[str, ...]
    sizes: tuple[int, ...]  # states of each query
    scopes: tuple[tuple[int, ...], ...]  # labels of each factor, then of each query's own unary factor
    steps: tuple[_Step, ...]
    parts: tuple[int, ...]  # results that multiply to the whole: one per connected part
    largest: int
    work: int  # multiplications per row, forward

    def marginals(self, tables: Sequence[NDArray[np.float64]], rows: int) -> dict[str, NDArray[np.float64]]:
        """Unnormalised marginals, each (states, rows), scaled so that their sum over states is Z / exp(`log_scale`).

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
        """Marginals and log Z per row, asking `tables(start, stop)` for the factors of each chunk of rows."""
        step = min(rows, max(_FEWEST, _CHUNK // max(1, self.largest)))
        out = [np.empty((size, rows)) for size in self.sizes]
        log_z = np.empty(rows)
        for start in range(0, rows, step):
            stop = min(rows, start + step)
            self._chunk(list(tables(start, stop)), stop - start, [o[:, start:stop] for o in out], log_z[start:stop])
        return dict(zip(self.queries, out, strict=True)), log_z

    def _chunk(
        self, tables: list[NDArray[np.float64]], rows: int, out: list[NDArray[np.float64]], log_z: NDArray[np.float64]
    ) -> None:
        count = len(tables)
        values: list[NDArray[np.float64]] = [*tables, *(np.ones(size) for size in self.sizes), np.ones(())]
        log_z[:] = 0.0
        for s in self.steps:
            value = _contract(values[s.left], s.left_labels, values[s.right], s.right_labels, s.out_labels)
            if s.rescale:
                peak = value.max(axis=tuple(range(len(s.out_labels)))) if s.out_labels else value
                peak = np.where(peak > 0, peak, 1.0)
                value = value / peak
                log_z += np.log(peak)
            values.append(value)
        total = np.ones(rows)
        for part in self.parts:
            total = total * values[part]
        with np.errstate(divide="ignore"):
            log_z += np.log(total)
        if self.queries:
            self._backward(values, count, out)

    def _backward(self, values: list[NDArray[np.float64]], count: int, out: list[NDArray[np.float64]]) -> None:
        leaves = len(self.scopes)
        wanted = [count <= i < leaves - 1 for i in range(leaves)]
        for s in self.steps:
            wanted.append(wanted[s.left] or wanted[s.right])
        gradient: dict[int, NDArray[np.float64]] = {part: np.ones(()) for part in self.parts if wanted[part]}
        for k in range(len(self.steps) - 1, -1, -1):
            s = self.steps[k]
            above = gradient.pop(leaves + k, None)
            if above is None:
                continue
            for target, labels, other, other_labels in (
                (s.left, s.left_labels, s.right, s.right_labels),
                (s.right, s.right_labels, s.left, s.left_labels),
            ):
                if wanted[target]:
                    gradient[target] = _contract(above, s.out_labels, values[other], other_labels, labels)
        for i, slot in enumerate(out):
            g = gradient[count + i]
            slot[:] = g if g.ndim == 2 else g[:, None]


def plan(scopes: Iterable[tuple[str, ...]], sizes: Mapping[str, int], queries: Sequence[str] = ()) -> Program:
    """A contraction order for the factors with these scopes; `sizes` are the numbers of states.

    The order (`order`) is the same from run to run.
    """
    factors = [*scopes, *((q,) for q in queries), ()]  # the empty one lets a lone factor be summed like any other
    names = {name: i for i, name in enumerate(sorted({v for scope in factors for v in scope}))}
    labels = [tuple(names[v] for v in scope) for scope in factors]
    width = {i: sizes[v] for v, i in names.items()}
    steps: list[_Step] = []
    current = dict(enumerate(labels))
    weight = dict.fromkeys(current, 1)
    largest = max((int(np.prod([width[v] for v in s])) for s in labels), default=1)
    parts = []
    work = 0
    for members in _components(labels):
        live = list(members)
        for pair in contraction_path([labels[i] for i in members], width):
            i, j = sorted(pair)
            b, a = live.pop(j), live.pop(i)
            used = {v for k in live for v in current[k]}
            out = tuple(v for v in sorted({*current[a], *current[b]}) if v in used)
            new = len(labels) + len(steps)
            merged = weight[a] + weight[b]
            rescale = merged >= _RESCALE_AFTER
            steps.append(_Step(a, b, current[a], current[b], out, rescale))
            current[new], weight[new] = out, 1 if rescale else merged
            size = int(np.prod([width[v] for v in {*current[a], *current[b]}]))
            largest, work = max(largest, size), work + size
            live.append(new)
        if len(members) == 1 and labels[members[0]]:
            steps.append(_Step(live[0], len(labels) - 1, labels[live[0]], (), (), rescale=False))
            live = [len(labels) + len(steps) - 1]
        parts.append(live[0])
    return Program(
        tuple(queries), tuple(sizes[q] for q in queries), tuple(labels), tuple(steps), tuple(parts), largest, work
    )


def _contract(
    a: NDArray[np.float64],
    a_labels: tuple[int, ...],
    b: NDArray[np.float64],
    b_labels: tuple[int, ...],
    out: tuple[int, ...],
) -> NDArray[np.float64]:
    """One pairwise sum, batch axis last. Labels are numbered afresh, since einsum knows only 52."""
    seen: dict[int, int] = {}
    left = [seen.setdefault(v, len(seen)) for v in a_labels]
    right = [seen.setdefault(v, len(seen)) for v in b_labels]
    keep = [seen[v] for v in out if v in seen]
    batch = len(seen)
    a_rows, b_rows = a.ndim > len(a_labels), b.ndim > len(b_labels)
    operands: list[Any] = [a, [*left, batch] if a_rows else left, b, [*right, batch] if b_rows else right]
    result: NDArray[np.float64] = np.einsum(*operands, [*keep, batch] if a_rows or b_rows else keep)
    if len(keep) != len(out):  # a label of the result that neither operand carries: constant along it
        raise ValueError("a contraction lost a label")
    return result


def _components(labels: list[tuple[int, ...]]) -> list[list[int]]:
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
