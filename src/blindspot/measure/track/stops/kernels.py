"""Compiled loops of the stop detectors and of the hidden Markov chain; tests hold plain Python of the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.model import Floats, Ints


@numba.njit(cache=True, nogil=True)
def anchor(
    start: Ints,
    t: Floats,
    x: Floats,
    y: Floats,
    lat0: float,
    per_m: float,
    radius: float,
    least: float,
    gap: float,
    out: NDArray[np.int64],
) -> int:
    found = 0
    r2 = radius * radius
    for k in range(start.size - 1):
        lo, hi = start[k], start[k + 1]
        if hi - lo < 2:
            continue
        a = lo
        mx, my, n = x[a], y[a], 1.0
        s = math.cos(lat0 + my * per_m) / math.cos(lat0)
        for i in range(lo + 1, hi + 1):
            if i < hi and t[i] - t[i - 1] <= gap:
                dx, dy = (x[i] - mx) * s, y[i] - my
                if dx * dx + dy * dy <= r2:
                    n += 1.0
                    mx += (x[i] - mx) / n
                    my += (y[i] - my) / n
                    continue
            if i - 1 > a and t[i - 1] - t[a] >= least:
                out[0, found], out[1, found] = a, i - 1
                found += 1
            if i < hi:
                a = i
                mx, my, n = x[i], y[i], 1.0
                if per_m != 0.0:
                    s = math.cos(lat0 + my * per_m) / math.cos(lat0)
    return found


@numba.njit(cache=True, nogil=True)
def diameter(
    start: Ints,
    t: Floats,
    x: Floats,
    y: Floats,
    lat0: float,
    per_m: float,
    radius: float,
    least: float,
    gap: float,
    out: NDArray[np.int64],
) -> int:
    found = 0
    d2 = 4.0 * radius * radius
    for k in range(start.size - 1):
        lo, hi = start[k], start[k + 1]
        if hi - lo < 2:
            continue
        a = lo  # first fix of the window
        wall = lo  # no window reaches back past this fix: a stop or a gap ended before it
        x0 = x1 = x[a]
        y0 = y1 = y[a]
        s = math.cos(lat0 + y[a] * per_m) / math.cos(lat0)
        for i in range(lo + 1, hi + 1):
            broken = i == hi or t[i] - t[i - 1] > gap
            if not broken:
                nx0, nx1 = min(x0, x[i]), max(x1, x[i])
                ny0, ny1 = min(y0, y[i]), max(y1, y[i])
                dx, dy = (nx1 - nx0) * s, ny1 - ny0
                if dx * dx + dy * dy <= d2:
                    x0, x1, y0, y1 = nx0, nx1, ny0, ny1
                    continue
            if i - 1 > a and t[i - 1] - t[a] >= least:
                out[0, found], out[1, found] = a, i - 1
                found += 1
                wall = i
            elif broken:
                wall = i
            if i == hi:
                break
            # The longest window that ends here and is still small enough.
            a = i
            x0 = x1 = x[i]
            y0 = y1 = y[i]
            if per_m != 0.0:
                s = math.cos(lat0 + y[i] * per_m) / math.cos(lat0)
            while a > wall:
                nx0, nx1 = min(x0, x[a - 1]), max(x1, x[a - 1])
                ny0, ny1 = min(y0, y[a - 1]), max(y1, y[a - 1])
                dx, dy = (nx1 - nx0) * s, ny1 - ny0
                if dx * dx + dy * dy > d2:
                    break
                x0, x1, y0, y1 = nx0, nx1, ny0, ny1
                a -= 1
    return found


@numba.njit(cache=True, nogil=True)
def spells(start: Ints, t: Floats, thin: float) -> NDArray[np.int64]:
    label = np.empty(t.size, np.int64)
    n = -1
    for k in range(start.size - 1):
        since = -np.inf
        for i in range(start[k], start[k + 1]):
            if t[i] - since >= thin * 0.9:  # loggers run a little early
                n += 1
                since = t[i]
            label[i] = n
    return label


@numba.njit(cache=True, nogil=True)
def _step(steps: Floats, dt: float, out: NDArray[np.float64]) -> None:
    place = (math.log(max(dt, 0.05)) - math.log(0.05)) / (math.log(50_000.0) - math.log(0.05)) * (steps.shape[0] - 1)
    low = min(int(place), steps.shape[0] - 2)
    part = min(place - low, 1.0)
    for i in range(4):
        for j in range(4):
            out[i, j] = steps[low, i, j] * (1 - part) + steps[low + 1, i, j] * part


@numba.njit(cache=True, nogil=True)
def forward_backward(
    start: Ints,
    t: Floats,
    x: Floats,
    y: Floats,
    scale: Floats,
    steps: Floats,
    rest: Floats,
    error: float,
    foot: float,
    speeds: Floats,
    weights: Floats,
    gap: float,
    slow: float,
) -> tuple[NDArray[np.float64], float]:
    """Intervals are the nodes of the chain, a fix is where two of them meet.

    A vehicle that stood through an interval stood at both its ends, so a fix is at a stop where either interval is.
    Braking and pulling away blur that for some `slow` seconds: of shorter intervals the mean counts, of longer ones ever less.
    """
    p = np.full(t.size, rest[2] + rest[3])
    e2 = error * error
    longest = 0
    likelihood = 0.0
    for k in range(start.size - 1):
        longest = max(longest, start[k + 1] - start[k])
    emit = np.empty((longest, 4))
    alpha = np.empty((longest, 4))
    chain = np.empty((longest, 4, 4))
    beta = np.empty(4)
    new = np.empty(4)
    for k in range(start.size - 1):
        lo = start[k]
        m = start[k + 1] - lo - 1  # intervals
        if m < 1:
            continue
        for i in range(m):
            dt = t[lo + i + 1] - t[lo + i]
            if dt > gap:
                emit[i, :] = 1.0
            else:
                dx = (x[lo + i + 1] - x[lo + i]) * scale[lo + i]
                dy = y[lo + i + 1] - y[lo + i]
                d2 = dx * dx + dy * dy
                moving = 0.0
                for c in range(speeds.size):
                    v = e2 + 0.5 * (speeds[c] * dt) ** 2
                    moving += weights[c] / v * math.exp(-0.5 * d2 / v)
                # A tenth of the errors at rest are five times larger: no fix rules a state out (judgement).
                at_rest = 0.9 / e2 * math.exp(-0.5 * d2 / e2) + 0.1 / (25 * e2) * math.exp(-0.02 * d2 / e2)
                v = e2 + 0.5 * (foot * dt) ** 2
                about = 1.0 / v * math.exp(-0.5 * d2 / v)
                emit[i, 0] = moving + 1e-12 / e2
                emit[i, 1] = at_rest + 1e-12 / e2
                emit[i, 2] = about + 1e-12 / e2
                emit[i, 3] = at_rest + 1e-12 / e2
            if i:  # from the middle of the last interval to the middle of this one
                _step(steps, 0.5 * (t[lo + i + 1] - t[lo + i - 1]), chain[i])
            total = 0.0
            for j in range(4):
                a = 0.0
                if i == 0:
                    a = rest[j]
                else:
                    for h in range(4):
                        a += alpha[i - 1, h] * chain[i, h, j]
                alpha[i, j] = a * emit[i, j]
                total += alpha[i, j]
            for j in range(4):
                alpha[i, j] /= total
            likelihood += math.log(total)
        beta[:] = 1.0
        for back in range(m):
            i = m - 1 - back
            total = 0.0
            for j in range(4):
                total += alpha[i, j] * beta[j]
            here = (alpha[i, 2] * beta[2] + alpha[i, 3] * beta[3]) / total
            if back == 0:
                p[lo + i + 1] = here
            if i == 0:
                p[lo] = here
            else:
                pair = 0.0  # the two intervals that meet in this fix
                either = 0.0
                mean = 0.0
                for h in range(4):
                    for j in range(4):
                        q = alpha[i - 1, h] * chain[i, h, j] * emit[i, j] * beta[j]
                        pair += q
                        either += q * (h >= 2 or j >= 2)
                        mean += 0.5 * q * ((h >= 2) + (j >= 2))
                share = min(1.0, slow / (0.5 * (t[lo + i + 1] - t[lo + i - 1])))
                p[lo + i] = (share * mean + (1 - share) * either) / pair
            if i:
                total = 0.0
                for h in range(4):
                    new[h] = 0.0
                    for j in range(4):
                        new[h] += chain[i, h, j] * emit[i, j] * beta[j]
                    total += new[h]
                for h in range(4):
                    beta[h] = new[h] / total
    return p, likelihood
