"""What does a Word file say? Its paragraphs in order, tables row by row; what was struck out under tracking is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.case.archives import open_zip, read_xml
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element


def read_docx(path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a DOCX and what a reader should know of it."""
    with open_zip(path) as archive:
        if "word/document.xml" not in archive.names:
            raise UsageError(f"{path.name}: is not a Word file (no word/document.xml); save it as DOCX.")
        body = read_xml(archive.read("word/document.xml"), f"{path.name}: word/document.xml")
        notes = []
        extra = [n for n in ("word/footnotes.xml", "word/endnotes.xml", "word/comments.xml") if n in archive.names]
        if extra:
            notes.append(f"not read: {', '.join(n.removeprefix('word/').removesuffix('.xml') for n in extra)}")
    if next(body.iter("del"), None) is not None or next(body.iter("ins"), None) is not None:
        notes.append("holds tracked changes: the newest wording is read")
    return "\n\n".join(p for p in (_paragraph(p) for p in body.iter("p")) if p), tuple(notes)


def _paragraph(paragraph: Element) -> str:
    parts = []
    for node in paragraph.iter():
        if node.tag == "t":
            parts.append(node.text or "")
        elif node.tag in {"tab", "br", "cr"}:
            parts.append(" ")
        elif node.tag == "noBreakHyphen":
            parts.append("-")
    return "".join(parts).strip()
