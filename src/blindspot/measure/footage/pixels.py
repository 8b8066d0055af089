"""Where on the ground is a pixel of a picture, and how far off may that be?

The ray of the pixel meets the ground at the height that the telemetry tells. Error budget, one deviation each:
    across the line of sight   R dtheta                           R slant range, dtheta error of pointing
    along it, on the ground    hypot(R dtheta / sin(d), dz / tan(d))     d depression, dz error of the ground's height
dtheta is ANGLE_DEG, or what the reported and the computed middle of the picture disagree by where that is more. What both
share (a bent mount, a wrong datum) is not seen by it; tie points on the ground show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage.footprint import ground_points
from blindspot.measure.footage.tables import picture_packets

if TYPE_CHECKING:
    from blindspot.measure.footage.clip import Clip
    from blindspot.measure.footage.geometry import Real, Surface

ANGLE_DEG, HEIGHT_M = 0.1, 5.0  # pointing of a good gimbal with its mount; a coarse height model (judgement)


@dataclass(frozen=True, slots=True)
class OnGround:
    """Arrays of n; NaN where the picture has no pose, or one that its own telemetry contradicts, or looks past the ground.

    t: seconds since 1970, or since the first picture where the telemetry has no clock. across_m, along_m: one deviation.
    """

    t: Real
    lat: Real
    lon: Real
    across_m: Real
    along_m: Real
    has_clock: bool


def pixels_to_ground(
    clip: Clip,
    picture: Real,
    x: Real,
    y: Real,
    surface: Surface | None = None,
    *,
    angle_deg: float = ANGLE_DEG,
    height_m: float = HEIGHT_M,
) -> OnGround:
    """The ground under pixels (x, y), from the upper left corner of the first, of the n-th picture (0 is the first)."""
    n = len(x)
    nothing = np.full(n, np.nan)
    seen, info = clip.main, clip.info
    if seen is None or info is None or not n:
        return OnGround(nothing, nothing, nothing, nothing, nothing, has_clock=False)
    rate = info.rate if info.rate > 0 else 30.0
    start = info.start if np.isfinite(info.start) else 0.0
    pts = start + picture / rate
    rows = picture_packets(clip, seen, pts)
    good = (rows >= 0) & ~seen.footprints.contradicts[rows]
    u, v = 2 * x / info.width - 1, 2 * y / info.height - 1
    hit = ground_points(seen.view, u[:, None], v[:, None], surface, rows=rows)[:, 0]
    lat, lon, _ = geo.to_geodetic(hit)
    away = hit - seen.view.origin[rows]
    reach = np.linalg.norm(away, axis=1)
    up = geo.north_east_down(lat, lon)[:, :, 2]
    sine = np.clip(np.einsum("ni,ni->n", away, up) / reach, 1e-3, 1.0)
    own = float(np.nanmedian(seen.footprints.centre_gap / seen.footprints.slant_range)) if good.any() else 0.0
    across = reach * max(np.radians(angle_deg), own if np.isfinite(own) else 0.0)
    along = np.hypot(across / sine, height_m * np.sqrt(1 - sine**2) / sine)
    stamp = seen.telemetry.time_us[rows].astype(float) / 1e6
    has_clock = bool((stamp[good] > 0).all()) and bool(good.any())
    # The packet's clock carried on to the picture: pictures between two packets each have a moment of their own.
    at = seen.times.best[rows] - (seen.lag.frames or 0) / rate
    t = stamp + np.nan_to_num(pts - at) if has_clock else pts - start
    t, lat, lon, across, along = (np.where(good, c, np.nan) for c in (t, lat, lon, across, along))
    return OnGround(t, lat, lon, across, along, has_clock)
