"""What does a list of casualties hold? One recorder's file, CSV or XLSX, any script, with every problem named.

The columns are those of a case's `lists/` (id, name, name_local, age, sex, status, ...); common other names for them are
known too, so that a recorder's own export can be linked as it is. Rows that repeat another in every cell are counted once.
After the Standards for Casualty Recording (Every Casualty 2016, 2020) and OHCHR, Guidance on Casualty Recording (2019).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import CaseError, Problem, UsageError, Where
from blindspot.measure.people.evidence import Facts
from blindspot.measure.people.linkage import People, names_of
from blindspot.measure.people.names import is_unnamed
from blindspot.measure.people.readings import read_age, read_sex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ALIASES = {
    "id": ("id", "pid", "row_id", "record_id", "uid", "ref"),
    "name": ("name", "name_en", "en", "en_name", "name_latin", "full_name", "victim", "victim_name"),
    "name_local": (
        "name_local",
        "name_ar",
        "ar",
        "ar_name",
        "name_arabic",
        "name_fa",
        "name_ps",
        "local_name",
        "الاسم",
        "نام",
    ),
    "age": ("age", "age_y", "age_years", "العمر", "سن"),
    "sex": ("sex", "gender", "الجنس", "جنس"),
    "status": ("status", "outcome"),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as read: people to link, problems that cost a cell but not the row, and how many rows repeated another."""

    people: People
    problems: tuple[Problem, ...]
    repeated: int


def read_list(path: Path) -> Listing:
    """A list file. Raises UsageError where it cannot be read as a list of persons at all, CaseError with every line that is wrong."""
    header, rows = _sheet(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _cells(path)
    at = {field: next((header.index(n) for n in names if n in header), None) for field, names in ALIASES.items()}
    if at["name"] is None and at["name_local"] is None:
        raise UsageError(
            f"{path}: has no column of names (its columns are {', '.join(header[:12])}). Name one `name` (Latin letters) or `name_local` (the local script)."
        )
    seen: set[tuple[str, ...]] = set()
    ids: list[str] = []
    kept: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    for line, cells in rows:
        key = tuple(cells)
        if key in seen:
            continue
        seen.add(key)
        row_id = cells[at["id"]].strip() if at["id"] is not None else str(line - 1)
        ids.append(row_id or str(line - 1))
        kept.append((line, cells))
    doubled = sorted({i for i in ids if ids.count(i) > 1})[:3] if len(set(ids)) < len(ids) and len(ids) < 5000 else []
    if len(set(ids)) < len(ids):
        problems.append(
            Problem(
                Where(path.name, None, "id"),
                f"{len(ids) - len(set(ids))} ids are used twice",
                ", ".join(doubled) or None,
                "give each row an id of its own",
            )
        )
    names = [(_cell(cells, at["name"]), _cell(cells, at["name_local"])) for _, cells in kept]
    if all(is_unnamed(a) and is_unnamed(b) for a, b in names):
        raise UsageError(
            f"{path}: no row has a name; rows without names cannot be linked. Enter them as groups of a case's list."
        )
    nameless = [line for (line, _), (a, b) in zip(kept, names, strict=True) if is_unnamed(a) and is_unnamed(b)]
    if nameless:
        what = f"{len(nameless)} rows give no name, so they are not linked"
        problems.append(
            Problem(Where(path.name, nameless[0], "name"), what, None, "a blank or a description names nobody")
        )
    ages = [_age(path.name, line, _cell(cells, at["age"]), problems) for line, cells in kept]
    facts = Facts(
        np.array([a[0] for a in ages]),
        np.array([a[1] for a in ages]),
        np.array([read_sex(_cell(c, at["sex"])) for _, c in kept]),
    )
    return Listing(People(tuple(ids), names_of(names), facts), tuple(problems), len(rows) - len(kept))


def facts_of(ages: Sequence[tuple[float, float] | None], sexes: Sequence[int]) -> Facts:
    """Ages and sexes as arrays, NaN for an unknown age."""
    return Facts(
        np.array([a[0] if a else np.nan for a in ages]),
        np.array([a[1] if a else np.nan for a in ages]),
        np.array(sexes, dtype=int),
    )


def _cell(cells: list[str], at: int | None) -> str:
    return cells[at] if at is not None else ""


def _age(file: str, line: int, text: str, problems: list[Problem]) -> tuple[float, float]:
    try:
        return read_age(text) or (np.nan, np.nan)
    except ValueError as error:
        problems.append(Problem(Where(file, line, "age"), str(error), text))
        return np.nan, np.nan


def _cells(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file.") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}.") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(_not_utf8(path, raw)) from error
    if "\x00" in text:
        raise UsageError(
            f"{path}: holds a NUL byte; it is not a text file. Save the list as CSV, UTF-8, or give an XLSX file."
        )
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: is not CSV: {error}.") from error
    return _table(path, rows)


def _not_utf8(path: Path, raw: bytes) -> list[Problem]:
    """A problem for each line that is not UTF-8; one for a whole file of two bytes a letter."""
    right = "save the file with encoding UTF-8"
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return [Problem(Where(path.name, 1), "is UTF-16, not UTF-8", None, right)]
    found = []
    for line, text in enumerate(raw.split(b"\n"), 1):
        try:
            text.decode("utf-8")
        except UnicodeDecodeError as error:
            got = f"byte 0x{text[error.start]:02x}"
            found.append(Problem(Where(path.name, line), "is not UTF-8, or mixes encodings", got, right))
    return found


def _sheet(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The first sheet of a workbook, through GDAL's XLSX driver."""
    import pyogrio

    try:
        columns = pyogrio.raw.read(path, read_geometry=False)[3]
        names = list(pyogrio.read_info(path)["fields"])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise UsageError(
            f"{path}: is not a workbook that can be read. Save it as XLSX again, or as CSV, UTF-8."
        ) from error
    rows = [[_text(v) for v in row] for row in zip(*columns, strict=True)]
    if (
        names and names[0] == "Field1" and rows
    ):  # a sheet of text alone: GDAL does not see that its first row is the header
        names, rows = rows[0], rows[1:]
    return _table(path, [(1, names), *((i, r) for i, r in enumerate(rows, 2) if any(c.strip() for c in r))])


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(int(value)) if isinstance(value, float | np.floating) and float(value).is_integer() else str(value)


def _table(path: Path, rows: list[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if len(rows) < 2:
        raise UsageError(f"{path}: has no rows. Write a header row and a row per person.")
    header = [c.strip().lower() for c in rows[0][1]]
    ragged = [
        Problem(
            Where(path.name, line),
            f"has {len(cells)} cells, the header has {len(header)}",
            None,
            "quote a cell that holds a separator",
        )
        for line, cells in rows[1:]
        if len(cells) != len(header)
    ]
    if ragged:
        raise CaseError(ragged)
    return header, rows[1:]
