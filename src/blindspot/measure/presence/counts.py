"""How many are there, when several independent counts of the same places each miss some?

N-mixture (Royle 2004): N_i ~ Poisson, negative binomial or zero-inflated Poisson with mean lambda_i; each count
y_ij ~ Binomial(N_i, p_ij); log lambda = X beta, logit p = V alpha; N summed to K. With s_i = sum_j log(1 - p_ij) and
t_i = sum_j y_ij logit p_ij the likelihood of a site is sum_N f(N) exp(C_iN + N s_i + t_i), C_iN = sum_j log choose(N, y_ij),
so that one (sites, K + 1) array does all the work; its gradient follows from the posterior of N.
The three mixtures can differ much in lambda on the same data: `mixtures` always fits all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.presence.fit import Fit, maximise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.presence.fit import Likelihood

MIXTURES = ("poisson", "negative_binomial", "zero_inflated")


@dataclass(frozen=True, slots=True)
class Repeated:
    """Repeated counts: y (sites, visits) with NaN = not made; X (sites, a) for abundance; V (sites, visits, b) for detection."""

    y: NDArray[np.float64]
    X: NDArray[np.float64]
    V: NDArray[np.float64]
    made: NDArray[np.bool_]  # visits that count
    kept: NDArray[np.bool_]  # of the sites given: those with a count and all their covariates

    @property
    def most(self) -> int:
        """The largest count."""
        return int(self.y[self.made].max(initial=0))


def repeated(
    y: NDArray[np.float64], X: NDArray[np.float64] | None = None, V: NDArray[np.float64] | None = None
) -> Repeated:
    """Counts with their covariates; an intercept is not added. Visits and sites with a missing value are left out.

    Raises UsageError for negative or broken counts, or where nothing is left.
    """
    y = np.asarray(y, dtype=float)
    sites, visits = y.shape
    X = np.ones((sites, 1)) if X is None else np.asarray(X, dtype=float)
    V = np.ones((sites, visits, 1)) if V is None else np.asarray(V, dtype=float)
    if np.any(y[np.isfinite(y)] < 0) or np.any(y[np.isfinite(y)] % 1):
        raise UsageError("counts must be whole numbers, 0 or more; leave a cell empty where no count was made")
    made = np.isfinite(y) & np.isfinite(V).all(axis=2)
    keep = np.asarray(np.isfinite(X).all(axis=1) & made.any(axis=1))
    if not keep.any():
        raise UsageError("no site has a count with all its covariates; nothing can be estimated")
    made = made[keep]
    return Repeated(np.where(made, y[keep], 0.0), X[keep], np.where(made[..., None], V[keep], 0.0), made, keep)


def n_mixture(data: Repeated, mixture: str = "poisson", most: int | None = None) -> Fit:
    """The N-mixture fit; `most` is K, the largest N summed over (default: largest count + 100)."""
    k = data.most + 100 if most is None else most
    if k <= data.most:
        raise UsageError(f"K = {k} is not above the largest count {data.most}; choose a larger K")
    a, b = data.X.shape[1], data.V.shape[2]
    extra = {"poisson": (), "negative_binomial": ("alpha",), "zero_inflated": ("psi",)}[mixture]
    names = (*(f"lambda{i}" for i in range(a)), *(f"p{i}" for i in range(b)), *extra)
    links = (*["log"] * a, *["logit"] * b, *(["log"] if mixture == "negative_binomial" else ["logit"] * len(extra)))
    return maximise(f"n-mixture {mixture}", names, links, _likelihood(data, mixture, k), np.zeros(len(names)))


def mixtures(data: Repeated, most: int | None = None) -> dict[str, Fit]:
    """All three mixtures, best AIC first."""
    found = {m: n_mixture(data, m, most) for m in MIXTURES}
    return dict(sorted(found.items(), key=lambda item: item[1].aic))


def posterior_n(data: Repeated, fit: Fit, most: int) -> NDArray[np.float64]:
    """P(N_i = n | counts), (sites, most + 1), at the estimates."""
    weights, *_ = _terms(data, fit.model.split()[-1], most, fit.estimate, _choose(data, most))
    return weights


def _choose(data: Repeated, k: int) -> NDArray[np.float64]:
    """sum_j log choose(N, y_ij), (sites, K + 1); -inf where N is below a count."""
    from scipy.special import gammaln

    n = np.arange(k + 1.0)
    total = np.zeros((len(data.y), k + 1))
    for j in range(data.y.shape[1]):
        y = data.y[:, j, None]
        ways = gammaln(n + 1) - gammaln(y + 1) - gammaln(np.maximum(n - y, 0) + 1)
        total += np.where(data.made[:, j, None], np.where(n >= y, ways, -np.inf), 0.0)
    return total


def _terms(
    data: Repeated, mixture: str, k: int, x: NDArray[np.float64], choose: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    from scipy.special import expit, gammaln, log_expit

    a, b = data.X.shape[1], data.V.shape[2]
    eta = np.clip(data.X @ x[:a], -30, 30)
    mean = np.exp(eta)
    logit = np.clip(data.V @ x[a : a + b], -500, 500)
    p = np.where(data.made, expit(logit), 0.0)
    s = np.where(data.made, log_expit(-logit), 0.0).sum(axis=1)
    t = np.where(data.made, data.y * logit, 0.0).sum(axis=1)
    n = np.arange(k + 1.0)
    if mixture == "negative_binomial":
        r = np.exp(np.clip(x[-1], -30, 30))
        prior = (
            gammaln(n + r)
            - gammaln(r)
            - gammaln(n + 1)
            + r * (np.log(r) - np.log(r + mean))[:, None]
            + n * (eta - np.log(r + mean))[:, None]
        )
    else:
        prior = n * eta[:, None] - mean[:, None] - gammaln(n + 1)
        if mixture == "zero_inflated":
            prior = prior + log_expit(-x[-1])
            prior[:, 0] = np.logaddexp(prior[:, 0], log_expit(x[-1]))
    joint = prior + choose + n * s[:, None] + t[:, None]
    top = joint.max(axis=1, keepdims=True)
    weights = np.exp(joint - top)
    total = weights.sum(axis=1, keepdims=True)
    return weights / total, (np.log(total) + top)[:, 0], mean, p, n


def _likelihood(data: Repeated, mixture: str, k: int) -> Likelihood:
    from scipy.special import digamma, expit

    choose = _choose(data, k)

    def nll(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, site, mean, p, n = _terms(data, mixture, k, x, choose)
        expected = weights @ n
        slope = np.where(data.made, data.y - p * expected[:, None], 0.0)
        detection = np.einsum("ij,ijb->b", slope, data.V)
        extra: list[float] = []
        if mixture == "negative_binomial":
            r = np.exp(np.clip(x[-1], -30, 30))
            size = r * (expected - mean) / (r + mean)
            turn = weights @ digamma(n + r) - digamma(r) + np.log(r / (r + mean)) + (mean - expected) / (r + mean)
            extra = [float(r * turn.sum())]
        elif mixture == "zero_inflated":
            psi = expit(x[-1])
            zero = expit(x[-1] + mean)  # share of P(N = 0) that is inflation
            inflated = weights[:, 0] * zero
            size = expected - mean * (1 - inflated)
            extra = [float((inflated - psi).sum())]
        else:
            size = expected - mean
        gradient = np.concatenate([data.X.T @ size, detection, extra])
        return -float(site.sum()), -gradient

    return nll
