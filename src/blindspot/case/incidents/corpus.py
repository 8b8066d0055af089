"""A folder of case folders, of incident folders, or of both -> cases, and a list of what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blindspot.case.incidents.coding import code
from blindspot.case.incidents.reading import FILE, read_incident
from blindspot.case.opening import open_case
from blindspot.errors import CaseError, Problem, UsageError, Where

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from blindspot.case.model import Case

SKIPPED = {"made", "out"}


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """What was left out of a corpus, or of one of its dates, and why."""

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Cases by the name of their folder, in the order of the names; what was left out; what was read otherwise than it stands."""

    cases: dict[str, Case]
    coded: tuple[str, ...]  # those that were incident folders, rated by the codebook just now
    left_out: tuple[LeftOut, ...]
    notes: tuple[LeftOut, ...]


def read_corpus(
    folder: str | Path,
    *,
    strength: bool = False,
    today: date | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Corpus:
    """Every case and incident in a folder (or the one that the folder itself is).

    Raises UsageError where there is none, CaseError with the problems of all folders where any is wrong.
    `strength`: see `code`.
    """
    root = Path(folder)
    if not root.is_dir():
        what = "is a file" if root.exists() else "there is no such folder"
        raise UsageError(f"{folder}: {what}. `blindspot backtest` takes a folder of case or incident folders.")
    one = any((root / file).exists() for file in ("case.toml", FILE))
    folders = (
        [root]
        if one
        else sorted(p for p in root.iterdir() if p.is_dir() and p.name not in SKIPPED and p.name[0] != ".")
    )
    cases: dict[str, Case] = {}
    coded: list[str] = []
    left_out: list[LeftOut] = []
    notes: list[LeftOut] = []
    problems: list[Problem] = []
    for k, path in enumerate(folders, 1):
        name = path.resolve().name
        progress(f"reading {name} ({k} of {len(folders)})")
        wrong: list[Problem] = []
        if (path / "case.toml").exists():
            if (path / FILE).exists():
                notes.append(LeftOut(name, f"holds both case.toml and {FILE}; case.toml is read"))
            try:
                cases[name] = open_case(path, today=today)
            except CaseError as error:
                wrong += error.problems
        elif (path / FILE).exists():
            incident = read_incident(path, wrong, today=today)
            if incident is not None and incident.head.date is None:
                left_out.append(LeftOut(name, f"{FILE} has no date, so no day after the incident can be counted"))
            elif incident is not None:
                made = code(incident, strength=strength)
                cases[name] = made.case
                coded.append(name)
                notes += [LeftOut(name, note) for note in made.notes]
        else:
            left_out.append(LeftOut(name, f"holds neither case.toml nor {FILE}"))
        problems += [Problem(_within(name, p.where), p.what, p.got, p.right) for p in wrong]
    if problems:
        raise CaseError(problems)
    if not cases and not left_out:
        raise UsageError(f"{folder}: holds no folder with a case.toml or an {FILE}; docs/corpus.md shows both.")
    return Corpus(cases, tuple(coded), tuple(left_out), tuple(notes))


def _within(name: str, where: Where) -> Where:
    return Where(f"{name}/{where.file}", where.row, where.column)
