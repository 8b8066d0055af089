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

import numba
import numpy as np

from blindspot.measure.track.model import EARTH_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    first, last = intervals(tracks, setting)
    total_x = np.concatenate(([0.0], np.cumsum(tracks.x)))
    total_y = np.concatenate(([0.0], np.cumsum(tracks.y)))
    count = last - first + 1
    return Stops(
        np.searchsorted(tracks.start, first, side="right") - 1,
        first,
        last,
        tracks.t[first],
        tracks.t[last],
        (total_x[last + 1] - total_x[first]) / count,
        (total_y[last + 1] - total_y[first]) / count,
    )


def intervals(tracks: Tracks, setting: Setting) -> tuple[Ints, Ints]:
    """First and last fix of each stop."""
    lat0 = math.radians(tracks.frame.lat0) if tracks.frame else 0.0
    per_m = 1 / EARTH_M if tracks.frame else 0.0
    out = np.empty((2, len(tracks.t) // 2 + 1), np.int64)
    kernel = _anchor if setting.family == "anchor" else _diameter
    n = kernel(
        tracks.start, tracks.t, tracks.x, tracks.y, lat0, per_m, setting.radius_m, setting.min_s, setting.gap_s, out
    )
    return out[0, :n].copy(), out[1, :n].copy()


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator,unused-ignore]
def _anchor(
    start: Ints,
    t: Floats,
    x: Floats,
    y: Floats,
    lat0: float,
    per_m: float,
    radius: float,
    least: float,
    gap: float,
    out: NDArray[np.int64],
) -> int:
    found = 0
    r2 = radius * radius
    for k in range(start.size - 1):
        lo, hi = start[k], start[k + 1]
        if hi - lo < 2:
            continue
        a = lo
        mx, my, n = x[a], y[a], 1.0
        s = math.cos(lat0 + my * per_m) / math.cos(lat0)
        for i in range(lo + 1, hi + 1):
            if i < hi and t[i] - t[i - 1] <= gap:
                dx, dy = (x[i] - mx) * s, y[i] - my
                if dx * dx + dy * dy <= r2:
                    n += 1.0
                    mx += (x[i] - mx) / n
                    my += (y[i] - my) / n
                    continue
            if i - 1 > a and t[i - 1] - t[a] >= least:
                out[0, found], out[1, found] = a, i - 1
                found += 1
            if i < hi:
                a = i
                mx, my, n = x[i], y[i], 1.0
                if per_m != 0.0:
                    s = math.cos(lat0 + my * per_m) / math.cos(lat0)
    return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator,unused-ignore]
def _diameter(
    start: Ints,
    t: Floats,
    x: Floats,
    y: Floats,
    lat0: float,
    per_m: float,
    radius: float,
    least: float,
    gap: float,
    out: NDArray[np.int64],
) -> int:
    found = 0
    d2 = 4.0 * radius * radius
    for k in range(start.size - 1):
        lo, hi = start[k], start[k + 1]
        if hi - lo < 2:
            continue
        a = lo  # first fix of the window
        wall = lo  # no window reaches back past this fix: a stop or a gap ended before it
        x0 = x1 = x[a]
        y0 = y1 = y[a]
        s = math.cos(lat0 + y[a] * per_m) / math.cos(lat0)
        for i in range(lo + 1, hi + 1):
            broken = i == hi or t[i] - t[i - 1] > gap
            if not broken:
                nx0, nx1 = min(x0, x[i]), max(x1, x[i])
                ny0, ny1 = min(y0, y[i]), max(y1, y[i])
                dx, dy = (nx1 - nx0) * s, ny1 - ny0
                if dx * dx + dy * dy <= d2:
                    x0, x1, y0, y1 = nx0, nx1, ny0, ny1
                    continue
            if i - 1 > a and t[i - 1] - t[a] >= least:
                out[0, found], out[1, found] = a, i - 1
                found += 1
                wall = i
            elif broken:
                wall = i
            if i == hi:
                break
            # The longest window that ends here and is still small enough.
            a = i
            x0 = x1 = x[i]
            y0 = y1 = y[i]
            if per_m != 0.0:
                s = math.cos(lat0 + y[i] * per_m) / math.cos(lat0)
            while a > wall:
                nx0, nx1 = min(x0, x[a - 1]), max(x1, x[a - 1])
                ny0, ny1 = min(y0, y[a - 1]), max(y1, y[a - 1])
                dx, dy = (nx1 - nx0) * s, ny1 - ny0
                if dx * dx + dy * dy > d2:
                    break
                x0, x1, y0, y1 = nx0, nx1, ny0, ny1
                a -= 1
    return found
