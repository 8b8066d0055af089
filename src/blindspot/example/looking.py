"""Who is noticed by a camera? A ray to every spot of a yard, a threshold for every person, an operator who looks now and then.

    on station and the place in the picture    once for everybody
    n moments at which the operator looks      at each he turns to this place with a^c, the same for everybody
    a person is noticed at a moment if         nothing stands in the ray to the spot where he is, and his own size in pixels
                                               passes his own threshold (log-normal), and the operator's eye stops at him, a^(1-c)
A person keeps his spot and his threshold from look to look, and what an operator has passed over once he mostly passes over
again (`again`: a second searcher finds a third more, not twice as much: Koester 2018): looks are not independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.example.town import GROUND_M, SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.example.town import Compound, Floats, Town

SIZE_M = (0.85, 0.53)  # adult, child: root of height times width as seen from above and aside
HEIGHT_M = (1.7, 1.1)
SPREAD = 0.53  # of the thresholds, in log: that of the published curve at its middle (slope 3.4: pi / sqrt 3 / 3.4)
STEP_M = 0.5


@dataclass(frozen=True, slots=True)
class Eye:
    """One watch of one place; every number is the world's own."""

    there: float  # P(on station)
    in_view: float  # P(the place lies in the picture), once for the whole watch
    azimuth: Floats  # (moments,) from the place to the sensor, degrees from north
    depression: Floats  # (moments,) degrees
    pointed: NDArray[np.bool_]  # (moments,) the place lies in the footprint
    gsd_m: float
    pixels: float  # over a person, for one half of the people
    attention: float
    common: float  # share of attention (in log) that is the operator's turning to the place at all
    looks: int
    again: float  # P(what was passed over at the first look is passed over at all)


@dataclass(frozen=True, slots=True)
class Crowd:
    """People in many tellings of one scene: the telling of each, whether a child, whether outdoors."""

    tellings: int
    of: NDArray[np.int64]
    child: NDArray[np.bool_]
    outdoors: NDArray[np.bool_]

    def count(self, which: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """How many (of them) in each telling."""
        return np.bincount(self.of if which is None else self.of[which], minlength=self.tellings)


def in_sight(town: Town, compound: Compound, eye: Eye) -> NDArray[np.bool_]:
    """(moments, adult or child, open cells): whether nothing stands in the ray from a person's head to the sensor."""
    cells = compound.open_cells()
    turn, rise = np.radians(eye.azimuth), np.tan(np.radians(eye.depression))
    reach = float(town.heights.max()) / float(rise.min()) + STEP_M
    away = np.arange(STEP_M, reach, STEP_M)
    found = np.ones((len(turn), 2, len(cells)), bool)
    for m, (a, t) in enumerate(zip(turn, rise, strict=True)):
        x = cells[:, :1] + away * np.sin(a)
        y = cells[:, 1:] + away * np.cos(a)
        inside = (x >= 0) & (x < SIDE) & (y >= 0) & (y < SIDE)
        row, column = (SIDE - 1 - np.clip(y, 0, SIDE - 1).astype(int)), np.clip(x, 0, SIDE - 1).astype(int)
        above = np.where(inside, town.heights[row, column], 0.0)
        for kind, height in enumerate(HEIGHT_M):
            found[m, kind] = (above <= height + away * t).all(axis=1)
    return found


def noticed(rng: np.random.Generator, eye: Eye, sight: NDArray[np.bool_], crowd: Crowd) -> NDArray[np.bool_]:
    """Which of the people are noticed; only those outdoors can be."""
    n = len(crowd.of)
    there = (rng.random(crowd.tellings) < eye.there) & (rng.random(crowd.tellings) < eye.in_view)
    moment = rng.integers(0, len(eye.azimuth), (crowd.tellings, eye.looks))
    turned = _stubborn(rng, eye, crowd.tellings) < eye.attention**eye.common
    kind = crowd.child.astype(np.int64)
    spot = rng.integers(0, sight.shape[2], n)
    pixels = np.array(SIZE_M)[kind] * np.exp(rng.normal(0, 0.1, n)) / eye.gsd_m
    made_out = pixels >= eye.pixels * np.exp(rng.normal(0, SPREAD, n))
    at = moment[crowd.of]
    shown = eye.pointed[at] & turned[crowd.of] & sight[at, kind[:, None], spot[:, None]]
    caught = _stubborn(rng, eye, n) < eye.attention ** (1 - eye.common)
    return np.asarray((shown & caught).any(axis=1) & made_out & crowd.outdoors & there[crowd.of])


def _stubborn(rng: np.random.Generator, eye: Eye, n: int) -> Floats:
    """Draws for n people or tellings and every look: the first stands for all looks with the chance `again`."""
    drawn = rng.random((n, eye.looks))
    return np.where(rng.random((n, 1)) < eye.again, drawn[:, :1], drawn)


def orbit(eye: Eye, middle: tuple[float, float], radius_m: float, above_m: float) -> tuple[Floats, Floats, Floats]:
    """East, north and height (in the datum of the surface) of the sensor at each moment."""
    turn = np.radians(eye.azimuth)
    east, north = middle[0] + radius_m * np.sin(turn), middle[1] + radius_m * np.cos(turn)
    return east, north, np.full(len(turn), GROUND_M + above_m)
