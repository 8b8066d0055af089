"""Files of positions in whatever form -> one set of tracks, the boxes of footage, and a line for each thing that was wrong.

CSV and text tables, Parquet, AIS, GeoLife, GPX, KML and KMZ, GeoJSON, MF-JSON, TAK CoT, MOT text, reported stops of a case. What a file is, is told by what
it holds. Tracks of one id in several files are one track. Tables come in batches: `read_tracks` holds them all, `parts` of
`spool` never more than a part of the vehicles.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.model import Boxes, Read
from blindspot.measure.track.read import times
from blindspot.measure.track.read.clean import FASTEST_MS, Fixes, Rows, tracks_of, valid
from blindspot.measure.track.read.encoding import start_of
from blindspot.measure.track.read.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FORMATS = "CSV, Parquet, GPX, KML, GeoJSON, MF-JSON, AIS CSV, CoT XML, MOT text, GeoLife PLT"
SUFFIXES = (
    ".csv",
    ".txt",
    ".tsv",
    ".plt",
    ".parquet",
    ".gpx",
    ".kml",
    ".kmz",
    ".xml",
    ".cot",
    ".json",
    ".geojson",
    ".mfjson",
)

__all__ = ["FORMATS", "fixes_of", "read_tracks", "rows_of"]


def read_tracks(
    paths: Iterable[str | Path], *, utc_offset: str | None = None, fps: float = 30.0, fastest_ms: float = FASTEST_MS
) -> Read:
    """Everything in the files and folders named.

    utc_offset: `+04:30`, for times that name no zone. fps: frames per second of MOT text, which does not say it.
    Raises UsageError where a file cannot be read or nothing at all is found.
    """
    zone, faults = times.Zone.read(utc_offset), Faults()
    boxes: list[Boxes] = []
    fixes = fixes_of(list(rows_of(paths, zone, fps, faults, boxes.append)))
    tracks = tracks_of(fixes, faults, fastest_ms)
    problems = faults.problems(zone_given=zone.offset_s is not None)
    if not len(tracks.t) and not boxes:
        raise UsageError("\n".join([*map(str, problems), "No position was read. Nothing was written."]))
    return Read(tracks, tuple(boxes), problems)


def rows_of(
    paths: Iterable[str | Path], zone: times.Zone, fps: float, faults: Faults, take: Callable[[Boxes], None]
) -> Iterator[Rows]:
    """The rows that can be fixes, batch by batch, file by file. Boxes of footage are handed to `take`. Raises UsageError."""
    kinds: set[bool] = set()
    for path, asked in _files(paths):
        try:
            for found in _read(path, zone, fps, faults):
                if isinstance(found, Boxes):
                    take(found)
                    continue
                keep = valid(found, faults)
                if not keep.any():
                    continue
                if kinds - {found.planar}:
                    says = "holds metres on a plane and others degrees, or the other way about; left out"
                    faults.add(path.name, says, right="give one kind at a time")
                    break
                kinds.add(found.planar)
                yield found.kept(keep)
        except UsageError as error:
            if asked:
                raise
            # A folder may hold other things; a file that was named may not.
            faults.add(path.name, f"left out: {error}")


def fixes_of(parts: list[Rows]) -> Fixes:
    """All rows in one table."""
    names: dict[str, int] = {}
    files: dict[str, int] = {}
    numbers = [np.array([names.setdefault(n, len(names)) for n in part.id[0]], np.int64)[part.id[1]] for part in parts]
    of = [np.full(len(part.t), files.setdefault(part.file, len(files))) for part in parts]

    def column(found: list[Any], kind: type = float) -> Any:
        return np.concatenate(found or [np.zeros(0)]).astype(kind, copy=False)

    t, a, b = (column([getattr(part, name) for part in parts]) for name in ("t", "a", "b"))
    row = column([part.row for part in parts], np.int64)
    planar = bool(parts and parts[0].planar)
    return Fixes(tuple(names), column(numbers, np.int64), tuple(files), column(of, np.int64), row, t, a, b, planar)


def _files(paths: Iterable[str | Path]) -> list[tuple[Path, bool]]:
    """The files, and whether each was named itself."""
    out: list[tuple[Path, bool]] = []
    for given in paths:
        path = Path(given)
        if (path / "case.toml").is_file():
            tracks = [p for p in (path / "tracks").rglob("*") if p.suffix.lower() in SUFFIXES]
            within = sorted(p for p in (path / "stops.csv", *tracks) if p.is_file())
            if not within:
                raise UsageError(f"{path}: is a case without tracks: neither stops.csv nor a file in tracks/.")
            out += [(file, False) for file in within]
        elif path.is_dir():
            within = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            if not within:
                raise UsageError(f"{path}: holds no file of tracks. {FORMATS} are read.")
            out += [(file, False) for file in within]
        elif path.is_file():
            out.append((path, True))
        else:
            raise UsageError(f"{path}: there is no such file.")
    return out


def _read(path: Path, zone: times.Zone, fps: float, faults: Faults) -> Iterable[Rows | Boxes]:
    from blindspot.measure.track.read import boxes, geojson, reported, tables, xmls

    if reported.is_reported(path):
        return [reported.read_reported(path, zone, faults)]
    with path.open("rb") as file:
        start = file.read(65_536)
    if start[:4] == b"PAR1":
        return tables.read_parquet(path, zone, faults)
    text = start_of(start)
    if not text:
        raise UsageError(f"{path.name}: is empty.")
    if text[0] == "<" or start[:4] == xmls.ZIPPED:
        return [xmls.read_xml(path, zone, faults, zipped=text[0] != "<")]
    if "\0" in text:
        raise UsageError(f"{path.name}: is no text and no Parquet. {FORMATS} are read.")
    if text[0] in "{[":
        return [geojson.read_geojson(path, zone, faults)]
    lines = text.splitlines()
    if boxes.looks_like_boxes(lines[0]):
        return [boxes.read_boxes(path, lines[0], fps, faults)]
    return tables.read_csv(path, zone, lines, faults)
