"""Do the plain files agree with what the log says of their changes? The part of `verify` that concerns edits.

A person may change a plain file with any program, so a file that differs from its last recorded change is a remark, no fault.
What is left of an interrupted change is a fault until the next change has finished it, and so is a seal whose rows are no longer
the ones that were sealed. What another program wrote to a file while it was replaced is a remark until somebody has looked at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.case.custody.chain import read_log
from blindspot.case.custody.model import Fault
from blindspot.case.editing.assess import broken
from blindspot.case.editing.changing import ACT, OUTSIDE, touched, unfinished, written_outside
from blindspot.case.editing.sheet import may_edit, read_bytes, version_of
from blindspot.case.editing.swap import aside_of, kept_of
from blindspot.case.editing.undo import voided
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from blindspot.case.custody.model import Line


def check_edits(root: Path, lines: Sequence[Line]) -> tuple[tuple[int, list[Fault]], list[str]]:
    """How many files were read and what is wrong; and what a reader should know."""
    faults, remarks = concerns(root, lines)
    void, last = voided(lines), {}
    for line in lines:
        if line.act == ACT and line.n not in void:
            last[str(line.says["file"])] = line
    for file, line in sorted(last.items()):
        try:
            now = version_of(read_bytes(root, file)) if may_edit(file) else ""
        except UsageError as error:
            faults.append(Fault(file, str(error).partition(": ")[2]))
            continue
        if now != line.says["after"]:
            remarks.append(
                f"{file}: was changed outside Blindspot since line {line.n + 1} of the log, its last recorded change"
            )
    return (len(last), faults), remarks


def disagreements(root: Path) -> list[str]:
    """For a person who opens a case: a damaged log and all that `concerns` finds, a line each."""
    lines, damage = read_log(root)
    faults, remarks = concerns(root, lines)
    return [*(f"{fault.path}: {fault.what}" for fault in (*damage, *faults)), *remarks]


def concerns(root: Path, lines: Sequence[Line]) -> tuple[list[Fault], list[str]]:
    """What a reviewer must look at: broken seals, interrupted changes; and bytes of another program that were kept aside."""
    faults = [
        Fault(
            str(line.says["file"]),
            f"the rows of {line.says['question']} are not the ones that line {line.n + 1} of the log seals",
        )
        for line in broken(root, lines)
    ]
    remarks = []
    for target in touched(root):
        file = target.relative_to(root).as_posix()
        if unfinished(root, lines, target):
            what = "a change was interrupted; the next change in `blindspot open` finishes it, or records that it did not come about"
            faults.append(Fault(file, what))
        elif written_outside(root, lines, target, kept_of(target)):
            remarks.append(
                f"{file}: another program wrote to it while it was replaced; the next change keeps that aside"
            )
    for line in lines:
        if line.act != OUTSIDE or not may_edit(str(line.says["file"])):
            continue
        target = root / line.says["file"]
        aside = aside_of(target, line.n + 1)
        if written_outside(root, lines, target, aside):
            remarks.append(
                f"{aside.relative_to(root).as_posix()}: what another program wrote to {line.says['file']} while it was replaced; take over what is missing, then delete it"
            )
    return faults, remarks
