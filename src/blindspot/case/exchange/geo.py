"""Places and tracks of a map: GeoJSON, KML, KMZ, GPX.

Traps: GeoJSON and KML write longitude first; a line or an area is not a point, so it keeps its geometry and gets no place; a
KML network link would fetch: it is listed and never followed; GPX times are UTC, KML times may lack a zone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from blindspot.case.archives import open_zip, read_xml
from blindspot.case.exchange.model import Imported, Item, coordinates, utc_prefix
from blindspot.case.exchange.tables import MOST, load_json
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

_TIMES = ("time", "timestamp", "date", "datetime", "when")


def read_geojson(path: Path) -> Imported:
    """The features of a GeoJSON file (RFC 7946: WGS 84, longitude first)."""
    into = Imported("geojson")
    data = load_json(path)
    if not isinstance(data, dict):
        raise UsageError(f"{path.name}: is not GeoJSON (an object with a type).")
    crs = json.dumps(data.get("crs") or "")
    if data.get("crs") and not any(c in crs for c in ("CRS84", "4326")):
        into.refuse(0, crs, "is another coordinate system than WGS 84; nothing was taken")
        return into
    features = data.get("features") if data.get("type") == "FeatureCollection" else [data]
    for k, feature in enumerate(features if isinstance(features, list) else [], 1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            into.refuse(k, feature, "is not a feature")
            continue
        properties = feature.get("properties") if isinstance(feature.get("properties"), dict) else {}
        geometry = feature.get("geometry") if isinstance(feature.get("geometry"), dict) else None
        lat = lon = None
        if geometry is None:
            into.refuse(k, feature.get("id"), "has no geometry; the place stays unknown")
        elif (
            geometry.get("type") == "Point"
            and isinstance(geometry.get("coordinates"), list)
            and len(geometry["coordinates"]) >= 2
        ):
            lat, lon = coordinates(geometry["coordinates"][1], geometry["coordinates"][0], k, into)
        else:
            into.refuse(k, geometry.get("type"), "is not a point: kept as a shape in the fields, without a place")
        low: dict[str, Any] = {str(n).lower(): v for n, v in (properties or {}).items()}
        given = next((str(low[t]) for t in _TIMES if low.get(t)), "")
        when = utc_prefix(given)
        text = str(low.get("description") or low.get("name") or low.get("title") or "")
        error = low.get("error_m")
        into.items.append(
            Item(str(feature.get("id") or low.get("id") or f"feature-{k}"), "point" if lat is not None else "shape", text, when, "zone not given" if when and "T" in given and not given.endswith("Z") and "+" not in given else "",
                 lat, lon, float(error) if lat is not None and isinstance(error, int | float) and not isinstance(error, bool) and error >= 0 else None, str(low.get("name") or ""), fields=feature, row=k)
        )  # fmt: skip
    return into


def read_kml(path: Path) -> Imported:
    """The placemarks of a KML or KMZ file."""
    into = Imported("kml")
    if path.suffix.lower() == ".kmz":
        with open_zip(path) as archive:
            for name, why in archive.refused:
                into.refuse(0, name, why)
            main = next((n for n in archive.names if n.lower().endswith(".kml")), None)
            if main is None:
                raise UsageError(f"{path.name}: holds no .kml file.")
            root = read_xml(archive.read(main), f"{path.name}: {main}")
    else:
        root = read_xml(_bytes(path), path.name)
    for link in (*root.iter("NetworkLink"), *root.iter("GroundOverlay")):
        into.refuse(0, _text(link, "href") or link.tag, "points outside the file; never followed")
    for k, mark in enumerate(root.iter("Placemark"), 1):
        point = mark.find("Point")
        lat = lon = None
        if point is not None:
            parts = (_text(point, "coordinates")).split(",")
            lat, lon = coordinates(parts[1] if len(parts) > 1 else "", parts[0], k, into)
        else:
            shape = next(
                (c.tag for c in mark if c.tag in {"LineString", "Polygon", "MultiGeometry", "LinearRing", "Track"}),
                "nothing",
            )
            into.refuse(k, _text(mark, "name"), f"holds {shape}, not a point: kept in the fields, without a place")
        begin, end, stamp = _text(mark, "begin"), _text(mark, "end"), _text(mark, "when")
        when = (
            utc_prefix(stamp)
            if stamp
            else f"{utc_prefix(begin)}/{utc_prefix(end)}"
            if utc_prefix(begin) and utc_prefix(end) and "/" not in utc_prefix(begin) + utc_prefix(end)
            else ""
        )
        zone = "" if not when or any(t.endswith("Z") or "+" in t for t in (stamp, begin) if t) else "zone not given"
        shape_text = " ".join((c.text or "").strip() for c in mark.iter("coordinates"))[:10_000]
        into.items.append(
            Item(
                mark.get("id") or f"placemark-{k}",
                "point" if lat is not None else "shape",
                _text(mark, "description") or _text(mark, "name"),
                when,
                zone,
                lat,
                lon,
                None,
                _text(mark, "name"),
                fields={"coordinates": shape_text},
                row=k,
            )
        )
    return into


def read_gpx(path: Path) -> Imported:
    """Waypoints as points, tracks and routes as one item each with their number of points."""
    into = Imported("gpx")
    root = read_xml(_bytes(path), path.name)
    for k, point in enumerate(root.iter("wpt"), 1):
        lat, lon = coordinates(point.get("lat"), point.get("lon"), k, into)
        when = utc_prefix(_text(point, "time"))
        into.items.append(
            Item(
                f"waypoint-{k}",
                "point",
                _text(point, "desc") or _text(point, "name"),
                when,
                "UTC" if when else "",
                lat,
                lon,
                None,
                _text(point, "name"),
                row=k,
            )
        )
    for tag, inner in (("trk", "trkpt"), ("rte", "rtept")):
        for k, track in enumerate(root.iter(tag), 1):
            points = [(p.get("lat"), p.get("lon"), _text(p, "time")) for p in track.iter(inner)]
            times = [t for t in (utc_prefix(p[2]) for p in points) if t and "/" not in t]
            when = f"{min(times)}/{max(times)}" if times and min(times) < max(times) else times[0] if times else ""
            into.items.append(
                Item(
                    f"{tag}-{k}",
                    "track",
                    _text(track, "name"),
                    when,
                    "UTC" if when else "",
                    fields={"points": points},
                    row=k,
                )
            )
    if any(i.kind == "track" for i in into.items):
        into.notes.append("tracks are measured by `blindspot track FILE`; here they are only listed")
    return into


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MOST:
        raise UsageError(f"{path.name}: is larger than {MOST >> 20} MB; split it.")
    return path.read_bytes()


def _text(element: Element, tag: str) -> str:
    found = next(element.iter(tag), None)
    return (found.text or "").strip() if found is not None else ""
