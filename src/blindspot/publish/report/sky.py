"""How long could an aircraft be there, by which way, and what did it cost to lose those who say where to look?

Figures of flights for the page: the round of one aircraft, the routes round closed airspace, the search with and without a
cue. Hypothetical bases stand in the tables only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from blindspot.case.scales import between
from blindspot.publish.report.figures import box, field, line, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blindspot.publish.report.tables import Records

Record = dict[str, Any]
ROUND_H = 72.0  # hours that the round of one aircraft is drawn over
WIDE, HIGH, EDGE = 400.0, 300.0, 14.0  # frame of the route map, its margin


def flight_tables(sorties: Mapping[str, Any]) -> dict[str, Records]:
    """`sorties`, `statements_tested`, `orbits`, `cueing`, `looked_at`; empty where the stage had nothing to read."""
    cue = sorties.get("cueing") or {}
    return {
        "sorties": [_route(r) for r in sorties.get("routes", ())],
        "statements_tested": [_statement(s) for s in sorties.get("statements", ())],
        "orbits": [
            {
                **_whose(o), "aircraft_in_fleet": c["m"],
                "share_low": c["share"][0], "share_high": c["share"][1],
                "unwatched_h_low": c["hours_unwatched_per_day"][0], "unwatched_h_high": c["hours_unwatched_per_day"][1],
            }
            for o in sorties.get("orbits", ())
            for c in o["cover"]
        ],
        "cueing": [_ends(r, [k for k in r if k != "hours"]) for r in cue.get("curve", ())],
        "looked_at": [_ends({**_whose(r), "aircraft_in_fleet": r["m"], **r}, ["cued", "uncued"], drop=("m",)) for r in cue.get("looked_at", ())],
    }  # fmt: skip


def flights(sorties: Mapping[str, Any]) -> dict[str, Any]:
    """What the section draws of flights; empty where there are none."""
    if not sorties.get("routes"):
        return {}
    tested = [r for r in sorties["routes"] if r["place"] == sorties["tested_place"]]
    real = [r for r in tested if r["phase"] and not r["phase"].startswith("hypo")] or tested
    cue = sorties["cueing"]
    return {
        "place": tested[0]["place_name"],
        "rounds": [
            {"base": r["base_name"], "aircraft": r["aircraft"], "phase": r["phase"], "figure": one_aircraft(r, sorties["turnaround_h"]), "said": _said(r)}
            for r in real
        ],
        "hours": ROUND_H,
        "unwatched": [
            {"base": next(r["base_name"] for r in tested if r["base"] == o["base"]), "aircraft": o["aircraft"], "phase": o["phase"],
             "cells": [spread(c["hours_unwatched_per_day"]) for c in o["cover"]]}
            for o in sorties["orbits"]
            if not o["phase"].startswith("hypo")
        ],
        "map": route_map(tested, sorties["closed"]),
        "bases": _bases(tested),
        "cue": None if cue is None else _cue(cue, sorties),
        "together": sorties["together"][:2],
        "implies": {s["id"]: [_implied(i) for i in s["implies"]] for s in sorties["statements"]},
        "assumptions": sorties["assumptions"],
    }  # fmt: skip


def one_aircraft(r: Record, turnaround: Sequence[float]) -> Markup:
    """The round of one aircraft at the middle of its ranges: flying there, on station (green), flying back, on the ground."""
    out, stay = sum(r["hours_range"]) / 2, sum(r["on_station_h"]) / 2
    steps = (("transit", out), ("stop", stay), ("transit", out), ("", sum(turnaround) / 2))
    body, at = [], 0.0
    while at < ROUND_H and sum(h for _, h in steps) > 0:
        for style, hours in steps:
            end = min(at + hours, ROUND_H)
            if style and end > at:
                body.append(box(100 * at / ROUND_H, 100 * end / ROUND_H, 3, 12, style))
            at += hours
    body += [line(100 * h / ROUND_H, 0, 18, "grid") for h in range(0, int(ROUND_H) + 1, 24)]
    label = f"{r['base_name']}, {r['aircraft']}: {_said(r)}"
    return field(label, 18, body)


def search(cue: Record) -> Markup:
    """P(found) by hours of search: bands with a cue and without; each law at each end as a thin line."""
    rows = cue["curve"]
    longest = rows[-1]["hours"] or 1.0
    height = 180.0

    def points(key: str, side: int) -> list[str]:
        return [f"{r['hours'] / longest:.4f},{1 - r[key][side]:.4f}" for r in rows]

    shapes = [f'<line class="grid" x1="0" x2="1" y1="{y}" y2="{y}"/>' for y in (0, 0.25, 0.5, 0.75, 1)]
    for key, style in (("cued", "cued"), ("uncued", "uncued")):
        shapes.append(f'<polygon class="{style}" points="{" ".join(points(key, 1) + points(key, 0)[::-1])}"/>')
        for law in ("exponential", "inverse_cube"):
            kind = "line thin" if law == "exponential" else "line thin dashed"
            shapes += [
                f'<polyline class="{kind} {style}-line" points="{" ".join(points(f"{key}_{law}", side))}"/>'
                for side in (0, 1)
            ]
    inner = f'<svg x="0" y="4" width="100%" height="{height:g}" viewBox="0 0 1 1" preserveAspectRatio="none">{"".join(shapes)}</svg>'
    ticks = [
        f'<text class="s" x="100%" y="{4 + height * (1 - p) + 4:g}" text-anchor="end">{100 * p:.0f}</text>'
        for p in (0, 0.5, 1)
    ]
    hours = [
        text(
            100 * h / longest,
            height + 22,
            f"{h:.0f} h",
            "s",
            "start" if h == 0 else "end" if h == longest else "middle",
        )
        for h in (0, longest / 4, longest / 2, 3 * longest / 4, longest)
    ]
    half = next((r for r in rows if r["hours"] >= longest / 4), rows[-1])
    label = (
        f"Chance of finding over {longest:.0f} hours of search. After {half['hours']:g} hours: with a cue {between(*half['cued'])},"
        f" without {between(*half['uncued'])}."
    )
    axis = field("", height + 28, ticks, "ticks", decoration=True)
    return Markup('<div class="plot">{}{}</div>').format(axis, field(label, height + 28, [inner, *hours]))


def route_map(routes: Sequence[Record], closed: Sequence[Record]) -> Markup:
    """The routes to one place round closed airspace, numbered at their bases, in a plane in which geodesics are nearly straight."""
    from pyproj import Transformer
    from shapely.geometry import Polygon

    from blindspot.measure.coverage.borders import country

    whole = _once(routes)
    ends = [p for r in whole for p in r["points"]]
    lon, lat = (sum(p[i] for p in ends) / len(ends) for i in (0, 1))
    plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=gnom +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=km", always_xy=True
    )
    xs, ys = plane.transform([p[0] for p in ends], [p[1] for p in ends])
    unit = min((WIDE - 2 * EDGE) / max(max(xs) - min(xs), 1.0), (HIGH - 2 * EDGE) / max(max(ys) - min(ys), 1.0))
    x0, y0 = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2

    def at(p: Sequence[float]) -> tuple[float, float]:
        x, y = plane.transform(p[0], p[1])
        return WIDE / 2 + (x - x0) * unit, HIGH / 2 - (y - y0) * unit

    def joined(points: Sequence[Sequence[float]]) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, points) if abs(x) < 4000 and abs(y) < 4000)

    shapes = []
    for zone in closed:
        shape = country(zone["country"]) if zone["country"] else Polygon(zone["polygon"])
        for part in getattr(shape, "geoms", [shape]):
            shapes.append(f'<polygon class="closed" points="{joined(list(part.simplify(0.05).exterior.coords))}"/>')
    for r in whole:
        style = "route" if r["phase"].startswith("hypo") else "flight"
        shapes.append(f'<polyline class="{style}" points="{joined(r["points"])}"/>')
    marks = []
    for i, r in enumerate(whole, 1):
        x, y = at(r["points"][0])
        marks.append(f'<circle class="place" cx="{100 * x / WIDE:.2f}%" cy="{100 * y / HIGH:.2f}%" r="4"/>')
        marks.append(
            f'<text class="name" x="{100 * x / WIDE:.2f}%" y="{100 * y / HIGH:.2f}%" dx="7" dy="-5">{i}</text>'
        )
    label = "Routes: " + "; ".join(f"{i} {r['base_name']}, {r['km']:,.0f} km" for i, r in enumerate(whole, 1))
    inner = f'<svg viewBox="0 0 {WIDE:g} {HIGH:g}" width="100%" height="100%" overflow="hidden">{"".join(shapes)}</svg>'
    return Markup(  # noqa: S704  # numbers and escaped names only
        f'<svg class="map" role="img" aria-label="{escape(label)}">{inner}{"".join(marks)}</svg>'
    )


def _cue(cue: Record, sorties: Mapping[str, Any]) -> Record:
    real = [r for r in cue["looked_at"] if not r["phase"].startswith("hypo") and r["m"] in {1, 4}]
    names = {r["base"]: r["base_name"] for r in sorties["routes"]}
    return {
        "ratio": spread(cue["area_ratio"], "g"),
        "basis": cue["basis"],
        "figure": search(cue),
        "rows": [
            {**r, "base": names[r["base"]], "cued": between(*r["cued"]), "uncued": between(*r["uncued"])} for r in real
        ],
    }


def _said(r: Record) -> str:
    flown = [x for x in r["flight_h_per_station_h"] if x is not None]
    cost = f"; {spread([min(flown), max(flown)])} hours flown per hour there" if flown else ""
    return (
        f"{between(*r['transit_share'])} of the flight in transit, {spread(r['on_station_h'])} h on station, "
        f"{_crew(r['aircraft_for_orbit'])} for one orbit{cost if len(flown) == 2 else ''}"
    )


def _crew(pair: Sequence[int | None]) -> str:
    few, many = pair
    if few is None:
        return "cannot reach it: no number of aircraft"
    return f"{few} or more aircraft" if many is None else f"{spread([few, many], 'd')} aircraft"


def spread(pair: Sequence[Any], form: str = ".1f") -> str:
    """Two numbers as a range: "2 to 7", or one where both read the same."""
    low, high = (format(x, form) for x in pair)
    return low if low == high else f"{low} to {high}"


def _implied(i: Record) -> str:
    return f"{i['share']:.0%} from {i['base']} at {i['speed_kmh']:.0f} km/h is {i['endurance_h']:.1f} h in the air"


def _against(s: Record) -> str:
    pairs = [a for a in s["against"] if len(a["ids"]) == 1]
    return ", ".join(f"{a['ids'][0]} (off by {a['factor'] - 1:.0%})" for a in pairs)


def _once(routes: Sequence[Record]) -> Records:
    return list({r["base"]: r for r in reversed(routes)}.values())[::-1]


def _bases(tested: Sequence[Record]) -> Records:
    return [
        {"name": r["base_name"], "km": f"{r['km']:,.0f}", "phase": r["phase"] or "no period given"}
        for r in _once(tested)
    ]


def _whose(r: Record) -> Record:
    return {"base": r["base"], "phase": r["phase"], "aircraft": r["aircraft"]}


def _ends(row: Record, keys: Sequence[str], drop: Sequence[str] = ()) -> Record:
    """A record with each pair as two columns."""
    found = {k: v for k, v in row.items() if k not in keys and k not in drop}
    return found | {f"{k}_{end}": row[k][i] for k in keys for i, end in enumerate(("low", "high"))}


def _route(r: Record) -> Record:
    few, many = r["aircraft_for_orbit"]
    return {
        "base": r["base_name"],
        "aircraft": r["aircraft"],
        "phase": r["phase"],
        "place": r["place"],
        "km": r["km"],
        "transit_share_low": r["transit_share"][0],
        "transit_share_high": r["transit_share"][1],
        "on_station_h_low": r["on_station_h"][0],
        "on_station_h_high": r["on_station_h"][1],
        "aircraft_low": few,
        "aircraft_high": many,
        "flight_h_per_station_h_low": r["flight_h_per_station_h"][0],
        "flight_h_per_station_h_high": r["flight_h_per_station_h"][1],
        "reach": r["reach"],
    }


def _statement(s: Record) -> Record:
    return {
        "id": s["id"],
        "speaker": s["speaker"],
        "says": s["says"],
        "holds": s["holds"],
        "why": s["why"],
        "needs": s["needs"],
        "unit": s["needs_unit"],
        "with": ";".join(s["with"]),
        "against": _against(s),
    }
