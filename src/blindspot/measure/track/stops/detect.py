"""Where did it stop? Two families of detectors with a hard yes or no, over flat arrays, in one pass.

`anchor`: fixes stay within `radius_m` of the running mean of the stop (after Hariharan & Toyama 2004; infostop's first
step). `diameter`: the box around the fixes has a diagonal of at most 2 `radius_m` (after movingpandas' StopDetector). A
stop lasts `min_s` or longer from first fix to last, and no two fixes of it lie further apart in time than `gap_s`: what
happened in a gap is asked of `hidden`, not invented here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.track.model import EARTH_M
from blindspot.measure.track.stops import kernels

if TYPE_CHECKING:
    from blindspot.measure.track.model import Floats, Ints, Tracks

FAMILIES = ("anchor", "diameter")


@dataclass(frozen=True, slots=True)
class Setting:
    """What is called a stop."""

    radius_m: float = 50.0
    min_s: float = 180.0
    gap_s: float = 900.0
    family: str = "anchor"


@dataclass(frozen=True, slots=True)
class Stops:
    """Stops in order of track and time: numbers of the first and last fix (both within), and the mean position."""

    track: Ints
    first: Ints
    last: Ints
    start: Floats  # s
    end: Floats
    x: Floats  # m
    y: Floats


def stops(tracks: Tracks, setting: Setting) -> Stops:
    """The stops of every track under one setting."""
    return stops_at(tracks, *intervals(tracks, setting))


def stops_at(tracks: Tracks, first: Ints, last: Ints, weight: Floats | None = None) -> Stops:
    """Stops from their first and last fixes; positions are means over the fixes, weighted where `weight` (n,) is given."""

    def mean(values: Floats) -> Floats:
        total = np.concatenate(([0.0], np.cumsum(values if weight is None else values * weight)))
        out: Floats = (total[last + 1] - total[first]) / mass
        return out

    mass = (last - first + 1).astype(float)
    if weight is not None:
        heavy = np.concatenate(([0.0], np.cumsum(weight)))
        mass = heavy[last + 1] - heavy[first]
    track = np.searchsorted(tracks.start, first, side="right") - 1
    return Stops(track, first, last, tracks.t[first], tracks.t[last], mean(tracks.x), mean(tracks.y))


def intervals(tracks: Tracks, setting: Setting) -> tuple[Ints, Ints]:
    """First and last fix of each stop."""
    lat0 = math.radians(tracks.frame.lat0) if tracks.frame else 0.0
    per_m = 1 / EARTH_M if tracks.frame else 0.0
    out = np.empty((2, len(tracks.t) // 2 + 1), np.int64)
    kernel = kernels.anchor if setting.family == "anchor" else kernels.diameter
    n = kernel(
        tracks.start, tracks.t, tracks.x, tracks.y, lat0, per_m, setting.radius_m, setting.min_s, setting.gap_s, out
    )
    return out[0, :n].copy(), out[1, :n].copy()
