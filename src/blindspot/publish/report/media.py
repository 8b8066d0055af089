"""Which file can any browser play, and how do its moments lie against the source? Footage -> MP4, its index in front.

Method: H.264 in 8 bits is copied packet by packet, never coded anew; anything else, and pictures that are coded as two
fields (an MP4 of these does not play everywhere), is coded as H.264, at most 1,280 wide.
The first picture stands at 0; `offset_s` is what was taken off, so a moment of the source is t + offset_s. Sound goes along
where it is AAC or can be made AAC; telemetry and other streams stay behind. What was made is kept in `made/media/` under
the SHA-256 of its source and made again only when that changes.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from blindspot.case.store import file_hash, write_text

if TYPE_CHECKING:
    from pathlib import Path

METHOD = "film-1"  # changes whenever the bytes may change
WIDEST = 1280
TICKS = 90_000  # per second: the clock of a transport stream
PIXELS = ("yuv420p", "yuvj420p")  # what every browser decodes


@dataclass(frozen=True, slots=True)
class Film:
    """A playable copy. sha256: of the source. ticks: moments of its pictures in 1/90,000 s from 0, rising.

    copied: its pictures are those of the source, bit for bit. sound: whether it has any.
    """

    file: str
    sha256: str
    size: int
    width: int
    height: int
    offset_s: float
    copied: bool
    sound: bool
    ticks: tuple[int, ...]

    @property
    def seconds(self) -> float:
        """How long it plays, to the end of the last picture."""
        step = self.ticks[-1] - self.ticks[-2] if len(self.ticks) > 1 else 0
        return (self.ticks[-1] + step) / TICKS if self.ticks else 0.0

    @property
    def told(self) -> dict[str, Any]:
        """What the page says of it."""
        return {
            "width": self.width, "height": self.height, "offset": self.offset_s, "seconds": round(self.seconds, 3),
            "copied": self.copied, "sound": self.sound, "size": self.size,
        }  # fmt: skip


def film(source: Path, folder: Path) -> tuple[Film, Path] | None:
    """The playable copy of a video in `folder`, made unless it is there; None where it has no picture that can be read."""
    digest = file_hash(source)
    target, about = folder / f"{digest[:32]}-{METHOD}.mp4", folder / f"{digest[:32]}-{METHOD}.json"
    if target.is_file() and about.is_file():
        kept = json.loads(about.read_text(encoding="utf-8"))
        return Film(**{**kept, "ticks": tuple(kept["ticks"])}), target
    made = write_film(source, target)
    if made is None:
        return None
    found = Film(source.name, digest, target.stat().st_size, **made)
    write_text(about, json.dumps(asdict(found)) + "\n")
    return found, target


def playable(path: Path) -> Film | None:
    """A film that any browser plays as it is, as a released copy holds it; None where it has no picture that can be read."""
    import av

    try:
        with av.open(str(path)) as given:
            pictures = given.streams.video[0]
            size = pictures.codec_context.width, pictures.codec_context.height
            times = [p.pts * p.time_base for p in given.demux(pictures) if p.pts is not None]
            sound = bool(given.streams.audio)
    except (av.FFmpegError, OSError, IndexError):
        return None
    ticks = tuple(sorted(round(t * TICKS) for t in times))
    return Film(path.name, file_hash(path), path.stat().st_size, *size, 0.0, True, sound, ticks) if ticks else None


def write_film(source: Path, target: Path) -> dict[str, Any] | None:
    """Write the copy, whole or not at all; what `Film` says of it, None where nothing could be written."""
    import av

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.stem}.{os.getpid()}.part.mp4")
    try:
        with (
            av.open(str(source)) as given,
            av.open(str(part), "w", format="mp4", options={"movflags": "faststart", "fflags": "+bitexact"}) as made,
        ):
            found = _write(given, made, whole=not _by_fields(source)) if given.streams.video else None
    except (av.FFmpegError, OSError, ValueError):
        found = None
    if found is None or not found["ticks"]:
        part.unlink(missing_ok=True)
        return None
    part.replace(target)
    return found


def _by_fields(source: Path, looked: int = 32) -> bool:
    """Whether the pictures come as two packets each, one per field."""
    import av

    with av.open(str(source)) as given:
        packets = pictures = 0
        for packet in given.demux(video=0):
            packets += packet.pts is not None
            pictures += len(_decoded(packet))
            if packets >= looked:
                break
    return packets > 4 and pictures < 0.6 * (packets - 4)  # a decoder may hold some back


def _write(given: Any, made: Any, *, whole: bool) -> dict[str, Any]:
    """All packets of the first picture stream, and of the first sound, in the order of the source."""
    pictures = given.streams.video[0]
    heard = given.streams.audio[0] if given.streams.audio else None
    context = pictures.codec_context
    copied = whole and context.name == "h264" and (context.pix_fmt or PIXELS[0]) in PIXELS
    size = (context.width, context.height) if copied else _size(context)
    out = made.add_stream_from_template(pictures) if copied else _coder(made, pictures, size)
    sound = _Sound(made, heard) if heard is not None else None
    first: Fraction | None = None  # seconds, of the first picture
    ticks: list[int] = []
    for packet in given.demux([s for s in (pictures, heard) if s is not None]):
        if packet.stream is heard:
            if sound is not None and first is not None:
                sound.take(packet, first)
        elif copied:
            if packet.pts is None or packet.dts is None or (first is None and not packet.is_keyframe):
                continue  # what comes before the first whole picture cannot be shown
            first = packet.pts * packet.time_base if first is None else first
            ticks.append(round((packet.pts * packet.time_base - first) * TICKS))
            packet.pts -= round(first / packet.time_base)
            packet.dts -= round(first / packet.time_base)
            packet.stream = out
            made.mux(packet)
        else:
            for frame in _decoded(packet):
                if frame.pts is None:
                    continue
                first = frame.pts * frame.time_base if first is None else first
                ticks.append(round((frame.pts * frame.time_base - first) * TICKS))
                shown = frame.reformat(width=size[0], height=size[1], format="yuv420p")
                shown.pts, shown.time_base = ticks[-1], Fraction(1, TICKS)
                made.mux(out.encode(shown))
    if not copied:
        made.mux(out.encode(None))
    if sound is not None:
        sound.end()
    start = float(first) if first is not None else 0.0
    return {
        "width": size[0], "height": size[1], "offset_s": start, "copied": copied,
        "sound": sound is not None, "ticks": tuple(sorted(t for t in ticks if t >= 0)),
    }  # fmt: skip


def _size(context: Any) -> tuple[int, int]:
    """Width and height to code anew: pixels that are not square are made so, the width is held down, both are even."""
    wide = context.width * (float(context.sample_aspect_ratio or 1) or 1.0)
    shrink = min(1.0, WIDEST / max(wide, 1))
    return round(wide * shrink) // 2 * 2, round(context.height * shrink) // 2 * 2


def _coder(made: Any, pictures: Any, size: tuple[int, int]) -> Any:
    """An H.264 stream for pictures that have to be coded anew: a key picture each second, so that it can be scrubbed."""
    rate = Fraction(pictures.average_rate or 25)  # PyAV 19 has a rational of its own, which does not round
    out = made.add_stream("libx264", rate=rate)
    out.width, out.height, out.pix_fmt = *size, "yuv420p"
    out.codec_context.time_base = Fraction(1, TICKS)
    out.options = {"crf": "24", "preset": "veryfast", "bf": "0", "threads": "1", "g": str(max(1, round(rate)))}
    return out


def _decoded(packet: Any) -> list[Any]:
    import av

    try:
        return list(packet.decode())
    except av.InvalidDataError:
        return []  # one broken packet does not end the video


class _Sound:
    """The sound of a film: AAC is copied, the rest coded as AAC; on the clock of the pictures."""

    def __init__(self, made: Any, heard: Any) -> None:
        self._made = made
        self._copied = heard.codec_context.name == "aac" and bool(heard.codec_context.extradata)
        self._out = made.add_stream_from_template(heard) if self._copied else made.add_stream("aac", rate=48_000)

    def take(self, packet: Any, first: Fraction) -> None:
        """One packet of the source; what was heard before the first picture is left out."""
        if self._copied:
            if packet.pts is None or packet.pts * packet.time_base < first:
                return
            packet.pts -= round(first / packet.time_base)
            packet.dts = packet.pts
            packet.stream = self._out
            self._made.mux(packet)
            return
        for frame in _decoded(packet):
            if frame.pts is None or frame.pts * frame.time_base < first:
                continue
            frame.pts -= round(first / frame.time_base)
            self._made.mux(self._out.encode(frame))

    def end(self) -> None:
        """What the coder still holds."""
        if not self._copied:
            self._made.mux(self._out.encode(None))
