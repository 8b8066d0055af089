"""The tables behind the figures: lists of records, written as CSV beside the page.

Here what was computed; `listings` holds the rows as people typed them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

from blindspot.case.cells import inert
from blindspot.case.favours import question_of
from blindspot.publish.report.listings import listings
from blindspot.weigh.known import was_public

if TYPE_CHECKING:
    from datetime import date

    from blindspot.case import Case

Records = list[dict[str, Any]]


def tables(case: Case, weighed: dict[str, Any], replayed: dict[str, Any], as_of: date | None) -> dict[str, Records]:
    """Every table by name: what was computed, and of the rows only what was public by `as_of` (None: all)."""
    questions = weighed["questions"]
    made: dict[str, Records] = {
        "questions": [_posterior(q, h) for q in questions for h in q["hypotheses"]],
        "verdicts": [{"question": q["id"], **v} for q in questions for v in q["verdicts"]],
        "items": [_item(q["id"], i) for q in questions for i in [*q["items"], *q["facts"]]],
        "replay": [_step(s, h) for s in replayed["steps"] for h in s["hypotheses"]],
        "replay_verdicts": [
            {"date": s["date"], "question": s["question"], **v} for s in replayed["steps"] for v in s["verdicts"]
        ],
        "flips": [
            {"question": q["id"], "take_away": "; ".join(ids), "size": len(ids)}
            for q in questions
            for ids in q["flips"]
        ],
        "would_settle": [{"question": q["id"], **s} for q in questions for s in q["would_settle"]],
        "levers": [{"question": q["id"], **x} for q in questions for x in q["levers"]],
        "scenarios": [
            {"question": q["id"], "kind": kind, "scenario": name, "hypothesis": h, **spread}
            for q in questions
            for kind, found in (("structure", q["scenarios"]), ("reviewer", q["reviewers"]))
            for name, by in found.items()
            for h, spread in by.items()
        ],
        "audit": [{"question": q["id"], **n, "ids": ";".join(n["ids"])} for q in questions for n in q["audit"]],
    }
    made["naive"] = _naive(case, questions, made["replay"], as_of)
    return made | listings(case, as_of)


def to_csv(rows: Records) -> str:
    """Records as CSV text; columns in the order of the first record."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n", extrasaction="ignore")
        writer.writerow({k: inert(k) for k in rows[0]})
        writer.writerows(
            {k: v if v is None or isinstance(v, int | float) else inert(str(v)) for k, v in row.items()} for row in rows
        )
    return out.getvalue()


def _posterior(q: dict[str, Any], h: dict[str, Any]) -> dict[str, Any]:
    return {
        "question": q["id"],
        "hypothesis": h["id"],
        "text": h["text"],
        "asserted": h["id"] == q["asserted"],
        "median": h["median"],
        "low": h["low"],
        "high": h["high"],
        "envelope_low": h["envelope"][0],
        "envelope_high": h["envelope"][1],
        "naive": q["naive"][h["id"]],
    }


def _item(question: str, i: dict[str, Any]) -> dict[str, Any]:
    return {
        "question": question,
        "id": i["id"],
        "kind": i["kind"],
        "ban": i["ban"]["median"],
        "ban_low": i["ban"]["low"],
        "ban_high": i["ban"]["high"],
        "alone": i["alone"]["median"],
        "alone_low": i["alone"]["low"],
        "alone_high": i["alone"]["high"],
        "without": i["without"],
    }


def _step(s: dict[str, Any], h: dict[str, Any]) -> dict[str, Any]:
    return {
        "date": s["date"],
        "question": s["question"],
        "hypothesis": h["id"],
        "median": h["median"],
        "low": h["low"],
        "high": h["high"],
        "naive": s["naive"][h["id"]],
        "moved_by": s["moved_by"] or "",
        "moved_ban": s["moved_ban"],
        "new_claims": ";".join(s["new_claims"]),
        "findings": "; ".join(s["findings"]),
    }


def _naive(case: Case, questions: Records, replay: Records, as_of: date | None) -> Records:
    """Per question: how many reports and origins, and the date on which counting reports went furthest astray."""
    reports: Counter[str] = Counter()
    origins: dict[str, set[str]] = {}
    for key, claim in case.claims.items():
        question = question_of(case, claim)
        if question and was_public(claim, as_of):
            reports[question] += 1
            origins.setdefault(question, set()).add(claim.origin if claim.origin not in {None, "?"} else key)
    rows = []
    for q in questions:
        answer = next(h for h in q["hypotheses"] if h["id"] == q["asserted"])
        steps = [r for r in replay if r["question"] == q["id"] and r["hypothesis"] == q["asserted"]]
        far = max(steps, key=lambda r: abs(r["naive"] - r["median"]), default=None)
        rows.append(
            {
                "question": q["id"],
                "hypothesis": q["asserted"],
                "reports": reports[q["id"]],
                "origins": len(origins.get(q["id"], ())),
                "median": answer["median"],
                "low": answer["low"],
                "high": answer["high"],
                "naive": q["naive"][q["asserted"]],
                "furthest_on": far["date"] if far else "",
                "median_then": far["median"] if far else "",
                "low_then": far["low"] if far else "",
                "high_then": far["high"] if far else "",
                "naive_then": far["naive"] if far else "",
            }
        )
    return rows
