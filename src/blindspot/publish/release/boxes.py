"""The chunks of a PNG and the boxes of an MP4: every byte must belong to a picture."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # by colour type of a PNG
_SLICES = {1, 5}  # NAL units that hold coded pixels
_INSIDE = {"moov", "trak", "mdia", "minf", "stbl", "dinf", "udta", "edts"}


def png_faults(data: bytes, chunks: list[str]) -> Iterator[str]:
    """Chunks that are not on the list, picture data that are more than the pixels, and bytes after the end."""
    if not data.startswith(_PNG):
        yield "is not a PNG"
        return
    at, pixels, head = 8, b"", b""
    for name, a, b in _chunks(data):
        if name not in chunks:
            yield f"the chunk {name} is not on the list"
        head = data[a:b] if name == "IHDR" else head
        pixels += data[a:b] if name == "IDAT" else b""
        at = b + 4
    if at != len(data):
        yield "has bytes after its end, or is cut"
    if not _exact(head, pixels):
        yield "its picture data are not its pixels and nothing else"


def _chunks(data: bytes) -> Iterator[tuple[str, int, int]]:
    """Name, begin and end of the content of each chunk, to the end of the picture."""
    at, name = 8, ""
    while at + 8 <= len(data) and name != "IEND":
        size = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8].decode("latin-1")
        yield name, at + 8, at + 8 + size
        at += size + 12


def _exact(head: bytes, pixels: bytes) -> bool:
    """Whether picture data inflate to the rows that the header names, to the last byte (PNG, 3rd edition, 7.2 and 10)."""
    if len(head) != 13 or head[8] != 8 or head[12] or head[9] not in _CHANNELS:  # eight bits, rows in order
        return False
    wide, high = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    whole = high * (1 + wide * _CHANNELS[head[9]])
    packed = zlib.decompressobj()
    try:
        size = len(packed.decompress(pixels, whole + 1))
    except zlib.error:
        return False
    return size == whole and packed.eof and not packed.unused_data


def without_pixels(data: bytes) -> bytes:
    """A PNG or MP4 that passed its gate without its coded pixels, in which any short word comes up by chance; other bytes as they are.

    What is left out was coded by `media` from decoded pictures alone, and the gate saw that nothing else lies in it: slices that a
    table of samples owns (NAL types 1 and 5), picture data that inflate to the pixels and no more.
    """
    if data.startswith(_PNG):
        return b"".join(data[a - 8 : a] if name == "IDAT" else data[a - 8 : b + 4] for name, a, b in _chunks(data))
    if data[4:8] != b"ftyp":
        return data
    found: list[tuple[str, int, int]] = []
    list(_walk(data, 0, len(data), [], found))
    at = {name: (a, b) for name, a, b in found}
    start, end = at["mdat"]
    units = [(n, size) for a, length in _samples(data, at) for n, size in _units(data, a, length)]
    kept = [data[n : n + (1 if data[n] & 31 in _SLICES else size)] for n, size in units]
    return data[:start] + b"".join(kept) + data[end:]


def mp4_faults(data: bytes, boxes: list[str], units: list[int]) -> Iterator[str]:
    """Boxes that are not on the list, tracks that are not a picture, bytes in mdat that no sample owns, and NAL units beside pictures."""
    found: list[tuple[str, int, int]] = []
    yield from _walk(data, 0, len(data), boxes, found)
    kinds = [
        data[a + 8 : a + 12]
        for name, a, _ in found
        if name == "hdlr" and data[a + 8 : a + 12] not in {b"mdir", b"\0\0\0\0"}
    ]
    if kinds != [b"vide"]:
        yield f"has {len(kinds)} tracks ({', '.join(k.decode('latin-1') for k in kinds)}), not one picture track"
        return
    at = {name: (a, b) for name, a, b in found}
    for name, a, b in found:
        if name == "free" and any(data[a:b]):
            yield "the box free is not empty"
        if name == "meta" and b"data" in data[a:b]:
            yield "holds metadata"
        if name == "stsd" and data[a + 12 : a + 16] != b"avc1":
            yield "its pictures are not H.264"
    if not {"stsz", "stsc", "mdat"} <= at.keys() or not {"stco", "co64"} & at.keys():
        yield "has no table of samples"
        return
    samples = list(_samples(data, at))
    start, end = at["mdat"]
    owned = sorted(samples)
    place = start
    for a, size in owned:
        if a != place:
            yield "mdat holds bytes that no picture owns: a cut part, or something else"
            return
        place += size
    if place != end:
        yield "mdat holds bytes that no picture owns: a cut part, or something else"
    beside = {data[n] & 31 for a, size in samples for n, _ in _units(data, a, size)} - set(units)
    if beside:
        yield f"holds NAL units of type {', '.join(map(str, sorted(beside)))} beside pictures"


def _walk(data: bytes, at: int, end: int, boxes: list[str], found: list[tuple[str, int, int]]) -> Iterator[str]:
    while at < end:
        size = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8].decode("latin-1")
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if size < head or at + size > end:
            yield "has bytes that are no box"
            return
        if name not in boxes:
            yield f"the box {name!r} is not on the list"
        found.append((name, at + head, at + size))
        if name in _INSIDE:
            yield from _walk(data, at + head, at + size, boxes, found)
        at += size


def _samples(data: bytes, at: dict[str, tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Place and size of each sample (ISO/IEC 14496-12, 8.7)."""

    def number(place: int, width: int = 4) -> int:
        return int.from_bytes(data[place : place + width], "big")

    s = at["stsz"][0]
    fixed, count = number(s + 4), number(s + 8)
    sizes = [fixed] * count if fixed else [number(s + 12 + 4 * k) for k in range(count)]
    width = 8 if "co64" in at else 4
    c = at["co64" if width == 8 else "stco"][0]
    chunks = [number(c + 8 + width * k, width) for k in range(number(c + 4))]
    r = at["stsc"][0]
    runs = [(number(r + 8 + 12 * k), number(r + 12 + 12 * k)) for k in range(number(r + 4))]
    n = 0
    for k, place in enumerate(chunks, 1):
        per = next((samples for first, samples in reversed(runs) if first <= k), 0)
        for _ in range(per):
            if n < len(sizes):
                yield place, sizes[n]
                place += sizes[n]  # noqa: PLW2901  # the next sample of the chunk begins where this one ends
                n += 1


def _units(data: bytes, at: int, size: int) -> Iterator[tuple[int, int]]:
    """Place and size of each NAL unit of a sample."""
    end = at + size
    while at + 5 <= end:
        length = int.from_bytes(data[at : at + 4], "big")
        yield at + 4, length
        at += 4 + length
