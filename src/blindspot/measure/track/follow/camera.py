"""How did the camera move, told from the boxes of other vehicles alone?

Between two pictures a similarity q = a p + b (p, q complex: x + iy) is fitted to the middles of the boxes seen in both, by
weighted least squares with three rounds of Cauchy weights, so that the larger part that moves alike (the parked, the queue)
leads. a is drawn to 1 by a prior worth one box as far out as the boxes are on average, so that few boxes give a shift only.
Through a gap the two ends are fitted at once where at least ENOUGH boxes are seen at both, since errors of step upon step
add up; else the steps are chained. The vehicle asked about is taken out of the sums, so that its own way through a gap never
helps to find it; a rival's too, where its own way is foretold. Where pictures are at hand a homography of the ground is
better (`stabilise`, or georeferencing by the footage room).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.measure.track.model import Boxes, Floats, Ints

    Complex = NDArray[np.complex128]

PRIOR_BOXES = 1.0
ENOUGH = 12.0  # boxes by weight; chosen on every second file of UAVDT among 4, 6, 8, 12


@dataclass(frozen=True, slots=True)
class Dense:
    """Boxes as tables (frames on a grid, ids): middle as complex pixels, root of the area, width over height; NaN where not seen."""

    step: int  # frames between rows
    first: int  # frame of row 0
    ids: Ints
    z: Complex
    size: Floats
    aspect: Floats


@dataclass(frozen=True, slots=True)
class Motion:
    """Weighted sums of 1, p, q, |p|^2, p* q between row s and row s + lag: all boxes (rows - lag,), each box (rows - lag, ids)."""

    lag: int
    prior: float
    sums: tuple[Complex, ...]
    parts: tuple[Complex, ...]

    def without(
        self, row: Ints, out: Sequence[Ints], expected: Complex | float = 1.0
    ) -> tuple[Complex, Complex, Floats]:
        """(a, b) from each row on, without the boxes of the columns in `out`, and how many boxes they rest on.

        expected: what a is drawn to.
        """
        n, sp, sq, spp, spq = (
            total[row] - sum(part[row, column] for column in out)
            for total, part in zip(self.sums, self.parts, strict=True)
        )
        weight = np.maximum(n.real, 1e-9)
        a = (spq - sp.conj() * sq / weight + self.prior * expected) / (spp.real - np.abs(sp) ** 2 / weight + self.prior)
        some = n.real > 1e-6
        a = np.where(some, a, expected)
        return a, np.where(some, (sq - a * sp) / weight, 0.0), n.real


def dense(boxes: Boxes, step: int) -> Dense:
    """Every `step`-th frame of a video."""
    keep = (boxes.frame - boxes.frame.min()) % step == 0
    ids, column = np.unique(boxes.id[keep], return_inverse=True)
    row = (boxes.frame[keep] - boxes.frame.min()) // step
    z = np.full((int(row.max()) + 1, len(ids)), np.nan + 0j)
    size, aspect = np.full(z.shape, np.nan), np.full(z.shape, np.nan)
    z[row, column] = boxes.x[keep] + 1j * boxes.y[keep]
    size[row, column] = np.sqrt(boxes.w[keep] * boxes.h[keep])
    aspect[row, column] = boxes.w[keep] / boxes.h[keep]
    return Dense(step, int(boxes.frame.min()), ids, z, size, aspect)


def camera_motion(table: Dense, lag: int = 1) -> Motion:
    """The motion of the picture from each row to the one `lag` rows on, as the boxes show it."""
    p, q = table.z[:-lag], table.z[lag:]
    good = np.isfinite(p) & np.isfinite(q)
    prior = PRIOR_BOXES * (float(np.nanvar(table.z.real) + np.nanvar(table.z.imag)) or 1.0)
    p, q = np.where(good, p, 0), np.where(good, q, 0)
    w = good.astype(float)
    every = np.arange(len(p))
    for _ in range(3):
        a, b, _ = _motion(lag, prior, w, p, q).without(every, ())
        away = np.abs(q - a[:, None] * p - b[:, None])
        spread = np.array([np.median(r[g]) if g.any() else 1.0 for r, g in zip(away, good, strict=True)])
        w = good / (1 + (away / np.maximum(2 * spread, 0.5)[:, None]) ** 2)
    return _motion(lag, prior, w, p, q)


def carried(steps: Motion, z: Complex, row: Ints, rows_on: int, *out: Ints) -> tuple[Complex, Complex]:
    """Where points of row `row` lie `rows_on` rows later by the camera alone, and the factor that turns directions.

    out: columns left out, an array for each.
    """
    a, b = np.ones(len(z), complex), np.zeros(len(z), complex)
    for s in range(rows_on):
        ka, kb, _ = steps.without(row + s, out)
        a, b = ka * a, ka * b + kb
    return a * z + b, a


def through(steps: Motion, leap: Motion, z: Complex, row: Ints, *out: Ints) -> tuple[Complex, Complex]:
    """As `carried` over the gap that `leap` spans, both ends at once where enough boxes show it."""
    chained, turn = carried(steps, z, row, leap.lag, *out)
    a, b, n = leap.without(row, out, turn)
    many = n >= ENOUGH
    return np.where(many, a * z + b, chained), np.where(many, a, turn)


def _motion(lag: int, prior: float, w: Floats, p: Complex, q: Complex) -> Motion:
    parts = tuple(w * v for v in (np.ones_like(p), p, q, np.abs(p) ** 2 + 0j, p.conj() * q))
    return Motion(lag, prior, tuple(part.sum(axis=1) for part in parts), parts)
