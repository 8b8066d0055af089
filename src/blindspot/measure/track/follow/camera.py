"""How did the camera move, told from the boxes of other vehicles alone?

Between two frames a similarity q = a p + b (p, q complex: x + iy) is fitted to the middles of the boxes seen in both, by
weighted least squares with three rounds of Cauchy weights, so that the larger part that moves alike (the parked, the queue)
leads. a is drawn to 1 by a prior worth one box as far out as the boxes are on average, so that few boxes give a shift only.
The vehicle that is asked about is taken out of the sums, so that its own way through a gap never helps to find it.
Where pictures are at hand a homography of the ground is better (`stabilise`, or georeferencing by the footage room).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.model import Boxes, Floats, Ints

    Complex = NDArray[np.complex128]

PRIOR_BOXES = 1.0


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
    """q = a p + b from row s to row s + 1, without the box of each column: (rows - 1, ids)."""

    a: Complex
    b: Complex


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


def camera_motion(table: Dense) -> Motion:
    """The motion of the picture from row to row as the other boxes show it."""
    p, q = table.z[:-1], table.z[1:]
    good = np.isfinite(p) & np.isfinite(q)
    prior = PRIOR_BOXES * (float(np.nanvar(table.z.real) + np.nanvar(table.z.imag)) or 1.0)
    p, q = np.where(good, p, 0), np.where(good, q, 0)
    w = good.astype(float)
    for _ in range(3):
        a, b = _fit(w, p, q, prior, leave=False)
        away = np.abs(q - a * p - b)
        spread = np.array([np.median(r[g]) if g.any() else 1.0 for r, g in zip(away, good, strict=True)])
        w = good / (1 + (away / np.maximum(2 * spread, 0.5)[:, None]) ** 2)
    a, b = _fit(w, p, q, prior, leave=True)
    return Motion(a, b)


def carried(motion: Motion, z: Complex, column: Ints, row: Ints, rows_on: int) -> tuple[Complex, Complex]:
    """Where points of row `row` lie `rows_on` rows later by the camera alone, and the factor that turns directions."""
    a, b = np.ones(len(z), complex), np.zeros(len(z), complex)
    for s in range(rows_on):
        ka, kb = motion.a[row + s, column], motion.b[row + s, column]
        a, b = ka * a, ka * b + kb
    return a * z + b, a


def _fit(w: Floats, p: Complex, q: Complex, prior: float, *, leave: bool) -> tuple[Complex, Complex]:
    """Weighted similarity of each row, (rows, 1); or, with `leave`, without each column in turn, (rows, ids)."""
    sums = [(w * v).sum(axis=1, keepdims=True) for v in (np.ones_like(p), p, q, np.abs(p) ** 2, p.conj() * q)]
    if leave:
        own = [w * v for v in (np.ones_like(p), p, q, np.abs(p) ** 2, p.conj() * q)]
        sums = [total - part for total, part in zip(sums, own, strict=True)]
    n, sp, sq, spp, spq = sums
    weight = np.maximum(n.real, 1e-9)
    some = n.real > 1e-6
    mp, mq = sp / weight, sq / weight
    a = (spq - sp.conj() * mq + prior) / (spp.real - np.abs(sp) ** 2 / weight + prior)
    a = np.where(some, a, 1.0)
    return a, np.where(some, mq - a * mp, 0.0)
