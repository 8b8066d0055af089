"""How do new bytes take the place of a file without wiping out what another program saves in that very moment?

Other programs know no lock of ours. Two means of Linux help where the file system has them, and are done without elsewhere:
a lease is refused while anybody has the file open for writing, so a save that is under way is waited for; and two names can be
swapped in one step (renameat2, RENAME_EXCHANGE), so that what stood there is still in hand, is looked at, and goes back where it
is not what was read. Reference: fcntl(2), F_SETLEASE; rename(2).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 0.3  # a save takes milliseconds; a spreadsheet may hold a file open for hours, and is not waited for
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.EOPNOTSUPP}


def at_rest(path: Path) -> bool:
    """Wait until no other program has a file open for writing; False where one keeps it open."""
    end = time.monotonic() + PATIENCE_S
    while _written_to(path):
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


def put(part: Path, target: Path, before: bytes | None, after: bytes, *, alone: bool = True) -> bool:
    """Put `part`, which holds `after`, in the place of `target` if that still holds `before` (None: there is none).

    `alone`: nobody had it open for writing when it was read, so somebody who has now is saving. Returns False where it was
    changed; then what the other program wrote stands, and `part` is worth nothing.
    """
    if before is None:
        return _put_new(part, target)
    try:
        swapped = _swap(part, target)
    except FileNotFoundError:
        return False
    if not swapped:
        if target.read_bytes() != before:
            return False
        part.replace(target)
        return True
    if not (alone and _written_to(part)) and part.read_bytes() == before:
        part.unlink()
        return True
    _swap(part, target)
    if part.read_bytes() != after:  # saved over ours meanwhile: that is the latest
        _swap(part, target)
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


def _written_to(path: Path) -> bool:
    """Whether another program has the file open for writing; False where that cannot be told."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # absent, a link, not ours to read: who reads it next says so
        return False
    try:
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)  # which is ignored; the usual signal would end the process
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    else:
        return False
    finally:
        os.close(file)  # and with it the lease


def _swap(one: Path, other: Path) -> bool:
    """Two names exchange their files in one step; False where the system has no such step."""
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
