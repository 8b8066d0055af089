"""sorties.toml -> every route, sortie, orbit and statement of a case, as typed results and as plain tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import CaseError, Problem, UsageError, Where
from blindspot.measure.coverage.aircraft import HOUR, KMH, Aircraft
from blindspot.measure.coverage.borders import airport, country
from blindspot.measure.coverage.claims import Answer, Feasible, Limits, Statement, solve
from blindspot.measure.coverage.fleet import Plan, simulate_cover
from blindspot.measure.coverage.routes import Route, closed_zone, shortest_routes
from blindspot.measure.coverage.search import cueing_curve, share_looked_at
from blindspot.measure.coverage.sorties import Sortie, sortie
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from blindspot.case.sorties import Plane, Said, Sorties

SIMULATED = 20_000  # sorties per corner: the share of time then stands to about half a point


@dataclass(frozen=True, slots=True)
class Orbit:
    """Cover of the tested place by m aircraft from one base: share of time, best and worst corner of the ranges."""

    base: str
    phase: str
    aircraft: str
    covered: tuple[Range, ...]  # m = 1, 2, ...


@dataclass(frozen=True, slots=True)
class Overview:
    """All that sorties.toml implies."""

    routes: dict[tuple[str, str], Route]
    sorties: tuple[Sortie, ...]
    orbits: tuple[Orbit, ...]
    answers: tuple[Answer, ...]
    sets: tuple[Feasible, ...]


def overview(
    file: Sorties,
    places: dict[str, tuple[float, float]],
    executor: Executor | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Overview:
    """Routes, sorties, orbits and statements. `places`: those of places.csv as (lat, lon); `progress` is told each step.

    Raises CaseError with every airfield and country that is not known, UsageError where no route can be.
    """
    progress("routes round closed airspace")
    bases, zones = _placed(file)
    watched = {p.id: (p.lat, p.lon) if p.lat is not None and p.lon is not None else places[p.id] for p in file.places}
    routes = shortest_routes(bases, watched, zones)
    planes = [aircraft(p) for p in file.aircraft]
    sorties = tuple(
        sortie(routes[b, p], plane, file.turnaround_h)
        for plane in planes
        for p in sorted(watched, key=lambda key: (key != file.place, list(watched).index(key)))
        for b in bases
    )
    phases = {b.id: b.phase for b in file.base}
    pairs = [(plane, b) for plane in planes for b in bases]
    orbits = []
    for k, (plane, b) in enumerate(pairs):
        progress(f"relief on station, {plane.id} from {b} ({k} of {len(pairs)} done)")
        orbits.append(Orbit(b, phases[b], plane.id, _covered(routes[b, file.place], plane, file, executor)))
    progress("public statements against one another")
    answers, sets = _statements(file, routes)
    return Overview(routes, sorties, tuple(orbits), answers, sets)


def _placed(file: Sorties) -> tuple[dict[str, tuple[float, float]], list[Any]]:
    """Where the bases lie, and what is closed."""
    bases, zones, problems = {}, [], []
    for i, b in enumerate(file.base):
        try:
            bases[b.id] = airport(b.icao) if b.lat is None or b.lon is None else (b.lat, b.lon)
        except UsageError as error:
            problems.append(Problem(Where("sorties.toml", None, f"base.{i}.icao"), str(error)))
    for i, c in enumerate(file.closed):
        try:
            zones.append(_zone(c))
        except UsageError as error:
            problems.append(Problem(Where("sorties.toml", None, f"closed.{i}.country"), str(error)))
    if problems:
        raise CaseError(problems)
    return bases, zones


def aircraft(row: Plane) -> Aircraft:
    """The aircraft of a row, speeds in m/s."""
    best = row.best_speed_kmh
    return Aircraft(
        row.id,
        row.name,
        row.endurance_h,
        _speed(row.speed_kmh),
        row.reserve_h,
        None if best is None else _speed(best),
        tuple((p.speed_kmh * KMH, p.endurance_h) for p in row.point),
    )


def _speed(kmh: Range) -> Range:
    return Range(kmh.low * KMH, kmh.high * KMH)


def _zone(closed: Any) -> Any:
    from shapely.geometry import Polygon

    shape = country(closed.country) if closed.country else Polygon(closed.polygon)
    return closed_zone(shape, closed.standoff_km * 1000)


def _covered(route: Route, plane: Aircraft, file: Sorties, executor: Executor | None) -> tuple[Range, ...]:
    """Share of time covered by 1, 2, ... aircraft at the worst and the best corner of the ranges."""
    speeds = np.linspace(plane.speed.low, plane.speed.high, 65)
    transit = 2 * route.metres / speeds / HOUR
    stays = {best: plane.rate(speeds, best) * transit for best in plane.best_speeds()}
    worst = max((float(b.max()), float(transit[b.argmax()])) for b in stays.values())
    good = min((float(b.min()), float(transit[b.argmin()])) for b in stays.values())
    corners = (
        (worst, plane.endurance_h.low - plane.reserve_h.high, file.turnaround_h.high, file.abort.high),
        (good, plane.endurance_h.high - plane.reserve_h.low, file.turnaround_h.low, file.abort.low),
    )
    found: list[list[float]] = []
    for (burnt, hours), fuel, turnaround, abort in corners:
        if fuel <= burnt:
            found.append([0.0] * file.most_aircraft)
            continue
        plan = Plan(hours / 2, Range(fuel, fuel), burnt / hours, turnaround, abort=abort)
        found.append(
            [simulate_cover(plan, m, SIMULATED, executor=executor).covered for m in range(1, file.most_aircraft + 1)]
        )
    return tuple(Range(min(a, b), max(a, b)) for a, b in zip(*found, strict=True))


def _statements(file: Sorties, routes: dict[tuple[str, str], Route]) -> tuple[tuple[Answer, ...], tuple[Feasible, ...]]:
    rows = [s for s in file.statement if s.quantity != "context"]
    if not rows or file.limits is None:
        return (), ()
    named = {b for s in rows for b in s.base}
    tested = set(file.limits.bases) | named if file.limits.bases else {b.id for b in file.base}
    to_place = {b.id: routes[b.id, file.place] for b in file.base if b.id in tested}
    statements = [
        Statement(s.id, s.quantity, s.at_least or 0.0, np.inf if s.at_most is None else s.at_most, s.base) for s in rows
    ]
    return solve(
        statements, to_place, Limits(_speed(file.limits.speed_kmh), file.limits.endurance_h, file.turnaround_h)
    )


def sortie_tables(file: Sorties, found: Overview) -> dict[str, Any]:
    """The JSON of `blindspot sorties`: routes, statements, orbits, sets that hold together, cueing, assumptions."""
    names = {b.id: b for b in file.base}
    said = {s.id: s for s in file.statement}
    places = {p.id: p.name or p.id for p in file.places}
    routes = [
        {
            "base": s.base,
            "base_name": names[s.base].name,
            "phase": names[s.base].phase,
            "place": s.place,
            "place_name": places.get(s.place, s.place),
            "aircraft": s.aircraft,
            "km": round(s.km, 1),
            "hours": round(s.hours.middle, 2),
            "hours_range": _pair(s.hours, 2),
            "transit_share": _pair(s.transit_share, 4),
            "on_station_h": _pair(s.on_station_h, 2),
            "aircraft_for_orbit": list(s.aircraft_for_orbit),
            "flight_h_per_station_h": [None if x is None else round(x, 2) for x in s.flight_h_per_station_h],
            "reach": s.reach,
            "points": [list(p) for p in found.routes[s.base, s.place].points],
        }
        for s in found.sorties
    ]
    statements = [
        {
            "id": a.id,
            "holds": a.holds,
            "needs": None if a.needs is None else round(a.needs / KMH, 1),
            "needs_unit": "km/h over ground, at least",
            "limit": None if file.limits is None else file.limits.speed_kmh.high,
            "factor": round(a.stretch, 3) if np.isfinite(a.stretch) else None,
            "with": list(a.together),
            "against": [{"ids": list(ids), "factor": round(f, 3)} for ids, f in a.against if np.isfinite(f)],
            "base": a.base,
            "place": file.place,
            "says": said[a.id].summary,
            "speaker": said[a.id].speaker,
            "at_least": said[a.id].at_least,
            "at_most": said[a.id].at_most,
            "basis": said[a.id].basis,
            "why": _why(a, file, found),
            "implies": _implies(said[a.id], file, found),
        }
        for a in found.answers
    ]
    return {
        "tested_place": file.place,
        "turnaround_h": _pair(file.turnaround_h, 2),
        "routes": routes,
        "statements": statements,
        "orbits": [
            {
                "base": o.base,
                "phase": o.phase,
                "aircraft": o.aircraft,
                "cover": [
                    {
                        "m": m,
                        "share": _pair(c, 3),
                        "hours_unwatched_per_day": _pair(Range(24 * (1 - c.high), 24 * (1 - c.low)), 1),
                    }
                    for m, c in enumerate(o.covered, 1)
                ],
            }
            for o in found.orbits
        ],
        "together": [
            {
                "base": f.base,
                "ids": list(f.ids),
                "speed_kmh": _pair(Range(f.speed.low / KMH, f.speed.high / KMH), 1),
                "endurance_h": _pair(f.endurance_h, 2),
                "transit_share": _pair(f.share, 4),
                "takeoff_interval_h": _pair(f.interval_h, 2),
            }
            for f in found.sets
        ],
        "closed": [
            {"country": c.country, "polygon": [list(p) for p in c.polygon], "standoff_km": c.standoff_km}
            for c in file.closed
        ],
        "cueing": cueing(file, found),
        "context": [
            {"id": s.id, "says": s.summary, "speaker": s.speaker, "url": s.url}
            for s in file.statement
            if s.quantity == "context"
        ],
        "assumptions": assumptions(file),
    }


def cueing(file: Sorties, found: Overview) -> dict[str, Any] | None:
    """P(found) by hours with and without a cue, and the share of events ever looked at with m aircraft."""
    cue = file.cue
    if cue is None:
        return None
    hours = np.linspace(0, max(24.0, cue.event_h.high), 49)
    curve = cueing_curve(hours, cue.sweep_h, cue.area_ratio)
    one = Range(1.0, 1.0)
    return {
        "area_ratio": [cue.area_ratio.low, cue.area_ratio.high],
        "basis": cue.basis,
        "curve": [
            {"hours": round(float(t), 2)}
            | {
                name: [round(float(law["exponential"][0, i]), 4), round(float(law["inverse_cube"][1, i]), 4)]
                for name, law in (("cued", curve.cued), ("uncued", curve.uncued))
            }
            | {
                f"{name}_{key}": [round(float(x), 4) for x in found[:, i]]
                for name, law in (("cued", curve.cued), ("uncued", curve.uncued))
                for key, found in law.items()
            }
            for i, t in enumerate(curve.hours)
        ],
        "looked_at": [
            {
                "base": o.base,
                "phase": o.phase,
                "aircraft": o.aircraft,
                "m": m,
                "cued": _pair(share_looked_at(c, cue.event_h, cue.sweep_h, one), 4),
                "uncued": _pair(share_looked_at(c, cue.event_h, cue.sweep_h, cue.area_ratio), 4),
            }
            for o in found.orbits
            for m, c in enumerate(o.covered, 1)
        ],
    }


def assumptions(file: Sorties) -> list[dict[str, str]]:
    """Every number that the result rests on, with its basis."""
    rows = [
        {"what": "turnaround, hours", "value": str(file.turnaround_h), "basis": file.turnaround_basis},
        {"what": "share of sorties that turn back", "value": str(file.abort), "basis": file.abort_basis},
    ]
    for p in file.aircraft:
        rows += [
            {"what": f"{p.name}: hours in the air at best speed", "value": str(p.endurance_h), "basis": p.basis},
            {"what": f"{p.name}: transit speed, km/h", "value": str(p.speed_kmh), "basis": p.basis},
        ]
        if p.best_speed_kmh:
            rows.append(
                {
                    "what": f"{p.name}: best speed, km/h (fuel by the drag polar)",
                    "value": str(p.best_speed_kmh),
                    "basis": p.basis,
                }
            )
        rows.append({"what": f"{p.name}: fuel kept back, hours", "value": str(p.reserve_h), "basis": p.basis})
    rows += [
        {"what": f"closed: {c.country or 'polygon'}", "value": f"{c.standoff_km:g} km stand-off", "basis": c.basis}
        for c in file.closed
    ]
    if file.limits:
        rows.append(
            {
                "what": "limits of speed, km/h, and endurance, h",
                "value": f"{file.limits.speed_kmh}; {file.limits.endurance_h}",
                "basis": file.limits.basis,
            }
        )
    return rows


def _implies(said: Said, file: Sorties, found: Overview) -> list[dict[str, Any]]:
    """What a share of transit means: hours in the air that it stands for, 2 d / (v share), at each aircraft's middle speed."""
    share = said.at_most or said.at_least
    if said.quantity != "transit_share" or not share:
        return []
    tested = set(said.base) or (set(file.limits.bases) if file.limits else set()) or {b.id for b in file.base}
    speeds = sorted({round((p.speed_kmh.low + p.speed_kmh.high) / 2, 1) for p in file.aircraft})
    return [
        {
            "base": b.id,
            "share": share,
            "speed_kmh": v,
            "endurance_h": round(2 * found.routes[b.id, file.place].km / v / share, 1),
        }
        for b in file.base
        if b.id in tested
        for v in speeds
    ]


def _why(a: Answer, file: Sorties, found: Overview) -> str:
    if a.holds or a.base is None or file.limits is None:
        return "can hold" if a.holds else "names no base that is listed"
    km = 2 * found.routes[a.base, file.place].km
    if a.needs is None:
        return f"{a.base} to {file.place} and back is {km:,.0f} km: no speed makes this hold (off by a factor {a.stretch:.2f})"
    return (
        f"{a.base} to {file.place} and back is {km:,.0f} km: it needs {a.needs / KMH:,.0f} km/h, "
        f"the fastest is {file.limits.speed_kmh.high:,.0f} km/h"
    )


def _pair(r: Range, digits: int) -> list[float]:
    return [round(r.low, digits), round(r.high, digits)]
