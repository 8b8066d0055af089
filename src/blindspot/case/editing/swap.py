"""How do new bytes take the place of a file without wiping out what another program saves in that very moment?

Other programs know no lock of ours. Three means, each done without where the system lacks it. A lease makes whoever opens a file for
writing wait until we are done, is refused while a save is under way, and tells that somebody waits (`watched`). Two names are
exchanged in one step, so that what stood there is in hand, is looked at, and goes back if it is not what was read (`put`). And the
file that was replaced is kept under a name of its own until the next change: what a program writes that held it open is found there.
Reference: fcntl(2), F_SETLEASE; renameat2(2), RENAME_EXCHANGE; both Linux.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_S = 0.3  # a save takes milliseconds; a spreadsheet may hold a file open for hours, and is not waited for
REST_S = 0.02  # without a lease: a file that was written this lately may be in the middle of a save
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.EOPNOTSUPP}


def part_of(target: Path) -> Path:
    """Where the new bytes of a file lie until they take its place."""
    return target.with_name(f".{target.name}.edit.part")


def kept_of(target: Path) -> Path:
    """Where the file lies that was replaced last."""
    return target.with_name(f".{target.name}.edit.before")


def aside_of(target: Path, line: int) -> Path:
    """Where a file stays that another program had open when it was replaced; `line` of the log says so."""
    return target.with_name(f"{target.name}.outside-{line}")


@contextmanager
def watched(path: Path) -> Iterator[Callable[[], bool]]:
    """Let others who would write to a file wait, after any save that is under way. Yields the question whether somebody waits."""
    file, end = None, time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with suppress(BlockingIOError):
            file = _lease(path, os.O_RDONLY, fcntl.F_RDLCK)
            break
        time.sleep(0.002)
    if file is None:
        _rested(path)
    try:
        yield lambda: file is not None and fcntl.fcntl(file, fcntl.F_GETLEASE) != fcntl.F_RDLCK
    finally:
        if file is not None:
            os.close(file)  # and with it the lease


def put(target: Path, before: bytes | None, waiting: Callable[[], bool]) -> bool:
    """Put the part of `target` in its place if that still holds `before` (None: there is none) and nobody waits to write to it.

    Returns False where that is not so; then what the other program wrote stands, and part and kept file are to be cleared.
    """
    part, kept = part_of(target), kept_of(target)
    if before is None:
        return _put_new(part, target)
    ours = _lease(part, os.O_RDWR, fcntl.F_WRLCK)  # nobody sees or writes ours until it stays
    mine = part.stat().st_ino
    try:
        part.replace(kept)
        swapped = exchanged(kept, target)
        if not swapped:
            kept.replace(part)
            _link(target, kept)
            if target.read_bytes() != before:
                return False
            part.replace(target)
        if not kept.exists() or (not waiting() and kept.read_bytes() == before):
            return True
        if not swapped:
            kept.replace(target)
        elif exchanged(kept, target) and kept.stat().st_ino != mine:
            exchanged(kept, target)  # another file was put over ours meanwhile: that is the latest
    except FileNotFoundError:  # it was taken away
        return False
    finally:
        if ours is not None:
            os.close(ours)
    return False


def held(path: Path) -> bool:
    """Whether another program has a file open for writing; False where that cannot be told."""
    try:
        file = _lease(path, os.O_RDONLY, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    if file is not None:
        os.close(file)
    return False


def exchanged(one: Path, other: Path) -> bool:
    """Whether two names could exchange their files, or folders, in one step; False where the system has no such step."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    if call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    found = ctypes.get_errno()
    if found in _CANNOT:
        return False
    raise OSError(found, os.strerror(found), str(other))


def _put_new(part: Path, target: Path) -> bool:
    try:
        os.link(part, target)  # refuses where there is a file by now
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        if target.exists():
            return False
        part.replace(target)
        return True
    part.unlink()
    return True


def _link(target: Path, kept: Path) -> None:
    """A second name for a file, where the file system has such; it outlasts the replacing."""
    kept.unlink(missing_ok=True)
    try:
        os.link(target, kept, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise


def _lease(path: Path, way: int, lease: int) -> int | None:
    """An open file with a lease on it; None where it cannot be had. Raises BlockingIOError where another program is in the way."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        file = os.open(path, way | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # absent, a link, not ours to read: who reads it next says so
        return None
    try:
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)  # which is ignored; the usual signal would end the process
        fcntl.fcntl(file, fcntl.F_SETLEASE, lease)
    except OSError as error:
        os.close(file)
        if error.errno == errno.EAGAIN:
            raise
        return None
    return file


def _rested(path: Path) -> None:
    """Wait until a file has not been written for a moment and holds something, but not for long."""
    end = time.monotonic() + PATIENCE_S
    with suppress(FileNotFoundError):
        while time.monotonic() < end:
            found = path.stat()
            if found.st_size and not 0 <= time.time() - found.st_mtime < REST_S:
                return
            time.sleep(0.005)
