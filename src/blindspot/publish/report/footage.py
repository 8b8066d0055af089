"""The page of footage: map, film strip, mosaic, resolution, clocks and ledger of each clip, without script."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from blindspot.measure.footage.mosaic import mosaic
from blindspot.measure.footage.movers import movers
from blindspot.measure.footage.stills import film_strip, jpeg, utc
from blindspot.publish.report.footage_map import ground_map, length_words
from blindspot.publish.report.media import write_film
from blindspot.publish.report.templates import templates

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from blindspot.measure.footage import Clip
    from blindspot.measure.footage.mosaic import Mosaic
    from blindspot.measure.footage.movers import Track

STRIP_CSS = ".strip{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:10px}figure{margin:0}img{max-width:100%;height:auto}figcaption{font-size:.8rem;color:var(--soft)}.mosaic{display:block;max-height:80vh;margin:auto}.foot{fill:var(--against);opacity:.06;stroke:var(--against);stroke-width:.6}.way{fill:none;stroke:var(--ink);stroke-width:1.5}.look{fill:none;stroke:var(--for);stroke-width:1.5}.spot{fill:var(--for)}.hit{fill:none;stroke:var(--warn);stroke-width:1.5}"
LOOKED = 150


def footage_page(
    clips: list[Clip],
    found: dict[str, Any],
    timeline: list[dict[str, Any]],
    seen: dict[str, tuple[Mosaic | None, list[Track]]],
    strips: dict[str, list[Any]],
) -> str:
    """footage.html of clips and their data (`clips_as_data`), with what `look_at` found in their pictures."""
    from markupsafe import Markup

    style = files("blindspot.publish.report").joinpath("page.css").read_text(encoding="utf-8") + STRIP_CSS
    environment = templates("blindspot.publish.report")
    environment.filters |= {"metres": length_words, "share": _share}
    template = environment.get_template("footage.html")
    rows = []
    for i, (clip, data) in enumerate(zip(clips, found["files"], strict=True)):
        laid, tracks = seen.get(clip.footage.path, (None, []))
        drawn, every, bar = ground_map(clip, data)
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
        made_film = write_film(path, out / f"{clip.name}.mp4") if clip.info is not None else None
        files_of = write_clip(clip, out, made_film["offset_s"] if made_film else None)
        files_of += [out / f"{clip.name}.mp4"] if made_film else []
        progress(f"looking at {clip.name}")
        seen[clip.footage.path], strips[clip.footage.path] = look_at(path, clip)
        laid = seen[clip.footage.path][0]
        if laid is not None:
            files_of += write_mosaic(laid, out / f"{clip.name}.mosaic.png")
        data["files"] = {
            "mp4": None,
            "frames": None,
            **{p.name.removeprefix(f"{clip.name}.").replace(".json", ""): p.name for p in files_of},
        }
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

    return max((m for m in markings if m), key=CLASSES.index, default=None)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _share(p: float) -> str:
    return "below 1 %" if p < 0.01 else "above 99 %" if p > 0.99 else f"{p * 100:.0f} %"


def _answer(data: dict[str, Any]) -> str:
    if not data["packets"]:
        return (
            "no telemetry can be read from it, so neither place nor time can be told from the file."
            if data["picture"]
            else "nothing can be read from it."
        )
    parts = []
    if data["gsd_m"]:
        parts.append(
            f"one pixel covers {length_words(data['gsd_m']['median'])} of ground ({length_words(data['gsd_m']['low'])} to {length_words(data['gsd_m']['high'])})"
        )
        adult = next(r for r in data["resolution"] if r["object"] == "adult")
        parts.append(f"a person could be recognised as one in at most {_share(adult['recognise'][1])} of looks")
        if data["footprint"]["contradicts"]:
            parts.append("its reported ground and its pose contradict one another, so these figures are in doubt")
    else:
        parts.append("how finely it saw the ground cannot be measured")
    parts.append(
        _clock(data).rstrip(".").lower()
        if data["clock"]["telemetry_matches_picture"] is False
        else _clock(data).rstrip(".")
    )
    text = "; ".join(parts) + "."
    return text[0].upper() + text[1:]


def _clock(data: dict[str, Any]) -> str:
    clock = data["clock"]
    if clock["telemetry_matches_picture"] is False:
        return "THE TELEMETRY DOES NOT DESCRIBE THESE PICTURES: their motions differ at every lag that was tried."
    if clock["lag_frames"] is not None:
        low, high = clock["lag_frames_range"]
        n = clock["lag_frames"]
        way = (
            "at the same moment as"
            if n == 0
            else f"{abs(n)} frame{'' if abs(n) == 1 else 's'} {'later' if n > 0 else 'earlier'} than"
        )
        return f"The telemetry is stamped {way} the pictures that it describes (range {low:+d} to {high:+d}, by picture motion)."
    return f"Lag between telemetry and picture: {clock['basis']}."


def _clock_row(c: dict[str, Any]) -> dict[str, Any]:
    absolute = c["unit"].startswith("micro")
    shown = [("-" if v is None else utc(v) if absolute else f"{v:.3f} s") for v in (c["first"], c["last"])]
    return {
        **c,
        "first": shown[0],
        "last": shown[1],
        "rate": "-" if c["rate_ppm"] is None else f"{c['rate_ppm']:+.1f} ppm",
    }


def _track_row(track: Track, clip: Clip) -> dict[str, Any]:
    start = clip.info.start if clip.info and math.isfinite(clip.info.start) else 0.0
    where = (
        f"{track.lat[0]:.5f}, {track.lon[0]:.5f}"
        if len(track.lat)
        else f"pixel {track.pixel[0][0]:.0f}, {track.pixel[0][1]:.0f}"
    )
    pace = f"{track.speed:.1f} m/s" if math.isfinite(track.speed) else "-"
    return {"start": track.pts[0] - start, "n": len(track.frames), "where": where, "pace": pace, "why": track.why}
