"""Telemetry of a video -> a sensor path: where the camera stood, where it looked, how wide and how finely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.coverage.seen import Path, checked_path

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable


def path_from_clip(file: pathlib.Path, local: Callable[[Any, Any], tuple[Any, Any]]) -> Path:
    """The path of the stream with the most packets, by the telemetry's own clock (UTC).

    `local` turns latitudes and longitudes into metres east and north. The footprint becomes the circle of the same area;
    packets without time or position are left out, and those whose time does not rise. Attention is not known.
    """
    from blindspot.measure.footage.footprint import footprints, view
    from blindspot.measure.footage.frames import picture_info, picture_size
    from blindspot.measure.footage.reading import read_footage

    footage = read_footage(file)
    t = max(footage.telemetry, key=len, default=None)
    if t is None or len(t) == 0:
        raise UsageError(f"{file.name}: holds no telemetry; give a CSV of positions, or orbit_km and altitude_m")
    size = picture_size(picture_info(file) if footage.kind in {"transport stream", "container"} else None)
    with np.errstate(invalid="ignore", divide="ignore"):
        f = footprints(t, view(t, size), size)
    lat, lon = t.number("sensor_latitude"), t.number("sensor_longitude")
    heights = (
        t.number(n) for n in ("sensor_ellipsoid_height_extended", "sensor_ellipsoid_height", "sensor_true_altitude")
    )
    up = next((h for h in heights if np.isfinite(h).any()), np.full(len(t), np.nan))
    time = np.where(t.time_us >= 0, t.time_us / 1e6, np.nan)
    rows = np.flatnonzero(np.isfinite(np.column_stack([time, lat, lon, up])).all(axis=1))
    if len(rows) == 0:
        raise UsageError(f"{file.name}: no packet has both a time and a sensor position; nothing can be placed")
    latest = np.maximum.accumulate(np.concatenate([[-np.inf], time[rows][:-1]]))
    rows = rows[time[rows] > latest]

    def east_north(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found, known = np.full((2, len(a)), np.nan), np.isfinite(a + b)
        found[:, known] = local(a[known], b[known])
        return found[0], found[1]

    east, north = east_north(lat[rows], lon[rows])
    aim_east, aim_north = east_north(f.lat[rows], f.lon[rows])
    radius = np.sqrt(f.area[rows] / np.pi)
    gsd = f.gsd[rows, 0].max(axis=1)  # the coarser of the two directions at the centre
    unknown = np.full(len(rows), np.nan)
    radius, gsd = (np.where(x > 0, x, np.nan) for x in (radius, gsd))
    return checked_path(Path(time[rows], east, north, up[rows], aim_east, aim_north, radius, gsd, unknown), file.name)
