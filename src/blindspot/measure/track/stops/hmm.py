"""How probable is it, fix by fix, that the vehicle stood there for more than traffic?

A hidden Markov chain in continuous time with four states of an interval between two fixes: moving, halted in traffic,
about on foot beside the vehicle, still at a stop. The last two together are "stopped". Given its state, the displacement
in an interval dt is Rayleigh with sigma^2 = e^2 + (v dt)^2 / 2, e the error of a displacement, v a speed scale (0 where
still); moving is a mixture over four speed scales. Exact forward-backward, O(n); P over an interval dt is expm(Q dt),
interpolated on a logarithmic grid of dt. Intervals longer than `gap_s` say nothing of the state.
Rabiner 1989 (forward-backward); the numbers are fitted on one half of GOAL (bench/track_fit.py), see `FITTED`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.track.stops import kernels

if TYPE_CHECKING:
    from blindspot.measure.track.model import Floats, Ints, Tracks

STATES = ("moving", "halted", "on foot", "still")
SPEEDS = (2.5, 6.0, 12.0, 25.0)  # m/s: crawling, town, main road, motorway
GRID_S = np.geomspace(0.05, 50_000.0, 128)  # intervals for which expm is computed


@dataclass(frozen=True, slots=True)
class Law:
    """Numbers of the chain. rates[i, j]: from state i to j, per second (diagonal ignored)."""

    error_m: float  # standard deviation of one coordinate of a displacement at rest
    foot: float  # m/s, speed scale about the stop
    weights: tuple[float, ...]  # of SPEEDS, when moving
    rates: tuple[tuple[float, ...], ...]


# bench/track_fit.py stops, on the 402 even chunks of GOAL (Eftelioglu et al. 2022, CC BY 4.0), conditional likelihood with
# a ridge of 0.001 towards round numbers; weights of the speeds are judgement: a delivery round holds no motorway.
FITTED = Law(
    2.04,
    1.33,
    (0.3, 0.3, 0.25, 0.15),
    (
        (0.0, 0.0584, 0.0017, 0.0181),
        (0.1417, 0.0, 0.0010, 0.0011),
        (0.0065, 0.0, 0.0, 0.0678),
        (0.0360, 0.0, 0.0207, 0.0),
    ),
)
SLOW_S = 10.0  # two intervals of GOAL; about what braking and pulling away take
FIXES_FOR_ERROR = 20_000  # the error is chosen on about this many
ERRORS_M = (2.04, 4.0, 8.0, 16.0, 32.0)  # errors tried where the tracker's own is not known


def stopped(tracks: Tracks, law: Law | None = None, gap_s: float = 900.0, thin_s: float = 5.0) -> Floats:
    """P(stopped) at each fix, (n,).

    Fixes closer than `thin_s` are taken together: errors of neighbouring fixes are alike, and the law was fitted at 5 s.
    Without a law the fitted one is used, with that error of ERRORS_M under which the tracks are most likely. A track of
    one fix gets the stationary share.
    """
    where, start, t, x, y, scale = _thin(tracks, thin_s)
    law = law or _chosen(start, t, x, y, scale, gap_s)
    return posterior(start, t, x, y, scale, law, gap_s)[0][where]


def law_of(tracks: Tracks, gap_s: float = 900.0, thin_s: float = 5.0) -> Law:
    """The fitted law with the error of these tracks, for others of the same kind."""
    _, start, t, x, y, scale = _thin(tracks, thin_s)
    return _chosen(start, t, x, y, scale, gap_s)


def _chosen(start: Ints, t: Floats, x: Floats, y: Floats, scale: Floats, gap_s: float) -> Law:
    # A dwell shorter than two intervals between fixes cannot be told from none: slower logging, slower chain.
    within = np.diff(t)[np.diff(np.repeat(np.arange(len(start) - 1), np.diff(start))) == 0]
    slow = min(1.0, SLOW_S / max(float(np.median(within)), 1e-3)) if within.size else 1.0
    rates = tuple(tuple(rate * slow for rate in row) for row in FITTED.rates)
    few = start[: max(np.searchsorted(start, FIXES_FOR_ERROR), 2)]
    laws = [replace(FITTED, error_m=error, rates=rates) for error in ERRORS_M]
    return max(laws, key=lambda each: posterior(few, t, x, y, scale, each, gap_s)[1])


def posterior(
    start: Ints, t: Floats, x: Floats, y: Floats, scale: Floats, law: Law, gap_s: float
) -> tuple[Floats, float]:
    """P(on foot or still) at each of the fixes given, and the log-likelihood of all."""
    steps, rest = transition(law)
    speeds, weights = np.array(SPEEDS), np.array(law.weights)
    found: tuple[Floats, float] = kernels.forward_backward(
        start, t, x, y, scale, steps, rest, law.error_m, law.foot, speeds, weights, gap_s, SLOW_S
    )
    return found


@cache
def transition(law: Law) -> tuple[Floats, Floats]:
    """expm(Q dt) on GRID_S, (128, 4, 4), and the stationary distribution, (4,)."""
    from scipy.linalg import expm

    q = np.array(law.rates, float)
    np.fill_diagonal(q, 0.0)
    np.fill_diagonal(q, -q.sum(axis=1))
    steps = np.array([expm(q * dt) for dt in GRID_S])
    system = np.vstack([q.T, np.ones(4)])
    rest = np.linalg.lstsq(system, np.array([0, 0, 0, 0, 1.0]), rcond=None)[0]
    return steps, np.clip(rest, 1e-9, 1)


def _thin(tracks: Tracks, thin_s: float) -> tuple[Ints, Ints, Floats, Floats, Floats, Floats]:
    """For each fix the number of its thinned fix, and the thinned tracks: means over spells shorter than thin_s; stretch."""
    label = kernels.spells(tracks.start, tracks.t, thin_s)
    count = np.bincount(label)
    mean = (
        [np.bincount(label, weights=v - v[0]) / count + v[0] for v in (tracks.t, tracks.x, tracks.y)]
        if label.size
        else [tracks.t] * 3
    )
    kept = np.append(label, len(count))[tracks.start].astype(np.int64) if label.size else tracks.start
    scale = tracks.frame.stretch(mean[2]) if tracks.frame else np.ones_like(mean[2])
    return label, kept, mean[0], mean[1], mean[2], scale
