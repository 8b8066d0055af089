"""The page of footage: map, film strip, mosaic, resolution, clocks and ledger of each clip, without script."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.footage.movers import movers
from blindspot.measure.footage.mosaic import mosaic
from blindspot.measure.footage.stills import film_strip, jpeg, utc
from blindspot.publish.report.figures import svg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from markupsafe import Markup

    from blindspot.measure.footage import Clip
    from blindspot.measure.footage.mosaic import Mosaic
    from blindspot.measure.footage.movers import Track

STRIP_CSS = ".strip{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:10px}figure{margin:0}img{max-width:100%;height:auto}figcaption{font-size:.8rem;color:var(--soft)}.mosaic{display:block;max-height:80vh;margin:auto}.foot{fill:var(--against);opacity:.10;stroke:var(--against);stroke-width:.6}.way{fill:none;stroke:var(--ink);stroke-width:1.5}.look{fill:none;stroke:var(--for);stroke-width:1.5}"
MOST_FOOTPRINTS = 60
LOOKED = 150


def footage_page(
    clips: list[Clip], found: dict[str, Any], timeline: list[dict[str, Any]], seen: dict[str, tuple[Mosaic | None, list[Track]]], strips: dict[str, list[Any]]
) -> str:
    """footage.html of clips and their data (`clips_as_data`), with what `look_at` found in their pictures."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    here = files("blindspot.publish.report")
    style = here.joinpath("page.css").read_text(encoding="utf-8") + STRIP_CSS
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"metres": _metres, "share": _share}
    template = environment.from_string(here.joinpath("footage.html").read_text(encoding="utf-8"))
    rows = []
    for i, (clip, data) in enumerate(zip(clips, found["files"], strict=True)):
        laid, tracks = seen.get(clip.footage.path, (None, []))
        drawn, every, bar = _map(clip, data)
        rows.append(
            {
                "name": clip.name, "anchor": f"clip-{i + 1}", "d": data, "answer": _answer(data), "clock": _clock(data),
                "map": drawn, "every": every, "bar": bar, "looked": min(LOOKED, clip.frames),
                "clocks": [_clock_row(c) for c in data["clocks"]],
                "strip": [
                    {"data": _base64(s.jpeg), "width": s.width, "height": s.height, "at": f"{s.seconds:.1f} s", "told": s.told}
                    for s in strips.get(clip.footage.path, [])
                ],
                "mosaic": None if laid is None else {
                    "data": _base64(jpeg(laid.pixels, 82)), "used": laid.used, "metres": laid.metres, "moved": max(laid.shifts_m, default=0.0),
                },
                "tracks": None if clip.info is None else [_track_row(t, clip) for t in tracks],
            }
        )  # fmt: skip
    return template.render(
        clips=rows,
        problems=found["problems"],
        timeline=timeline,
        marked=_highest(clip.security for clip in clips),
        style=Markup(style),  # noqa: S704  # our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def publish_footage(
    clips: list[Clip], found: dict[str, Any], out: Path, progress: Callable[[str], None] = lambda _: None
) -> list[Path]:
    """Write layers, tables, MP4, mosaics and footage.html of clips to a folder; found gets the names of the files."""
    from pathlib import Path

    from blindspot.case.store import write_text
    from blindspot.measure.footage.timeline import timeline
    from blindspot.measure.footage.writing import write_clip, write_mosaic

    seen, strips, made = {}, {}, []
    for clip, data in zip(clips, found["files"], strict=True):
        path = Path(clip.footage.path)
        progress(f"writing {clip.name}")
        files_of = write_clip(clip, path, out)
        progress(f"looking at {clip.name}")
        seen[clip.footage.path], strips[clip.footage.path] = look_at(path, clip)
        laid = seen[clip.footage.path][0]
        if laid is not None:
            files_of += write_mosaic(laid, out / f"{clip.name}.mosaic.png")
        data["files"] = {"mp4": None, "frames": None, **{p.name.removeprefix(f"{clip.name}.").replace(".json", ""): p.name for p in files_of}}
        made += files_of
    found["timeline"] = timeline(clips)
    made += [out / "footage.html", out / "footage.json"]
    write_text(out / "footage.html", footage_page(clips, found, found["timeline"], seen, strips))
    write_text(out / "footage.json", json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return made


def look_at(path: Path, clip: Clip) -> tuple[tuple[Mosaic | None, list[Track]], list[Any]]:
    """((mosaic, movers), film strip) of a clip's pictures; nothing where it has none."""
    if clip.info is None:
        return (None, []), []
    main = clip.main
    laid = mosaic(path, clip, main) if main else None
    return (laid, movers(path, clip, main, LOOKED)), film_strip(path, clip)


def _highest(markings: Any) -> str | None:
    from blindspot.measure.footage.nested import CLASSES

    return max((m for m in markings if m), key=lambda m: CLASSES.index(m), default=None)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _metres(value: float) -> str:
    """A length for people: centimetres below a metre, kilometres above a thousand."""
    if value < 1:
        return f"{value * 100:.2g} cm"
    return f"{value:.3g} m" if value < 1000 else f"{value / 1000:,.4g} km"


def _share(p: float) -> str:
    return "below 1 %" if p < 0.01 else "above 99 %" if p > 0.99 else f"{p * 100:.0f} %"


def _answer(data: dict[str, Any]) -> str:
    if not data["packets"]:
        return "no telemetry can be read from it, so neither place nor time can be told from the file." if data["picture"] else "nothing can be read from it."
    parts = []
    if data["gsd_m"]:
        parts.append(f"one pixel covers {_metres(data['gsd_m']['median'])} of ground ({_metres(data['gsd_m']['low'])} to {_metres(data['gsd_m']['high'])})")
        adult = next(r for r in data["resolution"] if r["object"] == "adult")
        parts.append(f"a person could be recognised as one in at most {_share(adult['recognise'][1])} of looks")
    else:
        parts.append("how finely it saw the ground cannot be measured")
    parts.append(_clock(data).rstrip(".").lower() if data["clock"]["telemetry_matches_picture"] is False else _clock(data).rstrip("."))
    text = "; ".join(parts) + "."
    return text[0].upper() + text[1:]


def _clock(data: dict[str, Any]) -> str:
    clock = data["clock"]
    if clock["telemetry_matches_picture"] is False:
        return "THE TELEMETRY DOES NOT DESCRIBE THESE PICTURES: their motions differ at every lag that was tried."
    if clock["lag_frames"] is not None:
        low, high = clock["lag_frames_range"]
        n = clock["lag_frames"]
        way = "at the same moment as" if n == 0 else f"{abs(n)} frame{'' if abs(n) == 1 else 's'} {'later' if n > 0 else 'earlier'} than"
        return f"The telemetry is stamped {way} the pictures that it describes (range {low:+d} to {high:+d}, by picture motion)."
    return f"Lag between telemetry and picture: {clock['basis']}."


def _clock_row(c: dict[str, Any]) -> dict[str, Any]:
    absolute = c["unit"].startswith("micro")
    shown = [("-" if v is None else utc(v) if absolute else f"{v:.3f} s") for v in (c["first"], c["last"])]
    return {**c, "first": shown[0], "last": shown[1], "rate": "-" if c["rate_ppm"] is None else f"{c['rate_ppm']:+.1f} ppm"}


def _track_row(track: Track, clip: Clip) -> dict[str, Any]:
    start = clip.info.start if clip.info and math.isfinite(clip.info.start) else 0.0
    where = f"{track.lat[0]:.5f}, {track.lon[0]:.5f}" if len(track.lat) else f"pixel {track.pixel[0][0]:.0f}, {track.pixel[0][1]:.0f}"
    pace = f"{track.speed:.1f} m/s" if math.isfinite(track.speed) else "-"
    return {"start": track.pts[0] - start, "n": len(track.frames), "where": where, "pace": pace, "why": track.why}


def _map(clip: Clip, data: dict[str, Any]) -> tuple[Markup | str, int, str]:
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
    scale = min(width, height - 40) / span if (high - low)[1] >= (high - low)[0] else min(width / span, (height - 40) / max((high - low)[1], 1.0))
    spot = lambda p: f"{width / 2 + (p[0] - middle[0]) * scale:.1f} {(height - 30) / 2 - (p[1] - middle[1]) * scale:.1f}"  # noqa: E731  # one line of arithmetic
    body = [f'<path class="foot" d="M{"L".join(spot(p) for p in ring)}Z"/>' for ring in rings]
    for points, style in ((way, "way"), (centres, "look")):
        thin = points[:: max(1, len(points) // 300)]
        if len(thin) > 1:
            body.append(f'<path class="{style}" d="M{"L".join(spot(p) for p in thin)}"/>')
    body += [f'<circle class="dot" cx="{spot(p).split()[0]}" cy="{spot(p).split()[1]}" r="2"/>' for p in centres[:: max(1, len(centres) // 40)]]
    located = [r for r in data["targets"] if r["lat"] is not None][:200]
    if located:
        for p in plane(np.array([r["lat"] for r in located]), np.array([r["lon"] for r in located])):
            x, y = (float(v) for v in spot(p).split())
            body.append(f'<path class="finding" d="M{x - 4:.1f} {y:.1f}h8M{x:.1f} {y - 4:.1f}v8"/>')
    length = 10 ** math.floor(math.log10(span / 3))
    length = next(k * length for k in (5, 2, 1) if k * length <= span / 3)
    body.append(f'<path class="axis" d="M20 {height - 12}h{length * scale:.1f}"/>')
    return svg(width, height, f"Map of {len(rings)} footprints and the way of the sensor", body), every, _metres(length)
