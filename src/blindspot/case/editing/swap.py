"""How do new bytes take the place of a file without wiping out what another program saves in that very moment?

Other programs know no lock of ours. Two means of Linux help where the file system has them, and are done without elsewhere. A lease
makes whoever opens a file for writing wait until we are done, is refused while a save is under way, and tells that somebody waits
(`watched`). Two names can be swapped in one step, so that what stood there is still in hand, is looked at, and goes back if it is
not what was read or somebody waits to write to it (`put`). Reference: fcntl(2), F_SETLEASE; renameat2(2), RENAME_EXCHANGE.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_S = 0.3  # a save takes milliseconds; a spreadsheet may hold a file open for hours, and is not waited for
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.EOPNOTSUPP}


@contextmanager
def watched(path: Path) -> Iterator[Callable[[], bool]]:
    """Let others who would write to a file wait, after any save that is under way. Yields the question whether somebody waits."""
    file = _leased(path, os.O_RDONLY, fcntl.F_RDLCK, PATIENCE_S)
    try:
        yield lambda: file is not None and fcntl.fcntl(file, fcntl.F_GETLEASE) != fcntl.F_RDLCK
    finally:
        if file is not None:
            os.close(file)  # and with it the lease


def put(part: Path, target: Path, before: bytes | None, waiting: Callable[[], bool]) -> bool:
    """Put `part` in the place of `target` if that still holds `before` (None: there is none) and nobody waits to write to it.

    Returns False where that is not so; then what the other program wrote stands, and `part` is worth nothing.
    """
    if before is None:
        return _put_new(part, target)
    ours = _leased(part, os.O_RDWR, fcntl.F_WRLCK, 0)  # nobody sees or writes ours until it stays
    mine = part.stat().st_ino
    try:
        swapped = exchanged(part, target)
        if not swapped:
            if target.read_bytes() != before:
                return False
            part.replace(target)
            return True
        if not waiting() and part.read_bytes() == before:
            part.unlink()
            return True
        exchanged(part, target)
        if part.stat().st_ino != mine:  # another file was put over ours meanwhile: that is the latest
            exchanged(part, target)
    except FileNotFoundError:  # it was taken away
        return False
    finally:
        if ours is not None:
            os.close(ours)
    return False


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


def _leased(path: Path, way: int, lease: int, patience_s: float) -> int | None:
    """An open file with a lease on it; None where it cannot be had."""
    end = time.monotonic() + patience_s
    while True:
        try:
            file = os.open(path, way | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:  # absent, a link, not ours to read: who reads it next says so
            return None
        try:
            fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)  # which is ignored; the usual signal would end the process
            fcntl.fcntl(file, fcntl.F_SETLEASE, lease)
        except OSError as error:
            os.close(file)
            if error.errno != errno.EAGAIN or time.monotonic() > end:
                return None
        else:
            return file
        time.sleep(0.002)


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
