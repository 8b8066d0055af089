"""Blind ratings: what a reviewer felt, sealed before an answer is shown, and whole columns of expectations.

The seal is a line of the custody log with the SHA-256 of the rows as they stand in assessments/<reviewer>.csv: it shows
afterwards that they were fixed before. It hides nothing from one who opens the file.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from blindspot.case.custody.chain import read_log, writing
from blindspot.case.editing.changing import _recover, commit
from blindspot.case.editing.model import Change
from blindspot.case.editing.sheet import read_sheet
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from blindspot.case.custody.chain import Writer
    from blindspot.case.custody.model import Line

SEAL = "seal"


def seal(root: Path, reviewer: str, question: str, values: Mapping[str, str], who: str) -> None:
    """Write what a reviewer feels of each hypothesis, and seal it. Raises UsageError where it is sealed already."""
    with writing(root) as log:
        _recover(root, log)
        if _seal_of(log.lines, reviewer, question) is not None:
            raise UsageError(f"{question}: {reviewer} has sealed it already; a seal is not broken.")
        _write(root, log, reviewer, question, "", values, who)
        log.append(
            SEAL,
            file=_file(reviewer),
            reviewer=reviewer,
            question=question,
            sha256=_digest(root, reviewer, question),
            who=who,
        )


def rate(root: Path, reviewer: str, question: str, fact: str, values: Mapping[str, str], who: str) -> None:
    """Write one whole column: how expected a fact is under each hypothesis. An earlier column of it is replaced."""
    with writing(root) as log:
        _recover(root, log)
        _write(root, log, reviewer, question, fact, values, who)


def sealed(root: Path, reviewer: str, question: str) -> bool:
    """Whether this reviewer's seal on a question is in the log."""
    return _seal_of(read_log(root)[0], reviewer, question) is not None


def broken_seals(root: Path) -> list[str]:
    """Seals whose rows are no longer the ones that were sealed, as `reviewer: question`."""
    lines, _ = read_log(root)
    seals = [line.says for line in lines if line.act == SEAL]
    return [
        f"{s['reviewer']}: {s['question']}"
        for s in seals
        if _digest(root, str(s["reviewer"]), str(s["question"])) != s["sha256"]
    ]


def read_assessment(root: Path, reviewer: str) -> list[dict[str, str]]:
    """The rows of a reviewer, every column as text; none where there is no file."""
    sheet = read_sheet(root, _file(reviewer))
    return [
        dict.fromkeys(sheet.columns, "") | dict(zip(sheet.columns, line.cells, strict=False)) for line in sheet.rows
    ]


def _file(reviewer: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", reviewer) or ".." in reviewer:
        raise UsageError("A reviewer's name is letters, digits, _ . - (at most 40).")
    return f"assessments/{reviewer}.csv"


def _write(
    root: Path, log: Writer, reviewer: str, question: str, fact: str, values: Mapping[str, str], who: str
) -> None:
    now = datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    held = {r["id"]: {k: v for k, v in r.items() if v} for r in read_assessment(root, reviewer)}
    mine = {
        r["hypothesis"]: r
        for r in held.values()
        if r["question"] == question and r.get("fact", "") == fact and not r.get("again")
    }
    rows = []
    for hypothesis, value in values.items():
        old = mine.pop(hypothesis, None)
        key = old["id"] if old else f"{question}.{fact or 'felt'}.{hypothesis}"
        new = {"id": key, "question": question, "hypothesis": hypothesis, "fact": fact, "value": value, "rated_at": now}
        if old is None or old["value"] != value:
            rows.append({"key": key, "old": old, "new": {k: v for k, v in new.items() if v}})
    rows += [{"key": r["id"], "old": r, "new": None} for r in mine.values()]
    if rows:
        commit(root, log, Change("rows", _file(reviewer), new=json.dumps(rows, ensure_ascii=False)), who)


def _seal_of(lines: Sequence[Line], reviewer: str, question: str) -> Line | None:
    return next(
        (x for x in lines if x.act == SEAL and (x.says["reviewer"], x.says["question"]) == (reviewer, question)), None
    )


def _digest(root: Path, reviewer: str, question: str) -> str:
    rows = [
        r for r in read_assessment(root, reviewer) if r["question"] == question and not r["fact"] and not r["again"]
    ]
    text = json.dumps(sorted((r["hypothesis"], r["value"], r["rated_at"]) for r in rows), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
