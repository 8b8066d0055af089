"""Does a published certainty itself reveal that something was withheld?

The page of a released copy is computed from the copy alone, so it says no more than its reader can recompute. The gap is
the distance, in ban (log10 of the odds), to the conclusion on all evidence: where it is wide, whoever quotes the full
certainty in public tells that a further source exists, and in which direction it points.
"""

from __future__ import annotations

import math
from typing import Any

TELLING_BAN = 0.3  # judgement: a factor of two in the odds; smaller shifts lie within the ranges that people type


def gap(full: dict[str, Any], released: dict[str, Any]) -> list[dict[str, Any]]:
    """Per question the hypothesis whose odds move most between all evidence and the released evidence."""
    shown = {q["id"]: {h["id"]: h for h in q["hypotheses"]} for q in released["questions"]}
    found = []
    for question in full["questions"]:
        moves = [
            {
                "question": question["id"],
                "hypothesis": h["id"],
                "full": h["median"],
                "released": shown[question["id"]][h["id"]]["median"],
                "ban": _ban(h["median"]) - _ban(shown[question["id"]][h["id"]]["median"]),
            }
            for h in question["hypotheses"]
            if h["id"] in shown.get(question["id"], {})
        ]
        if moves:
            widest = max(moves, key=lambda m: abs(m["ban"]))
            found.append({**widest, "telling": abs(widest["ban"]) > TELLING_BAN})
    return found


def _ban(p: float) -> float:
    p = min(max(p, 1e-12), 1 - 1e-12)
    return math.log10(p / (1 - p))
