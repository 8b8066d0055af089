"""A coded case -> a case folder that a person can read, diff and dispute row by row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from blindspot.case.incidents.kinds import tables
from blindspot.case.store import write_text
from blindspot.errors import UsageError
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from blindspot.case.model import Case

_COLUMNS = {
    "sources": ("id", "name", "role", "party", "anonymity", "reliability", "interest", "derives_from", "url"),
    "origins": ("id", "fact", "kind", "team", "hit", "false_alarm", "first_known", "note", "artefact", "lens"),
    "claims": (
        "id", "said_at", "public_at", "source", "origin", "says", "directness", "basis", "copy_of", "quote_summary", "url",
        "fact", "verified",
    ),
    "tolls": ("id", "source", "public_at", "who", "low", "high", "basis"),
}  # fmt: skip


def write_case(case: Case, folder: Path) -> Path:
    """Write the case as a folder. Raises UsageError where something stands there already; nothing is changed then."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder}: exists already; nothing was changed. Name another folder.")
    write_text(folder / "case.toml", _head(case))
    letters = {value: word for word, value in _letters().items()}
    rows: dict[str, Iterable[Any]] = {
        "sources": case.sources.values(),
        "origins": case.origins.values(),
        "claims": case.claims.values(),
        "tolls": case.tolls.values(),
    }
    for name, columns in _COLUMNS.items():
        if name == "tolls" and not case.tolls:
            continue
        table = [
            {c: _cell(getattr(row, c), letters if c == "reliability" else {}) for c in columns} for row in rows[name]
        ]
        write_text(folder / f"{name}.csv", _csv(columns, table))
    facts = [{"id": f.id, "question": f.question, "text": f.text, "basis": f.basis} for f in case.facts.values()]
    write_text(folder / "facts.csv", _csv(("id", "question", "text", "basis"), facts))
    write_text(folder / "expect.csv", _expect(case))
    return folder


def _letters() -> dict[str, Range]:
    from blindspot.case import scales

    return scales.words("reliability")


def _head(case: Case) -> str:
    head = case.head
    lines = [
        f"id = {_quoted(head.id)}",
        f"title = {_quoted(head.title)}",
        f"date = {_quoted(str(head.date))}",
        f"utc_offset = {_quoted(head.utc_offset)}",
        f"actor = {_quoted(head.actor)}",
        f"summary = {_quoted(head.summary)}",
        f"handling = {_quoted(head.handling)}",
    ]
    for question in head.question:
        lines += ["", "[[question]]", f"id = {_quoted(question.id)}", f"text = {_quoted(question.text)}"]
        lines += [f"asserted = {_quoted(question.asserted)}"] if question.asserted else []
        for h in question.hypothesis:
            lines += ["  [[question.hypothesis]]", f"  id = {_quoted(h.id)}", f"  text = {_quoted(h.text)}"]
    for finding in head.finding:
        lines += ["", "[[finding]]"]
        lines += [f"{k} = {_quoted(str(getattr(finding, k)))}" for k in ("question", "hypothesis", "by", "date")]
        lines += [f"{k} = {_quoted(getattr(finding, k))}" for k in ("url", "confidence", "note") if getattr(finding, k)]
        lines += ["contested = true"] if finding.contested else []
    return "\n".join(lines) + "\n"


def _expect(case: Case) -> str:
    words = tables()["expect"]
    facts = list(case.facts)
    rows = []
    for question in case.questions:
        for h in case.hypotheses(question):
            cells = {
                f: words["own" if f == f"{question}.{h}" else "others"]
                for f in facts
                if case.facts[f].question == question
            }
            rows.append({"question": question, "hypothesis": h} | cells)
    return _csv(("question", "hypothesis", *facts), rows)


def _cell(value: Any, letters: dict[Range, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ";".join(value)
    return letters.get(value, str(value)) if isinstance(value, Range) else str(value)


def _csv(columns: Iterable[str], rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _quoted(text: str) -> str:
    """A TOML basic string."""
    made = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in made) + '"'
