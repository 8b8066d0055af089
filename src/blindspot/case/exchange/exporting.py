"""A case as other tools read it, and in so many words what they cannot hold.

An export holds everything that it can, names of people included: it is for the own team. `blindspot release` makes the copy
for others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blindspot.case.exchange.tables import write_csv
from blindspot.case.exchange.whole import whole_json, whole_xlsx
from blindspot.case.reading import read_cells
from blindspot.case.store import hand_files
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from blindspot.case import Case
    from blindspot.errors import Problem


@dataclass(frozen=True, slots=True)
class Exported:
    """The files of an export by name, and what they do not hold."""

    files: dict[str, bytes]
    lost: tuple[str, ...]


def export(name: str, case: Case) -> Exported:
    """The case in a format by name. Raises UsageError that lists the formats."""
    if name not in EXPORTS:
        raise UsageError(f"{name}: is not a format that is written. The formats are: {', '.join(EXPORTS)}.")
    return EXPORTS[name][0](case)


def _csv(case: Case) -> Exported:
    files = {}
    for name in hand_files(case.root):
        if name.endswith(".csv"):
            problems: list[Problem] = []
            table = read_cells(case.root, name, problems)
            if table is not None:
                files[name.replace("/", "--")] = write_csv(table[0], [cells for _, cells in table[1]]).encode()
    return Exported(
        files,
        (
            "case.toml (title, questions, hypotheses, findings) is no table",
            "cells that a spreadsheet would run begin with an apostrophe",
        ),
    )


def _geojson(case: Case) -> Exported:
    features = []
    for p in case.places.values():
        features.append(
            _feature(
                p.id,
                p.lon,
                p.lat,
                {"kind": "place", "name": p.name, "error_m": p.error_m, "how": p.how, "label": p.label},
            )
        )
    left = 0
    for s in case.stops.values():
        place = case.places.get(s.place or "")
        if place is None:
            left += 1
            continue
        features.append(
            _feature(
                s.id,
                place.lon,
                place.lat,
                {
                    "kind": "stop",
                    "place": place.id,
                    "error_m": place.error_m,
                    "start": str(s.start or ""),
                    "end": str(s.end or ""),
                    "activity": s.activity,
                },
            )
        )
    lost = ["sources, claims, origins, facts, expectations, standards, lists and case.toml have no geometry"]
    if left:
        lost.append(f"{left} stop(s) without a place: left out, never put at 0,0")
    return Exported({"case.geojson": _json({"type": "FeatureCollection", "features": features})}, tuple(lost))


def _feature(key: str, lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": key,
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": properties,
    }


def _ftm(case: Case) -> Exported:
    entities: list[dict[str, Any]] = [
        _entity(case.head.id, "Event", name=case.head.title, date=case.head.date.text, summary=case.head.summary)
    ]
    for s in case.sources.values():
        entities.append(
            _entity(
                f"source-{s.id}",
                "LegalEntity",
                name=s.name,
                notes=s.note,
                sourceUrl=s.url,
                country="",
                description=s.role,
            )
        )
    for c in case.claims.values():
        source = case.sources.get(c.source)
        entities.append(
            _entity(
                f"claim-{c.id}",
                "Note",
                name=c.id,
                description=c.quote_summary,
                date=_day(c.said_at),
                publisher=source.name if source else c.source,
                sourceUrl=c.url,
                notes=c.note,
            )
        )
    for p in case.places.values():
        entities.append(
            _entity(
                f"place-{p.id}",
                "Address",
                name=p.name,
                full=p.name,
                latitude=repr(p.lat),
                longitude=repr(p.lon),
                notes=f"error {p.error_m:g} m; {p.how}",
            )
        )
    for recorder, rows in case.lists.items():
        for r in rows.values():
            entities.append(
                _entity(
                    f"list-{recorder}-{r.id}",
                    "Person",
                    name=r.name or r.name_local,
                    alias=r.name_local,
                    notes="; ".join(x for x in (r.status or "", f"age {r.age}" if r.age else "", r.note) if x),
                )
            )
    lost = (
        "claims become Notes: origin, says, directness, basis, copy_of, fact, favours, strength and would_report have no place",
        "public_at and the time of day of claims (FollowTheMoney dates are UTC prefixes)", "facts, origins, expectations, hypotheses, standards, ratings and the weighing",
        "reliability, interest, anonymity and derives_from of sources", "errors of places are only a note; stops are left out",
    )  # fmt: skip
    return Exported(
        {"case.ftm.json": ("\n".join(json.dumps(e, ensure_ascii=False) for e in entities) + "\n").encode()}, lost
    )


def _entity(key: str, schema: str, **properties: str) -> dict[str, Any]:
    return {"id": key, "schema": schema, "properties": {k: [v] for k, v in properties.items() if v}}


def _timemap(case: Case) -> Exported:
    events, undated = [], 0
    for c in case.claims.values():
        when = c.said_at or c.public_at
        undated += when is None
        events.append({
            "id": c.id, "description": c.quote_summary or c.id, "date": f"{when.day:%m/%d/%Y}" if when else "", "time": "", "location": "", "latitude": "", "longitude": "",
            "associations": [x for x in (c.fact or (case.origins[c.origin].fact if c.origin in case.origins else None),) if x], "sources": [c.source],
        })  # fmt: skip
    for s in case.stops.values():
        p = case.places.get(s.place or "")
        events.append({
            "id": s.id, "description": s.activity or s.id, "date": f"{s.start.day:%m/%d/%Y}" if s.start else "", "time": "", "location": p.name if p else "",
            "latitude": repr(p.lat) if p else "", "longitude": repr(p.lon) if p else "", "associations": [], "sources": [s.reported_by] if s.reported_by else [],
        })  # fmt: skip
    sources = {
        s.id: {
            "id": s.id,
            "title": s.name,
            "description": s.note,
            "paths": [s.url] if s.url else [],
            "type": s.role,
            "thumbnail": "",
        }
        for s in case.sources.values()
    }
    associations = [
        {"id": f.id, "title": f.id, "desc": f.text, "mode": "FILTER", "filter_paths": [f.question, f.id]}
        for f in case.facts.values()
    ]
    lost = [
        "times of day (TimeMap shows them in the reader's own zone)", "origins, basis, directness, copy_of, says, ranges, hypotheses, standards, lists", "errors of places",
        "which of several dates is meant: the day of utterance, else of publication",
    ]  # fmt: skip
    if undated:
        lost.append(f"{undated} claim(s) without a date stand there without one")
    return Exported(
        {"events.json": _json(events), "sources.json": _json(sources), "associations.json": _json(associations)},
        tuple(lost),
    )


def _day(moment: Any) -> str:
    return f"{moment.day:%Y-%m-%d}" if moment else ""


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


EXPORTS: dict[str, tuple[Callable[[Case], Exported], str]] = {
    "blindspot": (
        lambda c: Exported({"case.blindspot.json": whole_json(c.root)}, ()),
        "the whole case in one file, back without loss",
    ),
    "xlsx": (
        lambda c: Exported(
            {"case.xlsx": whole_xlsx(c.root)}, ("blank lines and quoting of the CSV files; every cell comes back",)
        ),
        "a workbook, one sheet per file",
    ),
    "csv": (_csv, "its tables, safe to open in a spreadsheet"),
    "geojson": (_geojson, "its places and stops"),
    "ftm": (_ftm, "FollowTheMoney entities"),
    "timemap": (_timemap, "events, sources and associations for TimeMap"),
}
