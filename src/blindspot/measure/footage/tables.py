"""The telemetry of a clip as tables: one row per packet, columns of NumPy and text, ready for Arrow, CSV and a GIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage.clocks import BASES
from blindspot.measure.footage.footprint import CORNER_WORDS, ground_points
from blindspot.measure.footage.klv import REASONS
from blindspot.measure.footage.nested import plain
from blindspot.measure.footage.tags import BY_NAME, TEXT

if TYPE_CHECKING:
    from blindspot.measure.footage.clip import Clip, Seen

SECRET_BYTES = {"vmti"}  # told in its own table


def packet_table(seen: Seen) -> dict[str, np.ndarray | list[Any]]:
    """A row per packet: where it is, when (best and bounds, seconds of picture PTS), what is wrong, all columns, footprint."""
    t, f, when = seen.telemetry, seen.footprints, seen.times
    table: dict[str, np.ndarray | list[Any]] = {
        "packet": np.arange(len(t)),
        "place": t.place,
        "pts_s": when.best,
        "pts_low_s": when.low,
        "pts_high_s": when.high,
        "time_basis": [BASES[b] for b in when.basis.tolist()],
        "time_us": t.time_us,
        "flags": _flag_words(t.flags),
        **t.numbers,
        **t.times,
    }
    for name, column in t.coded.items():
        if name in SECRET_BYTES:
            continue
        tag = BY_NAME.get(name)
        text = tag is None or tag.coding == TEXT
        words = [v.decode("utf-8", "replace").rstrip("\0") if text else _short(plain(name, v)) for v in column.values]
        table[name] = [words[c] if c >= 0 else None for c in column.code.tolist()]
    table |= {
        "centre_lat": f.lat, "centre_lon": f.lon, "computed_centre_lat": f.computed_lat, "computed_centre_lon": f.computed_lon,
        "centre_gap_m": f.centre_gap, "corners_from": [CORNER_WORDS[s] for s in f.source.tolist()], "corner_gap_m": f.corner_gap,
        "slant_range_m": f.slant_range, "depression_deg": f.depression, "gsd_rows_m": f.gsd[:, 0, 0], "gsd_columns_m": f.gsd[:, 0, 1],
        "area_m2": f.area,
    }  # fmt: skip
    for i in range(4):
        table[f"used_corner_lat_{i + 1}"], table[f"used_corner_lon_{i + 1}"] = f.corner_lat[:, i], f.corner_lon[:, i]
    return table


def _flag_words(flags: np.ndarray) -> list[str]:
    known: dict[int, str] = {}
    for value in np.unique(flags).tolist():
        known[value] = ", ".join(reason for bit, reason in REASONS.items() if value & bit)
    return [known[v] for v in flags.tolist()]


def _short(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def frame_table(clip: Clip, seen: Seen, start: float | None = None) -> dict[str, Any]:
    """Telemetry per picture for synchronous playing: t in seconds of the MP4, which begins at `start` seconds of PTS (None: at
    the first picture; what comes before has no row); for each picture the packet that describes it.

    The packet is that of the same moment, moved by the measured lag where there is one; `packet` is null where none stands
    within two frames. Times that are only bounded are not used.
    """
    rows = max(clip.footage.pictures.values(), key=len, default=None)
    from blindspot.measure.footage.clocks import unwrap

    pts = np.sort(unwrap(rows[:, 1])) if rows is not None else np.empty(0)
    pts = pts[~np.isnan(pts)]
    if start is None:
        start = float(pts[0]) if len(pts) else 0.0
    pts = pts[pts >= start - 1e-4]
    frame = float(np.median(np.diff(pts))) if len(pts) > 1 else float("nan")
    lag = (seen.lag.frames or 0) * frame if len(pts) > 1 else 0.0
    known = np.flatnonzero(~np.isnan(seen.times.best))
    order = known[np.argsort(seen.times.best[known], kind="stable")]
    at = seen.times.best[order] - lag
    if len(at):
        near = np.clip(np.searchsorted(at, pts), 1, max(len(at) - 1, 1))
        near = np.minimum(near, len(at) - 1)
        before = np.maximum(near - 1, 0)
        pick = np.where(np.abs(at[before] - pts) <= np.abs(at[near] - pts), before, near)
        fits = np.abs(at[pick] - pts) <= 2 * frame
        packet = np.where(fits, order[pick], -1)
    else:
        packet = np.full(len(pts), -1)
    f, t = seen.footprints, seen.telemetry
    chosen = packet.clip(min=0)

    def column(values: np.ndarray, digits: int) -> list[float | None]:
        if not len(values):
            return [None] * len(packet)
        picked = values[chosen]
        return [
            round(float(v), digits) if p >= 0 and np.isfinite(v) else None
            for p, v in zip(packet.tolist(), picked.tolist(), strict=True)
        ]

    return {
        "clip": clip.name,
        "mp4_offset_s": start,
        "lag_frames_applied": seen.lag.frames or 0,
        "t": [round(float(s - start), 6) for s in pts],
        "packet": [int(p) if p >= 0 else None for p in packet],
        "time_us": [int(t.time_us[p]) if p >= 0 and t.time_us[p] >= 0 else None for p in packet.tolist()],
        "sensor_lat": column(t.number("sensor_latitude"), 7),
        "sensor_lon": column(t.number("sensor_longitude"), 7),
        "centre_lat": column(f.lat, 7),
        "centre_lon": column(f.lon, 7),
        "corners": [
            [[round(float(f.corner_lat[p, i]), 7), round(float(f.corner_lon[p, i]), 7)] for i in range(4)]
            if p >= 0 and np.isfinite(f.corner_lat[p]).all() else None for p in packet.tolist()
        ],
        "gsd_m": column(np.sqrt(f.gsd[:, 0, 0] * f.gsd[:, 0, 1]), 4),
        "flagged": [bool(t.flags[p]) if p >= 0 else None for p in packet.tolist()],
    }  # fmt: skip


def picture_packets(clip: Clip, seen: Seen, pts: np.ndarray) -> np.ndarray:
    """The packet that describes a picture of each PTS (seconds), lag taken into account; -1 where none is within two frames."""
    rate = clip.info.rate if clip.info and clip.info.rate > 0 else 30.0
    known = np.flatnonzero(~np.isnan(seen.times.best) & (seen.telemetry.flags == 0))
    if not len(known):
        return np.full(len(pts), -1)
    order = known[np.argsort(seen.times.best[known], kind="stable")]
    at = seen.times.best[order] - (seen.lag.frames or 0) / rate
    near = np.clip(np.searchsorted(at, pts), 0, len(at) - 1)
    before = np.maximum(near - 1, 0)
    pick = np.where(np.abs(at[before] - pts) <= np.abs(at[near] - pts), before, near)
    return np.where(np.abs(at[pick] - pts) <= 2 / rate, order[pick], -1)


def corner_ground(seen: Seen, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude (n, 4) of the picture's corners by pose; those that were reported where pose contradicts them."""
    from blindspot.measure.footage.footprint import CORNER_X, CORNER_Y

    f = seen.footprints
    lat, lon, _ = geo.to_geodetic(ground_points(seen.view, CORNER_X, CORNER_Y, rows=rows))
    odd = f.contradicts[rows] | np.isnan(lat).any(axis=1)
    lat[odd], lon[odd] = f.corner_lat[rows][odd], f.corner_lon[rows][odd]
    return lat, lon
