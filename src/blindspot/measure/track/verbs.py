"""What the verbs of the command line and the stages of a review call: files or a case in, plain tables out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.case.store import write_text
from blindspot.errors import Problem, UsageError, Where
from blindspot.measure.track.case import base_rates
from blindspot.measure.track.custody.chain import chain_table, custody_of
from blindspot.measure.track.custody.report import custody
from blindspot.measure.track.custody.spread import judged
from blindspot.measure.track.follow.ground import boxes_on_ground
from blindspot.measure.track.follow.keyframes import open_log
from blindspot.measure.track.follow.many import follow_many
from blindspot.measure.track.follow.video import follow_video, path_rows
from blindspot.measure.track.mapmatch import match
from blindspot.measure.track.model import Read, no_tracks
from blindspot.measure.track.pictures import hundred_days, reliability
from blindspot.measure.track.read import read_tracks
from blindspot.measure.track.read.boxes import boxes_of
from blindspot.measure.track.read.faults import Faults
from blindspot.measure.track.read.osm import read_streets
from blindspot.measure.track.read.spool import LARGE_BYTES, in_parts, size_of
from blindspot.measure.track.read.times import Zone
from blindspot.measure.track.settings import read_settings
from blindspot.measure.track.stops.hmm import law_of
from blindspot.measure.track.summary import joined, summarise
from blindspot.measure.track.write import fixes_file, write_all, write_mot, write_stops
from blindspot.quantities import offer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from blindspot.case import Case
    from blindspot.measure.track.follow.ground import Ground
    from blindspot.measure.track.follow.one import Picture
    from blindspot.measure.track.model import Boxes
    from blindspot.quantities import Offer


def _quiet(_: str) -> None:
    return


def track_files(
    files: Sequence[Path],
    min_s: float = 180.0,
    out: Path | None = None,
    roads: Path | None = None,
    utc_offset: str | None = None,
    fps: float = 30.0,
    ground: Ground | None = None,
    *,
    progress: Callable[[str], None] = _quiet,
) -> dict[str, Any]:
    """`blindspot track FILE...`: the tables of `summarise`, boxes counted, files written where asked.

    ground: how the clip's pixels meet the ground; boxes then become tracks. Files of more than LARGE_BYTES are read in parts, so that memory does not grow with them.
    """
    if size_of(files) > LARGE_BYTES and roads is None and ground is None:
        return _in_parts(files, min_s, out, utc_offset, fps, progress)
    progress("reading")
    read = read_tracks(files, utc_offset=utc_offset, fps=fps)
    placed: list[dict[str, Any]] = []
    if ground is not None:
        progress("placing boxes on the ground")
        read, placed = _placed(read, ground)
    progress("looking for stops under 200 settings")
    found = summarise(read.tracks, read.problems, min_s=min_s)
    found |= {"boxes": [_counted(b) for b in read.boxes], "ground": placed}
    matched = None
    if roads is not None and read.tracks.frame is not None and len(read.tracks.t):
        progress("matching to streets")
        matched = match(read.tracks, read_streets(roads, read.tracks.frame))
        on = np.isfinite(matched.off_m)
        median = round(float(np.median(matched.off_m[on])), 1) if on.any() else None
        found["roads"] = {"share_on_streets": round(float(on.mean()), 4), "median_off_m": median}
    if out is not None:
        progress("writing")
        found["files"] = write_all(read.tracks, found, out, matched)
    return found


def _in_parts(
    files: Sequence[Path],
    min_s: float,
    out: Path | None,
    utc_offset: str | None,
    fps: float,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Fixes go to fixes.parquet and stops to stops.gpkg; no map draws so many lines."""
    zone, faults, boxes, tables = Zone.read(utc_offset), Faults(), [], []
    law = None
    with fixes_file(out / "fixes.parquet" if out else None) as write:
        for tracks in in_parts(files, zone, fps, faults, lambda b: boxes.append(_counted(b)), progress):
            law = law or law_of(tracks)
            tables.append(summarise(tracks, min_s=min_s, law=law))
            write(tracks)
    problems = faults.problems(zone_given=zone.offset_s is not None)
    if not tables and not boxes:
        raise UsageError("\n".join([*map(str, problems), "No position was read. Nothing was written."]))
    found = joined(tables or [summarise(no_tracks(), min_s=min_s)], problems) | {"boxes": boxes, "ground": []}
    if out is not None:
        found["files"] = [str(out / "fixes.parquet"), *write_stops(found, out)]
    return found


def _placed(read: Read, ground: Ground) -> tuple[Read, list[dict[str, Any]]]:
    """The boxes of one video as tracks. Raises UsageError where there is not one file of boxes and nothing else."""
    if len(read.boxes) != 1 or len(read.tracks.t):
        raise UsageError(
            "--clip places the boxes of one video: name one file of boxes (MOT text), and no other tracks."
        )
    (boxes,) = read.boxes
    tracks, table, said = boxes_on_ground(boxes, ground)
    return Read(tracks, read.boxes, (*read.problems, *(Problem(Where(boxes.name), says) for says in said))), table


def _counted(b: Boxes) -> dict[str, Any]:
    objects = len(np.unique(b.id[b.id >= 0]))
    return {"id": b.name, "boxes": len(b.frame), "objects": objects, "frames": len(np.unique(b.frame))}


def follow_file(
    pictures: Iterable[Picture],
    fps: float,
    log: Path | None,
    proposals: Sequence[tuple[float, ...]] | None,
    out: Path | None,
    name: str,
) -> dict[str, Any]:
    """`blindspot track follow`: proposals are rows of picture, left, top, right, bottom, score."""
    marks = open_log(log) if log is not None else ()
    boxes = boxes_of(proposals, name, fps) if proposals is not None else None
    found, path = follow_video(pictures, fps, marks, boxes)
    found["path"] = path_rows(path) if path is not None else []
    if out is not None:
        found["files"] = []
        if path is not None:
            found["files"].append(str(out / "path.csv"))
            keys = list(found["path"][0])
            lines = [",".join(keys), *(",".join(str(row[k]) for k in keys) for row in found["path"])]
            write_text(out / "path.csv", "\n".join(lines) + "\n")
            found["files"].append(write_mot(out / "vehicle.txt", path.frame, np.ones(len(path.frame)), path))
        if boxes is not None:
            known = follow_many(boxes).boxes
            found["files"].append(write_mot(out / "objects.txt", known.frame, known.id + 1, known))
    return found


def custody_files(
    files: Sequence[Path],
    gap_s: float,
    overlay: bool | None = None,
    out: Path | None = None,
    utc_offset: str | None = None,
    fps: float = 30.0,
    *,
    progress: Callable[[str], None] = _quiet,
) -> dict[str, Any]:
    """`blindspot track custody FILE...`."""
    progress("reading")
    read = read_tracks(files, utc_offset=utc_offset, fps=fps)
    progress("hiding vehicles")
    found = custody(read, gap_s, overlay=overlay)[1]
    if out is not None:
        write_text(out, reliability(found))
    return found


def base_rate_of(
    root: Path, backgrounds: Sequence[Path] = (), out: Path | None = None, *, progress: Callable[[str], None] = _quiet
) -> dict[str, Any]:
    """`blindspot track base-rate CASE`: the first question of tracks.toml; the others under `also`.

    out: a file for the drawing of 100 ordinary days.
    """
    from blindspot.case import open_case

    case = open_case(root)
    progress("counting ordinary days")
    tables = [table for _, table in base_rates(case, backgrounds, progress=progress).values()]
    if out is not None:
        write_text(out, hundred_days(tables[0]))
    return tables[0] | ({"also": tables[1:]} if len(tables) > 1 else {})


def base_rate_stage(case: Case, *, progress: Callable[[str], None] = _quiet) -> dict[str, Any]:
    """The stage `base-rate`: tables and what they offer to the weighing.

    `base-rate:<id>` is P(at least as many visits | an ordinary vehicle), `<id>-network` the same for a vehicle of the
    network, `<id>-lr` the likelihood ratio of exactly as many.
    """
    tables, offered = [], []
    for key, (found, table) in base_rates(case, progress=progress).items():
        tables.append(table)
        says = found.derivation
        offered += [
            offer("base-rate", key, found.p_samples.tolist(), says),
            offer("base-rate", f"{key}-network", found.network_samples.tolist(), says),
            offer("base-rate", f"{key}-lr", found.lr_samples.tolist(), says),
        ]
    return {"base_rates": tables, "offers": [_offered(o) for o in offered]}


def custody_stage(case: Case) -> dict[str, Any]:
    """The stage `custody`: the chains of tracks.toml; `custody:<id>` is P(same vehicle) at the end; the law's own test beside it."""
    chains = [custody_of(settings) for settings in read_settings(case.root).custody]
    offered = [offer("custody", found.id, found.p.tolist(), found.derivation) for found in chains]
    tables = [chain_table(found) for found in chains]
    return {"custody": tables, "reliability": judged(), "offers": [_offered(o) for o in offered]}


def _offered(found: Offer) -> dict[str, Any]:
    return {"id": found.id, "quantiles": [float(f"{q:.6g}") for q in found.quantiles], "says": list(found.says)}
