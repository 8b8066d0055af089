"""Outlines of buildings with their heights -> a surface that hides: flat ground with blocks on it.

Any vector file that GDAL reads (GeoJSON, GeoPackage, Shapefile). The ground is taken as level at 0, so that the heights of
a sensor path beside it are above the ground. A height is the column `height` (metres), or levels of three metres each.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.coverage.surface import Surface, extruded

if TYPE_CHECKING:
    import pathlib

    from numpy.typing import NDArray

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".fgb")
HEIGHTS = ("height_m", "height", "building_height", "building:height")
LEVELS = ("levels", "building_levels", "building:levels", "floor", "floors")
LEVEL_M = 3.0  # judgement: a storey with its ceiling
REACH_M = 1500.0  # buildings further from the place are left out: 1,000 m at 10 degrees hide what is under 176 m
CELL_M = 1.0
_HIGHEST = 900.0


def read_footprints(file: pathlib.Path, lat: float, lon: float) -> Surface:
    """The surface within 1.5 km of a place, cells of a metre, in the UTM zone of the place.

    Raises UsageError in one line where the file cannot be read, has no coordinate system or no column of heights, where a
    building has none, or where none stands near the place.
    """
    import shapely
    from pyproj import CRS, Transformer

    wkb, columns, crs = _read(file)
    if not crs:
        raise UsageError(f"{file.name}: names no coordinate system; save it as GeoJSON in longitude and latitude")
    heights = _heights(columns, file.name)
    zone = f"EPSG:{(32600 if lat >= 0 else 32700) + int((lon + 180) // 6) % 60 + 1}"
    change = Transformer.from_crs(CRS.from_user_input(crs), zone, always_xy=True)
    shapes = shapely.transform(shapely.make_valid(shapely.from_wkb(wkb)), change.transform, interleaved=False)
    east, north = Transformer.from_crs("EPSG:4326", zone, always_xy=True).transform(lon, lat)
    around = shapely.box(east - REACH_M, north - REACH_M, east + REACH_M, north + REACH_M)
    near = np.flatnonzero(shapely.intersects(shapes, around))
    if not len(near):
        raise UsageError(
            f"{file.name}: no building in it stands within {REACH_M:g} m of the place; is it of another town?"
        )
    missing = int((~np.isfinite(heights[near])).sum())
    if missing:
        raise UsageError(
            f"{file.name}: {missing} of {len(near)} buildings near the place have no height; give each one in metres, or leave them out"
        )
    odd = heights[near][(heights[near] < 0) | (heights[near] > _HIGHEST)]
    if len(odd):
        raise UsageError(f"{file.name}: a building is {odd[0]:g} m high; are the heights in metres?")
    west, south, far_east, far_north = shapely.intersection(shapely.union_all(shapes[near]).envelope, around).bounds
    bounds = (min(west, east) - 20, min(south, north) - 20, max(far_east, east) + 20, max(far_north, north) + 20)
    blocks: list[tuple[object, float]] = [(shapes[k], float(heights[k])) for k in near]
    return replace(extruded(blocks, bounds, CELL_M), crs=zone)


def _read(file: pathlib.Path) -> tuple[NDArray[Any], dict[str, NDArray[Any]], str | None]:
    """Outlines as WKB, columns by name in lower case, coordinate system."""
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        meta, _, wkb, fields = pyogrio.raw.read(file)
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise UsageError(f"{file.name}: cannot be read as outlines of buildings; save it as GeoJSON") from error
    if wkb is None or not len(wkb):
        raise UsageError(f"{file.name}: holds no outline of a building")
    known = np.array([g is not None for g in wkb])
    names = [str(n).lower() for n in meta["fields"]]
    return wkb[known], {n: np.asarray(v)[known] for n, v in zip(names, fields, strict=True)}, meta["crs"]


def _heights(columns: dict[str, NDArray[Any]], name: str) -> NDArray[np.float64]:
    for names, each in ((HEIGHTS, 1.0), (LEVELS, LEVEL_M)):
        for key in names:
            if key in columns:
                return np.array([_metres(v) for v in columns[key]]) * each
    raise UsageError(f"{name}: has no column of heights; add `height` in metres (or `levels`)")


def _metres(value: Any) -> float:
    try:
        return float(str(value).removesuffix("m").strip())
    except ValueError:
        return np.nan
