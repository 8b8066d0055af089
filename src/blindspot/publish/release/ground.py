"""Where may a place be said to be? One stored cell per place, grown until enough buildings and people stand in it.

The cells are those of one fixed quadtree on latitude and longitude, so that a cell is always inside its larger one and two
releases of one place never cut each other down; fresh random shifts would (20 releases of a 150 m jitter leave 20 m). The
numbers of buildings and people are the low ends of the ranges given in release.toml.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blindspot.publish.release.policy import Density_

DEGREE_M = 111_195.0  # metres in a degree of latitude on a sphere of 6,371 km
_FINEST, _COARSEST = 18, 4  # 180/2^18 degrees of latitude are 76 m; 180/2^4 are 1,250 km


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: level n, row from the south pole, column from the antimeridian; 2^n rows and 2^(n+1) columns."""

    level: int
    row: int
    column: int

    @property
    def step(self) -> float:
        """Degrees of latitude and of longitude along one side."""
        return 180.0 / float(2**self.level)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """South, west, north, east in degrees."""
        s = self.step
        return self.row * s - 90, self.column * s - 180, (self.row + 1) * s - 90, (self.column + 1) * s - 180

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the middle."""
        south, west, north, east = self.box
        return (south + north) / 2, (west + east) / 2

    @property
    def reach_m(self) -> float:
        """From the middle to the farthest corner, rounded up to 10 m: the error of the middle."""
        south, west, north, east = self.box
        nearest = 0.0 if south < 0 < north else min(abs(south), abs(north))
        half = math.hypot((north - south) / 2, (east - west) / 2 * math.cos(math.radians(nearest))) * DEGREE_M
        return math.ceil(half / 10) * 10.0

    @property
    def larger(self) -> Cell:
        """The cell of the next level that holds this one."""
        return Cell(self.level - 1, self.row // 2, self.column // 2)

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a point lies in it."""
        return cell_of(lat, lon, self.level) == self

    def __str__(self) -> str:
        return f"{self.level}/{self.row}/{self.column}"


def cell_of(lat: float, lon: float, level: int) -> Cell:
    """The cell of that level in which a point lies."""
    step = 180.0 / 2**level
    return Cell(level, min(int((lat + 90) // step), 2**level - 1), min(int((lon + 180) // step), 2 ** (level + 1) - 1))


def read_cell(text: str) -> Cell:
    """The cell written as `level/row/column`."""
    level, row, column = (int(part) for part in text.split("/"))
    return Cell(level, row, column)


def area_km2(box: tuple[float, float, float, float]) -> float:
    """Area between two parallels and two meridians on the sphere."""
    south, west, north, east = box
    height = math.sin(math.radians(north)) - math.sin(math.radians(south))
    return max(height, 0.0) * math.radians(max(east - west, 0.0)) * 6371.0**2


def within(box: tuple[float, float, float, float], density: Density_) -> tuple[int, int]:
    """How many buildings and people a box holds at least."""
    buildings = area_km2(box) * density.buildings_per_km2.low
    return int(buildings), int(buildings * density.people_per_building.low)


def coarse(name: str, lat: float, lon: float, k: int, density: Density_, stored: Mapping[str, str]) -> Cell:
    """The cell that stands for a place: the stored one, or the smallest with k buildings and k people; grown where it no longer has them.

    Raises UsageError where the place has been moved out of its stored cell: a second cell would narrow the first.
    """
    cell = read_cell(stored[name]) if name in stored else cell_of(lat, lon, _FINEST)
    if not cell.holds(lat, lon):
        raise UsageError(
            f'places.csv: {name} no longer lies in the cell under which it was released before ({cell}); another cell would narrow it down. Release it with how = "drop", or give the place a new id if it is another place.'
        )
    while cell.level > _COARSEST and min(within(cell.box, density)) < k:
        cell = cell.larger
    if min(within(cell.box, density)) < k:
        raise UsageError(
            f'places.csv: no cell about {name} holds {k} buildings and {k} people; use how = "drop" for it.'
        )
    return cell


def disc_box(lat: float, lon: float, radius_m: float) -> tuple[float, float, float, float]:
    """The box about a point and its error."""
    dlat = radius_m / DEGREE_M
    dlon = dlat / max(math.cos(math.radians(lat)), 0.01)
    return max(lat - dlat, -90), max(lon - dlon, -180), min(lat + dlat, 90), min(lon + dlon, 180)


def smallest(
    now: Mapping[str, dict[str, Any]], before: Sequence[Mapping[str, dict[str, Any]]], k: int, density: Density_ | None
) -> tuple[dict[str, Any] | None, list[str]]:
    """The smallest set of candidates left by this release and all before it to people who may share, and what to block.

    `now` and `before` hold per place `{"box": [...], "hours": h, "coarse": bool}`. Only a release that brings the set of a
    coarsened place below k, or further below, is blocked: what others hold already cannot be taken back.
    """
    best: dict[str, Any] | None = None
    blocked = []
    for name, says in sorted(now.items()):
        earlier = [b[name] for b in before if name in b]
        held = _cut([e["box"] for e in earlier])
        box = _cut([says["box"], *(e["box"] for e in earlier)])
        hours = min([says["hours"], *(e["hours"] for e in earlier)])
        if box is None:
            continue
        buildings, people = within(box, density) if density else (0, 0)
        found = {"place": name, "people": people, "buildings": buildings, "hours": hours, "releases": len(earlier) + 1}
        if says["coarse"] and (best is None or min(people, buildings) < min(best["people"], best["buildings"])):
            best = found
        narrowed = held is None or area_km2(box) < area_km2(held) * (1 - 1e-9)
        if says["coarse"] and narrowed and min(people, buildings) < k:
            blocked.append(
                f"mosaic: with {len(earlier)} earlier release(s) to people who may share, {name} is narrowed to {buildings} buildings and {people} people (at least {k} are asked for)"
            )
    return best, blocked


def _cut(boxes: list[Any]) -> tuple[float, float, float, float] | None:
    if not boxes:
        return None
    return (
        max(b[0] for b in boxes),
        max(b[1] for b in boxes),
        min(b[2] for b in boxes),
        min(b[3] for b in boxes),
    )
