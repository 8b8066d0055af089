"""Which footage does the page show, and where does each film lie: in the page itself, or in a folder beside it?

A film goes into the page as data while all of them together stay within `BUDGET`, in the order of their names; the others
are written to `media/` beside the page and named by a relative link, which plays from a disk without any server.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from blindspot.publish.release.media import as_data
from blindspot.publish.report.columns import values
from blindspot.publish.report.media import film
from blindspot.publish.report.released import released, released_films
from blindspot.publish.report.scene_clips import clip_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from blindspot.case import Case
    from blindspot.publish.report.media import Film

BUDGET = 20_000_000  # bytes of the page that films may take together
KEPT = ("made", "media")  # of the case: films are made again only when their source changes
UNPLACED = "its telemetry gives no time, so it has no place on the timeline"
FOREIGN = "its telemetry does not describe its pictures, so the map does not follow it"


def clips_of(case: Case, found: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Path]]:
    """Every clip of the stage `footage` for the scene, and the film of each by id; of a released copy, those in its `media/`."""
    if released(case.root):
        return released_films(case.root)
    clips, films = [], {}
    for n, told in enumerate(found.get("files", ()), 1):
        source = case.root / told["path"]
        made = film(source, case.root.joinpath(*KEPT)) if source.is_file() and told["picture"] else None
        if made is None and not told["packets"]:
            continue
        key = f"clip{n}"
        clips.append(_clip(key, source, told, made[0] if made else None))
        if made is not None:
            films[key] = made[1]
    return clips, films


def _clip(key: str, source: Path, told: dict[str, Any], made: Film | None) -> dict[str, Any]:
    from blindspot.case.store import file_hash

    columns = clip_columns(source, made, told)
    rows = columns["rows"]
    times = _known(rows["ms"]) if rows else []
    doubts = []
    if told["clock"]["telemetry_matches_picture"] is False:
        doubts.append(FOREIGN)
    elif rows and rows["contradicts"]:
        doubts.append("reported ground and pose contradict one another, so its place and scale are in doubt")
    if not times:
        doubts.append(UNPLACED)
    if columns["every"] > 1:
        doubts.append(f"one in {columns['every']} rows of its telemetry is kept on this page")
    return {
        "id": key,
        "name": source.name,
        "sha256": made.sha256 if made else file_hash(source),
        "start": round(min(times)) if times else None,
        "end": round(max(times)) if times else None,
        "corners": _extent(rows) if rows else [],
        "gsd": told["gsd_m"],
        "lag": [told["clock"]["lag_frames"], told["clock"]["lag_frames_range"], told["clock"]["basis"]],
        "doubts": doubts,
        "film": made.told if made else None,
        "released": False,
        **columns,
    }


def _known(column: dict[str, Any]) -> list[float]:
    """The values of a column that are known."""
    return [v for v in values(column) if v is not None]


def _extent(rows: dict[str, Any]) -> list[tuple[float, float]]:
    """South-west and north-east of all that was looked at."""
    lats, lons = _known(rows["aim_lat"]), _known(rows["aim_lon"])
    return [(min(lats), min(lons)), (max(lats), max(lons))] if lats and lons else []


def footprint_rows(clips: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The table behind the footprints: a row per packet kept on the page, degrees and metres, time in UTC."""
    out = []
    for clip in clips:
        rows = clip["rows"]
        if rows is None:
            continue
        names = ["packet", "utc", "sensor_lat", "sensor_lon", "centre_lat", "centre_lon"]
        columns = [values(rows[k]) for k in ("packet", "ms", "lat", "lon", "aim_lat", "aim_lon")]
        for corner in range(4):
            names += [f"corner_{corner + 1}_lat", f"corner_{corner + 1}_lon"]
            columns += [values(rows["corner_lat"][corner]), values(rows["corner_lon"][corner])]
        names.append("gsd_m")
        columns.append(values(rows["gsd"]))
        for found in zip(*columns, strict=True):
            row = {"clip": clip["name"], **dict(zip(names, ("" if v is None else v for v in found), strict=True))}
            row["packet"] = int(row["packet"])
            row["utc"] = (
                "" if row["utc"] == "" else f"{datetime.fromtimestamp(row['utc'] / 1000, tz=UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
            )
            out.append(row)
    return out


def place_films(films: Mapping[str, Path], names: Mapping[str, str], out: Path) -> dict[str, str]:
    """The address of each film or picture, by id: data while the budget lasts, else a file in `out`/media/, copied there."""
    spent, placed = 0, {}
    for key, path in films.items():
        coded = -(-path.stat().st_size // 3) * 4
        if spent + coded <= BUDGET:
            spent += coded
            placed[key] = as_data(path)
            continue
        target = (
            out / "media" / f"{names[key]}-{path.name[:8]}{path.suffix}"
        )  # by the hash of its source: never another film's
        if path.parent == target.parent:  # a released copy holds its own
            target = path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.stat().st_size != path.stat().st_size:
            part = target.with_name(f".{target.name}.part")
            shutil.copyfile(path, part)
            part.replace(target)
        placed[key] = f"media/{quote(target.name)}"
    return placed
