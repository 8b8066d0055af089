"""A folder -> a Case, with every problem in it found at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from blindspot.case import scales
from blindspot.case.crosscheck import crosscheck
from blindspot.case.headcheck import headcheck
from blindspot.case.model import Case
from blindspot.case.reading import by_id, read_expect, read_head, read_table
from blindspot.case.rows import (
    Claim,
    Described,
    Expected,
    Fact,
    Head,
    Listed,
    Origin,
    Place,
    Rating,
    Row,
    Source,
    Standard,
    Stop,
)
from blindspot.case.surveillance import surveillance_problems
from blindspot.case.tolls import Decision, Toll, check_tolls
from blindspot.errors import CaseError, Problem, UsageError, Where

if TYPE_CHECKING:
    from datetime import date

R = TypeVar("R", bound=Row)
UNREAD = {"id": "unread", "title": "unread", "date": "1970-01-01"}  # stands in while the others are checked


def open_case(folder: str | Path, *, today: date | None = None) -> Case:
    """The case in a folder.

    `today` guards against a case about the future (default: the machine's date, UTC).
    Raises UsageError where there is no such folder, CaseError with every problem where the folder is wrong.
    """
    root = Path(folder)
    if not root.is_dir():
        raise UsageError(f"{folder}: there is no such folder. `blindspot new NAME` makes one.")
    problems: list[Problem] = []
    where: dict[tuple[str, str], Where] = {}
    refused: set[tuple[str, str]] = set()

    def table(file: str, kind: type[R], name: str) -> dict[str, R]:
        wrong: set[str] = set()
        rows = read_table(root, file, kind, problems, refused=wrong)
        refused.update((name, key) for key in wrong)
        return by_id(rows, name, where, problems)

    head, lines = read_head(root, problems)
    where |= {("case", key): place for key, place in lines.items()}
    for file in ("sources.csv", "claims.csv"):
        if not (root / file).exists():
            problems.append(
                Problem(
                    Where(file),
                    "is missing",
                    None,
                    "a case folder holds case.toml, sources.csv and claims.csv; `blindspot new NAME` writes them",
                )
            )
    sources = table("sources.csv", Source, "sources")
    facts = table("facts.csv", Fact, "facts")
    origins = table("origins.csv", Origin, "origins")
    claims = table("claims.csv", Claim, "claims")
    expect = _expected(read_expect(root, facts, problems), where, problems)
    places = table("places.csv", Place, "places")
    stops = table("stops.csv", Stop, "stops")
    texts = table("texts.csv", Described, "texts")
    own = table("standards.csv", Standard, "standards")
    lists = {
        path.stem: table(f"lists/{path.name}", Listed, f"lists/{path.stem}")
        for path in sorted((root / "lists").glob("*"))
        if path.suffix in {".csv", ".xlsx"} and path.is_file()
    }
    tolls = table("tolls.csv", Toll, "tolls")
    links = table("links.csv", Decision, "links")
    ratings = {
        path.stem: tuple(table(f"assessments/{path.name}", Rating, f"assessments/{path.stem}").values())
        for path in sorted((root / "assessments").glob("*.csv"))
    }
    if head is None:  # what the other files hold is told all the same, save what rests on case.toml
        refused.add(("questions", "*"))
    standards = {entry["id"]: Standard.model_validate(entry) for entry in scales.standards()} | own
    case = Case(
        root,
        head or Head.model_validate(UNREAD),
        sources,
        facts,
        origins,
        claims,
        expect,
        places,
        stops,
        standards,
        lists,
        ratings,
        where,
        texts,
        tolls,
        links,
        frozenset(refused),
    )
    if head is not None:
        problems += headcheck(case, today)
    problems += crosscheck(case, today)
    problems += check_tolls(case)
    problems += surveillance_problems(case)
    if problems:
        raise CaseError(problems)
    return case


def _expected(
    cells: list[tuple[Expected, Where]], where: dict[tuple[str, str], Where], problems: list[Problem]
) -> dict[tuple[str, str], Expected]:
    found: dict[tuple[str, str], Expected] = {}
    for cell, place in cells:
        key = (cell.fact, cell.hypothesis)
        name = f"{cell.fact}/{cell.hypothesis}"
        if ("expect", name) in where and found.get(key) and found[key].question == cell.question:
            problems.append(
                Problem(
                    place,
                    f"is rated a second time; the first is in row {where['expect', name].row}",
                    cell.hypothesis,
                    "keep one row per hypothesis",
                )
            )
            continue
        found[key] = cell
        where["expect", name] = place
    return dict(sorted(found.items()))
