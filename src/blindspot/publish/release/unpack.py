"""Every way into a file: its bytes, and whatever is packed in them, again and again.

Yields views: a name that tells the way in (`a.zip > b.docx > document.xml`) and bytes. Unpacked are zip (also single entries,
anywhere in a file), gzip, bzip2, xz, zlib streams anywhere (PDF, PNG text, and others), base64 and hex runs, ASCII85, PDF
strings, quoted-printable, and SQLite records that run over several pages. Boxes of MP4 and pages of SQLite, free ones too,
are plain bytes of the file and need no unpacking.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import lzma
import quopri
import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEPTH = 8
LARGEST = 1 << 28  # bytes unpacked from one file: a bomb is refused, not read
OVER = 256  # bytes on each side of a join: longer than any value that is searched for as one piece
MOST_PAGES, MOST_LINKS = 5000, 40
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{4}(?:\r?\n[ \t]*)?){4,}[A-Za-z0-9+/_-]{0,3}={0,2}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}[\s:]?){8,}")
_ASCII85 = re.compile(rb"<~?([!-uz\s]{16,})~>|stream\r?\n([!-uz\s]{16,})~>")
_QUOTED = re.compile(rb"(?:=[0-9A-F]{2}){2}")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_PDF_SHOWN = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]+>", re.DOTALL)

View = tuple[str, bytes]


class TooLarge(Exception):  # noqa: N818  # not an error of the program: a finding of the gate
    """A file unpacks to more than can be searched."""


def views(data: bytes, name: str) -> Iterator[View]:
    """All views of the bytes of one file. Raises TooLarge where there is more in it than can be searched."""
    yield from _within(name, data, 0, [LARGEST])


def _within(name: str, data: bytes, depth: int, budget: list[int]) -> Iterator[View]:
    yield name, data
    if depth >= DEPTH:
        return
    seen: set[bytes] = set()
    for way, inner in _unpacked(data, budget[0]):
        if len(inner) < 4 or inner in seen:
            continue
        seen.add(inner)
        budget[0] -= len(inner)
        if budget[0] <= 0:  # decompression stops at the budget: nothing of a bomb is searched
            raise TooLarge(f"{name} > {way}")
        yield from _within(f"{name} > {way}", inner, depth + 1, budget)


def _unpacked(data: bytes, most: int) -> Iterator[View]:
    if b"PK\x03\x04" in data:
        yield from _zip(data, most)
    at = data.find(b"\x1f\x8b\x08")
    while at >= 0:
        if (inner := _inflated(data[at:], 31, most)) is not None:
            yield f"gzip at {at}", inner
        at = data.find(b"\x1f\x8b\x08", at + 3)
    if data.startswith(b"BZh"):
        yield from _tried("bzip2", lambda: bz2.BZ2Decompressor().decompress(data, most))
    if data.startswith(b"\xfd7zXZ"):
        yield from _tried("xz", lambda: lzma.LZMADecompressor().decompress(data, most))
    for found in _ZLIB.finditer(data):
        if (inner := _inflated(data[found.start() :], 15, most)) is not None and len(inner) > 8:
            yield f"zlib at {found.start()}", inner
    if data.startswith(b"SQLite format 3\0"):
        yield from _sqlite_overflow(data)
    if _mostly_text(data):
        yield from _coded_text(data)
    if b"%PDF-" in data[:1024] or b" Tj" in data or b" TJ" in data or b"]TJ" in data:
        shown = b"".join(_pdf_string(m[0]) for m in _PDF_SHOWN.finditer(data))
        if shown:
            yield "shown text", shown


def _coded_text(data: bytes) -> Iterator[View]:
    for found in _BASE64.finditer(data):
        run = re.sub(rb"\s", b"", found[0]).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for shift in range(4):  # the run may begin with letters that do not belong to it
            part = run[shift:]
            part = part[: len(part) // 4 * 4] if len(part) % 4 == 1 else part
            inner = base64.b64decode(part + b"=" * (-len(part) % 4))
            if _telling(inner):
                yield f"base64 at {found.start() + shift}", inner
    for found in _HEX.finditer(data):
        digits = re.sub(rb"[\s:]", b"", found[0])
        for shift in (0, 1):
            part = digits[shift:]
            inner = bytes.fromhex(part[: len(part) // 2 * 2].decode())
            if _telling(inner):
                yield f"hex at {found.start() + shift}", inner
    for found in _ASCII85.finditer(data):
        yield from _tried("ascii85", lambda found=found: base64.a85decode(re.sub(rb"\s", b"", found[1] or found[2])))  # type: ignore[misc]
    if _QUOTED.search(data):
        yield "quoted-printable", quopri.decodestring(data)


def _telling(inner: bytes) -> bool:
    """Whether decoded bytes are text or the beginning of something packed, and not the noise that any run decodes to."""
    if inner[:2] in {b"PK", b"\x1f\x8b", b"BZ", b"\xff\xd8"} or inner[:4] in {b"%PDF", b"\x89PNG", b"RIFF", b"\xfd7zX"}:
        return True
    if _ZLIB.match(inner) or inner.startswith(b"SQLite") or inner[4:8] == b"ftyp":
        return True
    head = inner[:256]
    plain = sum(32 <= b < 127 or b in (9, 10, 13) or b >= 0xC0 for b in head)
    return plain >= 0.6 * len(head) or b"\0" in head


def _mostly_text(data: bytes) -> bool:
    head = data[: 1 << 16]
    return (
        b"\0" not in head[:4096]
        or sum(32 <= b < 127 or b in (9, 10, 13) for b in head) > 0.7 * len(head)
        or data[:4] == b"SQLi"
    )


def _zip(data: bytes, most: int) -> Iterator[View]:
    """Every local entry, whether a directory at the end names it or not."""
    at = data.find(b"PK\x03\x04")
    while at >= 0:
        method = int.from_bytes(data[at + 8 : at + 10], "little")
        size = int.from_bytes(data[at + 18 : at + 22], "little")
        n, extra = (int.from_bytes(data[at + k : at + k + 2], "little") for k in (26, 28))
        name = data[at + 30 : at + 30 + n]
        body = data[at + 30 + n + extra :]
        inner = _inflated(body, -15, most) if method == 8 else body[:size]
        label = name.decode("utf-8", "replace") or "entry"
        yield f"name of {label}", name + b"\n" + data[at + 30 + n : at + 30 + n + extra]
        if inner is not None:
            yield label, inner
        at = data.find(b"PK\x03\x04", at + 4)


def _inflated(data: bytes, bits: int, most: int) -> bytes | None:
    try:
        return zlib.decompressobj(bits).decompress(data, most) or None
    except zlib.error:
        return None


def _tried(way: str, decode: Callable[[], bytes]) -> Iterator[View]:
    try:
        yield way, decode()
    except (OSError, ValueError, EOFError, lzma.LZMAError, binascii.Error):
        return


def _pdf_string(raw: bytes) -> bytes:
    if raw[:1] == b"<":
        digits = re.sub(rb"\s", b"", raw[1:-1])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    body = re.sub(rb"\\([0-7]{1,3})", lambda m: bytes([int(m[1], 8) & 255]), raw[1:-1])
    return re.sub(rb"\\(.)", rb"\1", body, flags=re.DOTALL)


def _sqlite_overflow(data: bytes) -> Iterator[View]:
    """Where a value goes on in another page: the bytes before each link to a page, and that page without its own link.

    A record keeps the number of its first overflow page after its local bytes, an overflow page the number of the next in its
    first four bytes (SQLite file format, 1.6 and 1.7). Wherever such a number stands, both sides are joined: too often
    rather than too seldom.
    """
    size = int.from_bytes(data[16:18], "big")
    size = 65536 if size == 1 else max(size, 512)
    joined = []
    for page in range(2, min(len(data) // size, MOST_PAGES) + 1):
        link, after = page.to_bytes(4, "big"), data[(page - 1) * size + 4 : page * size]
        at = data.find(link)
        for _ in range(MOST_LINKS):
            if at < 0:
                break
            start = at // size * size
            # In a page of a chain the link comes first and its content ends with the page.
            before = data[start + size - OVER : start + size] if at == start else data[max(start, at - OVER) : at]
            joined.append(before + after[:OVER])
            at = data.find(link, at + 1)
    if joined:
        yield "values over two pages", b"\n".join(joined)
