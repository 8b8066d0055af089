"""A small invented city, and line of sight in it by plain Python."""

import math

import numpy as np

from blindspot.measure.coverage.surface import Surface


def plain_sight(z, height, row, column, up, i, j):
    """Whether cell (i, j) sees (row, column, up): heights at every crossing of a line of centres, linear between centres."""
    di, dj, low = row - i, column - j, z[i, j] + height
    for axis, d in ((0, di), (1, dj)):
        for k in range(1, math.floor(abs(d)) + 1):
            t = k / abs(d)
            r, c = i + di * t, j + dj * t
            r, c = (round(r), c) if axis == 0 else (r, round(c))
            if not (0 <= r <= z.shape[0] - 1 and 0 <= c <= z.shape[1] - 1):
                break
            r0, c0 = math.floor(r), math.floor(c)
            r1, c1 = min(r0 + 1, z.shape[0] - 1), min(c0 + 1, z.shape[1] - 1)
            u, v = r - r0, c - c0
            surface = (1 - u) * ((1 - v) * z[r0, c0] + v * z[r0, c1]) + u * ((1 - v) * z[r1, c0] + v * z[r1, c1])
            if surface >= low + (up - low) * t:
                return False
    return True


def city(seed=3, n=60):
    """Blocks of 3 to 12 m on gently sloping ground."""
    rng = np.random.default_rng(seed)
    z = np.add.outer(np.arange(n) * 0.02, np.arange(n) * -0.01)
    ground = z.copy()
    for _ in range(30):
        i, j, h, w = *rng.integers(0, n - 8, 2), *rng.integers(3, 9, 2)
        z[i : i + h, j : j + w] = ground[i : i + h, j : j + w] + rng.uniform(3, 12)
    return Surface(z, 1.0, ground=ground)
