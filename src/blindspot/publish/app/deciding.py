"""What waits for a person? Suggested rows, and the gaps in which one vehicle may have been taken for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blindspot.case import editing, suggestions
from blindspot.errors import UsageError

if TYPE_CHECKING:
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


def gaps(desk: Desk) -> dict[str, Any]:
    """Every chain of custody with its gap cards, as the custody stage made them; none without tracks.toml."""
    if not (desk.root / "tracks.toml").exists():
        return {
            "chains": [],
            "lacks": "tracks.toml does not say how the view was interrupted, so there are no gaps to show.",
        }
    return {"chains": desk.result("custody")["custody"], "lacks": ""}


def _filled(row: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in row.items() if v and k != "because"}
