"""`ingest`: files into evidence/, read-only, named by their SHA-256, read back, and recorded.

A file is copied to a part that only the holder of the case can have, hashed while it is read, synced, read back from the
disk and hashed again, and only then given its name; its line in the log follows. A kill leaves at worst a part (the next
ingest removes it) or a copy without a line (`verify` names it, and the next ingest of the same file records it).
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from blindspot.case.custody.chain import person, sync_folder, write_all, writing
from blindspot.case.custody.model import Taken
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from blindspot.case.custody.chain import Writer

EVIDENCE = "evidence"
_PIECE = 4 << 20  # bytes read at a time: two such pieces are held, however large the file


def ingest(
    case: str | Path,
    files: Iterable[str | Path],
    *,
    by: str = "",
    source: str = "",
    note: str = "",
    derived_from: Iterable[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[Taken]:
    """Take files into the evidence of a case.

    `by`: who brings them (default: login and machine); `source`: where they were obtained, such as a URL; `derived_from`: the
    SHA-256 of evidence that they were made from.
    Raises UsageError, before anything is copied, where a file is not an ordinary readable file; and where the disk is
    full or the file changes while it is read. What was taken before that stays.
    """
    root = Path(case)
    paths = [Path(file) for file in files]
    if not root.is_dir():
        raise UsageError(f"{root}: there is no such folder. `blindspot new NAME` makes one.")
    if not (root / "case.toml").is_file():
        raise UsageError(f"{root}: is not a case folder (it has no case.toml).")
    for path in paths:
        os.close(_open(path))
    _evidence_folder(root)
    taken = []
    with writing(root) as log:
        held = {str(line.says["sha256"]) for line in log.lines if line.act == "ingest"}
        used = sorted(set(derived_from))
        for digest in used:
            if digest not in held:
                raise UsageError(f"{digest}: is not the SHA-256 of evidence of this case. Nothing was taken in.")
        for part in (root / EVIDENCE).glob(".*.part"):
            part.unlink()
        total, before = sum(path.stat().st_size for path in paths) >> 20, 0
        for path in paths:

            def told(size: int, words: str = f"taking in {path.name}", before: int = before) -> None:
                progress(f"{words} ({(before + size) >> 20} of {total} MB)")

            told(0)
            taken.append(_take(log, path, by or person(), source, note, used, told))
            before += taken[-1].bytes
    return taken


def _take(
    log: Writer, path: Path, by: str, source: str, note: str, used: list[str], told: Callable[[int], None]
) -> Taken:
    folder = log.root / EVIDENCE
    part = folder / f".{os.getpid()}.part"
    try:
        digest, size = _copy(path, part, told)
        target = folder / digest
        known = target.exists()
        if known:
            _must_hold(target, digest, log.root)
            part.unlink()
        else:
            part.rename(target)
            sync_folder(folder)
        try:
            log.append(
                "ingest",
                by=by,
                file=f"{EVIDENCE}/{digest}",
                sha256=digest,
                bytes=size,
                name=os.fsencode(path.name).decode("utf-8", "backslashreplace"),
                path=os.fsencode(path.absolute()).decode("utf-8", "backslashreplace"),
                source=source,
                note=note,
                known=known,
                **(
                    {"used": {f"{EVIDENCE}/{u}": u for u in used}, "made": {f"{EVIDENCE}/{digest}": digest}}
                    if used
                    else {}
                ),
            )
        except OSError:
            if not known:
                target.unlink(missing_ok=True)
            raise
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise UsageError(
                f"{path}: the disk of {log.root} is full; this file was not taken in and nothing else was lost. Make room and run the same command again."
            ) from error
        raise
    except UsageError:
        part.unlink(missing_ok=True)
        raise
    return Taken(digest, size, path.name, known)


def _must_hold(target: Path, digest: str, root: Path) -> None:
    if target.is_symlink() or not target.is_file() or _digest(target) != digest:
        raise UsageError(
            f"{target}: does not hold what its name says; it was changed after it was taken in. Nothing was written. `blindspot verify {root}` names every fault."
        )


def _copy(path: Path, part: Path, told: Callable[[int], None]) -> tuple[str, int]:
    """Copy and hash in one reading; sync; read back and hash again. Returns SHA-256 and size."""
    source = _open(path)
    try:
        before = os.fstat(source)
        target = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o444)
        try:
            first = hashlib.sha256()
            size = 0
            with ThreadPoolExecutor(1) as writer:
                pending = None
                buffers = [bytearray(_PIECE), bytearray(_PIECE)]
                turn = 0
                while read := os.readv(source, [buffers[turn]]):
                    piece = memoryview(buffers[turn])[:read]
                    if pending is not None:
                        pending.result()
                    pending = writer.submit(_write, target, piece, size)
                    first.update(piece)
                    size += read
                    told(size)
                    turn = 1 - turn  # the other piece is on the disk by now
                if pending is not None:
                    pending.result()
            after = os.fstat(source)
            if size != after.st_size or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise UsageError(
                    f"{path}: changed while it was read; nothing was taken in. Run the same command when it is at rest."
                )
            os.fsync(target)
            os.posix_fadvise(target, 0, 0, os.POSIX_FADV_DONTNEED)  # so that it is the disk that is read back
            os.lseek(target, 0, os.SEEK_SET)
            second = _hash(target)
        finally:
            os.close(target)
    finally:
        os.close(source)
    if second != first.hexdigest():
        raise UsageError(
            f"{path}: the copy reads back differently from what was written; the disk is not to be trusted. Nothing was taken in."
        )
    return second, size


def _write(target: int, piece: memoryview, at: int) -> None:
    write_all(target, piece)
    os.posix_fadvise(target, 0, at, os.POSIX_FADV_DONTNEED)  # begins to write out, and keeps the memory flat


def _hash(file: int) -> str:
    digest = hashlib.sha256()
    buffer = bytearray(_PIECE)
    while read := os.readv(file, [buffer]):
        digest.update(memoryview(buffer)[:read])
    return digest.hexdigest()


def _digest(path: Path) -> str:
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        return _hash(file)
    finally:
        os.close(file)


def _open(path: Path) -> int:
    """Open an ordinary file for reading; anything else is refused in words."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        why = {
            errno.ENOENT: "there is no such file",
            errno.ELOOP: "is a symbolic link; give the file that it points to",
            errno.EACCES: "may not be read by this user",
            errno.ENXIO: "is not an ordinary file",
        }.get(error.errno or 0)
        if why is None:
            raise
        raise UsageError(f"{path}: {why}. Nothing was taken in.") from error
    mode = os.fstat(file).st_mode
    if not stat.S_ISREG(mode):
        os.close(file)
        what = (
            "is a folder; name the files in it" if stat.S_ISDIR(mode) else "is a device or a pipe, not an ordinary file"
        )
        raise UsageError(f"{path}: {what}. Nothing was taken in.")
    return file


def _evidence_folder(root: Path) -> None:
    folder = root / EVIDENCE
    if folder.is_symlink():
        raise UsageError(
            f"{folder}: is a symbolic link out of the case. Nothing was taken in; make it a folder of the case."
        )
    folder.mkdir(exist_ok=True)
