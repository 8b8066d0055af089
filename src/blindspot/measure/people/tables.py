"""Reading an undercount table: one 0/1 column per list and a count, or one row per person without a count."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import CaseError, Problem, UsageError, Where
from blindspot.measure.people.contingency import Table, tabulate

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 9  # digits of a count
_COUNT = ("count", "freq", "n", "frequency")


def read_table(path: Path) -> Table:
    """The table of a file. Raises UsageError where it is no such file, CaseError with every wrong cell."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file.") from error
    except (UnicodeDecodeError, gzip.BadGzipFile) as error:
        raise UsageError(f"{path}: is not UTF-8 text. Save it as CSV, UTF-8.") from error
    try:
        rows = [r for r in csv.reader(io.StringIO(text, newline="")) if any(c.strip() for c in r)]
    except csv.Error as error:
        raise UsageError(f"{path}: is not CSV: {error}. Save it as CSV, UTF-8.") from error
    if len(rows) < 2:
        raise UsageError(f"{path}: has no rows. Write a 0/1 column per list and the column count.")
    header = [c.strip() for c in rows[0]]
    count = next((i for i, name in enumerate(header) if name.lower() in _COUNT), None)
    problems: list[Problem] = []
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            problems.append(Problem(Where(path.name, line), f"has {len(row)} cells, the header has {len(header)}"))
    if problems:
        raise CaseError(problems)
    marks = [i for i in range(len(header)) if i != count and {r[i].strip() for r in rows[1:]} <= {"0", "1"}]
    if count is not None:
        for i, name in enumerate(header):
            if i not in marks and i != count:
                for line, row in enumerate(rows[1:], 2):
                    if row[i].strip() not in {"0", "1"}:
                        problems.append(
                            Problem(Where(path.name, line, name), "is not 0 or 1", row[i], "1 = on this list, 0 = not")
                        )
    values = np.ones(len(rows) - 1)
    for line, row in enumerate(rows[1:], 2):
        if count is not None:
            cell = row[count].strip()
            if not cell.isdecimal() or len(cell) > LONGEST:
                problems.append(
                    Problem(
                        Where(path.name, line, header[count]),
                        "is not a count",
                        cell,
                        "write a whole number, 0 to 999999999",
                    )
                )
            else:
                values[line - 2] = int(cell)
    if problems:
        raise CaseError(problems)
    if not marks:
        raise UsageError(f"{path}: has no column of 0 and 1. Write one per list, and the column count.")
    x = np.array([[int(r[i]) for i in marks] for r in rows[1:]])
    return tabulate(tuple(header[i] for i in marks), x, values)
