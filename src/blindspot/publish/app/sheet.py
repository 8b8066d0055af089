"""How is a sheet rated without being led by the answer?

A reviewer first states the probability felt for each account; it is sealed (its SHA-256 goes into the custody log) before
anything is shown. Then each fact is asked for every account at once, a column at a time; the posterior stays hidden until
every column is full. What others rated is shown only then. After Heuer 1999 ch. 8; Berkeley Protocol (2022), blind review.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blindspot.case import OTHER, editing, scales
from blindspot.case.scales import between, describe
from blindspot.errors import UsageError
from blindspot.publish.report.words import hypothesis_text
from blindspot.quantities import Range
from blindspot.weigh import build
from blindspot.weigh.draws import drawn, spreads
from blindspot.weigh.known import known_reports

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blindspot.case import Case
    from blindspot.publish.app.desk import Desk

ROWS = 1024


def sheet(desk: Desk, question: str, reviewer: str) -> dict[str, Any]:
    """The sheet of one question as this reviewer may see it."""
    case = desk.case()
    if question not in case.questions:
        raise UsageError(f"{question}: the case has no such question.")
    facts = {k: f for k, f in case.facts.items() if f.question == question}
    names = case.hypotheses(question)
    mine = _rated(desk, reviewer, question)
    full = {f: all((f, h) in mine for h in names if h != OTHER) for f in facts}
    sealed = bool(reviewer) and editing.sealed(desk.root, reviewer, question)
    open_now = sealed and all(full.values())
    return {
        "question": question,
        "text": case.questions[question].text,
        "reviewer": reviewer,
        "hypotheses": [{"id": h, "text": hypothesis_text(case, question, h)} for h in names],
        "facts": [
            {"id": k, "text": f.text, "full": full[k], "cells": {h: mine[k, h] for h in names if (k, h) in mine}}
            for k, f in facts.items()
        ],
        "words": list(scales.words("likelihood")),
        "sealed": sealed,
        "broken": f"{reviewer}: {question}" in editing.broken_seals(desk.root),
        "complete": open_now,
        "gut": {h: mine["", h] for h in names if ("", h) in mine} if sealed else {},
        "answer": _answer(desk, case, question, reviewer) if open_now else None,
        "others": _others(desk, case, question, reviewer) if open_now else [],
        "waiting": len([r for r in case.ratings if r != reviewer]),
    }


def seal(desk: Desk, question: str, values: Mapping[str, Any], reviewer: str) -> None:
    """Seal the probabilities felt. Raises UsageError where one is missing, or where they are sealed already."""
    case = desk.case()
    named = _named(case, question)
    with desk.lock:
        editing.seal(desk.root, reviewer_name(reviewer), question, _checked(values, named), reviewer)


def column(desk: Desk, question: str, fact: str, values: Mapping[str, Any], reviewer: str) -> None:
    """Write one column whole. Raises UsageError where the seal or a cell is missing."""
    case = desk.case()
    if fact not in case.facts or case.facts[fact].question != question:
        raise UsageError(f"{fact}: is not a fact of {question}.")
    if not editing.sealed(desk.root, reviewer_name(reviewer), question):
        raise UsageError("State first what you feel the probabilities are; they are sealed before facts are asked.")
    names = [h for h in case.hypotheses(question) if h != OTHER]
    ratings = _checked(values, names, extra=(OTHER,))
    with desk.lock:
        editing.rate(desk.root, reviewer, question, fact, ratings, reviewer)


def _named(case: Case, question: str) -> list[str]:
    if question not in case.questions:
        raise UsageError(f"{question}: the case has no such question.")
    return [h for h in case.hypotheses(question) if h != OTHER]


def reviewer_name(name: str) -> str:
    """A reviewer's name that may name a file. Raises UsageError for another."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", name):
        raise UsageError("Say first who you are: letters, digits, _ . - (at most 40).")
    return name


def _checked(values: Mapping[str, Any], needed: list[str], extra: tuple[str, ...] = ()) -> dict[str, str]:
    missing = [h for h in needed if not str(values.get(h, "")).strip()]
    if missing:
        raise UsageError(f"A column is asked whole: {', '.join(missing)} is still empty.")
    found = {}
    for h in (*needed, *extra):
        text = str(values.get(h, "")).strip()
        if not text:
            continue
        try:
            if not isinstance(scales.read_probability(text, "likelihood"), Range):
                raise UsageError(f"{h}: {text} is a computation; a reviewer rates with a range or a word.")
        except ValueError as error:
            raise UsageError(f"{h}: {text} {error}") from error
        found[h] = text
    return found


def _rated(desk: Desk, reviewer: str, question: str) -> dict[tuple[str, str], str]:
    """(fact or "", hypothesis) -> as written by this reviewer; re-ratings do not count."""
    if not reviewer:
        return {}
    return {
        (row["fact"], row["hypothesis"]): row["value"]
        for row in editing.read_assessment(desk.root, reviewer_name(reviewer))
        if row["question"] == question and not row.get("again")
    }


def _answer(desk: Desk, case: Case, question: str, reviewer: str) -> list[dict[str, Any]]:
    built = build(case, desk.offers(), reviewer)
    found, _ = built.network.posterior(drawn(built.network, ROWS).numbers, ROWS, known_reports(case, built, None))
    over = zip(case.hypotheses(question), spreads(found[f"question:{question}"]), strict=True)
    return [
        {
            "id": h,
            "low": round(s.low, 6),
            "median": round(s.median, 6),
            "high": round(s.high, 6),
            "says": between(s.low, s.high),
            "words": describe(s.median),
        }
        for h, s in over
    ]


def _others(desk: Desk, case: Case, question: str, reviewer: str) -> list[dict[str, Any]]:
    """Each other reviewer who has finished: the share of cells whose ranges overlap with this one's, and their answer."""
    mine = {k: v for k, v in _rated(desk, reviewer, question).items() if k[0]}
    told = []
    for other in sorted(case.ratings):
        theirs = {k: v for k, v in _rated(desk, other, question).items() if k[0]}
        both = sorted(mine.keys() & theirs.keys())
        if other == reviewer or not both:
            continue
        pairs = [(_read(mine[k]), _read(theirs[k])) for k in both]
        agree = sum(a.low <= b.high and b.low <= a.high for a, b in pairs)
        apart = [
            {"fact": k[0], "hypothesis": k[1], "mine": mine[k], "theirs": theirs[k]}
            for k, (a, b) in zip(both, pairs, strict=True)
            if a.low > b.high or b.low > a.high
        ]
        answer = _answer(desk, case, question, other)
        told.append({"reviewer": other, "cells": len(both), "overlap": agree, "apart": apart, "answer": answer})
    return told


def _read(text: str) -> Range:
    found = scales.read_probability(text, "likelihood")
    return found if isinstance(found, Range) else Range(0.0, 1.0)
