"""Files of positions in whatever form -> one set of tracks, the boxes of footage, and a line for each thing that was wrong.

CSV and text tables, Parquet, AIS, GeoLife, GPX, KML, GeoJSON, MF-JSON, TAK CoT, MOT text. What a file is, is told by what
it holds. Tracks of one id in several files are one track.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import Problem, UsageError, Where
from blindspot.measure.track.model import Boxes, Read, Tracks, pack
from blindspot.measure.track.read import times
from blindspot.measure.track.read.clean import FASTEST_MS, Rows, clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

FORMATS = "CSV, Parquet, GPX, KML, GeoJSON, MF-JSON, AIS CSV, CoT XML, MOT text, GeoLife PLT"
SUFFIXES = (".csv", ".txt", ".tsv", ".plt", ".parquet", ".gpx", ".kml", ".xml", ".cot", ".json", ".geojson", ".mfjson")

__all__ = ["FORMATS", "read_tracks"]


def read_tracks(
    paths: Iterable[str | Path], *, utc_offset: str | None = None, fps: float = 30.0, fastest_ms: float = FASTEST_MS
) -> Read:
    """Everything in the files and folders named.

    utc_offset: `+04:30`, for times that name no zone. fps: frames per second of MOT text, which does not say it.
    Raises UsageError where a file cannot be read or nothing at all is found.
    """
    zone = times.Zone.read(utc_offset)
    problems: list[Problem] = []
    parts: list[Tracks] = []
    boxes: list[Boxes] = []
    for path, asked in _files(paths):
        try:
            found = _read(path, zone, fps)
        except UsageError as error:
            if asked:
                raise
            # A folder may hold other things; a file that was named may not.
            problems.append(Problem(Where(path.name), f"left out: {error}"))
            continue
        if isinstance(found, Rows):
            tracks, said = clean(found, fastest_ms)
            problems += said
            if len(tracks.t):
                parts.append(tracks)
        else:
            boxes.append(found[0])
            problems += found[1]
    if not parts and not boxes:
        raise UsageError("\n".join([*map(str, problems), "No position was read. Nothing was written."]))
    return Read(_join(parts, problems), tuple(boxes), tuple(problems))


def _files(paths: Iterable[str | Path]) -> list[tuple[Path, bool]]:
    """The files, and whether each was named itself."""
    out: list[tuple[Path, bool]] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            within = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            if not within:
                raise UsageError(f"{path}: holds no file of tracks. {FORMATS} are read.")
            out += [(file, False) for file in within]
        elif path.is_file():
            out.append((path, True))
        else:
            raise UsageError(f"{path}: there is no such file.")
    return out


def _read(path: Path, zone: times.Zone, fps: float) -> Rows | tuple[Boxes, list[Problem]]:
    from blindspot.measure.track.read import boxes, geojson, tables, xmls

    with path.open("rb") as file:
        start = file.read(65_536)
    if start[:4] == b"PAR1":
        return tables.read_parquet(path, zone)
    text = start.decode("utf-8", errors="replace").lstrip("\ufeff \r\n\t")
    if not text:
        raise UsageError(f"{path.name}: is empty.")
    if "\0" in text:
        raise UsageError(f"{path.name}: is no text and no Parquet. {FORMATS} are read.")
    if text[0] == "<":
        return xmls.read_xml(path, zone)
    if text[0] in "{[":
        return geojson.read_geojson(path, zone)
    lines = text.splitlines()
    if boxes.looks_like_boxes(lines[0]):
        return boxes.read_boxes(path, lines[0], fps)
    return tables.read_csv(path, zone, lines)


def _join(parts: list[Tracks], problems: list[Problem]) -> Tracks:
    """One set in one frame, in order of ids. Tracks on a plane and on the Earth do not mix: the plane is left out."""
    if not parts:
        none: NDArray[np.float64] = np.zeros(0)
        return Tracks((), np.zeros(1, np.int64), none, none, none)
    if len({part.frame is None for part in parts}) == 2:
        says = "some files hold degrees and some metres on a plane; those on a plane are left out"
        problems.append(Problem(Where("tracks"), says, None, "give one kind at a time"))
        parts = [part for part in parts if part.frame is not None]
    if len(parts) == 1:
        return parts[0]
    names = sorted({name for part in parts for name in part.ids})
    number = {name: k for k, name in enumerate(names)}
    of = np.concatenate([np.array([number[n] for n in part.ids])[part.of] for part in parts])
    t = np.concatenate([part.t for part in parts])
    pairs = [part.degrees() or (part.x, part.y) for part in parts]
    a, b = (np.concatenate([pair[k] for pair in pairs]) for k in (0, 1))
    order = np.lexsort((t, of))
    of, t, a, b = of[order], t[order], a[order], b[order]
    double = np.zeros(len(t), bool)
    double[1:] = (np.diff(of) == 0) & (np.diff(t) <= 0)
    if double.any():
        says = f"{int(double.sum())} fix(es) of one id at one time in two files; the first is kept"
        problems.append(Problem(Where("tracks"), says, None, None))
        of, t, a, b = of[~double], t[~double], a[~double], b[~double]
    start = np.searchsorted(of, np.arange(len(names) + 1)).astype(np.int64)
    return Tracks(tuple(names), start, t, a, b) if parts[0].frame is None else pack(names, start, t, a, b)
