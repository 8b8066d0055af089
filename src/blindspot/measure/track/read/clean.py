"""Rows as found in a file -> tracks that hold what the methods assume, and a line for each thing that was wrong.

Nothing is mended in silence: unsorted rows are sorted, doubled times kept once, unknown positions and single-fix jumps left
out, each counted and named with its first row. What looks like latitude and longitude changed about is named, not changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import Problem, Where
from blindspot.measure.track.model import EARTH_M, Tracks, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.track.model import Floats, Ints

FASTEST_MS = 100.0  # 360 km/h: no vehicle on a road; aircraft and ships have their own `fastest_ms`


@dataclass(frozen=True, slots=True)
class Rows:
    """Fixes of one file, as found. a, b: lat, lon in degrees, or x, y in metres where `planar`. row: line in the file."""

    file: str
    id: Sequence[str] | np.ndarray | tuple[np.ndarray, Ints]  # or sorted names and the number of each row's
    t: Floats
    a: Floats
    b: Floats
    row: Ints
    planar: bool = False
    problems: list[Problem] = field(default_factory=list)


def clean(rows: Rows, fastest_ms: float = FASTEST_MS) -> tuple[Tracks, list[Problem]]:
    """Tracks in order of their ids, and the problems of the file."""
    problems = list(rows.problems)
    names, number = rows.id if isinstance(rows.id, tuple) else _numbered(rows.id)
    t, a, b, row = rows.t, rows.a, rows.b, rows.row
    keep = np.ones(len(t), bool)

    def drop(bad: np.ndarray, what: str, right: str, got: Floats | None = None) -> None:
        nonlocal keep
        bad = bad & keep
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            value = None if got is None else f"{got[first]:g}"
            problems.append(Problem(Where(rows.file, int(row[first])), f"{_n(int(bad.sum()))} {what}", value, right))
            keep &= ~bad

    with np.errstate(invalid="ignore"):
        drop(~np.isfinite(t), "without a readable time, left out", "write 2021-08-29T12:23:00Z or seconds since 1970")
        drop(t == 0, "at time 0, which no clock means, left out", "leave an unknown time blank")
        drop(~(np.isfinite(a) & np.isfinite(b)), "without a readable position, left out", "write decimal degrees")
        if not rows.planar:
            drop((a == 0) & (b == 0), "at 0, 0, which means unknown, left out", "leave an unknown position blank")
            swapped = (np.abs(a) > 90) & (np.abs(a) <= 180) & (np.abs(b) <= 90)
            drop(
                swapped,
                "with a latitude beyond 90: latitude and longitude look changed about; not applied, left out",
                "change the two columns about if you agree",
                a,
            )
            drop((np.abs(a) > 90) | (np.abs(b) > 360), "off the Earth, left out", "write decimal degrees", a)
    t, a, b, row, number = _ordered(rows.file, t[keep], a[keep], b[keep], row[keep], number[keep], problems)
    spike, jump = _jumps(number, t, a, b, rows.planar, fastest_ms)
    if spike.any():
        first = int(row[np.flatnonzero(spike)[0]])
        says = f"{_n(int(spike.sum()))} that jump away and back faster than {fastest_ms:g} m/s, left out"
        problems.append(Problem(Where(rows.file, first), says, None, None))
    if jump.any():
        first = int(row[np.flatnonzero(jump)[0]])
        says = f"{_n(int(jump.sum()))} reached faster than {fastest_ms:g} m/s, kept"
        problems.append(
            Problem(Where(rows.file, first), says, None, "two vehicles under one id, or a clock that jumped?")
        )
    t, a, b, number = t[~spike], a[~spike], b[~spike], number[~spike]
    present, first_of = np.unique(number, return_index=True)
    start = np.append(first_of, len(t)).astype(np.int64)
    ids = tuple(str(names[k]) for k in present)
    alone = int((np.diff(start) == 1).sum())
    if alone:
        which = ids[int(np.flatnonzero(np.diff(start) == 1)[0])]
        says = f"{alone} track(s) of one fix, the first {which!r}: no stop and no gap can be told from one point"
        problems.append(Problem(Where(rows.file), says, None, None))
    tracks = Tracks(ids, start, t, a, b) if rows.planar else pack(ids, start, t, a, b)
    return tracks, problems


def _ordered(
    file: str, t: Floats, a: Floats, b: Floats, row: Ints, number: Ints, problems: list[Problem]
) -> tuple[Floats, Floats, Floats, Ints, Ints]:
    """Rows by track and time, one for each time; says what was not so."""
    if len(t) > 1 and ((np.diff(number) == 0) & (np.diff(t) < 0)).any():
        back = (np.diff(number) == 0) & (np.diff(t) < 0)
        first = int(np.flatnonzero(back)[0]) + 1
        says = f"{_n(int(back.sum()))} earlier than the one before; sorted by time"
        problems.append(Problem(Where(file, int(row[first])), says, None, None))
    order = np.lexsort((t, number))
    t, a, b, row, number = t[order], a[order], b[order], row[order], number[order]
    double = np.zeros(len(t), bool)
    double[1:] = (np.diff(number) == 0) & (np.diff(t) <= 0)
    if double.any():
        says = f"{_n(int(double.sum()))} at a time already given for the same track; the first is kept"
        problems.append(Problem(Where(file, int(row[np.flatnonzero(double)[0]])), says, None, None))
    return t[~double], a[~double], b[~double], row[~double], number[~double]


def _jumps(
    number: Ints, t: Floats, a: Floats, b: Floats, planar: bool, fastest: float
) -> tuple[np.ndarray, np.ndarray]:
    """Fixes that lie off by a jump there and back, and fixes after a jump that stays."""
    n = len(t)
    spike, jump = np.zeros(n, bool), np.zeros(n, bool)
    if n < 2:
        return spike, jump
    if planar:
        away = np.hypot(np.diff(a), np.diff(b))
    else:
        east = (np.diff(b) + 180) % 360 - 180
        away = np.radians(np.hypot(np.diff(a), east * np.cos(np.radians(a[1:])))) * EARTH_M
    with np.errstate(divide="ignore"):
        fast = (np.diff(number) == 0) & (away > np.maximum(fastest * np.diff(t), 1000.0 if not planar else 0.0))
    spike[1:-1] = fast[:-1] & fast[1:]
    spike[1:] &= ~spike[:-1]  # of a run of jumps every second fix is off
    jump[1:] = fast & ~spike[1:] & ~spike[:-1]
    return spike, jump


def _numbered(ids: Sequence[str] | np.ndarray) -> tuple[np.ndarray, Ints]:
    names, number = np.unique(np.asarray(ids, dtype=str), return_inverse=True)
    return names, number


def _n(count: int) -> str:
    return f"{count} fix" if count == 1 else f"{count} fixes"
