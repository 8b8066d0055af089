"""Which figure did whom give, when, from which observation? tolls.csv as dated statements, and the incident as of a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from blindspot.measure.people.describing import people_of
from blindspot.measure.people.grade import Incident

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.case import Case
    from blindspot.case.rows import Listed

_DAY_IN_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})$")


@dataclass(frozen=True, slots=True)
class Dated:
    """A stated figure with everything the rules ask of it. `admits`: a named official of a party held responsible concedes."""

    id: str
    day: date | None
    source: str
    party: str
    origin: str
    first_hand: bool
    status: str
    who: str
    low: int
    high: int
    attributed_to: tuple[str, ...]
    admits: bool
    note: str


def dated(case: Case, as_of: date | None) -> list[Dated]:
    """The figures public by that day, in order of date. Without tolls.csv each list counts as its source's figure."""
    found = []
    for row in case.tolls.values():
        claim = case.claims.get(row.claim or "")
        root = claim
        while root is not None and root.copy_of and root.copy_of in case.claims:
            root = case.claims[root.copy_of]
        moment = row.public_at or (claim.public_at if claim else None)
        name = row.source or (claim.source if claim else "")
        source = case.sources.get(name)
        party = source.party if source else ""
        official = (
            source is not None and source.role.startswith("official") and source.anonymity in {"named", "organisation"}
        )
        own = party in row.attributed_to
        found.append(
            Dated(
                row.id,
                moment.day if moment else None,
                name,
                party,
                row.origin or (root.origin if root and root.origin not in {None, "?"} else None) or name,
                claim is not None and claim.directness == "first_hand",
                row.status,
                row.who,
                row.low,
                row.high,
                row.attributed_to,
                official and own and row.low >= 1 and row.who in {"civilians", "children", "women", "all"},
                row.note,
            )
        )
    if not found:
        for recorder, rows in case.lists.items():
            dead = list({what_it_says(r): r for r in reversed(rows.values()) if r.status == "killed"}.values())
            sizes = [people_of(r.name, r.name_local, r.group_size).count for r in dead]
            low, high = sum(s.low for s in sizes), sum(s.high for s in sizes)
            name = next((r.source for r in dead if r.source), None) or recorder
            if high:
                party = case.sources[name].party if name in case.sources else ""
                found.append(
                    Dated(
                        recorder,
                        list_day(case, recorder),
                        name,
                        party,
                        name,
                        False,
                        "killed",
                        "all",
                        low,
                        high,
                        (),
                        False,
                        "rows of the list",
                    )
                )
    kept = [f for f in found if as_of is None or (f.day is not None and f.day <= as_of)]
    return sorted(kept, key=lambda f: (f.day or date.max, f.id))


def what_it_says(row: Listed) -> tuple[object, ...]:
    """What makes a row of a list a repetition of another; one without a name repeats nothing."""
    return (
        row.name,
        row.name_local,
        row.age,
        row.sex,
        row.group_size,
        row.id if not (row.name or row.name_local) else "",
    )


def incident_on(figures: Sequence[Dated], day: date) -> Incident:
    """What the rules look at on a day: independent origins of harm, admissions, actors, the range stated."""
    known = [f for f in figures if f.day is not None and f.day <= day]
    harm = [f for f in known if f.high >= 1 and f.party not in f.attributed_to]
    dead = [f for f in known if f.status == "killed" and f.who in {"all", "civilians"}]
    return Incident(
        origins=frozenset(f.origin for f in harm),
        first_hand=frozenset(f.origin for f in harm if f.first_hand),
        admissions=frozenset(f.id for f in known if f.admits),
        actors=frozenset(a for f in known for a in f.attributed_to),
        denied=any(f.high == 0 for f in known),
        stated=(min(f.low for f in dead), max(f.high for f in dead)) if dead else None,
    )


def list_day(case: Case, recorder: str) -> date | None:
    """The day a list became public: the date its file name ends in, else its source's first public claim."""
    found = _DAY_IN_NAME.search(recorder)
    if found:
        try:
            return date.fromisoformat(found[1])
        except ValueError:
            return None
    sources = {r.source for r in case.lists[recorder].values() if r.source}
    days = [c.public_at.day for c in case.claims.values() if c.source in sources and c.public_at]
    return min(days, default=None)
