"""watch.csv -> per place: what was in view and when, why not otherwise, and the chance that a person was noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import CaseError, Problem, UsageError, Where
from blindspot.measure.coverage.canyon import drawn_share, in_shade, line_of_sight, sun
from blindspot.measure.coverage.opportunity import (
    ATTENTION,
    SHARED,
    SHARED_BASIS,
    Factor,
    Opportunity,
    either,
    mixed,
    opportunity,
    physical,
)
from blindspot.measure.coverage.resolution import ADULT, BASIS, CHILD, resolved, resolved_draws
from blindspot.measure.coverage.seen import Interval, Path, timeline
from blindspot.quantities import Range

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from blindspot.case.rows import Place
    from blindspot.case.watch import Watch
    from blindspot.measure.coverage.surface import Surface

PERSONS = {"adult": (ADULT, 1.7), "child": (CHILD, 1.1)}  # critical dimension, height: metres
_ORBIT = 360  # positions on a stated orbit


@dataclass(frozen=True, slots=True)
class WatchView:
    """One watch: its factors for an adult and a child, its intervals (empty without a path), where the sun stood."""

    id: str
    factors: dict[str, tuple[Factor, ...]]
    intervals: tuple[Interval, ...]
    sun: tuple[float, float] | None
    shares: NDArray[np.float64] | None = None  # blind-spot map: share of positions in sight, in blocks of open ground
    block_m: float = 0.0


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One place: its watches, and the offers `coverage:<place>` for anyone, `.adult` and `.child`."""

    id: str
    watches: tuple[WatchView, ...]
    person: Opportunity
    adult: Opportunity
    child: Opportunity


def look(
    root: pathlib.Path,
    watches: Mapping[str, Watch],
    places: Mapping[str, Place],
    where: Mapping[str, Where],
    executor: Executor | None = None,
) -> tuple[PlaceView, ...]:
    """Every place that watch.csv names, sorted. Raises CaseError with every row that cannot be worked out."""
    problems: list[Problem] = []
    views: dict[str, list[tuple[WatchView, Watch]]] = {}
    cache: dict[tuple[str, str], Surface] = {}
    for key, row in watches.items():
        try:
            views.setdefault(row.place, []).append((_view(root, row, places[row.place], cache, executor), row))
        except UsageError as error:
            problems.append(Problem(where[key], str(error)))
        except FileNotFoundError as error:
            problems.append(Problem(where[key], "names a file that is not there", str(error.filename)))
    if problems:
        raise CaseError(problems)
    return tuple(_place(key, views[key]) for key in sorted(views))


def _place(key: str, rows: list[tuple[WatchView, Watch]]) -> PlaceView:
    adult, child = (
        either(
            f"coverage:{key}.{kind}",
            [
                opportunity(
                    f"coverage:{key}.{kind}",
                    view.factors[kind],
                    row.looks or Range(1.0, 1.0),
                    row.shared or SHARED,
                    SHARED_BASIS if row.shared is None else row.basis,
                )
                for view, row in rows
            ],
        )
        for kind in PERSONS
    )
    return PlaceView(key, tuple(v for v, _ in rows), mixed(f"coverage:{key}", adult, child), adult, child)


def _view(
    root: pathlib.Path,
    row: Watch,
    place: Place,
    cache: dict[tuple[str, str], Surface],
    executor: Executor | None,
) -> WatchView:
    surface = _surface(root, row, cache)
    path, spot, base = _path(root, row, place, surface)
    intervals: tuple[Interval, ...] = ()
    factors: dict[str, tuple[Factor, ...]] = {}
    position = None
    if row.start is not None and row.shade is not None:
        middle = row.start.start + ((row.end.end if row.end else row.start.end) - row.start.start) / 2
        position = sun(middle, place.lat, place.lon)
    for kind, (size, height) in PERSONS.items():
        sight = None
        if surface is not None and path is not None:
            sight = _sight(surface, path, spot, height, row.height_error_m or 0.0, executor)
        if row.path and path is not None and row.start and row.end:
            window = (row.start.start.timestamp(), row.end.end.timestamp())
            bounds = sight or (np.zeros(len(path.time)), np.ones(len(path.time)))
            found = timeline(path, spot, bounds, window, size, row.pointing_error_m or 0.0, ground_m=base)
            intervals = found if kind == "adult" else intervals
            watched: Sequence[Factor] = [_watched(found, row)]
        else:
            watched = _stated(row)
        factors[kind] = (*watched, *_each_look(row, size, height, sight, position))
    if not factors["adult"]:
        raise UsageError(
            "bounds nothing of what could be seen; give at least one of on_station, in_view, line_of_sight, setting, gsd_m, attention"
        )
    if surface is None or path is None:
        return WatchView(row.id, factors, intervals, position)
    shares, block = blocks(_around(surface, spot, path), path, executor)
    return WatchView(row.id, factors, intervals, position, shares, block)


def blocks(
    surface: Surface, path: Path, executor: Executor | None = None, most: int = 48
) -> tuple[NDArray[np.float64], float]:
    """The blind-spot map of a surface for an adult: seen share of the open ground in at most 48 x 48 blocks (NaN = built
    over), and the size of a block in metres.
    """
    from blindspot.measure.coverage.horizon import horizons
    from blindspot.measure.coverage.sight import seen_share

    share = seen_share(surface, horizons(surface, PERSONS["adult"][1], executor=executor), path.positions)
    share = np.where(surface.open_ground(), share, np.nan)
    n = max(1, int(np.ceil(max(share.shape) / most)))
    rows, columns = (int(np.ceil(k / n)) for k in share.shape)
    wide = np.full((rows * n, columns * n), np.nan)
    wide[: share.shape[0], : share.shape[1]] = share
    cells = wide.reshape(rows, n, columns, n)
    known = np.isfinite(cells).sum(axis=(1, 3))
    return np.where(known > 0, np.nansum(cells, axis=(1, 3)) / np.maximum(known, 1), np.nan), n * surface.cell


def _stated(row: Watch) -> list[Factor]:
    pairs = (("on station", row.on_station), ("in view", row.in_view))
    return [Factor(name, r, row.basis) for name, r in pairs if r is not None]


def _watched(intervals: tuple[Interval, ...], row: Watch) -> Factor:
    """Share of the window in which the place was on station, in the footprint and not unattended."""
    off = {"not on station", "no record", "not pointed", "not attended"}
    total = sum(i.end - i.start for i in intervals)
    # What may have been hidden or too coarse was in the picture all the same; sight and resolution are factors of their own.
    sure = sum(i.end - i.start for i in intervals if i.reason not in off)
    maybe = sure + sum(i.end - i.start for i in intervals if i.state == "perhaps" and i.reason in off)
    return Factor(
        "on station and pointed",
        Range(sure / total, min(maybe, total) / total),
        f"share of the time, from {row.path}",
        each_look=True,  # a look falls at any moment of the window
        everybody=True,
    )


def _each_look(
    row: Watch,
    size: float,
    height: float,
    sight: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    position: tuple[float, float] | None,
) -> list[Factor]:
    found = []
    share = physical()
    wall, width = row.wall_m or Range(0.0, 0.0), row.width_m or Range(1.0, 1.0)
    walls, widths = _drawn(wall, share["wall"]), _drawn(width, share["width"])
    tall = Range(height, height)
    if row.line_of_sight is not None:
        found.append(Factor("line of sight", row.line_of_sight, row.basis, each_look=True))
    elif sight is not None:
        r = Range(float(sight[0].mean()), float(sight[1].mean()))
        basis = f"horizon map of {row.surface}, share of open ground and positions"
        found.append(Factor("line of sight", r, basis, each_look=True))
    elif row.setting is not None:
        steep = row.depression_deg or Range(90.0, 90.0)
        r = line_of_sight(row.setting, wall, width, steep, tall)
        samples = drawn_share(row.setting, walls, widths, _drawn(steep, share["depression"]), height)
        basis = f"{row.setting}, walls {wall} m, width {width} m, depression {steep} degrees, person {height} m: {row.basis}"
        found.append(Factor("line of sight", r, basis, each_look=True, samples=samples))
    if row.gsd_m is not None:
        samples = resolved_draws(row.gsd_m, size, share["gsd"], share["task"])
        basis = f"{row.gsd_m} m per pixel, person {size} m across; {BASIS}"
        found.append(Factor("resolved", resolved(row.gsd_m, size), basis, each_look=True, samples=samples))
    if row.shade is not None and position is not None and row.setting is not None:
        dark = in_shade(row.setting, wall, width, position[0], tall)
        r = Range(1 - dark.high * (1 - row.shade.low), 1 - dark.low * (1 - row.shade.high))
        lit = drawn_share(row.setting, walls, widths, np.full_like(walls, position[0]), height)
        samples = 1 - (1 - lit) * (1 - _drawn(row.shade, share["task"]))
        basis = f"sun {position[0]:.0f} degrees high, {dark.low:.0%}-{dark.high:.0%} of the place in shade, factor {row.shade} there: judgement"
        found.append(Factor("light", r, basis, each_look=True, samples=samples))
    if row.attention is not None:
        found.append(Factor(ATTENTION, row.attention, row.basis, each_look=True))
    return found


def _drawn(r: Range, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """A measure spread evenly between its ends."""
    return r.low + (r.high - r.low) * share


def _surface(root: pathlib.Path, row: Watch, cache: dict[tuple[str, str], Surface]) -> Surface | None:
    if not row.surface:
        return None
    key = (row.surface, row.ground)
    if key not in cache:
        from blindspot.measure.coverage.reading import read_surface

        cache[key] = read_surface(root / row.surface, root / row.ground if row.ground else None)
    return cache[key]


def _path(
    root: pathlib.Path, row: Watch, place: Place, surface: Surface | None
) -> tuple[Path | None, tuple[float, float, float], float]:
    """The sensor path in the frame of the surface, or of the place; the place in that frame; the height of its ground."""
    if surface is not None:
        local = surface.local
        east, north = local(place.lat, place.lon)
        r, c = surface.at(east, north)
        inside = 0 <= r < surface.z.shape[0] and 0 <= c < surface.z.shape[1]
        base = float(surface.z[int(r), int(c)]) if inside else float(np.median(surface.z))
    else:
        from pyproj import Transformer

        frame = f"+proj=aeqd +lat_0={place.lat} +lon_0={place.lon} +datum=WGS84 +units=m"
        change = Transformer.from_crs("EPSG:4326", frame, always_xy=True)
        east, north, base = 0.0, 0.0, 0.0

        def local(lat: float, lon: float) -> tuple[float, float]:
            x, y = change.transform(lon, lat)
            return float(x), float(y)

    spot = (east, north, place.error_m)
    if row.path:
        file = root / row.path
        if file.suffix.lower() == ".csv":
            from blindspot.measure.coverage.reading import read_path

            return read_path(file, local), spot, base
        from blindspot.measure.coverage.clips import path_from_clip

        return path_from_clip(file, local), spot, base
    if row.orbit_km is None or row.altitude_m is None:
        return None, spot, base
    return orbit(spot, row.orbit_km, row.altitude_m, base), spot, base


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


def _sight(
    surface: Surface,
    path: Path,
    spot: tuple[float, float, float],
    height: float,
    error: float,
    executor: Executor | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest share of the place in sight at each position, the surface's height error included."""
    from blindspot.measure.coverage.horizon import horizons
    from blindspot.measure.coverage.sight import place_in_sight

    found = []
    for shift, end in ((-error, 0), (error, 2)):
        cut = _around(surface, spot, path)
        maps = horizons(cut, height + shift, executor=executor)
        found.append(place_in_sight(cut, maps, path.positions, spot[0], spot[1], spot[2])[end])
    return found[0], found[1]


def _around(surface: Surface, spot: tuple[float, float, float], path: Path) -> Surface:
    """The part of the surface that can hide the place: as far as its highest point reaches at the lowest elevation."""
    from blindspot.measure.coverage.surface import Surface as Part

    row, column = surface.at(spot[0], spot[1])
    distance = np.hypot(path.east - spot[0], path.north - spot[1])
    low = float(np.min((path.up - surface.z.max()) / np.maximum(distance, 1.0)))
    reach = (surface.z.max() - surface.z.min()) / max(low, 1e-3) + 2 * spot[2] + 10 * surface.cell
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
    )
