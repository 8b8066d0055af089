"""What do the lists and figures of one case say? Everything of the room as plain data: persons, toll, by source, grades.

Only the dead are named. Rows of the injured, the missing, and of people whose status is not given are counted and withheld.
Figures and lists enter on the day they became public, so that a day in the past sees only what was known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.people.dated import Dated, dated, incident_on, list_day, what_it_says
from blindspot.measure.people.describing import Described, people_of
from blindspot.measure.people.grade import books, grade
from blindspot.measure.people.incident import Row, group
from blindspot.measure.people.names import is_unnamed, read_name
from blindspot.measure.people.readings import read_age, read_sex
from blindspot.measure.people.scripts import undirected
from blindspot.measure.people.toll import Group, toll

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from blindspot.case import Case
    from blindspot.case.rows import Listed
    from blindspot.measure.people.incident import Grouped


def findings(case: Case, as_of: date | None = None) -> dict[str, Any]:
    """The result of the room, as design.md section 5 lists it. Raises nothing for a doubtful cell: it is named in `problems`."""
    problems: list[dict[str, Any]] = []
    rows, groups, withheld = _rows(case, as_of, problems)
    for recorder in sorted({r.list for r in rows} - {r.list for r in rows if r.tokens}):
        what = "no row of this list has a name: its rows cannot be linked to others, and count as people without names"
        problems.append({"file": f"lists/{recorder}", "row": None, "column": "name", "what": what, "got": None})
    decided = {(d.a, d.b): d.decision for d in case.links.values()}
    grouped = group(rows, decided)
    named = [p for p in grouped.persons if any(rows[i].tokens for i in p)]
    counts = toll(rows, grouped, groups) if rows or groups else {}
    figures = dated(case, as_of)
    return {
        "persons": [_person(k, p, rows, case) for k, p in enumerate(named, 1)],
        "unresolved": [[rows[i].key, rows[j].key, round(p, 4)] for i, j, p, _ in grouped.unresolved],
        "unresolved_because": [
            {
                "a": rows[i].key,
                "b": rows[j].key,
                "p": round(p, 4),
                "names": [rows[i].name, rows[j].name],
                "because": why,
            }
            for i, j, p, why in grouped.unresolved
        ],
        "unnamed": _unnamed(rows, grouped, groups),
        "toll": {
            k: {"low": t.low, "median": t.median, "high": t.high, "because": list(t.because)} for k, t in counts.items()
        },
        "by_source": [_stated(f, case) for f in figures],
        "by_date": _by_date(case, figures, rows, as_of),
        "checks": _checks(figures, len(named), counts),
        "grades": _grades(figures, as_of),
        "decisions": [
            {"id": d.id, "a": d.a, "b": d.b, "decision": d.decision, "by": d.by} for d in case.links.values()
        ],
        "withheld": withheld,
        "problems": problems,
        "offers": [],
    }


def _rows(
    case: Case, as_of: date | None, problems: list[dict[str, Any]]
) -> tuple[list[Row], list[Group], dict[str, int]]:
    rows, groups = [], []
    withheld = {"injured": 0, "missing": 0, "status_not_given": 0}
    seen: set[tuple[Any, ...]] = set()
    for recorder, listed in case.lists.items():
        day = list_day(case, recorder)
        if as_of and day and day > as_of:
            continue
        for row in listed.values():
            if row.status != "killed":
                withheld[row.status or "status_not_given"] += people_of(
                    row.name, row.name_local, row.group_size
                ).count.low
                continue
            row_key = (recorder, *what_it_says(row))
            if row_key in seen:
                problems.append(_problem(case, recorder, row, "id", "repeats another row in every cell; counted once"))
                continue
            seen.add(row_key)
            made = _row(case, recorder, row, problems)
            said = people_of(row.name, row.name_local, row.group_size)
            if (said.count.low, said.count.high) == (1, 1):
                rows.append(made)
                continue
            problems += [_problem(case, recorder, row, *what) for what in _loose(row, said, made)]
            low, high = said.count.low, said.count.high
            if made.tokens:  # one who is named, and others
                rows.append(made)
                low, high, made = max(0, low - 1), max(0, high - 1), replace(made, age=None, sex=0)
            groups.append(Group(replace(made, name=row.name or row.name_local, tokens=(), other=()), low, high))
    return rows, groups, withheld


def _loose(row: Listed, said: Described, made: Row) -> list[tuple[str, str, str]]:
    """What a reader must know of a row that counts people: (column, what, got)."""
    count, name = said.count, row.name or row.name_local
    found = []
    if count.vague:
        what = f"says only roughly how many: counted as {count.low}-{count.high} (judgement); give group_size where it is known"
        found.append(("name", what, name))
    if count.minimum:
        what = f"states no upper figure: counted as {count.low}; give group_size where it is known"
        found.append(("name", what, name))
    if row.group_size and (told := people_of(row.name, row.name_local, None).count) != count and told.high > 1:
        what = f"differs from the words of the row, which say {told.low}-{told.high}; group_size is taken"
        found.append(("group_size", what, str(row.group_size)))
    if made.tokens:
        what = f"names a person and counts {count.high}: the others are a group without names; give them a row of their own"
        found.append(("name", what, name))
    return found


def _row(case: Case, recorder: str, row: Listed, problems: list[dict[str, Any]]) -> Row:
    try:
        age = read_age(row.age)
    except ValueError as error:
        problems.append(_problem(case, recorder, row, "age", str(error), row.age))
        age = None
    if row.date and row.date.end <= case.head.date.start:
        what = f"is {row.date.day}, before the incident ({case.head.date.day}): another event, or a slip"
        problems.append(_problem(case, recorder, row, "date", what, row.date.text))
    if (row.name + row.name_local) != undirected(row.name + row.name_local):
        what = "holds signs for the direction of writing, which can make a reader see another name; they are left out"
        problems.append(_problem(case, recorder, row, "name", what))
    spelt = [undirected(n) for n in (row.name, row.name_local) if not is_unnamed(n)]
    name, other, *_ = [*spelt, "", ""]
    if not name:  # what describes people may also say how old they are
        said = people_of(row.name, row.name_local, None)
        return Row(recorder, row.id, "", (), age or said.age, read_sex(row.sex) or said.sex)
    return Row(
        recorder, row.id, name, read_name(name).tokens, age, read_sex(row.sex), read_name(other).tokens if other else ()
    )


def _problem(case: Case, recorder: str, row: Listed, column: str, what: str, got: str | None = None) -> dict[str, Any]:
    place = case.where[f"lists/{recorder}", row.id]
    return {"file": place.file, "row": place.row, "column": column, "what": what, "got": got}


def _person(number: int, person: tuple[int, ...], rows: Sequence[Row], case: Case) -> dict[str, Any]:
    own = [rows[i] for i in person]
    ages = [r.age for r in own if r.age]
    spellings = dict.fromkeys(r.name for r in own if r.name)
    spellings |= dict.fromkeys(n for r in own if (n := undirected(case.lists[r.list][r.id].name_local)))
    stated = sorted({case.lists[r.list][r.id].age for r in own if r.age})
    return {
        "id": f"P{number:02d}",
        "names": list(spellings),
        "lists": sorted({r.list for r in own}),
        "age": [int(min(a[0] for a in ages)), int(max(a[0] for a in ages))] if ages else None,
        "age_conflict": bool(ages) and max(a[0] for a in ages) > min(a[1] for a in ages),
        "ages_stated": stated,
        "sex": next((("male", "female")[r.sex - 1] for r in own if r.sex), None),
        "rows": [r.key for r in own],
    }


def _unnamed(rows: Sequence[Row], grouped: Grouped, groups: Sequence[Group]) -> list[dict[str, Any]]:
    single = [rows[p[0]] for p in grouped.persons if not any(rows[i].tokens for i in p)]
    return [
        {"row": r.key, "age": None if r.age is None else [round(a, 1) for a in r.age], "size": [n, m]}
        for r, n, m in [*((r, 1, 1) for r in single), *((g.row, g.low, g.high) for g in groups)]
    ]


def _stated(f: Dated, case: Case) -> dict[str, Any]:
    return {
        "id": f.id,
        "date": f.day.isoformat() if f.day else None,
        "source": f.source,
        "name": case.sources[f.source].name if f.source in case.sources else f.source,
        "party": f.party,
        "origin": f.origin,
        "status": f.status,
        "who": f.who,
        "low": f.low,
        "high": f.high,
        "admits": f.admits,
        "note": f.note,
    }


def _by_date(case: Case, figures: Sequence[Dated], rows: Sequence[Row], as_of: date | None) -> list[dict[str, Any]]:
    """On each day on which something became public: the range of stated dead, and the persons named by then."""
    list_days = {r.list: list_day(case, r.list) for r in rows}
    days = sorted({d for d in [*list_days.values(), *(f.day for f in figures)] if d and (as_of is None or d <= as_of)})
    found = []
    named: dict[tuple[Row, ...], int] = {}  # persons by the rows known, which few days change
    for day in days:
        here = [f for f in figures if f.day and f.day <= day and f.status == "killed" and f.who in {"all", "civilians"}]
        by_then = tuple(r for r in rows if (listed := list_days[r.list]) and listed <= day)
        if by_then not in named:
            named[by_then] = sum(any(by_then[i].tokens for i in p) for p in group(by_then, {}).persons)
        found.append(
            {
                "date": day.isoformat(),
                "stated": [min(f.low for f in here), max(f.high for f in here)] if here else None,
                "by": sorted({f.source for f in here if f.day == day}),
                "named": named[by_then],
            }
        )
    return found


def _checks(figures: Sequence[Dated], named: int, counts: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for whole, part in (("all", "children"), ("civilians", "children"), ("all", "civilians"), ("all", "women")):
        for f in figures:
            for g in figures:
                if (
                    f.source == g.source
                    and f.day == g.day
                    and f.status == g.status
                    and (f.who, g.who) == (whole, part)
                    and g.low > f.high
                ):
                    found.append(
                        {
                            "check": "part-above-whole",
                            "message": f"{g.low} {part} are more than {f.high} {whole}",
                            "ids": [f.id, g.id],
                        }
                    )
    dead = [f for f in figures if f.status == "killed" and f.who in {"all", "civilians"} and f.high > 0]
    low = min((f.low for f in dead), default=None)
    high = max((f.high for f in dead), default=None)
    if high is not None and named > high:
        found.append(
            {
                "check": "named-above-maximum",
                "message": f"{named} dead are named, the highest figure is {high}",
                "ids": [f.id for f in dead if f.high == high],
            }
        )
    elif low is not None and named > low:
        found.append(
            {
                "check": "named-above-minimum",
                "message": f"{named} dead are named, the lowest figure of a source is {low}",
                "ids": [f.id for f in dead if f.low == low],
            }
        )
    if high is not None and counts and counts["killed"].high < min(f.low for f in dead if f.high == high):
        found.append(
            {
                "check": "fewer-listed-than-stated",
                "message": "fewer people are listed than the highest figure states",
                "ids": [],
            }
        )
    return found


def _grades(figures: Sequence[Dated], as_of: date | None) -> list[dict[str, Any]]:
    """For each rule book the grade on every day on which it changed."""
    days = sorted({f.day for f in figures if f.day and (as_of is None or f.day <= as_of)})
    found = []
    for book in books().values():
        last = ""
        for day in days:
            g = grade(incident_on(figures, day), book)
            if g.grade != last:
                found.append(
                    {
                        "rule_book": g.rule_book, "title": book["title"], "grade": g.grade, "rule": g.rule, "why": g.why,
                        "because": list(g.because), "as_of": day.isoformat(), "would_change": [list(f) for f in g.flips],
                    }
                )  # fmt: skip
                last = g.grade
    return found


def estimate_rows(found: Any) -> dict[str, Any]:
    """An undercount as plain data."""
    return {
        "observed": found.observed,
        "lower_bound": {
            "name": "Chao's lower bound",
            "low": round(found.lower_bound[0]),
            "interval": [round(x) for x in found.lower_bound[1:]],
        },
        "models": [
            {
                "name": e.name, "median": _whole(e.median), "low": _whole(e.low), "high": _whole(e.high),
                "converged": e.converged, "says": e.says,
            }
            for e in found.estimates
        ],
        "dependence": [
            {"a": a, "b": b, "odds_ratio": round(r, 3), "low": round(lo, 3), "high": round(hi, 3)} for a, b, r, lo, hi in found.dependence
        ],
        "warnings": list(found.warnings),
    }  # fmt: skip


def _whole(x: float) -> int | None:
    return None if np.isnan(x) else round(x)
