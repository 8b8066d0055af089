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
