"""From where is a place seen, over what? The surface, the sensor path, and what of the place is in sight, of one watch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.coverage.seen import Path

if TYPE_CHECKING:
    import pathlib
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from blindspot.case.rows import Place
    from blindspot.case.watch import Watch
    from blindspot.measure.coverage.surface import Surface
    from blindspot.quantities import Range

_ORBIT = 360  # positions on a stated orbit
_STRETCHES = 12  # of a path, for the blind-spot map over time
_STEPS = 4e9  # crossings of the grid that are walked one by one: some seconds
_FAR_M = 300_000.0  # from further away no camera looks at a place: the path is of somewhere else


def surface_of(root: pathlib.Path, row: Watch, place: Place, cache: dict[tuple[str, ...], Surface]) -> Surface | None:
    if not row.surface:
        return None
    from blindspot.measure.coverage.footprints import SUFFIXES, read_footprints
    from blindspot.measure.coverage.reading import read_surface

    file = root / row.surface
    outlines = file.suffix.lower() in SUFFIXES
    if outlines and row.ground:
        raise UsageError(f"{file.name}: outlines of buildings stand on level ground; leave `ground` empty")
    key = (row.surface, row.ground, place.id if outlines else "")
    if key not in cache:
        bare = root / row.ground if row.ground else None
        cache[key] = read_footprints(file, place.lat, place.lon) if outlines else read_surface(file, bare)
    return cache[key]


def path_of(
    root: pathlib.Path, row: Watch, place: Place, surface: Surface | None
) -> tuple[Path | None, tuple[float, float, float], float]:
    """The sensor path in the frame of the surface, or of the place; the place in that frame; the height of its ground."""
    if surface is not None:
        local = surface.local
        east, north = (float(x) for x in local(place.lat, place.lon))
        r, c = surface.at(east, north)
        inside = 0 <= r < surface.z.shape[0] and 0 <= c < surface.z.shape[1]
        base = float(surface.z[int(r), int(c)]) if inside else float(np.median(surface.z))
    else:
        from pyproj import Transformer

        frame = f"+proj=aeqd +lat_0={place.lat} +lon_0={place.lon} +datum=WGS84 +units=m"
        change = Transformer.from_crs("EPSG:4326", frame, always_xy=True)
        east, north, base = 0.0, 0.0, 0.0

        def local(lat: Any, lon: Any) -> tuple[Any, Any]:
            return change.transform(lon, lat)

    spot = (east, north, place.error_m)
    if row.path:
        file = root / row.path
        if file.suffix.lower() == ".csv":
            from blindspot.measure.coverage.reading import read_path

            return _fitting(read_path(root, row.path, local), row, spot, surface, base), spot, base
        from blindspot.measure.coverage.clips import path_from_clip

        return _fitting(path_from_clip(file, local), row, spot, surface, base), spot, base
    if row.orbit_km is None or row.altitude_m is None:
        return None, spot, base
    return orbit(spot, row.orbit_km, row.altitude_m, base), spot, base


def _fitting(path: Path, row: Watch, spot: tuple[float, float, float], surface: Surface | None, base: float) -> Path:
    """The path, if it is one of this place and time, and flies above its ground."""
    nearest = float(np.hypot(path.east - spot[0], path.north - spot[1]).min())
    if nearest > _FAR_M:
        raise UsageError(
            f"{row.path}: never comes nearer to the place than {nearest / 1000:,.0f} km; are latitude and longitude in their columns?"
        )
    if surface is not None and path.up.min() <= base:
        raise UsageError(
            f"{row.path}: {int((path.up <= base).sum())} of {len(path.up)} moments lie at or below the ground of the place, {base:,.0f} m; heights are above the zero of the surface, not above the ground"
        )
    if row.start and row.end:
        first, last = (f"{datetime.fromtimestamp(t, tz=UTC):%Y-%m-%dT%H:%M:%SZ}" for t in path.time[[0, -1]])
        if path.time[0] >= row.end.end.timestamp() or path.time[-1] < row.start.start.timestamp():
            raise UsageError(
                f"{row.path}: runs from {first} to {last}, all of it outside start and end; are both in UTC?"
            )
    return path


def orbit(spot: tuple[float, float, float], radius_km: Range, altitude_m: Range, ground: float = 0.0) -> Path:
    """A circle about a place, once at each corner of the ranges: a path without times that mean anything."""
    turn = np.linspace(0, 2 * np.pi, _ORBIT, endpoint=False)
    corners = [(r, a) for r in {radius_km.low, radius_km.high} for a in {altitude_m.low, altitude_m.high}]
    east = np.concatenate([spot[0] + 1000 * r * np.sin(turn) for r, _ in sorted(corners)])
    north = np.concatenate([spot[1] + 1000 * r * np.cos(turn) for r, _ in sorted(corners)])
    up = np.concatenate([np.full(_ORBIT, ground + a) for _, a in sorted(corners)])
    n = len(east)
    unknown = np.full(n, np.nan)
    return Path(
        np.arange(n, dtype=float), east, north, up, np.full(n, spot[0]), np.full(n, spot[1]), unknown, unknown, unknown
    )


def in_sight(
    surface: Surface,
    path: Path,
    spot: tuple[float, float, float],
    height: float,
    error: float,
    executor: Executor | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest share of the place in sight at each position, the surface's height error included.

    Exact where that is cheap; else from the horizon map of the surface, whose directions widen the bounds.
    """
    from blindspot.measure.coverage.horizon import horizons
    from blindspot.measure.coverage.sight import place_cells, place_in_sight, place_marched

    cut = around(surface, spot, path)
    cells = place_cells(cut, *spot)
    if len(cells) * len(path.time) * max(cut.z.shape) <= _STEPS:
        low = place_marched(cut, cells, path.positions, height - error, executor)
        return low, place_marched(cut, cells, path.positions, height + error, executor) if error else low
    found = []
    for shift, end in ((-error, 0), (error, 2)):
        maps = horizons(cut, height + shift, executor=executor)
        found.append(place_in_sight(cut, maps, path.positions, *spot)[end])
    return found[0], found[1]


def _reach(surface: Surface, spot: tuple[float, float, float], path: Path) -> float:
    """Metres from the place within which something can hide it: as far as the highest point reaches at the lowest elevation."""
    distance = np.hypot(path.east - spot[0], path.north - spot[1])
    low = float(np.min((path.up - surface.z.max()) / np.maximum(distance, 1.0)))
    return float((surface.z.max() - surface.z.min()) / max(low, 1e-3) + 2 * spot[2] + 10 * surface.cell)


def shortfall(surface: Surface, spot: tuple[float, float, float], path: Path) -> str:
    """What to say where the surface ends before that."""
    row, column = surface.at(spot[0], spot[1])
    rows, columns = surface.z.shape
    edge = surface.cell * min(row, column, rows - 1 - row, columns - 1 - column)
    reach = _reach(surface, spot, path)
    return (
        ""
        if edge >= reach
        else f"; it ends {edge:.0f} m from the place, what stands beyond is not reckoned with (up to {reach:.0f} m could matter)"
    )


def around(surface: Surface, spot: tuple[float, float, float], path: Path) -> Surface:
    """The part of the surface that can hide the place."""
    from blindspot.measure.coverage.surface import Surface as Part

    row, column = surface.at(spot[0], spot[1])
    reach = _reach(surface, spot, path)
    n = int(np.ceil(reach / surface.cell))
    i0, i1 = max(0, int(row) - n), min(surface.z.shape[0], int(row) + n + 1)
    j0, j1 = max(0, int(column) - n), min(surface.z.shape[1], int(column) + n + 1)
    if i1 - i0 < 2 or j1 - j0 < 2:
        return surface  # the place lies outside: `place_in_sight` says so
    ground = None if surface.ground is None else surface.ground[i0:i1, j0:j1]
    return Part(
        surface.z[i0:i1, j0:j1],
        surface.cell,
        surface.x + j0 * surface.cell,
        surface.y - i0 * surface.cell,
        surface.crs,
        ground,
        surface.unit,
    )


def blocks(
    surface: Surface, path: Path, height: float, executor: Executor | None = None, *, timed: bool = False
) -> tuple[NDArray[np.float64], float, tuple[tuple[float, float, NDArray[np.float64]], ...]]:
    """The blind-spot map of a surface for a person of a height: seen share of the open ground in at most 48 x 48 blocks (NaN = built
    over), the size of a block in metres, and with `timed` the same for up to 12 stretches of the path: (start, end, shares).
    """
    from blindspot.measure.coverage.horizon import horizons
    from blindspot.measure.coverage.sight import seen_share

    maps, ground = horizons(surface, height, executor=executor), surface.open_ground()

    def share(positions: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
        return _in_blocks(np.where(ground, seen_share(surface, maps, positions), np.nan))

    whole, n = share(path.positions)
    edges = np.linspace(path.time[0], path.time[-1], _STRETCHES + 1) if timed else np.empty(0)
    stretch = np.clip(np.searchsorted(edges, path.time, side="right") - 1, 0, _STRETCHES - 1)
    parts = [(k, stretch == k) for k in range(len(edges) - 1)]
    over_time = tuple(
        (float(edges[k]), float(edges[k + 1]), share(path.positions[there])[0]) for k, there in parts if there.any()
    )
    return whole, n * surface.cell, over_time


def _in_blocks(share: NDArray[np.float64], most: int = 48) -> tuple[NDArray[np.float64], int]:
    """Means of the known cells of each block, and how many cells a block is wide."""
    n = max(1, int(np.ceil(max(share.shape) / most)))
    rows, columns = (int(np.ceil(k / n)) for k in share.shape)
    wide = np.full((rows * n, columns * n), np.nan)
    wide[: share.shape[0], : share.shape[1]] = share
    cells = wide.reshape(rows, n, columns, n)
    known = np.isfinite(cells).sum(axis=(1, 3))
    return np.where(known > 0, np.nansum(cells, axis=(1, 3)) / np.maximum(known, 1), np.nan), n
