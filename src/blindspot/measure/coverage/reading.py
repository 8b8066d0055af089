"""Files of this room: a GeoTIFF of heights -> a surface; a CSV of sensor positions -> a path."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.case.reading import read_cells
from blindspot.errors import CaseError, Problem, UsageError, Where
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


def read_path(
    root: pathlib.Path, name: str, local: Callable[[Any, Any], tuple[Any, Any]], ground_m: float = 0.0
) -> Path:
    """A sensor path from CSV; `local` turns latitudes and longitudes into metres east and north, heights are above `ground_m`'s
    datum. Columns: time, lat, lon, height_m; aim_lat, aim_lon, radius_m, gsd_m, attended may be blank or left out; others are passed over.

    Raises CaseError with every cell that is wrong, UsageError where the whole cannot be a path.
    """
    problems: list[Problem] = []
    read = read_cells(root, name, problems)
    if read is None:
        raise CaseError(problems)
    header, records = read
    problems += _header(header, name)
    if not records:
        problems.append(Problem(Where(name), "holds no moment", None, "write a row per moment of the sensor"))
    table = {c: np.full(len(records), np.nan) for c in PATH_COLUMNS}
    for i, (line, cells) in enumerate(records):
        for column, cell in zip(header, cells, strict=False):
            if column in table and cell.strip():
                try:
                    table[column][i] = _number(cell.strip(), column)
                except ValueError as error:
                    problems.append(Problem(Where(name, line, column), str(error), cell))
            elif column in PATH_COLUMNS[:4]:
                problems.append(Problem(Where(name, line, column), "is blank", None, "leave out a row without it"))
    lines = [line for line, _ in records]
    for k in np.flatnonzero(np.diff(table["time"]) <= 0):
        what = "is not later than the row before"
        problems.append(Problem(Where(name, lines[k + 1], "time"), what, None, "sort the rows by time, each time once"))
    if problems:
        raise CaseError(problems)
    return checked_path(
        Path(
            table["time"],
            *_project(table["lat"], table["lon"], local, name),
            table["height_m"] - ground_m,
            *_project(table["aim_lat"], table["aim_lon"], local, name),
            table["radius_m"],
            table["gsd_m"],
            table["attended"],
        ),
        name,
    )


def _header(header: list[str], name: str) -> list[Problem]:
    """Columns that lack, or are there twice or misspelt."""
    needed = ", ".join(PATH_COLUMNS)
    found = [
        Problem(Where(name, 1, c), "is missing", None, f"the columns are {needed}")
        for c in PATH_COLUMNS[:4]
        if c not in header
    ]
    for c in sorted(set(header)):
        if header.count(c) > 1 and c in PATH_COLUMNS:
            found.append(Problem(Where(name, 1, c), "stands twice", None, "keep one of the two"))
        elif c not in PATH_COLUMNS and (near := get_close_matches(c.lower(), PATH_COLUMNS, 1, 0.8)):
            found.append(Problem(Where(name, 1, c), "is not a column", None, f"write {near[0]}"))
    return found


def _number(cell: str, column: str) -> float:
    if column == "time":
        return read_moment(cell).start.timestamp()
    try:
        number = float(cell)
    except ValueError as error:
        raise ValueError("is not a number") from error
    if column == "attended" and number not in {0.0, 1.0}:
        raise ValueError("is 1 (somebody watched), 0 (nobody) or blank (not known)")
    return number


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
