"""Which of the candidate places does each ordinary vehicle-day visit? One matrix, from which every k-of-n is counted.

A visit is a stop (`Setting`) whose mean position lies within `radius_m` of the place, or, for `kind = "pass"`, any moment
of the track within it. A vehicle-day is one vehicle on one local calendar day (or a window of its hours) with at least
`least_hours` of unbroken data: a day that was hardly recorded visits nothing and would make every pattern look rare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from blindspot.measure.track.stops.detect import Setting, stops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.model import Floats, Ints, Tracks


@dataclass(frozen=True, slots=True)
class Visit:
    """What counts as a visit. error_m: standard deviation of a coordinate of the tracker's pointing."""

    kind: Literal["stop", "pass"] = "stop"
    radius_m: float = 100.0
    least_s: float = 180.0
    error_m: float = 0.0
    stop_radius_m: float = 50.0


@dataclass(frozen=True, slots=True)
class Days:
    """Ordinary vehicle-days: the vehicle of each, and all their stops or moments as points with the day of each."""

    vehicles: tuple[str, ...]
    vehicle: Ints  # (days,)
    of: Ints  # (points,) number of the day
    x: Floats
    y: Floats
    hours: Floats  # (days,) of unbroken data

    def __len__(self) -> int:
        return len(self.vehicle)


def vehicle_days(
    tracks: Tracks,
    visit: Visit,
    *,
    utc_offset_s: float = 0.0,
    hours: tuple[float, float] = (0.0, 24.0),
    least_hours: float | None = None,
    gap_s: float = 900.0,
) -> Days:
    """The vehicle-days of a set of tracks. `hours`: the window of local time asked about, from and to.

    least_hours: default a quarter of the window (judgement; the Cabspotting figures move by less than their interval
    between an eighth and a half).
    """
    least = (hours[1] - hours[0]) / 4 if least_hours is None else least_hours
    local = tracks.t + utc_offset_s
    day = np.floor(local / 86_400.0).astype(np.int64)
    hour = (local - day * 86_400.0) / 3600.0
    key = tracks.of * 1_000_000 + (day - day.min() if day.size else day)
    within = (hour >= hours[0]) & (hour < hours[1])
    names, number = np.unique(key, return_inverse=True)
    dt = np.diff(tracks.t, append=tracks.t[-1:])
    same = np.append(np.diff(key) == 0, False)
    seen = np.bincount(number, np.where(same & within & (dt <= gap_s), dt, 0.0), len(names)) / 3600.0
    good = seen >= least
    renumber = np.cumsum(good) - 1
    if visit.kind == "stop":
        found = stops(tracks, Setting(visit.stop_radius_m, visit.least_s, gap_s))
        middle = (found.first + found.last) // 2
        keep = good[number[middle]] & within[middle]
        of, x, y = renumber[number[middle[keep]]], found.x[keep], found.y[keep]
    else:
        index, x, y = _moments(tracks, visit.radius_m, same, dt)
        keep = good[number[index]] & within[index]
        of, x, y = renumber[number[index[keep]]], x[keep], y[keep]
    vehicle = (names[good] // 1_000_000).astype(np.int64)
    return Days(tracks.ids, vehicle, of.astype(np.int64), x, y, seen[good])


def visited(days: Days, x: Floats, y: Floats, radius_m: float) -> NDArray[np.bool_]:
    """Whether each day visits each candidate place, (days, places)."""
    from scipy.spatial import cKDTree

    out = np.zeros((len(days), len(x)), bool)
    if not len(x) or not len(days.x):
        return out
    tree = cKDTree(np.column_stack([days.x, days.y]))
    for j, near in enumerate(tree.query_ball_point(np.column_stack([x, y]), radius_m)):
        out[days.of[near], j] = True
    return out


def _moments(tracks: Tracks, radius: float, same: NDArray[np.bool_], dt: Floats) -> tuple[Ints, Floats, Floats]:
    """Fixes, and points between fixes up to three minutes apart, no further than half a radius from one another."""
    step = np.hypot(np.diff(tracks.x, append=tracks.x[-1:]), np.diff(tracks.y, append=tracks.y[-1:]))
    parts = np.where(same & (dt <= 180.0), np.minimum(np.ceil(step / (radius / 2)), 200), 1).astype(np.int64)
    parts = np.maximum(parts, 1)
    index = np.repeat(np.arange(len(tracks.t)), parts)
    share = (np.arange(len(index)) - np.repeat(np.cumsum(parts) - parts, parts)) / np.repeat(parts, parts)
    to = np.minimum(index + 1, len(tracks.t) - 1)
    x = tracks.x[index] + share * (tracks.x[to] - tracks.x[index])
    y = tracks.y[index] + share * (tracks.y[to] - tracks.y[index])
    return index, x, y
