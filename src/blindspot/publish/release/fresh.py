"""Files written fresh: CSV and TOML from plain values, in one way only, so that nothing rides along."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from blindspot.case.cells import inert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blindspot.publish.release.model import Cells, Selection


def write_copy(copy: Path, selection: Selection) -> None:
    """The case files of a released copy into an empty folder."""
    (copy / "case.toml").write_text(to_toml(selection.head), encoding="utf-8")
    for file, (columns, rows) in selection.tables.items():
        path = copy / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_csv(columns, rows), encoding="utf-8")


def to_csv(columns: list[str], rows: Cells) -> str:
    """Rows as CSV that no spreadsheet runs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(inert(c) for c in columns)
    for row in rows:
        writer.writerow([inert(row[c]) for c in columns])
    return out.getvalue()


def to_toml(table: dict[str, Any]) -> str:
    """Plain data as TOML: values first, then tables of tables."""
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    nested = {k: v for k, v in table.items() if isinstance(v, list) and v and all(isinstance(x, dict) for x in v)}
    for key, value in table.items():
        if key not in nested and value is not None:
            yield f"{_key(key)} = {_value(value)}"
    for key, entries in nested.items():
        for entry in entries:
            yield ""
            yield f"[[{'.'.join(_key(k) for k in (*path, key))}]]"
            yield from _lines(entry, (*path, key))


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
