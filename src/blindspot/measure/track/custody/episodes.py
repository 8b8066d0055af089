"""Interruptions made on purpose: hide a vehicle for so many seconds and list everything that might be it afterwards.

Lengths are in vehicle lengths (5 m on the ground, the root of the box area in footage), so that one law serves both.
Tracks that run at the same time are taken as they are. Where fewer than ten do, vehicle-days are laid over one clock and
the look-alikes are days of *other* vehicles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.custody.rivals import Rivals
    from blindspot.measure.track.model import Floats, Ints, Tracks

LENGTH_M = 5.0  # of a car with its shadow on the ground
SIMULTANEOUS = 10  # with fewer vehicles in play at once, days are overlaid
OTHERS = 40
SEED = 20210829
MISSING = float("nan")


@dataclass(frozen=True, slots=True)
class Episodes:
    """E interruptions with up to V candidates. NaN where a candidate does not exist; column 0 is the vehicle itself.

    along, across: displacement since the last sight, in lengths, in the direction of travel then (along = distance where
    it stood). before: speed then, lengths/s. out_along, out_across: velocity after, same axes. size: log of size after
    over size before (0 on the ground). cluster: who is held out together. scene: vehicles that share a law.
    """

    cluster: Ints  # (E,) the vehicle
    scene: Ints  # (E,) the file of footage; one scene on the ground
    before: Floats  # (E,)
    along: Floats  # (E, V)
    across: Floats
    out_along: Floats
    out_across: Floats
    size: Floats
    shape: Floats
    rivals: Rivals | None = None  # where the others were before, in footage

    def __len__(self) -> int:
        return len(self.cluster)

    def rows(self, keep: NDArray[np.bool_] | Ints) -> Episodes:
        """Some of the episodes."""
        chosen = np.arange(len(self))[keep]
        rivals = self.rivals.rows(chosen) if self.rivals is not None else None
        columns: list[Any] = [getattr(self, name)[chosen] for name in Episodes.__slots__[:-1]]
        return replace(Episodes(*columns), rivals=rivals)


@dataclass(frozen=True, slots=True)
class Units:
    """Stretches of track on one clock: a vehicle, or one of its days. t is increasing in each."""

    vehicle: Ints  # (U,)
    start: Ints  # (U + 1,)
    t: Floats
    x: Floats
    y: Floats
    longest: float  # s, between fixes, over which a position is still interpolated


def units(tracks: Tracks, *, overlay: bool | None = None) -> tuple[Units, bool]:
    """The tracks as they ran, or their days on one clock; and which."""
    dt = np.diff(tracks.t)
    inner = np.diff(tracks.of) == 0
    usual = float(np.median(dt[inner])) if inner.any() else 60.0
    longest = max(3 * usual, 60.0)
    if overlay is None:
        overlay = _in_play(tracks, longest) < SIMULTANEOUS
    if not overlay:
        return Units(np.arange(len(tracks)), tracks.start, tracks.t, tracks.x, tracks.y, longest), False
    day = np.floor(tracks.t / 86_400.0)
    cut = np.flatnonzero(np.diff(tracks.of, prepend=-1) | (np.diff(day, prepend=-1) != 0)).astype(np.int64)
    start = np.append(cut, len(tracks.t)).astype(np.int64)
    return Units(tracks.of[cut], start, tracks.t - day * 86_400.0, tracks.x, tracks.y, longest), True


def episodes(found: Units, gap_s: float, number: int, *, others: int | None = None, seed: int = SEED) -> Episodes:
    """About `number` interruptions, spread evenly over the vehicles.

    others: at most so many look-alikes of other vehicles, drawn anew each time (None: all that are in play).
    A vehicle is hidden at one of its fixes and must be in sight again after the gap, otherwise nothing can be asked.
    """
    rng = np.random.default_rng([seed, round(gap_s * 1000)])
    unit, fix = _moments(found, gap_s, number, rng)
    t0 = found.t[fix]
    t1 = t0 + gap_s
    count = len(found.vehicle)
    px, py, vx, vy = (np.full((len(fix), count), np.nan) for _ in range(4))
    for u in range(count):
        px[:, u], py[:, u], vx[:, u], vy[:, u] = _at(found, u, t1)
    row = np.arange(len(fix))
    same = found.vehicle[None, :] == found.vehicle[unit][:, None]
    own = (px[row, unit], py[row, unit], vx[row, unit], vy[row, unit])
    px[same] = np.nan
    wide = int(np.isfinite(px).sum(axis=1).max(initial=0))
    wide = min(wide, others) if others is not None else wide
    chosen = np.argsort(np.where(np.isfinite(px), rng.random(px.shape), 2.0), axis=1)[:, :wide]
    sets = [
        np.concatenate([mine[:, None], np.take_along_axis(rest, chosen, axis=1)], axis=1)
        for mine, rest in zip(own, (px, py, vx, vy), strict=True)
    ]
    bx = (found.x[fix] - found.x[fix - 1]) / (found.t[fix] - found.t[fix - 1])
    by = (found.y[fix] - found.y[fix - 1]) / (found.t[fix] - found.t[fix - 1])
    length = np.full(len(fix), LENGTH_M)
    size = np.where(np.isfinite(sets[0]), 0.0, np.nan)
    keep = np.isfinite(own[0])
    origin = np.column_stack([found.x[fix], found.y[fix]])
    scene = np.zeros(len(fix), np.int64)
    return turned(found.vehicle[unit], scene, origin, np.column_stack([bx, by]), sets, (size, size), length).rows(keep)


def turned(
    cluster: Ints,
    scene: Ints,
    origin: Floats,
    velocity: Floats,
    sets: list[Floats],
    looks: tuple[Floats, Floats],
    length: Floats,
) -> Episodes:
    """Positions and velocities -> lengths along and across the direction of travel before the gap. looks: size and shape."""
    speed = np.hypot(velocity[:, 0], velocity[:, 1])
    heading = np.where(speed[:, None] > 0, velocity / np.maximum(speed, 1e-12)[:, None], [[1.0, 0.0]])
    cx, cy = heading[:, :1], heading[:, 1:]
    dx, dy = sets[0] - origin[:, :1], sets[1] - origin[:, 1:]
    scale = length[:, None]
    return Episodes(
        np.asarray(cluster, np.int64),
        np.asarray(scene, np.int64),
        speed / length,
        (dx * cx + dy * cy) / scale,
        (dy * cx - dx * cy) / scale,
        (sets[2] * cx + sets[3] * cy) / scale,
        (sets[3] * cx - sets[2] * cy) / scale,
        *looks,
    )


def _moments(found: Units, gap_s: float, number: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Fixes at which vehicles are hidden: second or later of an unbroken stretch, in sight after the gap; even by vehicle."""
    of = np.repeat(np.arange(len(found.vehicle)), np.diff(found.start))
    good = np.zeros(len(found.t), bool)
    good[1:] = (np.diff(of) == 0) & (np.diff(found.t) <= found.longest)
    for u in range(len(found.vehicle)):
        part = slice(int(found.start[u]), int(found.start[u + 1]))
        good[part] &= np.isfinite(_at(found, u, found.t[part] + gap_s)[0])
    fixes = np.flatnonzero(good)
    vehicle = found.vehicle[of[fixes]]
    names, counts = np.unique(vehicle, return_counts=True)
    each = -(-number // max(len(names), 1))
    chosen = [rng.permutation(fixes[vehicle == v])[:each] for v, c in zip(names, counts, strict=True) if c]
    kept = np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, np.int64)
    return of[kept], kept


def _at(found: Units, u: int, when: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Position and velocity of a unit at given times; NaN where its fixes lie too far apart or end."""
    lo, hi = int(found.start[u]), int(found.start[u + 1])
    t, x, y = found.t[lo:hi], found.x[lo:hi], found.y[lo:hi]
    if hi - lo < 2:
        nan = np.full(len(when), np.nan)
        return nan, nan, nan, nan
    k = np.clip(np.searchsorted(t, when, side="right") - 1, 0, hi - lo - 2)
    dt = t[k + 1] - t[k]
    good = (when >= t[0]) & (when <= t[-1]) & (dt <= found.longest)
    share = np.where(good, (when - t[k]) / dt, np.nan)
    # The way it moves afterwards is read from the next pair of fixes, so that nothing of the gap itself is in it.
    a = np.minimum(k + 1, hi - lo - 2)
    after = t[a + 1] - t[a]
    vx, vy = (x[a + 1] - x[a]) / after, (y[a + 1] - y[a]) / after
    return x[k] + share * (x[k + 1] - x[k]), y[k] + share * (y[k + 1] - y[k]), vx, vy


def _in_play(tracks: Tracks, longest: float) -> float:
    """How many vehicles are in sight at once, as a vehicle of the set sees it: the median over fixes."""
    if not len(tracks.t):
        return 0.0
    at = np.sort(tracks.t)[:: max(len(tracks.t) // 200, 1)]
    count = np.zeros(len(at))
    for _, part in tracks:
        t = tracks.t[part]
        if len(t) < 2:
            continue
        k = np.clip(np.searchsorted(t, at, side="right") - 1, 0, len(t) - 2)
        count += (at >= t[0]) & (at <= t[-1]) & (t[k + 1] - t[k] <= longest)
    return float(np.median(count))
