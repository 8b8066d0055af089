"""What would the answer be with another number, or without a report? A preview that writes nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from blindspot.case.scales import between, describe, percent
from blindspot.errors import UsageError
from blindspot.publish.report.words import day, hypothesis_text, of_number
from blindspot.quantities import Range, read_range
from blindspot.weigh import build, what_if
from blindspot.weigh.whatif import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blindspot.case import Case
    from blindspot.publish.app.desk import Desk
    from blindspot.weigh import WhatIf
    from blindspot.weigh.parameters import Parameter

DRAG, FULL = 256, 4096  # draws while a handle moves, and when it rests: the latter as in a review
FIRST = 8  # numbers of a question shown before a search


def overview(desk: Desk) -> dict[str, Any]:
    """All that the page of the weighing needs once per state of the case."""
    state = desk.state()  # first: what is computed below is of this state of the files or of a newer one
    case = desk.case()
    found = {q["id"]: q for q in desk.result("weigh")["questions"]}
    network = build(case, desk.offers()).network
    return {
        "version": state.version,
        "of": state.of,
        "questions": [
            {
                "id": q,
                "text": row.text,
                "asserted": case.asserted(q),
                "hypotheses": [{"id": h, "text": hypothesis_text(case, q, h)} for h in case.hypotheses(q)],
                "numbers": [x["number"] for x in found.get(q, {}).get("levers", [])[:FIRST]],
                "items": [
                    i["id"] for i in found.get(q, {}).get("items", [])[:FIRST] if i["kind"] in {"origin", "claim"}
                ],
            }
            for q, row in case.questions.items()
        ],
        "numbers": {p.name: _number(case, p) for p in network.parameters if _place(case, p.name)},
        "switches": _switches(case),
        "dates": [{"date": d.isoformat(), "says": day(d.isoformat())} for d in case.dates()],
        "draws": {"drag": DRAG, "full": FULL},
        "standard": _standard(case),
    }


def preview(desk: Desk, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `{"numbers": {name: "0.2-0.4"}, "without": [ids], "as_of": date|null, "full": bool}`.

    Raises UsageError for a number or a date that is not one.
    """
    of, case = desk.state().of, desk.case()
    numbers = {str(name): _range(str(name), value) for name, value in _mapping(asked.get("numbers")).items()}
    without = asked.get("without") or []
    if not isinstance(without, list) or not all(isinstance(x, str) for x in without):
        raise UsageError("without: write a list of ids.")
    full = bool(asked.get("full", True))
    try:
        found = what_if(
            case, desk.offers(), numbers, without, _date(asked.get("as_of")), FULL if full else DRAG, counting=full
        )
    except KeyError as error:
        raise UsageError(f"{error.args[0]}: the case has no such number.") from error
    return {
        "of": of,
        "draws": found.rows,
        "questions": [
            {
                "id": q,
                "hypotheses": [
                    {
                        "id": h,
                        "low": round(s.low, 6),
                        "median": round(s.median, 6),
                        "high": round(s.high, 6),
                        "words": describe(s.median),
                        "says": between(s.low, s.high),
                        "point": percent(s.median),
                        **_counting(found, q, h),
                    }
                    for h, s in over.items()
                ],
            }
            for q, over in found.over.items()
        ],
    }


def _counting(found: WhatIf, question: str, hypothesis: str) -> dict[str, Any]:
    """What counting every report would say; nothing while a handle moves."""
    if not found.naive:
        return {}
    p = found.naive[question][hypothesis]
    return {"naive": round(p, 6), "counting": percent(p)}


def _mapping(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UsageError("numbers: write an object of names and ranges.")
    return value


def _range(name: str, value: Any) -> Range:
    try:
        found = read_range(str(value))
    except ValueError as error:
        raise UsageError(f"{name}: {value} {error}") from error
    factor = name.startswith("strength:")
    if not (found.low > 0 if factor else found.high <= 1):
        raise UsageError(f"{name}: {value} is not {'a likelihood ratio above 0' if factor else 'between 0 and 1'}.")
    return found


def _date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise UsageError(f"as_of: {value} is not a date; write 2021-09-04.") from error


def _number(case: Case, p: Parameter) -> dict[str, Any]:
    return {
        "low": round(p.low, 6),
        "high": round(p.high, 6),
        "words": of_number(case, p.name),
        "basis": p.basis[:400],
        "by": p.by,
        "scale": "odds" if p.logit else "factor",
        "computed": bool(p.quantiles),
        "cell": _place(case, p.name),
    }


def _place(case: Case, name: str) -> dict[str, str] | None:
    """The cell that holds a number; None where it is a default of the model, which is set in case.toml."""
    kind, _, about = name.partition(":")
    if kind in COLUMNS:
        table, column = COLUMNS[kind]
        return {"file": f"{table}.csv", "key": about, "column": column} if about in getattr(case, table) else None
    if kind == "expect":
        fact, _, hypothesis = about.partition("/")
        if (fact, hypothesis) in case.expect:
            return {"file": "expect.csv", "key": f"{case.facts[fact].question}/{hypothesis}", "column": fact}
        return None
    if kind == "prior":
        question, _, rest = about.partition("/")
        typed = {h.id for h in case.questions[question].hypothesis if h.prior is not None}
        return {"file": "case.toml", "key": about, "column": "prior"} if rest.partition("|")[0] in typed else None
    return None


def _switches(case: Case) -> list[dict[str, str]]:
    teams = sorted({o.team for o in case.origins.values() if o.team})
    facts = {k: f.text for k, f in case.facts.items()}
    return [
        *({"kind": "team", "id": t, "says": "everything this team interpreted"} for t in teams),
        *({"kind": "origin", "id": k, "says": facts.get(o.fact, "")} for k, o in case.origins.items()),
        *({"kind": "source", "id": k, "says": s.name} for k, s in case.sources.items()),
        *({"kind": "claim", "id": k, "says": c.quote_summary} for k, c in case.claims.items() if c.origin or c.favours),
    ]


def _standard(case: Case) -> dict[str, Any]:
    lead = case.standards[case.head.standards[0]]
    return {"id": lead.id, "text": lead.text, "low": lead.low, "high": lead.high}
