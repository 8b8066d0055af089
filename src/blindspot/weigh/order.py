"""In which order are factors multiplied and variables summed out? The cheapest of two searches, the same every run.

opt_einsum's greedy search is best on small and tree-like networks; elimination by least weighted fill-in (Kjaerulff 1990)
is far better where a few sources speak on many questions. Cost is the sum of the sizes of all intermediates.
"""

from __future__ import annotations

import heapq
import math
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Path = list[tuple[int, int]]
Scope = tuple[int, ...]


def rooted(scopes: Sequence[Scope], path: Path, width: Mapping[int, int], asked: set[int]) -> list[tuple[int, int]]:
    """The products of a path, turned so that the last one joins two values that carry most of the asked variables.

    A path is a tree whose products cost the same from whichever edge it is summed towards. Values are numbered: factors
    first, then each product as listed. `path` has at least one pair.
    """
    count = len(scopes)
    live, near, labels = list(range(count)), {}, [set(s) for s in scopes]
    for k, (i, j) in enumerate(map(sorted, path)):
        b, a = live.pop(j), live.pop(i)
        near[count + k] = [a, b]
        labels.append({v for v in labels[a] | labels[b] if any(v in labels[n] for n in live)})
        live.append(count + k)
    top = near.pop(live[0])
    edges = {n: parent for parent, pair in near.items() for n in pair} | {top[0]: top[1]}
    start = min(edges, key=lambda n: (-len(asked & labels[n]), math.prod(width[v] for v in labels[n]), n))
    ends = (start, edges[start])
    for n, parent in edges.items():
        if n in near:
            near[n].append(parent)
    if top[1] in near:
        near[top[1]].append(top[0])
    number = {n: n for n in range(count)}
    pairs: Path = []
    for end, back in (ends, ends[::-1]):
        inward, stack = [], [(end, back)]
        while stack:
            node, towards = stack.pop()
            if node in near:
                inward.append((node, [n for n in near[node] if n != towards]))
                stack += [(n, node) for n in inward[-1][1]]
        for node, (a, b) in reversed(inward):
            number[node] = count + len(pairs)
            pairs.append((number[a], number[b]))
    return [*pairs, (number[start], number[edges[start]])]


def contraction_path(scopes: Sequence[Scope], width: Mapping[int, int]) -> Path:
    """Pairs to contract, in the convention of opt_einsum: both are removed from the list, the result is appended."""
    if len(scopes) < 2:
        return []
    from opt_einsum.paths import greedy

    found: list[Path] = [
        [
            (p[0], p[1])
            for p in greedy(
                [frozenset(map(str, s)) for s in scopes], frozenset(), {str(k): v for k, v in width.items()}
            )
            if len(p) == 2
        ]
    ]
    if cost(scopes, found[0], width) > 512:
        found += [_by_elimination(scopes, width, _elimination(scopes, width, fill=fill)) for fill in (True, False)]
    return min(found, key=lambda path: cost(scopes, path, width))


def cost(scopes: Sequence[Scope], path: Path, width: Mapping[int, int]) -> int:
    """Sum of the sizes of all pairwise products on a path."""
    live = [set(s) for s in scopes]
    total = 0
    for pair in path:
        j, i = sorted(pair, reverse=True)
        both = live.pop(j) | live.pop(i)
        total += math.prod(width[v] for v in both)
        live.append({v for v in both if any(v in s for s in live)})
    return total


def _elimination(scopes: Sequence[Scope], width: Mapping[int, int], *, fill: bool) -> list[int]:
    near: dict[int, set[int]] = {v: set() for s in scopes for v in s}
    for scope in scopes:
        for v in scope:
            near[v] |= set(scope) - {v}

    def score(v: int) -> tuple[float, float, int]:
        size = math.prod(width[u] for u in near[v]) * width[v]
        new = (
            sum(math.log(width[a] * width[b]) for a, b in combinations(sorted(near[v]), 2) if b not in near[a])
            if fill
            else 0.0
        )
        return (new, size, v) if fill else (size, new, v)

    heap = [score(v) for v in near]
    heapq.heapify(heap)
    order = []
    while heap:
        entry = heapq.heappop(heap)
        v = entry[2]
        if v not in near:
            continue
        now = score(v)
        if now > entry:  # its neighbourhood has changed since it was scored
            heapq.heappush(heap, now)
            continue
        touched = near.pop(v)
        for a in touched:
            near[a] |= touched - {a}
            near[a].discard(v)
        for a in touched:
            heapq.heappush(heap, score(a))
        order.append(v)
    return order


def _by_elimination(scopes: Sequence[Scope], width: Mapping[int, int], order: list[int]) -> Path:
    live = [set(s) for s in scopes]
    path: Path = []

    def merge(i: int, j: int) -> None:
        i, j = sorted((i, j))
        path.append((i, j))
        both = live.pop(j) | live.pop(i)
        live.append({v for v in both if any(v in s for s in live)})

    for v in order:
        while len(bucket := [k for k, s in enumerate(live) if v in s]) > 1:
            i, j = sorted(bucket, key=lambda k: (math.prod(width[u] for u in live[k]), k))[:2]  # smallest first
            merge(i, j)
    while len(live) > 1:
        merge(0, 1)
    return path
