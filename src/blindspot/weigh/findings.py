"""A weighing as plain data: findings.json, with the keys of the contract and more."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from blindspot.weigh.fragility import EXHAUSTIVE
from blindspot.weigh.known import undated

if TYPE_CHECKING:
    from blindspot.case import Case
    from blindspot.weigh.model import Answer, Item, Spread, Step, Weighing

DIGITS = 6  # written digits: more than the draws can tell, few enough to read


def findings(weighing: Weighing) -> dict[str, Any]:
    """The JSON object that `findings.json` holds and `weigh --json` prints."""
    return {
        "case": weighing.case,
        "as_of": weighing.as_of or None,
        "questions": [_question(a) for a in weighing.answers],
    }


def replayed(case: Case, steps: list[Step]) -> dict[str, Any]:
    """The JSON object of `replay --json`; `undated` names the claims that stand on no date, with their rows."""
    rows = [
        {
            "date": s.date,
            "question": s.question,
            "hypotheses": [{"id": h, **_spread(v)} for h, v in s.over.items()],
            "naive": {h: _round(p) for h, p in s.naive.items()},
            "verdicts": [
                {"standard": v.standard, "hypothesis": v.hypothesis, "verdict": v.verdict, "share": _round(v.share)}
                for v in s.verdicts
            ],
            "moved_by": s.moved_by,
            "moved_ban": _round(s.moved_ban),
            "new_claims": list(s.new_claims),
            "findings": list(s.findings),
        }
        for s in steps
    ]
    unplaced = [{"id": key, "where": str(case.where["claims", key])} for key in undated(case)]
    return {"case": case.head.id, "steps": rows, "undated": unplaced}


def _question(a: Answer) -> dict[str, Any]:
    return {
        "id": a.id,
        "text": a.text,
        "asserted": a.asserted,
        "hypotheses": [
            {"id": p.id, "text": p.text, **_spread(p.over), "envelope": [_round(x) for x in p.envelope]}
            for p in a.posteriors
        ],
        "naive": {h: _round(p) for h, p in a.naive.items()},
        "verdicts": [
            {
                **asdict(v),
                "share": _round(v.share),
                "tipping_prior": None if v.tipping_prior is None else _round(v.tipping_prior),
            }
            for v in a.verdicts
        ],
        "items": [_item(i) for i in a.items],
        "facts": [_item(i) for i in a.facts],
        "flips": [list(ids) for ids in a.flips.sets],
        "flips_searched": {"heaviest": a.flips.tried, "of": a.flips.of, "size": EXHAUSTIVE},
        "value_flip": None
        if a.value_flip is None
        else {
            "distance": _round(a.value_flip.distance),
            "moves": [{"number": n, "from": _round(x), "to": _round(y)} for n, x, y in a.value_flip.moves],
        },
        "would_settle": [
            {
                "id": s.id,
                "expected_bits": _round(s.expected_bits),
                "p_verdict_changes": _round(s.p_verdict_changes),
                "evsi": _round(s.evsi),
            }
            for s in a.would_settle
        ],
        "evpi": _round(a.evpi),
        "expected_bits": {k: _round(v) for k, v in a.expected_bits.items()},
        "levers": [
            {"number": x.name, "at_low": _round(x.at_low), "at_high": _round(x.at_high), "share": _round(x.share)}
            for x in a.levers
        ],
        "scenarios": {name: {h: _spread(s) for h, s in by.items()} for name, by in a.scenarios.items()},
        "reviewers": {name: {h: _spread(s) for h, s in by.items()} for name, by in a.reviewers.items()},
        "audit": [
            {"check": n.check, "severity": n.severity, "message": n.message, "ids": list(n.ids)} for n in a.audit
        ],
    }


def _item(i: Item) -> dict[str, Any]:
    return {"id": i.id, "kind": i.kind, "ban": _spread(i.ban), "alone": _spread(i.alone), "without": _round(i.without)}


def _spread(s: Spread) -> dict[str, float]:
    return {"median": _round(s.median), "low": _round(s.low), "high": _round(s.high)}


def _round(x: float) -> float:
    return round(float(x), DIGITS) + 0.0
