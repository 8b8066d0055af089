"""Files of the case folder -> typed rows, or every problem at file:row:column."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from blindspot.case.cells import plain
from blindspot.case.rows import Expected, Head, Row
from blindspot.errors import Problem, UsageError, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from blindspot.case.rows import Fact

R = TypeVar("R", bound=Row)
Places = dict[str, Where]
_WORDS = {  # of pydantic's error types, for a person
    "string_pattern_mismatch": "is not an id; use letters, digits, _ . -",
    "missing": "is missing; write it",
    "extra_forbidden": "is not known here",
    "string_too_short": "is empty",
    "string_type": 'is not text; write it in quotes, as "text"',
    "bool_parsing": "is neither true nor false; write one of them, without quotes",
    "bool_type": "is neither true nor false; write one of them, without quotes",
    "tuple_type": "is not a list of tables; begin each with its name in double brackets, as [[question]]",
    "model_type": "is not a table of keys; begin it with its name in double brackets, as [[question]]",
    "dataclass_type": "is not a time; write 2021-08-29 or 2021-08-29T12:23:00Z",
    "too_short": "is empty; write at least one, or leave the line out",
}


def read_table(
    root: Path,
    file: str,
    kind: type[R],
    problems: list[Problem],
    unread: list[str] | None = None,
    refused: set[str] | None = None,
) -> list[tuple[R, Where]]:
    """The rows of one CSV file with the place of each; an absent file has none.

    A column that `kind` does not know is a problem; with `unread` given, its name is put there and the column passed over.
    `refused` takes the ids of rows that are wrong, `*` where the whole file is: who names them is not wrong for that.
    """
    refused = set() if refused is None else refused
    before = len(problems)
    table = read_cells(root, file, problems)
    if table is None:
        refused |= {"*"} if len(problems) > before else set()
        return []
    header, records = table
    columns = tuple(kind.model_fields)
    needed = [name for name, field in kind.model_fields.items() if field.is_required()]
    more = [] if unread is None else [name for name in header if name not in columns]
    if not _header_fits(file, header, (*columns, *more), needed, problems):
        refused.add("*")
        return []
    if unread is not None:
        unread += more
    at = header.index("id") if "id" in header else None
    rows: list[tuple[R, Where]] = []
    for line, cells in records:
        mine = {cells[at].strip()} if at is not None and at < len(cells) else set()
        if len(cells) != len(header):
            refused |= mine
            problems.append(
                Problem(
                    Where(file, line),
                    f"has {len(cells)} cells, the header has {len(header)}",
                    None,
                    "quote a cell that holds a comma",
                )
            )
            continue
        try:
            known = {name: cell for name, cell in zip(header, cells, strict=True) if name not in more}
            rows.append((kind.model_validate(known), Where(file, line)))
        except ValidationError as error:
            refused |= mine
            problems.extend(_problems(error, lambda loc, line=line: Where(file, line, str(loc[0]) if loc else None)))
    return rows


def by_id(
    rows: list[tuple[R, Where]], name: str, where: dict[tuple[str, str], Where], problems: list[Problem]
) -> dict[str, R]:
    """Rows by id, sorted, with `where` each stands as (name, id); an id that stands twice is a problem of its second row."""
    found: dict[str, R] = {}
    for row, place in rows:
        key: str = row.id  # type: ignore[attr-defined]  # every table row has an id
        if key in found:
            problems.append(
                Problem(
                    Where(place.file, place.row, "id"),
                    f"is already the id of row {where[name, key].row}",
                    key,
                    "give each row an id of its own",
                )
            )
            continue
        found[key] = row
        where[name, key] = place
    return dict(sorted(found.items()))


def read_expect(root: Path, facts: Mapping[str, Fact], problems: list[Problem]) -> list[tuple[Expected, Where]]:
    """The filled cells of expect.csv: hypotheses in rows, facts in columns.

    It begins with the columns question,hypothesis, or with hypothesis alone: then a fact's own question is meant.
    """
    file = "expect.csv"
    table = read_cells(root, file, problems)
    if table is None:
        return []
    header, records = table
    lead = 2 if header[:2] == ["question", "hypothesis"] else 1
    if header[lead - 1] != "hypothesis":
        problems.append(
            Problem(
                Where(file, 1),
                "must begin with the columns question,hypothesis",
                ",".join(header[:2]),
                "then one column per fact",
            )
        )
        return []
    if not _header_fits(file, header, tuple(header), [], problems):
        return []
    cells_read: list[tuple[Expected, Where]] = []
    for line, cells in records:
        if len(cells) != len(header):
            problems.append(
                Problem(
                    Where(file, line),
                    f"has {len(cells)} cells, the header has {len(header)}",
                    None,
                    "leave a cell empty rather than out",
                )
            )
            continue
        for fact, cell in zip(header[lead:], cells[lead:], strict=True):
            if not cell.strip():
                continue
            question = cells[0] if lead == 2 else facts[fact].question if fact in facts else "unknown"
            row = {"question": question, "hypothesis": cells[lead - 1], "fact": fact, "value": cell}
            try:
                cells_read.append((Expected.model_validate(row), Where(file, line, fact)))
            except ValidationError as error:
                problems.extend(
                    _problems(
                        error,
                        lambda loc, line=line, fact=fact: Where(
                            file, line, fact if loc[:1] == ("value",) else str(loc[0])
                        ),
                    )
                )
    return cells_read


def read_toml(
    root: Path, file: str, kind: type[R], problems: list[Problem]
) -> tuple[R | None, Callable[[tuple[Any, ...]], int]]:
    """A TOML file as one typed value, and the line of each path in it; None where it is absent or wrong."""
    text = _text(root / file, file, problems)
    if text is None:
        return None, lambda _: 1
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        problems.append(
            Problem(Where(file, line, found[2] if found else None), "is not TOML: " + str(error).split(" (at ")[0])
        )
        return None, lambda _: 1
    lines = _toml_lines(text)
    try:
        return kind.model_validate(_plain_dates(data)), lambda path: _toml_line(lines, path)
    except ValidationError as error:
        problems.extend(_problems(error, lambda loc: Where(file, _toml_line(lines, loc), ".".join(map(str, loc)))))
        return None, lambda _: 1


def read_head(root: Path, problems: list[Problem]) -> tuple[Head | None, Places]:
    """case.toml and the line of each of its questions, hypotheses and findings."""
    file = "case.toml"
    before = len(problems)
    head, at = read_toml(root, file, Head, problems)
    if head is None:
        if len(problems) == before and not (root / file).exists():
            problems.append(
                Problem(
                    Where(file),
                    "is missing",
                    None,
                    "a case folder holds case.toml, sources.csv and claims.csv; `blindspot new NAME` writes them",
                )
            )
        return None, {}
    where = {"": Where(file, 1)}
    for i, question in enumerate(head.question):
        where[question.id] = Where(file, at(("question", i)))
        for j, hypothesis in enumerate(question.hypothesis):
            where[f"{question.id}:{hypothesis.id}"] = Where(file, at(("question", i, "hypothesis", j)), "prior")
    for i, _ in enumerate(head.finding):
        where[f"finding:{i}"] = Where(file, at(("finding", i)))
    return head, where


def read_cells(root: Path, file: str, problems: list[Problem]) -> tuple[list[str], list[tuple[int, list[str]]]] | None:
    """Header and records of a CSV file (or of the first sheet of a workbook), each with the line on which it begins.

    None where absent or unreadable.
    """
    if file.endswith(".xlsx"):
        return _sheet(root / file, file, problems)
    text = _text(root / file, file, problems)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if cells and any(cell.strip() for cell in cells):
                records.append((line, [plain(cell) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            Problem(Where(file, line), f"is not CSV: {error}", None, "double a quotation mark inside a quoted cell")
        )
        return None
    if not records:
        problems.append(Problem(Where(file), "is empty", None, "write at least the header row"))
        return None
    return [cell.strip() for cell in records[0][1]], records[1:]


def _sheet(path: Path, file: str, problems: list[Problem]) -> tuple[list[str], list[tuple[int, list[str]]]] | None:
    from blindspot.case.exchange.model import Imported
    from blindspot.case.exchange.xlsx import read_xlsx

    try:
        sheets = read_xlsx(path, Imported("xlsx"))
    except UsageError as error:
        problems.append(
            Problem(Where(file), f"is not a workbook that can be read: {error}", None, "save it as CSV, UTF-8")
        )
        return None
    rows = [
        (line, cells) for line, cells in enumerate(next(iter(sheets.values()), []), 1) if any(c.strip() for c in cells)
    ]
    if not rows:
        problems.append(Problem(Where(file), "is empty", None, "write at least the header row on the first sheet"))
        return None
    header = [cell.strip() for cell in rows[0][1]]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    return header, [(line, [*cells, *[""] * width][: max(width, len(cells))]) for line, cells in rows[1:]]


def _text(path: Path, file: str, problems: list[Problem]) -> str | None:
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        problems.append(Problem(Where(file), f"cannot be read: {error.strerror}"))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.append(
            Problem(
                Where(file, line), "is not UTF-8", f"byte 0x{raw[error.start]:02x}", "save the file with encoding UTF-8"
            )
        )
        return None
    if "\x00" in text:
        problems.append(
            Problem(
                Where(file, text[: text.index("\x00")].count("\n") + 1),
                "holds a NUL byte",
                None,
                "save the file as plain text, UTF-8",
            )
        )
        return None
    return text


def _header_fits(
    file: str, header: list[str], columns: tuple[str, ...], needed: list[str], problems: list[Problem]
) -> bool:
    before = len(problems)
    for name in sorted({name for name in header if header.count(name) > 1}):
        problems.append(
            Problem(Where(file, 1, name), "stands twice in the header", None, "keep one column of that name")
        )
    for name in header:
        if name not in columns:
            problems.append(
                Problem(
                    Where(file, 1, name or "(no name)"),
                    "is not a column of this file",
                    None,
                    f"the columns are {', '.join(columns)}",
                )
            )
    for name in needed:
        if name not in header:
            problems.append(Problem(Where(file, 1, name), "is missing from the header", None, "add the column"))
    return len(problems) == before


def _problems(error: ValidationError, where: Any) -> list[Problem]:
    found = []
    items = error.errors(include_url=False)
    for item in items:
        if item["type"] == "too_short" and any(
            x["loc"][: len(item["loc"])] == item["loc"] for x in items if x is not item
        ):
            continue  # it holds something, and that is what is wrong
        loc = tuple(
            part
            for part in item["loc"]
            if not (isinstance(part, str) and ("[" in part or part in {"Range", "Reference"}))
        )
        what = item["msg"].removeprefix("Value error, ")
        limits = item.get("ctx", {})
        bounds = {
            "less_than_equal": f"is above {limits.get('le')}",
            "greater_than_equal": f"is below {limits.get('ge')}",
        }
        what = (_WORDS | bounds).get(item["type"], what[:1].lower() + what[1:])
        got = item["input"] if isinstance(item["input"], str | int | float) else None
        found.append(Problem(where(loc), what, None if got is None or got == "" else str(got)))
    return found


def _plain_dates(data: Any) -> Any:
    """TOML dates as text, so that `date = 2021-08-29` and `date = "2021-08-29"` are the same."""
    if isinstance(data, dict):
        return {key: _plain_dates(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain_dates(value) for value in data]
    return data.isoformat() if hasattr(data, "isoformat") else data


def _toml_lines(text: str) -> list[tuple[tuple[str | int, ...], int]]:
    """The path and the line of every table and key; tomllib itself keeps no lines."""
    places: list[tuple[tuple[str | int, ...], int]] = []
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(#.*)?$", line)
        if header:
            path: tuple[str | int, ...] = ()
            *parents, last = header[2].split(".")
            for part in parents:
                path = (*path, part)
                if path in counts:
                    path = (*path, counts[path])
            path = (*path, last)
            if header[1] == "[[":
                counts[path] = counts.get(path, -1) + 1
                path = (*path, counts[path])
            table = path
            places.append((table, number))
            continue
        key = re.match(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=", line)
        if key:
            places.append(((*table, key[1]), number))
    return places


def _toml_line(lines: list[tuple[tuple[str | int, ...], int]], loc: tuple[Any, ...]) -> int:
    known = dict(reversed(lines))
    for length in range(len(loc), 0, -1):
        if loc[:length] in known:
            return known[loc[:length]]
    return 1
