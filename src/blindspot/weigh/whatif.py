"""What would the answer be, were a number another, or a report not there?

The case itself is changed, in memory, and weighed as any other: so an answer here is to the last digit what the case would
say with that cell edited. Nothing is written. Names are those of the numbers (`hit:O1`, `expect:F1/bomb`, `prior:q/bomb`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from blindspot.weigh.build import Built, build
from blindspot.weigh.draws import drawn, dropping, spreads
from blindspot.weigh.known import known_claims, known_reports
from blindspot.weigh.naive import Naive

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from blindspot.case import Case
    from blindspot.case.rows import Row
    from blindspot.quantities import Offer, Range
    from blindspot.weigh.model import Spread

COLUMNS = {  # a number by the kind in its name: the table of the case, and the column
    "hit": ("origins", "hit"),
    "false_alarm": ("origins", "false_alarm"),
    "opportunity": ("origins", "opportunity"),
    "reliability": ("sources", "reliability"),
    "would_report": ("claims", "would_report"),
    "copied": ("claims", "copied"),
    "strength": ("claims", "strength"),
}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Per question, each hypothesis with its range over the draws, and what counting every report would say (empty where not asked)."""

    over: dict[str, dict[str, Spread]]
    naive: dict[str, dict[str, float]]
    rows: int


def what_if(
    case: Case,
    computed: Mapping[str, Offer],
    numbers: Mapping[str, Range] | None = None,
    without: Collection[str] = (),
    as_of: date | None = None,
    rows: int = 4096,
    *,
    counting: bool = True,
) -> WhatIf:
    """Posteriors with these numbers replaced and these claims, origins, sources or teams left out.

    `rows`: draws, a power of two; 4,096 is what a review takes for an ordinary case. `counting`: with the naive count, which
    costs about as much as 256 draws. Raises KeyError for a number that the
    case does not have. Cost: one pass of the network, proportional to `rows`.
    """
    changed = with_numbers(case, numbers or {})
    built = build(changed, computed)
    network = built.network
    known = known_reports(changed, built, as_of) * dropping(network, list(without))
    draws = drawn(network, rows)
    found, _ = network.posterior(draws.numbers, draws.rows, known)
    over = {
        q: dict(zip(names, spreads(found[f"question:{q}"]), strict=True)) for q, names in network.hypotheses.items()
    }
    if not counting:
        return WhatIf(over, {}, rows)
    left = {r.id for r, kept in zip(network.reports, known, strict=True) if kept}
    return WhatIf(over, Naive(built).posteriors(_counted(built, left, known_claims(changed, as_of))), rows)


def _counted(built: Built, left: set[str], known: set[str]) -> set[str]:
    """The known claims that were not left out: perfect copies go with the claim that they copy."""
    gone = {r.id for r in built.network.reports} - left
    return known - gone - {copy for key in gone for copy in built.copies.get(key, ())}


def with_numbers(case: Case, numbers: Mapping[str, Range]) -> Case:
    """The case with these numbers typed into it. Raises KeyError for one that it does not have."""
    for name, value in numbers.items():
        case = _with(case, name, value)
    return case


def _with(case: Case, name: str, value: Range) -> Case:
    kind, _, about = name.partition(":")
    if kind in COLUMNS:
        table, column = COLUMNS[kind]
        rows: dict[str, Row] = getattr(case, table)
        changed: dict[str, Any] = {table: rows | {about: rows[about].model_copy(update={column: value})}}
        return replace(case, **changed)
    if kind == "expect":
        fact, _, hypothesis = about.partition("/")
        cell = case.expect[fact, hypothesis].model_copy(update={"value": value})
        return replace(case, expect=case.expect | {(fact, hypothesis): cell})
    if kind == "prior":
        return _with_prior(case, about, value)
    raise KeyError(name)


def _with_prior(case: Case, about: str, value: Range) -> Case:
    question, _, rest = about.partition("/")
    hypothesis, _, parent = rest.partition("|")
    row = case.questions[question]
    if hypothesis not in {h.id for h in row.hypothesis}:
        raise KeyError(f"prior:{about}")
    changed = tuple(
        h.model_copy(update={"prior": {**h.prior, parent: value} if parent and isinstance(h.prior, dict) else value})
        if h.id == hypothesis
        else h
        for h in row.hypothesis
    )
    questions = tuple(
        q.model_copy(update={"hypothesis": changed}) if q.id == question else q for q in case.head.question
    )
    return replace(case, head=case.head.model_copy(update={"question": questions}))
