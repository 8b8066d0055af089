"""Which texts are in a folder, and which files could not be read?"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from blindspot.errors import UsageError
from blindspot.measure.statements.model import Text, Unread
from blindspot.measure.statements.reading.captions import read_captions
from blindspot.measure.statements.reading.encoding import decode
from blindspot.measure.statements.reading.language import direction, language
from blindspot.measure.statements.reading.office import read_docx
from blindspot.measure.statements.reading.pdf import read_pdf
from blindspot.measure.statements.reading.webpage import read_page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST = 16 << 20  # bytes of a text or page; a longer one is a database or an accident
MOST_BINARY = 256 << 20
PLAIN = frozenset({".txt", ".md", ".text", ".asc"})
PAGES = frozenset({".html", ".htm", ".xhtml"})
CAPTIONS = frozenset({".srt", ".vtt"})
KINDS = PLAIN | PAGES | CAPTIONS | {".pdf", ".docx"}


def read_folder(folder: Path) -> tuple[list[Text], list[Unread]]:
    """Every text in a folder and below, by path; and the files that were passed over, with the reason."""
    if folder.is_file():
        return read_files([folder], folder.parent)
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder or file.")
    return read_files((p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith(".")), folder)


def read_files(paths: Iterable[Path], root: Path) -> tuple[list[Text], list[Unread]]:
    """The texts among some files; a file that cannot be read is named, and the others are read all the same."""
    texts, unread = [], []
    for path in paths:
        name = path.relative_to(root).as_posix()
        if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
            unread.append(Unread(name, "is a link that leaves the folder; not followed"))
            continue
        if path.suffix.lower() not in KINDS:
            unread.append(Unread(name, f"is not a kind of text that is read ({', '.join(sorted(KINDS))})"))
            continue
        try:
            texts.append(read_text(path, name))
        except UsageError as error:
            unread.append(Unread(name, str(error).removeprefix(f"{path.name}: ")))
        except OSError as error:
            unread.append(Unread(name, f"cannot be read: {error.strerror}"))
    return texts, unread


def read_text(path: Path, name: str = "") -> Text:
    """One file as a text. Raises UsageError in one line where it cannot be read."""
    suffix = path.suffix.lower()
    size = path.stat().st_size
    most = MOST if suffix in PLAIN | PAGES | CAPTIONS else MOST_BINARY
    if size > most:
        raise UsageError(
            f"{path.name}: is {size / 2**20:.0f} MB; at most {most >> 20} MB are read. Cut out what matters."
        )
    published = url = ""
    notes: tuple[str, ...] = ()
    encoding = ""
    if suffix == ".pdf":
        text, notes = read_pdf(path)
    elif suffix == ".docx":
        text, notes = read_docx(path)
    else:
        text, encoding, sure = decode(path.read_bytes())
        if not sure:
            notes = (f"the encoding is a guess: {encoding}",)
        if suffix in PAGES:
            text, published, url = read_page(text)
        elif suffix in CAPTIONS:
            text = read_captions(text)
        if "\x00" in text or sum(c < " " and c not in "\t\n\r\f" for c in text[:5000]) > 50:
            raise UsageError(f"{path.name}: is not text (control characters); look at what it is.")
    if not text.strip():
        raise UsageError(f"{path.name}: holds no text.")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Text(
        name or path.name, text, language(text), encoding or "utf-8", direction(text), published,
        "transcript" if suffix in CAPTIONS else "", "", url, digest, notes,
    )  # fmt: skip
