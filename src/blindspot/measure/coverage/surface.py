"""The surface that hides: heights on a grid, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Surface:
    """Heights in metres, (rows, columns), north at the top: ground with buildings and trees.

    x, y: the centre of the top left cell in true metres; `crs` names the projection, of which one unit is `unit` metres on
    the ground (None = a local frame of no place). `ground` is the bare ground where known: cells that stand above it are roofs or trees.
    """

    z: NDArray[np.float64]
    cell: float
    x: float = 0.0
    y: float = 0.0
    crs: str | None = None
    ground: NDArray[np.float64] | None = None
    unit: float = 1.0

    def at(self, east: Any, north: Any) -> tuple[Any, Any]:
        """Row and column (fractions) of a point, or of arrays of points."""
        return (self.y - north) / self.cell, (east - self.x) / self.cell

    def local(self, lat: Any, lon: Any) -> tuple[Any, Any]:
        """East and north of geographic points in the projection of the surface, metres."""
        if self.crs is None:
            raise UsageError("the surface has no coordinate system; a place on the earth cannot be found in it")
        from pyproj import Transformer

        east, north = Transformer.from_crs("EPSG:4326", self.crs, always_xy=True).transform(lon, lat)
        return np.asarray(east) * self.unit, np.asarray(north) * self.unit

    def degrees(self, east: Any, north: Any) -> tuple[Any, Any]:
        """Latitude and longitude of points in the projection of the surface, metres."""
        from pyproj import Transformer

        back = Transformer.from_crs(self.crs, "EPSG:4326", always_xy=True)
        lon, lat = back.transform(np.asarray(east) / self.unit, np.asarray(north) / self.unit)
        return lat, lon

    def open_ground(self, least: float = 0.5) -> NDArray[np.bool_]:
        """Cells that are not roof or canopy: less than `least` metres above the ground, where the ground is known."""
        if self.ground is None:
            return np.ones(self.z.shape, dtype=bool)
        return np.asarray(self.z - self.ground < least)


def checked(z: NDArray[np.float64], cell: float, name: str = "surface") -> NDArray[np.float64]:
    """Heights ready for use. Raises UsageError for holes, a flat or one-line grid, and cells of no size."""
    z = np.ascontiguousarray(z, dtype=np.float64)
    if z.ndim != 2 or min(z.shape) < 2:
        raise UsageError(f"{name}: is not a grid of at least 2 x 2 heights")
    if not (np.isfinite(cell) and cell > 0):
        raise UsageError(f"{name}: its cells have no size in metres; project it to a metric system first")
    holes = int((~np.isfinite(z)).sum())
    if holes:
        raise UsageError(
            f"{name}: {holes} of {z.size} cells hold no height; what stands there is not known. Fill or cut them off first"
        )
    return z


def extruded(footprints: list[tuple[object, float]], bounds: tuple[float, float, float, float], cell: float) -> Surface:
    """A surface from building footprints (polygon in metres, height): flat ground at 0 with blocks on it.

    A cell takes the height of the highest footprint that holds its centre.
    """
    import shapely

    west, south, east, north = bounds
    columns, rows = int(np.ceil((east - west) / cell)), int(np.ceil((north - south) / cell))
    if columns < 2 or rows < 2:
        raise UsageError("the footprints cover less than two cells; choose a smaller cell")
    xs, ys = west + (np.arange(columns) + 0.5) * cell, north - (np.arange(rows) + 0.5) * cell
    z = np.zeros((rows, columns))
    for polygon, height in sorted(footprints, key=lambda item: item[1]):
        x0, y0, x1, y1 = shapely.bounds(polygon)
        i0, i1 = np.searchsorted(-ys, [-y1, -y0])
        j0, j1 = np.searchsorted(xs, [x0, x1])
        if i0 >= i1 or j0 >= j1:
            continue
        grid_x, grid_y = np.meshgrid(xs[j0:j1], ys[i0:i1])
        shapely.prepare(polygon)
        inside = shapely.contains_xy(polygon, grid_x, grid_y)
        z[i0:i1, j0:j1][inside] = height
    return Surface(z, cell, float(xs[0]), float(ys[0]), None, np.zeros_like(z))
