"""Spreadsheets (Office Open XML): cells in, cells out, no formula ever.

Reading gives what a person sees: shared strings, days where the cell is formatted as one, the stored value of a formula.
Writing gives text cells only, so that nothing runs; the archive holds no clock, so equal tables give equal bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from blindspot.case.archives import Archive, open_zip, read_xml
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from blindspot.case.exchange.model import Imported

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DAYS = frozenset(
    (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))
)  # built-in number formats that are dates
_CLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read_xlsx(path: Path, into: Imported) -> dict[str, list[list[str]]]:
    """The sheets of a workbook, each a list of rows of text."""
    with open_zip(path) as archive:
        if "xl/workbook.xml" not in archive.names:
            raise UsageError(f"{path.name}: is not an XLSX workbook; save it as XLSX.")
        book = read_xml(archive.read("xl/workbook.xml"), "xl/workbook.xml")
        shared = _shared(archive)
        days = _day_styles(archive)
        properties = next(book.iter("workbookPr"), None)
        base = (
            datetime(1904, 1, 1)  # noqa: DTZ001  # a spreadsheet knows no zone
            if properties is not None and properties.get("date1904") in {"1", "true"}
            else datetime(1899, 12, 30)  # noqa: DTZ001  # as above
        )
        targets = {}
        if "xl/_rels/workbook.xml.rels" in archive.names:
            rels = read_xml(archive.read("xl/_rels/workbook.xml.rels"), "workbook.xml.rels")
            targets = {
                r.get("Id", ""): r.get("Target", "").lstrip("/").removeprefix("xl/") for r in rels.iter("Relationship")
            }
        found = {}
        for k, sheet in enumerate(book.iter("sheet"), 1):
            name = sheet.get("name") or f"sheet{k}"
            part = "xl/" + targets.get(sheet.get("id", ""), f"worksheets/sheet{k}.xml")
            if part not in archive.names:
                into.refuse(0, name, "is a sheet that the file does not hold")
                continue
            found[name] = _rows(read_xml(archive.read(part), part), shared, days, base)
        return found


def _shared(archive: Archive) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.names:
        return []
    root = read_xml(archive.read("xl/sharedStrings.xml"), "sharedStrings.xml")
    return ["".join(t.text or "" for t in _own_text(si)) for si in root.iter("si")]


def _own_text(si: Element) -> list[Element]:
    reading = {t for r in si.iter("rPh") for t in r.iter("t")}  # phonetic guides are not the text
    return [t for t in si.iter("t") if t not in reading]


def _day_styles(archive: Archive) -> set[int]:
    if "xl/styles.xml" not in archive.names:
        return set()
    root = read_xml(archive.read("xl/styles.xml"), "styles.xml")
    own = {
        int(f.get("numFmtId", "0")): re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", f.get("formatCode", ""))
        for f in root.iter("numFmt")
    }
    styles = next(root.iter("cellXfs"), None)
    found = set()
    for k, xf in enumerate(styles if styles is not None else ()):
        code = int(xf.get("numFmtId", "0"))
        if code in _DAYS or re.search(r"[ymdhs]", own.get(code, ""), re.IGNORECASE):
            found.add(k)
    return found


def _rows(root: Element, shared: list[str], days: set[int], base: datetime) -> list[list[str]]:
    rows = []
    for row in root.iter("row"):
        cells: list[str] = []
        for cell in row.iter("c"):
            column = _column(cell.get("r", "")) or len(cells) + 1
            if column > 16_384:
                continue
            cells += [""] * (column - 1 - len(cells))
            cells.append(_value(cell, shared, days, base))
        rows.append(cells)
    return rows


def _value(cell: Element, shared: list[str], days: set[int], base: datetime) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iter("t"))
    held = cell.find("v")
    text = (held.text or "") if held is not None else ""
    if kind == "s":
        return shared[int(text)] if text.isdigit() and int(text) < len(shared) else ""
    if kind == "b":
        return "TRUE" if text == "1" else "FALSE"
    if kind == "n" and text and cell.get("s", "").isdigit() and int(cell.get("s", "0")) in days:
        try:
            moment = base + timedelta(days=float(text))
        except (ValueError, OverflowError):
            return text
        return (
            f"{moment:%Y-%m-%d}"
            if moment.time() == datetime.min.time()
            else f"{moment + timedelta(microseconds=500_000):%Y-%m-%d %H:%M:%S}"
        )
    return text


def _column(reference: str) -> int:
    letters = re.match(r"[A-Z]{1,3}", reference)
    value = 0
    for c in letters[0] if letters else "":
        value = value * 26 + ord(c) - 64
    return value


def write_xlsx(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """A workbook of text cells, one sheet per table."""
    names = [re.sub(r"[\[\]:*?/\\]", "-", n)[:31] for n in sheets]
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{k}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for k in range(1, len(names) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><sheets>'
        + "".join(f'<sheet name={quoteattr(n)} sheetId="{k}" r:id="rId{k}"/>' for k, n in enumerate(names, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="rId{k}" Type="{_RELATION}/worksheet" Target="worksheets/sheet{k}.xml"/>'
            for k in range(1, len(names) + 1)
        )
        + "</Relationships>",
    }
    for k, rows in enumerate(sheets.values(), 1):
        body = "".join(
            "<row>"
            + "".join(
                f'<c t="inlineStr"><is><t xml:space="preserve">{escape(_CLEAN.sub("", str(c)), {chr(13): "&#13;"})}</t></is></c>'
                for c in row
            )
            + "</row>"
            for row in rows
        )
        parts[f"xl/worksheets/sheet{k}.xml"] = f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + xml)
    return out.getvalue()
