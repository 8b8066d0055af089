"""What is in an archive, without its being able to harm the reader?

A zip bomb is refused by what it really unpacks to, not by what its header says; an entry that would leave the folder is
refused by name; XML with a document type (entities that grow or fetch) is refused before it is built.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

MOST_ENTRIES = 20_000
MOST_BYTES = 1 << 30  # all entries together, judgement: a case's export with its documents, not its films
MOST_TEXT = 64 << 20  # one entry that is read as text
MOST_RATIO = 400  # Deflate cannot pass 1032; real XML stays below 60


@dataclass(frozen=True, slots=True)
class Archive:
    """An opened ZIP whose names were checked. `names` are its files, in the order of the archive."""

    path: Path
    names: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]  # entry, reason
    _zip: zipfile.ZipFile

    def read(self, name: str, most: int = MOST_TEXT) -> bytes:
        """One entry, unpacked. Raises UsageError where it is larger than `most` or cannot be unpacked."""
        try:
            with self._zip.open(name) as entry:
                data = entry.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
            raise UsageError(f"{self.path.name}: {name} cannot be unpacked ({_first(error)}).") from error
        if len(data) > most:
            raise UsageError(
                f"{self.path.name}: {name} unpacks to more than {most >> 20} MB; refused. Unpack what is needed by hand."
            )
        return data

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_zip(path: Path) -> Archive:
    """A ZIP with its unsafe names set apart. Raises UsageError where it is no ZIP, too large, or a bomb."""
    try:
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UsageError(f"{path.name}: is not a ZIP archive ({_first(error)}).") from error
    infos = [i for i in opened.infolist() if not i.is_dir()]
    why = ""
    if len(infos) > MOST_ENTRIES:
        why = f"holds {len(infos)} files; at most {MOST_ENTRIES} are read"
    total = sum(i.file_size for i in infos)
    if total > MOST_BYTES:
        why = f"says that it unpacks to {total >> 20} MB; at most {MOST_BYTES >> 20} MB are read"
    for info in infos:
        if info.file_size > (1 << 20) and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            why = f"{info.filename} unpacks to {info.file_size // max(info.compress_size, 1)} times its size"
    if why:
        opened.close()
        raise UsageError(f"{path.name}: {why}: looks like a zip bomb; refused.")
    names, refused, seen = [], [], set()
    for info in infos:
        reason = unsafe(info.filename) or ("stands twice in the archive" if info.filename in seen else "")
        if info.flag_bits & 1:
            reason = "is encrypted"
        if (info.external_attr >> 16) & 0o170000 == 0o120000:
            reason = "is a link, not a file"
        seen.add(info.filename)
        if reason:
            refused.append((info.filename, reason))
        else:
            names.append(info.filename)
    return Archive(path, tuple(names), tuple(refused), opened)


def unsafe(name: str) -> str:
    """Why a name inside an archive must not become a path, or nothing."""
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":"):
        return "is an absolute path"
    if ".." in parts:
        return "leaves the folder (path traversal)"
    return "holds a control character" if any(ord(c) < 32 for c in name) else ""


def read_xml(data: bytes, name: str) -> Element:
    """The root of an XML document; namespaces are dropped from the tags. Raises UsageError in one line."""
    builder = TreeBuilder()
    parser = ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise UsageError(f"{name}: holds a document type (DTD), which can make a parser grow or fetch; refused.")

    def start(tag: str, attributes: dict[str, str]) -> None:
        builder.start(tag.rpartition("}")[2], {k.rpartition("}")[2]: v for k, v in attributes.items()})

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: builder.end(tag.rpartition("}")[2])
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
    except (ExpatError, ValueError) as error:
        raise UsageError(f"{name}: is not XML ({error}).") from error
    return builder.close()


def _first(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
