"""TimeMap (Forensic Architecture) and the public download of Bellingcat's fork.

Traps: every number is a string; days are MM/DD/YYYY; a time may be the float 13.45; an event may have no place; associations
are used that are never defined; the browser's zone was meant, so no zone is known; in the CSV download addresses and
associations are joined by commas that they may hold themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blindspot.case.exchange.model import Imported, Item, coordinates, day
from blindspot.case.exchange.tables import load_json, records

if TYPE_CHECKING:
    from pathlib import Path

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")


def read_timemap(path: Path) -> Imported:
    """events.json with sources.json and associations.json beside it, or any one of them, or a folder that holds them."""
    into = Imported("timemap")
    folder = path if path.is_dir() else path.parent
    names = ["events.json", "sources.json", "associations.json"] if path.is_dir() else [path.name]
    beside = {n: load_json(folder / n) for n in ("sources.json", "associations.json") if (folder / n).is_file()}
    known = {str(s.get("id")) for s in _rows(beside.get("sources.json"))}
    defined = {str(a.get("id")) for a in _rows(beside.get("associations.json"))}
    for name in names:
        if not (folder / name).is_file():
            into.refuse(0, name, "is not in the folder")
            continue
        rows = _rows(load_json(folder / name))
        if not rows:
            into.refuse(0, name, "holds no rows")
        for k, row in enumerate(rows, 1):
            if "mode" in row:
                into.items.append(
                    Item(str(row.get("id")), "association", str(row.get("title") or ""), fields=row, row=k)
                )
            elif "paths" in row or "affil_s" in row:
                urls = tuple(str(p) for p in _many(row.get("paths")) if str(p).strip())
                if not urls:
                    into.refuse(k, row.get("id"), "is a source without a path; taken without one")
                into.items.append(
                    Item(
                        str(row.get("id") or f"row-{k}"),
                        "source",
                        str(row.get("description") or row.get("title") or ""),
                        sources=urls,
                        fields=row,
                        row=k,
                    )
                )
            else:
                _event(
                    k,
                    row,
                    known if "sources.json" in beside else None,
                    defined if "associations.json" in beside else None,
                    into,
                )
    return into


def _rows(data: object) -> list[dict[str, Any]]:
    rows = list(data.values()) if isinstance(data, dict) else data if isinstance(data, list) else []
    return [r for r in rows if isinstance(r, dict)]


def _many(value: object) -> list[Any]:
    """A list as it is, a single text or number as one, nothing as none."""
    return value if isinstance(value, list) else [] if value is None or value == "" else [value]


def _event(k: int, row: dict[str, Any], known: set[str] | None, defined: set[str] | None, into: Imported) -> None:
    text = str(row.get("description") or "").strip()
    if not text:
        into.refuse(k, row, "has no description, which TimeMap requires")
        return
    lat, lon = coordinates(row.get("latitude"), row.get("longitude"), k, into)
    when = day(str(row.get("date") or ""), "mdy", k, into)
    if not when and lat is None and not row.get("date"):
        into.refuse(k, text, "has neither a date nor a place; taken without them")
    time = str(row.get("time") or "").strip()
    note = "a day, zone not given" if when else ""
    if time and _TIME.fullmatch(time):
        note = f"local time {time}, zone not given"
    elif time:
        into.refuse(k, f"time {time!r}", "is not a time of day (a number of a spreadsheet?); the day alone is taken")
    sources = tuple(
        str(s.get("path") or s.get("id")) if isinstance(s, dict) else str(s) for s in _many(row.get("sources"))
    )
    tags = tuple(str(a) for a in _many(row.get("associations")))
    for name, set_of, what in ((sources, known, "source"), (tags, defined, "association")):
        for one in name:
            if set_of is not None and one not in set_of:
                into.refuse(k, f"{what} {one!r}", "is used and never defined; kept as a name")
    into.items.append(
        Item(
            str(row.get("id") or f"event-{k}"),
            "event",
            text,
            when,
            note,
            lat,
            lon,
            None,
            str(row.get("location") or ""),
            sources,
            tags,
            (),
            {},
            row,
            k,
        )
    )


def read_bellingcat(path: Path) -> Imported:
    """The map's public download, JSON or CSV. Its places are obscured by the publisher, by about 150 m and more."""
    into = Imported("bellingcat")
    into.notes.append(
        "the publisher says that public coordinates are slightly obscured; no error is given, so it stays unknown"
    )
    rows: list[tuple[int, dict[str, Any]]]
    if path.suffix.lower() == ".json":
        rows = list(enumerate(_rows(load_json(path)), 1))
    else:
        rows = [(k, dict(r)) for k, r in records(path, into)]
    for k, row in rows:
        text = str(row.get("description") or "").strip()
        if not text:
            into.refuse(k, row, "has no description")
            continue
        lat, lon = coordinates(row.get("latitude"), row.get("longitude"), k, into)
        given = row.get("sources")
        if isinstance(given, str):
            sources = tuple(u.strip() for u in re.split(r",\s*(?=https?://)", given) if u.strip())
            if len(sources) > 1 or any("," in u for u in sources):
                into.refuse(k, given, "addresses are joined by commas; cut where a new one begins, which may be wrong")
        else:
            sources = tuple(str(s.get("path") or "") for s in _many(given) if isinstance(s, dict))
        tags = row.get("associations") if isinstance(row.get("associations"), str) else None
        if tags is not None:
            listed = tuple(t.strip() for t in re.split(r",(?=[^,=]+=)", tags) if t.strip())
        else:
            listed = tuple(f"{f.get('key')}={f.get('value')}" for f in _many(row.get("filters")) if isinstance(f, dict))
        into.items.append(
            Item(
                str(row.get("id") or f"row-{k}"),
                "event",
                text,
                day(str(row.get("date") or ""), "mdy", k, into),
                "a day, zone not given" if row.get("date") else "",
                lat,
                lon,
                None,
                str(row.get("location") or ""),
                sources,
                listed,
                (),
                {},
                row,
                k,
            )
        )
    return into
