"""Reading an undercount table: a 0/1 column per list and a count, or one row per person without a count.

Yes and no are read as 1 and 0, a column of capture histories (101) as a column per list, semicolons and tabs as commas.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import CaseError, Problem, UsageError, Where
from blindspot.measure.people.contingency import Table, tabulate

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 9  # digits of a count
_COUNT = ("count", "counts", "freq", "frequency", "n", "total", "number", "observed")
_MARKS = {"yes": "1", "no": "0", "true": "1", "false": "0"}
_HISTORY = re.compile(r"[01]{2,}")


def read_table(path: Path) -> Table:
    """The table of a file. Raises UsageError where it is no such file, CaseError with every wrong cell."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file.") from error
    except OSError as error:  # a folder, no right to read, or no gzip
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}).") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: is not UTF-8 text. Save it as CSV, UTF-8.") from error
    try:
        between = max(",;\t", key=text.partition("\n")[0].count)
        every = csv.reader(io.StringIO(text, newline=""), delimiter=between)
        rows = [[_MARKS.get(c.strip().lower(), c.strip()) for c in r] for r in every if any(c.strip() for c in r)]
    except csv.Error as error:
        raise UsageError(f"{path}: is not CSV: {error}. Save it as CSV, UTF-8.") from error
    if len(rows) < 2:
        raise UsageError(f"{path}: has no rows. Write a 0/1 column per list and the column count.")
    header = rows[0]
    problems = [
        Problem(Where(path.name, 1, name), "stands twice in the header", None, "give each list a name of its own")
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            problems.append(Problem(Where(path.name, line), f"has {len(row)} cells, the header has {len(header)}"))
    if problems:
        raise CaseError(problems)
    header, rows = _spread(header, rows)
    count = next((i for i, name in enumerate(header) if name.lower() in _COUNT), None)
    marks = [i for i in range(len(header)) if i != count and {r[i] for r in rows[1:]} <= {"0", "1"}]
    if count is None and marks:
        count = _unnamed_count(path, header, rows, marks)
    if count is not None:
        for i, name in enumerate(header):
            if i not in marks and i != count:
                for line, row in enumerate(rows[1:], 2):
                    if row[i] not in {"0", "1"}:
                        problems.append(
                            Problem(Where(path.name, line, name), "is not 0 or 1", row[i], "1 = on this list, 0 = not")
                        )
    values = np.ones(len(rows) - 1)
    for line, row in enumerate(rows[1:], 2):
        if count is not None:
            cell = row[count]
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


def _spread(header: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """A column of capture histories of one length as a column for each list."""
    for i, name in enumerate(header):
        cells = [r[i] for r in rows[1:]]
        if len({len(c) for c in cells}) == 1 and all(_HISTORY.fullmatch(c) for c in cells) and len(set(cells)) > 1:
            lists = [f"{name or 'list'}{k}" for k in range(1, len(cells[0]) + 1)]
            return (
                [*header[:i], *lists, *header[i + 1 :]],
                [[], *([*r[:i], *r[i], *r[i + 1 :]] for r in rows[1:])],
            )
    return header, rows


def _unnamed_count(path: Path, header: list[str], rows: list[list[str]], marks: list[int]) -> int | None:
    """The only column of numbers beside patterns that all differ: that is a table of counts, whatever the column is called."""
    seen = [tuple(r[i] for i in marks) for r in rows[1:]]
    numbers = [i for i in range(len(header)) if i not in marks and all(r[i].isdecimal() for r in rows[1:])]
    if len(set(seen)) < len(seen) or not numbers:
        return None
    if len(numbers) > 1:
        names = ", ".join(header[i] for i in numbers)
        raise UsageError(f"{path}: which column counts the persons ({names})? Name it count.")
    return numbers[0]
