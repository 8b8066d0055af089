"""The map: places with their error radius, the order of the located stops, a scale bar and north.

Shapes stand in units of a frame 400 wide and 300 high (440 where the ground is taller than wide) that fits any width; labels are single letters and figures of constant size,
put where they touch nothing on the narrowest page (280 pixels). Names stand in the list beside it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from blindspot.publish.report.words import count, metres

if TYPE_CHECKING:
    from collections.abc import Sequence

Record = dict[str, Any]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
WIDE, EDGE, STRIP = 400.0, 16.0, 34.0  # the frame, its margin, and the strip for scale and north
FLAT, TALL = 300.0, 440.0
PIXEL = WIDE / 280  # units per pixel on the narrowest page
NEAR = (11, 15, 20, 26, 33, 41, 50)  # pixels from a point to its label
FAR = (*NEAR, *range(60, 300, 8))  # a place keeps its letter, however far it must stand
MOST = 60  # places that have a letter on the map and a line beside it; the rest are dots, and lines that fold
LEADER = 24  # pixels from which a line joins a label to its place


def letters(places: Sequence[Record]) -> dict[str, str]:
    """Place -> the letters that stand for it on the map: A to Z, then AA, AB."""
    found = {}
    for i, place in enumerate(places):
        name, rest = "", i
        while rest >= 0:
            name, rest = chr(65 + rest % 26) + name, rest // 26 - 1
        found[place["id"]] = name
    return found


def named(places: Sequence[Record], legs: Sequence[Record]) -> set[str]:
    """The places with a letter on the map: all, or where there are many the incident, those with stops, and the first."""
    first = [p["id"] for p in places if p["incident"]] + [leg[end] for leg in legs for end in ("from", "to")]
    return set(list(dict.fromkeys([*first, *(p["id"] for p in places)]))[:MOST])


def ground(places: Sequence[Record], legs: Sequence[Record]) -> Markup:
    """The map of these places and legs (tables `places` and `legs`)."""
    shown = [p for p in places if math.isfinite(p["east_m"]) and math.isfinite(p["north_m"])]
    at, unit, high = _fit(shown)
    letter = letters(places)
    shapes = [_circle(at[p["id"]], p["error_m"] * unit) for p in shown if p["error_m"] > 0]
    outer: list[str] = []
    lettered = named(places, legs)
    taken: list[Box] = [_around(at[p["id"]], 5 * PIXEL, 5 * PIXEL) for p in shown if p["id"] in lettered]
    numbers: list[tuple[str, Point]] = []
    for leg in legs:
        if leg["from"] in at and leg["to"] in at:
            path, middle = _leg(at[leg["from"]], at[leg["to"]], gap=bool(leg["between"]))
            shapes.append(path)
            numbers.append((str(leg["leg"]), middle))
    for p in shown:
        x, y = at[p["id"]]
        if p["incident"]:
            outer.append(
                f'<svg x="{_share(x, WIDE)}" y="{_share(y, high)}" overflow="visible"><path class="incident" d="M-6-6L6 6M-6 6L6-6"/></svg>'
            )
        else:
            outer.append(f'<circle class="place" cx="{_share(x, WIDE)}" cy="{_share(y, high)}" r="4"/>')
    for p in shown:
        if p["id"] not in lettered:
            continue
        point, name = at[p["id"]], letter[p["id"]]
        spot = _free(point, name, taken, high - STRIP + 6, FAR) or point
        if math.dist(point, spot) > LEADER * PIXEL:
            shapes.append(f'<path class="axis" d="M{point[0]:.1f} {point[1]:.1f}L{spot[0]:.1f} {spot[1]:.1f}"/>')
        taken.append(_label(spot, name))
        outer.append(_text(spot, name, "name", high))
    for name, point in numbers:
        near = _free(point, name, taken, high - STRIP + 6, NEAR)
        if near is not None:
            taken.append(_label(near, name))
            outer.append(_text(near, name, "s", high))
    label = (
        "; ".join(
            f"{letter[p['id']]}: {p['name']}, within {metres(p['error_m'])}{', the incident' if p['incident'] else ''}"
            for p in places
            if p["id"] in lettered
        )
        + (f"; {count(len(places) - len(lettered), 'place')} more" if len(places) > len(lettered) else "")
        + f". {count(len(legs), 'leg')} between located stops."
    )
    body = "".join([*shapes, *_scale_bar(unit, high)])
    outer += [_bar_text(unit, high), _text((WIDE - 40, high - 26), "N", "s", high)]
    return Markup(  # noqa: S704  # only numbers, letters of our own and escaped names
        f'<svg class="map{" tall" if high == TALL else ""}" role="img" aria-label="Map. {escape(label)}"><svg width="100%" height="100%" viewBox="0 0 400 {high:g}">{body}</svg>{"".join(outer)}</svg>'
    )


def _fit(rows: Sequence[Record]) -> tuple[dict[str, Point], float, float]:
    """Places in units of the frame, units per metre, and the height of the frame; the errors fit in too."""
    if not rows:
        return {}, 1.0, FLAT
    west = min(p["east_m"] - p["error_m"] for p in rows)
    east = max(p["east_m"] + p["error_m"] for p in rows)
    south = min(p["north_m"] - p["error_m"] for p in rows)
    north = max(p["north_m"] + p["error_m"] for p in rows)
    high = TALL if north - south > 1.1 * (east - west) else FLAT
    across, up = WIDE - 2 * EDGE, high - STRIP - 2 * EDGE
    unit = min(across / max(east - west, 10.0), up / max(north - south, 10.0))
    left = EDGE + (across - (east - west) * unit) / 2
    top = EDGE + (up - (north - south) * unit) / 2
    return (
        {p["id"]: (left + (p["east_m"] - west) * unit, top + (north - p["north_m"]) * unit) for p in rows},
        unit,
        high,
    )


def _leg(a: Point, b: Point, *, gap: bool) -> tuple[str, Point]:
    """A leg bent to the right, so that there and back stay apart, with an arrow head past its middle; and where its number may stand."""
    (ax, ay), (bx, by) = a, b
    cx, cy = (ax + bx) / 2 - (by - ay) * 0.14, (ay + by) / 2 + (bx - ax) * 0.14

    def at(t: float) -> Point:
        s = 1 - t
        return s * s * ax + 2 * s * t * cx + t * t * bx, s * s * ay + 2 * s * t * cy + t * t * by

    (px, py), (qx, qy) = at(0.56), at(0.6)
    angle = math.atan2(qy - py, qx - px)
    ends = [(qx - 9 * math.cos(angle + turn), qy - 9 * math.sin(angle + turn)) for turn in (0.42, -0.42)]
    head = f"M{ends[0][0]:.1f} {ends[0][1]:.1f}L{qx:.1f} {qy:.1f}L{ends[1][0]:.1f} {ends[1][1]:.1f}"
    style = "route gap" if gap else "route"
    return (
        f'<path class="{style}" d="M{ax:.1f} {ay:.1f}Q{cx:.1f} {cy:.1f} {bx:.1f} {by:.1f}"/><path class="arrow" d="{head}"/>',
        at(0.5),
    )


def _free(point: Point, name: str, taken: Sequence[Box], floor: float, distances: Sequence[float]) -> Point | None:
    """The nearest spot for a label about a point that touches nothing; None where there is none within these distances."""
    for far in distances:
        turns = 12 if far < LEADER else 36
        for turn in range(turns):
            angle = math.radians(-45 + 360 / turns * turn)
            spot = (point[0] + far * PIXEL * math.cos(angle), point[1] + far * PIXEL * math.sin(angle))
            found = _label(spot, name)
            inside = found[0] >= 0 and found[1] >= 0 and found[2] <= WIDE and found[3] <= floor
            if inside and not any(_touch(found, other) for other in taken):
                return spot
    return None


def _label(spot: Point, name: str) -> Box:
    return _around(spot, (5 * len(name) + 1.5) * PIXEL, 9.5 * PIXEL)


def _around(point: Point, half_wide: float, half_high: float) -> Box:
    return point[0] - half_wide, point[1] - half_high, point[0] + half_wide, point[1] + half_high


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _circle(point: Point, radius: float) -> str:
    return f'<circle class="error" cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="{max(1.0, radius):.1f}"/>'


def bar_metres(unit: float) -> float:
    """The length of the scale bar: 1, 2 or 5 times a power of ten, at most a third of the width."""
    most = WIDE / 3 / unit
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * k for k in (5, 2, 1) if power * k <= most)


def _scale_bar(unit: float, high: float) -> list[str]:
    wide, y = bar_metres(unit) * unit, high - 22
    return [
        f'<path class="axis" d="M{EDGE} {y - 4}v8M{EDGE} {y}h{wide:.1f}m0-4v8"/>',
        f'<path class="axis" d="M{WIDE - 22} {high - 18}v-16m-5 6l5-6l5 6"/>',
    ]


def _bar_text(unit: float, high: float) -> str:
    x = EDGE + bar_metres(unit) * unit + 8
    return f'<text class="s" x="{_share(x, WIDE)}" y="{_share(high - 22, high)}" dy="0.35em">{escape(metres(bar_metres(unit)))}</text>'


def _text(spot: Point, words: str, style: str, high: float) -> str:
    """A label centred on a spot: the baseline lies a third of its height below."""
    return f'<text class="{style}" x="{_share(spot[0], WIDE)}" y="{_share(spot[1], high)}" dy="0.35em" text-anchor="middle">{escape(words)}</text>'


def _share(value: float, whole: float) -> str:
    return f"{100 * value / whole:.2f}%"
