"""What a release is made of, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Cells = list[dict[str, str]]  # the rows of one CSV file as typed, by column


@dataclass(frozen=True, slots=True, order=True)
class Protected:
    """A value that may not go to this audience, and where it stands."""

    kind: str  # person, text, row (of measured numbers), url, id, time, coordinate, file, hash, path, secret
    value: str  # for a coordinate `lat,lon`
    where: str


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """Something that a gate found in a released copy: the file with the way into it, which gate, and what."""

    member: str
    gate: str  # watch-list, canary or structure
    what: str


@dataclass(slots=True)
class Selection:
    """The tables of a case as they go to one audience, and what was left behind."""

    tables: dict[str, tuple[list[str], Cells]]  # file -> (columns, rows)
    head: dict[str, Any]
    protected: list[Protected]
    kept: set[str]  # whole values that a rule lets go as they are
    changes: dict[str, int]  # how often each kind of change was made
    labels: tuple[Any, ...] = ()
    lowered: list[dict[str, str]] = field(default_factory=list)
    cells: dict[str, dict[str, Any]] = field(default_factory=dict)  # place -> its coarse cell
    quasi: dict[str, dict[str, Any]] = field(default_factory=dict)  # place -> what this release tells of it
    media: list[dict[str, str]] = field(default_factory=list)  # what release.json says of each film and picture
    films: tuple[str, ...] = ()  # each file of media/ as data: what the page may hold of it, letter by letter
    programs: tuple[str, ...] = ()  # scripts of the page, which are the same in every case and tell nothing of this one


@dataclass(frozen=True, slots=True)
class Released:
    """The outcome: where the copy stands, or why there is none."""

    path: Path | None
    audience: str
    blocked: tuple[str, ...]
    cannot_see: tuple[str, ...]
    smallest_candidate_set: dict[str, Any] | None
    inference_gap: tuple[dict[str, Any], ...]
    remarks: tuple[str, ...] = ()


CANNOT_SEE = (
    "pixels: faces, number plates, skylines, shadows and text burned into pictures or video (nobody but a person who looks can tell)",
    "audio: released video carries none; a sound file is never released",
    "inference: what a reader can conclude from the rows that go, together with what is known elsewhere",
    "values that nobody typed into the case: the watch-list knows what the case knows and what release.toml protects",
    "encryption, and encodings other than those listed in docs/methods/release.md",
)
