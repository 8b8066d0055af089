"""What does the page say of one question? Results and rows joined from the tables, figures drawn, sentences made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blindspot.case import OTHER
from blindspot.case.favours import question_of
from blindspot.case.scales import between
from blindspot.publish.report import figures, timeline
from blindspot.publish.report.words import fine, hypothesis_text, linked, of_number

if TYPE_CHECKING:
    from blindspot.case import Case
    from blindspot.publish.report.tables import Records

Record = dict[str, Any]
MOST_MOVES = 3  # marked in the replay figure; the table below it has all
MOVE = 0.1  # ban from which a move is marked
ELSEWHERE = 0.05  # ban from which evidence of a linked question is named here
TELLS = 0.005  # bits from which an observation not yet reported is named
FIRST = 8  # weights shown at once; lighter ones stand behind a line that opens


def answer(case: Case, q: Record, made: dict[str, Records]) -> Record:
    """All that the section of one question shows."""
    key, asserted = q["id"], q["asserted"]
    lead = case.standards[case.head.standards[0]]
    zone = (lead.low, lead.high)
    rows = [r for r in made["questions"] if r["question"] == key]
    tested = next(r for r in rows if r["hypothesis"] == asserted)
    leading = max(rows, key=lambda r: r["median"])
    replay = [r for r in made["replay"] if r["question"] == key and r["hypothesis"] == asserted]
    found = [f for f in made["findings"] if f["question"] == key]
    marks = _marks(replay, found)
    beside = leading if leading is not tested else _next(rows, tested)
    weights = _weights(case, key, made)
    items = {i["id"]: i for i in made["items"] if i["question"] == key and i["kind"] in {"origin", "claim"}}
    reach = max([0.1, *(max(abs(w["ban_low"]), abs(w["ban_high"])) for w in weights)])
    levers = [x for x in made["levers"] if x["question"] == key and round(x["at_low"], 4) != round(x["at_high"], 4)][:8]
    ends = [x[k] for x in levers for k in ("at_low", "at_high")] or [0.0, 1.0]
    return {
        "id": key,
        "text": q["text"],
        "tested": tested,
        "leading": leading,
        "beside": beside,
        "given": case.questions[key].given,
        "accounts": [
            {
                **r,
                "style": _style(r, tested, leading),
                "figure": figures.posterior(r, _style(r, tested, leading), zone, widest=True),
            }
            for r in rows
        ],
        "tested_bar": figures.posterior(tested, "test", zone),
        "beside_bar": figures.posterior(beside, "best", zone) if beside else "",
        "verdicts": _verdicts(case, key, made, [r["hypothesis"] for r in rows]),
        "lead_verdict": _verdict(made, key, lead.id, asserted),
        "findings": [{**f, "account": hypothesis_text(case, key, f["hypothesis"])} for f in found],
        "replay": timeline.over_time(replay, [m[:3] for m in marks], zone) if replay else "",
        "strips": [
            {
                "standard": case.standards[s],
                "figure": timeline.standards(
                    [r for r in made["replay_verdicts"] if r["question"] == key and r["standard"] == s],
                    case.standards[s].text,
                ),
            }
            for s in (case.head.standards if replay else ())
        ],
        "marks": [{"date": d, "letter": letter, "row": row} for d, letter, _, row in marks],
        "dates": (replay[0]["date"], replay[-1]["date"], len(replay)) if replay else None,
        "steps": _steps(made, key, replay),
        "weights": [{**w, "figure": figures.weight(w, reach)} for w in weights],
        "first": FIRST,
        "reach": reach,
        "others": {
            kind: sorted(
                (i for i in made["items"] if i["question"] == key and i["kind"] == kind and abs(i["ban"]) >= 0.005),
                key=_heavy,
            )[:FIRST]
            for kind in ("source", "team", "fact")
        },
        "flips": [
            {"ids": ids, "without": items[ids[0]]["without"] if len(ids) == 1 and ids[0] in items else None}
            for ids in (f["take_away"].split("; ") for f in made["flips"] if f["question"] == key)
        ],
        "searched": q["flips_searched"],
        "value_flip": [
            {**m, "words": of_number(case, m["number"])} for m in (q["value_flip"] or {"moves": []})["moves"]
        ],
        "settles": [
            {**s, "about": _observed(case, s["id"])}
            for s in made["would_settle"]
            if s["question"] == key and s["expected_bits"] >= TELLS
        ],
        "idle": sum(s["question"] == key and s["expected_bits"] < TELLS for s in made["would_settle"]),
        "evpi": q["evpi"],
        "levers": [
            {**x, "words": of_number(case, x["number"]), "figure": figures.lever(x, min(ends), max(ends))}
            for x in levers
        ],
        "lever_scale": figures.scale([(0, fine(min(ends))), (100, fine(max(ends)))]),
        "naive": next(n for n in made["naive"] if n["question"] == key),
        "scenarios": [s for s in made["scenarios"] if s["question"] == key and s["hypothesis"] == asserted],
        "audit": [
            {**n, "said": linked(n["message"], _ids(n), key, case.hypotheses(key)), "ids": _ids(n)}
            for n in made["audit"]
            if n["question"] == key
        ],
    }


def _next(rows: Records, tested: Record) -> Record | None:
    """The best supported of the other named accounts."""
    return max(
        (r for r in rows if r is not tested and r["hypothesis"] != OTHER),
        key=lambda r: float(r["median"]),
        default=None,
    )


def _style(row: Record, tested: Record, leading: Record) -> str:
    return "test" if row is tested else "best" if row is leading else "rest"


def _ids(note: Record) -> list[str]:
    return [i for i in note["ids"].split(";") if i]


def _observed(case: Case, key: str) -> str:
    """What an origin or a fact that nobody has reported is about."""
    fact = case.origins[key].fact if key in case.origins else key
    return case.facts[fact].text if fact in case.facts else ""


def _heavy(item: Record) -> tuple[float, str]:
    return -abs(item["ban"]), item["id"]


def _verdict(made: dict[str, Records], question: str, standard: str, hypothesis: str) -> Record:
    return next(
        v
        for v in made["verdicts"]
        if v["question"] == question and v["standard"] == standard and v["hypothesis"] == hypothesis
    )


def _verdicts(case: Case, question: str, made: dict[str, Records], hypotheses: list[str]) -> Records:
    return [
        {
            "standard": case.standards[s],
            "threshold": between(case.standards[s].low, case.standards[s].high),
            "cells": [_verdict(made, question, s, h) for h in hypotheses if h != OTHER],
        }
        for s in case.head.standards
    ]


def _marks(replay: Records, findings: Records) -> list[tuple[str, str, str, Record]]:
    """What the replay figure marks: findings by letters, the heaviest moves by figures; oldest first."""
    moves = sorted((r for r in replay if abs(r["moved_ban"]) >= MOVE), key=lambda r: (-abs(r["moved_ban"]), r["date"]))
    both = [(f["date"], "finding", f) for f in findings] + [(r["date"], "move", r) for r in moves[:MOST_MOVES]]
    marks, letters, numbers = [], 0, 0
    for d, style, row in sorted(both, key=lambda m: (m[0], m[1], m[2].get("id", ""))):
        if style == "finding":
            letter, letters = chr(65 + letters % 26), letters + 1
        else:
            numbers += 1
            letter = str(numbers)
        marks.append((d, letter, style, row))
    return marks


def _steps(made: dict[str, Records], question: str, replay: Records) -> Records:
    """The dates on which something about this question became public, with the verdict under each standard."""
    told: dict[str, dict[str, Record]] = {}
    for r in made["replay_verdicts"]:
        if r["question"] == question:
            told.setdefault(r["date"], {})[r["standard"]] = r
    return [
        {**r, "verdicts": list(told.get(r["date"], {}).values()), "new": [c for c in r["new_claims"].split(";") if c]}
        for i, r in enumerate(replay)
        if r["new_claims"] or r["findings"] or r["moved_by"] or i in {0, len(replay) - 1}
    ]


def _weights(case: Case, question: str, made: dict[str, Records]) -> Records:
    """What the answer rests on: origins, and claims without one, heaviest first, with the claims under each.

    Evidence of a linked question is named where it moves this one by `ELSEWHERE` or more.
    """
    claims = {c["id"]: c for c in made["claims"]}
    under: dict[str, Records] = {}
    for c in made["claims"]:
        if c["question"]:
            under.setdefault(c["origin"] if c["origin"] not in {"", "?"} else c["id"], []).append(c)
    rows = []
    for i in made["items"]:
        if i["question"] != question or i["kind"] not in {"origin", "claim"} or i["id"] not in under:
            continue
        origin = case.origins.get(i["id"]) if i["kind"] == "origin" else None
        if i["kind"] == "claim" and (i["id"] not in claims or claims[i["id"]]["origin"] not in {"", "?"}):
            continue
        home = case.facts[origin.fact].question if origin else question_of(case, case.claims[i["id"]])
        if home != question and abs(i["ban"]) < ELSEWHERE:
            continue
        fact = origin.fact if origin else case.claims[i["id"]].fact
        rows.append(
            {
                **i,
                "origin": origin,
                "fact": fact,
                "fact_text": case.facts[fact].text if fact else "",
                "home": home,
                "here": home == question,
                "claims": under[i["id"]],
                "kind_text": origin.kind if origin else "origin unknown" if fact else "weighed as rated",
            }
        )
    return sorted(rows, key=_heavy)
