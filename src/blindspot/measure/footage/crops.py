"""What does a box of a picture show, at the picture's own resolution, when was that, and how much ground is a pixel there?"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage.clip import read_clip
from blindspot.measure.footage.frames import pictures
from blindspot.measure.footage.stills import png, utc
from blindspot.measure.footage.tables import picture_packets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ROUND = 1.5  # of the larger side of the box, shown to each side of its middle
LEAST = 12  # pixels to each side


@dataclass(frozen=True, slots=True)
class Crop:
    """Pixels as they are, as PNG data. seconds: from the first picture. utc: of the telemetry, "" for none. gsd_m: least and most over the picture, metres a pixel."""

    src: str
    width: int
    height: int
    seconds: float
    utc: str
    gsd_m: tuple[float, float] | None


def crops(path: Path, boxes: Iterable[tuple[int, float, float, float, float]]) -> list[Crop | None]:
    """The surroundings of each box (number of the picture, middle x, y, width, height in pixels), none enlarged or made smaller.

    None where the video has no such picture. The file is decoded once, to the last picture asked for.
    """
    asked = list(boxes)
    if not asked:
        return []
    clip = read_clip(path)
    wanted = {frame for frame, *_ in asked}
    last = max(wanted)
    kept, stamps = {}, {}
    for n, picture in enumerate(pictures(path, most=last + 1, colour=True, widest=10**5)):
        stamps[n] = picture.pts
        if n in wanted:
            kept[n] = picture.pixels
    out: list[Crop | None] = []
    for frame, x, y, w, h in asked:
        if frame not in kept:
            out.append(None)
            continue
        pixels = kept[frame]
        reach = max(LEAST, round(ROUND * max(w, h)))
        left, top = max(0, round(x) - reach), max(0, round(y) - reach)
        cut = pixels[top : round(y) + reach, left : round(x) + reach]
        if not cut.size:
            out.append(None)
            continue
        told, gsd = "", None
        if clip.main is not None and clip.main.lag.matches is not False:
            packet = int(picture_packets(clip, clip.main, np.array([stamps[frame]]))[0])
            if packet >= 0:
                told = utc(int(clip.main.telemetry.time_us[packet]))
                gsd = _scale(clip.main.footprints.gsd[packet])
        data = base64.b64encode(png(np.ascontiguousarray(cut))).decode()
        out.append(
            Crop(
                f"data:image/png;base64,{data}", cut.shape[1], cut.shape[0], float(stamps[frame] - stamps[0]), told, gsd
            )
        )
    return out


def _scale(gsd: np.ndarray) -> tuple[float, float] | None:
    known = gsd[np.isfinite(gsd)]
    return (float(known.min()), float(known.max())) if known.size else None
