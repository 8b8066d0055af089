"""GeoJSON and OGC Moving Features JSON -> rows.

GeoJSON: points with a time among their properties, or lines of one or several parts whose properties hold as many times
(`times`, `coordTimes`, `datetimes`, or within `coordinateProperties`) as points, in one list or one for each part. MF-JSON: `temporalGeometry` of MovingPoint (OGC 19-045r3), or the older Trajectory with `datetimes`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.read import times
from blindspot.measure.track.read.clean import Rows, numbered
from blindspot.measure.track.read.columns import ID, TIME
from blindspot.measure.track.read.encoding import encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blindspot.measure.track.read.faults import Faults

MANY = ("times", "coordtimes", "datetimes", "timestamps")


def read_geojson(path: Path, zone: times.Zone, faults: Faults) -> Rows:
    """The tracks of a GeoJSON or MF-JSON file. Raises UsageError where it is neither."""
    try:
        found = json.loads(path.read_text(encoding=encoding_of(path, faults)))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name}: is not JSON that can be read ({error}).") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path.name}: is JSON, but no GeoJSON or MF-JSON object.")
    features = found.get("features", [found])
    rows: list[tuple[str, Any, Any, Any]] = []
    for number, feature in enumerate(features if isinstance(features, list) else [], 1):
        if isinstance(feature, dict):
            rows += _feature(feature, path.stem if len(features) == 1 else f"{path.stem}-{number}", path.stem)
    if not rows:
        right = "give points a property `time`, or lines a list `times`"
        faults.add(path.name, "holds no positions with times", right=right)
    t = times.texts([row[1] for row in rows], path.name, zone, faults, 1)
    a, b = (np.array([_float(row[k]) for row in rows]) for k in (2, 3))
    return Rows(path.name, numbered([row[0] for row in rows]), t, a, b, np.arange(1, len(rows) + 1))


def _feature(feature: dict[str, Any], stem: str, file: str) -> Iterator[tuple[str, Any, Any, Any]]:
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        properties = {}
    names = {str(k).lower().replace("_", "").replace("-", ""): v for k, v in properties.items()}
    own = next((names[k] for k in ID if names.get(k) not in (None, "")), feature.get("id"))
    moving = feature.get("temporalGeometry")
    if isinstance(moving, dict):
        parts = moving.get("prisms") if moving.get("type") == "MovingGeometryCollection" else [moving]
        for part in parts if isinstance(parts, list) else []:
            yield from _pairs(str(own if own is not None else stem), part.get("datetimes"), part.get("coordinates"))
        return
    geometry = feature.get("geometry") if "geometry" in feature else feature
    if not isinstance(geometry, dict):
        return
    points = geometry.get("coordinates")
    nested = names.get("coordinateproperties")
    names |= {k: nested[k] for k in MANY if k in nested} if isinstance(nested, dict) else {}
    many = next((names[k] for k in MANY if isinstance(names.get(k), list)), None)
    many = many or geometry.get("datetimes") or properties.get("datetimes")
    if geometry.get("type") == "Point" and isinstance(points, list) and len(points) >= 2:
        when = next((names[k] for k in TIME if names.get(k) not in (None, "")), None)
        yield str(own if own is not None and any(k in names for k in ID) else file), when, points[1], points[0]
    elif geometry.get("type") == "MultiLineString" and isinstance(points, list) and isinstance(many, list):
        yield from _pairs(str(own if own is not None else stem), _flat(many), _flat(points))
    elif geometry.get("type") == "LineString":
        if many is None and points and all(isinstance(p, list) and len(p) >= 4 for p in points):
            many = [p[3] for p in points]  # x, y, z, m with m in seconds
        yield from _pairs(str(own if own is not None else stem), many, points)


def _flat(parts: list[Any]) -> list[Any]:
    """What the lists in a list hold; a list of plain values as it is."""
    return [v for part in parts for v in part] if all(isinstance(part, list) for part in parts) else parts


def _pairs(name: str, when: Any, points: Any) -> Iterator[tuple[str, Any, Any, Any]]:
    if isinstance(when, list) and isinstance(points, list):
        for moment, point in zip(when, points, strict=False):
            if isinstance(point, list) and len(point) >= 2:
                yield name, moment, point[1], point[0]


def _float(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
