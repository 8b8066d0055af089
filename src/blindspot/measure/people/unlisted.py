"""How many are on no list, for a case? From its own table (undercount.csv), or from the persons found on its lists.

A handful of victims whose lists took names from one another says nothing about those on no list: below `FEWEST` persons, or below
three lists, nothing is estimated and the reason is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.people.estimate import NOT_COVERED, undercount
from blindspot.measure.people.overview import estimate_rows
from blindspot.measure.people.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE = "undercount.csv"
FEWEST = (
    30  # persons; judgement: the intervals of the usual models are asymptotic, and a cell of a table needs some of them
)
LISTS, MOST_LISTS = 3, 10  # past the latter most cells of the table are empty


def unlisted(root: Path, persons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`{"observed", "models", ...}` as `undercount` prints it, with `from`; or `{"refused": why}`.

    `persons`: those of `people`, each with its `lists`. Raises CaseError and UsageError for a wrong undercount.csv.
    """
    if (root / FILE).is_file():
        found = estimate_rows(undercount(read_table(root / FILE)))
        return found | {"from": FILE, "not_covered": list(NOT_COVERED)}
    lists = sorted({name for p in persons for name in p["lists"]})
    if not LISTS <= len(lists) <= MOST_LISTS or len(persons) < FEWEST:
        why = (
            f"{len(persons)} persons on {len(lists)} lists: with fewer than {FEWEST} persons, or other than {LISTS} to {MOST_LISTS} lists, "
            f"nothing is said about those on no list. For lists of a wider event, put a table of them into {FILE} (one 0/1 column per list, and count)."
        )
        return {"refused": why}
    return _of(persons, lists)


def _of(persons: Sequence[dict[str, Any]], lists: list[str]) -> dict[str, Any]:
    from blindspot.measure.people.contingency import tabulate

    marks = np.array([[name in p["lists"] for name in lists] for p in persons], dtype=int)
    found = estimate_rows(undercount(tabulate(tuple(lists), marks, np.ones(len(persons)))))
    warning = "Lists of one incident often take names from one another; then the number is too low or too high, and no model knows."
    found["warnings"] = [warning, *found["warnings"]]
    return found | {"from": "lists/", "not_covered": list(NOT_COVERED)}
