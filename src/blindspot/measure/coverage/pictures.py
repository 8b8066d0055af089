"""Pictures of what could be seen: plain functions from the tables to SVG text, and the tables as CSV beside them.

No script, no outside file; colours of their own for light and dark; the unseen is hatched; every label stands on a row
of its own, so that none covers another.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from blindspot.case.store import write_text

if TYPE_CHECKING:
    from pathlib import Path

Rows = list[dict[str, Any]]
WIDTH = 1000
_STYLE = (
    "<style>text{font:14px system-ui,sans-serif;fill:#222}.s{font-size:12px;fill:#555}.axis,.grid{fill:none;stroke:#999}"
    ".grid{stroke:#ddd}.out{fill:#c9b27c}.on{fill:#3d7a74}.ground{fill:#e3e0d8}.band{fill:#3d7a74;opacity:.35}"
    ".band2{fill:#b5673b;opacity:.35}.line{fill:none;stroke:#3d7a74;stroke-width:2}.line2{fill:none;stroke:#b5673b;"
    "stroke-width:2;stroke-dasharray:6 4}.dot{fill:#222}.zone{fill:url(#h);stroke:#999}.hid{fill:url(#h)}.maybe{fill:#a9c7c3}"
    "@media(prefers-color-scheme:dark){text{fill:#eee}.s{fill:#bbb}.dot{fill:#eee}.grid{stroke:#444}.ground{fill:#3a3833}}"
    "</style><defs><pattern id='h' width='6' height='6' patternUnits='userSpaceOnUse' patternTransform='rotate(45)'>"
    "<path d='M0 0V6' stroke='#999' stroke-width='2'/></pattern></defs>"
)


def write_pictures(name: str, found: dict[str, Any], folder: Path) -> list[Path]:
    """Every picture and table of one verb's result, in a folder; each file is written whole or not at all."""
    files: dict[str, str] = {}
    if name == "sorties":
        files = {
            "route-map.svg": route_map(found),
            "sortie-clock.svg": sortie_clock(found),
            "unwatched.svg": unwatched(found),
            "routes.csv": table([{k: v for k, v in r.items() if k != "points"} for r in found["routes"]]),
            "statements.csv": table(found["statements"]),
            "orbits.csv": table(
                [
                    {"base": o["base"], "phase": o["phase"], "aircraft": o["aircraft"], **c}
                    for o in found["orbits"]
                    for c in o["cover"]
                ]
            ),
        }
        if found["cueing"]:
            files |= {
                "cueing.svg": cueing(found),
                "cueing.csv": table(found["cueing"]["curve"]),
                "looked-at.csv": table(found["cueing"]["looked_at"]),
            }
    for place in found.get("places", ()):
        if name == "coverage":
            files[f"timeline-{place['id']}.svg"] = timeline(place)
            files[f"factors-{place['id']}.csv"] = table(
                [{"watch": w["id"], **f} for w in place["watches"] for f in w["factors"]]
            )
            files[f"seen-{place['id']}.csv"] = table(
                [{"watch": w["id"], **i} for w in place["watches"] for i in w["seen"]]
            )
            for w in place["watches"]:
                if w["ground"]:
                    files[f"ground-{place['id']}-{w['id']}.csv"] = table(w["ground"])
                if w["map"]:
                    files[f"blind-spots-{place['id']}-{w['id']}.svg"] = blind_spots(place["id"], w["map"])
        else:
            files[f"present-{place['id']}.svg"] = histogram(place)
            files[f"present-{place['id']}.csv"] = table(place["distribution"])
    for c in found.get("counts", ()):
        stem = c["file"].rpartition("/")[2].removesuffix(".csv")
        files[f"counts-{stem}.csv"] = table([{"model": m["model"], **p} for m in c["models"] for p in m["parameters"]])
        files[f"counted-sites-{stem}.csv"] = table(
            [{"model": m["model"], **s} for m in c["models"] for s in m["sites"]]
        )
    for file, text in files.items():
        write_text(folder / file, text)
    return [folder / file for file in files]


def table(rows: Rows) -> str:
    """Rows as CSV; a range becomes `low-high`, a list is joined by semicolons."""
    out = io.StringIO()
    columns = list(dict.fromkeys(key for row in rows for key in row))
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: _cell(v) for k, v in row.items()} for row in rows)
    return out.getvalue()


def route_map(found: dict[str, Any]) -> str:
    """The routes to the tested place round closed airspace, in a plane in which geodesics are nearly straight."""
    from pyproj import Transformer
    from shapely.geometry import Polygon

    from blindspot.measure.coverage.borders import country

    routes = _once([r for r in found["routes"] if r["place"] == found["tested_place"]])
    points = [p for r in routes for p in r["points"]]
    lon, lat = (sum(p[i] for p in points) / len(points) for i in (0, 1))
    plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=gnom +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=km", always_xy=True
    )
    xy = [plane.transform(*p) for p in points]
    left, right = min(x for x, _ in xy) - 150, max(x for x, _ in xy) + 150
    low, high = min(y for _, y in xy) - 150, max(y for _, y in xy) + 150
    k = (WIDTH - 20) / (right - left)
    height = k * (high - low)

    def place(p: tuple[float, float]) -> str:
        x, y = plane.transform(*p)
        return f"{10 + (x - left) * k:.1f},{10 + (high - y) * k:.1f}"

    body = [
        (
            "<clipPath id='m'><rect x='10' y='10' "
            f"width='{WIDTH - 20}' height='{height:.0f}'/></clipPath><g clip-path='url(#m)'>"
        )
    ]
    for zone in found["closed"]:
        shape = country(zone["country"]) if zone["country"] else Polygon(zone["polygon"])
        for part in getattr(shape, "geoms", [shape]):
            body.append(
                f"<polygon class='zone' points='{' '.join(place(p) for p in part.simplify(0.05).exterior.coords)}'/>"
            )
    for r in routes:
        kind = "line2" if r["phase"].startswith("hypo") else "line"
        body.append(f"<polyline class='{kind}' points='{' '.join(place(tuple(p)) for p in r['points'])}'/>")
    body.append("</g>")
    for i, r in enumerate(routes):
        x, y = place(tuple(r["points"][0])).split(",")
        body.append(f"<circle class='dot' cx='{x}' cy='{y}' r='4'/>" + _text(float(x) + 7, float(y) - 7, str(i + 1)))
        body.append(
            _text(
                14,
                height + 40 + 20 * i,
                f"{i + 1}  {r['base_name']}: {r['km']:,.0f} km, {_band(r['hours_range'])} h one way ({r['phase'] or 'no period given'})",
            )
        )
    body.append(_text(14, height + 40 + 20 * len(routes), "hatched: closed airspace; dashed: hypothetical bases", "s"))
    return _svg(height + 60 + 20 * len(routes), "Routes from the bases to the place, round closed airspace", body)


def sortie_clock(found: dict[str, Any]) -> str:
    """One flight from each base on a scale of hours: way out, on station, way back, at the middle of the ranges."""
    rows = [
        r
        for r in found["routes"]
        if r["place"] == found["tested_place"] and r["phase"] and not r["phase"].startswith("hypo")
    ]
    longest = max([2 * r["hours_range"][1] + r["on_station_h"][1] for r in rows], default=1.0)
    k = (WIDTH - 40) / max(longest, 24)
    body = []
    for i, r in enumerate(rows):
        y = 24 + 62 * i
        out, stay = sum(r["hours_range"]) / 2, sum(r["on_station_h"]) / 2
        body.append(
            _text(
                20,
                y,
                f"{r['base_name']}, {r['aircraft']} ({r['phase']}): {_band(r['transit_share'], '.0%')} of the flight in transit, {_band(r['on_station_h'])} h on station",
            )
        )
        for kind, start, width in (("out", 0, out), ("on", out, stay), ("out", out + stay, out)):
            body.append(
                f"<rect class='{kind}' x='{20 + k * start:.1f}' y='{y + 8}' width='{max(k * width, 0.5):.1f}' height='18'/>"
            )
    y = 24 + 62 * len(rows)
    body += [f"<path class='axis' d='M20 {y}H{WIDTH - 20}'/>"]
    body += [
        _text(20 + k * h, y + 18, f"{h} h", "s", "middle" if h else "start")
        for h in range(0, int(max(longest, 24)) + 1, 6)
    ]
    body.append(_text(20, y + 38, "sand: in transit; green: on station; middle of each range", "s"))
    return _svg(y + 50, "One flight from each base: transit and time on station", body)


def unwatched(found: dict[str, Any]) -> str:
    """Hours of each day in which no aircraft is over the place, by number of aircraft, before and after."""
    rows = [o for o in found["orbits"] if not o["phase"].startswith("hypo")]
    k = (WIDTH - 120) / 24
    body: list[str] = []
    y = 24.0
    for o in rows:
        body.append(_text(20, y, f"{o['base']}, {o['aircraft']} ({o['phase']})"))
        for c in o["cover"]:
            lo, hi = c["hours_unwatched_per_day"]
            y += 20
            body.append(_text(90, y + 4, f"{c['m']}", "s", "end"))
            body.append(
                f"<path class='grid' d='M100 {y}H{100 + 24 * k}'/><rect class='band2' x='{100 + k * lo:.1f}' y='{y - 6}' width='{max(k * (hi - lo), 2):.1f}' height='12'/>"
            )
        y += 34
    body += [_text(100 + k * h, y, f"{h} h", "s", "middle") for h in range(0, 25, 6)]
    body.append(_text(20, y + 20, "aircraft on the left; bars: worst to best corner of the ranges", "s"))
    return _svg(y + 34, "Hours of a day without an aircraft, by number of aircraft", body)


def cueing(found: dict[str, Any]) -> str:
    """P(found) by hours of search, with a cue (green) and without (rust)."""
    rows = found["cueing"]["curve"]
    longest = max(rows[-1]["hours"], 1e-9)

    def line(key: str, side: int) -> list[str]:
        return [f"{60 + (WIDTH - 90) * r['hours'] / longest:.1f},{300 - 270 * r[key][side]:.1f}" for r in rows]

    body = [
        f"<path class='grid' d='M60 {300 - 270 * p}H{WIDTH - 30}'/>" + _text(52, 304 - 270 * p, f"{p:.0%}", "s", "end")
        for p in (0, 0.25, 0.5, 0.75, 1)
    ]
    for key, kind in (("cued", "band"), ("uncued", "band2")):
        body.append(f"<polygon class='{kind}' points='{' '.join(line(key, 1) + line(key, 0)[::-1])}'/>")
    body += [
        _text(60 + (WIDTH - 90) * h / longest, 320, f"{h:.0f} h", "s", "middle") for h in (0, longest / 2, longest)
    ]
    low, high = found["cueing"]["area_ratio"]
    body.append(
        _text(
            60,
            344,
            f"green: with someone who says where to look; rust: without, the area being {low:g} to {high:g} times as large",
            "s",
        )
    )
    return _svg(356, "Chance of finding, with and without a cue", body)


def timeline(place: dict[str, Any]) -> str:
    """When a place was seen, perhaps seen, or not seen and why; a bar per watch and a line per interval."""
    body: list[str] = []
    y = 26.0
    kinds = {"seen": "on", "perhaps": "maybe", "not seen": "hid"}
    for w in place["watches"]:
        spans = w["seen"]
        body.append(
            _text(
                20, y, f"{w['id']}" + ("" if spans else ": no sensor path, so no moments; factors stand in the table")
            )
        )
        if spans:
            start, end = _seconds(spans[0]["start"]), _seconds(spans[-1]["end"])
            k = (WIDTH - 40) / max(end - start, 1)
            for s in spans:
                x = 20 + k * (_seconds(s["start"]) - start)
                body.append(
                    f"<rect class='{kinds[s['state']]}' x='{x:.1f}' y='{y + 8}' width='{max(k * (_seconds(s['end']) - _seconds(s['start'])), 0.5):.1f}' height='18'/>"
                )
            body += [_text(20, y + 42, spans[0]["start"], "s"), _text(WIDTH - 20, y + 42, spans[-1]["end"], "s", "end")]
            for j, (name, hours) in enumerate(w["hours"].items()):
                body.append(_text(20, y + 64 + 18 * j, f"{name}: {60 * hours:.1f} min", "s"))
            y += 64 + 18 * len(w["hours"])
        y += 30
    o = place["opportunity"]
    body.append(
        _text(20, y, f"a person in the open is noticed with {o['median']:.0%} [{o['low']:.0%}-{o['high']:.0%}]")
    )
    body.append(_text(20, y + 20, "green: seen; pale: perhaps; hatched: not seen", "s"))
    return _svg(y + 34, f"When {place['id']} was seen", body)


def blind_spots(name: str, shares: dict[str, Any]) -> str:
    """The ground by share of positions from which it is in line of sight; hatched = built over or never."""
    rows = shares["seen_share"]
    size = 640 / max(len(rows), len(rows[0]))
    body = []
    for i, row in enumerate(rows):
        for j, share in enumerate(row):
            at = f"x='{20 + j * size:.1f}' y='{20 + i * size:.1f}' width='{size + 0.2:.1f}' height='{size + 0.2:.1f}'"
            body.append(f"<rect class='hid' {at}/>" if not share else f"<rect class='on' {at} opacity='{share:.2f}'/>")
    height = 30 + size * len(rows)
    body.append(
        _text(
            20,
            height + 20,
            f"a cell is {shares['block_m']:g} m; the darker, the larger the share of the sensor's positions that see a person there",
        )
    )
    body.append(_text(20, height + 42, "hatched: in line of sight from nowhere, or built over; north is up", "s"))
    return _svg(height + 56, f"Blind spots at {name}", body)


def histogram(place: dict[str, Any]) -> str:
    """How many were present: before anything was seen (outline) and after (filled)."""
    rows = place["distribution"]
    top = max(max(r["before"], r["after"]) for r in rows)
    k, step = 240 / top, (WIDTH - 80) / len(rows)
    body = []
    for i, r in enumerate(rows):
        x = 50 + step * i
        body.append(
            f"<rect class='band' x='{x:.1f}' y='{270 - k * r['after']:.1f}' width='{step * 0.8:.1f}' height='{k * r['after']:.1f}'/>"
        )
        body.append(f"<path class='axis' d='M{x:.1f} {270 - k * r['before']:.1f}h{step * 0.8:.1f}'/>")
        if i % max(1, len(rows) // 12) == 0:
            body.append(_text(x + step * 0.4, 288, str(r["n"]), "s", "middle"))
    seen = "nothing was looked at" if place["seen"] is None else f"{place['seen']} noticed"
    body.append(_text(50, 312, f"number present at {place['id']}; line: before, filled: after ({seen})"))
    lr = place["lr_none_seen"]
    body.append(_text(50, 334, f"'none seen' speaks for an empty place by a factor of {lr[0]:.2g} to {lr[1]:.2g}", "s"))
    return _svg(346, f"Number of people present at {place['id']}", body)


def _once(routes: Rows) -> Rows:
    return list({r["base"]: r for r in reversed(routes)}.values())[::-1]


def _svg(height: float, label: str, body: list[str]) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height:.0f}' role='img' "
        f'aria-label="{escape(label, {chr(34): "&quot;"})}"><title>{escape(label)}</title>{_STYLE}{"".join(body)}</svg>\n'
    )


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    return f"<text class='{style}' x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'>{escape(text)}</text>"


def _band(pair: list[float], form: str = ".1f") -> str:
    return "-".join(dict.fromkeys(f"{x:{form}}" for x in pair))


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        numbers = len(value) == 2 and all(isinstance(v, int | float) for v in value)
        return "-".join(str(v) for v in value) if numbers else ";".join(str(v) for v in value)
    return value
