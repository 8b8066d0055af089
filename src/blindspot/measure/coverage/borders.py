"""Where do the borders of a country run, and where lies an airfield? Packaged public-domain tables (data/README.md)."""

from __future__ import annotations

import csv
import gzip
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry import MultiPolygon


def country(name: str) -> MultiPolygon:
    """The country of that name, in degrees (longitude, latitude). Raises UsageError that names the nearest."""
    from shapely.geometry import MultiPolygon, Polygon

    table, arcs = _countries()
    entry = table.get(name.casefold())
    if entry is None:
        from difflib import get_close_matches

        close = get_close_matches(name.casefold(), table, 3, 0.6)
        hint = (
            f"did you mean {', '.join(table[c]['properties']['name'] for c in close)}?"
            if close
            else "use its English name"
        )
        raise UsageError(f"{name}: is not a country of the packaged Natural Earth table; {hint}")
    parts = entry["arcs"] if entry["type"] == "MultiPolygon" else [entry["arcs"]]
    rings = [[_ring(ring, arcs) for ring in part] for part in parts]
    polygons = [Polygon(part[0], part[1:]).buffer(0) for part in rings if len(part[0]) >= 4]
    flat = [p for shape in polygons for p in getattr(shape, "geoms", [shape]) if not p.is_empty]
    return MultiPolygon(flat)


def country_names() -> tuple[str, ...]:
    """Every name that `country` knows, sorted."""
    return tuple(sorted(str(entry["properties"]["name"]) for entry in _countries()[0].values()))


def border_lines(box: tuple[float, float, float, float]) -> list[NDArray[np.float64]]:
    """Stretches of border and coast that come into a box (west, south, east, north): (n, 2) longitude, latitude each."""
    west, south, east, north = box
    found = []
    for arc in _countries()[1]:
        low, high = arc.min(axis=0), arc.max(axis=0)
        if low[0] <= east and high[0] >= west and low[1] <= north and high[1] >= south:
            found.append(arc)
    return found


def airfields(box: tuple[float, float, float, float]) -> list[tuple[str, float, float]]:
    """(ICAO code, latitude, longitude) of the packaged airfields in a box (west, south, east, north), by code."""
    west, south, east, north = box
    return [
        (ident, lat, lon)
        for ident, (lat, lon) in sorted(_airports().items())
        if west <= lon <= east and south <= lat <= north
    ]


@cache
def airport(ident: str) -> tuple[float, float]:
    """Latitude and longitude of the airfield with that ICAO code. Raises UsageError where the table has none."""
    found = _airports().get(ident.upper())
    if found is None:
        raise UsageError(
            f"{ident}: is not in the packaged table of airfields (latitudes 10-45, longitudes 35-80); give lat and lon instead"
        )
    return found


@cache
def _airports() -> dict[str, tuple[float, float]]:
    text = files("blindspot.measure.coverage").joinpath("data/airports.csv").read_text(encoding="utf-8")
    return {row["ident"]: (float(row["lat"]), float(row["lon"])) for row in csv.DictReader(text.splitlines())}


@cache
def _countries() -> tuple[dict[str, dict[str, Any]], list[Any]]:
    raw = files("blindspot.measure.coverage").joinpath("data/countries.topojson.gz").read_bytes()
    topology = json.loads(gzip.decompress(raw))
    step = np.array(topology["transform"]["scale"])
    arcs = [np.cumsum(np.array(arc), axis=0) * step for arc in topology["arcs"]]  # TopoJSON: deltas on a grid
    entries = topology["objects"]["countries"]["geometries"]
    return {str(entry["properties"]["name"]).casefold(): entry for entry in entries if entry.get("arcs")}, arcs


def _ring(indices: list[int], arcs: list[Any]) -> Any:
    """Arcs joined end to end; ~i is arc i backwards."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.vstack([part if k == 0 else part[1:] for k, part in enumerate(parts)])
