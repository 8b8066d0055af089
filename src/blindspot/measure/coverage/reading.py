"""Files of this room: a GeoTIFF of heights -> a surface; a CSV of sensor positions -> a path."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.coverage.geotiff import read_grid
from blindspot.measure.coverage.seen import Path, checked_path
from blindspot.measure.coverage.surface import Surface, checked
from blindspot.quantities import read_moment

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    from numpy.typing import NDArray

PATH_COLUMNS = ("time", "lat", "lon", "height_m", "aim_lat", "aim_lon", "radius_m", "gsd_m", "attended")


def read_surface(file: pathlib.Path, ground: pathlib.Path | None = None) -> Surface:
    """A surface from a one-band GeoTIFF of heights (`geotiff`); `ground`: the bare ground, on the same grid.

    Raises UsageError in one line for anything that would be read wrongly, and for holes.
    """
    grid = read_grid(file)
    z = checked(grid.z, grid.cell, file.name)
    bare = None
    if ground is not None:
        below = read_grid(ground)
        if below.z.shape != z.shape or (below.cell, below.x, below.y, below.crs) != (
            grid.cell,
            grid.x,
            grid.y,
            grid.crs,
        ):
            raise UsageError(f"{ground.name}: does not lie on the same grid as {file.name}; resample it to that grid")
        bare = checked(below.z, grid.cell, ground.name)
    return Surface(z, grid.cell, grid.x, grid.y, grid.crs, bare, grid.unit)


def read_path(file: pathlib.Path, local: Callable[[Any, Any], tuple[Any, Any]], ground_m: float = 0.0) -> Path:
    """A sensor path from CSV; `local` turns latitudes and longitudes into metres east and north, heights are above `ground_m`'s
    datum. Columns: time, lat, lon, height_m; aim_lat, aim_lon, radius_m, gsd_m, attended may be blank or left out.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name}: is not UTF-8; save it with encoding UTF-8") from error
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise UsageError(f"{file.name}: is not CSV: {error}; save it again as CSV, UTF-8") from error
    missing = [c for c in PATH_COLUMNS[:4] if not rows or c not in rows[0]]
    if missing:
        raise UsageError(f"{file.name}: lacks the column {missing[0]}; the columns are {', '.join(PATH_COLUMNS)}")
    table = {c: np.full(len(rows), np.nan) for c in PATH_COLUMNS}
    for i, row in enumerate(rows):
        for c in PATH_COLUMNS:
            cell = (row.get(c) or "").strip()
            if cell:
                table[c][i] = _number(cell, c, f"{file.name}:{i + 2}:{c}")
    east, north = _project(table["lat"], table["lon"], local, file.name)
    aim_east, aim_north = _project(table["aim_lat"], table["aim_lon"], local, file.name)
    path = Path(
        table["time"],
        east,
        north,
        table["height_m"] - ground_m,
        aim_east,
        aim_north,
        table["radius_m"],
        table["gsd_m"],
        table["attended"],
    )
    return checked_path(path, file.name)


def _number(cell: str, column: str, where: str) -> float:
    try:
        return read_moment(cell).start.timestamp() if column == "time" else float(cell)
    except ValueError as error:
        what = str(error) if column == "time" else "is not a number"
        raise UsageError(f"{where}: {what} (got {cell[:60]!r})") from error


def _project(
    lat: NDArray[np.float64], lon: NDArray[np.float64], local: Any, name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = np.isfinite(lat) & np.isfinite(lon)
    if np.any(np.abs(lat[known]) > 90) or np.any(np.abs(lon[known]) > 180):
        raise UsageError(
            f"{name}: a latitude lies beyond 90 or a longitude beyond 180 degrees; are the columns swapped?"
        )
    found = np.full((2, len(lat)), np.nan)
    found[:, known] = local(lat[known], lon[known])
    return found[0], found[1]
