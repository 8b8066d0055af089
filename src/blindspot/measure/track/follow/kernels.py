"""Compiled loop of the many-object tracker: predict, move with the camera, assign, update; frame by frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.model import Floats, Ints

POSITION, VELOCITY = (
    1 / 20,
    1 / 160,
)  # of the root of the area, per frame: noise of position and speed (Wojke et al. 2017)


@numba.njit(cache=True, nogil=True)
def overlap(ax: float, ay: float, aw: float, ah: float, bx: float, by: float, bw: float, bh: float) -> float:
    """Intersection over union of two boxes given by middle, width and height."""
    w = min(ax + aw / 2, bx + bw / 2) - max(ax - aw / 2, bx - bw / 2)
    h = min(ay + ah / 2, by + bh / 2) - max(ay - ah / 2, by - bh / 2)
    if w <= 0 or h <= 0:
        return 0.0
    both = w * h
    return both / (aw * ah + bw * bh - both)


@numba.njit(cache=True, nogil=True)
def assign(cost: Floats) -> NDArray[np.int64]:
    """Column of each row at least total cost, rows <= columns (Jonker & Volgenant 1987, shortest augmenting paths)."""
    n, m = cost.shape
    u, v = np.zeros(n + 1), np.zeros(m + 1)
    row_of = np.zeros(m + 1, np.int64)
    way = np.zeros(m + 1, np.int64)
    for i in range(1, n + 1):
        row_of[0] = i
        j0 = 0
        least = np.full(m + 1, np.inf)
        used = np.zeros(m + 1, np.bool_)
        while True:
            used[j0] = True
            i0, delta, j1 = row_of[j0], np.inf, 0
            for j in range(1, m + 1):
                if not used[j]:
                    c = cost[i0 - 1, j - 1] - u[i0] - v[j]
                    if c < least[j]:
                        least[j], way[j] = c, j0
                    if least[j] < delta:
                        delta, j1 = least[j], j
            for j in range(m + 1):
                if used[j]:
                    u[row_of[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            j0 = j1
            if row_of[j0] == 0:
                break
        while j0:
            j1 = way[j0]
            row_of[j0] = row_of[j1]
            j0 = j1
    out = np.full(n, -1, np.int64)
    for j in range(1, m + 1):
        if row_of[j]:
            out[row_of[j] - 1] = j - 1
    return out


@numba.njit(cache=True, nogil=True)
def run(
    first: Ints, frame: Ints, x: Floats, y: Floats, w: Floats, h: Floats, least_overlap: float, patience: int
) -> NDArray[np.int64]:
    """Track number of each detection. first: where each frame that has detections begins, (frames + 1,)."""
    label = np.full(x.size, -1, np.int64)
    room = 256
    s = np.zeros((room, 6))  # x, y, vx, vy, w, h
    p = np.zeros((room, 3))  # var position, covariance, var speed (both axes alike)
    name = np.zeros(room, np.int64)
    seen = np.zeros(room, np.int64)  # frame of the last match
    hits = np.zeros(room, np.int64)
    live = 0
    names = 0
    for f in range(first.size - 1):
        lo, hi = first[f], first[f + 1]
        now, steps = frame[lo], frame[lo] - (frame[first[f - 1]] if f else frame[lo])
        k = 0
        for t in range(live):  # predict; let go of what has been out of sight too long
            limit = patience if hits[t] > 2 else min(patience, 3)
            if now - seen[t] > limit:
                continue
            s[k], p[k], name[k], seen[k], hits[k] = s[t], p[t], name[t], seen[t], hits[t]
            size = np.sqrt(s[k, 4] * s[k, 5])
            for _ in range(steps):
                s[k, 0] += s[k, 2]
                s[k, 1] += s[k, 3]
                p[k, 0] += 2 * p[k, 1] + p[k, 2] + (POSITION * size) ** 2
                p[k, 1] += p[k, 2]
                p[k, 2] += (VELOCITY * size) ** 2
            k += 1
        live = k
        d = hi - lo
        taken = np.zeros(d, np.bool_)
        matched = np.full(live, -1, np.int64)
        if live and d:
            _shift(s, live, x[lo:hi], y[lo:hi], w[lo:hi], h[lo:hi])
            n, m = live, d
            cost = np.ones((n, m)) if n <= m else np.ones((m, n))
            for t in range(n):
                for j in range(m):
                    c = 1.0 - overlap(s[t, 0], s[t, 1], s[t, 4], s[t, 5], x[lo + j], y[lo + j], w[lo + j], h[lo + j])
                    # Long unseen tracks give way to those that are in sight.
                    c = c if c > 1 - least_overlap else c + 0.002 * min(now - seen[t] - 1, 50)
                    c = 1.0 if c > 1 - least_overlap else c
                    if n <= m:
                        cost[t, j] = c
                    else:
                        cost[j, t] = c
            got = assign(cost)
            for i in range(got.size):
                t, j = (i, got[i]) if n <= m else (got[i], i)
                if j >= 0 and t >= 0 and (cost[t, j] if n <= m else cost[j, t]) < 1.0:
                    matched[t] = j
                    taken[j] = True
            _near(s, p, live, matched, taken, x[lo:hi], y[lo:hi], w[lo:hi], h[lo:hi])
        for t in range(live):
            if matched[t] < 0:
                continue
            j = lo + matched[t]
            size = np.sqrt(s[t, 4] * s[t, 5])
            r = (POSITION * size) ** 2
            gain, drift = p[t, 0] / (p[t, 0] + r), p[t, 1] / (p[t, 0] + r)
            ex, ey = x[j] - s[t, 0], y[j] - s[t, 1]
            s[t, 0] += gain * ex
            s[t, 1] += gain * ey
            s[t, 2] += drift * ex
            s[t, 3] += drift * ey
            p[t, 2] -= drift * p[t, 1]
            p[t, 1] *= 1 - gain
            p[t, 0] *= 1 - gain
            s[t, 4] += 0.3 * (w[j] - s[t, 4])
            s[t, 5] += 0.3 * (h[j] - s[t, 5])
            seen[t] = now
            hits[t] += 1
            label[j] = name[t]
        for j in range(d):
            if taken[j]:
                continue
            if live == room:
                room *= 2
                s, p = np.concatenate((s, np.zeros_like(s))), np.concatenate((p, np.zeros_like(p)))
                name, seen = np.concatenate((name, np.zeros_like(name))), np.concatenate((seen, np.zeros_like(seen)))
                hits = np.concatenate((hits, np.zeros_like(hits)))
            i = lo + j
            size = np.sqrt(w[i] * h[i])
            s[live, 0], s[live, 1], s[live, 2], s[live, 3], s[live, 4], s[live, 5] = x[i], y[i], 0.0, 0.0, w[i], h[i]
            p[live, 0], p[live, 1], p[live, 2] = (2 * POSITION * size) ** 2, 0.0, (10 * VELOCITY * size) ** 2
            name[live], seen[live], hits[live] = names, now, 1
            label[i] = names
            names += 1
            live += 1
    return label


@numba.njit(cache=True, nogil=True)
def _shift(s: Floats, live: int, x: Floats, y: Floats, w: Floats, h: Floats) -> None:
    """Move all predictions by the median way from tracks to the boxes that they overlap: the camera's jump."""
    dx, dy = np.empty(live), np.empty(live)
    n = 0
    for t in range(live):
        best, at = 0.3, -1
        for j in range(x.size):
            o = overlap(s[t, 0], s[t, 1], s[t, 4], s[t, 5], x[j], y[j], w[j], h[j])
            if o > best:
                best, at = o, j
        if at >= 0:
            dx[n], dy[n] = x[at] - s[t, 0], y[at] - s[t, 1]
            n += 1
    if n >= 4:
        mx, my = np.median(dx[:n]), np.median(dy[:n])
        for t in range(live):
            s[t, 0] += mx
            s[t, 1] += my


@numba.njit(cache=True, nogil=True)
def _near(
    s: Floats, p: Floats, live: int, matched: Ints, taken: NDArray[np.bool_], x: Floats, y: Floats, w: Floats, h: Floats
) -> None:
    """Tracks still without a box take the nearest free one of like size within three deviations, nearest pairs first."""
    while True:
        best, bt, bj = np.inf, -1, -1
        for t in range(live):
            if matched[t] >= 0:
                continue
            area = s[t, 4] * s[t, 5]
            reach = min(9.0 * (p[t, 0] + 0.02 * area), 4.0 * area)
            for j in range(x.size):
                if taken[j]:
                    continue
                d2 = (x[j] - s[t, 0]) ** 2 + (y[j] - s[t, 1]) ** 2
                ratio = w[j] * h[j] / area
                if d2 < reach and 0.5 < ratio < 2.0 and d2 / area < best:
                    best, bt, bj = d2 / area, t, j
        if bt < 0:
            return
        matched[bt] = bj
        taken[bj] = True
