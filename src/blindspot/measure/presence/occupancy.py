"""Is anyone there at all, when every visit can miss them?

Occupancy (MacKenzie et al. 2002): a site is in use with probability psi_i; each visit detects that with p_ij.
  L_i = psi_i prod_j p^y (1-p)^(1-y) + (1 - psi_i) [never detected]
Royle & Nichols 2003: the chance grows with the number there: N_i ~ Poisson(lambda_i), p_ij = 1 - (1 - r_ij)^N.
Few detections let psi run to 1 while p falls: the fit then carries a flag and a profile interval (`fit`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.presence.fit import Fit, maximise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.presence.counts import Repeated


def occupancy(data: Repeated) -> Fit:
    """The occupancy fit of 0/1 detections. Raises UsageError for counts above 1 or no detection at all."""
    from scipy.special import expit, log_expit

    _only_zero_one(data)
    a, b = data.X.shape[1], data.V.shape[2]
    never = ~(data.y > 0).any(axis=1)

    def nll(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        psi, logit = data.X @ x[:a], data.V @ x[a:]
        p = expit(logit)
        visits = np.where(data.made, data.y * log_expit(logit) + (1 - data.y) * log_expit(-logit), 0.0).sum(axis=1)
        used = log_expit(psi) + visits
        site = np.where(never, np.logaddexp(used, log_expit(-psi)), used)
        there = np.exp(used - site)  # P(in use | detections)
        g_psi = data.X.T @ (there - expit(psi))
        g_p = np.einsum("ij,ijb->b", np.where(data.made, data.y - p, 0.0) * there[:, None], data.V)
        return -float(site.sum()), -np.concatenate([g_psi, g_p])

    names = (*(f"psi{i}" for i in range(a)), *(f"p{i}" for i in range(b)))
    return maximise("occupancy", names, ("logit",) * (a + b), nll, np.zeros(a + b))


def in_use(data: Repeated, fit: Fit) -> NDArray[np.float64]:
    """P(in use | detections) of each site at the estimates: 1 where anything was ever detected."""
    from scipy.special import expit, log_expit

    a = data.X.shape[1]
    psi = data.X @ fit.estimate[:a]
    missed = np.where(data.made, log_expit(-(data.V @ fit.estimate[a:])), 0.0).sum(axis=1)
    used = expit(log_expit(psi) + missed - log_expit(-psi))
    return np.asarray(np.where((data.y > 0).any(axis=1), 1.0, used))


def royle_nichols(data: Repeated, most: int = 50) -> Fit:
    """The Royle-Nichols fit of 0/1 detections, N summed to `most`."""
    from scipy.special import expit, gammaln

    _only_zero_one(data)
    a, b = data.X.shape[1], data.V.shape[2]
    n = np.arange(most + 1.0)

    def nll(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        eta = np.clip(data.X @ x[:a], -30, 30)
        mean, r = np.exp(eta), expit(np.clip(data.V @ x[a:], -35, 35))
        miss = n * np.log1p(-r)[..., None]  # (sites, visits, N): log (1 - r)^N
        with np.errstate(divide="ignore"):
            hit = np.log(-np.expm1(miss))
        y = data.y[..., None] > 0
        seen = np.where(data.made[..., None], np.where(y, hit, miss), 0.0).sum(axis=1)
        joint = n * eta[:, None] - mean[:, None] - gammaln(n + 1) + seen
        top = joint.max(axis=1, keepdims=True)
        weights = np.exp(joint - top)
        total = weights.sum(axis=1, keepdims=True)
        weights = weights / total
        size = weights @ n - mean
        # d log p / d logit r: for a miss -N r; for a hit N r (1-r)^N / (1 - (1-r)^N)
        odds = np.where(n > 0, np.exp(miss) / np.maximum(-np.expm1(miss), 1e-300), 0.0)
        each = n * r[..., None] * np.where(y, odds, -1.0)
        slope = np.where(data.made, (each * weights[:, None, :]).sum(axis=2), 0.0)
        gradient = np.concatenate([data.X.T @ size, np.einsum("ij,ijb->b", slope, data.V)])
        return -float((np.log(total) + top).sum()), -gradient

    names = (*(f"lambda{i}" for i in range(a)), *(f"r{i}" for i in range(b)))
    return maximise("royle-nichols", names, (*["log"] * a, *["logit"] * b), nll, np.zeros(a + b))


def _only_zero_one(data: Repeated) -> None:
    if data.most > 1:
        raise UsageError("occupancy takes 0 (not detected) and 1 (detected); use the N-mixture for counts")
    if data.most == 0:
        raise UsageError("nothing was ever detected: the data say nothing of how often presence is missed")
