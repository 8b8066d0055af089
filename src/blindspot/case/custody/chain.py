"""custody.jsonl: an append-only log in which each line holds the SHA-256 of the line before.

A hash chain alone does not show that its last lines were cut off, and a kill can tear the last line. So the next line is
first written whole to custody.head (number, SHA-256, the line itself; replaced atomically, fsync) and only then appended
to the log (fsync). At rest head and log agree; after a kill the log is short by that one line, or by part of it, and the
next writer completes it. Anything else is damage, and no writer builds on damage.
"""

from __future__ import annotations

import errno
import fcntl
import getpass
import hashlib
import json
import os
import socket
import stat
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from blindspot.case.custody.model import Fault, Line
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOG, HEAD = "custody.jsonl", "custody.head"
NEEDED: dict[str, tuple[tuple[str, type], ...]] = {  # what an act must say for a verification to stand on it
    "ingest": (("file", str), ("sha256", str), ("bytes", int), ("name", str)),
    "anchor": (("file", str), ("line", int), ("digest", str)),
    "stamp": (("file", str), ("sha256", str)),
    "release": (("path", str), ("sums", str)),
    "edit": (("kind", str), ("file", str), ("before", str), ("after", str)),
    "edit-void": (("of", int), ("why", str)),
    "edit-outside": (("file", str),),
    "seal": (("file", str), ("reviewer", str), ("question", str), ("sha256", str)),
}
NOTHING = "0" * 64  # what the first line holds as the hash of the line before


class Writer:
    """The log of one case, held alone. Get one from `writing`."""

    def __init__(self, root: Path, lines: list[Line]) -> None:
        self.root = root
        self.lines = lines

    def append(self, act: str, **says: Any) -> Line:
        """Add one act; on return it is on the disk. Raises OSError where the disk does not take it, and adds nothing."""
        n = len(self.lines)
        previous = self.lines[-1].digest if self.lines else NOTHING
        when = datetime.now(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        entry = {"n": n, "previous": previous, "when": when, "tool": tool(), "act": act, **says}
        text = json.dumps(entry, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        line = Line(n, hashlib.sha256(text).hexdigest(), entry)
        log = self.root / LOG
        mode = stat.S_IMODE(log.stat().st_mode) if log.exists() else 0o644
        write_durably(self.root / HEAD, _head(line, text), mode)  # it holds a line of the log: as private as that
        _append(self.root / LOG, text)
        self.lines.append(line)
        return line


@contextmanager
def writing(root: Path, patience_s: float = 10.0) -> Iterator[Writer]:
    """Hold the log of a case alone; a line that a kill cut off is completed first.

    Raises UsageError where another process holds it for longer than `patience_s`, or where the log is damaged.
    """
    place = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(place, root, patience_s)
        mended = _mend(root)
        lines, faults = read_log(root)
        if faults:
            raise UsageError(
                f"{root / faults[0].path}: {faults[0].what}. Nothing was written. `blindspot verify {root}` names every fault; restore the log from a copy before going on."
            )
        writer = Writer(root, lines)
        if mended:
            writer.append(
                "mended", by=person(), note=f"completed the last line, of which {mended} bytes were not on disk"
            )
        yield writer
    finally:
        os.close(place)


@contextmanager
def at_rest(root: Path, patience_s: float = 2.0) -> Iterator[bool]:
    """Let nobody write to a case while its log and its files are held against each other; False where somebody writes for longer."""
    place = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        still = True
        try:
            _lock(place, root, patience_s, fcntl.LOCK_SH)
        except UsageError:
            still = False
        yield still
    finally:
        os.close(place)


def read_log(root: Path) -> tuple[list[Line], list[Fault]]:
    """The lines of the log that hold, and every fault of log and head."""
    raw, head = _bytes(root / LOG), _bytes(root / HEAD)
    if raw is None and head is None:
        return [], []
    lines: list[Line] = []
    faults: list[Fault] = []
    previous = NOTHING
    pieces = (raw or b"").split(b"\n")
    for n, piece in enumerate(pieces[:-1]):
        text = piece + b"\n"
        entry = _entry(piece)
        if entry is None:
            faults.append(Fault(LOG, f"line {n + 1} is not a line of this log: it was changed"))
            return lines, faults
        if entry["previous"] != previous or entry["n"] != n:
            faults.append(
                Fault(
                    LOG,
                    f"line {n + 1} does not follow line {n}: one of the two was changed, or lines were added, removed or moved",
                )
            )
            return lines, faults
        previous = hashlib.sha256(text).hexdigest()
        lines.append(Line(n, previous, entry))
    last = (pieces[-2] + b"\n") if lines else b""
    if pieces[-1]:
        faults.append(Fault(LOG, f"ends in the middle of line {len(pieces)}: it was cut, or a write was interrupted"))
    if head is None:
        faults.append(Fault(HEAD, "is missing; it holds the last line of the log"))
    elif raw is None:
        faults.append(Fault(LOG, "is missing"))
    elif not lines or head != _head(lines[-1], last):
        faults.append(
            Fault(
                LOG,
                f"holds {len(lines)} lines and does not end as {HEAD} says: lines were cut off, changed or added, or a write was interrupted (then the next ingest completes it)",
            )
        )
    return lines, faults


def person() -> str:
    """Who is at work: login and machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"uid {os.getuid()}"
    return f"{name}@{socket.gethostname()}"


def tool() -> str:
    """Name and version of this program."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"blindspot {version('blindspot')}"
    except PackageNotFoundError:
        return "blindspot (not installed)"


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace a file whole or not at all, and see it onto the disk."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        try:
            write_all(file, data)
            os.fsync(file)
        finally:
            os.close(file)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """See the names in a folder onto the disk."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def write_all(file: int, data: bytes | memoryview) -> None:
    """Write every byte; a single write may take fewer."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _lock(place: int, root: Path, patience_s: float, how: int = fcntl.LOCK_EX) -> None:
    try:
        fcntl.flock(place, how | fcntl.LOCK_NB)
    except BlockingIOError:
        # The system wakes who waits in turn; one who asks again and again can come too late every time.
        waiter = threading.Thread(target=_wait, args=(os.dup(place), how), daemon=True)
        waiter.start()
        waiter.join(patience_s)
    try:
        fcntl.flock(place, how | fcntl.LOCK_NB)  # it may be ours already: then this changes nothing
    except BlockingIOError as error:
        raise UsageError(
            f"{root}: another Blindspot is writing to this case. Nothing was changed; run the same command when it is done."
        ) from error


def _wait(place: int, how: int) -> None:
    try:
        fcntl.flock(place, how)  # belongs to the folder as it was opened, so also to the one who waits for this thread
    finally:
        os.close(place)


def _mend(root: Path) -> int:
    """Complete the line that the head holds and the log lacks; how many bytes it lacked."""
    for part in root.glob(f".{HEAD}.*.part"):
        part.unlink()  # the case is held alone: whoever was writing this is dead
    head, raw = _bytes(root / HEAD), _bytes(root / LOG) or b""
    if head is None:
        return 0
    text = head.partition(b"\n")[2]
    entry = _entry(text.removesuffix(b"\n"))
    if entry is None or head != _head(Line(entry["n"], hashlib.sha256(text).hexdigest(), entry), text):
        return 0  # damage, not an interruption: read_log will say so
    whole = raw[: raw.rfind(b"\n") + 1]
    torn = raw[len(whole) :]
    previous = hashlib.sha256(whole[whole[:-1].rfind(b"\n") + 1 :]).hexdigest() if whole else NOTHING
    if entry["previous"] != previous or entry["n"] != whole.count(b"\n") or not text.startswith(torn):
        return 0
    _append(root / LOG, text[len(torn) :])
    return len(text) - len(torn)


def _append(path: Path, data: bytes) -> None:
    fresh = not path.exists()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        write_all(file, data)
        os.fsync(file)
    finally:
        os.close(file)
    if fresh:
        sync_folder(path.parent)


def _head(line: Line, text: bytes) -> bytes:
    return f"{line.n} {line.digest}\n".encode() + text


def _entry(piece: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(piece)
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("act"), str):
        return None
    if not isinstance(found.get("n"), int) or not isinstance(found.get("previous"), str):
        return None
    if not all(isinstance(found.get(key), kind) for key, kind in NEEDED.get(found["act"], ())):
        return None
    # One way of writing only, so that no byte can change without changing what is read.
    return found if json.dumps(found, ensure_ascii=True, separators=(",", ":")).encode() == piece else None


def _bytes(path: Path) -> bytes | None:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UsageError(
                f"{path}: is a symbolic link; the custody log must be a file of the case itself."
            ) from error
        raise
    with os.fdopen(file, "rb") as opened:
        return opened.read()
