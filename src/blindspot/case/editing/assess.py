"""Blind ratings: what a reviewer felt, sealed before an answer is shown, and whole columns of expectations.

The seal is a line of the custody log with the SHA-256 of the rows as they stand in assessments/<reviewer>.csv: it shows
afterwards that they were fixed before. It hides nothing from one who opens the file.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from blindspot.case.custody.chain import read_log, writing
from blindspot.case.editing.changing import commit, proper, recovered
from blindspot.case.editing.model import Change
from blindspot.case.editing.sheet import read_sheet
from blindspot.case.rows import Rating
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from blindspot.case.custody.chain import Writer
    from blindspot.case.custody.model import Line

SEAL = "seal"


def seal(root: Path, reviewer: str, question: str, values: Mapping[str, str], who: str) -> None:
    """Write what a reviewer feels of each hypothesis, and seal it. Raises UsageError where it is sealed already."""
    if not values:
        raise UsageError(f"{question}: say what you feel of each hypothesis; there is nothing to seal.")
    with writing(root) as log:
        recovered(root, log)
        if _seal_of(log.lines, reviewer, question) is not None:
            raise UsageError(f"{question}: {reviewer} has sealed it already; a seal is not broken.")
        _write(root, log, reviewer, question, "", values, who, sealed=question)
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
        recovered(root, log)
        _write(root, log, reviewer, question, fact, values, who)


def sealed(root: Path, reviewer: str, question: str) -> bool:
    """Whether this reviewer's seal on a question is in the log."""
    return _seal_of(read_log(root)[0], reviewer, question) is not None


def broken_seals(root: Path) -> list[str]:
    """Seals whose rows are no longer the ones that were sealed, as `reviewer: question`."""
    return [f"{line.says['reviewer']}: {line.says['question']}" for line in broken(root, read_log(root)[0])]


def broken(root: Path, lines: Sequence[Line]) -> list[Line]:
    """The lines of the log whose seals are broken."""
    return [line for line in lines if line.act == SEAL and not _holds(root, line.says)]


def _holds(root: Path, says: Mapping[str, Any]) -> bool:
    try:
        return _digest(root, str(says["reviewer"]), str(says["question"])) == str(says["sha256"])
    except UsageError:
        return False  # what cannot be read as ratings any more is not what was sealed


def read_assessment(root: Path, reviewer: str) -> list[dict[str, str]]:
    """The rows of a reviewer, every column of the file's row class as text; none where there is no file."""
    return [row for _, row in _keyed(root, reviewer)]


def _keyed(root: Path, reviewer: str) -> list[tuple[str, dict[str, str]]]:
    sheet = read_sheet(root, _file(reviewer))
    blank = dict.fromkeys((*Rating.model_fields, *sheet.columns), "")
    return [(line.key, blank | dict(zip(sheet.columns, line.cells, strict=False))) for line in sheet.rows]


def _file(reviewer: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", reviewer) or ".." in reviewer:
        raise UsageError("A reviewer's name is letters, digits, _ . - (at most 40).")
    return f"assessments/{reviewer}.csv"


def _write(
    root: Path, log: Writer, reviewer: str, question: str, fact: str, values: Mapping[str, str], who: str, **says: Any
) -> None:
    now = datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    mine = {
        row["hypothesis"]: (key, {column: text for column, text in row.items() if text})
        for key, row in _keyed(root, reviewer)
        if row["question"] == question and row["fact"] == fact and not row["again"]
    }
    rows: list[dict[str, Any]] = []
    for hypothesis, value in values.items():
        fresh = f"{question}.{fact or 'felt'}.{hypothesis}"
        key, old = mine.pop(hypothesis, (fresh, None))
        name = fresh if key.startswith("#") else key
        new = {
            "id": name,
            "question": question,
            "hypothesis": hypothesis,
            "fact": fact,
            "value": value,
            "rated_at": now,
        }
        if old is None or old.get("value") != value:
            rows.append({"key": key, "old": old, "new": {k: v for k, v in new.items() if v}})
    # from the last one up, so that the keys of rows without an id, their line numbers, hold
    rows += [{"key": key, "old": old, "new": None} for key, old in reversed(mine.values())]
    if rows:
        change = Change("rows", _file(reviewer), new=json.dumps(rows, ensure_ascii=False))
        proper(change)
        commit(root, log, change, who, **says)


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
