"""Do the rows of the tables fit together? References, cycles, order of times; case.toml itself is `headcheck`'s."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from blindspot.case import scales
from blindspot.case.cycles import loops
from blindspot.case.favours import find_favoured
from blindspot.errors import Problem, Where, with_article
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blindspot.case.model import Case
    from blindspot.case.rows import Claim


def crosscheck(case: Case, today: date | None = None) -> list[Problem]:
    """Every problem between rows that are each right by themselves.

    Where case.toml could not be read (`refused` holds its questions) nothing is said of what depends on it.
    """
    return [
        *_dates(case, today or datetime.now(tz=UTC).date()),
        *_facts_and_expect(case),
        *_sources(case),
        *_origins(case),
        *_claims(case),
        *_places_and_lists(case),
        *_ratings(case),
    ]


def _at(case: Case, table: str, key: str, column: str) -> Where:
    place = case.where[table, key]
    return Where(place.file, place.row, column)


def _unknown(
    case: Case, table: str, key: str, column: str, got: str, known: Mapping[str, object], what: str
) -> Iterator[Problem]:
    if not case.names(f"{what}s", got):
        close = _closest(got, known)
        right = f"did you mean {close}?" if close else f"the {what}s are: {', '.join(list(known)[:12]) or 'none yet'}"
        yield Problem(_at(case, table, key, column), f"is not the id of {with_article(what)}", got, right)


def _closest(got: str, known: Mapping[str, object]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(got, list(known)[:2000], 1, 0.75)), None)


def _dates(case: Case, today: date) -> Iterator[Problem]:
    for key, claim in case.claims.items():
        for column in ("said_at", "public_at"):
            moment = getattr(claim, column)
            if moment is not None and moment.day > today:
                yield Problem(
                    _at(case, "claims", key, column),
                    "lies in the future",
                    moment.text,
                    "write the day on which it was said or became public",
                )
        if claim.said_at and claim.public_at and claim.public_at.end <= claim.said_at.start:
            yield Problem(
                _at(case, "claims", key, "public_at"),
                f"is before it was said ({claim.said_at})",
                claim.public_at.text,
                "a claim becomes public when it is said, or later",
            )


def _facts_and_expect(case: Case) -> Iterator[Problem]:
    for key, fact in case.facts.items():
        yield from _unknown(case, "facts", key, "question", fact.question, case.questions, "question")
        if fact.place is not None:
            yield from _unknown(case, "facts", key, "place", fact.place, case.places, "place")
        if fact.stop is not None:
            yield from _unknown(case, "facts", key, "stop", fact.stop, case.stops, "stop")
    for (fact_id, hypothesis), cell in case.expect.items():
        place = case.where["expect", f"{fact_id}/{hypothesis}"]
        if fact_id not in case.facts:
            if not case.names("facts", fact_id):
                yield Problem(place, "is not the id of a fact", fact_id, "name the column as in facts.csv")
        elif cell.question not in case.questions:
            if not case.names("questions", cell.question):
                yield Problem(Where(place.file, place.row, "question"), "is not the id of a question", cell.question)
        elif hypothesis not in case.hypotheses(cell.question):
            says = f"is not a hypothesis of {cell.question}"
            right = f"its hypotheses are: {', '.join(case.hypotheses(cell.question))}"
            yield Problem(Where(place.file, place.row, "hypothesis"), says, hypothesis, right)
        elif case.facts[fact_id].question != cell.question:
            says = f"is filled for {cell.question}, but the fact belongs to {case.facts[fact_id].question}"
            yield Problem(place, says, str(cell.value), "leave the cell empty")


def _sources(case: Case) -> Iterator[Problem]:
    for key, source in case.sources.items():
        for name in source.derives_from:
            yield from _unknown(case, "sources", key, "derives_from", name, case.sources, "source")
        for name in source.interest:
            question, _, hypothesis = name.partition(":")
            known = question in case.questions and hypothesis in case.hypotheses(question)
            if name not in {"none", "unknown"} and not known and ("questions", "*") not in case.refused:
                yield Problem(
                    _at(case, "sources", key, "interest"),
                    "is not question:hypothesis",
                    name,
                    "write none, unknown, or for example q_trunk:explosives",
                )
    for loop in loops({key: [n for n in row.derives_from if n in case.sources] for key, row in case.sources.items()}):
        yield Problem(
            _at(case, "sources", loop[0], "derives_from"),
            "makes a source derive from itself",
            " -> ".join([*loop, loop[0]]),
            "remove one step",
        )


def _origins(case: Case) -> Iterator[Problem]:
    for key, origin in case.origins.items():
        yield from _unknown(case, "origins", key, "fact", origin.fact, case.facts, "fact")
        for column in ("hit", "false_alarm"):
            if getattr(origin, column) is None:
                yield Problem(
                    _at(case, "origins", key, column),
                    "is empty",
                    None,
                    "write a range; docs/codebook.md has one for each kind of origin",
                )


def _claims(case: Case) -> Iterator[Problem]:
    for key, claim in case.claims.items():
        yield from _unknown(case, "claims", key, "source", claim.source, case.sources, "source")
        if claim.origin and claim.origin != "?":
            yield from _unknown(case, "claims", key, "origin", claim.origin, case.origins, "origin")
        if claim.fact is not None:
            yield from _unknown(case, "claims", key, "fact", claim.fact, case.facts, "fact")
        yield from _weighing_columns(case, key, claim)
        if claim.copy_of is not None:
            yield from _unknown(case, "claims", key, "copy_of", claim.copy_of, case.claims, "claim")
            yield from _copy(case, key, claim)
    for loop in loops({key: [c.copy_of] if c.copy_of in case.claims else [] for key, c in case.claims.items()}):
        yield Problem(
            _at(case, "claims", loop[0], "copy_of"),
            "makes a claim a copy of itself",
            " -> ".join([*loop, loop[0]]),
            "the earliest is no copy: empty its cell",
        )


def _weighing_columns(case: Case, key: str, claim: Claim) -> Iterator[Problem]:
    def at(column: str) -> Where:
        return _at(case, "claims", key, column)

    if claim.origin == "?" and claim.fact is None:
        yield Problem(at("fact"), "is empty", None, "a claim of unknown origin (?) names the fact that it speaks of")
    if (
        claim.origin
        and claim.origin != "?"
        and claim.fact
        and claim.origin in case.origins
        and case.origins[claim.origin].fact != claim.fact
    ):
        yield Problem(
            at("fact"),
            f"is not the fact of {claim.origin}",
            claim.fact,
            f"write {case.origins[claim.origin].fact}, or leave it empty",
        )
    if claim.origin and claim.says is None:
        yield Problem(at("says"), "is empty", None, "write yes, no or silent")
    if claim.says and not claim.origin and not claim.favours:
        yield Problem(at("origin"), "is empty", None, "name the observation it rests on, or ? where that is unknown")
    if claim.says == "silent" and claim.would_report is None:
        yield Problem(
            at("would_report"), "is empty", None, "silence counts only with P(would have said so, had it been seen)"
        )
    if claim.favours is not None:
        if claim.origin:
            yield Problem(
                at("favours"),
                "stands beside an origin",
                claim.favours,
                "use either origin and says, or favours and strength",
            )
        elif find_favoured(case, claim) is None and ("questions", "*") not in case.refused:
            yield Problem(
                at("favours"), "is not one hypothesis of this case", claim.favours, "write question:hypothesis"
            )
        if claim.strength is None:
            yield Problem(at("strength"), "is empty", None, f"write one of: {', '.join(scales.words('strength'))}")
    elif claim.strength is not None:
        yield Problem(at("favours"), "is empty", None, "name the hypothesis that the strength speaks for")


def _copy(case: Case, key: str, claim: Claim) -> Iterator[Problem]:
    head = case.claims.get(claim.copy_of or "")
    if head is None:
        return
    if claim.origin and head.origin and claim.origin != head.origin:
        yield Problem(
            _at(case, "claims", key, "origin"),
            f"differs from that of the claim it copies ({head.origin})",
            claim.origin,
            "a copy rests on the same origin",
        )
    certain = claim.copied is None or (isinstance(claim.copied, Range) and claim.copied.high >= 1)
    if certain and claim.says and head.says and claim.says != head.says:
        yield Problem(
            _at(case, "claims", key, "says"),
            f"is the opposite of the claim it copies ({head.says})",
            claim.says,
            "write `copied` below 1, or mend `copy_of`",
        )


def _places_and_lists(case: Case) -> Iterator[Problem]:
    for key, stop in case.stops.items():
        if stop.place:
            yield from _unknown(case, "stops", key, "place", stop.place, case.places, "place")
        if stop.reported_by:
            yield from _unknown(case, "stops", key, "reported_by", stop.reported_by, case.sources, "source")
        if stop.start and stop.end and stop.end.end < stop.start.start:
            yield Problem(
                _at(case, "stops", key, "end"),
                f"is before the start ({stop.start})",
                stop.end.text,
                "write the earlier time in start",
            )
    for name, rows in case.lists.items():
        for key, row in rows.items():
            if row.source:
                yield from _unknown(case, f"lists/{name}", key, "source", row.source, case.sources, "source")
    for key, standard in case.standards.items():
        if standard.low > standard.high and ("standards", key) in case.where:
            yield Problem(
                _at(case, "standards", key, "low"),
                "is above high: the range is upside down",
                f"{standard.low:g}",
                f"write low {standard.high:g}, high {standard.low:g}",
            )


def _ratings(case: Case) -> Iterator[Problem]:
    for reviewer, rows in case.ratings.items():
        table = f"assessments/{reviewer}"
        for row in rows:
            yield from _unknown(case, table, row.id, "question", row.question, case.questions, "question")
            if row.question in case.questions and row.hypothesis not in case.hypotheses(row.question):
                yield Problem(
                    _at(case, table, row.id, "hypothesis"), f"is not a hypothesis of {row.question}", row.hypothesis
                )
            if row.fact is not None:
                yield from _unknown(case, table, row.id, "fact", row.fact, case.facts, "fact")
