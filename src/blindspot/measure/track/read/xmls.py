"""GPX, KML (also zipped as KMZ) and TAK Cursor on Target -> rows. Read only; entities and outside files are never followed."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.read import times
from blindspot.measure.track.read.clean import Rows, numbered
from blindspot.measure.track.read.encoding import encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blindspot.measure.track.read.faults import Faults

ZIPPED = b"PK\3\4"
LARGEST_BYTES = 1 << 30  # of a KML within a KMZ, which is held whole


def read_xml(path: Path, zone: times.Zone, faults: Faults, *, zipped: bool = False) -> Rows:
    """A GPX, KML or CoT file, told by its root element, or a KMZ. Raises UsageError where it is none of these."""
    text = _kml_of(path) if zipped else path.read_text(encoding=encoding_of(path, faults))
    text = text.lstrip("\ufeff \r\n\t")
    if "<!DOCTYPE" in text[:5000] or "<!ENTITY" in text:
        raise UsageError(
            f"{path.name}: declares entities, which are not read here. Take the DOCTYPE out and try again."
        )
    try:
        root = _parse(text)
    except ET.ParseError as error:
        raise UsageError(f"{path.name}: is not XML that can be read ({error}).") from error
    kind = _name(root)
    found: list[tuple[str, str | None, str, str]]
    if kind == "gpx":
        found = list(_gpx(root, path.stem))
    elif kind == "kml":
        found = list(_kml(root, path.stem))
    elif kind in ("event", "events"):
        found = list(_cot(root))
    else:
        raise UsageError(f"{path.name}: is XML of kind <{kind}>; GPX, KML and CoT are read.")
    if not found:
        faults.add(path.name, "holds no positions with times")
    t = times.texts([row[1] for row in found], path.name, zone, faults, 1)
    a, b = (np.array([_float(row[k]) for row in found]) for k in (2, 3))
    # Fixes are counted, since an XML file has no rows.
    return Rows(path.name, numbered([row[0] for row in found]), t, a, b, np.arange(1, len(found) + 1))


def _kml_of(path: Path) -> str:
    """The first KML of a KMZ, read where it lies. Raises UsageError where there is none."""
    try:
        with ZipFile(path) as packed:
            inner = next((i for i in packed.infolist() if i.filename.lower().endswith(".kml")), None)
            if inner is None:
                raise UsageError(f"{path.name}: is a zip without a KML in it. Unpack it and name its files.")
            if inner.file_size > LARGEST_BYTES:
                raise UsageError(f"{path.name}: its KML is larger than 1 GB unpacked. Unpack it and name the file.")
            return packed.read(inner).decode("utf-8", errors="replace")
    except (BadZipFile, RuntimeError, NotImplementedError, zlib.error) as error:
        raise UsageError(f"{path.name}: is a zip that cannot be read ({error}).") from error


def _parse(text: str) -> ET.Element:
    """One root; a stream of CoT events one after another is given one. No DOCTYPE ever reaches the parser."""
    body = text[text.index("?>") + 2 :] if text.startswith("<?xml") and "?>" in text else text
    if re.match(r"\s*<event\b", body):
        body = re.sub(r"<\?xml[^>]*\?>", "", body)
        return ET.fromstring(f"<events>{body}</events>")  # noqa: S314 - entities are refused above
    return ET.fromstring(text)  # noqa: S314 - entities are refused above


def _gpx(root: ET.Element, stem: str) -> Iterator[tuple[str, str | None, str, str]]:
    tracks = [e for e in root if _name(e) in ("trk", "rte")]
    for number, track in enumerate(tracks, 1):
        name = _text(track, "name") or (stem if len(tracks) == 1 else f"{stem}-{number}")
        for point in track.iter():
            if _name(point) in ("trkpt", "rtept"):
                yield name, _text(point, "time"), point.get("lat", ""), point.get("lon", "")
    for point in root:
        if _name(point) == "wpt" and _text(point, "time"):
            yield _text(point, "name") or stem, _text(point, "time"), point.get("lat", ""), point.get("lon", "")


def _kml(root: ET.Element, stem: str) -> Iterator[tuple[str, str | None, str, str]]:
    for mark in (e for e in root.iter() if _name(e) == "Placemark"):
        name = _text(mark, "name") or stem
        for track in (e for e in mark.iter() if _name(e) == "Track"):
            whens = [e.text for e in track if _name(e) == "when"]
            for when, coord in zip(whens, (e.text or "" for e in track if _name(e) == "coord"), strict=False):
                lon, lat = (*coord.split(), "", "")[:2]
                yield name, when, lat, lon
        when = next((e.text for e in mark.iter() if _name(e) == "when"), None)
        point = next((e for e in mark if _name(e) == "Point"), None)
        if point is not None and when:
            lon, lat = (*(_text(point, "coordinates") or "").strip().split(","), "", "")[:2]
            yield name, when, lat, lon


def _cot(root: ET.Element) -> Iterator[tuple[str, str | None, str, str]]:
    for event in (e for e in root.iter() if _name(e) == "event"):
        point = next((e for e in event if _name(e) == "point"), None)
        if point is not None:
            yield event.get("uid", ""), event.get("time"), point.get("lat", ""), point.get("lon", "")


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: ET.Element, name: str) -> str | None:
    found = next((e for e in element if _name(e) == name), None)
    return found.text.strip() if found is not None and found.text else None


def _float(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
