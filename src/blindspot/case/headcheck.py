"""Does case.toml hold together? Its dates, place, standards, questions, priors and findings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from blindspot.case import scales
from blindspot.case.cycles import loops
from blindspot.case.model import OTHER
from blindspot.errors import Problem, Where
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blindspot.case.model import Case
    from blindspot.case.rows import Question


def headcheck(case: Case, today: date | None = None) -> list[Problem]:
    """Every problem between the keys of case.toml, each right by itself.

    `today` guards against a case about the future (default: the machine's date, UTC).
    """
    return [*_dates(case, today or datetime.now(tz=UTC).date()), *_place(case), *_questions(case)]


def _dates(case: Case, today: date) -> Iterator[Problem]:
    start = case.where["case", ""]
    for key, right in (
        ("date", "Blindspot reviews incidents that have happened, and refuses others"),
        ("time", "Blindspot reviews incidents that have happened"),
    ):
        moment = getattr(case.head, key)
        if moment is not None and moment.day > today:
            yield Problem(Where(start.file, start.row, key), "lies in the future", moment.text, right)


def _place(case: Case) -> Iterator[Problem]:
    if case.head.place and not case.names("places", case.head.place):
        yield Problem(
            Where("case.toml", 1, "place"), "is not the id of a place", case.head.place, "name a row of places.csv"
        )


def _questions(case: Case) -> Iterator[Problem]:
    seen: set[str] = set()
    questions = case.questions
    for name in case.head.standards:
        if name not in case.standards:
            yield Problem(
                Where("case.toml", 1, "standards"),
                "is not the id of a standard of proof",
                name,
                f"the standards are: {', '.join(case.standards)}",
            )
    for name in case.head.model:
        if name not in scales.default_names():
            yield Problem(
                Where("case.toml", 1, f"model.{name}"),
                "is not a number of the model",
                name,
                f"the numbers are: {', '.join(scales.default_names())}",
            )
    for question in case.head.question:
        line = case.where["case", question.id].row
        if question.id in seen:
            yield Problem(
                Where("case.toml", line, "id"),
                "is already the id of a question",
                question.id,
                "give each question an id of its own",
            )
        seen.add(question.id)
        ids = [h.id for h in question.hypothesis]
        if not [h for h in ids if h != OTHER]:
            yield Problem(
                Where("case.toml", line, "hypothesis"),
                "has no hypothesis",
                question.id,
                "write at least one [[question.hypothesis]]; `other` is added by itself",
            )
        for name in sorted({h for h in ids if ids.count(h) > 1}):
            yield Problem(
                Where("case.toml", line, "hypothesis"),
                "stands twice in this question",
                name,
                "give each hypothesis an id of its own",
            )
        if question.asserted and question.asserted not in ids:
            yield Problem(
                Where("case.toml", line, "asserted"),
                "is not a hypothesis of this question",
                question.asserted,
                f"its hypotheses are: {', '.join(ids)}",
            )
        if question.given and question.given not in questions:
            yield Problem(
                Where("case.toml", line, "given"),
                "is not the id of a question",
                question.given,
                f"the questions are: {', '.join(questions)}",
            )
        yield from _priors(case, question)
    for loop in loops({q.id: [q.given] if q.given else [] for q in case.head.question}):
        yield Problem(
            Where("case.toml", case.where["case", loop[0]].row, "given"),
            "makes the questions depend on themselves",
            " -> ".join([*loop, loop[0]]),
            "remove one `given`",
        )
    for i, finding in enumerate(case.head.finding):
        line = case.where["case", f"finding:{i}"].row
        if finding.question not in questions:
            yield Problem(Where("case.toml", line, "question"), "is not the id of a question", finding.question)
        elif finding.hypothesis not in case.hypotheses(finding.question):
            yield Problem(
                Where("case.toml", line, "hypothesis"), f"is not a hypothesis of {finding.question}", finding.hypothesis
            )


def _priors(case: Case, question: Question) -> Iterator[Problem]:
    line = case.where["case", question.id].row
    parent = question.given if question.given in case.questions else None
    cells: dict[str, list[Range | None]] = {}
    for hypothesis in question.hypothesis:
        column = f"prior of {hypothesis.id}"
        row = case.where["case", f"{question.id}:{hypothesis.id}"].row
        if isinstance(hypothesis.prior, dict):
            if parent is None:
                yield Problem(
                    Where("case.toml", row, column),
                    "is given per answer of another question, but this question has no `given`",
                    None,
                    "write one range, or name the question in `given`",
                )
                continue
            for name, value in hypothesis.prior.items():
                if name not in case.hypotheses(parent):
                    yield Problem(
                        Where("case.toml", row, column),
                        f"is not a hypothesis of {parent}",
                        name,
                        f"its hypotheses are: {', '.join(case.hypotheses(parent))}",
                    )
                cells.setdefault(name, []).append(value if isinstance(value, Range) else None)
        else:
            for name in case.hypotheses(parent) if parent else ("",):
                cells.setdefault(name, []).append(hypothesis.prior if isinstance(hypothesis.prior, Range) else None)
    count = len({h.id for h in question.hypothesis})
    automatic = 0 if any(h.id == OTHER for h in question.hypothesis) else scales.default(OTHER).range.high
    for name, values in cells.items():
        ranges = [value for value in values if value is not None]
        low, high = sum(r.low for r in ranges), sum(r.high for r in ranges) + automatic
        complete = len(ranges) == count
        if low > 1 + 1e-9 or (complete and high < 1 - 1e-9):
            under = f" given {name}" if name else ""
            yield Problem(
                Where("case.toml", line, "prior"),
                f"of {question.id}{under} cannot sum to 1: the lows sum to {low:g}, the highs with `other` to {high:g}",
                None,
                "widen the ranges",
            )
