"""The map of a clip as SVG: footprints, the way of the sensor, the middle of the picture, reported targets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

if TYPE_CHECKING:
    from blindspot.measure.footage import Clip

MOST_FOOTPRINTS = 60


def ground_map(clip: Clip, data: dict[str, Any]) -> tuple[Markup | str, int, str]:
    """(map, one footprint in so many, what the scale bar is) of a clip; "" where nothing has a place."""
    main = clip.main
    if main is None or data["footprint"] is None:
        return "", 1, ""
    f, t = main.footprints, main.telemetry
    there = np.flatnonzero(np.isfinite(f.corner_lat).all(axis=1) & (t.flags == 0))
    every = max(1, len(there) // MOST_FOOTPRINTS)
    there = there[::every]
    fits = np.isfinite(f.lat) & (t.flags == 0)
    if not fits.any():
        return "", 1, ""
    lat0, lon0 = float(np.median(f.lat[fits])), float(np.median(f.lon[fits]))
    per = 111_320 * math.cos(math.radians(lat0))

    def plane(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        return np.stack(((lon - lon0) * per, (lat - lat0) * 111_320), -1)

    rings = plane(f.corner_lat[there], f.corner_lon[there])
    centres = plane(f.lat[fits], f.lon[fits])
    sensor_lat, sensor_lon = t.number("sensor_latitude"), t.number("sensor_longitude")
    flown = np.isfinite(sensor_lat) & np.isfinite(sensor_lon) & (t.flags == 0)
    way = plane(sensor_lat[flown], sensor_lon[flown])
    if len(way) and not f.contradicts.any():
        cloud = np.concatenate((rings.reshape(-1, 2), centres, way))
    else:
        cloud, way = np.concatenate((rings.reshape(-1, 2), centres)), np.empty((0, 2))
    low, high = cloud.min(axis=0), cloud.max(axis=0)
    span = float(max((high - low).max(), 1.0)) * 1.06
    middle = (low + high) / 2
    width, height = 1000, int(np.clip(1000 * (high - low)[1] / span + 60, 260, 760))
    scale = (
        min(width, height - 40) / span
        if (high - low)[1] >= (high - low)[0]
        else min(width / span, (height - 40) / max((high - low)[1], 1.0))
    )

    def spot(p: np.ndarray) -> str:
        return f"{width / 2 + (p[0] - middle[0]) * scale:.1f} {(height - 30) / 2 - (p[1] - middle[1]) * scale:.1f}"

    body = [f'<path class="foot" d="M{"L".join(spot(p) for p in ring)}Z"/>' for ring in rings]
    for points, style in ((way, "way"), (centres, "look")):
        thin = points[:: max(1, len(points) // 300)]
        if len(thin) > 1:
            body.append(f'<path class="{style}" d="M{"L".join(spot(p) for p in thin)}"/>')
    body += [
        f'<circle class="spot" cx="{spot(p).split()[0]}" cy="{spot(p).split()[1]}" r="2"/>'
        for p in centres[:: max(1, len(centres) // 40)]
    ]
    located = [r for r in data["targets"] if r["lat"] is not None][:200]
    if located:
        for p in plane(np.array([r["lat"] for r in located]), np.array([r["lon"] for r in located])):
            x, y = (float(v) for v in spot(p).split())
            body.append(f'<path class="hit" d="M{x - 4:.1f} {y:.1f}h8M{x:.1f} {y - 4:.1f}v8"/>')
    length = 10 ** math.floor(math.log10(span / 3))
    length = next(k * length for k in (5, 2, 1) if k * length <= span / 3)
    body.append(f'<path class="axis" d="M20 {height - 12}h{length * scale:.1f}"/>')
    label = f"Map of {len(rings)} footprints and the way of the sensor"
    drawn = f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{"".join(body)}</svg>'
    return Markup(drawn), every, length_words(length)  # noqa: S704  # numbers and our own words only


def length_words(value: float) -> str:
    """A length for people: centimetres below a metre, kilometres above a thousand."""
    if value < 1:
        return f"{value * 100:.2g} cm"
    return f"{value:.3g} m" if value < 1000 else f"{value / 1000:,.4g} km"
