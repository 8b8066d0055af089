"""Rows that a computation suggests, and the one way they enter a case: a person accepts them by id.

`out/suggestions/<table>.csv` holds the columns of the table and `because`. Accepting appends the rows to the table; if the case
would then have a problem, nothing is changed and the problem is named.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from blindspot.case.cells import inert, plain
from blindspot.case.opening import open_case
from blindspot.case.reading import read_table
from blindspot.case.rows import Claim, Id, Origin, Place, Row, Source
from blindspot.case.store import write_text
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blindspot.case.editing import Change

TABLES: dict[str, type[Row]] = {
    "sources": Source,
    "origins": Origin,
    "claims": Claim,
    "places": Place,
}  # in the order of need
REFUSED = "refusals.csv"  # suggestions that a person decided against


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
        writer.writerow([inert(row.get(c, "")) for c in columns])
    write_text(_path(root, table), out.getvalue())


def suggested(root: Path, table: str) -> list[dict[str, str]]:
    """The suggestions that wait for a table."""
    path = _path(root, table)
    if not path.exists():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    return [{k: plain(v or "") for k, v in r.items() if k} for r in rows if r.get("id")]


def accept(root: Path, ids: Iterable[str]) -> dict[str, list[str]]:
    """Move the suggestions of these ids into the case; returns the ids taken by table.

    `all` takes every row that is complete; one that waits for a person (an origin without its fact, a place without its
    error) stays where it is. Each table is one change, under the lock of the case and in its custody log.

    Raises UsageError for an id that does not wait, CaseError where the case would be wrong; then nothing is changed.
    """
    from blindspot.case.custody.chain import person, writing
    from blindspot.case.editing.changing import commit, made, proper, recovered
    from blindspot.case.editing.sheet import read_bytes

    wanted = list(dict.fromkeys(ids))
    waiting = {t: suggested(root, t) for t in TABLES}
    known = {r["id"] for rows in waiting.values() for r in rows}
    unknown = [i for i in wanted if i != "all" and i not in known]
    if unknown:
        raise UsageError(
            f"{', '.join(unknown)}: no such suggestion waits in {root.name}/out/suggestions. Run the verb without --accept to see which do."
        )
    chosen = {
        table: [r for r in rows if r["id"] in wanted or ("all" in wanted and _complete(table, r))]
        for table, rows in waiting.items()
    }
    with writing(root) as log:
        recovered(root, log)
        changes = [c for table, rows in chosen.items() if (c := _as_change(root, table, rows)) is not None]
        for change in changes:
            proper(change)
        if changes:
            _must_open(root, {c.file: made(c, read_bytes(root, c.file))[0] for c in changes})
        for change in changes:
            commit(root, log, change, person())
    for table, rows in waiting.items():
        left = [r for r in rows if r not in chosen[table]]
        if len(left) != len(rows):
            suggest(root, table, left, replace=True)
    return {table: [r["id"] for r in rows] for table, rows in chosen.items() if rows}


def _as_change(root: Path, table: str, rows: Sequence[Mapping[str, str]]) -> Change | None:
    """The rows that the table does not have yet, as one change."""
    from blindspot.case.editing import Change, read_sheet

    file = f"{table}.csv"
    there = {line.key for line in read_sheet(root, file).rows}
    new = [
        {"key": r["id"], "old": None, "new": {c: r[c] for c in TABLES[table].model_fields if r.get(c)}}
        for r in rows
        if r["id"] not in there
    ]
    return Change("rows", file, new=json.dumps(new, ensure_ascii=False)) if new else None


def _must_open(root: Path, files: Mapping[str, bytes]) -> None:
    """Whether the case would hold with these files in place of its own. Raises CaseError, and has changed nothing."""
    with tempfile.TemporaryDirectory(dir=root / "out", prefix=".trial-") as place:
        trial = Path(place) / root.resolve().name
        trial.mkdir()
        for path in root.iterdir():
            if path.name not in files:
                (trial / path.name).symlink_to(path.resolve())
        for name, data in files.items():
            (trial / name).write_bytes(data)
        open_case(trial)


def _complete(table: str, row: Mapping[str, str]) -> bool:
    kind = TABLES[table]
    try:
        kind.model_validate({c: row.get(c, "") for c in kind.model_fields})
    except ValidationError:
        return False
    return True


def _path(root: Path, table: str) -> Path:
    return root / "out" / "suggestions" / f"{table}.csv"
