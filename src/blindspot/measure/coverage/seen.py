"""When was a place seen, from where and how finely, and for every other moment: why not?

A sensor path is a list of moments that each hold until the next; a longer pause than `longest_gap_s` is "no record".
At each moment, in this order, the first that applies is the reason:
  not on station   before the first moment of the path or after its last
  no record        a pause in the path
  not pointed      the place lies outside the footprint
  hidden           no open ground of the place is in line of sight
  too coarse       a person would be detected with less than `least` probability at this resolution
  not attended     nobody looked at the picture
Where the errors of pointing, place or surface leave both answers open, the moment is "perhaps" and keeps the reason that
would hold; "seen" means that a person in the open could have been detected, not that anyone was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.coverage.resolution import DETECT, task_probability

if TYPE_CHECKING:
    from numpy.typing import NDArray

REASONS = ("not on station", "no record", "not pointed", "hidden", "too coarse", "not attended")


@dataclass(frozen=True, slots=True)
class Path:
    """A sensor over time, arrays (P,): seconds UTC, position and aim in metres in the frame of the place.

    `radius` is that of the footprint on the ground, `gsd` metres per pixel at the aim; NaN = not known. `attended`: 1 =
    somebody watched, 0 = nobody, NaN = not known.
    """

    time: NDArray[np.float64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]
    up: NDArray[np.float64]
    aim_east: NDArray[np.float64]
    aim_north: NDArray[np.float64]
    radius: NDArray[np.float64]
    gsd: NDArray[np.float64]
    attended: NDArray[np.float64]

    @property
    def positions(self) -> NDArray[np.float64]:
        """(P, 3): east, north, up."""
        return np.column_stack([self.east, self.north, self.up])


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` to `end` (seconds UTC) one answer held."""

    start: float
    end: float
    state: str  # seen | perhaps | not seen
    reason: str  # blank where seen
    sight: tuple[float, float]  # least and greatest share of the place in line of sight
    gsd: tuple[float, float]  # metres per pixel; NaN = not known
    slant_m: tuple[float, float]
    bearing_deg: tuple[float, float]  # from the place to the sensor, clockwise from north, at the start and at the end


def checked_path(path: Path, name: str = "path") -> Path:
    """The path, if it can be one. Raises UsageError for broken times, positions or sizes."""
    if len(path.time) == 0:
        raise UsageError(f"{name}: holds no moment")
    if not np.isfinite(np.column_stack([path.time, path.positions])).all():
        raise UsageError(f"{name}: a time or a position is missing; leave such rows out")
    if np.abs(path.up).max() > 1e5:
        raise UsageError(
            f"{name}: a height of {np.abs(path.up).max():g} m is beyond any aircraft; are the heights in metres?"
        )
    back = np.flatnonzero(np.diff(path.time) <= 0)
    if len(back):
        raise UsageError(f"{name}: moment {back[0] + 2} is not later than the one before; sort the rows by time")
    if np.any(path.gsd <= 0) or np.any(path.radius <= 0):
        raise UsageError(f"{name}: gsd_m and radius_m are above 0, in metres; leave a cell empty where not known")
    return path


def timeline(
    path: Path,
    place: tuple[float, float, float],
    sight: tuple[NDArray[np.float64], NDArray[np.float64]],
    window: tuple[float, float],
    size_m: float,
    pointing_error_m: float = 0.0,
    longest_gap_s: float = 60.0,
    least: float = 0.05,
    ground_m: float = 0.0,
) -> tuple[Interval, ...]:
    """The answers over a window of time for a place (east, north, error radius), merged where nothing changes.

    `ground_m`: height of the place. `sight`: least and greatest share of the place in line of sight at each moment (`sight.place_in_sight`).
    """
    checked_path(path)
    east, north, error = place
    steps = answers(path, east, north, error + pointing_error_m, sight, size_m, least)
    worst = steps.min(axis=0)
    reason = np.where(worst == 2, -1, 2 + np.argmax(steps == worst, axis=0))
    state = np.where(worst == 2, 0, np.where(worst == 1, 1, 2))
    slant = np.sqrt((path.east - east) ** 2 + (path.north - north) ** 2 + (path.up - ground_m) ** 2)
    bearing = np.degrees(np.arctan2(path.east - east, path.north - north)) % 360
    start, end, row = spans(path.time, window, longest_gap_s)
    found: list[Interval] = []
    names = ("seen", "perhaps", "not seen")
    for a, b, i in zip(start, end, row, strict=True):
        if i >= 0:
            new = Interval(
                a,
                b,
                names[state[i]],
                "" if reason[i] < 0 else REASONS[reason[i]],
                (float(sight[0][i]), float(sight[1][i])),
                (float(path.gsd[i]),) * 2,
                (float(slant[i]),) * 2,
                (float(bearing[i]),) * 2,
            )
        else:
            nan = (float("nan"), float("nan"))
            new = Interval(a, b, "not seen", REASONS[0] if i == -1 else REASONS[1], (0.0, 0.0), nan, nan, nan)
        if found and (found[-1].state, found[-1].reason) == (new.state, new.reason) and found[-1].end == new.start:
            new = _joined(found.pop(), new)
        found.append(new)
    return tuple(found)


def answers(
    path: Path,
    east: Any,
    north: Any,
    slack: float,
    sight: tuple[NDArray[np.float64], NDArray[np.float64]],
    size_m: float,
    least: float = 0.05,
) -> NDArray[np.int_]:
    """Whether each moment was pointed, in sight, fine enough, attended: 2 = surely, 1 = perhaps, 0 = surely not.

    (4, ..., P); `east`, `north` of one place, or (m, 1) of several, and `sight` to match.
    """
    off = np.hypot(path.aim_east - east, path.aim_north - north)
    known = np.isfinite(off) & np.isfinite(path.radius)
    pointed = np.where(known, 1 + (off + slack <= path.radius) - (off - slack > path.radius), 1)
    clear = np.where(sight[0] > 0, 2, np.where(sight[1] > 0, 1, 0))
    task = task_probability(np.nan_to_num(path.gsd, nan=1.0), size_m, DETECT)
    fine = np.where(np.isnan(path.gsd), 1, np.where(task >= least, 2, 0))
    attended = np.where(np.isnan(path.attended), 1, np.where(path.attended > 0, 2, 0))
    return np.stack(np.broadcast_arrays(pointed, clear, fine, attended))


def hours_by_reason(intervals: tuple[Interval, ...]) -> dict[str, float]:
    """Hours seen, perhaps seen, and not seen for each reason."""
    found: dict[str, float] = {}
    for i in intervals:
        key = i.state if i.state != "not seen" else i.reason
        found[key] = found.get(key, 0.0) + (i.end - i.start) / 3600
    return found


def spans(
    time: NDArray[np.float64], window: tuple[float, float], longest: float
) -> tuple[list[float], list[float], list[int]]:
    """Start, end and row of the moment that holds; row -1 = not on station, -2 = no record."""
    first, last = window
    if last <= first:
        raise UsageError("the window of time ends before it begins")
    pieces: list[tuple[float, float, int]] = [(first, min(last, time[0]), -1)]
    for i, t in enumerate(time):
        until = (
            time[i + 1]
            if i + 1 < len(time)
            else t + min(longest, np.median(np.diff(time)) if len(time) > 1 else longest)
        )
        held = min(until, t + longest)
        pieces.append((t, held, i))
        if until > held:
            pieces.append((held, until, -2))
    pieces.append((pieces[-1][1], last, -1))
    kept = [(max(a, first), min(b, last), i) for a, b, i in pieces]
    kept = [(float(a), float(b), i) for a, b, i in kept if b > a]
    return [k[0] for k in kept], [k[1] for k in kept], [k[2] for k in kept]


def _joined(a: Interval, b: Interval) -> Interval:
    def span(x: tuple[float, float], y: tuple[float, float]) -> tuple[float, float]:
        values = np.array([*x, *y])
        return (float(np.nanmin(values)), float(np.nanmax(values))) if np.isfinite(values).any() else x

    return Interval(
        a.start,
        b.end,
        a.state,
        a.reason,
        span(a.sight, b.sight),
        span(a.gsd, b.gsd),
        span(a.slant_m, b.slant_m),
        (a.bearing_deg[0], b.bearing_deg[1]),
    )
