"""Does the same name stand among the dead of a neighbouring incident? Then a person may be counted twice, or two events be one.

Names are compared by the strong consonants of their parts (`scripts.skeleton`), in order, so that spellings and scripts do not
matter; a name of one part says too little and is left out. Only the dead are looked at. What is found is shown, never merged.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

from blindspot.measure.people.names import read_name
from blindspot.measure.people.scripts import skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blindspot.case import Case

WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list of the dead: whose case, which row, the name as written, and the day of the incident."""

    case: str
    row: str
    name: str
    day: date
    dated: bool  # the row itself gives the day; otherwise it is that of its case


def nearby(case: Case, others: Sequence[Case] = ()) -> list[dict[str, Any]]:
    """Checks, as `findings` has them: one name in another case at most three days away, or in this one on another day of those.

    Cases of the same id as this one are left out.
    """
    by_name: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for folder in (case, *(other for other in others if other.head.id != case.head.id)):
        for name, entry in _entries(folder):
            by_name[name].append(entry)
    found = {
        (
            f"{a.case}/{a.row}",
            f"{b.case}/{b.row}",
        ): f"{a.name} of {a.day} and {b.name} of {b.day} may be one person counted twice"
        for same in by_name.values()
        for a, b in combinations(same, 2)
        if case.head.id in {a.case, b.case}
        and abs(a.day - b.day) <= WITHIN
        and (a.case != b.case or (a.day != b.day and a.dated and b.dated))
    }
    return [{"check": "name-nearby", "message": what, "ids": list(ids)} for ids, what in sorted(found.items())]


def _entries(case: Case) -> Iterator[tuple[tuple[str, ...], Entry]]:
    for recorder, rows in case.lists.items():
        for row in rows.values():
            if row.status != "killed":
                continue
            day = row.date.day if row.date else case.head.date.day
            for written in filter(None, (row.name, row.name_local)):
                name = tuple(skeleton(token) for token in read_name(written).tokens)
                if len(name) > 1:
                    yield name, Entry(case.head.id, f"{recorder}:{row.id}", written, day, row.date is not None)
