"""How many are on no list, if pairs of lists may depend on one another? Log-linear models, averaged by AIC.

log E[n_x] = a + sum_j b_j x_j + sum_(i,j in M) c_ij x_i x_j for the seen patterns x, Poisson; exp(a) are unseen (Fienberg 1972;
Bishop, Fienberg & Holland 1975). M runs over sets of pairs; each model weighs exp(-AIC / 2) (Burnham & Anderson 2002). The
answer is the mixture over models of lognormals with the asymptotic variance of a. A model that puts more than `MOST` times
the listed on no list, or knows the logarithm of the unseen worse than `VAGUE` (an empty pattern that it needs), is not identified
by these data and is left out, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from blindspot.measure.people.contingency import Table, patterns

MOST = 50.0
VAGUE = 4.0  # standard deviation of log unseen: an interval over seven powers of ten says nothing; judgement
_WINDOW = 14.0  # AIC above the best at which a model no longer matters (weight below 0.001)
_RIDGE = 1e-6
_ALL = 5  # up to this many lists every set of pairs is fitted


@dataclass(frozen=True, slots=True)
class Fitted:
    """Models fitted to tables (D, M): log of the unseen, its variance, AIC; `pairs` (M, E) marks each model's pairs."""

    pairs: np.ndarray
    log_unseen: np.ndarray
    variance: np.ndarray
    aic: np.ndarray


def fit(tables: np.ndarray, k: int, pairs: np.ndarray | None = None) -> Fitted:
    """All models (or those given) on tables (D, 2**k) at once."""
    edges = list(combinations(range(k), 2))
    if pairs is None:
        pairs = _subsets(len(edges)) if k <= _ALL else _window(tables.sum(axis=0, keepdims=True), k, edges)
    x = patterns(k)[1:]
    both = np.stack([x[:, i] * x[:, j] for i, j in edges], axis=1)
    design = np.concatenate([np.ones((len(x), 1)), x, both], axis=1).astype(float)
    used = np.concatenate([np.ones((len(pairs), 1 + k)), pairs], axis=1)
    log_unseen, variance, aic = (np.empty((len(tables), len(pairs))) for _ in range(3))
    step = max(1, 40_000 // max(1, len(tables) * design.shape[1]))
    for start in range(0, len(pairs), step):
        part = slice(start, start + step)
        log_unseen[:, part], variance[:, part], aic[:, part] = _newton(tables[:, 1:], design, used[part])
    return Fitted(pairs, log_unseen, variance, aic)


def identified(fitted: Fitted, observed: np.ndarray) -> np.ndarray:
    """(D, M) whether these data say how many a model leaves unseen."""
    kept: np.ndarray = (fitted.log_unseen < np.log(MOST * observed)[:, None]) & (fitted.variance < VAGUE**2)
    return kept


def weights(fitted: Fitted, observed: np.ndarray) -> np.ndarray:
    """(D, M) AIC weights; models that are not identified weigh nothing. Rows of zeros where none is."""
    kept = identified(fitted, observed)
    aic = np.where(kept, fitted.aic, np.inf)
    best = aic.min(axis=1, keepdims=True)
    raw = np.where(kept, np.exp(-0.5 * (aic - np.where(np.isfinite(best), best, 0.0))), 0.0)
    found: np.ndarray = raw / np.maximum(raw.sum(axis=1, keepdims=True), 1e-300)
    return found


def averaged(fitted: Fitted, weight: np.ndarray, levels: tuple[float, ...]) -> np.ndarray:
    """Quantiles (D, L) of the unseen: the mixture over models of lognormals, by bisection."""
    from scipy.special import ndtr

    sd = np.sqrt(np.clip(fitted.variance, 1e-12, 100.0))
    low, high = (fitted.log_unseen - 8 * sd).min(axis=1), (fitted.log_unseen + 8 * sd).max(axis=1)
    low, high = np.maximum(low, -5.0), np.minimum(high, 40.0)
    found = np.empty((len(weight), len(levels)))
    for c, level in enumerate(levels):
        a, b = low.copy(), high.copy()
        for _ in range(60):
            middle = (a + b) / 2
            below = (weight * ndtr((middle[:, None] - fitted.log_unseen) / sd)).sum(axis=1) < level
            a, b = np.where(below, middle, a), np.where(below, b, middle)
        found[:, c] = np.exp((a + b) / 2)
    return found


def _newton(counts: np.ndarray, design: np.ndarray, used: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Poisson maximum likelihood for all tables (D, C) and models (M, Q) by Newton steps, halved where they overshoot."""
    d, m, q = len(counts), len(used), design.shape[1]
    n = counts[:, None, :]
    beta = np.zeros((d, m, q))
    beta[..., 0] = np.log(counts.mean(axis=1) + 0.5)[:, None]
    identity = np.eye(q)
    off = (1 - used)[None, :, :, None] * identity
    mask = used[None, :, :, None] * used[None, :, None, :]
    hessian = np.empty((d, m, q, q))

    def value(b: np.ndarray) -> np.ndarray:
        eta = np.clip(b @ design.T, -30, 30)
        found: np.ndarray = (n * eta - np.exp(eta)).sum(axis=-1) - _RIDGE * (b**2).sum(axis=-1)
        return found

    here = value(beta)
    for _ in range(60):
        mu = np.exp(np.clip(beta @ design.T, -30, 30))
        gradient = ((n - mu) @ design - 2 * _RIDGE * beta) * used
        hessian = np.einsum("dmc,cp,cq->dmpq", mu, design, design, optimize=True) * mask + off + 2 * _RIDGE * identity
        step = np.linalg.solve(hessian, gradient[..., None])[..., 0]
        scale = np.ones((d, m, 1))
        for _ in range(12):
            ahead = value(beta + scale * step)
            worse = ahead < here - 1e-12 * np.abs(here)
            if not worse.any():
                break
            scale[worse] *= 0.5
        beta = beta + scale * step
        ahead = value(beta)
        if np.all(np.abs(ahead - here) < 1e-9 * (1 + np.abs(here))):
            break
        here = ahead
    inverse = np.linalg.inv(hessian)
    aic = -2 * value(beta) + 2 * used.sum(axis=1)
    return beta[..., 0], inverse[..., 0, 0], aic


def _subsets(n: int) -> np.ndarray:
    found: np.ndarray = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return found


def _window(table: np.ndarray, k: int, edges: list[tuple[int, int]], beam: int = 150) -> np.ndarray:
    """Many lists: grow models pair by pair from independence, keeping the best of each size (a beam search by AIC)."""
    level = np.zeros((1, len(edges)), dtype=np.int64)
    found = [level]
    best = np.inf
    for _ in range(len(edges)):
        grown = np.unique(
            np.concatenate([np.maximum(level, np.eye(len(edges), dtype=np.int64)[e]) for e in range(len(edges))]),
            axis=0,
        )
        grown = grown[grown.sum(axis=1) > level[0].sum()]
        if not len(grown):
            break
        aic = fit(table, k, grown).aic[0]
        order = np.argsort(aic, kind="stable")[:beam]
        if aic.min() > best + _WINDOW:
            break
        best = min(best, float(aic.min()))
        level = grown[order]
        found.append(level)
    return np.concatenate(found)


def table_of(table: Table) -> np.ndarray:
    """One table as (1, 2**k)."""
    return table.counts[None, :]
