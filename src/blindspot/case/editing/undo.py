"""What was changed, and how is it taken back? The log itself is the history; taking back is one more change in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from blindspot.case.custody.chain import read_log, writing
from blindspot.case.editing.changing import ACT, VOID, commit, recovered
from blindspot.case.editing.model import Applied, Change, Entry
from blindspot.case.editing.sheet import TEXT
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from blindspot.case.custody.model import Line

_NAMES = ("kind", "file", "key", "column", "old", "new")


def history(root: Path, most: int = 200) -> list[Entry]:
    """The latest changes, newest first."""
    lines, _ = read_log(root)
    undone, void = _stacks(lines)[2], voided(lines)
    edits = [line for line in lines if line.act == ACT and line.n not in void]
    return [
        Entry(line.n + 1, str(line.says["when"]), str(line.says.get("who", "")), _what(line.says), line.n in undone)
        for line in reversed(edits[-most:])
    ]


def undo(root: Path, who: str) -> Applied:
    """Take the last change back. Raises ConflictError where what it wrote has been changed since, UsageError where there is none."""
    with writing(root) as log:
        recovered(root, log)
        back = _stacks(log.lines)[0]
        if not back:
            raise UsageError("There is no change to take back.")
        line = log.lines[back[-1]]
        change, at = _inverse(line.says)
        return commit(root, log, change, who, at=at, undoes=line.n)


def redo(root: Path, who: str) -> Applied:
    """Make the change again that was taken back last."""
    with writing(root) as log:
        recovered(root, log)
        again = _stacks(log.lines)[1]
        if not again:
            raise UsageError("There is no change to make again.")
        return commit(root, log, _again(log.lines[again[-1]].says), who, redoes=again[-1])


def _stacks(lines: Sequence[Line]) -> tuple[list[int], list[int], set[int]]:
    """Lines that can be taken back, lines that can be made again (last first to go), lines that are taken back."""
    void = voided(lines)
    back: list[int] = []
    again: list[int] = []
    for line in lines:
        if line.act != ACT or line.n in void or "sealed" in line.says:
            continue  # what is sealed is not taken back
        if (n := line.says.get("undoes")) is not None:
            if n in back:
                back.remove(n)
                again.append(n)
        elif (n := line.says.get("redoes")) is not None:
            if n in again:
                again.remove(n)
                back.append(n)
        else:
            back.append(line.n)
            again.clear()
    return back, again, {n for n in (line.says.get("undoes") for line in lines) if n is not None} - set(back)


def voided(lines: Sequence[Line]) -> set[Any]:
    """Numbers of the lines whose change did not come about."""
    return {line.says.get("of") for line in lines if line.act == VOID}


def _inverse(says: Mapping[str, Any]) -> tuple[Change, list[int | None]]:
    """The change that takes a change back, and where its rows stood."""
    change = _change(says)
    kind, old, new = change.kind, change.old, change.new
    if kind == "cell":
        return Change("cell", change.file, str(says.get("became", change.key)), change.column, new, old), []
    if kind == "text":
        return Change("text", TEXT, old=str(says["after"]), new=str(says["was"])), []
    if kind == "column":
        return Change("column", change.file, column=change.column, old="" if old else change.column), []
    if kind == "add":
        return Change("remove", change.file, change.key, old=new), []
    if kind == "remove":
        return Change("add", change.file, change.key, new=old), [says["at"]]
    rows = [{"key": row["key"], "old": row["new"], "new": row["old"]} for row in reversed(json.loads(new))]
    return Change("rows", change.file, new=json.dumps(rows, ensure_ascii=False)), says["at"][::-1]


def _again(says: Mapping[str, Any]) -> Change:
    """The same change, on what there was before it."""
    change = _change(says)
    return replace(change, old=str(says["before"])) if change.kind == "text" else change


def _change(says: Mapping[str, Any]) -> Change:
    return Change(**{name: str(says.get(name, "")) for name in _NAMES})


def _what(says: Mapping[str, Any]) -> str:
    """A change in one line; ratings are told without their values, which are blind."""
    file, key, column = (str(says.get(name, "")) for name in ("file", "key", "column"))
    lead = "taken back: " if "undoes" in says else "made again: " if "redoes" in says else ""
    if file.startswith("assessments/"):
        return f"{lead}{file}: rated"
    if says["kind"] == "cell":
        return f"{lead}{file} {key} {column}: {_short(says.get('old', ''))} became {_short(says.get('new', ''))}"
    if says["kind"] == "rows":
        return f"{lead}{file}: {len(json.loads(says['new']))} rows"
    words = {"add": "row added", "remove": "row removed", "text": "text changed", "column": "column added"}
    return f"{lead}{file} {key}{column}: {words[says['kind']]}"


def _short(text: str, most: int = 40) -> str:
    return repr(text if len(text) <= most else text[: most - 1] + "…")
