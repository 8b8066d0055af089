"""What did the camera record? The last seconds over the yard as video with telemetry: the flight of `flights/camera.csv`, rendered.

The clip is as it would be given out: a few hundred pixels wide, 12 seconds, grey. Walls, houses, the car and the people outdoors
are drawn as boxes by the room that makes test video (`measure.footage.generate`); every packet carries an ST 0601 set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from blindspot.example import town
from blindspot.measure.footage.generate import Plan, Scene, make_clip

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.example.happening import Incident

SECONDS, RATE, SIZE = 12, 10.0, (320, 240)
WIDE_M = 90.0  # of the ground across the picture
NEAR_M = 55.0  # what lies further from the yard is not drawn


@dataclass(frozen=True)
class Filmed(Scene):
    """The scene of an incident: its own boxes, people and car instead of random ones."""

    boxes: np.ndarray = field(default_factory=lambda: np.zeros((0, 6)))
    walkers: np.ndarray = field(default_factory=lambda: np.zeros((0, 4)))
    cars: np.ndarray = field(default_factory=lambda: np.zeros((0, 4)))
    start_deg: float = 0.0
    rate_deg: float = 1.0

    @cached_property
    def numbers(self) -> dict[str, np.ndarray]:
        """As in `Scene`, with what the incident knows put in."""
        drawn = dict(Scene.numbers.func(self))  # type: ignore[attr-defined]  # the function behind a cached property
        drawn["orbit"] = np.array([self.start_deg, self.rate_deg])
        drawn["reach"] = drawn["reach"] * 0.3  # the operator holds the yard
        return drawn | {"building": self.boxes, "person": self.walkers, "vehicle": self.cars}


def film(found: Incident, path: Path) -> None:
    """Write the clip; the same incident gives the same bytes."""
    from blindspot.example.folder import at
    from blindspot.quantities import read_moment

    x, y = found.town.yard.middle
    lat, lon = town.degrees(np.array([x]), np.array([y]))
    rng = np.random.default_rng([found.options.seed, 21])
    turn = found.yard.eye.azimuth
    step = (turn[1] - turn[0] + 180) % 360 - 180
    from blindspot.example.happening import EVERY_S, MOMENTS

    first = MOMENTS - 1 - int(SECONDS / EVERY_S)
    slant = float(np.hypot(found.radius_m, found.above_m))
    boxes = _boxes(found, x, y)
    walkers = _walkers(found, x, y, rng)
    scene = Filmed(
        seed=found.options.seed, lat=float(lat[0]), lon=float(lon[0]), ground=town.GROUND_M, radius=found.radius_m, above=found.above_m,
        hfov=float(np.degrees(2 * np.arctan(WIDE_M / 2 / slant))), vehicles=1, people=len(walkers), buildings=len(boxes), extent=300.0,
        boxes=boxes, walkers=walkers, cars=np.array([[0.0, -found.town.yard.court[1] / 2 - 6.0, 90.0, 1.5]]),
        start_deg=float(turn[first]), rate_deg=float(step / EVERY_S),
    )  # fmt: skip
    began = read_moment(at(found.yard.hour - (MOMENTS - first) * EVERY_S / 3600)).start.timestamp()
    make_clip(path, Plan(scene, round(SECONDS * RATE), RATE, SIZE, targets=False, start_us=round(began * 1e6)))


def _boxes(found: Incident, x: float, y: float) -> np.ndarray:
    """East, north, length (north), width (east), height, grey of the walls and houses near the yard."""
    rows = []
    for c in found.town.compounds:
        if np.hypot(c.middle[0] - x, c.middle[1] - y) > NEAR_M:
            continue
        house = c.south + c.deep - 1 - c.house_deep / 2 if c.north_side else c.south + 1 + c.house_deep / 2
        rows.append((c.west + c.wide / 2, house, c.house_deep, c.wide - 2, c.house_m, 150))
        for north in (c.south + 0.5, c.south + c.deep - 0.5):
            rows.append((c.west + c.wide / 2, north, 1.0, c.wide, c.wall_m, 190))
        for east in (c.west + 0.5, c.west + c.wide - 0.5):
            rows.append((east, c.south + c.deep / 2, c.deep, 1.0, c.wall_m, 190))
    made = np.array(rows, float)
    made[:, :2] -= (x, y)
    return made


def _walkers(found: Incident, x: float, y: float, rng: np.random.Generator) -> np.ndarray:
    """East, north, heading, speed of the people outdoors in the yard; they hardly move."""
    cells = found.town.yard.open_cells() - (x, y)
    n = int(found.yard.crowd.outdoors.sum())
    spots = cells[rng.integers(0, len(cells), n)]
    return np.column_stack((spots, rng.uniform(-180, 180, n), rng.uniform(0.0, 0.1, n)))
