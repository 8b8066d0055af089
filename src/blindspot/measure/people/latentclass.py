"""How many are on no list, if people differ in how visible they are? A latent class model, several chains, checked.

Classes with stick-breaking weights, lists independent within a class: lambda_kj ~ Beta(1, 1), sticks Beta(1, alpha),
alpha ~ Gamma(1/4, 1/4), p(N) proportional to 1/N (Manrique-Vallier 2016, doi:10.1111/biom.12502). Gibbs sampling on the
patterns; the chains start from different numbers of unseen. Where they disagree (rank R-hat, Vehtari et al. 2021) the
estimate is called not converged and its interval is the envelope of the chains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from blindspot.measure.people.contingency import Table, patterns

if TYPE_CHECKING:
    from concurrent.futures import Executor

CLASSES = 10
STARTS = (0.1, 0.5, 2.0, 8.0)  # unseen at the start, as a multiple of the listed; the first half start from one class


@dataclass(frozen=True, slots=True)
class Chains:
    """Draws of the number unseen (C, S), with R-hat and the bulk effective size over chains."""

    unseen: np.ndarray
    r_hat: float
    effective: float


def sample(
    table: Table, seed: int = 1, kept: int = 4000, thin: int = 80, burn: int = 20_000, executor: Executor | None = None
) -> Chains:
    """Chains of the latent class model, one per start; results are equal for any executor."""
    seen = np.flatnonzero(table.counts > 0)
    x = patterns(len(table.lists))[seen]
    counts = table.counts[seen].astype(np.int64)
    seeds = np.random.SeedSequence(seed).spawn(len(STARTS))
    work = [
        (x, counts, np.random.default_rng(s), int(f * counts.sum()), kept, thin, burn)
        for s, f in zip(seeds, STARTS, strict=True)
    ]
    draws = (
        [_chain(*w) for w in work]
        if executor is None
        else [f.result() for f in [executor.submit(_chain, *w) for w in work]]
    )
    unseen = np.array(draws, dtype=float)
    return Chains(unseen, rank_r_hat(unseen), effective_size(unseen))


def rank_r_hat(draws: np.ndarray) -> float:
    """The larger of bulk and tail rank-normalised split R-hat over chains (C, S)."""
    bulk = _split_r_hat(_normal_ranks(draws))
    tail = _split_r_hat(_normal_ranks(np.abs(draws - np.median(draws))))
    return max(bulk, tail)


def effective_size(draws: np.ndarray) -> float:
    """Bulk effective sample size by Geyer's initial monotone sequence over split chains of normal ranks."""
    z = _split(_normal_ranks(draws))
    m, n = z.shape
    centred = z - z.mean(axis=1, keepdims=True)
    size = 2 ** int(np.ceil(np.log2(2 * n)))
    spectrum = np.fft.rfft(centred, size, axis=1)
    auto = np.fft.irfft(spectrum * np.conj(spectrum), size, axis=1)[:, :n] / n
    within = auto[:, 0].mean() * n / (n - 1)
    between = z.mean(axis=1).var(ddof=1) if m > 1 else 0.0
    total = within * (n - 1) / n + between
    if total <= 0:
        return float(m * n)
    rho = 1 - (within - auto.mean(axis=0)) / total
    pairs = rho[: n - n % 2].reshape(-1, 2).sum(axis=1)
    positive = np.cumprod(pairs > 0).astype(bool)
    tau = -1 + 2 * np.minimum.accumulate(pairs)[positive].sum()
    return float(min(m * n / max(tau, 1e-9), m * n))


def _split(draws: np.ndarray) -> np.ndarray:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, half : 2 * half]])


def _normal_ranks(draws: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri
    from scipy.stats import rankdata

    rank = rankdata(draws).reshape(draws.shape)
    found: np.ndarray = ndtri((rank - 0.375) / (draws.size + 0.25))
    return found


def _split_r_hat(z: np.ndarray) -> float:
    z = _split(z)
    n = z.shape[1]
    within = z.var(axis=1, ddof=1).mean()
    between = n * z.mean(axis=1).var(ddof=1)
    return float(np.sqrt(((n - 1) / n * within + between / n) / within)) if within > 0 else 1.0


@njit(cache=True, nogil=True)
def _chain(x: Any, counts: Any, random: Any, start: int, kept: int, thin: int, burn: int) -> Any:
    cells, lists = x.shape
    n = counts.sum()
    stick = np.full(CLASSES, 0.5)
    share = np.empty(CLASSES)
    rate = random.beta(1.0, 1.0, (CLASSES, lists))
    alpha, unseen = 1.0, start
    if start < n:
        stick[0] = 0.999
    members = np.zeros(CLASSES)
    named = np.zeros((CLASSES, lists))
    p = np.empty(CLASSES)
    found = np.empty(kept)
    for step in range(burn + kept * thin):
        rest = 1.0
        for c in range(CLASSES):
            share[c] = rest * stick[c]
            rest *= 1 - stick[c]
        members[:] = 0.0
        named[:] = 0.0
        for i in range(cells + 1):
            total = 0.0
            for c in range(CLASSES):
                p[c] = share[c]
                for j in range(lists):
                    p[c] *= rate[c, j] if i < cells and x[i, j] else 1 - rate[c, j]
                total += p[c]
            if i == cells:
                if step > 0:
                    missed = min(total, 1 - 1e-9)
                    unseen = random.poisson(random.gamma(n, missed / (1 - missed)))
                left = unseen
            else:
                left = counts[i]
            for c in range(CLASSES):
                if left == 0:
                    break
                part = left if c == CLASSES - 1 or total <= p[c] else random.binomial(left, min(1.0, p[c] / total))
                members[c] += part
                if i < cells:
                    for j in range(lists):
                        if x[i, j]:
                            named[c, j] += part
                left -= part
                total -= p[c]
        above = n + unseen
        log_rest = 0.0
        for c in range(CLASSES):
            above -= members[c]
            for j in range(lists):
                rate[c, j] = random.beta(1 + named[c, j], 1 + members[c] - named[c, j])
            if c < CLASSES - 1:
                stick[c] = min(random.beta(1 + members[c], alpha + above), 1 - 1e-12)
                log_rest += np.log(1 - stick[c])
            else:
                stick[c] = 1.0
        alpha = max(random.gamma(0.25 + CLASSES - 1, 1 / (0.25 - log_rest)), 1e-6)
        if step >= burn and (step - burn) % thin == 0:
            found[(step - burn) // thin] = unseen
    return found
