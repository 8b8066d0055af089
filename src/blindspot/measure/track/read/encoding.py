"""In which encoding is a file of text written? UTF-8, else what its mark at the start says, else Latin-1, which is said."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.track.read.faults import Faults

CHUNK_BYTES = 16 << 20
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # what spreadsheets call "Unicode text"

__all__ = ["encoding_of", "start_of"]


def start_of(start: bytes) -> str:
    """The first bytes of a file as text; a letter cut at their end, or of another encoding, is replaced."""
    found = start.decode("utf-16" if start.startswith(UTF16) else "utf-8", errors="replace")
    return found.lstrip("\ufeff \r\n\t")


def encoding_of(path: Path, faults: Faults) -> str:
    """The codec's name. The whole file is looked through in parts, a GB in a second. Raises UsageError where UTF-16 is broken."""
    with path.open("rb") as file:
        chunk = file.read(CHUNK_BYTES)
        name = "utf-16" if chunk.startswith(UTF16) else "utf-8"
        decoder = codecs.getincrementaldecoder(name)()
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(CHUNK_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if name == "utf-16":
                raise UsageError(f"{path.name}: starts as UTF-16 and is not ({error}). Save it as UTF-8.") from error
            faults.add(path.name, "is not UTF-8; read as Latin-1", right="save it as UTF-8 if names look wrong")
            return "latin-1"
    return name
