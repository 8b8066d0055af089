"""How do cars move through the town, and how long can one of them be followed? Stop lists, tracks, and gaps in the view.

Ordinary days: a vehicle of one of three kinds stops here and there, at the listed places more or less often by kind and by a
taste of its own. A car whose driver works for the network goes to each listed place with one chance. Streets are the lines of
a square grid. A followed car that goes out of view keeps its speed more or less and turns at crossings or not; the follower
expects it straight ahead and takes the look-alike nearest to where he expects it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.example.town import BLOCK_M, LISTED, TOWN_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.example.town import Floats, Town

KINDS = ("errand", "delivery", "taxi")
MIX = (0.5, 0.2, 0.3)
STOPS = {"errand": (3, 7), "delivery": (12, 22), "taxi": (8, 16)}
DWELL_S = {"errand": (240, 4200), "delivery": (200, 600), "taxi": (200, 1500)}
PULL = {"errand": 0.06, "delivery": 0.02, "taxi": 0.035}  # share of stops that are at a listed place, on average
DAY_S = (7 * 3600, 17 * 3600)  # local
LEAST_S = 180.0
NIGHT_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Day:
    """The stops of one vehicle on one day: metres, length in seconds, and the listed place of each (-1: none)."""

    kind: str
    at: Floats  # (n, 2)
    dwell: Floats
    place: NDArray[np.int64]

    def visited(self) -> int:
        """How many different listed places it stopped at."""
        return len(set(self.place[self.place >= 0].tolist()))


@dataclass(frozen=True, slots=True)
class Gap:
    """One kind of interruption of the view; the world's own numbers."""

    id: str
    seconds: float
    count: int
    stays: float  # P(it comes back into view at all)
    speed: float  # m/s before the gap


def ordinary(rng: np.random.Generator, town: Town, kind: str | None = None) -> Day:
    """An ordinary vehicle-day."""
    kind = kind or str(rng.choice(KINDS, p=MIX))
    n = int(rng.integers(STOPS[kind][0], STOPS[kind][1] + 1))
    pull = PULL[kind] * rng.gamma(2.0, 0.5)  # tastes differ
    favour = rng.dirichlet(np.ones(len(LISTED)))
    place = np.where(rng.random(n) < pull, rng.choice(len(LISTED), size=n, p=favour), -1)
    return _day(rng, town, kind, place)


def of_network(rng: np.random.Generator, town: Town, visits: float) -> Day:
    """A day on which each listed place is visited with one chance, between errands."""
    goes = np.flatnonzero(rng.random(len(LISTED)) < visits)
    place = rng.permutation(np.concatenate([goes, np.full(int(rng.integers(1, 4)), -1)]))
    return _day(rng, town, "errand", place)


def _day(rng: np.random.Generator, town: Town, kind: str, place: NDArray[np.int64]) -> Day:
    half = int(TOWN_M / BLOCK_M)
    spots = rng.integers(-half, half + 1, (len(place), 2)) * BLOCK_M
    listed = np.array([town.listed[name] for name in LISTED])
    for k in range(len(place)):  # an errand is nowhere near a listed place, and never twice at one spot
        while place[k] < 0 and (np.abs(listed - spots[k]).sum(axis=1) < BLOCK_M).any():
            spots[k] = rng.integers(-half, half + 1, 2) * BLOCK_M
    at = np.where(place[:, None] >= 0, listed[np.maximum(place, 0)], spots).astype(float)
    kept = np.append(True, (np.diff(at, axis=0) != 0).any(axis=1))
    low, high = np.log(DWELL_S[kind])
    dwell = np.exp(rng.uniform(low, high, len(place)))
    home = (
        rng.integers(-half, half + 1, 2) * BLOCK_M + BLOCK_M / 2
    )  # off the streets of the listed places; for the night
    at = np.vstack((at[kept] + rng.normal(0, 12, (int(kept.sum()), 2)), home))
    return within_day(rng, Day(kind, at, np.append(dwell[kept], NIGHT_S), np.append(place[kept], -1).astype(np.int64)))


def track(
    rng: np.random.Generator, day: Day, every_s: float, noise_m: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Seconds of the local day, places (n, 2) with the error of the fixes, and which stops of the day were long enough to be one."""
    now, points = float(DAY_S[0]), [(float(DAY_S[0]) - 1.0, *map(float, day.at[0]))]
    stood = np.zeros(len(day.at), bool)
    for k, (x, y) in enumerate(day.at.tolist()):
        last = points[-1]
        corner = (x, last[2]) if rng.random() < 0.5 else (last[1], y)
        speed = rng.uniform(5.5, 9.5)
        for px, py in (corner, (x, y)):
            now += max((abs(px - points[-1][1]) + abs(py - points[-1][2])) / speed, 0.5)
            points.append((now, px, py))
        stood[k] = min(now + float(day.dwell[k]), DAY_S[1]) - now >= LEAST_S
        now += float(day.dwell[k])
        points.append((now, x, y))
    t, px, py = np.array(points).T
    grid = np.arange(*DAY_S, every_s)
    at = np.column_stack((np.interp(grid, t, px), np.interp(grid, t, py)))
    return grid, at + rng.normal(0, noise_m, at.shape), stood


def within_day(rng: np.random.Generator, day: Day) -> Day:
    """The day as far as it goes: what does not fit before its end is left out."""
    end = DAY_S[1] - DAY_S[0]
    metres = np.abs(np.diff(day.at, axis=0, prepend=day.at[:1])).sum(axis=1)
    begins = np.cumsum(metres / rng.uniform(5.5, 9.5)) + np.cumsum(day.dwell) - day.dwell
    kept = begins + LEAST_S < end
    kept[-1] = True
    return Day(day.kind, day.at[kept], day.dwell[kept], day.place[kept])


def wandered(rng: np.random.Generator, gap: Gap, n: int) -> Floats:
    """How far from where the follower expects it does the car come out, metres, (n,)."""
    if gap.speed == 0:  # parked: it leaves by another gate, or is moved along the street
        return np.asarray(np.abs(rng.normal(0, 1, n)) * np.where(rng.random(n) < 0.2, 60.0, 15.0) + 5.0)
    run = gap.speed * gap.seconds * np.exp(rng.normal(0, 0.35, n))
    expected = gap.speed * gap.seconds
    first = rng.uniform(0, BLOCK_M, n)  # to the next crossing
    ahead, side = np.minimum(run, first), np.zeros(n)
    left = np.maximum(run - first, 0.0)
    along = np.ones(n, bool)  # on the street it was on, or across
    while (left > 0).any():
        turns = rng.random(n) < 0.35
        along = np.where(turns, ~along, along)
        sign = np.where(rng.random(n) < 0.5, 1.0, -1.0)
        part = np.minimum(left, BLOCK_M)
        ahead += np.where(along, part, 0.0)
        side += np.where(along, 0.0, sign * part * (left > 0))
        left = np.maximum(left - BLOCK_M, 0.0)
    return np.asarray(np.hypot(ahead - expected, side))


def kept(rng: np.random.Generator, gap: Gap, look_alikes_km2: float, n: int = 3000) -> float:
    """P(the same car is followed after one gap): it comes back, and no look-alike is nearer to where it is expected."""
    off = wandered(rng, gap, n)
    lines = np.arange(0, np.ceil(off.max() / BLOCK_M) + 1) * BLOCK_M
    within = np.sqrt(np.maximum(off[:, None] ** 2 - lines**2, 0.0))
    metres = 2 * within[:, 0] + 4 * within[:, 1:].sum(axis=1)  # of streets along, within that distance
    shift = rng.uniform(0, BLOCK_M, n)  # of the crossing streets
    for k in range(-len(lines), len(lines) + 1):
        metres += 2 * np.sqrt(np.maximum(off**2 - (k * BLOCK_M + shift) ** 2, 0.0))
    per_metre = look_alikes_km2 / 1e6 * BLOCK_M / 2  # two metres of street per BLOCK_M square metres
    return float(gap.stays * np.mean(np.exp(-per_metre * metres)))
