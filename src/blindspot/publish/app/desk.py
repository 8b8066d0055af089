"""What does the case say now? It is read again when a file has changed; while it is wrong, the last valid state stands."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blindspot.case import editing, open_case
from blindspot.case.custody.chain import LOG, at_rest
from blindspot.case.store import hand_files
from blindspot.errors import CaseError, Problem, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.case import Case
    from blindspot.publish.app.model import Works
    from blindspot.quantities import Offer


@dataclass(frozen=True, slots=True)
class State:
    """A reading of the folder. `case` is the last valid one (None: there has been none), of `of`; `version` is today's."""

    version: str
    problems: tuple[Problem, ...]
    case: Case | None
    of: str

    @property
    def is_current(self) -> bool:
        """Whether the case shown is the folder as it stands."""
        return self.version == self.of


@dataclass(slots=True)
class Desk:
    """One case folder and what was last made of it; safe to use from several threads."""

    root: Path
    works: Works
    lock: threading.RLock = field(default_factory=threading.RLock)
    _state: State | None = None
    _offers: tuple[str, dict[str, Offer]] | None = None
    _concerns: tuple[object, list[str]] = ((), [])
    _results: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def state(self) -> State:
        """The folder as it stands."""
        with self.lock:
            version = self._version()
            if self._state is None or self._state.version != version:
                self._state = self._read(version)
            return self._state

    def case(self) -> Case:
        """The last valid case. Raises UsageError where the folder has been wrong since it was opened."""
        case = self.state().case
        if case is None:
            raise UsageError("The case has problems; mend the cells marked in Tables first.")
        return case

    def concerns(self) -> list[str]:
        """`editing.disagreements`, looked for again where a file has changed; while somebody writes, what was found last."""
        with self.lock, at_rest(self.root, 0) as still:
            places = [
                self.root,
                *(self.root / name for name in (LOG, "lists", "assessments")),
                *editing.beside(self.root),
            ]
            seen = [self._version(), *(path.stat().st_mtime_ns for path in places if path.exists())]
            if still and self._concerns[0] != seen:
                self._concerns = seen, editing.disagreements(self.root)
            return self._concerns[1]

    def offers(self) -> dict[str, Offer]:
        """What the measuring stages offer, made for the last valid state."""
        with self.lock:
            self.case()
            of = self.state().of
            if self._offers is None or (self._offers[0] != of and self.state().is_current):
                self._offers = of, self.works.offers(self.root)
            return self._offers[1]

    def result(self, stage: str) -> dict[str, Any]:
        """The result of a stage for the last valid state."""
        with self.lock:
            self.case()
            of = self.state().of
            if stage not in self._results or (self._results[stage][0] != of and self.state().is_current):
                self._results[stage] = of, self.works.result(self.root, stage)
            return self._results[stage][1]

    def _version(self) -> str:
        seen = []
        for name in hand_files(self.root):
            try:
                found = (self.root / name).stat()
            except FileNotFoundError:
                continue
            seen.append(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\0{found.st_ino}")
        return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]

    def _read(self, version: str) -> State:
        before = self._state
        try:
            return State(version, (), open_case(self.root), version)
        except CaseError as error:
            return State(version, error.problems, before.case if before else None, before.of if before else "")
