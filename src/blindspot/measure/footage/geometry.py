"""Where on the ground does a pixel look? Rays from pose and gimbal, met with the WGS84 ellipsoid at a height or with a surface.

ray = R(heading, pitch, roll) R(azimuth, elevation, roll of the sensor) [1, u, w] in north-east-down, u = tan(HFOV/2) x and
w = tan(VFOV/2) y, with x, y in -1..1 to the right and down (MISB ST 0601, tags 5-7 and 16-20; rotations about down, right,
forward in that order). Angles in degrees, lengths in metres, arrays broadcast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Real = NDArray[np.float64]

A = 6378137.0  # WGS84 semi-axis, m
F = 1 / 298.257223563
B = A * (1 - F)
E2 = F * (2 - F)


class Surface(Protocol):
    """A raster of heights above the ellipsoid. low and high bound it; step is how finely to look, in metres."""

    low: float
    high: float
    step: float

    def height(self, lat: Real, lon: Real) -> Real:
        """Metres above the ellipsoid; NaN outside."""
        ...


def to_ecef(lat: Real, lon: Real, height: Real) -> Real:
    """Earth-centred x, y, z (..., 3) of geodetic coordinates."""
    p, q = np.radians(lat), np.radians(lon)
    n = A / np.sqrt(1 - E2 * np.sin(p) ** 2)
    return np.stack(
        np.broadcast_arrays(
            (n + height) * np.cos(p) * np.cos(q),
            (n + height) * np.cos(p) * np.sin(q),
            (n * (1 - E2) + height) * np.sin(p),
        ),
        axis=-1,
    )


def to_geodetic(at: Real) -> tuple[Real, Real, Real]:
    """Latitude, longitude, height of earth-centred points (..., 3). Bowring's formula, twice: below 0.1 mm up to orbit."""
    x, y, z = at[..., 0], at[..., 1], at[..., 2]
    p = np.hypot(x, y)
    beta = np.arctan2(z * A, p * B)
    for _ in range(2):
        lat = np.arctan2(z + E2 / (1 - E2) * B * np.sin(beta) ** 3, p - E2 * A * np.cos(beta) ** 3)
        beta = np.arctan2((1 - F) * np.sin(lat), np.cos(lat))
    n = A / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    height = p * np.cos(lat) + z * np.sin(lat) - n * (1 - E2 * np.sin(lat) ** 2)
    return np.degrees(lat), np.degrees(np.arctan2(y, x)), height


def rotation(yaw: Real, pitch: Real, roll: Real) -> Real:
    """(..., 3, 3): body forward-right-down to the outer forward-right-down frame; angles in degrees."""
    a, b, c = (np.radians(angle) for angle in np.broadcast_arrays(yaw, pitch, roll))
    ca, sa, cb, sb, cc, sc = np.cos(a), np.sin(a), np.cos(b), np.sin(b), np.cos(c), np.sin(c)
    return np.stack(
        (
            np.stack((ca * cb, ca * sb * sc - sa * cc, ca * sb * cc + sa * sc), -1),
            np.stack((sa * cb, sa * sb * sc + ca * cc, sa * sb * cc - ca * sc), -1),
            np.stack((-sb, cb * sc, cb * cc), -1),
        ),
        -2,
    )


def north_east_down(lat: Real, lon: Real) -> Real:
    """(..., 3, 3): north-east-down at a place to earth-centred axes."""
    p, q = np.broadcast_arrays(np.radians(lat), np.radians(lon))
    sp, cp, sq, cq = np.sin(p), np.cos(p), np.sin(q), np.cos(q)
    return np.stack(
        (
            np.stack((-sp * cq, -sq, -cp * cq), -1),
            np.stack((-sp * sq, cq, -cp * sq), -1),
            np.stack((cp, np.zeros_like(cp), -sp), -1),
        ),
        -2,
    )


def rays(look: Real, hfov: Real, vfov: Real, x: Real, y: Real) -> Real:
    """Unit vectors (..., 3) in the frame of `look` (..., 3, 3) for image positions x, y in -1..1 (right, down)."""
    hfov, vfov, x, y = np.broadcast_arrays(hfov, vfov, x, y)
    local = np.stack((np.ones_like(x), np.tan(np.radians(hfov) / 2) * x, np.tan(np.radians(vfov) / 2) * y), -1)
    out = np.einsum("...ij,...j->...i", look, local)
    unit: Real = out / np.linalg.norm(out, axis=-1, keepdims=True)
    return unit


def meet_ellipsoid(origin: Real, direction: Real, height: Real) -> Real:
    """Earth-centred points (..., 3) where rays come down to a height above the ellipsoid; NaN where they never do.

    The surface of equal height is not quite an ellipsoid: the height is corrected twice, which leaves less than 1 mm.
    """
    aim = np.asarray(height, float)
    with np.errstate(invalid="ignore"):
        for _ in range(3):
            scale = np.stack(np.broadcast_arrays(1 / (A + aim), 1 / (A + aim), 1 / (B + aim)), -1)
            o, d = origin * scale, direction * scale
            a, b, c = (d * d).sum(-1), (o * d).sum(-1), (o * o).sum(-1) - 1
            root = b * b - a * c
            reach = np.where(root >= 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.nan)
            reach = np.where(reach > 0, reach, np.nan)
            hit = origin + direction * reach[..., None]
            aim = aim + (height - to_geodetic(hit)[2])
    return hit


def meet_surface(origin: Real, direction: Real, surface: Surface, most: int = 4096) -> Real:
    """As meet_ellipsoid, for a raster: the first place where the ray is below the surface, to a tenth of its step.

    Steps of the raster's own size from where the ray enters its greatest height to where it leaves its least.
    """
    first = meet_ellipsoid(origin, direction, np.asarray(surface.high))
    last = meet_ellipsoid(origin, direction, np.asarray(surface.low))
    start = np.linalg.norm(first - origin, axis=-1)
    start = np.where(np.isnan(start), 0.0, start)
    span = np.linalg.norm(last - origin, axis=-1) - start
    count = int(np.clip(np.nanmax(span, initial=0.0) / surface.step + 2, 2, most))
    below_at = np.full(span.shape, np.nan)
    before = start.copy()
    for i in range(count):
        reach = start + span * i / (count - 1)
        lat, lon, height = to_geodetic(origin + direction * reach[..., None])
        hit = np.isnan(below_at) & (height <= surface.height(lat, lon))
        below_at = np.where(hit, reach, below_at)
        before = np.where(np.isnan(below_at), reach, before)
    for _ in range(6):
        middle = (before + below_at) / 2
        lat, lon, height = to_geodetic(origin + direction * middle[..., None])
        below = height <= surface.height(lat, lon)
        below_at, before = np.where(below, middle, below_at), np.where(below, before, middle)
    return origin + direction * below_at[..., None]


def ground_distance(lat1: Real, lon1: Real, lat2: Real, lon2: Real) -> Real:
    """Metres between places a few kilometres apart, on the local metric of the ellipsoid (better than 1 in 10^5 there)."""
    middle = np.radians((lat1 + lat2) / 2)
    w = np.sqrt(1 - E2 * np.sin(middle) ** 2)
    north = np.radians(lat2 - lat1) * A * (1 - E2) / w**3
    east = np.radians((lon2 - lon1 + 180) % 360 - 180) * A / w * np.cos(middle)
    distance: Real = np.hypot(north, east)
    return distance
