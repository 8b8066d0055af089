"""What does a PDF say? Its text layer, page by page. A scan has none, and the reader is told so: nothing is guessed."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from pypdf import PdfReader

MOST_PAGES = 2000


def read_pdf(path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a PDF, pages parted by a form feed. Raises UsageError in one line."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(path)
        _openable(reader, path)
        pages = [page.extract_text() or "" for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        # a damaged file fails inside the library in any of these ways
        raise UsageError(
            f"{path.name}: cannot be read as PDF ({(str(error).splitlines() or [type(error).__name__])[0]})."
        ) from error
    except ImportError as error:  # an optional decryption package
        raise UsageError(
            f"{path.name}: is encrypted in a way that cannot be opened here; save an open copy."
        ) from error
    empty = [i + 1 for i, page in enumerate(pages) if len(page.strip()) < 3]
    if len(empty) == len(pages):
        raise UsageError(f"{path.name}: this PDF has no text ({len(pages)} page(s), a scan?); run OCR on it first.")
    notes = (f"no text on page(s) {', '.join(map(str, empty[:10]))}",) if empty else ()
    return "\f".join(_unwrap(page) for page in pages), notes


def _openable(reader: PdfReader, path: Path) -> None:
    if reader.is_encrypted and not reader.decrypt(""):
        raise UsageError(f"{path.name}: is locked with a password; save an open copy and read that.")
    if len(reader.pages) > MOST_PAGES:
        raise UsageError(f"{path.name}: has {len(reader.pages)} pages; at most {MOST_PAGES} are read. Split it.")


def _unwrap(page: str) -> str:
    """Lines that end inside a sentence are joined; a word cut by a hyphen at the end of a line is mended."""
    joined = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", page)
    return re.sub(r"(?<![.!?:”\"])\n(?=[^\s•\-])", " ", joined)
