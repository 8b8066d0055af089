"""The answers about clips as plain data: the object that `blindspot footage --json` prints, and the tables of the page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.footage.clocks import BASES
from blindspot.measure.footage.footprint import CORNER_WORDS, targets_to_ground
from blindspot.measure.footage.frames import picture_size
from blindspot.measure.footage.model import PARTS

if TYPE_CHECKING:
    from blindspot.measure.footage.clip import Clip, Seen
    from blindspot.quantities import Range


def clips_as_data(clips: list[Clip]) -> dict[str, Any]:
    """`{"files": [...], "problems": [...]}`, keys fixed by the design."""
    return {"files": [clip_as_data(clip) for clip in clips], "problems": [p for clip in clips for p in clip.problems]}


def clip_as_data(clip: Clip) -> dict[str, Any]:
    """One entry of `files`."""
    footage, main = clip.footage, clip.main
    items: dict[str, int] = {}
    for t in footage.telemetry:
        for tag, count in t.items.items():
            items[tag] = items.get(tag, 0) + count
    lag = main.lag if main else None
    return {
        "path": footage.path,
        "kind": footage.kind,
        "size": footage.size,
        "packets": footage.packets,
        "flagged_packets": sum(int((t.flags != 0).sum()) for t in footage.telemetry),
        "items": items,
        "ledger": {**footage.ledger.parts, "total": footage.ledger.total},
        "ledger_reasons": [
            {"part": part, "reason": reason, "bytes": size}
            for (part, reason), size in sorted(
                footage.ledger.reasons.items(), key=lambda r: (PARTS.index(r[0][0]), -r[1], r[0])
            )
        ],
        "missing_packets": footage.ledger.missing_packets,
        "streams": [
            {
                "pid": s.pid,
                "stream_type": s.stream_type,
                "announced": s.announced,
                "synchronous": s.synchronous,
                "pes": s.units,
                "with_pts": s.with_pts,
                "pes_ids": {f"0x{i:02X}" if i >= 0 else "none": n for i, n in sorted(s.ids.items())},
            }
            for s in footage.streams
        ],
        "picture": None
        if clip.info is None
        else {
            "codec": clip.info.codec,
            "width": clip.info.width,
            "height": clip.info.height,
            "rate": _number(clip.info.rate),
            "duration_s": _number(clip.info.duration),
            "interlaced": clip.info.interlaced,
            "container": clip.info.container,
        },
        "security": clip.security,
        "clock": {
            "lag_frames": lag.frames if lag else None,
            "lag_frames_range": [lag.low, lag.high] if lag and lag.low is not None else None,
            "basis": lag.why if lag else "not measurable: no telemetry",
            "telemetry_matches_picture": lag.matches if lag else None,
            "unexplained": _number(lag.unexplained) if lag else None,
        },
        "clocks": clock_rows(clip),
        "offsets": [
            {"a": o.a, "b": o.b, "n": o.n, "median_s": o.median, "low_s": o.low, "high_s": o.high} for o in clip.offsets
        ],
        **_geometry(main),
        "targets": target_rows(clip),
    }


def _geometry(main: Seen | None) -> dict[str, Any]:
    if main is None or main.gsd is None or main.heights is None or main.niirs is None:
        return {"gsd_m": None, "resolution": [], "heights": None, "niirs": None, "footprint": _footprint(main)}
    median, low, high = main.gsd
    return {
        "gsd_m": {"median": median, "low": low, "high": high},
        "resolution": [
            {
                "object": t.object,
                "detect": _pair(t.detect),
                "recognise": _pair(t.recognise),
                "identify": _pair(t.identify),
                "bound": "upper",
            }
            for t in main.told
        ],
        "heights": {
            "adult_minus_child_px": _pair(main.heights.pixels),
            "likelihood_ratio": _pair(main.heights.likelihood_ratio),
        },
        "niirs": _pair(main.niirs),
        "footprint": _footprint(main),
    }


def _footprint(main: Seen | None) -> dict[str, Any] | None:
    if main is None or np.isnan(main.footprints.lat).all():
        return None
    f = main.footprints
    used = np.bincount(f.source, minlength=4)
    return {
        "corners_from": {CORNER_WORDS[i]: int(n) for i, n in enumerate(used) if n},
        "centre_gap_m": _spread(f.centre_gap),
        "corner_gap_m": _spread(f.corner_gap),
        "slant_range_m": _spread(f.slant_range),
        "depression_deg": _spread(f.depression),
        "area_m2": _spread(f.area),
        "contradicts": int(f.contradicts.sum()),
        "heights_from": main.view.datum,
        "pointing_from": main.view.pointing,
        "time_basis": {BASES[i]: int(n) for i, n in enumerate(np.bincount(main.times.basis, minlength=3)) if n},
    }


def _spread(values: np.ndarray) -> dict[str, float] | None:
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    return {"median": float(np.median(known)), "low": float(known.min()), "high": float(known.max())}


def clock_rows(clip: Clip) -> list[dict[str, Any]]:
    """The clock table."""
    return [
        {
            "clock": c.name,
            "source": c.source,
            "readings": c.readings,
            "first": _number(c.first),
            "last": _number(c.last),
            "unit": "microseconds since 1970" if c.absolute else "seconds",
            "rate_ppm": _number(c.rate_ppm),
            "stood_still": c.stood,
            "ran_backwards": c.backwards,
            "jumps": c.jumps,
            "least_step_s": _number(c.step_s),
        }
        for c in clip.clocks
    ]


def target_rows(clip: Clip) -> list[dict[str, Any]]:
    """The reports of moving targets, with the distance to where their pixel looks."""
    rows = []
    size = picture_size(clip.info)
    for seen in clip.seen:
        t, targets = seen.telemetry, seen.telemetry.targets
        if not len(targets):
            continue
        lat, lon = targets_to_ground(seen.view, targets, size) if size else (np.full(len(targets), np.nan),) * 2
        for i in range(len(targets)):
            p = int(targets.packet[i])
            rows.append(
                {
                    "stream": t.stream,
                    "packet": p,
                    "time_us": int(t.time_us[p]) if t.time_us[p] >= 0 else None,
                    "id": int(targets.id[i]),
                    "row": int(targets.row[i]) or None,
                    "column": int(targets.column[i]) or None,
                    "lat": _number(targets.lat[i]),
                    "lon": _number(targets.lon[i]),
                    "height_m": _number(targets.height[i]),
                    "located": targets.located[i],
                    "pixel_lat": _number(lat[i]),
                    "pixel_lon": _number(lon[i]),
                    "confidence_percent": _number(targets.confidence[i]),
                    "mapping": "before ST 0903.4" if targets.legacy[i] else "ST 0903.4 or later",
                    "flagged": bool(t.flags[p]),
                }
            )
    return rows


def _pair(r: Range) -> list[float]:
    return [r.low, r.high]


def _number(value: Any) -> float | None:
    value = float(value)
    return None if math.isnan(value) or math.isinf(value) else value
