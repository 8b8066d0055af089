"""Points of a GeoParquet file -> columns of latitude and longitude, from whatever reference system the file names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["degrees"]


def degrees(path: Path, schema: Any, tables: Iterator[Any]) -> Iterator[Any]:
    """The tables, with columns `latitude` and `longitude` in place of a geometry column (GeoParquet 1.1, encoding WKB).

    A table that is no GeoParquet passes as it is; so does one that has such columns itself. Raises UsageError.
    """
    head = (schema.metadata or {}).get(b"geo")
    names = {str(n).lower() for n in schema.names}
    if head is None or {"latitude", "longitude"} <= names or {"lat", "lon"} <= names:
        yield from tables
        return
    try:
        geo = json.loads(head)
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding = column["encoding"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path.name}: its GeoParquet metadata cannot be read. Write columns lat and lon.") from error
    if encoding != "WKB" or name not in schema.names:
        raise UsageError(f"{path.name}: its geometry is written as {encoding}; WKB is read. Write columns lat and lon.")
    to_degrees = _to_degrees(path, column.get("crs"))
    for table in tables:
        longitude, latitude = to_degrees(*_points(path, table[name]))
        yield table.drop_columns([name]).append_column("latitude", [latitude]).append_column("longitude", [longitude])


def _points(path: Path, column: Any) -> tuple[Any, Any]:
    import shapely

    try:
        found = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
    except (shapely.errors.GEOSException, TypeError) as error:
        raise UsageError(f"{path.name}: its geometry is not WKB that can be read ({error}).") from error
    other = np.setdiff1d(shapely.get_type_id(found), [-1, int(shapely.GeometryType.POINT)])
    if other.size:
        kind = shapely.GeometryType(int(other[0])).name
        raise UsageError(f"{path.name}: its geometry holds a {kind}; a row for each fix is read, with a POINT each.")
    return shapely.get_x(found), shapely.get_y(found)


def _to_degrees(path: Path, crs: Any) -> Any:
    """Without a reference system the standard says longitude and latitude."""
    import pyproj

    if crs is None:
        return lambda x, y: (x, y)
    try:
        return pyproj.Transformer.from_crs(pyproj.CRS.from_user_input(crs), 4326, always_xy=True).transform
    except pyproj.exceptions.ProjError as error:
        raise UsageError(f"{path.name}: its reference system cannot be read. Write longitude and latitude.") from error
