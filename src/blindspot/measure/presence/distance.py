"""How many are there, when those further away are missed more often, or when each pass takes those it finds away?

Distance sampling along lines (Buckland et al. 2001): with detection g(x) at distance x, density D and line length L the
count in the band [b_j, b_j+1] is Poisson with mean D 2 L integral g.
  half-normal exp(-x^2 / 2 s^2)   exponential exp(-x / s)   hazard 1 - exp(-(x/s)^-b)   uniform 1
Removal (Zippin 1956): pass j finds what the passes before left: Poisson with mean lambda_i p (1-p)^(j-1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.presence.fit import Fit, maximise

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from blindspot.measure.presence.fit import Likelihood

KEYS = ("halfnormal", "exponential", "hazard", "uniform")


def line_transects(
    y: NDArray[np.float64], breaks: NDArray[np.float64], length: NDArray[np.float64], key: str = "halfnormal"
) -> Fit:
    """Density per hectare from counts y (lines, bands), band ends and line lengths in metres."""
    y, breaks, length = (np.asarray(x, dtype=float) for x in (y, breaks, length))
    if y.shape != (len(length), len(breaks) - 1):
        raise UsageError(
            f"{y.shape[0]} x {y.shape[1]} counts do not fit {len(length)} lines and {len(breaks) - 1} bands"
        )
    if key not in KEYS:
        raise UsageError(f"{key}: is not a detection function; choose one of {', '.join(KEYS)}")
    area = 2 * length[:, None] / 1e4  # hectares per metre of distance
    nodes, weights = np.polynomial.legendre.leggauss(40)
    middle, half = (breaks[1:] + breaks[:-1]) / 2, np.diff(breaks) / 2
    x = middle[:, None] + half[:, None] * nodes  # (bands, nodes)
    shape = {"halfnormal": ("sigma",), "exponential": ("rate",), "hazard": ("sigma", "shape"), "uniform": ()}[key]

    def value(theta: NDArray[np.float64]) -> float:
        g = _detection(key, x, theta[1:])
        mean = np.exp(theta[0]) * area * (half * (g @ weights))
        return float((mean - y * np.log(np.maximum(mean, 1e-300)) + _log_factorial(y)).sum())

    start = np.array(
        [np.log(y.sum() / (area * (breaks[-1] - breaks[0])).sum()), *[np.log(breaks[-1] / 2)] * bool(shape)]
    )
    start = np.append(start, 0.5) if key == "hazard" else start
    names = ("density", *shape)
    return maximise(f"distance {key}", names, ("log",) * len(names), _numeric(value), start)


def removal(y: NDArray[np.float64], X: NDArray[np.float64] | None = None) -> Fit:
    """Abundance per site from counts y (sites, passes) taken away as they are found; X (sites, a) for abundance."""
    from scipy.special import expit, log_expit

    y = np.asarray(y, dtype=float)
    X = np.ones((len(y), 1)) if X is None else np.asarray(X, dtype=float)
    passes = np.arange(y.shape[1])
    total = y.sum(axis=1)
    if total.sum() == 0:
        raise UsageError("nothing was ever found: the data say nothing of how many were missed")

    def nll(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        eta, logit = X @ theta[:-1], theta[-1]
        cell = log_expit(logit) + passes * log_expit(-logit)  # log p (1-p)^j
        p, caught = expit(logit), np.exp(cell)
        mean = np.exp(eta)
        value = (mean[:, None] * caught - y * (eta[:, None] + cell) + _log_factorial(y)).sum()
        d_cell = (1 - p) - passes * p  # d log cell / d logit p
        g_p = (mean[:, None] * caught * d_cell - y * d_cell).sum()
        return float(value), np.append(X.T @ (mean * caught.sum() - total), g_p)

    names = (*(f"lambda{i}" for i in range(X.shape[1])), "p")
    start = np.zeros(len(names))
    return maximise("removal", names, (*["log"] * X.shape[1], "logit"), nll, start)


def _detection(key: str, x: NDArray[np.float64], theta: NDArray[np.float64]) -> NDArray[np.float64]:
    if key == "uniform":
        return np.ones_like(x)
    s = np.exp(theta[0])
    if key == "halfnormal":
        return np.asarray(np.exp(-(x**2) / (2 * s**2)))
    if key == "exponential":
        return np.asarray(np.exp(-x / s))
    return np.asarray(-np.expm1(-((x / s) ** -np.exp(theta[1]))))


def _log_factorial(y: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import gammaln

    return np.asarray(gammaln(y + 1))


def _numeric(value: Callable[[NDArray[np.float64]], float]) -> Likelihood:
    """Value and gradient by fourth-order central differences: smooth one- to three-parameter curves only."""

    def both(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slope = np.empty(len(x))
        for i in range(len(x)):
            h = np.zeros(len(x))
            h[i] = 1e-3
            slope[i] = (8 * (value(x + h) - value(x - h)) - (value(x + 2 * h) - value(x - 2 * h))) / (12 * 1e-3)
        return value(x), slope

    return both
