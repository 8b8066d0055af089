"""How many are on no list, for a case? From its own table (undercount.csv), or from the persons found on its lists.

A handful of victims whose lists took names from one another says nothing about those on no list: below `FEWEST` persons, or below
three lists, nothing is estimated and the reason is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.people.contingency import tabulate
from blindspot.measure.people.estimate import MOST_LISTS, NOT_COVERED, undercount
from blindspot.measure.people.overview import estimate_rows
from blindspot.measure.people.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from blindspot.measure.people.contingency import Table

FILE = "undercount.csv"
FEWEST = (
    30  # persons; judgement: the intervals of the usual models are asymptotic, and a cell of a table needs some of them
)
LISTS = 3


def unlisted(root: Path, persons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`{"observed", "models", ...}` as `undercount` prints it, with `from`; or `{"refused": why}`.

    `persons`: those of `people`, each with its `lists`. Raises CaseError and UsageError for an undercount.csv that is no table.
    """
    if (root / FILE).is_file():
        return _of(read_table(root / FILE), FILE)
    lists = sorted({name for p in persons for name in p["lists"]})
    if not LISTS <= len(lists) <= MOST_LISTS or len(persons) < FEWEST:
        why = (
            f"{len(persons)} persons on {len(lists)} lists: with fewer than {FEWEST} persons, or other than {LISTS} to {MOST_LISTS} lists, "
            f"nothing is said about those on no list. For lists of a wider event, put a table of them into {FILE} (one 0/1 column per list, and count)."
        )
        return {"refused": why}
    marks = np.array([[name in p["lists"] for name in lists] for p in persons], dtype=int)
    found = _of(tabulate(tuple(lists), marks, np.ones(len(persons))), "lists/")
    if "warnings" in found:
        warning = "Lists of one incident often take names from one another; then the number is too low or too high, and no model knows."
        found["warnings"] = [warning, *found["warnings"]]
    return found


def _of(table: Table, source: str) -> dict[str, Any]:
    try:
        found = undercount(table)
    except UsageError as error:
        return {"refused": f"{source}: {error}"}
    return estimate_rows(found) | {"from": source, "not_covered": list(NOT_COVERED)}
