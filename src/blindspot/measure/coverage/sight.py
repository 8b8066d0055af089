"""Looking up a horizon map: what share of the time is each cell in line of sight, and what of a place at each moment?

Between two stored directions the horizon is not known exactly. The middle value weighs both neighbours; the bounds are
"clear in both" and "clear in either". Over a stored orbit every position is split between its two neighbouring
directions, so that the seen share of a cell is a sum of K look-ups in a table made once per tile: the cost does not grow
with the number of positions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.coverage.horizon import Horizons, code

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from blindspot.measure.coverage.surface import Surface

TILE = 64  # cells: at 8 km the direction turns by under half a degree across it
_SHIFT = 3  # codes are read in steps of 8: 0.03 degree of elevation
_SAMPLE = 2048  # cells of a place that are looked at


def seen_share(
    surface: Surface, horizons: Horizons, positions: NDArray[np.float64], weights: NDArray[np.float64] | None = None
) -> NDArray[np.float32]:
    """Share of the (weighted) positions (P, 3: east, north, up) from which a person in each cell is in line of sight."""
    from blindspot.measure.coverage.hull import look_up

    w = np.full(len(positions), 1 / len(positions)) if weights is None else weights / weights.sum()
    rows, columns = surface.z.shape
    out = np.empty((rows, columns), dtype=np.float32)
    for row in range(0, rows, TILE):
        for column in range(0, columns, TILE):
            height, width = min(TILE, rows - row), min(TILE, columns - column)
            east = surface.x + (column + (width - 1) / 2) * surface.cell
            north = surface.y - (row + (height - 1) / 2) * surface.cell
            up = float(np.median(surface.z[row : row + height, column : column + width])) + horizons.height
            first, second, share, level = _directions(positions, east, north, up, horizons.bins)
            step = np.ceil(level).astype(int) >> _SHIFT
            lowest = int(step.min())
            table = np.zeros((horizons.bins, int(step.max()) - lowest + 2), dtype=np.float32)
            np.add.at(table, (first, step - lowest), w * (1 - share))
            np.add.at(table, (second, step - lowest), w * share)
            used = np.flatnonzero(table.any(axis=1))
            table = np.ascontiguousarray(np.cumsum(table[used, ::-1], axis=1, dtype=np.float32)[:, ::-1])
            look_up(horizons.codes, table, used, lowest, _SHIFT, row, column, height, width, out)
    return out


def place_in_sight(
    surface: Surface,
    horizons: Horizons,
    positions: NDArray[np.float64],
    east: float,
    north: float,
    radius: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Low, middle and high share of a place's open ground in line of sight, at each position (P,).

    The place is every open cell within `radius` metres (its error), the nearest cell at least.
    """
    cells = place_cells(surface, east, north, radius)
    i, j = cells.T
    up = surface.z[i, j] + horizons.height
    first, second, share, _ = _directions(positions, east, north, float(np.median(up)), horizons.bins)
    found = np.empty((3, len(positions)))
    x = surface.x + j * surface.cell
    y = surface.y - i * surface.cell
    for p, (e, n, u) in enumerate(positions):
        level = code((u - up) / np.maximum(np.hypot(e - x, n - y), surface.cell / 2))
        a, b = horizons.codes[first[p], i, j], horizons.codes[second[p], i, j]
        found[0, p] = np.mean(level > np.maximum(a, b))
        found[1, p] = np.mean(level > (1 - share[p]) * a + share[p] * b)
        found[2, p] = np.mean(level > np.minimum(a, b))
    return found[0], found[1], found[2]


def place_marched(
    surface: Surface,
    cells: NDArray[np.intp],
    positions: NDArray[np.float64],
    height: float,
    executor: Executor | None = None,
) -> NDArray[np.float64]:
    """Share of the cells of a place (`place_cells`) in line of sight at each position (P,), exactly."""
    from blindspot.measure.coverage.march import march_place

    row, column = surface.at(positions[:, 0], positions[:, 1])
    where = np.ascontiguousarray(np.column_stack([row, column, positions[:, 2]]))
    i, j = (np.ascontiguousarray(k) for k in cells.T)
    if executor is None:
        return np.asarray(march_place(surface.z, i, j, height, where))
    parts = np.array_split(where, min(16, len(where)))
    n = len(parts)
    return np.concatenate(list(executor.map(march_place, [surface.z] * n, [i] * n, [j] * n, [height] * n, parts)))


def place_cells(surface: Surface, east: float, north: float, radius: float) -> NDArray[np.intp]:
    """Row and column of the open cells of a place, (M, 2), evenly thinned; raises UsageError where it lies outside."""
    from blindspot.errors import UsageError

    row, column = surface.at(east, north)
    rows, columns = surface.z.shape
    if not (-0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5):
        raise UsageError(
            f"the place ({east:.0f}, {north:.0f}) lies outside the surface, which spans "
            f"{columns * surface.cell:.0f} x {rows * surface.cell:.0f} m; give a surface that holds it"
        )
    i, j = np.mgrid[0:rows, 0:columns]
    near = np.hypot(i - row, j - column) * surface.cell <= max(radius, 0.71 * surface.cell)
    cells = np.argwhere(near & surface.open_ground())
    if len(cells) == 0:
        raise UsageError(
            f"no open ground lies within {radius:g} m of the place: it would stand on a roof. Check its position and error_m"
        )
    return np.asarray(cells[:: max(1, len(cells) // _SAMPLE)])


def _directions(
    positions: NDArray[np.float64], east: float, north: float, up: float, bins: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """The two stored directions beside each position, the share of the second, and the code of its elevation."""
    de, dn, du = positions[:, 0] - east, positions[:, 1] - north, positions[:, 2] - up
    turn = np.degrees(np.arctan2(de, dn)) % 360 / (360 / bins)
    first = np.floor(turn).astype(np.intp) % bins
    distance = np.maximum(np.hypot(de, dn), 1e-6)
    return first, (first + 1) % bins, turn - np.floor(turn), code(du / distance)
