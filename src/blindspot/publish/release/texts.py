"""What can be read in bytes: UTF-8, UTF-16 both ways, runs of letters inside binary data, and text behind escapes and tags."""

from __future__ import annotations

import html
import re
import urllib.parse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUN8 = re.compile(
    rb"(?:[\x09\x0a\x0d\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){4,}"
)
_RUN16L = re.compile(rb"(?:[\x09\x0a\x0d\x20-\x7e\xa0-\xff]\x00|[\x00-\xff][\x01-\x07\x09\x0e\x1e\x20]){4,}")
_RUN16B = re.compile(rb"(?:\x00[\x09\x0a\x0d\x20-\x7e\xa0-\xff]|[\x01-\x07\x09\x0e\x1e\x20][\x00-\xff]){4,}")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\x([0-9a-fA-F]{2})|\\([0-9a-fA-F]{2,6}) ?")


def readings(data: bytes) -> Iterator[str]:
    """Every text that the bytes can be read as."""
    found: set[str] = set()
    for text in _decoded(data):
        for reading in _unescaped(text):
            if reading not in found:
                found.add(reading)
                yield reading


def _decoded(data: bytes) -> Iterator[str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and "\0" not in text:
        yield text
        return
    runs = b"\n".join(m[0] for m in _RUN8.finditer(data))
    yield runs.decode("utf-8", "ignore")
    for pattern, coding in ((_RUN16L, "utf-16-le"), (_RUN16B, "utf-16-be")):
        for shift in (
            0,
            1,
        ):  # a run may begin at an odd byte, and its first byte may be taken for the end of another letter
            runs16 = [m[0] for m in pattern.finditer(data, shift)]
            if runs16:
                yield "\n".join(run.decode(coding, "ignore") for run in runs16)
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        yield data.decode("utf-16", "ignore")
    if b"\0" not in data[:4096]:
        yield data.decode("latin-1")


def _unescaped(text: str) -> Iterator[str]:
    yield text
    plain = text
    for _ in range(2):  # twice: %2526, &amp;amp;
        if "%" in plain:
            plain = urllib.parse.unquote(plain, errors="ignore")
        if "&" in plain:
            plain = html.unescape(plain)
        if "\\" in plain:
            plain = _ESCAPE.sub(_letter, plain)
    if plain != text:
        yield plain
    if "<" in plain:
        yield _TAG.sub("", plain)


def _letter(m: re.Match[str]) -> str:
    code = int(m[1] or m[2] or m[3], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
