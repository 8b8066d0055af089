"""How are the plain files edited? A cell at a time, each change on the disk and in the log before the answer goes back."""

from __future__ import annotations

import json
import types
import typing
from typing import TYPE_CHECKING, Any

from blindspot.case import editing
from blindspot.case.editing import Change
from blindspot.case.editing.sheet import kind_of
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blindspot.case.rows import Row
    from blindspot.publish.app.desk import Desk


def files(desk: Desk) -> list[dict[str, Any]]:
    """The files that may be edited here, with how many problems each has; assessments have a page of their own."""
    counts: dict[str, int] = {}
    for problem in desk.state().problems:
        counts[problem.where.file] = counts.get(problem.where.file, 0) + 1
    names = ["case.toml", *(n for n in editing.sheets(desk.root) if not n.startswith("assessments/"))]
    return [{"file": name, "problems": counts.get(name, 0)} for name in names]


def table(desk: Desk, file: str) -> dict[str, Any]:
    """One file: its columns and rows, what each column may hold, and what is wrong in it."""
    if file.startswith("assessments/"):
        raise UsageError(f"{file}: assessments are blind; they are made and compared on the Sheet page.")
    problems = [
        {"row": p.where.row, "column": p.where.column, "says": _said(p.what, p.right)}
        for p in desk.state().problems
        if p.where.file == file
    ]
    if file == "case.toml":
        text, version = editing.read_text(desk.root, file)
        return {"file": file, "text": text, "version": version, "problems": problems}
    sheet = editing.read_sheet(desk.root, file)
    kind = kind_of(file)
    return {
        "file": file,
        "columns": list(sheet.columns),
        "rows": [{"number": line.number, "key": line.key, "cells": list(line.cells)} for line in sheet.rows],
        "version": sheet.version,
        "problems": problems,
        "choices": {} if kind is None else _choices(kind),
        "more": [] if kind is None else [c for c in kind.model_fields if c not in sheet.columns],
    }


def change(desk: Desk, asked: Mapping[str, Any], who: str) -> dict[str, Any]:
    """Carry out one change, written as an object with the fields of `editing.Change`; adding a row may leave out its cells."""
    values = {name: asked.get(name, "") for name in ("kind", "file", "key", "column", "old", "new", "version")}
    for name in ("old", "new"):
        if isinstance(values[name], dict):
            values[name] = json.dumps(values[name], ensure_ascii=False)
    if not all(isinstance(v, str) for v in values.values()):
        raise UsageError("A change has text in kind, file, key, column, old, new and version.")
    if values["file"].startswith("assessments/"):
        raise UsageError("Assessments are blind; they are made on the Sheet page.")
    with desk.lock:
        done = editing.apply(desk.root, Change(**values), who)
    return applied(desk, done)


def applied(desk: Desk, done: editing.Applied) -> dict[str, Any]:
    """What the page is told of a change that was carried out."""
    state = desk.state()
    return {
        "id": done.id,
        "file": done.change.file,
        "key": done.change.key,
        "column": done.change.column,
        "version": done.sheet_version,
        "log_line": done.log_line,
        "problems": len(state.problems),
    }


def _said(what: str, right: str | None) -> str:
    return what + (f"; {right}" if right else "")


def _choices(kind: type[Row]) -> dict[str, list[str]]:
    """The words that a cell may hold, where the row class lists them."""
    return {name: words for name, field in kind.model_fields.items() if (words := _words(field.annotation))}


def _words(annotation: Any) -> list[str]:
    if typing.get_origin(annotation) is typing.Literal:
        return [str(word) for word in typing.get_args(annotation) if word]
    if typing.get_origin(annotation) in {typing.Annotated, typing.Union, types.UnionType}:
        return [word for part in typing.get_args(annotation) for word in _words(part)]
    return []
