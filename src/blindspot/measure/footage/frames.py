"""What pictures are in a file? Size, rate and count from the container, and grey or colour pictures from the decoder (PyAV)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDEST = 640  # pictures are registered at this width at most


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """A picture stream: codec, size in pixels, pictures per second, first PTS and duration in seconds (NaN: not said).

    sample_aspect: width of a pixel over its height. container_time: creation time that the container carries, "" for none.
    """

    codec: str
    width: int
    height: int
    rate: float
    start: float
    duration: float
    sample_aspect: float
    interlaced: bool
    container: str
    container_time: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One decoded picture: PTS in seconds (NaN: none), grey or RGB pixels, and by how much it was shrunk in x and y."""

    pts: float
    pixels: np.ndarray
    scale: tuple[float, float]
    broken: bool = False


def picture_info(path: Path) -> PictureInfo | None:
    """The first picture stream of a file; None where no picture can be decoded from it."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                return None
            stream = container.streams.video[0]
            if stream.codec_context is None or not stream.codec_context.width:
                return None
            context = stream.codec_context
            base = stream.time_base
            rate = stream.average_rate or stream.guessed_rate
            interlaced = False
            for frame in container.decode(stream):
                interlaced = bool(frame.interlaced_frame)
                break
            else:
                return None
            return PictureInfo(
                codec=context.name,
                width=context.width,
                height=context.height,
                rate=float(rate) if rate else float("nan"),
                start=float(stream.start_time * base) if stream.start_time is not None and base else float("nan"),
                duration=container.duration / av.time_base if container.duration else float("nan"),
                sample_aspect=float(stream.sample_aspect_ratio or 1) or 1.0,
                interlaced=interlaced,
                container=container.format.name,
                container_time=str(container.metadata.get("creation_time", "")),
            )
    except (av.FFmpegError, OSError, ValueError):
        return None


def pictures(
    path: Path,
    *,
    start: float | None = None,
    most: int = 10**9,
    every: int = 1,
    colour: bool = False,
    widest: int = WIDEST,
) -> Iterator[Picture]:
    """Decoded pictures in order, from `start` seconds of PTS on (None: the first), at most so many, every n-th.

    Interlaced pictures give one field: both at once would show two moments. What the decoder cannot repair is marked broken.
    """
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            base = float(stream.time_base or 0)
            if start is not None and base:
                container.seek(int(start / base), stream=stream, backward=True)
            given = seen = 0
            for frame in _frames(container, stream):
                pts = frame.pts * base if frame.pts is not None else float("nan")
                if start is not None and pts < start - 1e-6:
                    continue
                seen += 1
                if (seen - 1) % every:
                    continue
                yield _picture(frame, pts, colour=colour, widest=widest)
                given += 1
                if given >= most:
                    return
    except (av.FFmpegError, OSError):
        return  # nothing more can be decoded; what came before stands


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except av.InvalidDataError:
            continue  # one broken packet does not end the video
        yield from frames


def _picture(frame: Any, pts: float, *, colour: bool, widest: int) -> Picture:
    import cv2

    pixels = frame.to_ndarray(format="rgb24" if colour else "gray")
    height, width = pixels.shape[:2]
    if frame.interlaced_frame:
        pixels = pixels[::2]
    if width > widest or frame.interlaced_frame:
        shown = min(width, widest)
        pixels = cv2.resize(pixels, (shown, round(height * shown / width)), interpolation=cv2.INTER_AREA)
    scale = pixels.shape[1] / width, pixels.shape[0] / height
    return Picture(pts, np.ascontiguousarray(pixels), scale, bool(getattr(frame, "is_corrupt", False)))


def picture_size(info: PictureInfo | None) -> tuple[int, int] | None:
    """(width, height) in pixels."""
    return (info.width, info.height) if info else None


def data_streams(path: Path) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Bytes and units (as of `ts.Block`) of the KLV data streams of a container other than a transport stream, by index."""
    import av

    found: dict[int, tuple[list[bytes], list[tuple[int, ...]]]] = {}
    try:
        with av.open(str(path)) as container:
            streams = [s for s in container.streams if s.type == "data"]
            for packet in container.demux(streams) if streams else ():
                content = bytes(packet)
                if not content:
                    continue
                pieces, units = found.setdefault(packet.stream_index, ([], []))
                at = sum(map(len, pieces[-1:])) + (units[-1][0] if units else 0)
                base = packet.time_base
                pts = round(packet.pts * base * 90_000) if packet.pts is not None and base else -1
                pieces.append(content)
                units.append((at, at + len(content), pts, -1, 0, 0, packet.pos if packet.pos is not None else -1))
    except (av.FFmpegError, OSError):
        pass  # what came before stands; the rest stays with the container
    label = b"\x06\x0e\x2b\x34"
    return {
        index: (np.frombuffer(b"".join(pieces), np.uint8), np.array(units, np.int64))
        for index, (pieces, units) in found.items()
        if any(label in piece for piece in pieces)
    }
