"""What waits for a person? Suggested rows, and the gaps in which one vehicle may have been taken for another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from blindspot.case import editing, suggestions
from blindspot.case.gaps import ANSWERS, NONE, UNSURE, answers
from blindspot.errors import UsageError
from blindspot.publish.app.sheet import reviewer_name

if TYPE_CHECKING:
    from blindspot.case.gaps import GapAnswer
    from blindspot.publish.app.desk import Desk

MOST = 500  # suggestions shown


def waiting(desk: Desk) -> dict[str, Any]:
    """Suggestions by table, each with the reason for it; and the ids that were refused."""
    refused = suggestions.refused(desk.root)
    rows = [
        {"table": table, "id": row["id"], "because": row.get("because", ""), "cells": _filled(row)}
        for table in suggestions.TABLES
        for row in suggestions.suggested(desk.root, table)
        if row["id"] not in refused
    ]
    return {"suggestions": rows[:MOST], "more": max(0, len(rows) - MOST), "refused": sorted(refused)}


def decide(desk: Desk, row_id: str, decision: str, who: str) -> dict[str, Any]:
    """Accept (the row enters the case) or refuse (it is not shown again); both stand in files, and in the log."""
    table = next(
        (t for t in suggestions.TABLES if any(r["id"] == row_id for r in suggestions.suggested(desk.root, t))), None
    )
    if table is None:
        raise UsageError(f"{row_id}: no such suggestion waits; the list may have been made anew.")
    with desk.lock:
        if decision == "accept":
            row = next(r for r in suggestions.suggested(desk.root, table) if r["id"] == row_id)
            editing.accept_rows(desk.root, f"{table}.csv", [_filled(row) | {"id": row_id}], who)
            left = [r for r in suggestions.suggested(desk.root, table) if r["id"] != row_id]
            suggestions.suggest(desk.root, table, left, replace=True)
        elif decision == "refuse":
            row = {"id": row_id, "table": table, "by": who, "note": ""}
            editing.accept_rows(desk.root, suggestions.REFUSED, [row], who)
        else:
            raise UsageError("A suggestion is accepted or refused.")
    return waiting(desk)


def gaps(desk: Desk, reviewer: str) -> dict[str, Any]:
    """Every chain of custody with its gap cards, and every loss in footage with both sides, as this reviewer may see it.

    What others answered, and what was taken in the log of marks, is shown once this reviewer has answered.
    """
    chains = desk.result("custody")["custody"] if (desk.root / "tracks.toml").exists() else []
    found = desk.result("gaps") if any((desk.root / "marks").glob("*.jsonl")) else {"gaps": [], "problems": []}
    given = answers(desk.root, [])
    losses = []
    for gap in found["gaps"]:
        mine = [a for a in given if a.gap == gap["id"] and a.by == reviewer]
        said = [_answer(a) for a in given if a.gap == gap["id"] and (mine or a.by == reviewer)]
        losses.append(gap | {"answered": bool(mine), "answers": said, "taken": gap["taken"] if mine else None})
    lacks = (
        ""
        if chains or losses
        else "tracks.toml does not say how the view was interrupted, so there are no gaps to show."
    )
    return {"chains": chains, "losses": losses, "problems": found["problems"], "lacks": lacks, "reviewer": reviewer}


def answer(desk: Desk, gap: str, said: str, why: str, reviewer: str) -> None:
    """Which candidate a reviewer takes for the vehicle, and by what; a row of gap_answers.csv. Raises UsageError, ConflictError."""
    loss = next((g for g in gaps(desk, reviewer)["losses"] if g["id"] == gap), None)
    if loss is None:
        raise UsageError(f"{gap}: there is no such loss of view; the list may have been made anew.")
    choices = [side["object"] for side in loss["after"]]
    if said not in {*choices, NONE, UNSURE}:
        raise UsageError(f"{said}: is none of the candidates {', '.join(choices)}, nor {NONE} or {UNSURE}.")
    if not why.strip():
        raise UsageError("Say by what you tell it: colour, shape, direction, something on the roof.")
    day = datetime.now(UTC).date().isoformat()
    row = {
        "id": f"{gap}.{reviewer_name(reviewer)}",
        "gap": gap,
        "answer": said,
        "by": reviewer,
        "why": why.strip(),
        "seen_on": day,
    }
    with desk.lock:
        editing.accept_rows(desk.root, ANSWERS, [row], reviewer)


def _answer(given: GapAnswer) -> dict[str, str]:
    return {"answer": given.answer, "by": given.by, "why": given.why}


def _filled(row: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in row.items() if v and k != "because"}
