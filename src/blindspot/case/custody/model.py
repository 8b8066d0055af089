"""What custody says: a line of the log, what was taken in, what a verification found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Line:
    """One act in custody.jsonl: its number from 0, its SHA-256 (with the line feed), and what it says."""

    n: int
    digest: str
    says: Mapping[str, Any]

    @property
    def act(self) -> str:
        """ingest, derive, release, edit, edit-void, seal, mended, or anchor."""
        return str(self.says["act"])


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken into evidence/."""

    sha256: str
    bytes: int
    name: str
    known: bool  # the same bytes were in evidence/ already


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is not as it was recorded."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: how many files were read whole, and every fault."""

    kind: str  # case, release or bag
    checked: int
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every byte is as recorded."""
        return not self.faults
