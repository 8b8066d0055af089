"""How high must a sensor stand, in each direction, to see a cell? The horizon map of a surface.

For one direction all rays are parallel, or meet in one sensor; either way they are lines across the grid. Along a line
the horizon of a point is the tangent to the upper convex hull of what lies between it and the sensor, so that one pass
with a stack gives every cell its horizon (`hull`; the idea is that of Timonen & Westerholm 2010 and of Cauchy-Reed's
sweep lines). Sensors outside the grid need nothing special. K directions are stored as 16-bit codes of the tangent, and
a look-up in any position then costs the same however many positions there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.coverage.surface import checked

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from blindspot.measure.coverage.surface import Surface

BINS = 72
LINES = 8  # lines per cell across: a cell's own ray is then at most a sixteenth of a cell away from the one it is given
MAP_LINES = 1  # of a map in many directions, where the step between directions is coarser anyway
MARCHED = 1_500_000  # cells up to which a single view is worked out exactly: a sweep costs as much there
MOST_BYTES = 4 * 2**30
_FLAT = 1e-12


@dataclass(frozen=True, slots=True)
class Horizons:
    """Codes of the horizon's tangent, (K, rows, columns), for azimuths 0, 360/K, ... clockwise from north."""

    codes: NDArray[np.uint16]
    height: float  # of the person above the ground

    @property
    def bins(self) -> int:
        """K."""
        return len(self.codes)


def horizon(surface: Surface, azimuth: float, height: float = 0.0, lines: int = LINES) -> NDArray[np.uint16]:
    """The code (see `code`) above which a far sensor at that azimuth (degrees from north) sees each cell.

    `height` is that of the person looked for above the surface.
    """
    z = checked(surface.z, surface.cell)
    turn = _towards(azimuth)
    return np.ascontiguousarray(turn.back(_parallel(turn.there(z), azimuth, height, surface.cell, lines)))


def seen_from(surface: Surface, east: float, north: float, up: float, height: float = 0.0) -> NDArray[np.bool_]:
    """Which cells a sensor at a point (projection and height datum of the surface) has in line of sight.

    Exact up to 1,500,000 cells and over the grid: each cell is marched to by itself. Larger grids are swept.
    """
    if surface.z.size > MARCHED:
        swept = swept_from(surface, east, north, up, height)
        if swept is not None:
            return swept
    from blindspot.measure.coverage.march import march

    z = checked(surface.z, surface.cell)
    return np.asarray(march(z, z + height, *surface.at(east, north), up))


def swept_from(surface: Surface, east: float, north: float, up: float, height: float = 0.0) -> NDArray[np.bool_] | None:
    """The same by lines that meet in the sensor, where its work grows with the cells only; None where it stands too near."""
    z = checked(surface.z, surface.cell)
    row, column = surface.at(east, north)
    rows, columns = z.shape
    dy, dx = (rows - 1) / 2 - row, column - (columns - 1) / 2  # towards the sensor, north and east, in cells
    if abs(dy) < rows and abs(dx) < columns:
        return None
    turn = _turn(dx, dy)
    turned = turn.there(z)
    w, n = turned.shape
    along, across = (abs(dy), abs(dx)) if abs(dy) >= abs(dx) else (abs(dx), abs(dy))
    start = (n - 1) / 2 - along  # the sensor's row in the turned grid, before row 0
    side = (w - 1) / 2 + across  # and its column
    if start > -1:
        return None
    steps = np.arange(n, dtype=float)
    middle = (n - 1) / 2
    b = (steps - start) / (middle - start)
    a = side * (1 - b)
    slope1 = 1 / (middle - start)
    slope0 = -side * slope1
    out = np.zeros(turned.shape, dtype=np.uint16)
    # intercepts (columns at the middle row) whose lines touch the grid anywhere
    ends = [(edge - a[i]) / b[i] for edge in (0.0, w - 1.0) for i in (0, n - 1)]
    _sweep(turned, height, a, b, slope0, slope1, surface.cell, (min(ends), max(ends)), LINES, out)
    i, j = np.arange(n)[None, :], np.arange(w)[:, None]
    distance = np.hypot(i - start, j - side) * surface.cell
    return np.asarray(turn.back(code((up - turned - height) / distance) > out))


def horizons(surface: Surface, height: float = 0.0, bins: int = BINS, executor: Executor | None = None) -> Horizons:
    """The horizon map in `bins` directions. Raises UsageError where it would not fit in memory."""
    size = 2 * bins * surface.z.size
    if size > MOST_BYTES:
        raise UsageError(
            f"a horizon map of {surface.z.shape[0]} x {surface.z.shape[1]} cells in {bins} directions takes "
            f"{size / 2**30:.0f} GB; cut the surface to what can hide the places, or use larger cells"
        )
    z = checked(surface.z, surface.cell)
    groups: dict[_Turn, list[int]] = {}
    for k in range(bins):
        groups.setdefault(_towards(360.0 * k / bins), []).append(k)
    codes = np.empty((bins, *z.shape), dtype=np.uint16)
    if executor is None:
        for turn, members in groups.items():
            turned = turn.there(z)  # once for all directions of this side
            for k in members:
                codes[k] = turn.back(_parallel(turned, 360.0 * k / bins, height, surface.cell, MAP_LINES))
        return Horizons(codes, height)
    n = len(groups)
    azimuths = [[360.0 * k / bins for k in members] for members in groups.values()]
    parts = executor.map(_side, [z] * n, groups, azimuths, [height] * n, [surface.cell] * n)
    for members, part in zip(groups.values(), parts, strict=True):
        codes[members] = part
    return Horizons(codes, height)


def code(tangent: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scale of the codes for a sensor's own tangent: it sees a cell if this is above the cell's code."""
    t = np.asarray(tangent, dtype=float)
    return np.asarray((t / (1 + np.abs(t)) + 1) * 32767.5)


@dataclass(frozen=True, slots=True)
class _Turn:
    """How a grid is turned so that the second index runs away from the sensor and the first towards its side."""

    steep: bool
    flip_along: bool
    flip_across: bool

    def there(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        z = z.T if self.steep else z
        z = z[:, ::-1] if self.flip_along else z
        return np.ascontiguousarray(z[::-1] if self.flip_across else z)

    def back(self, x: NDArray[Any]) -> NDArray[Any]:
        x = x[::-1] if self.flip_across else x
        x = x[:, ::-1] if self.flip_along else x
        return x.T if self.steep else x


def _turn(east: float, north: float) -> _Turn:
    steep = abs(north) >= abs(east)  # row 0 is north, column 0 west
    return _Turn(steep, north < 0 if steep else east > 0, east < 0 if steep else north > 0)


def _towards(azimuth: float) -> _Turn:
    return _turn(float(np.sin(np.radians(azimuth))), float(np.cos(np.radians(azimuth))))


def _parallel(
    turned: NDArray[np.float64], azimuth: float, height: float, cell: float, lines: int
) -> NDArray[np.uint16]:
    """Codes of a turned grid for a far sensor at an azimuth."""
    w, n = turned.shape
    east, north = abs(np.sin(np.radians(azimuth))), abs(np.cos(np.radians(azimuth)))
    along, across = max(north, east), min(north, east)
    f = -across / along if across > _FLAT else 0.0  # lines drift away from the sensor's side
    out = np.zeros(turned.shape, dtype=np.uint16)
    if lines == MAP_LINES:
        from blindspot.measure.coverage.hull import sweep_map

        sweep_map(turned, float(height), f, cell, out)
        return out
    ends = (0.0, w - 1 - f * (n - 1))
    _sweep(turned, height, f * np.arange(n, dtype=float), np.ones(n), f, 0.0, cell, ends, lines, out)
    return out


def _side(z: NDArray[np.float64], turn: _Turn, azimuths: list[float], height: float, cell: float) -> NDArray[np.uint16]:
    """Codes of all directions of one side, (len(azimuths), rows, columns)."""
    turned = turn.there(z)
    return np.stack([turn.back(_parallel(turned, azimuth, height, cell, MAP_LINES)) for azimuth in azimuths])


def _sweep(
    z: NDArray[np.float64],
    height: float,
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    slope0: float,
    slope1: float,
    cell: float,
    ends: tuple[float, float],
    lines: int,
    out: NDArray[np.uint16],
) -> None:
    from blindspot.measure.coverage.hull import sweep

    per = 1 if slope0 == 0.0 and slope1 == 0.0 else lines
    first, last = int(np.floor(ends[0] * per)), int(np.ceil(ends[1] * per))
    sweep(z, float(height), a, b, slope0, slope1, cell, first, last, per, lines > 1, out)
