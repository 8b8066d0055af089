"""What do the clocks of a clip say, each for itself, and how do they run against one another?

PTS of the pictures, PCR, PTS of the telemetry, the telemetry's own time (tag 2), the time in the picture stream (ST 0604) and
the container's are set side by side, never averaged. A packet without PTS gets no time: it gets bounds, the pictures before
and after it in the file. A time is never made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from blindspot.measure.footage.frames import PictureInfo
    from blindspot.measure.footage.model import Telemetry
    from blindspot.measure.footage.reading import Footage

TICKS = 90_000
WRAP = 1 << 33
BY_PTS, BY_PLACE, NO_TIME = 0, 1, 2
BASES = ("PTS of its packet", "position in the file, between pictures", "none")


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock: how many readings, first and last (its own unit: seconds, or microseconds since 1970 where `absolute`),
    rate against the PTS of the pictures in parts per million (NaN: cannot be told), how often it stood still, ran backwards
    or jumped (by more than five median steps), and its resolution: the least step seen, in seconds.
    """

    name: str
    source: str
    absolute: bool
    readings: int
    first: float
    last: float
    rate_ppm: float
    stood: int
    backwards: int
    jumps: int
    step_s: float


@dataclass(frozen=True, slots=True)
class Offset:
    """Clock a minus clock b where both were read for the same picture: median, least and greatest, in seconds."""

    a: str
    b: str
    n: int
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PacketTimes:
    """When each packet belongs, in seconds on the pictures' PTS axis: best (NaN where only bounds are known), low, high."""

    best: np.ndarray
    low: np.ndarray
    high: np.ndarray
    basis: np.ndarray


def unwrap(pts: np.ndarray) -> np.ndarray:
    """90 kHz stamps to seconds, past the wrap of their 33 bits; NaN for -1."""
    out = np.full(len(pts), np.nan)
    known = np.flatnonzero(pts >= 0)
    if len(known):
        value = pts[known].astype(np.int64)
        step = np.diff(value)
        turns = np.cumsum(np.where(step < -WRAP // 2, 1, np.where(step > WRAP // 2, -1, 0)))
        out[known] = (value + np.concatenate(([0], turns)) * WRAP) / TICKS
    return out


def packet_times(t: Telemetry, pictures: np.ndarray | None) -> PacketTimes:
    """Times of packets on the axis of picture PTS; pictures: rows (place, pts, SEI time, status) in file order, or None."""
    n = len(t)
    best = unwrap(t.pts)
    low, high = best.copy(), best.copy()
    basis = np.where(np.isnan(best), NO_TIME, BY_PTS)
    if pictures is not None and len(pictures):
        seconds = unwrap(pictures[:, 1])
        has = ~np.isnan(seconds)
        places, seconds = pictures[has, 0], seconds[has]
        missing = np.flatnonzero(np.isnan(best))
        if len(places) and len(missing):
            # Pictures are stored up to some frames out of order: the bound takes the eight around the place.
            after = np.searchsorted(places, t.place[missing])
            for row, at in zip(missing.tolist(), after.tolist(), strict=True):
                around = seconds[max(0, at - 4) : at + 4]
                if len(around):
                    low[row], high[row], basis[row] = around.min(), around.max(), BY_PLACE
    return PacketTimes(best[:n], low, high, basis)


def clocks(f: Footage, info: PictureInfo | None) -> tuple[list[Clock], list[Offset]]:
    """Every clock of a clip and the offsets between those that were read together."""
    found: list[Clock] = []
    offsets: list[Offset] = []
    shown: dict[int, np.ndarray] = {}
    for pid, rows in f.pictures.items():
        seconds = unwrap(rows[:, 1])
        shown[pid] = seconds
        if (~np.isnan(seconds)).any():
            found.append(_clock(f"picture PTS (PID {pid})", "PES header", np.sort(seconds), None))
        if (rows[:, 2] >= 0).any():
            order = np.argsort(np.where(np.isnan(seconds), np.inf, seconds), kind="stable")
            sei = np.where(rows[order, 2] >= 0, rows[order, 2].astype(float), np.nan)
            found.append(_clock(f"ST 0604 in pictures (PID {pid})", "SEI message", sei, seconds[order], absolute=True))
    for pid in np.unique(f.pcr[:, 2]).tolist():
        own = f.pcr[f.pcr[:, 2] == pid]
        found.append(_clock(f"PCR (PID {pid})", "adaptation field", own[:, 1] / 27e6, None))
    pictures = max(f.pictures.values(), key=len, default=None)
    for t in f.telemetry:
        when = packet_times(t, pictures)
        if (when.basis == BY_PTS).any():
            found.append(_clock(f"telemetry PTS (stream {t.stream})", "PES header", when.best, None))
        own_time = np.where(t.time_us >= 0, t.time_us.astype(float), np.nan)
        own_time[t.flags != 0] = np.nan
        if (~np.isnan(own_time)).any():
            found.append(_clock(f"telemetry time (stream {t.stream})", "tag 2", own_time, when.best, absolute=True))
            offsets += _against_sei(f, t, own_time, when.best)
    if info and info.container_time:
        found.append(
            Clock(
                "container",
                f"creation time {info.container_time}",
                True,
                1,
                float("nan"),
                float("nan"),
                float("nan"),
                0,
                0,
                0,
                float("nan"),
            )
        )
    return found, offsets


def _clock(name: str, source: str, values: np.ndarray, against: np.ndarray | None, *, absolute: bool = False) -> Clock:
    unit = 1e-6 if absolute else 1.0
    known = values[~np.isnan(values)]
    step = np.diff(known) * unit
    forward = step[step > 0]
    usual = float(np.median(forward)) if len(forward) else float("nan")
    rate = float("nan")
    if against is not None:
        both = ~np.isnan(values) & ~np.isnan(against)
        if both.sum() > 10:
            x, y = against[both] - against[both].mean(), (values[both] - values[both].mean()) * unit
            rate = float((x @ y / (x @ x) - 1) * 1e6) if x @ x > 0 else float("nan")
    return Clock(
        name, source, absolute, len(known), float(known[0]), float(known[-1]), rate, int((step == 0).sum()),
        int((step < 0).sum()), int((step > 5 * usual).sum()), float(forward.min()) if len(forward) else float("nan"),
    )  # fmt: skip


def _against_sei(f: Footage, t: Telemetry, own: np.ndarray, best: np.ndarray) -> list[Offset]:
    """Telemetry time minus the time in the picture of the same PTS (within half a millisecond)."""
    out = []
    for pid, rows in f.pictures.items():
        has = (rows[:, 2] >= 0) & (rows[:, 1] >= 0)
        if not has.any():
            continue
        stamps, sei = unwrap(rows[has, 1]), rows[has, 2]
        order = np.argsort(stamps)
        stamps, sei = stamps[order], sei[order]
        usable = np.flatnonzero(~np.isnan(best) & ~np.isnan(own))
        at = np.clip(np.searchsorted(stamps, best[usable] - 5e-4), 0, len(stamps) - 1)
        same = np.abs(stamps[at] - best[usable]) < 5e-4
        if same.any():
            gap = (t.time_us[usable[same]] - sei[at[same]]) / 1e6
            out.append(
                Offset(
                    f"telemetry time (stream {t.stream})",
                    f"ST 0604 in pictures (PID {pid})",
                    int(same.sum()),
                    float(np.median(gap)),
                    float(gap.min()),
                    float(gap.max()),
                )
            )
    return out


def doubts(t: Telemetry, when: PacketTimes) -> list[str]:
    """What the telemetry's own time and place say against it: time that stands or runs back, a platform that leaps."""
    found = []
    sound = (t.flags == 0) & (t.time_us >= 0)
    time = t.time_us[sound] / 1e6
    if len(time) > 2:
        step = np.diff(time)
        if (step < 0).any():
            found.append(f"telemetry time runs backwards {int((step < 0).sum())} times")
        usual = float(np.median(step))
        against = when.best[sound]
        slip = np.diff(time) - np.diff(against)
        jumps = np.abs(slip) > max(5 * usual, 1.0)
        if jumps.any():
            found.append(
                f"telemetry time jumps against the pictures {int(jumps.sum())} times, by up to {float(np.nanmax(np.abs(slip))):.1f} s"
            )
    return found
