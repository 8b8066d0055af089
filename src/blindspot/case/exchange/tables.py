"""CSV as other tools write it, and as it may be opened in a spreadsheet without harm.

A cell that a spreadsheet would run is marked on the way out and unmarked on the way in (`case.cells`).
"""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from blindspot.case.cells import inert, plain
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from blindspot.case.exchange.model import Imported

MOST = 250 << 20


_LIMIT = Lock()  # the csv module has one limit for the whole process


@contextmanager
def _long_cells() -> Iterator[None]:
    """Cells as long as a file may be while other tools' files are read, the limit as it was afterwards."""
    with _LIMIT:
        before = csv.field_size_limit(MOST)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""A table as CSV text, escaped, UTF-8 without a mark, lines ended by \\n."""
    return "".join(line([inert(c) for c in cells]) for cells in (header, *rows))


def line(cells: Sequence[str]) -> str:
    """One record; unlike the csv module it also quotes a lone carriage return, which readers take for a line end."""
    done = ['"' + c.replace('"', '""') + '"' if any(x in c for x in '",\r\n') or c != c.strip() else c for c in cells]
    return (",".join(done) if done != [""] else '""') + "\n"


def text_of(path: Path) -> str:
    """The text of a file: UTF-8 with or without a mark, else as Windows wrote it. Raises UsageError where it is not text."""
    if path.stat().st_size > MOST:
        raise UsageError(f"{path.name}: is larger than {MOST >> 20} MB; split it.")
    raw = path.read_bytes()
    if raw[:2] == b"PK":
        raise UsageError(f"{path.name}: is a ZIP archive, not a table; name the format it comes from.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            text = raw.decode("utf-16", "replace")
        else:
            text = raw.decode("cp1252", "replace")
    if "\x00" in text:
        raise UsageError(f"{path.name}: holds NUL bytes, so it is not text; export it again as CSV, UTF-8.")
    return text


def read_csv(path: Path, into: Imported, *, header: bool = True) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header (stripped) and rows with the line each begins on. Short rows are filled; longer ones are listed, not cut."""
    text = text_of(path)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count) if any(first.count(d) for d in ",;\t") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        with _long_cells():
            for cells in reader:
                if any(c.strip() for c in cells):
                    rows.append((line, [plain(c.strip()) for c in cells]))
                line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{path.name}: line {line} is not CSV: {error}.") from error
    if not header:
        return [], rows
    if not rows:
        into.refuse(1, path.name, "is empty")
        return [], []
    names = _unique([c.strip() for c in rows[0][1]])
    good = []
    for at, cells in rows[1:]:
        if len(cells) > len(names) and any(c.strip() for c in cells[len(names) :]):
            into.refuse(at, ",".join(cells), f"has {len(cells)} cells, the header has {len(names)}")
            continue
        good.append((at, (cells + [""] * len(names))[: len(names)]))
    return names, good


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for n in names:
        seen[n] = seen.get(n, 0) + 1
        out.append(n if seen[n] == 1 else f"{n} ({seen[n]})")
    return out


def records(path: Path, into: Imported) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV as dictionaries with their line."""
    names, rows = read_csv(path, into)
    return [(at, dict(zip(names, cells, strict=True))) for at, cells in rows]


def load_json(path: Path) -> object:
    """JSON with file and line in the error; NaN and Infinity are refused, for they are not JSON."""
    import json

    def refuse(name: str) -> object:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(text_of(path), parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path.name}: line {error.lineno} is not JSON: {error.msg}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path.name}: is not JSON: {error}.") from error
