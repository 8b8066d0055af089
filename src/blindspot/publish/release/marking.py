"""Does footage carry a security marking inside? MISB ST 0102 (tag 48 of ST 0601): the highest level found blocks a release.

A person may record the authority under which it goes ([[authority]] of release.toml); the program never lowers a marking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blindspot.publish.release.policy import Profile

LEVELS = {1: "UNCLASSIFIED", 2: "RESTRICTED", 3: "CONFIDENTIAL", 4: "SECRET", 5: "TOP SECRET"}  # ST 0102.12, tag 1
_UAS = bytes.fromhex("060e2b34020b01010e01030101000000")  # ST 0601 UAS Datalink Local Set
_SECURITY = bytes.fromhex("060e2b3402")  # any universal set; the ST 0102 universal set ends in ...03020000 00
_SET_0102 = bytes.fromhex("0e010303020000")


def unmarked(root: Path, profile: Profile) -> list[str]:
    """What blocks the release of the footage that the rules name."""
    blocked = []
    for media in profile.media:
        found = marking(root / media.file) if media.how == "video" else None
        if found is None:
            continue
        granted = [a for a in profile.policy.authority if a.file == media.file and a.marking == found]
        if not granted:
            blocked.append(
                f"marking: {media.file} carries the security marking {found} in its telemetry (MISB ST 0102); it goes only where [[authority]] of release.toml records marking, authority, person and date"
            )
    return blocked


def marking(path: Path) -> str | None:
    """The highest marking in the data streams of a video; None where there is none."""
    import av

    found: list[int] = []
    other = False
    try:
        with av.open(str(path)) as container:
            streams = [s for s in container.streams if s.type not in {"video", "audio"}]
            for packet in container.demux(streams) if streams else ():
                data = bytes(packet)
                found += list(levels(data))
                other = other or (_SECURITY in data and _SET_0102 in data)
    except (av.error.FFmpegError, OSError) as error:
        raise UsageError(f"{path}: cannot be read as video ({error.strerror}); nothing was released.") from error
    if found:
        return LEVELS.get(max(found), f"level {max(found)}")
    return "ST 0102 universal set" if other else None


def levels(data: bytes) -> Iterator[int]:
    """The classification of every ST 0102 set inside the ST 0601 sets of one packet."""
    at = data.find(_UAS)
    while at >= 0:
        size, start = _length(data, at + len(_UAS))
        for tag, value in _items(data[start : start + size]):
            if tag == 48:
                yield from (v[0] for t, v in _items(value) if t == 1 and v)
        at = data.find(_UAS, at + 1)


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag = 0
        while at < len(data):  # BER-OID: seven bits a byte, the last without the high bit
            byte = data[at]
            at += 1
            tag = tag << 7 | byte & 0x7F
            if byte < 0x80:
                break
        if at >= len(data):
            return
        size, at = _length(data, at)
        yield tag, data[at : at + size]
        at += size


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        return 0, at
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    return int.from_bytes(data[at + 1 : at + 1 + count], "big"), at + 1 + count
