"""The tables behind the figures: lists of records, written as CSV beside the page."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blindspot.case import Case

Records = list[dict[str, Any]]


def tables(case: Case, weighed: dict[str, Any], replayed: dict[str, Any]) -> dict[str, Records]:
    """Every table by name."""
    return {
        "questions": [
            {
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
            for q in weighed["questions"]
            for h in q["hypotheses"]
        ],
        "verdicts": [{"question": q["id"], **v} for q in weighed["questions"] for v in q["verdicts"]],
        "items": [_item(q["id"], i) for q in weighed["questions"] for i in [*q["items"], *q["facts"]]],
        "replay": [
            {
                "date": s["date"],
                "question": s["question"],
                "hypothesis": h["id"],
                "median": h["median"],
                "low": h["low"],
                "high": h["high"],
                "naive": s["naive"][h["id"]],
                "moved_by": s["moved_by"] or "",
                "moved_ban": s["moved_ban"],
                "findings": "; ".join(s["findings"]),
            }
            for s in replayed["steps"]
            for h in s["hypotheses"]
        ],
        "levers": [{"question": q["id"], **x} for q in weighed["questions"] for x in q["levers"]],
        "scenarios": [
            {"question": q["id"], "scenario": name, "hypothesis": h, **spread}
            for q in weighed["questions"]
            for name, by in q["scenarios"].items()
            for h, spread in by.items()
        ],
        "audit": [
            {"question": q["id"], **n, "ids": ";".join(n["ids"])} for q in weighed["questions"] for n in q["audit"]
        ],
        "claims": [
            {
                "id": c.id,
                "said_at": c.said_at or "",
                "public_at": c.public_at or "",
                "source": c.source,
                "origin": c.origin or "",
                "says": c.says or "",
                "basis": c.basis,
                "copy_of": c.copy_of or "",
                "summary": c.quote_summary,
                "url": c.url,
            }
            for c in case.claims.values()
        ],
        "sources": [
            {
                "id": s.id,
                "name": s.name,
                "role": s.role,
                "anonymity": s.anonymity or "",
                "reliability": s.reliability or "",
                "interest": ";".join(s.interest),
                "claims": sum(c.source == s.id for c in case.claims.values()),
            }
            for s in case.sources.values()
        ],
        "stops": [
            {
                "id": s.id,
                "place": s.place or "",
                "start": s.start or "",
                "end": s.end or "",
                "clock": s.clock,
                "activity": s.activity,
                "official_reading": s.official_reading,
            }
            for s in case.stops.values()
        ],
    }


def to_csv(rows: Records) -> str:
    """Records as CSV text; columns in the order of the first record."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def _item(question: str, i: dict[str, Any]) -> dict[str, Any]:
    return {
        "question": question,
        "id": i["id"],
        "kind": i["kind"],
        "ban": i["ban"]["median"],
        "ban_low": i["ban"]["low"],
        "ban_high": i["ban"]["high"],
        "alone": i["alone"]["median"],
        "without": i["without"],
    }
