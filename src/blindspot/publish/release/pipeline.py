"""`release`: select -> transform -> write fresh -> scan -> ledger, under the lock of the case.

The copy is made beside its place. Only when every gate has passed is the release written to the custody log, then sealed
with its list of hashes, then given its name: a kill in between leaves no copy that verifies without a line in the ledger.
An earlier copy keeps its name until the new one takes it in one step, and loses its seal before it loses its first file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blindspot.case.custody.chain import person, sync_folder, write_durably, writing
from blindspot.case.custody.sums import hashes, walk, write_sums
from blindspot.case.editing import concerns
from blindspot.case.editing.swap import exchanged
from blindspot.case.store import hand_files
from blindspot.errors import UsageError
from blindspot.publish.release.canary import canaries
from blindspot.publish.release.copying import make_copy
from blindspot.publish.release.gate import scan
from blindspot.publish.release.ground import smallest
from blindspot.publish.release.inference import gap
from blindspot.publish.release.marking import unmarked
from blindspot.publish.release.model import CANNOT_SEE, Released
from blindspot.publish.release.policy import FILE, profile, read_policy
from blindspot.publish.release.transforms import case_secret
from blindspot.publish.release.watch import protected_beside

if TYPE_CHECKING:
    from collections.abc import Callable

    from blindspot.case.custody.chain import Writer
    from blindspot.case.custody.model import Line
    from blindspot.publish.release.copying import Drawing
    from blindspot.publish.release.policy import Policy, Profile

SUMS = "SHA256SUMS"
STAMP = 315_532_800  # 1980-01-01, the first day that a ZIP can name


def release(
    case: str | Path,
    audience: str,
    drawing: Drawing,
    *,
    out: str | Path | None = None,
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Released:
    """Write the copy of a case that an audience may have, or say what blocks it and write nothing.

    Raises CaseError where case or release.toml are wrong, UsageError where a rule cannot be followed or the disk is full.
    """
    root = Path(case)
    if not root.is_dir():
        raise UsageError(f"{root}: there is no such folder. `blindspot new NAME` makes one.")
    policy = read_policy(root)
    chosen = profile(policy, audience)
    progress("checking the case")
    drawing.check(root)
    target = Path(out) if out is not None else root / "out" / f"release-{audience}"
    _must_be_ours(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with writing(root) as log:
            for stale in target.parent.glob(f".{target.name}.*.part"):
                _settle(stale, target, log)
            part = target.parent / f".{target.name}.{os.getpid()}.part"
            try:
                return _release(root, chosen, drawing, log, part, target, dry_run, progress)
            finally:
                _settle(part, target, log)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise UsageError(
                f"{target}: the disk is full; nothing was released. Make room and run the same command again."
            ) from error
        raise


def _release(
    root: Path,
    chosen: Profile,
    drawing: Drawing,
    log: Writer,
    part: Path,
    target: Path,
    dry_run: bool,
    progress: Callable[[str], None],
) -> Released:
    secret = case_secret(root)
    blocked = unmarked(root, chosen)
    progress("selecting and changing")
    copy = part / "copy"
    selection, findings = make_copy(root, copy, chosen, drawing, secret, stored_cells(log.lines), blocked)
    earlier = _earlier(log.lines, chosen.policy, chosen.audience.id)
    candidate, narrowed = smallest(selection.quasi, earlier, chosen.audience.k, chosen.policy.density)
    blocked += narrowed
    gaps = gap(drawing.full(), findings)
    watched = [*selection.protected, *protected_beside(root, chosen, log.lines, selection.tables)]
    leaks = scan(copy, watched, selection, chosen, progress)
    progress("running with canaries")
    leaks += canaries(root, part, chosen, drawing, secret, stored_cells(log.lines))
    blocked += [f"{leak.gate}: {leak.member}: {leak.what}" for leak in leaks]
    remarks = tuple(
        f"{g['question']}: on the released evidence {g['hypothesis']} is {g['released']:.0%}, on all of it {g['full']:.0%}; quoting the second in public tells that something was withheld"
        for g in gaps
        if g["telling"]
    ) + tuple(f"{fault.path}: {fault.what}" for fault in concerns(root, log.lines)[0])
    told = (tuple(dict.fromkeys(blocked)), CANNOT_SEE, candidate, tuple(gaps), remarks)
    if blocked or dry_run:
        return Released(None, chosen.audience.id, *told)
    digests = hashes(copy, walk(copy)[0])
    sums = write_sums(digests)
    sync_tree(copy)
    log.append(
        "release",
        by=person(),
        audience=chosen.audience.id,
        path=_inside(target, root),
        sums=hashlib.sha256(sums).hexdigest(),
        used=hashes(root, [*hand_files(root), FILE]),
        made={f"{_inside(target, root)}/{SUMS}": hashlib.sha256(sums).hexdigest()},
        labels=[str(label) for label in selection.labels],
        lowered=selection.lowered,
        changes=selection.changes,
        cells=selection.cells,
        quasi=selection.quasi,
        smallest_candidate_set=candidate,
        inference_gap=gaps,
        allowed=[{"value": a.value, "why": a.why} for a in chosen.policy.allow],
    )
    write_durably(copy / SUMS, sums)
    os.utime(copy / SUMS, (STAMP, STAMP))
    _settle(part, target, log)
    return Released(target, chosen.audience.id, *told)


def _settle(part: Path, target: Path, log: Writer) -> None:
    """Give the copy in `part` its name if it is sealed and the last on record; then remove what else is in `part`.

    The same for a release that comes to its end and for what a killed one has left.
    """
    copy, old = part / "copy", part / "old"
    path = _inside(target, log.root)
    recorded = [line.says["sums"] for line in log.lines if line.act == "release" and line.says["path"] == path]
    if recorded and _seal(copy) == recorded[-1]:
        if not target.exists():
            copy.rename(target)
        elif not exchanged(copy, target):  # the file system cannot swap two folders: for a moment the name is free
            target.rename(old)
            copy.rename(target)
    elif _seal(old) is not None and not target.exists():
        old.rename(target)
    if part.exists():
        sync_folder(target.parent)
        for sealed in part.glob(f"*/{SUMS}"):  # half a copy must not look like one
            sealed.unlink()
            sync_folder(sealed.parent)
        shutil.rmtree(part)


def _seal(copy: Path) -> str | None:
    try:
        return hashlib.sha256((copy / SUMS).read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def stored_cells(lines: list[Line]) -> dict[str, str]:
    """The coarse cell under which each place was last released."""
    found: dict[str, str] = {}
    for line in lines:
        if line.act == "release":
            found |= {place: str(cell["cell"]) for place, cell in line.says.get("cells", {}).items()}
    return found


def _earlier(lines: list[Line], policy: Policy, audience: str) -> list[dict[str, Any]]:
    """What earlier releases told of each place, to anybody who may share with this audience."""
    own = {a.id: set(a.overlaps) for a in policy.audience}

    def share(other: str) -> bool:
        mine, theirs = own.get(audience, set()), own.get(other, {"*"})
        return other == audience or bool({"*", other} & mine) or bool({"*", audience} & theirs)

    return [line.says.get("quasi", {}) for line in lines if line.act == "release" and share(str(line.says["audience"]))]


def sync_tree(folder: Path) -> None:
    """See every file below a folder onto the disk, all with one time of change: when a file was written is nobody's business."""
    for name in walk(folder)[0]:
        os.utime(folder / name, (STAMP, STAMP))
        file = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _must_be_ours(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not (target / "release.json").is_file()):
        raise UsageError(f"{target}: exists and is not a released copy; nothing was changed. Give -o another name.")


def _inside(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return str(path.resolve())
