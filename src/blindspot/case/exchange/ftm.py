"""FollowTheMoney entities: JSON lines, or CSV with one schema per file.

Traps: properties hold many values, as strings; dates are UTC and may be 2021 or 2021-08; a document's contentHash is SHA-1;
there is no geometry, so places stay names; there is no claim, so ours become Notes and lose origin, says and copy_of (listed).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from blindspot.case.exchange.model import Imported, Item, utc_prefix
from blindspot.case.exchange.tables import records, text_of

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = {
    "Event": "event",
    "Incident": "event",
    "Person": "person",
    "Note": "claim",
    "Organization": "organisation",
    "Company": "organisation",
    "LegalEntity": "organisation",
}
_DATES = ("date", "startDate", "publishedAt", "authoredAt", "recordedAt")
MOST_LINES = 2_000_000


def read_ftm(path: Path) -> Imported:
    """The entities of a file; lines that are none are listed."""
    into = Imported("ftm")
    if path.suffix.lower() == ".csv":
        for at, row in records(path, into):
            key = next(iter(row.values()), "")
            if not key.strip():
                into.refuse(at, row, "has no id in its first column")
                continue
            into.items.append(
                Item(key, "row", row.get("name", ""), utc_prefix(row.get("date", "")), fields=dict(row), row=at)
            )
        return into
    for at, line in enumerate(text_of(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            into.refuse(at, line, "is not JSON")
            continue
        if (
            not isinstance(data, dict)
            or not data.get("id")
            or not data.get("schema")
            or not isinstance(data.get("properties", {}), dict)
        ):
            into.refuse(at, line, "is not an entity (id, schema, properties)")
            continue
        into.items.append(_entity(data, at, into))
    return into


def _entity(data: dict[str, Any], at: int, into: Imported) -> Item:
    values: dict[str, list[str]] = {
        k: [str(x) for x in v] if isinstance(v, list) else [str(v)] for k, v in data.get("properties", {}).items()
    }

    def first(*names: str) -> str:
        return next((values[n][0] for n in names if values.get(n)), "")

    when = ""
    for name in _DATES:
        if values.get(name):
            when = utc_prefix(values[name][0])
            if not when:
                into.refuse(at, f"{name} {values[name][0]!r}", "is not a UTC date; the time stays unknown")
            if len(values[name]) > 1:
                into.refuse(
                    at, f"{name}: {values[name]}", "has several values; the first is taken, all are in the fields"
                )
            break
    hashes = tuple(
        f"SHA-1:{h} (not at hand)" for h in values.get("contentHash", ()) if re.fullmatch(r"[0-9a-fA-F]{40}", h)
    )
    return Item(
        str(data["id"]), _KINDS.get(str(data["schema"]), "document"), first("name", "description", "title", "fileName"), when, "UTC" if when else "",
        None, None, None, first("location", "address", "country"), tuple(values.get("sourceUrl", ())), (str(data["schema"]),), hashes, {}, data, at,
    )  # fmt: skip
