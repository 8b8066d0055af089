"""One change onto the disk and into the log, or neither; and what a kill left half-done, finished.

    new bytes beside the file (fsync) -> line of custody.jsonl (fsync) -> exchanged with the file (fsync of the folder)

The bytes beside the file are the journal. Where they fit the last line of the log and the file is still the one before, the exchange
is made up for; where the file was changed by somebody else meanwhile, the log says that the change did not come about. How a
program that knows no lock and saves in that moment keeps what it wrote: `swap`.
"""

from __future__ import annotations

import json
import os
import stat
import time
from typing import TYPE_CHECKING, Any

from blindspot.case.custody.chain import sync_folder, write_all, writing
from blindspot.case.editing.model import KINDS, Applied, Change, ConflictError
from blindspot.case.editing.sheet import EXPECT, LEAD, TEXT, Draft, checked, kind_of, may_edit, read_bytes, version_of
from blindspot.case.editing.swap import aside_of, held, kept_of, part_of, put, watched
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from blindspot.case.custody.chain import Writer
    from blindspot.case.custody.model import Line

ACT, VOID, OUTSIDE = "edit", "edit-void", "edit-outside"
TRIES = 10  # a file that another program keeps writing is given up


def apply(root: Path, change: Change, who: str, **says: Any) -> Applied:
    """Carry out a change. `says`: more for the log line.

    Raises ConflictError where what the author saw no longer stands there, UsageError where the change cannot be one; then nothing
    is written.
    """
    if change.kind not in KINDS:
        raise UsageError(f"{change.kind or 'no kind'}: a change is one of {', '.join(KINDS)}.")
    kind_of(change.file)
    proper(change)
    with writing(root) as log:
        recovered(root, log)
        return commit(root, log, change, who, **says)


def commit(root: Path, log: Writer, change: Change, who: str, *, at: Sequence[int | None] = (), **says: Any) -> Applied:
    """`apply` for one who holds the log already. `at`: where the rows that are put back stood."""
    for _ in range(TRIES):
        done = _attempt(root, log, change, who, at, says)
        if done is not None:
            return done
        time.sleep(0.001)  # who waits to write has the file now; right after a save is the longest rest
    raise UsageError(f"{change.file}: another program is writing it again and again; nothing was written.")


def _attempt(
    root: Path, log: Writer, change: Change, who: str, at: Sequence[int | None], says: Mapping[str, Any]
) -> Applied | None:
    """One go; None where another program wrote to the file meanwhile."""
    target = root / change.file
    _clear(root, log, target)
    with watched(target) as waiting:
        before = read_bytes(root, change.file)
        after, told = made(change, before, at)
        if after == before:
            raise UsageError(f"{change.file}: that changes nothing.")
        _write(after, target)
        if waiting() or read_bytes(root, change.file) != before:
            part_of(target).unlink()
            return None
        versions = {"before": version_of(before), "after": version_of(after)}
        line = log.append(ACT, who=who, **_as_data(change), **told, **versions, **says)
        if not put(target, before, waiting):
            log.append(VOID, of=line.n, why="the file was changed by another program at that moment")
            _clear(root, log, target)  # only now: until the log says void, a killed writer's successor needs it
            return None
        sync_folder(target.parent)
        return Applied(line.n, change, versions["after"], line.n + 1)


def accept_rows(root: Path, file: str, rows: Sequence[Mapping[str, str]], who: str) -> Applied:
    """Several new rows as one change. Raises ConflictError where an id is there already."""
    new = [{"key": row.get("id", ""), "old": None, "new": dict(row)} for row in rows]
    return apply(root, Change("rows", file, new=json.dumps(new, ensure_ascii=False)), who)


def recover(root: Path) -> None:
    """Finish what a kill interrupted; does nothing where nothing is left of a change."""
    if touched(root):
        with writing(root) as log:
            recovered(root, log)


def proper(change: Change) -> None:
    """Whether this is text that a person may write. Raises UsageError; taking back is not asked, it restores what there was."""
    if change.kind == "cell":
        checked(change.new)
    elif change.kind == "add":
        for text in _object(change.new, "new").values():
            checked(text)
    elif change.kind == "rows":
        for row in _list(change.new):
            for name, text in (row["new"] or {}).items():
                if text != (row["old"] or {}).get(name):
                    checked(text)
    elif change.kind == "text":
        try:
            change.new.encode("utf-8")
        except UnicodeEncodeError as error:
            raise UsageError(f"{TEXT}: has half of a character in it.") from error
        if "\0" in change.new:
            raise UsageError(f"{TEXT}: holds a NUL character.")


def made(change: Change, before: bytes | None, at: Sequence[int | None] = ()) -> tuple[bytes, dict[str, Any]]:
    """The bytes of the file with the change in it, and what the log needs to take it back."""
    if change.kind == "text":
        return _text(change, before)
    if change.file == TEXT:
        raise UsageError(f"{TEXT}: is edited as text.")
    draft = Draft(change.file, before)
    if change.kind in {"cell", "column"}:
        told = (_cell if change.kind == "cell" else _column)(draft, change)
    elif change.kind == "rows":
        rows = _list(change.new)
        places = at or [None] * len(rows)
        told = {"at": [_put(draft, change, row, place) for row, place in zip(rows, places, strict=True)]}
    else:
        old, new = (None if change.kind == "add" else change.old), (None if change.kind == "remove" else change.new)
        row = {"key": change.key, "old": old and _object(old, "old"), "new": new and _object(new, "new")}
        told = {"at": _put(draft, change, row, *at)}
    return draft.bytes(), told


def _text(change: Change, before: bytes | None) -> tuple[bytes, dict[str, Any]]:
    if change.file != TEXT:
        raise UsageError(f"{change.file}: only {TEXT} is edited as text.")
    try:
        was = (before or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{TEXT}: is not UTF-8; save it with encoding UTF-8 first.") from error
    if change.old != version_of(before):
        raise ConflictError(change, was)
    return change.new.encode("utf-8"), {"was": was}


def _cell(draft: Draft, change: Change) -> dict[str, Any]:
    at = _found(draft, change, change.key)
    draft.need([change.column])
    now = dict(zip(draft.columns, draft.cells[at], strict=False)).get(change.column, "")
    if now != change.old:
        raise ConflictError(change, now)
    draft.set(at, {change.column: change.new})
    key = draft.keys().get(at)
    if key is None:
        raise UsageError(f"{change.file}: that would leave the row empty; remove the row.")
    return {} if key == change.key else {"became": key}  # what the row is called from now on


def _found(draft: Draft, change: Change, key: str) -> int:
    if key.startswith("#") and change.version not in {"", draft.version}:
        raise UsageError(
            f"{change.file}: has been changed meanwhile, and the row {key} is known by its line only. Nothing was written; look at the file again, and give the row an id of its own."
        )
    at = draft.find(key)
    if at is None:
        raise ConflictError(change, "no row of that id any more")
    return at


def _column(draft: Draft, change: Change) -> dict[str, Any]:
    if change.old:  # there was a column: take it out
        if not draft.drop(change.column):
            raise ConflictError(change, "a column in which something is written, or that is not the last")
        return {}
    if change.column in draft.columns:
        raise ConflictError(change, "a column of that name")
    draft.need([change.column])
    return {}


def _put(draft: Draft, change: Change, row: Mapping[str, Any], place: int | None = None) -> int | None:
    """A row from what it was to what it is to be; None: there is none. Returns where it stood before."""
    key, old, new = row["key"], row["old"], row["new"]
    if draft.file == EXPECT and LEAD[0] not in draft.columns:  # expectations by hypothesis alone
        key = key.rpartition("/")[2]
        old, new = ({k: v for k, v in side.items() if k != LEAD[0]} if side else side for side in (old, new))
    if old is None:
        _new(draft, change, key, new or {}, place)
        return None
    at = _found(draft, change, key)
    if len(draft.cells[at]) > len(draft.columns):
        raise UsageError(
            f"{change.file}: the row {key} has more cells than the header; mend it in a spreadsheet first."
        )
    now = draft.row(at)
    if now != {k: v for k, v in old.items() if v}:
        raise ConflictError(change, json.dumps(now, ensure_ascii=False))
    if new is None:
        draft.remove(at)
    else:
        draft.need(list(new))
        draft.set(at, {name: new.get(name, "") for name in draft.columns})
    return at


def _new(draft: Draft, change: Change, key: str, new: Mapping[str, str], place: int | None) -> None:
    if not key.startswith("#") and draft.find(key) is not None:
        raise ConflictError(change, f"a row of the id {key}")
    draft.need(list(new))
    own = draft.key_of([new.get(name, "") for name in draft.columns])
    if place is None and (not key or own != key):  # a row that is put back may have had no id
        raise UsageError(f"{change.file}: a new row needs an id, and that as its key; this has {own!r} and {key!r}.")
    draft.add(new, place)


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


def touched(root: Path) -> list[Path]:
    """The files of a case beside which a change has left something: new bytes, or the file that it replaced."""
    folders = [folder for folder in (root, root / "lists", root / "assessments") if not folder.is_symlink()]
    found = {path for folder in folders for path in folder.glob(".*.edit.*")}
    names = {path.with_name(path.name.removeprefix(".").rpartition(".edit.")[0]) for path in found}
    return sorted(path for path in names if found & {part_of(path), kept_of(path)} and may_edit(_name(root, path)))


def beside(root: Path) -> list[Path]:
    """The files themselves that changes have left beside others, for one who watches whether they change."""
    return [path for target in touched(root) for path in (part_of(target), kept_of(target)) if path.exists()]


def unfinished(root: Path, lines: Sequence[Line], target: Path) -> bool:
    """Whether a change of this file was interrupted."""
    waits = _waiting(root, lines, target)
    return part_of(target).exists() or (waits is not None and _version(kept_of(target)) == waits.says["after"])


def written_outside(root: Path, lines: Sequence[Line], target: Path, kept: Path) -> bool:
    """Whether another program has written to a file that was replaced, so that its bytes are nowhere else."""
    edits = [line.says for line in lines if line.act == ACT and line.says["file"] == _name(root, target)]
    states = {says[at] for says in edits for at in ("before", "after")}
    return _version(kept) not in {"", _version(target), *states}


def _waiting(root: Path, lines: Sequence[Line], target: Path) -> Line | None:
    """The last line of the log, if it is of a change of this file that the file does not show."""
    last = next((line for line in reversed(lines) if line.act in {ACT, VOID}), None)
    if last is None or last.act == VOID or last.says["file"] != _name(root, target):
        return None
    return None if _version(target) == last.says["after"] else last


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _version(path: Path) -> str:
    return version_of(path.read_bytes() if path.is_file() else None)


def _as_data(change: Change) -> dict[str, str]:
    names = ("kind", "file", "key", "column", "old", "new")
    return {name: value for name in names if (value := getattr(change, name)) or name in {"kind", "file"}}


def _write(data: bytes, target: Path) -> None:
    """The new bytes beside the file, as private as that, seen onto the disk with their name."""
    part = part_of(target)
    part.parent.mkdir(exist_ok=True)
    part.unlink(missing_ok=True)
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        os.fchmod(file, stat.S_IMODE((target if target.exists() else target.parent).stat().st_mode) & 0o666)
        write_all(file, data)
        os.fsync(file)
    finally:
        os.close(file)
    sync_folder(part.parent)


def recovered(root: Path, log: Writer) -> None:
    """`recover` for one who holds the log already."""
    for target in touched(root):
        if (line := _waiting(root, log.lines, target)) is not None and not _made_up(root, line, target):
            log.append(
                VOID,
                of=line.n,
                why="interrupted, and the file was changed by another program before it was taken up",
            )
        _clear(root, log, target)


def _made_up(root: Path, line: Line, target: Path) -> bool:
    """Whether the new bytes that a line of the log names have taken the place of the file after all."""
    part, kept, after = part_of(target), kept_of(target), line.says["after"]
    if _version(kept) == after:
        kept.replace(part)
    if _version(part) != after:
        return True  # not interrupted: somebody has changed the file since
    with watched(target) as waiting:
        now = read_bytes(root, _name(root, target))
        made_up = version_of(now) == line.says["before"] and put(target, now, waiting)
        sync_folder(target.parent)
    return made_up


def _clear(root: Path, log: Writer, target: Path) -> None:
    """Take away what is worth nothing; what another program wrote, or may still write, to the file that was replaced stays."""
    part_of(target).unlink(missing_ok=True)
    kept = kept_of(target)
    if written_outside(root, log.lines, target, kept) or held(kept):
        line = log.append(OUTSIDE, file=_name(root, target), why="another program wrote to it while it was replaced")
        kept.replace(aside_of(target, line.n + 1))
