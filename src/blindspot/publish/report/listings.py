"""The rows of a case as tables of the page: claims, sources, bases, stops, legs, places, persons, who spoke when."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from blindspot.case import OTHER
from blindspot.case.favours import question_of
from blindspot.case.scales import default
from blindspot.weigh.known import was_public

if TYPE_CHECKING:
    from datetime import date

    from blindspot.case import Case
    from blindspot.case.rows import Claim, Listed, Stop

Records = list[dict[str, Any]]


def listings(case: Case, as_of: date | None) -> dict[str, Records]:
    """Tables of rows by name, each record with the row that it comes from."""
    claims = [c for c in case.claims.values() if was_public(c, as_of)]
    stops = in_order(list(case.stops.values()))
    return {
        "findings": [
            {
                "id": f"finding:{i}",
                "question": f.question,
                "hypothesis": f.hypothesis,
                "by": f.by,
                "date": f.date.day.isoformat(),
                "confidence": f.confidence,
                "contested": f.contested,
                "note": f.note,
                "url": f.url,
                "file": case.where["case", f"finding:{i}"].file,
            }
            for i, f in enumerate(case.head.finding)
            if as_of is None or f.date.day <= as_of
        ],
        "claims": [_claim(case, c) for c in sorted(claims, key=lambda c: (str(c.said_at or c.public_at or ""), c.id))],
        "priors": _priors(case),
        "expect": [
            {
                "question": e.question,
                "hypothesis": e.hypothesis,
                "fact": e.fact,
                "expected": str(e.value),
                "file": case.where["expect", f"{e.fact}/{e.hypothesis}"].file,
            }
            for e in case.expect.values()
        ],
        "sources": _sources(case, claims),
        "bases": _bases(case, claims),
        "speakers": _speakers(case, claims),
        "places": _places(case),
        "stops": [
            {
                "number": i,
                "id": s.id,
                "place": s.place or "",
                "start": s.start or "",
                "end": s.end or "",
                "clock": s.clock,
                "activity": s.activity,
                "reported_by": s.reported_by or "",
                "official_reading": s.official_reading,
                "note": s.note,
                "url": s.url,
                "file": case.where["stops", s.id].file,
            }
            for i, s in enumerate(stops, 1)
        ],
        "legs": _legs(stops),
        "persons": [
            {
                "list": recorder,
                "id": p.id,
                **_named(p),
                "status": p.status or "",
                "group_size": "" if p.group_size is None else p.group_size,
                "source": p.source or "",
                "url": p.url if p.status == "killed" else "",
                "note": p.note if p.status == "killed" else "",
                "file": case.where[f"lists/{recorder}", p.id].file,
            }
            for recorder, rows in case.lists.items()
            for p in rows.values()
        ],
    }


def _named(p: Listed) -> dict[str, str]:
    """Name, age and sex of the dead; of the living, and of those whose status is not given, nothing."""
    dead = p.status == "killed"
    return {key: getattr(p, key) if dead else "" for key in ("name", "name_local", "age", "sex")}


def in_order(stops: list[Stop]) -> list[Stop]:
    """Stops as they followed: by id where the known times agree with it, else by time with the undated last."""
    known = [s.start.start for s in stops if s.start]
    if known == sorted(known):
        return stops
    return sorted(stops, key=lambda s: (s.start is None, s.start.start.isoformat() if s.start else "", s.id))


def _claim(case: Case, c: Claim) -> dict[str, Any]:
    return {
        "id": c.id,
        "said_at": c.said_at or "",
        "public_at": c.public_at or "",
        "source": c.source,
        "question": question_of(case, c) or "",
        "origin": c.origin or "",
        "says": c.says or ("favours" if c.favours and c.strength else ""),
        "directness": c.directness or "",
        "basis": c.basis,
        "copy_of": c.copy_of or "",
        "retracted_at": c.retracted_at or "",
        "summary": c.quote_summary,
        "url": c.url,
        "file": case.where["claims", c.id].file,
    }


def _priors(case: Case) -> Records:
    """The prior of each hypothesis as typed; what was left blank says what stands for it."""
    rows = []
    for key, question in case.questions.items():
        typed = {h.id: h for h in question.hypothesis}
        for h in case.hypotheses(key):
            row = typed.get(h)
            prior = row.prior if row else None
            standing = case.head.model.get(OTHER) or default(OTHER).range if h == OTHER else "equal share"
            for given, value in prior.items() if isinstance(prior, dict) else (("", prior),):
                rows.append(
                    {
                        "question": key,
                        "hypothesis": h,
                        "given": given,
                        "prior": str(standing if value is None else value),
                        "basis": row.basis if row else default(OTHER).basis,
                        "file": "case.toml" if ("case", f"{key}:{h}") in case.where else "scales.toml",
                    }
                )
    return rows


def _sources(case: Case, claims: list[Claim]) -> Records:
    by: dict[str, list[Claim]] = {}
    for c in claims:
        by.setdefault(c.source, []).append(c)
    return [
        {
            "id": s.id,
            "name": s.name,
            "role": s.role,
            "party": s.party,
            "anonymity": s.anonymity or "",
            "reliability": "" if s.reliability is None else str(s.reliability),
            "interest": ";".join(s.interest),
            "derives_from": ";".join(s.derives_from),
            "claims": ";".join(c.id for c in by[s.id]),
            "bases": ";".join(f"{basis} {n}" for basis, n in sorted(Counter(c.basis or "" for c in by[s.id]).items())),
            "url": s.url,
            "file": case.where["sources", s.id].file,
        }
        for s in case.sources.values()
        if s.id in by
    ]


def _bases(case: Case, claims: list[Claim]) -> Records:
    """How the speaker is named against how they know: number of claims in each cell."""
    cells = Counter((case.sources[c.source].anonymity or "not stated", c.basis or "unstated") for c in claims)
    return [{"anonymity": a, "basis": b, "claims": n} for (a, b), n in sorted(cells.items())]


def _speakers(case: Case, claims: list[Claim]) -> Records:
    """Claims per role and day of utterance; `later` are those that were public only on a later day."""
    cells: Counter[tuple[str, str]] = Counter()
    later: Counter[tuple[str, str]] = Counter()
    for c in claims:
        said = c.said_at or c.public_at
        if said is None:
            continue
        key = (case.sources[c.source].role or "role not stated", said.day.isoformat())
        cells[key] += 1
        later[key] += bool(c.public_at and c.public_at.day > said.day)
    return [{"role": role, "date": d, "claims": n, "later": later[role, d]} for (role, d), n in sorted(cells.items())]


def _places(case: Case) -> Records:
    """Places in a local metric frame (azimuthal equidistant about the incident, else the first place), metres east and north."""
    if not case.places:
        return []
    from pyproj import Transformer

    at = case.places.get(case.head.place or "") or next(iter(case.places.values()))
    frame = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lat_0={at.lat} +lon_0={at.lon} +datum=WGS84 +units=m", always_xy=True
    )
    rows = []
    for p in case.places.values():
        east, north = frame.transform(p.lon, p.lat)
        rows.append(
            {
                "id": p.id,
                "name": p.name,
                "lat": p.lat,
                "lon": p.lon,
                "error_m": p.error_m,
                "east_m": round(east, 1) + 0.0,
                "north_m": round(north, 1) + 0.0,
                "incident": p.id == case.head.place,
                "how": p.how,
                "file": case.where["places", p.id].file,
            }
        )
    return rows


def _legs(stops: list[Stop]) -> Records:
    """From one located stop to the next at another place; `between` counts the stops on the way whose place is unknown."""
    rows: Records = []
    last: tuple[int, Stop] | None = None
    for i, stop in enumerate(stops, 1):
        if stop.place is None:
            continue
        if last is not None and last[1].place != stop.place:
            rows.append(
                {
                    "leg": len(rows) + 1,
                    "from": last[1].place,
                    "to": stop.place,
                    "from_stop": last[1].id,
                    "to_stop": stop.id,
                    "between": i - last[0] - 1,
                }
            )
        last = (i, stop)
    return rows
