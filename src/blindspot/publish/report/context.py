"""Where in the world is this? Borders, coasts and airfields about a case, from the packaged public-domain tables.

They orient; nothing rests on them. Coordinates keep two decimals, about a kilometre: the tables are no finer, and a released
page must not point at a house by way of its surroundings.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST_KM = 150.0  # to each side of what is shown
MOST_AIRFIELDS = 120

Box = tuple[float, float, float, float]  # west, south, east, north


def bounds(points: Iterable[tuple[float, float]]) -> Box | None:
    """The box about (lat, lon) pairs; None where there are none."""
    found = [p for p in points if math.isfinite(p[0]) and math.isfinite(p[1])]
    if not found:
        return None
    lats, lons = [p[0] for p in found], [p[1] for p in found]
    return min(lons), min(lats), max(lons), max(lats)


def context(box: Box | None) -> dict[str, Any]:
    """`{"lines": [[lon, lat, lon, lat, ...]], "airfields": [[lat, lon]]}` about a box. Airfields have no names: a code is a word
    that a release may have to hold back.
    """
    if box is None:
        return {"lines": [], "airfields": []}
    from blindspot.measure.coverage.borders import airfields, border_lines

    wide = _wider(box)
    lines = [part for line in border_lines(wide) for part in _thin(line.tolist(), wide)]
    fields = [[round(lat, 2), round(lon, 2)] for _, lat, lon in airfields(wide)]
    return {"lines": lines, "airfields": fields[:MOST_AIRFIELDS]}


def _wider(box: Box) -> Box:
    west, south, east, north = box
    up = max(LEAST_KM / 111.2, 0.15 * (north - south))
    across = max(LEAST_KM / 111.2 / max(math.cos(math.radians((south + north) / 2)), 0.1), 0.15 * (east - west))
    return max(west - across, -180), max(south - up, -85), min(east + across, 180), min(north + up, 85)


def _thin(line: list[list[float]], box: Box) -> list[list[float]]:
    """The parts of a line near the box, in steps of a hundredth of a degree."""
    west, south, east, north = box
    parts: list[list[float]] = [[]]
    for lon, lat in line:
        if west - 1 <= lon <= east + 1 and south - 1 <= lat <= north + 1:
            point = [round(lon, 2), round(lat, 2)]
            if parts[-1][-2:] != point:
                parts[-1] += point
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if len(part) >= 4]
