"""Machine code of the horizon map: loaded only where a surface is read."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def sweep(z, height, a, b, slope0, slope1, cell, first, last, per, crossings, out):  # type: ignore[no-untyped-def]
    """The horizon of each cell, along lines that come from the sensor's side, as a code (see `horizon.code`).

    z: (w, n) heights of the surface: the second index runs away from the sensor, so that a line reads memory in order.
    height: of what is looked for above the surface. Line q (intercept k = q / per) crosses step i at a[i] + b[i] k; it
    drifts by slope0 + slope1 k per step. Along it the surface is linear between the cell centres on either side, taken
    at every step and, with `crossings`, wherever it crosses a line of centres between steps. The upper convex hull of the
    points passed so far holds the horizon of every cell behind them: the slopes along it rise to one peak. A cell takes
    the line nearest to its centre. out (w, n): 0 where nothing stands before the cell.
    """
    w, n = z.shape
    hs = np.empty(2 * n + 2)
    hz = np.empty(2 * n + 2)
    half = 0.5 / per
    edge = w - 1.0
    for q in range(first, last + 1):
        k = q / per
        f = slope0 + slope1 * k
        step = cell * math.sqrt(1.0 + f * f)
        top = -1
        x0 = a[0] + b[0] * k
        # the steps at which the line is over the grid: -1 <= x0 + f i <= w
        begin, end = 0, n
        if f != 0.0:
            enter, leave = (-1.0 - x0) / f, (w - x0) / f
            begin = max(math.ceil(min(enter, leave)), 0)
            end = min(math.floor(max(enter, leave)) + 1, n)
        for i in range(begin, end):
            x = x0 + f * i
            s = i * step
            if crossings and f != 0.0 and top >= 0:
                c = math.floor(x) if f > 0.0 else math.ceil(x)
                t = (x - c) / f
                if 0.0 < t < 1.0 and 0 <= c < w:
                    j = int(c)
                    top = _push(hs, hz, top, s - t * step, (1.0 - t) * z[j, i] + t * z[j, i - 1])
            if top >= 0:
                low = max(int(x - b[i] * half + 1.0), 0)
                high = min(int(x + b[i] * half + 1.0) - 1, w - 1)
                for j in range(low, high + 1):
                    seen = z[j, i] + height
                    m = top
                    dz, ds = hz[m] - seen, s - hs[m]
                    while m > 0:
                        m -= 1
                        rise, run = hz[m] - seen, s - hs[m]
                        if rise * ds < dz * run:
                            break
                        dz, ds = rise, run
                    # t / (1 + |t|) with t = dz / ds, on 0-65535, rounded up
                    out[j, i] = np.uint16((dz / (ds + abs(dz)) + 1.0) * 32767.5 + 0.999999)
            if 0.0 <= x <= edge:
                j = int(x)
                r = x - j
                here = z[j, i]
                if r > 0.0:
                    here += r * (z[j + 1, i] - here)
                top = _push(hs, hz, top, s, here)


@njit(cache=True, nogil=True, error_model="numpy")
def sweep_map(z, height, f, cell, out):  # type: ignore[no-untyped-def]
    """As `sweep` for parallel lines, one per cell across (x = k + f i, -1 <= f <= 0), heights taken at every step.

    Each line is first gathered into arrays of its own, so that the walk along the hull waits for no memory.
    """
    w, n = z.shape
    hs = np.empty(n + 1)
    hz = np.empty(n + 1)
    surface = np.empty(n)
    value = np.empty(n)  # height of what is looked for, then its horizon
    column = np.empty(n, dtype=np.int64)
    step = cell * math.sqrt(1.0 + f * f)
    for k in range(math.ceil(w - 1 - f * (n - 1)) + 1):
        begin, end = 0, n
        if f != 0.0:
            begin = max(math.ceil((w - 0.5 - k) / f), 0)
            end = min(math.floor((-0.5 - k) / f) + 1, n)
        elif k >= w:
            break
        for i in range(begin, end):
            x = k + f * i
            j = min(int(x + 0.5), w - 1)
            r = x - j
            beside = min(max(j + 1 if r > 0.0 else j - 1, 0), w - 1)
            surface[i] = z[j, i] + abs(r) * (z[beside, i] - z[j, i])
            value[i] = z[j, i] + height
            column[i] = j
        top = -1
        for i in range(begin, end):
            s = i * step
            share = -1.0
            if top >= 0:
                dz, ds = hz[top] - value[i], s - hs[top]
                m = top
                while m > 0:
                    m -= 1
                    rise, run = hz[m] - value[i], s - hs[m]
                    if rise * ds < dz * run:
                        break
                    dz, ds = rise, run
                share = dz / (ds + abs(dz))
            value[i] = share
            top = _push(hs, hz, top, s, surface[i])
        for i in range(begin, end):
            out[column[i], i] = np.uint16((value[i] + 1.0) * 32767.5 + 0.999999)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _push(hs, hz, top, s, z):  # type: ignore[no-untyped-def]
    """Add a point to the upper hull; s never falls."""
    while top >= 1 and (hz[top] - hz[top - 1]) * (s - hs[top]) <= (z - hz[top]) * (hs[top] - hs[top - 1]):
        top -= 1
    top += 1
    hs[top] = s
    hz[top] = z
    return top


@njit(cache=True, nogil=True, error_model="numpy")
def look_up(codes, table, bins, lowest, shift, row, column, height, width, out):  # type: ignore[no-untyped-def]
    """Seen share of the cells of one tile: for each direction the share of time in which the sensor stood above a code.

    codes (K, n, w); table (len(bins), levels): share of time by (code >> shift) - lowest; out (n, w).
    """
    last = table.shape[1] - 1
    for i in range(row, row + height):
        for j in range(column, column + width):
            out[i, j] = 0.0
    for b in range(bins.size):
        k = bins[b]
        for i in range(row, row + height):
            for j in range(column, column + width):
                level = min(max((codes[k, i, j] >> shift) - lowest, 0), last)
                out[i, j] += table[b, level]
