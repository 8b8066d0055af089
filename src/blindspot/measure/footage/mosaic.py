"""What did the ground look like that the clip covered? Pictures laid on the ground by telemetry, then fitted to one another.

Each picture goes through the homography of its four corners' ground places to a local metric grid; before it is laid down, the
shift against what already lies there is measured (phase correlation on the overlap) and taken out, up to a limit. The middle
of the pictures wins over the edges. Ground is taken as flat: what stands tall leans.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage.frames import pictures
from blindspot.measure.footage.tables import corner_ground, picture_packets

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.footage.clip import Clip, Seen

WIDEST = 1000  # pixels of the mosaic
MOST = 48  # pictures laid down
THIN = 2  # the fit is found on every second pixel
EARTH = 111_320.0  # metres in a degree of latitude, near enough for a local grid


@dataclass(frozen=True, slots=True)
class Mosaic:
    """pixels: (h, w, 3) uint8. covered: where a picture lies. The upper left corner and the size of a pixel in degrees.
    shifts_m: how far each picture had to be moved to fit, metres; used: pictures laid down.
    """

    pixels: np.ndarray
    covered: np.ndarray
    west: float
    north: float
    step_lon: float
    step_lat: float
    metres: float
    shifts_m: tuple[float, ...]
    used: int


def mosaic(path: Path, clip: Clip, seen: Seen) -> Mosaic | None:
    """A mosaic of the clip; None where no picture has a place on the ground."""
    import cv2

    if clip.info is None or clip.motion is None:
        return None
    every = max(1, -(-clip.frames // MOST))
    taken = list(pictures(path, most=MOST, every=every, colour=True))
    packets = picture_packets(clip, seen, np.array([p.pts for p in taken]))
    placed = np.flatnonzero(packets >= 0)
    if not len(placed):
        return None
    lat, lon = corner_ground(seen, packets[placed])
    fits = np.isfinite(lat).all(axis=1)
    placed, lat, lon = placed[fits], lat[fits], lon[fits]
    if not len(placed):
        return None
    lat0, lon0 = float(lat.mean()), float(lon.mean())
    per_lon = EARTH * np.cos(np.radians(lat0))
    x, y = (lon - lon0) * per_lon, (lat - lat0) * EARTH
    west, east, south, north = x.min(), x.max(), y.min(), y.max()
    metres = max(float((east - west) / WIDEST), float((north - south) / WIDEST), 0.02)
    width, height = int((east - west) / metres) + 1, int((north - south) / metres) + 1
    total, weight = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    shifts: list[float] = []
    for row, i in enumerate(placed.tolist()):
        pixels = taken[i].pixels
        h, w = pixels.shape[:2]
        ground = np.column_stack(((x[row] - west) / metres, (north - y[row]) / metres)).astype(np.float32)
        corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        warp = cv2.getPerspectiveTransform(corners, ground)
        laid = cv2.warpPerspective(pixels, warp, (width, height))
        near = cv2.warpPerspective(_centre_weight(w, h), warp, (width, height))
        shift = _fit(laid, near, total, weight)
        if shift is not None:
            move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
            laid, near = (cv2.warpAffine(a, move, (width, height)) for a in (laid, near))
            shifts.append(float(np.hypot(*shift) * metres))
        total += laid * near[..., None]
        weight += near
    out = np.clip(total / np.maximum(weight, 1e-6)[..., None], 0, 255).astype(np.uint8)
    return Mosaic(
        out, weight > 1e-4, lon0 + west / per_lon, lat0 + north / EARTH, metres / per_lon, metres / EARTH, metres,
        tuple(round(s, 2) for s in shifts), len(placed),
    )  # fmt: skip


def _centre_weight(width: int, height: int) -> np.ndarray:
    u, v = np.linspace(-1, 1, width), np.linspace(-1, 1, height)
    return ((1.02 - np.abs(u)[None]) * (1.02 - np.abs(v)[:, None])).astype(np.float32) ** 2


def _fit(laid: np.ndarray, near: np.ndarray, total: np.ndarray, weight: np.ndarray) -> tuple[float, float] | None:
    """Pixels by which a picture must move to fit what lies there; None where the overlap is small or the answer unlikely."""
    import cv2

    both = (near > 0.01) & (weight > 0.01)
    rows, columns = np.flatnonzero(both.any(axis=1)), np.flatnonzero(both.any(axis=0))
    if len(rows) < 64 or len(columns) < 64:
        return None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    thin = slice(box[0].start, box[0].stop, THIN), slice(box[1].start, box[1].stop, THIN)
    before = total[thin][..., 1] / np.maximum(weight[thin], 1e-6)  # green says enough
    now = laid[thin][..., 1].astype(np.float32)
    mask = both[thin]
    if mask.mean() < 0.3:
        return None
    before, now = (np.where(mask, a - a[mask].mean(), 0).astype(np.float32) for a in (before, now))
    window = cv2.createHanningWindow((now.shape[1], now.shape[0]), cv2.CV_32F)
    (dx, dy), response = cv2.phaseCorrelate(now, before, window)
    if response < 0.1 or np.hypot(dx, dy) > 0.1 * max(now.shape):
        return None
    return float(dx) * THIN, float(dy) * THIN
