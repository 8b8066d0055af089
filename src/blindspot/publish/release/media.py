"""Pictures and video, always encoded anew from the decoded picture: no stream, box, tag or cut part of the original goes along.

A picture becomes a PNG of its pixels. A video is decoded from its picture stream alone, cut by leaving frames out, masked,
and encoded again, its index in front so that any browser plays it; sound, telemetry, chapters, covers and edit lists are never
read. Masks are filled with one grey.
"""

from __future__ import annotations

import base64
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.footage.clip import Clip
    from blindspot.publish.release.model import Selection
    from blindspot.publish.release.policy import Media, Profile

MIME = {".mp4": "video/mp4", ".png": "image/png"}
_GREY = 128
_TOLERANCE = 12  # grey levels by which lossy coding may move a flat area


def write_media(root: Path, copy: Path, profile: Profile, selection: Selection) -> list[str]:
    """Every picture and video that the rules name, into media/ of the copy; returns what blocks it."""
    blocked = []
    for media in profile.media:
        source = root / media.file
        if source.is_symlink() or not source.resolve().is_relative_to(root.resolve()):
            raise UsageError(f"{source}: leads out of the case; nothing was released.")
        if not source.is_file():
            raise UsageError(f"release.toml: {media.file}: there is no such file in the case; nothing was released.")
        target = copy / "media" / f"{media.name}{'.png' if media.how == 'picture' else '.mp4'}"
        target.parent.mkdir(exist_ok=True)
        if media.how == "picture":
            write_picture(source, target, media.masks)
        else:
            write_video(source, target, media)
            blocked += [f"mask: media/{target.name}: {what}" for what in unmasked(target, media.masks)]
        start = media.start.start.isoformat() if media.start else ""
        selection.media.append({"name": target.name, "kind": media.how, "text": media.text, "start": start})
        strip = stills(target) if media.how == "video" else []
        selection.films = (*selection.films, as_data(target), *(s["src"] for s in strip))
        selection.changes["re-encode"] = selection.changes.get("re-encode", 0) + 1
        if media.masks:
            selection.changes["mask"] = selection.changes.get("mask", 0) + 1
    return blocked


def as_data(path: Path) -> str:
    """A film or a picture as the address under which a page holds it."""
    return f"data:{MIME[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"


def stills(path: Path, clip: Clip | None = None) -> list[dict[str, Any]]:
    """The film strip of a video: twelve small pictures spread over it, each as data with its size, second and telemetry time."""
    from blindspot.measure.footage.clip import read_clip
    from blindspot.measure.footage.frames import picture_info
    from blindspot.measure.footage.stills import film_strip

    if clip is None:
        clip = read_clip(path, look=False)
        clip.info = picture_info(path)
    return [
        {
            "src": f"data:image/jpeg;base64,{base64.b64encode(s.jpeg).decode()}",
            "width": s.width,
            "height": s.height,
            "t": round(s.seconds, 3),
            "told": s.told,
        }
        for s in (film_strip(path, clip, widest=240) if clip.info else ())
    ]


def write_picture(source: Path, target: Path, masks: tuple[tuple[int, int, int, int], ...]) -> None:
    """The pixels of a picture as PNG, masked. Raises UsageError where it is not a picture."""
    import cv2
    import numpy as np

    image = cv2.imdecode(np.fromfile(source, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise UsageError(f"{source}: cannot be read as a picture; nothing was released.")
    _mask(image, masks)
    done, data = cv2.imencode(".png", image)
    if not done:
        raise UsageError(f"{source}: cannot be written as PNG; nothing was released.")
    target.write_bytes(data.tobytes())


def write_video(source: Path, target: Path, media: Media) -> None:
    """The picture stream from start_s to end_s, masked and encoded anew. Raises UsageError where there are no frames."""
    import av

    try:
        with (
            av.open(str(source)) as given,
            av.open(
                str(target),
                "w",
                format="mp4",
                options={"movflags": "faststart", "fflags": "+bitexact", "use_editlist": "0"},
            ) as made,
        ):
            if not given.streams.video:
                raise UsageError(f"{source}: has no picture stream; nothing was released.")
            pictures = given.streams.video[0]
            rate = pictures.average_rate or Fraction(25)
            out: Any = None
            strip: Any = None
            zero = first = None
            last = -1
            for frame in given.decode(pictures):
                if frame.time is None:
                    continue
                zero = frame.time if zero is None else zero
                at = frame.time - zero
                if at < media.start_s:
                    continue
                if media.end_s is not None and at >= media.end_s:
                    break
                image = frame.to_ndarray(format="bgr24")
                if out is None:
                    image_size = image.shape[1] // 2 * 2, image.shape[0] // 2 * 2
                    out = _stream(made, rate, *image_size)
                    strip = av.bitstream.BitStreamFilterContext("filter_units=remove_types=6", in_stream=out)
                    first = at
                _mask(image, media.masks)
                fresh = av.VideoFrame.from_ndarray(image[: image_size[1], : image_size[0]].copy(), format="bgr24")
                last = max(last + 1, round((at - float(first or 0.0)) * 90_000))
                fresh.pts, fresh.time_base = last, Fraction(1, 90_000)
                _write(made, strip, out.encode(fresh))
            if out is None:
                raise UsageError(
                    f"{source}: has no frames between {media.start_s:g} s and {media.end_s} s; nothing was released."
                )
            _write(made, strip, out.encode(None))
            _write(made, strip, [None])
    except av.error.FFmpegError as error:
        raise UsageError(f"{source}: cannot be encoded anew ({error.strerror}); nothing was released.") from error


def unmasked(path: Path, masks: tuple[tuple[int, int, int, int], ...]) -> list[str]:
    """Where a written video is not flat under a mask, frame by frame."""
    if not masks:
        return []
    import av
    import numpy as np

    with av.open(str(path)) as made:
        for n, frame in enumerate(made.decode(video=0)):
            image = frame.to_ndarray(format="bgr24")
            for x, y, w, h in masks:
                inner = image[y + 4 : y + h - 4, x + 4 : x + w - 4].astype(np.int16)  # 4 px: filters blur the edge
                if inner.size and np.abs(inner - _GREY).max() > _TOLERANCE:
                    return [f"frame {n} shows something under the mask {x},{y},{w},{h}"]
    return []


def _stream(made: Any, rate: Fraction, width: int, height: int) -> Any:
    out = made.add_stream("libx264", rate=rate)
    out.width, out.height, out.pix_fmt = width, height, "yuv420p"
    out.codec_context.time_base = Fraction(1, 90_000)
    # One thread and no look-ahead across frames: the same bytes from run to run, and no frame held back (bf=0).
    out.options = {"crf": "20", "preset": "veryfast", "bf": "0", "threads": "1", "flags": "+bitexact"}
    return out


def _write(made: Any, strip: Any, packets: Any) -> None:
    """Mux packets without their supplementary information (NAL type 6), which holds the encoder's settings."""
    for packet in packets:
        for clean in strip.filter(packet):
            made.mux(clean)


def _mask(image: Any, masks: tuple[tuple[int, int, int, int], ...]) -> None:
    for x, y, w, h in masks:
        image[max(y, 0) : y + h, max(x, 0) : x + w] = _GREY
