"""What is to be seen, at a glance? A film strip: pictures spread over the clip, each with its time by the telemetry's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage.frames import pictures
from blindspot.measure.footage.tables import picture_packets

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.footage.clip import Clip


@dataclass(frozen=True, slots=True)
class Still:
    """One picture of the strip: JPEG bytes, size, seconds from the first picture, and its telemetry time ("" for none)."""

    jpeg: bytes
    width: int
    height: int
    seconds: float
    told: str


def film_strip(path: Path, clip: Clip, count: int = 12, widest: int = 320) -> list[Still]:
    """So many pictures, evenly spread."""
    every = max(1, -(-clip.frames // count))
    taken = list(pictures(path, most=count, every=every, colour=True, widest=widest))
    stamps = np.array([p.pts for p in taken])
    packets = picture_packets(clip, clip.main, stamps) if clip.main else np.full(len(taken), -1)
    out = []
    for picture, packet in zip(taken, packets.tolist(), strict=True):
        time_us = int(clip.main.telemetry.time_us[packet]) if clip.main and packet >= 0 else -1
        height, width = picture.pixels.shape[:2]
        since = picture.pts - stamps[0]
        out.append(Still(jpeg(picture.pixels), width, height, float(since), utc(time_us)))
    return out


def jpeg(pixels: np.ndarray, quality: int = 80) -> bytes:
    """RGB pixels as JPEG."""
    import cv2

    _, data = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def png(pixels: np.ndarray) -> bytes:
    """RGB or RGBA pixels as PNG."""
    import cv2

    order = [2, 1, 0, 3][: pixels.shape[2]]
    _, data = cv2.imencode(".png", np.ascontiguousarray(pixels[..., order]))
    return data.tobytes()


def utc(time_us: float) -> str:
    """Microseconds since 1970 as a time to a tenth of a second, "" for none or beyond the calendar."""
    if not 0 <= time_us < 2.5e17:
        return ""
    moment = datetime.fromtimestamp(time_us / 1e6, tz=UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S") + f".{moment.microsecond // 100_000}Z"
