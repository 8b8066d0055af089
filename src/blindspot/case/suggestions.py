"""Rows that a computation suggests, and the one way they enter a case: a person accepts them by id.

`out/suggestions/<table>.csv` holds the columns of the table and `because`. Accepting appends the rows to the table; if the case
would then have a problem, nothing is changed and the problem is named.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pydantic import ValidationError

from blindspot.case.opening import open_case
from blindspot.case.reading import read_table
from blindspot.case.rows import Claim, Id, Origin, Place, Row, Source
from blindspot.case.store import write_text
from blindspot.errors import CaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

TABLES: dict[str, type[Row]] = {
    "sources": Source,
    "origins": Origin,
    "claims": Claim,
    "places": Place,
}  # in the order of need
REFUSED = "refusals.csv"  # suggestions that a person decided against
_RUNS = "=+-@\t\r"


class Refusal(Row):
    """refusals.csv: a suggestion that a reviewer decided against; it is not shown again."""

    id: Id  # of the suggested row
    table: str  # the table that it was suggested for
    by: str = ""  # who decided
    note: str = ""


def refused(root: Path) -> set[str]:
    """Ids of the suggestions that a reviewer decided against."""
    return {row.id for row, _ in read_table(root, REFUSED, Refusal, [])}


def suggest(root: Path, table: str, rows: Sequence[Mapping[str, str]], *, replace: bool = False) -> None:
    """Write suggestions for a table; those of the same id are replaced, others kept unless `replace`."""
    columns = [*TABLES[table].model_fields, "because"]
    held = {} if replace else {r["id"]: r for r in suggested(root, table)}
    for row in rows:
        held[row["id"]] = {c: " ".join(str(row.get(c, "")).split()) for c in columns}
    if not held and not _path(root, table).exists():
        return
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in held.values():
        writer.writerow([_safe(row.get(c, "")) for c in columns])
    write_text(_path(root, table), out.getvalue())


def suggested(root: Path, table: str) -> list[dict[str, str]]:
    """The suggestions that wait for a table."""
    path = _path(root, table)
    if not path.exists():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    return [{k: _unsafe(v or "") for k, v in r.items() if k} for r in rows if r.get("id")]


def accept(root: Path, ids: Iterable[str]) -> dict[str, list[str]]:
    """Move the suggestions of these ids into the case; returns the ids taken by table.

    `all` takes every row that is complete; one that waits for a person (an origin without its fact, a place without its
    error) stays where it is.

    Raises UsageError for an id that does not wait, CaseError where the case would be wrong; then nothing is changed.
    """
    wanted = list(dict.fromkeys(ids))
    waiting = {t: suggested(root, t) for t in TABLES}
    known = {r["id"] for rows in waiting.values() for r in rows}
    unknown = [i for i in wanted if i != "all" and i not in known]
    if unknown:
        raise UsageError(
            f"{', '.join(unknown)}: no such suggestion waits in {root.name}/out/suggestions. Run the verb without --accept to see which do."
        )
    before: dict[Path, str | None] = {}
    taken: dict[str, list[str]] = {}
    for table, rows in waiting.items():
        chosen = [r for r in rows if r["id"] in wanted or ("all" in wanted and _complete(table, r))]
        if chosen:
            path = root / f"{table}.csv"
            before[path] = path.read_text(encoding="utf-8-sig") if path.exists() else None
            taken[table] = _append(path, before[path], table, chosen)
    try:
        open_case(root)
    except CaseError:
        for path, text in before.items():
            if text is None:
                path.unlink()
            else:
                write_text(path, text)
        raise
    for table, rows in waiting.items():
        left = [r for r in rows if r["id"] not in set(taken.get(table, []))]
        if len(left) != len(rows):
            suggest(root, table, left, replace=True)
    return taken


def _complete(table: str, row: Mapping[str, str]) -> bool:
    kind = TABLES[table]
    try:
        kind.model_validate({c: row.get(c, "") for c in kind.model_fields})
    except ValidationError:
        return False
    return True


def _append(path: Path, text: str | None, table: str, rows: Sequence[Mapping[str, str]]) -> list[str]:
    fields = list(TABLES[table].model_fields)
    held = list(csv.reader(io.StringIO(text or "", newline="")))
    header = [h.strip() for h in held[0]] if held else [f for f in fields if any(r.get(f) for r in rows)]
    extra = [f for f in fields if f not in header and any(r.get(f) for r in rows)]
    known = {r[header.index("id")] for r in held[1:] if r and "id" in header}
    new = [r for r in rows if r["id"] not in known]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*header, *extra])
    for cells in held[1:]:
        writer.writerow([*cells, *[""] * (len(extra) if any(c.strip() for c in cells) else 0)])
    for row in new:
        writer.writerow([row.get(c, "") for c in (*header, *extra)])
    write_text(path, out.getvalue())
    return [r["id"] for r in rows]


def _path(root: Path, table: str) -> Path:
    return root / "out" / "suggestions" / f"{table}.csv"


def _safe(cell: str) -> str:
    return "'" + cell if cell[:1] and cell[0] in _RUNS + "'" and not _number(cell) else cell


def _unsafe(cell: str) -> str:
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in _RUNS + "'" else cell


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
