"""Where does it happen? An invented town on an island that does not exist: compounds with heights, and places that were watched.

Metres east and north of the town's origin, on UTM 44S in the open Indian Ocean; the ground is flat. Compounds stand in a grid with
lanes between them: a wall all round, a house along one side. Two of them matter: `yard`, where the strike falls, and
`house`, where the car stood in the morning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EPSG = 32744
EAST, NORTH = 500_000.0, 6_680_000.0  # of the origin in EPSG:32744, about 30.0 S, 81.0 E: water
GROUND_M = 12.0
SIDE = 160  # cells of the surface, 1 m each
BLOCK_M = 200.0  # between the streets of the town
TOWN_M = 2400.0  # half its width
LISTED = ("bank", "garage", "market_gate", "pump", "depot")


@dataclass(frozen=True, slots=True)
class Compound:
    """A walled compound in metres: outer edges, height of the wall and of the house along one side."""

    west: float
    south: float
    wide: float
    deep: float
    wall_m: float
    house_m: float
    house_deep: float
    north_side: bool

    def open_cells(self) -> Floats:
        """Centres of the 1 m cells of its open ground, (n, 2)."""
        low = self.south + 1 + (0 if self.north_side else self.house_deep)
        high = self.south + self.deep - 1 - (self.house_deep if self.north_side else 0)
        x, y = np.meshgrid(np.arange(self.west + 1, self.west + self.wide - 1) + 0.5, np.arange(low, high) + 0.5)
        return np.column_stack((x.ravel(), y.ravel()))

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its open ground."""
        x, y = self.open_cells().mean(axis=0)
        return float(x), float(y)

    @property
    def court(self) -> tuple[float, float]:
        """Width and depth of its open ground."""
        return self.wide - 2, self.deep - 2 - self.house_deep


@dataclass(frozen=True, slots=True)
class Town:
    """The surface (heights above the ground, north at the top), the two compounds, the listed places in metres."""

    heights: Floats  # (SIDE, SIDE)
    compounds: tuple[Compound, ...]
    yard: Compound
    house: Compound
    listed: dict[str, tuple[float, float]]

    @property
    def places(self) -> dict[str, tuple[float, float]]:
        """Every place of the case in metres."""
        return {"yard": self.yard.middle, "house": self.house.middle, **self.listed}


def build(rng: np.random.Generator) -> Town:
    """A town."""
    heights = np.zeros((SIDE, SIDE))
    compounds = []
    south = 3.0
    while south + 18 < SIDE:
        deep, west = float(rng.integers(17, 24)), 3.0
        while west + 16 < SIDE:
            wide = float(rng.integers(14, 25))
            compounds.append(
                Compound(
                    west,
                    south,
                    min(wide, SIDE - west - 1),
                    min(deep, SIDE - south - 1),
                    round(float(rng.uniform(2.2, 4.0)), 1),
                    round(float(rng.uniform(3.2, 6.5)), 1),
                    float(rng.integers(5, 8)),
                    bool(rng.random() < 0.5),
                )
            )
            west += wide + float(rng.integers(3, 6))
        south += deep + float(rng.integers(3, 6))
    for c in compounds:
        _raise(heights, c.west, c.south, c.wide, c.deep, c.wall_m)
        _raise(heights, c.west + 1, c.south + 1, c.wide - 2, c.deep - 2, 0.0)
        house = c.south + c.deep - 1 - c.house_deep if c.north_side else c.south + 1
        _raise(heights, c.west + 1, house, c.wide - 2, c.house_deep, c.house_m)
    near = sorted(compounds, key=lambda c: np.hypot(c.middle[0] - SIDE / 2, c.middle[1] - SIDE / 2))
    yard, other = near[0], near[int(rng.integers(3, 8))]
    return Town(heights, tuple(compounds), yard, other, _listed(rng))


def _raise(heights: Floats, west: float, south: float, wide: float, deep: float, to: float) -> None:
    rows, columns = slice(int(SIDE - south - deep), int(SIDE - south)), slice(int(west), int(west + wide))
    heights[rows, columns] = to


def _listed(rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Five places at crossings of the town, some way apart."""
    found: dict[str, tuple[float, float]] = {}
    half = int(TOWN_M / BLOCK_M) - 2
    while len(found) < len(LISTED):
        x, y = (float(v) * BLOCK_M for v in rng.integers(-half, half + 1, 2))
        if all(abs(x - a) + abs(y - b) > 3 * BLOCK_M for a, b in [*found.values(), (0.0, 0.0)]):
            found[LISTED[len(found)]] = (x, y)
    return found


def published(town: Town, rng: np.random.Generator) -> NDArray[np.float32]:
    """The surface as surveyed: heights above the datum, with an error."""
    return (town.heights + GROUND_M + rng.normal(0, 0.1, town.heights.shape)).round(2).astype(np.float32)


def degrees(east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude of metres in the town."""
    from pyproj import Transformer

    change = Transformer.from_crs(f"EPSG:{EPSG}", "EPSG:4326", always_xy=True)
    lon, lat = change.transform(np.asarray(east) + EAST, np.asarray(north) + NORTH)
    return np.asarray(lat), np.asarray(lon)
