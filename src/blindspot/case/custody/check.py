"""`verify`: is every byte as it was recorded? For a case, for a released copy, and for a BagIt package.

Every file is read whole; remembered hashes are not used.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from blindspot.case.custody.bag import check_bag, is_bag
from blindspot.case.custody.chain import HEAD, LOG, at_rest, read_log
from blindspot.case.custody.intake import EVIDENCE
from blindspot.case.custody.model import Fault, Line, Verified
from blindspot.case.custody.stamps import STAMPS, check_stamps
from blindspot.case.custody.sums import compare, read_sums, walk
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

SUMS, RELEASE = "SHA256SUMS", "release.json"
_LATER = re.compile(r"(SHA256SUMS\.(minisig|tsr|tst|tsq)|ca\.pem|(made|out|evidence|stamps)/.*|custody\.(jsonl|head))")


def verify(path: str | Path, progress: Callable[[str], None] = lambda _: None) -> Verified:
    """What differs from what was recorded, below `path`: a case, a released copy or a bag.

    Raises UsageError where there is nothing of the kind.
    """
    root = Path(path)
    if not root.is_dir():
        raise UsageError(f"{root}: there is no such folder. Give a case, a released copy or a BagIt package.")
    if is_bag(root):
        checked, faults = check_bag(root, progress)
        return Verified("bag", checked, tuple(sorted(faults)))
    if (root / SUMS).exists() or (root / RELEASE).exists():
        checked, faults = _release(root, progress)
        if (root / LOG).exists() or (root / HEAD).exists() or (root / EVIDENCE).exists():
            more, further, _ = _case(root, progress)
            checked, faults = checked + more, faults + further
        return Verified("release", checked, tuple(sorted(set(faults))), _later(root))
    if not any((root / name).exists() for name in ("case.toml", LOG, HEAD, EVIDENCE)):
        raise UsageError(
            f"{root}: is neither a case, nor a released copy, nor a BagIt package: there is nothing to verify."
        )
    checked, faults, remarks = _case(root, progress)
    return Verified("case", checked, tuple(sorted(set(faults))), remarks)


def recorded(lines: list[Line]) -> dict[str, str]:
    """The SHA-256 of every file of evidence by its name in the case."""
    return {str(line.says["file"]): str(line.says["sha256"]) for line in lines if line.act == "ingest"}


def _case(root: Path, progress: Callable[[str], None]) -> tuple[int, list[Fault], tuple[str, ...]]:
    with at_rest(root) as still:
        lines, faults = read_log(root)
        edits, remarks = _edits(root, lines)
    faults += edits[1]
    listed = recorded(lines)
    present: list[str] = []
    if (root / EVIDENCE).is_symlink():
        faults.append(Fault(EVIDENCE, "is a symbolic link out of the case"))
    elif (root / EVIDENCE).is_dir():
        found, odd = walk(root / EVIDENCE)
        faults += [Fault(f"{EVIDENCE}/{f.path}", f.what) for f in odd]
        present = [f"{EVIDENCE}/{name}" for name in found]
    parts = [name for name in present if name.endswith(".part") and "/." in name]
    faults += [Fault(name, "is left of an interrupted ingest; the next ingest removes it") for name in parts]
    checked, differing = compare(root, listed, set(present) - set(parts), progress)
    for fault in differing:
        what = fault.what
        if what.startswith("was added"):
            what = f"was added: {LOG} does not name it (an interrupted ingest leaves such a copy: ingest the file again from where it came)"
        faults.append(Fault(fault.path, what))
    last: dict[str, Line] = {}
    for line in lines:
        if line.act == "release":
            last[str(line.says["path"])] = line
    for name, line in last.items():
        sums = root / name / SUMS
        if sums.is_file():
            checked += 1
            digest = hashlib.sha256(sums.read_bytes()).hexdigest()
            if digest != line.says["sums"]:
                what = f"is not the list that line {line.n + 1} of {LOG} records"
                if digest in {x.says["sums"] for x in lines if x.act == "release" and x.says["path"] == name}:
                    what += ", but that of an earlier release: the later one was interrupted (release again), or an older copy was put in its place"
                faults.append(Fault(f"{name}/{SUMS}", what))
    more, further = check_stamps(root, lines)
    checked += more[0] + edits[0]
    faults += more[1]
    remarks += further
    remarks += [f"{name} is not there now; its release is on record" for name in last if not (root / name).exists()]
    if not still or len(read_log(root)[0]) > len(lines):
        remarks.append("the case was written to while it was read; verify again when that is done")
    return checked, faults, tuple(remarks)


def _edits(root: Path, lines: list[Line]) -> tuple[tuple[int, list[Fault]], list[str]]:
    from blindspot.case.editing import check_edits  # which writes the log that is read here

    return check_edits(root, lines)


def _release(root: Path, progress: Callable[[str], None]) -> tuple[int, list[Fault]]:
    if not (root / SUMS).is_file():
        return 0, [Fault(SUMS, "is missing; it lists every file of the released copy")]
    listed, faults = read_sums(SUMS, (root / SUMS).read_bytes())
    present, odd = walk(root)
    names = {name for name in present if name != SUMS and (name in listed or not _LATER.fullmatch(name))}
    checked, differing = compare(root, listed, names, progress)
    return checked, faults + odd + differing


def _later(root: Path) -> tuple[str, ...]:
    own = [name for name in ("made", "out", STAMPS) if (root / name).is_dir()]
    return (f"{', '.join(own)}: made after the release, not part of it",) if own else ()
