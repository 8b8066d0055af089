"""An incident folder -> typed rows, or every problem at file:row:column."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from blindspot.case.cycles import loops
from blindspot.case.incidents.model import ClaimRow, Incident, IncidentRow, OriginRow, SourceRow, TollRow
from blindspot.case.reading import by_id, read_table, read_toml
from blindspot.case.rows import Row
from blindspot.errors import Problem, Where, with_article

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

R = TypeVar("R", bound=Row)
FILE = "incident.toml"
UNKNOWN = {"", "?"}


def read_incident(folder: str | Path, problems: list[Problem], *, today: date | None = None) -> Incident | None:
    """The incident in a folder; None where `problems` says why it cannot be used. Problems are added, never raised.

    `today` guards against incidents to come (default: the machine's date, UTC).
    """
    root = Path(folder)
    mine: list[Problem] = []
    where: dict[tuple[str, str], Where] = {}
    refused: set[tuple[str, str]] = set()
    notes: list[str] = []

    def table(file: str, kind: type[R], name: str) -> dict[str, R]:
        wrong: set[str] = set()
        if not (root / file).exists():
            mine.append(Problem(Where(file), "is missing", None, "docs/corpus.md has an example of every file"))
            wrong.add("*")
        unread: list[str] = []
        rows = by_id(read_table(root, file, kind, mine, unread, wrong), name, where, mine)
        refused.update((name, key) for key in wrong)
        notes.extend(f"{file}: the column {column or '(no name)'} is not read" for column in unread)
        return rows

    head, at = read_toml(root, FILE, IncidentRow, mine)
    found = (
        table("sources.csv", SourceRow, "sources"),
        table("origins.csv", OriginRow, "origins"),
        table("claims.csv", ClaimRow, "claims"),
        tuple(read_table(root, "tolls.csv", TollRow, mine, [])),
    )
    if head is None:  # what the other files hold is told all the same, save what rests on incident.toml
        refused.add(("questions", "*"))
    read = head or IncidentRow()
    for i, question in enumerate(read.question):
        where["question", question.id] = Where(FILE, at(("question", i)))
    for i, _ in enumerate(read.finding):
        where["finding", str(i)] = Where(FILE, at(("finding", i)))
    where["head", "date"] = Where(FILE, at(("date",)), "date")
    incident = Incident(root, read, *found, where, tuple(notes), frozenset(refused))
    mine += _check(incident, today or datetime.now(tz=UTC).date())
    problems += mine
    return None if mine else incident


def _check(incident: Incident, today: date) -> list[Problem]:
    return [
        *_questions(incident),
        *_sources(incident),
        *_claims(incident, today),
        *_findings(incident),
        *_head(incident, today),
        *_tolls(incident),
    ]


def _tolls(incident: Incident) -> Iterator[Problem]:
    for row, place in incident.tolls:
        for low, high in (("civ_min", "civ_max"), ("combatant_min", "combatant_max"), ("total_min", "total_max")):
            least, most = getattr(row, low), getattr(row, high)
            if least is not None and most is not None and most < least:
                yield Problem(
                    Where(place.file, place.row, high),
                    f"is below {low} ({least})",
                    str(most),
                    "write the smaller figure first",
                )


def _head(incident: Incident, today: date) -> Iterator[Problem]:
    day = incident.head.date
    if day is not None and day.day > today:
        yield Problem(
            incident.where["head", "date"],
            "lies in the future",
            day.text,
            "Blindspot reviews incidents that have happened, and refuses others",
        )


def _questions(incident: Incident) -> Iterator[Problem]:
    seen: set[str] = set()
    for question in incident.head.question:
        place = incident.where["question", question.id]
        if question.id in seen:
            yield Problem(
                Where(FILE, place.row, "id"),
                "is already the id of a question",
                question.id,
                "give each question an id of its own",
            )
        seen.add(question.id)
        ids = [h.id for h in question.hypothesis]
        if set(ids) == {"other"}:
            yield Problem(
                Where(FILE, place.row, "hypothesis"),
                "has no account but `other`",
                question.id,
                "write at least one account; `other` is added by itself",
            )
        for name in sorted({h for h in ids if ids.count(h) > 1}):
            yield Problem(
                Where(FILE, place.row, "hypothesis"),
                "stands twice in this question",
                name,
                "give each hypothesis an id of its own",
            )


def _sources(incident: Incident) -> Iterator[Problem]:
    for key, source in incident.sources.items():
        place = incident.where["sources", key]
        for name in source.derives_from:
            yield from _known(incident, Where(place.file, place.row, "derives_from"), name, incident.sources, "source")
    edges = {key: [n for n in row.derives_from if n in incident.sources] for key, row in incident.sources.items()}
    for loop in loops(edges):
        place = incident.where["sources", loop[0]]
        yield Problem(
            Where(place.file, place.row, "derives_from"),
            "makes a source derive from itself",
            " -> ".join([*loop, loop[0]]),
            "remove one step",
        )


def _claims(incident: Incident, today: date) -> Iterator[Problem]:
    questions = {q.id: {h.id for h in q.hypothesis} for q in incident.head.question}
    for key, claim in incident.claims.items():
        place = incident.where["claims", key]

        def at(column: str, place: Where = place) -> Where:
            return Where(place.file, place.row, column)

        yield from _known(incident, at("source"), claim.source, incident.sources, "source")
        if claim.origin not in UNKNOWN:
            yield from _known(incident, at("origin"), claim.origin, incident.origins, "origin")
        if claim.question is None and claim.favours is not None:
            yield Problem(at("question"), "is empty", None, "name the question that the claim speaks to")
        elif claim.question is not None and claim.question not in questions:
            yield from _known(incident, at("question"), claim.question, questions, "question")
        elif claim.question is not None and claim.favours not in {None, *questions[claim.question]}:
            yield Problem(
                at("favours"),
                f"is not a hypothesis of {claim.question}",
                claim.favours,
                f"its hypotheses are: {', '.join(sorted(questions[claim.question]))}; leave it empty where it favours none",
            )
        for column in ("date", "public_date"):
            moment = getattr(claim, column)
            if moment is not None and moment.day > today:
                yield Problem(at(column), "lies in the future", moment.text, "write the day on which it became public")
        if claim.date and claim.public_date and claim.public_date.end <= claim.date.start:
            yield Problem(
                at("public_date"),
                f"is before it was said ({claim.date})",
                claim.public_date.text,
                "a claim becomes public when it is said, or later",
            )


def _findings(incident: Incident) -> Iterator[Problem]:
    questions = {q.id: {h.id for h in q.hypothesis} for q in incident.head.question}
    for i, finding in enumerate(incident.head.finding):
        line = incident.where["finding", str(i)].row
        if finding.question not in questions:
            yield from _known(incident, Where(FILE, line, "question"), finding.question, questions, "question")
        elif finding.hypothesis not in questions[finding.question] | {"other"}:
            yield Problem(
                Where(FILE, line, "hypothesis"),
                f"is not a hypothesis of {finding.question}",
                finding.hypothesis,
                f"its hypotheses are: {', '.join(sorted(questions[finding.question] | {'other'}))}",
            )


def _known(incident: Incident, place: Where, got: str, known: Mapping[str, object], what: str) -> Iterator[Problem]:
    """A problem where no row has that id; a row that is wrong itself, or in a file that cannot be read, is one problem already."""
    if got not in known and incident.refused.isdisjoint({(f"{what}s", got), (f"{what}s", "*")}):
        shown = ", ".join(list(known)[:12]) or "none yet"
        yield Problem(place, f"is not the id of {with_article(what)}", got or None, f"the {what}s are: {shown}")
