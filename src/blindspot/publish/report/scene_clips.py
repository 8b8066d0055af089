"""Where did the camera look at each picture of a clip? Its telemetry in columns, and which row belongs to which picture.

The row of a picture is that of the same moment, moved by the measured lag between telemetry and picture; none where no
packet stands within two pictures. A clip whose telemetry does not describe its pictures keeps both, unjoined.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.publish.release.media import stills
from blindspot.publish.report.columns import DEGREES, runs, steps
from blindspot.publish.report.footage_map import ground_map
from blindspot.publish.report.media import TICKS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from blindspot.measure.footage.clip import Seen
    from blindspot.publish.report.media import Film

LATEST_US = 2.5e17  # beyond the calendar: no time at all
MOST_ROWS = 12_000  # of one clip; a longer one is thinned evenly, and says so


def clip_columns(path: Path, film: Film | None, told: dict[str, Any]) -> dict[str, Any]:
    """Rows, pictures and doubts of a clip. `told`: its entry in the result of the stage `footage`, which measured the lag."""
    from blindspot.measure.footage.clip import read_clip
    from blindspot.measure.footage.footprint import footprints, view
    from blindspot.measure.footage.frames import picture_info

    clip = read_clip(path, look=False)
    clip.info = picture_info(path) if film is not None else None
    main = clip.main
    if main is None or not len(main.telemetry):
        return {"rows": None, "frames": _pictures(film, None), "every": 1, "strip": stills(path, clip), "still": None}
    main.lag = replace(main.lag, frames=told["clock"]["lag_frames"], matches=told["clock"]["telemetry_matches_picture"])
    size = (clip.info.width, clip.info.height) if clip.info else None
    if size:  # the scale of a pixel needs it, and a vertical field of view that is not reported
        main.view = view(main.telemetry, size)
        with np.errstate(invalid="ignore", divide="ignore"):
            main.footprints = footprints(main.telemetry, main.view, size)
    rows, every = _chosen(main)
    packets = None
    if film is not None and main.lag.matches is not False:
        from blindspot.measure.footage.tables import picture_packets

        packets = picture_packets(clip, main, np.array(film.ticks) / TICKS + film.offset_s)
    return {
        "rows": _columns(main, rows, size),
        "frames": _pictures(film, _nearest(packets, rows)),
        "every": every,
        "strip": stills(path, clip),
        "still": ground_map(clip, told),
    }


def _chosen(main: Seen) -> tuple[NDArray[np.int64], int]:
    """The packets that are shown: sound, with a place, at most so many; and one in how many that is."""
    t, f = main.telemetry, main.footprints
    placed = np.isfinite(f.lat) | np.isfinite(t.number("sensor_latitude"))
    there = np.flatnonzero(placed & (t.flags == 0))
    every = max(1, -(-len(there) // MOST_ROWS))
    return there[::every], every


def _columns(main: Seen, rows: NDArray[np.int64], size: tuple[int, int] | None) -> dict[str, Any]:
    t, f = main.telemetry, main.footprints
    us = t.time_us[rows]
    time = np.where((us >= 0) & (us < LATEST_US), us / 1000.0, np.nan)
    contradicts = f.contradicts[rows]
    gap = np.where(np.isfinite(f.corner_gap[rows]), f.corner_gap[rows], f.centre_gap[rows])
    return {
        "n": len(rows),
        "packet": runs(rows.astype(np.int64)),
        "ms": steps(time, 1000),
        "lat": steps(t.number("sensor_latitude")[rows], DEGREES),
        "lon": steps(t.number("sensor_longitude")[rows], DEGREES),
        "aim_lat": steps(f.lat[rows], DEGREES),
        "aim_lon": steps(f.lon[rows], DEGREES),
        "corner_lat": [steps(f.corner_lat[rows, i], DEGREES) for i in range(4)],
        "corner_lon": [steps(f.corner_lon[rows, i], DEGREES) for i in range(4)],
        "gsd": steps(np.sqrt(f.gsd[rows, 0, 0] * f.gsd[rows, 0, 1]), 10_000),
        "depression": steps(f.depression[rows], 100),
        "gap": steps(gap, 100),
        "contradicts": bool(contradicts.any()),
        "size": size,
    }


def _nearest(packets: NDArray[np.int64] | None, rows: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Which shown row stands for each picture's packet: itself, or its nearest where rows were thinned; -1 for none."""
    if packets is None or not len(rows):
        return None
    at = np.clip(np.searchsorted(rows, packets), 0, len(rows) - 1)
    before = np.maximum(at - 1, 0)
    at = np.where(np.abs(rows[before] - packets) < np.abs(rows[at] - packets), before, at)
    return np.where(packets >= 0, at, -1)


def _pictures(film: Film | None, rows: NDArray[np.int64] | None) -> dict[str, Any] | None:
    """Per picture of the film: its moment in 1/90,000 s, and its row (null: none is joined)."""
    if film is None:
        return None
    return {
        "n": len(film.ticks),
        "ticks": runs(np.array(film.ticks, np.int64)),
        "row": None if rows is None else runs(rows),
    }
