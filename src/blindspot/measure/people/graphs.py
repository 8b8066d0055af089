"""How many are on no list, if the lists depend along an unknown graph? Bayesian averaging over decomposable graphs.

For a decomposable graph with cliques C and separators S, and hyper-Dirichlet priors of total mass 1, the likelihood of the
completed table is prod_C g(n_C) / prod_S g(n_S), g a Dirichlet-multinomial; the unseen count runs over a grid with prior
p(N) proportional to 1/N, every graph equally likely beforehand (Madigan & York 1997). The saturated graph is left out:
there the data say nothing of the unseen.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from blindspot.measure.people.contingency import Table, patterns

GRID = 1500
MOST = 50.0  # the grid ends at this many times the listed


def averaged(table: Table, levels: tuple[float, ...]) -> tuple[np.ndarray, float]:
    """Quantiles of the number unseen at the levels, and the share of the posterior in the last tenth of the grid."""
    from scipy.special import gammaln

    k, n = len(table.lists), table.counts.sum()
    unseen = np.unique(np.round(np.geomspace(1, MOST * n, GRID))) - 1
    width = np.gradient(unseen)
    total = n + unseen
    log_prior = -np.log(total) + gammaln(total + 1) - gammaln(unseen + 1)
    score = {part: _marginal(table.counts, k, part, unseen) for r in range(k + 1) for part in combinations(range(k), r)}
    logs = []
    for edges in decomposable(k):
        cliques, separators = _junction(k, edges)
        if len(cliques) == 1:
            continue
        logs.append(log_prior + sum(score[c] for c in cliques) - sum(score[s] for s in separators))
    weight = np.exp(np.array(logs) - max(float(v.max()) for v in logs)) * width
    posterior = weight.sum(axis=0) / weight.sum()
    cumulative = np.cumsum(posterior)
    return np.interp(levels, cumulative, unseen), float(posterior[-len(unseen) // 10 :].sum())


def decomposable(k: int) -> list[frozenset[tuple[int, int]]]:
    """Every decomposable (chordal) graph on k lists, grown edge by edge: all are reached so (Lauritzen 1996, lemma 2.19)."""
    edges = list(combinations(range(k), 2))
    seen = {frozenset[tuple[int, int]]()}
    front = list(seen)
    while front:
        following = set()
        for graph in front:
            for edge in edges:
                grown = graph | {edge}
                if edge not in graph and grown not in seen and _order(k, grown) is not None:
                    following.add(grown)
        seen |= following
        front = list(following)
    return sorted(seen, key=lambda g: (len(g), sorted(g)))


def _order(k: int, edges: frozenset[tuple[int, int]]) -> list[tuple[int, frozenset[int]]] | None:
    """A perfect elimination order with each list's later neighbours, None where the graph is not chordal."""
    near = {v: {b if a == v else a for a, b in edges if v in (a, b)} for v in range(k)}
    left, found = set(range(k)), []
    while left:
        for v in sorted(left):
            around = near[v] & left
            if all(b in near[a] for a, b in combinations(sorted(around), 2)):
                found.append((v, frozenset(around)))
                left.remove(v)
                break
        else:
            return None
    return found


def _junction(k: int, edges: frozenset[tuple[int, int]]) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Cliques and separators along an elimination order: v with its later neighbours over those neighbours."""
    order = _order(k, edges) or []
    return [tuple(sorted(s | {v})) for v, s in order], [tuple(sorted(s)) for _, s in order]


def _marginal(counts: np.ndarray, k: int, part: tuple[int, ...], unseen: np.ndarray) -> np.ndarray:
    """Log Dirichlet-multinomial of the margin on `part`, for every unseen count (which adds to its first cell)."""
    from scipy.special import gammaln

    x = patterns(k)[:, list(part)]
    code = (x << np.arange(len(part))).sum(axis=1) if part else np.zeros(len(counts), dtype=np.int64)
    cells = np.bincount(code, counts, 2 ** len(part))
    mass = 1.0 / 2 ** len(part)
    found = np.sum(gammaln(cells[1:] + mass) - gammaln(mass))
    first = gammaln(cells[0] + unseen + mass) - gammaln(mass)
    result: np.ndarray = found + first + gammaln(1.0) - gammaln(1.0 + counts.sum() + unseen)
    return result
