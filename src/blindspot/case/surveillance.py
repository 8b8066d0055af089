"""sorties.toml with flight_claims.csv, watch.csv, households.csv and counts/ of a case: read, and held against places.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from blindspot.case.counts import Counts, counts_of
from blindspot.case.flightclaims import FILE as CLAIMS
from blindspot.case.flightclaims import read_flight_claims
from blindspot.case.reading import read_table
from blindspot.case.sorties import FILE, Sorties, check_bases, read_sorties
from blindspot.case.watch import Household, Watch
from blindspot.errors import CaseError, Problem, UsageError, Where

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.case.model import Case

W = TypeVar("W", Watch, Household)
_HINT = "docs/methods/coverage.md shows what to write in it"


def surveillance_problems(case: Case) -> list[Problem]:
    """Every problem in these files; none where they are absent."""
    problems: list[Problem] = []
    _sorties(case, problems)
    _rows(case, "watch.csv", Watch, problems)
    _rows(case, "households.csv", Household, problems)
    counts_of(case.root, problems)
    return problems


def open_sorties(case: Case, statements: Path | None = None) -> Sorties:
    """sorties.toml with flight_claims.csv; `statements`: another sheet in place of both their statements.

    Raises UsageError where there is none, CaseError with every problem in it.
    """
    problems: list[Problem] = []
    found = _sorties(case, problems, statements)
    if problems:
        raise CaseError(problems)
    if found is None:
        raise UsageError(f"{case.root}: has no {FILE}; {_HINT}")
    return found


def _sorties(case: Case, problems: list[Problem], statements: Path | None = None) -> Sorties | None:
    found = read_sorties(case.root, problems, lambda place: case.names("places", place))
    sheet = statements or case.root / CLAIMS
    if found is None or not (statements or sheet.is_file()):
        return found
    name = str(statements) if statements else CLAIMS
    rows = read_flight_claims(sheet, found.base, problems, name)
    own = () if statements else found.statement
    whole = found.model_copy(update={"statement": (*own, *(said for said, _ in rows))})
    check_bases(whole, name, problems, lambda i: rows[i - len(own)][1].row if i >= len(own) else None)
    return whole


def open_watches(case: Case, *, needed: bool = True) -> tuple[dict[str, Watch], dict[str, Where]]:
    """The rows of watch.csv and where each stands. Raises UsageError where there is none and it is needed."""
    return _open(case, "watch.csv", Watch, needed=needed)


def open_households(case: Case) -> tuple[dict[str, Household], dict[str, Where]]:
    """The rows of households.csv and where each stands. Raises UsageError where there is none."""
    return _open(case, "households.csv", Household, needed=True)


def open_counts(case: Case) -> list[Counts]:
    """Every file in counts/. Raises CaseError with every problem in them."""
    problems: list[Problem] = []
    found = counts_of(case.root, problems)
    if problems:
        raise CaseError(problems)
    return found


def _open(case: Case, file: str, kind: type[W], *, needed: bool) -> tuple[dict[str, W], dict[str, Where]]:
    problems: list[Problem] = []
    found = _rows(case, file, kind, problems)
    if problems:
        raise CaseError(problems)
    if needed and not found:
        raise UsageError(f"{case.root}: has no {file}, or no row in it; {_HINT}")
    return {row.id: row for row, _ in found}, {row.id: place for row, place in found}


def _rows(case: Case, file: str, kind: type[W], problems: list[Problem]) -> list[tuple[W, Where]]:
    root = case.root
    rows = read_table(root, file, kind, problems)
    seen: set[str] = set()
    for row, at in rows:
        if row.id in seen:
            problems.append(
                Problem(Where(at.file, at.row, "id"), "stands twice", row.id, "give each row an id of its own")
            )
        seen.add(row.id)
        place = row.place or (row.id if isinstance(row, Watch) else "")
        if place and not case.names("places", place):
            known = ", ".join(list(case.places)[:12]) or "none yet"
            problems.append(
                Problem(Where(at.file, at.row, "place"), "is not the id of a place", place, f"the places are: {known}")
            )
        for name in ("surface", "ground", "path"):
            inside = getattr(row, name, "")
            if inside and not (root / inside).resolve().is_relative_to(root.resolve()):
                problems.append(
                    Problem(
                        Where(at.file, at.row, name),
                        "lies outside the case folder",
                        inside,
                        "copy it into surface/, flights/ or footage/",
                    )
                )
            elif inside and not (root / inside).is_file():
                problems.append(Problem(Where(at.file, at.row, name), "names a file that is not there", inside))
    return sorted(rows, key=lambda item: item[0].id)
