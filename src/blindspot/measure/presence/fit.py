"""Which parameters make the counts likeliest, how sure are they, and is any of them at the edge of what can be?

Maximum likelihood by BFGS with the exact gradient and a few Newton steps at the end; standard errors from the curvature.
A parameter is flagged where its curvature gives no width (standard error above 5 on the link scale, or none), or where
its estimate has run off (beyond 8 on the logit, 20 on the log scale). A flagged parameter always comes with its profile-likelihood
interval: the values at which the best likelihood, all others free, falls by no more than 1.92 (half the 95 % point of
chi-squared with one degree of freedom); an end is infinite where it never falls so far.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Likelihood = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]

DROP = 1.9207  # chi-squared(0.95, 1) / 2
_WIDE = 5.0  # standard error on a log or logit scale: a factor of 22,000 between the ends of its interval
_FAR = {"logit": 8.0, "log": 20.0}  # logit 8 = 0.99966; a number of 3,000 is nothing odd, one of 10^8 is
_REACH = 60.0  # how far the profile is followed on the link scale before its end counts as infinite


@dataclass(frozen=True, slots=True)
class Fit:
    """Estimates on the link scale (log or logit), with what is wrong with them."""

    model: str
    names: tuple[str, ...]
    links: tuple[str, ...]  # log | logit, per parameter
    estimate: NDArray[np.float64]
    error: NDArray[np.float64]  # standard errors; inf where the curvature gives none
    nll: float
    flags: tuple[str, ...]
    profiles: dict[str, tuple[float, float]]  # 95 % profile intervals of the flagged parameters, link scale
    _likelihood: Likelihood = field(repr=False)

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return 2 * self.nll + 2 * len(self.names)

    def natural(self, name: str) -> float:
        """The estimate on its own scale: exp or logistic."""
        i = self.names.index(name)
        return unlink(float(self.estimate[i]), self.links[i])

    def profile(self, name: str) -> tuple[float, float]:
        """The 95 % profile interval of a parameter, link scale."""
        i = self.names.index(name)
        return _profile(self._likelihood, self.estimate, self.nll, i)


def unlink(x: float, link: str) -> float:
    """exp(x) or the logistic of x; infinite ends give 0, 1 or inf."""
    if link == "log":
        return float(np.exp(x))
    return float(1 / (1 + np.exp(-x)))


def maximise(
    model: str, names: tuple[str, ...], links: tuple[str, ...], likelihood: Likelihood, start: NDArray[np.float64]
) -> Fit:
    """The fit of a model whose `likelihood` gives the negative log-likelihood and its gradient."""
    x, nll = _minimum(likelihood, start)
    curvature = _curvature(likelihood, x)
    for _ in range(3):  # BFGS stops at about 1e-5: Newton takes it to the last digit where the curvature is sound
        value, slope = likelihood(x)
        try:
            step = np.linalg.solve(curvature, slope)
        except np.linalg.LinAlgError:
            break
        if np.abs(step).max() > 0.5 or np.linalg.eigvalsh(curvature).min() <= 0:
            break
        better, _ = likelihood(x - step)
        if not better <= value:
            break
        x, nll = x - step, better
    curvature = _curvature(likelihood, x)
    error = _errors(curvature)
    odd = [i for i in range(len(x)) if not error[i] < _WIDE or abs(x[i]) > _FAR[links[i]]]
    profiles = {names[i]: _profile(likelihood, x, nll, i) for i in odd}
    flags = tuple(
        f"{names[i]}: "
        + ("has run off" if error[i] < _WIDE else f"no width from the curvature (standard error {error[i]:.3g})")
        + ("; at the edge of its range, no lower end" if np.isinf(profiles[names[i]][0]) else "")
        + ("; at the edge of its range, no upper end" if np.isinf(profiles[names[i]][1]) else "")
        for i in odd
    )
    return Fit(model, names, links, x, error, nll, flags, profiles, likelihood)


def _minimum(likelihood: Likelihood, start: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    from scipy.optimize import minimize

    found = minimize(likelihood, start, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 500})
    return np.asarray(found.x), float(found.fun)


def _curvature(likelihood: Likelihood, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Hessian by central differences of the gradient."""
    n = len(x)
    h = 1e-4 * np.maximum(1.0, np.abs(x))
    rows = np.empty((n, n))
    for i in range(n):
        step = np.zeros(n)
        step[i] = h[i]
        rows[i] = (likelihood(x + step)[1] - likelihood(x - step)[1]) / (2 * h[i])
    return (rows + rows.T) / 2


def _errors(curvature: NDArray[np.float64]) -> NDArray[np.float64]:
    try:
        variance = np.diag(np.linalg.inv(curvature))
    except np.linalg.LinAlgError:
        return np.full(len(curvature), np.inf)
    return np.where(variance > 0, np.sqrt(np.maximum(variance, 0)), np.inf)


def _profile(likelihood: Likelihood, best: NDArray[np.float64], nll: float, i: int) -> tuple[float, float]:
    others = [k for k in range(len(best)) if k != i]

    def drop(value: float, start: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        def part(free: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            full = best.copy()
            full[i], full[others] = value, free
            f, g = likelihood(full)
            return f, g[others]

        if not others:
            return likelihood(np.array([value]))[0] - nll, start
        free, f = _minimum(part, start)
        return f - nll, free

    ends = []
    for side in (-1.0, 1.0):
        inside, free, step = float(best[i]), best[others], 0.5
        while True:
            outside = inside + side * step
            lost, moved = drop(outside, free)
            if lost > DROP:
                break
            inside, free, step = outside, moved, step * 1.6
            if abs(inside - best[i]) > _REACH:
                break
        if abs(inside - best[i]) > _REACH:
            ends.append(side * np.inf)
            continue
        while abs(outside - inside) > 1e-6:
            middle = (inside + outside) / 2
            lost, moved = drop(middle, free)
            if lost > DROP:
                outside = middle
            else:
                inside, free = middle, moved
        ends.append((inside + outside) / 2)
    return ends[0], ends[1]
