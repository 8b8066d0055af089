"""watch.csv -> per place: what was in view and when, why not otherwise, and the chance that a person was noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import CaseError, Problem, UsageError, Where
from blindspot.measure.coverage.canyon import drawn_share, in_shade, line_of_sight, sun
from blindspot.measure.coverage.cells import ground_seen
from blindspot.measure.coverage.looks import InView
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
from blindspot.measure.coverage.seen import Interval, timeline
from blindspot.measure.coverage.vantage import around, blocks, in_sight, path_of, shortfall, surface_of
from blindspot.quantities import Range

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from blindspot.case.rows import Place
    from blindspot.case.watch import Watch
    from blindspot.measure.coverage.cells import Ground
    from blindspot.measure.coverage.surface import Surface

PERSONS = {"adult": (ADULT, 1.7), "child": (CHILD, 1.1)}  # critical dimension, height: metres


@dataclass(frozen=True, slots=True)
class WatchView:
    """One watch: its factors for an adult and a child, its intervals (empty without a path), where the sun stood."""

    id: str
    factors: dict[str, tuple[Factor, ...]]
    intervals: tuple[Interval, ...]
    sun: tuple[float, float] | None
    shares: NDArray[np.float64] | None = None  # blind-spot map: share of positions in sight, in blocks of open ground
    block_m: float = 0.0
    ground: Ground | None = None  # blocks of ground over time, where there is a path
    surface: Surface | None = None  # the part that can hide the place: where the blocks lie
    over_time: tuple[
        tuple[float, float, NDArray[np.float64]], ...
    ] = ()  # start, end, shares: stretches of a path with times


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
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[PlaceView, ...]:
    """Every place that watch.csv names, sorted; `progress` is told each step. Raises CaseError with every row that cannot be worked out."""
    problems: list[Problem] = []
    views: dict[str, list[tuple[WatchView, Watch]]] = {}
    cache: dict[tuple[str, ...], Surface] = {}
    steps = _Steps(progress, sum(_steps(row) for row in watches.values()))
    for key, row in watches.items():
        try:
            views.setdefault(row.place, []).append((_view(root, row, places[row.place], cache, executor, steps), row))
        except CaseError as error:
            problems += error.problems
        except UsageError as error:
            problems.append(Problem(where[key], str(error)))
        except FileNotFoundError as error:
            problems.append(Problem(where[key], "names a file that is not there", str(error.filename)))
    if problems:
        raise CaseError(problems)
    return tuple(_place(key, views[key]) for key in sorted(views))


@dataclass(slots=True)
class _Steps:
    """Tells each step of the watches as it begins."""

    progress: Callable[[str], None]
    total: int
    begun: int = 0

    def __call__(self, what: str) -> None:
        self.progress(f"{what} ({self.begun} of {self.total} done)")
        self.begun += 1


def _steps(row: Watch) -> int:
    """How many steps a watch will tell: reading; and over a surface two persons, the map, and with a path the ground over time."""
    return 1 if not row.surface else 5 if row.path else 4


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
    cache: dict[tuple[str, ...], Surface],
    executor: Executor | None,
    step: _Steps,
) -> WatchView:
    step(f"{row.id}: reading")
    surface = surface_of(root, row, place, cache)
    path, spot, base = path_of(root, row, place, surface)
    short = "" if surface is None or path is None else shortfall(surface, spot, path)
    intervals: tuple[Interval, ...] = ()
    factors: dict[str, tuple[Factor, ...]] = {}
    position = None
    if row.start is not None and row.shade is not None:
        middle = row.start.start + ((row.end.end if row.end else row.start.end) - row.start.start) / 2
        position = sun(middle, place.lat, place.lon)
    for kind, (size, height) in PERSONS.items():
        sight = None
        if surface is not None and path is not None:
            step(f"{row.id}: line of sight to {'an adult' if kind == 'adult' else 'a child'}")
            sight = in_sight(surface, path, spot, height, row.height_error_m or 0.0, executor)
        if row.path and path is not None and row.start and row.end:
            window = (row.start.start.timestamp(), row.end.end.timestamp())
            bounds = sight or (np.zeros(len(path.time)), np.ones(len(path.time)))
            found = timeline(path, spot, bounds, window, size, row.pointing_error_m or 0.0, ground_m=base)
            intervals = found if kind == "adult" else intervals
            watched: Sequence[Factor] = [_watched(found, row)]
        else:
            watched = _stated(row)
        factors[kind] = (*watched, *_each_look(row, size, height, sight, position, short))
    if not factors["adult"]:
        raise UsageError(
            "bounds nothing of what could be seen; give at least one of on_station, in_view, line_of_sight, setting, gsd_m, attention"
        )
    if surface is None or path is None:
        return WatchView(row.id, factors, intervals, position)
    size, height = PERSONS["adult"]
    part = around(surface, spot, path)
    step(f"{row.id}: blind spots")
    shares, block, over_time = blocks(part, path, height, executor, timed=bool(row.path))
    ground = None
    if row.path and row.start and row.end:
        step(f"{row.id}: every piece of ground")
        window = (row.start.start.timestamp(), row.end.end.timestamp())
        ground = ground_seen(part, path, window, height, size, row.pointing_error_m or 0.0)
    return WatchView(row.id, factors, intervals, position, shares, block, ground, part, over_time)


def _stated(row: Watch) -> list[Factor]:
    pairs = (("on station", row.on_station), ("in view", row.in_view))
    return [Factor(name, r, row.basis) for name, r in pairs if r is not None]


def _watched(intervals: tuple[Interval, ...], row: Watch) -> Factor:
    """When, and for what share of the window, the place was on station, in the footprint and not unattended."""
    off = {"not on station", "no record", "not pointed", "not attended"}
    # What may have been hidden or too coarse was in the picture all the same; sight and resolution are factors of their own. So is
    # attention: where the row states it, a path that does not say whether anybody watched leaves nothing more open.
    at_most = [i for i in intervals if i.reason not in off or i.state == "perhaps"]
    surely = [i for i in at_most if i.reason not in off or (i.reason == "not attended" and row.attention is not None)]
    view = InView((intervals[0].start, intervals[-1].end), _merged(surely), _merged(at_most), row.looks_apart_s)
    least = (row.looks.low - 1) * row.looks_apart_s.low if row.looks and row.looks_apart_s else 0.0
    if least > view.length:
        raise UsageError(
            f"{row.looks} looks {row.looks_apart_s} s apart take at least {least:,.0f} s, from start to end there are {view.length:,.0f} s"
        )
    return Factor(
        "on station and pointed",
        view.share,
        f"share of the time, from {row.path}",
        each_look=True,  # a look falls at any moment of the window
        view=view,
    )


def _merged(intervals: list[Interval]) -> tuple[tuple[float, float], ...]:
    """From when to when, those that touch as one."""
    found: list[tuple[float, float]] = []
    for i in intervals:
        found.append((found.pop()[0] if found and found[-1][1] == i.start else i.start, i.end))
    return tuple(found)


def _each_look(
    row: Watch,
    size: float,
    height: float,
    sight: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    position: tuple[float, float] | None,
    short: str,
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
        basis = f"line of sight over {row.surface}, share of open ground and positions{short}"
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
