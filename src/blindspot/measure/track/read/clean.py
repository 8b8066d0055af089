"""Rows as found in files -> tracks that hold what the methods assume, and a line for each thing that was wrong.

Nothing is mended in silence: unsorted rows are sorted, doubled times kept once, unknown positions and single-fix jumps left
out, each counted and named with its first row. What looks like latitude and longitude changed about is named, not changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.track.model import EARTH_M, Tracks, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.measure.track.model import Floats, Ints
    from blindspot.measure.track.read.faults import Faults

LATEST_S = 60e9  # 60 thousand million seconds either way of 1970: the years 69 to 3871, which a calendar can show
TURN = "change the two about if you agree"
FASTEST_MS = 100.0  # 360 km/h: no vehicle on a road; aircraft and ships have their own `fastest_ms`


@dataclass(frozen=True, slots=True)
class Rows:
    """Fixes of a file or a part of one, as found. a, b: lat, lon in degrees, or x, y in metres where `planar`.

    id: names, and the number of each row's. row: line in the file.
    """

    file: str
    id: tuple[Sequence[str], Ints]
    t: Floats
    a: Floats
    b: Floats
    row: Ints
    planar: bool = False

    def kept(self, keep: NDArray[np.bool_]) -> Rows:
        """Some of the rows."""
        ids = (self.id[0], self.id[1][keep])
        return Rows(self.file, ids, self.t[keep], self.a[keep], self.b[keep], self.row[keep], self.planar)


@dataclass(frozen=True, slots=True)
class Fixes:
    """Rows of several files in one table, in the order in which they were read; of: number of the file."""

    names: tuple[str, ...]
    number: Ints
    files: tuple[str, ...]
    of: Ints
    row: Ints
    t: Floats
    a: Floats
    b: Floats
    planar: bool


def valid(rows: Rows, faults: Faults) -> NDArray[np.bool_]:
    """Which rows can be fixes, whatever stands beside them."""
    t, a, b = rows.t, rows.a, rows.b
    keep = np.ones(len(t), bool)

    def drop(bad: NDArray[np.bool_], what: str, right: str, got: Floats | None = None) -> None:
        bad = bad & keep
        if bad.any():
            first = int(np.argmax(bad))
            value = None if got is None else f"{got[first]:g}"
            faults.add(rows.file, what, row=int(rows.row[first]), got=value, right=right, n=int(bad.sum()))
            np.logical_and(keep, ~bad, out=keep)

    with np.errstate(invalid="ignore"):
        drop(
            ~np.isfinite(t),
            "{fixes} without a readable time, left out",
            "write 2021-08-29T12:23:00Z or seconds since 1970",
        )
        drop(
            np.abs(t) > LATEST_S,
            "{fixes} at a time that no calendar shows, left out",
            "write 2021-08-29T12:23:00Z or seconds since 1970",
            t,
        )
        drop(t == 0, "{fixes} at time 0, which no clock means, left out", "leave an unknown time blank")
        drop(
            ~(np.isfinite(a) & np.isfinite(b)), "{fixes} without a readable position, left out", "write decimal degrees"
        )
        if not rows.planar:
            drop(
                (a == 0) & (b == 0), "{fixes} at 0, 0, which means unknown, left out", "leave an unknown position blank"
            )
            drop(
                (np.abs(a) > 90) & (np.abs(a) <= 180) & (np.abs(b) <= 90),
                "{fixes} with a latitude beyond 90: latitude and longitude look changed about; not applied, left out",
                TURN,
                a,
            )
            drop((np.abs(a) > 90) | (np.abs(b) > 360), "{fixes} off the Earth, left out", "write decimal degrees", a)
    return keep


def tracks_of(f: Fixes, faults: Faults, fastest_ms: float = FASTEST_MS) -> Tracks:
    """Tracks in order of their names: by time, one fix for each time, without single-fix jumps."""
    order = np.argsort(np.array(f.names, dtype=str), kind="stable") if f.names else np.zeros(0, np.int64)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    number, of, row, t, a, b = _by_time(rank[f.number], f, faults)
    spike, jump, turned = _jumps(number, t, a, b, f.planar, fastest_ms)
    for bad, says, else_right in (
        (spike, f"{{fixes}} that jump away and back faster than {fastest_ms:g} m/s, left out", None),
        (
            jump,
            f"{{fixes}} reached faster than {fastest_ms:g} m/s, kept",
            "two vehicles under one id, or a clock that jumped?",
        ),
    ):
        faults.at(f.files, of, row, bad & ~turned, says, else_right)
        faults.at(
            f.files,
            of,
            row,
            bad & turned,
            f"{says}; latitude and longitude look changed about there, not applied",
            TURN,
        )
    if spike.any():
        number, of = number[~spike], of[~spike]
        t, a, b = t[~spike], a[~spike], b[~spike]
    present, first = np.unique(number, return_index=True)
    start = np.append(first, len(t)).astype(np.int64)
    ids = tuple(f.names[order[k]] for k in present)
    for k in np.flatnonzero(np.diff(start) == 1):
        what = "{n} track(s) of one fix: no stop and no gap can be told from one point"
        faults.add(f.files[int(of[start[k]])], what)
    if f.planar:
        return Tracks(ids, start, t, a, b)
    middle = (start[:-1] + start[1:]) // 2
    for k in _elsewhere(a[middle], b[middle]):
        what = "{n} track(s) lie where others here would, were latitude and longitude changed about; not applied"
        faults.add(f.files[int(of[start[k]])], what, got=ids[k], right=TURN)
    return pack(ids, start, t, a, b)


def _by_time(rank: Ints, f: Fixes, faults: Faults) -> tuple[Ints, Ints, Ints, Floats, Floats, Floats]:
    """Fixes by track and time, one for each time; says what was not so."""

    def sorted_by(order: Ints) -> tuple[Any, ...]:
        return tuple(v[order] for v in (rank, f.of, f.row, f.t, f.a, f.b))

    found = sorted_by(np.argsort(rank, kind="stable"))
    number, of, row, t, _, _ = found
    same = np.diff(number) == 0
    back = np.zeros(len(t), bool)
    back[1:] = same & (np.diff(t) < 0)
    if back.any():
        told = back.copy()
        told[1:] &= np.diff(of) == 0  # a file may be named before one with earlier times
        faults.at(f.files, of, row, told, "{fixes} earlier than the one before; sorted by time")
        found = sorted_by(np.lexsort((f.t, rank)))
        number, of, row, t, _, _ = found
    double = np.zeros(len(t), bool)
    double[1:] = (np.diff(number) == 0) & (np.diff(t) <= 0)
    if double.any():
        faults.at(f.files, of, row, double, "{fixes} at a time already given for the same track; the first is kept")
        found = tuple(v[~double] for v in found)
    number, of, row, t, a, b = found
    return number, of, row, t, a, b


def _jumps(
    number: Ints, t: Floats, a: Floats, b: Floats, planar: bool, fastest: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Fixes that lie off by a jump there and back, fixes after a jump that stays, and which jumps are none with a and b changed about."""
    n = len(t)
    spike, jump, turned = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool)
    if n < 2:
        return spike, jump, turned
    most = np.maximum(fastest * np.diff(t), 1000.0 if not planar else 0.0)
    fast = (np.diff(number) == 0) & (_away(a[:-1], b[:-1], a[1:], b[1:], planar) > most)
    if not planar and fast.any():
        turned[1:] = fast & (_away(a[:-1], b[:-1], b[1:], a[1:], planar) <= most)
    spike[1:-1] = fast[:-1] & fast[1:]
    spike[1:] &= ~spike[:-1]  # of a run of jumps every second fix is off
    jump[1:] = fast & ~spike[1:] & ~spike[:-1]
    return spike, jump, turned


def _elsewhere(lat: Floats, lon: Floats) -> Ints:
    """Positions with more neighbours, within a degree, where they would be changed about than where they are; of equals the later."""
    from scipy.spatial import cKDTree

    here, there = np.column_stack([lat, lon]), np.column_stack([lon, lat])
    if len(here) < 2 or np.abs(lat - lon).min() < 2:
        return np.zeros(0, np.int64)
    near = cKDTree(here)
    mine, others = (near.query_ball_point(v, 1.0, return_length=True) for v in (here, there))
    turned = (others > mine) | ((others == mine) & (near.query(there)[1] < np.arange(len(here))))
    out: Ints = np.flatnonzero(turned)
    return out


def _away(a: Floats, b: Floats, to_a: Floats, to_b: Floats, planar: bool) -> Floats:
    """Metres from fix to fix."""
    if planar:
        return np.hypot(to_a - a, to_b - b)
    east = (to_b - b + 180) % 360 - 180
    out: Floats = np.radians(np.hypot(to_a - a, east * np.cos(np.radians(to_a)))) * EARTH_M
    return out


def numbered(ids: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """Names and the number of each."""
    names, number = np.unique(np.asarray(ids, dtype=str), return_inverse=True)
    return tuple(names.tolist()), number.astype(np.int64)
