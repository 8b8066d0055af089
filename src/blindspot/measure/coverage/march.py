"""Line of sight one cell at a time, in machine code: exact, and cheap enough for one view or one place."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def march(z, target, row, column, up):  # type: ignore[no-untyped-def]
    """Whether each cell sees the sensor at (row, column, height up): every crossing of a row or column of centres between
    them must lie below the ray, heights linear between centres (n, w).
    """
    n, w = z.shape
    out = np.zeros((n, w), dtype=np.bool_)
    for i in range(n):
        for j in range(w):
            out[i, j] = _free(z, target[i, j], i, j, row, column, up)
    return out


@njit(cache=True, nogil=True)
def march_place(z, i, j, height, positions):  # type: ignore[no-untyped-def]
    """Share of the cells (i, j), (m,), of a place that see each sensor position (row, column, up), (p, 3): (p,)."""
    out = np.zeros(len(positions))
    for p in range(len(positions)):
        seen = 0
        for k in range(len(i)):
            if _free(z, z[i[k], j[k]] + height, i[k], j[k], positions[p, 0], positions[p, 1], positions[p, 2]):
                seen += 1
        out[p] = seen / len(i)
    return out


@njit(cache=True, nogil=True)
def march_cells(z, i, j, height, positions):  # type: ignore[no-untyped-def]
    """Whether each cell (i, j), (m,), sees each sensor position (row, column, up), (p, 3): (m, p)."""
    out = np.zeros((len(i), len(positions)), dtype=np.bool_)
    for k in range(len(i)):
        target = z[i[k], j[k]] + height
        for p in range(len(positions)):
            out[k, p] = _free(z, target, i[k], j[k], positions[p, 0], positions[p, 1], positions[p, 2])
    return out


@njit(cache=True, nogil=True)
def _free(z, height, i, j, row, column, up):  # type: ignore[no-untyped-def]
    n, w = z.shape
    di, dj = row - i, column - j
    rise = up - height
    for axis in range(2):
        d = di if axis == 0 else dj
        if d == 0.0:
            continue
        sign = 1 if d > 0 else -1
        for k in range(1, math.floor(abs(d)) + 1):
            t = k / abs(d)
            if axis == 0:
                r = i + sign * k
                c = j + dj * t
                if r < 0 or r >= n or c < 0 or c > w - 1:
                    break
                q = math.floor(c)
                s = c - q
                surface = z[r, q] if s == 0.0 else (1 - s) * z[r, q] + s * z[r, q + 1]
            else:
                c0 = j + sign * k
                r0 = i + di * t
                if c0 < 0 or c0 >= w or r0 < 0 or r0 > n - 1:
                    break
                q = math.floor(r0)
                s = r0 - q
                surface = z[q, c0] if s == 0.0 else (1 - s) * z[q, c0] + s * z[q + 1, c0]
            if surface >= height + rise * t:
                return False
    return True
