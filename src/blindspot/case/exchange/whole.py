"""A case as one file and back without loss: what people typed, byte for byte, with the hash of each file.

As JSON, or as a workbook with one sheet per file for those who edit in a spreadsheet. Derived files, evidence and texts stay
where they are.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import TYPE_CHECKING

from blindspot.case.archives import unsafe
from blindspot.case.exchange.model import Imported
from blindspot.case.exchange.tables import line, load_json
from blindspot.case.exchange.xlsx import read_xlsx, write_xlsx
from blindspot.case.store import FILES, FOLDERS, hand_files, write_text
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "blindspot-case-1"


def whole_json(root: Path) -> bytes:
    """The hand-typed files of a case in one JSON document."""
    files = {n: (root / n).read_bytes().decode("utf-8") for n in hand_files(root)}
    hashes = {n: hashlib.sha256(t.encode()).hexdigest() for n, t in files.items()}
    return (
        json.dumps({"version": VERSION, "sha256": hashes, "files": files}, ensure_ascii=False, indent=1) + "\n"
    ).encode()


def whole_xlsx(root: Path) -> bytes:
    """The same as a workbook: one sheet per table; case.toml line by line."""
    sheets: dict[str, list[list[str]]] = {}
    for name in hand_files(root):
        text = (root / name).read_text(encoding="utf-8-sig")
        sheets[name] = (
            [[line] for line in text.splitlines()]
            if name.endswith(".toml")
            else [list(r) for r in csv.reader(io.StringIO(text, newline=""))]
        )
    index = [["sheet", "file"], *([f"{k} {n.rpartition('/')[2]}"[:31], n] for k, n in enumerate(sheets, 1))]
    return write_xlsx({"files": index} | {row[0]: rows for row, rows in zip(index[1:], sheets.values(), strict=True)})


def restore(path: Path, folder: Path) -> Imported:
    """A case folder from such a file. Refuses to write over anything, and any name that is no case file."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder}: is not empty; nothing was changed. Name a new folder.")
    into = Imported("blindspot")
    if path.suffix.lower() == ".xlsx":
        files = {}
        book = read_xlsx(path, into)
        names = {row[0]: row[1] for row in book.pop("files", [])[1:] if len(row) > 1}
        if not names:
            raise UsageError(f"{path.name}: has no sheet `files`: not a case exported by Blindspot.")
        for sheet, rows in book.items():
            name = names.get(sheet, sheet)
            if name.endswith(".toml"):
                files[name] = "\n".join(r[0] if r else "" for r in rows) + "\n"
            else:
                files[name] = "".join(line(row) for row in rows)
    else:
        data = load_json(path)
        if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("files"), dict):
            raise UsageError(f"{path.name}: is not a case exported by Blindspot ({VERSION}).")
        files = {str(n): str(t) for n, t in data["files"].items()}
        for name, text in files.items():
            if hashlib.sha256(text.encode()).hexdigest() != data.get("sha256", {}).get(name):
                raise UsageError(
                    f"{path.name}: {name} was changed after the export (its hash does not match); nothing was written."
                )
    for name in files:
        top, _, rest = name.partition("/")
        if unsafe(name) or not (
            name in FILES or (top in FOLDERS and rest and "/" not in rest and rest.endswith(".csv"))
        ):
            raise UsageError(f"{path.name}: {name} is not a file of a case; nothing was written.")
    for name, text in files.items():
        write_text(folder / name, text)
    into.notes.append(f"{len(files)} files written to {folder}")
    return into
