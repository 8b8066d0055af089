"""One change onto the disk and into the log, or neither; and what a kill left half-done, finished.

    new bytes beside the file (fsync) -> line of custody.jsonl (fsync) -> rename (fsync of the folder)

The bytes beside the file are the journal. Where they fit the last line of the log and the file is still the one before, the rename
is made up for; where the file was changed by somebody else meanwhile, the log says that the change did not come about. Between
the last look at the file and the rename lie microseconds in which a program that knows no lock could still write; that is left.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from blindspot.case.custody.chain import sync_folder, write_all, writing
from blindspot.case.editing.model import KINDS, Applied, Change, ConflictError
from blindspot.case.editing.sheet import TEXT, Draft, checked, kind_of, read_bytes, version_of
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from blindspot.case.custody.chain import Writer

ACT, VOID = "edit", "edit-void"
TRIES = 5  # a file that another program keeps writing is given up


def apply(root: Path, change: Change, who: str, **says: Any) -> Applied:
    """Carry out a change. `says`: more for the log line.

    Raises ConflictError where what the author saw no longer stands there, UsageError where the change cannot be one; then nothing
    is written.
    """
    if change.kind not in KINDS:
        raise UsageError(f"{change.kind or 'no kind'}: a change is one of {', '.join(KINDS)}.")
    kind_of(change.file)
    with writing(root) as log:
        _recover(root, log)
        return commit(root, log, change, who, **says)


def commit(root: Path, log: Writer, change: Change, who: str, **says: Any) -> Applied:
    """`apply` for one who holds the log already."""
    for _ in range(TRIES):
        before = read_bytes(root, change.file)
        seen = _stamp(root / change.file)
        after, told = made(change, before)
        if after == before:
            raise UsageError(f"{change.file}: that changes nothing.")
        part = _part(root, change.file)
        _write(part, after)
        if _stamp(root / change.file) != seen:
            part.unlink()
            continue
        versions = {"before": version_of(before), "after": version_of(after)}
        line = log.append(ACT, who=who, **_as_data(change), **told, **versions, **says)
        if _stamp(root / change.file) != seen:
            part.unlink()
            log.append(VOID, of=line.n, why="the file was changed by another program at that moment")
            continue
        part.replace(root / change.file)
        sync_folder((root / change.file).parent)
        return Applied(line.n, change, versions["after"], line.n + 1)
    raise UsageError(f"{change.file}: another program is writing it again and again; nothing was written.")


def accept_rows(root: Path, file: str, rows: Sequence[Mapping[str, str]], who: str) -> Applied:
    """Several new rows as one change. Raises ConflictError where an id is there already."""
    new = [{"key": row.get("id", ""), "old": None, "new": dict(row)} for row in rows]
    return apply(root, Change("rows", file, new=json.dumps(new, ensure_ascii=False)), who)


def recover(root: Path) -> None:
    """Finish what a kill interrupted; does nothing where there is no log yet."""
    if (root / "custody.head").exists():
        with writing(root) as log:
            _recover(root, log)


def made(change: Change, before: bytes | None) -> tuple[bytes, dict[str, Any]]:
    """The bytes of the file with the change in it, and what the log needs to take it back."""
    if change.kind == "text":
        return _text(change, before)
    if change.file == TEXT:
        raise UsageError(f"{TEXT}: is edited as text.")
    draft = Draft(change.file, before)
    told = {"cell": _cell, "add": _add, "remove": _remove, "column": _column, "rows": _rows}[change.kind](draft, change)
    return draft.bytes(), told


def _text(change: Change, before: bytes | None) -> tuple[bytes, dict[str, Any]]:
    if change.file != TEXT:
        raise UsageError(f"{change.file}: only {TEXT} is edited as text.")
    if change.old != version_of(before):
        raise ConflictError(change, (before or b"").decode("utf-8", "replace"))
    if "\0" in change.new:
        raise UsageError(f"{TEXT}: holds a NUL character.")
    return change.new.encode("utf-8"), {"was": (before or b"").decode("utf-8", "replace")}


def _cell(draft: Draft, change: Change) -> dict[str, Any]:
    checked(change.new)
    at = draft.find(change.key)
    if at is None:
        raise ConflictError(change, "no row of that id any more")
    if change.column not in draft.columns:
        draft.need([change.column])
    now = dict(zip(draft.columns, draft.cells[at], strict=False)).get(change.column, "")
    if now != change.old:
        raise ConflictError(change, now)
    draft.set(at, {change.column: change.new})
    return {}


def _add(draft: Draft, change: Change) -> dict[str, Any]:
    return _put(draft, change, change.key, None, _object(change.new, "new"))


def _remove(draft: Draft, change: Change) -> dict[str, Any]:
    return _put(draft, change, change.key, _object(change.old, "old"), None)


def _column(draft: Draft, change: Change) -> dict[str, Any]:
    if change.column in draft.columns:
        raise ConflictError(change, "a column of that name")
    draft.need([change.column])
    return {}


def _rows(draft: Draft, change: Change) -> dict[str, Any]:
    rows = _list(change.new)
    places = [_put(draft, change, row["key"], row["old"], row["new"])["at"] for row in rows]
    return {"at": places}


def _put(
    draft: Draft,
    change: Change,
    key: str,
    old: dict[str, str] | None,
    new: dict[str, str] | None,
    place: int | None = None,
) -> dict[str, Any]:
    """A row from what it was to what it is to be; None: there is none. Says where it stood."""
    at = draft.find(key) if key else None
    if old is None:
        if new is None or not any(v.strip() for v in new.values()):
            raise UsageError(f"{change.file}: a new row needs an id.")
        if at is not None:
            raise ConflictError(change, f"a row of the id {key}")
        draft.need(list(new))
        draft.add({k: checked(v) for k, v in new.items()}, place)
        return {"at": None}
    if at is None:
        raise ConflictError(change, "no row of that id any more")
    now = draft.row(at)
    if now != {k: v for k, v in old.items() if v}:
        raise ConflictError(change, json.dumps(now, ensure_ascii=False))
    if new is None:
        draft.remove(at)
    else:
        draft.need(list(new))
        draft.set(at, {name: checked(new.get(name, "")) for name in draft.columns})
    return {"at": at}


def _object(text: str, name: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}: write the row as an object of columns and texts.") from error
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise UsageError(f"{name}: write the row as an object of columns and texts.")
    return found


def _list(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError("rows: write a list of {key, old, new}.") from error
    if not isinstance(found, list) or not found:
        raise UsageError("rows: write a list of {key, old, new}.")
    for row in found:
        if not isinstance(row, dict) or set(row) != {"key", "old", "new"} or not isinstance(row["key"], str):
            raise UsageError("rows: write a list of {key, old, new}.")
        for side in ("old", "new"):
            if row[side] is not None:
                _object(json.dumps(row[side]), side)
    return found


def _as_data(change: Change) -> dict[str, str]:
    names = ("kind", "file", "key", "column", "old", "new")
    return {name: value for name in names if (value := getattr(change, name)) or name in {"kind", "file"}}


def _part(root: Path, file: str) -> Path:
    path = root / file
    return path.with_name(f".{path.name}.edit.part")


def _write(part: Path, data: bytes) -> None:
    part.parent.mkdir(exist_ok=True)
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    try:
        write_all(file, data)
        os.fsync(file)
    finally:
        os.close(file)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _recover(root: Path, log: Writer) -> None:
    parts = [*root.glob(".*.edit.part"), *root.glob("lists/.*.edit.part"), *root.glob("assessments/.*.edit.part")]
    last = next((line for line in reversed(log.lines) if line.act == ACT), None)
    void = {line.says.get("of") for line in log.lines if line.act == VOID}
    for part in parts:
        target = part.with_name(part.name.removeprefix(".").removesuffix(".edit.part"))
        file = target.relative_to(root).as_posix()
        fits = last is not None and last.n not in void and last.says["file"] == file
        if fits and last is not None and version_of(part.read_bytes()) == last.says["after"]:
            now = version_of(target.read_bytes() if target.exists() else None)
            if now == last.says["before"]:
                part.replace(target)
                sync_folder(target.parent)
                continue
            if now != last.says["after"]:
                log.append(
                    VOID,
                    of=last.n,
                    why="interrupted, and the file was changed by another program before it was taken up",
                )
        part.unlink()
