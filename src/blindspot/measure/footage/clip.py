"""What is to be said of one clip? Reads a file and puts the room's answers together; `summary` makes plain data of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage import clocks as c
from blindspot.measure.footage.footprint import Footprints, View, footprints, view
from blindspot.measure.footage.frames import PictureInfo, picture_info, picture_size
from blindspot.measure.footage.klv_kernels import W_TRUNCATED
from blindspot.measure.footage.lag import Lag, find_lag
from blindspot.measure.footage.reading import Footage, read_footage
from blindspot.measure.footage.registration import Motion, picture_motion
from blindspot.measure.footage.resolution import THINGS, Heights, Told, heights, niirs_range, told_apart
from blindspot.measure.footage.security import highest_marking
from blindspot.quantities import Range

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.footage.geometry import Real, Surface
    from blindspot.measure.footage.model import Telemetry


@dataclass(slots=True)
class Seen:
    """One telemetry stream with what follows from it. gsd: 5-95 % over frames, centre and corners, both directions, metres
    on the ground; across: the same across the line of sight (what an upright object is sampled with).
    """

    telemetry: Telemetry
    view: View
    footprints: Footprints
    times: c.PacketTimes
    lag: Lag
    gsd: tuple[float, float, float] | None = None  # median, low, high
    across: Range | None = None
    depression: float = float("nan")
    told: tuple[Told, ...] = ()
    heights: Heights | None = None
    niirs: Range | None = None


@dataclass(slots=True)
class Clip:
    """A file and all that was found in it. problems: what is to be said against it, in words."""

    name: str
    footage: Footage
    info: PictureInfo | None
    seen: list[Seen]
    clocks: list[c.Clock]
    offsets: list[c.Offset]
    security: str | None
    motion: Motion | None
    problems: list[str] = field(default_factory=list)
    wrong: bool = False  # the input is not right, whatever of it could be read

    @property
    def frames(self) -> int:
        """How many pictures the file holds, as far as headers tell."""
        counted = max((len(rows) for rows in self.footage.pictures.values()), default=0)
        if counted or self.info is None or not np.isfinite(self.info.duration):
            return counted
        return round(self.info.duration * max(self.info.rate, 1.0))

    @property
    def main(self) -> Seen | None:
        """The telemetry stream with the most packets."""
        return max(self.seen, key=lambda s: len(s.telemetry), default=None)


def read_clip(path: Path, surface: Surface | None = None, *, look: bool = True) -> Clip:
    """Everything about one file but its pictures' content. look=False leaves the pictures undecoded (no lag then)."""
    footage = read_footage(path)
    info = picture_info(path) if look and footage.kind in {"transport stream", "container"} else None
    size = picture_size(info)
    rows = max(footage.pictures.values(), key=len, default=None)
    posed = [t for t in footage.telemetry if (~np.isnan(t.number("sensor_latitude"))).any()]
    motion = picture_motion(path, size) if size and posed else None
    seen = [_see(t, size, rows, motion, surface) for t in footage.telemetry]
    readings, offsets = c.clocks(footage, info)
    security, damaged = highest_marking(footage.telemetry)
    clip = Clip(path.stem, footage, info, seen, readings, offsets, security, motion)
    clip.problems = _problems(clip, damaged, look=look)
    return clip


def _see(
    t: Telemetry, size: tuple[int, int] | None, rows: np.ndarray | None, motion: Motion | None, surface: Surface | None
) -> Seen:
    v = view(t, size)
    with np.errstate(invalid="ignore", divide="ignore"):
        prints = footprints(t, v, size, surface)
    times = c.packet_times(t, rows)
    if motion is None or not len(motion.shift):
        lag = Lag(
            None,
            None,
            None,
            None,
            float("nan"),
            0,
            float("nan"),
            float("nan"),
            "not measurable: no picture motion or no pose",
        )
    else:
        lag = find_lag(v, np.where(t.flags == 0, times.best, np.nan), motion)
    seen = Seen(t, v, prints, times, lag)
    _resolve(seen)
    return seen


def _resolve(seen: Seen) -> None:
    sound = seen.telemetry.flags == 0
    gsd, depression = seen.footprints.gsd[sound], seen.footprints.depression[sound]
    looks_down = (depression > 1) & (depression <= 90)
    gsd, depression = gsd[looks_down], depression[looks_down]
    centre = np.sqrt(gsd[:, 0, 0] * gsd[:, 0, 1])
    if not (~np.isnan(centre)).any():
        return
    low, high = np.nanpercentile(gsd, [5, 95])
    seen.gsd = float(np.nanmedian(centre)), float(low), float(high)
    # Across the line of sight the ground distance along columns shrinks by the sine of the depression.
    across = np.concatenate((gsd[:, :, 0].ravel(), (gsd[:, :, 1] * np.sin(np.radians(depression))[:, None]).ravel()))
    a, b = np.nanpercentile(across, [5, 95])
    seen.across, seen.depression = Range(float(a), float(b)), float(np.nanmedian(depression))
    seen.told = tuple(told_apart(thing, seen.across, seen.depression) for thing in THINGS)
    seen.heights = heights(seen.across, seen.depression)
    spread: Real = np.nanpercentile(centre, [5, 95])
    seen.niirs = niirs_range(Range(float(spread[0]), float(spread[1])), seen.depression)


def _problems(clip: Clip, damaged: str | None, *, look: bool) -> list[str]:
    footage, name = clip.footage, clip.footage.path
    found = [f"{name}: {what}" for what in footage.problems]
    clip.wrong = footage.wrong
    undecoded = look and clip.info is None
    if footage.kind == "unknown" or (footage.kind == "container" and undecoded):
        clip.wrong = True
        found.append(
            f"{name}: is neither a transport stream, a video nor KLV that can be read; give the file as it was received"
        )
    elif footage.kind == "transport stream" and undecoded:
        clip.wrong = True
        found.append(f"{name}: holds no picture that can be decoded; {footage.packets} telemetry packets were read")
    for t in footage.telemetry:
        if len(t) and t.flags[-1] & W_TRUNCATED:
            clip.wrong = True
            found.append(f"{name}: ends in mid packet of its telemetry; what was there is kept and flagged")
    if damaged:
        found.append(f"{name}: a damaged packet is marked {damaged}; sound packets say {clip.security}")
    bad = sum(int((t.flags != 0).sum()) for t in footage.telemetry)
    if bad:
        found.append(f"{name}: {bad} of {footage.packets} telemetry packets are damaged; they are kept and flagged")
    for seen in clip.seen:
        found += [f"{name}: {what}" for what in c.doubts(seen.telemetry, seen.times)]
        if seen.lag.matches is False:
            found.append(f"{name}: {seen.lag.why}")
        odd = seen.footprints.contradicts
        if odd.any():
            gap = float(np.median(seen.footprints.centre_gap[odd]))
            found.append(
                f"{name}: in {int(odd.sum())} of {len(odd)} packets the reported frame centre and that of pose and angles contradict one another (median {gap:,.0f} m)"
            )
    return found
