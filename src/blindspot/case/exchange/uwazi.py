"""Uwazi CSV, exported or made for its importer.

Traps: date ranges are `from~to` when exported and `from:to` when imported; places are `lat|lon`; several values are joined by
`|`, parents to children by `::`; headers are padded; translated columns end in `__en`; `Date added` is in server-local time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blindspot.case.exchange.model import Imported, Item, coordinates
from blindspot.case.exchange.tables import records

if TYPE_CHECKING:
    from pathlib import Path

_GEO = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*\|\s*(-?\d+(?:\.\d+)?)\s*")
_DAY = r"\d{4}[-/]\d{2}[-/]\d{2}"
_RANGE = re.compile(rf"({_DAY})?\s*[~:]\s*({_DAY})?")


def read_uwazi(path: Path) -> Imported:
    """The entities of an Uwazi table. A file without a title column gives none and says so."""
    into = Imported("uwazi")
    rows = records(path, into)
    names = list(rows[0][1]) if rows else []
    title = next((n for n in names if n.lower().split("__")[0] == "title"), None)
    if title is None:
        into.refuse(1, path.name, "has no title column: not an Uwazi table")
        return into
    languages = sorted({n.rsplit("__", 1)[1] for n in names if "__" in n})
    if languages:
        into.notes.append(f"translated columns are kept side by side: {', '.join(languages)}")
    for at, row in rows:
        if not row[title].strip():
            into.refuse(at, row, "has no title")
            continue
        lat = lon = None
        for name in sorted(names, key=lambda n: "geolocation" not in n.lower()):
            if found := _GEO.fullmatch(row[name]):
                lat, lon = coordinates(found[1], found[2], at, into)
                if lat is not None:
                    break
        values = {
            n: [v.strip() for v in row[n].split("|") if v.strip()]
            if "|" in row[n] and not _GEO.fullmatch(row[n])
            else row[n]
            for n in names
        }
        when, note = _when(row, at, into)
        urls = tuple(
            u.strip()
            for n in names
            if n.split("__")[0].lower() in {"documents", "attachments", "file"}
            for u in row[n].split("|")
            if u.strip()
        )
        template = row.get("Template", "") or row.get("template", "")
        into.items.append(
            Item(
                row.get("id") or f"{path.stem}-{at}",
                "entity",
                row[title],
                when,
                note,
                lat,
                lon,
                None,
                "",
                urls,
                (template,) if template else (),
                (),
                {},
                values,
                at,
            )
        )
    return into


def _when(row: dict[str, str], at: int, into: Imported) -> tuple[str, str]:
    for name, value in row.items():
        if name == "Date added":
            continue
        bare = value.strip()
        if (m := _RANGE.fullmatch(bare)) and (m[1] or m[2]):
            a, b = (x.replace("/", "-") if x else "" for x in m.groups())
            if a and b and a <= b:
                return f"{a}/{b}", f"{name}, UTC"
            if not (a and b):
                into.refuse(at, f"{name} {bare!r}", "is open on one side; kept in the fields, the time stays unknown")
                return "", ""
            into.refuse(at, f"{name} {bare!r}", "ends before it begins; the time stays unknown")
            return "", ""
        if re.fullmatch(_DAY, bare):
            return bare.replace("/", "-"), f"{name}, UTC"
        if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", bare):
            into.refuse(at, f"{name} {bare!r}", "may be day/month or month/day; the time stays unknown")
            return "", ""
    return "", ""
