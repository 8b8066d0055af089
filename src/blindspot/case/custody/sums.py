"""Lists of SHA-256 in the form that `sha256sum -c` reads, and what differs from them."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

from blindspot.case.custody.model import Fault
from blindspot.case.store import file_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_LINE = re.compile(r"([0-9a-f]{64})  (\S(?:.*\S)?)")


def walk(root: Path) -> tuple[list[str], list[Fault]]:
    """Every ordinary file below a folder, relative and sorted; links and devices are faults."""
    found: list[str] = []
    faults: list[Fault] = []
    folders = [root]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            mode = path.lstat().st_mode
            name = path.relative_to(root).as_posix()
            if stat.S_ISDIR(mode):
                folders.append(path)
            elif stat.S_ISREG(mode):
                found.append(name)
            else:
                faults.append(Fault(name, "is a symbolic link or a device, not an ordinary file"))
    return sorted(found), faults


def hashes(root: Path, names: Iterable[str], progress: Callable[[str], None] = lambda _: None) -> dict[str, str]:
    """SHA-256 by name, two files at a time. `progress` is told how many megabytes have been read."""
    names = list(names)
    total, read, lock = sum((root / name).stat().st_size for name in names) >> 20, [0], Lock()

    def told(size: int) -> None:
        with lock:
            read[0] += size
            progress(f"read {read[0] >> 20} of {total} MB")

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(lambda name: file_hash(root / name, told), names), strict=True))


def write_sums(digests: dict[str, str]) -> bytes:
    """The list as `sha256sum -c` reads it, sorted by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def read_sums(name: str, raw: bytes) -> tuple[dict[str, str], list[Fault]]:
    """Digest by file name; every line that is not in the one form that `write_sums` writes is a fault."""
    listed: dict[str, str] = {}
    faults: list[Fault] = []
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return {}, [Fault(name, "is not UTF-8: it was changed")]
    for n, line in enumerate(text.split("\n")[:-1], 1):
        found = _LINE.fullmatch(line)
        if found is None or found[2].startswith("/") or ".." in found[2].split("/"):
            faults.append(Fault(name, f"line {n} is not a SHA-256 and the name of a file in this folder"))
        elif found[2] in listed:
            faults.append(Fault(name, f"line {n} names {found[2]} a second time"))
        else:
            listed[found[2]] = found[1]
    if not faults and write_sums(listed) != raw:
        faults.append(Fault(name, "its lines were moved, or its end was cut or changed"))
    return listed, faults


def compare(
    root: Path, listed: dict[str, str], present: Iterable[str], progress: Callable[[str], None] = lambda _: None
) -> tuple[int, list[Fault]]:
    """How many files were read, and what is missing, added or changed against a list."""
    present = set(present)
    faults = [Fault(name, "is missing") for name in listed.keys() - present]
    faults += [Fault(name, "was added: no list names it") for name in present - listed.keys()]
    found = hashes(root, sorted(listed.keys() & present), progress)
    faults += [
        Fault(name, f"was changed: its SHA-256 is {digest[:16]}…, recorded is {listed[name][:16]}…")
        for name, digest in found.items()
        if digest != listed[name]
    ]
    return len(found), faults
