"""What was wrong with the rows of files, counted while they stream by: one line for each kind of thing, with its first row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import Problem, Where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.model import Ints


@dataclass(slots=True)
class _Kind:
    count: int = 0
    row: int | None = None
    got: str | None = None


@dataclass(slots=True)
class Faults:
    """Of one reading. Lines come out in the order in which their kinds were first met."""

    found: dict[tuple[str, str, str | None], _Kind] = field(default_factory=dict)
    offsets: dict[str, set[object]] = field(default_factory=dict)  # zones that the times of a file name
    naive: dict[str, _Kind] = field(default_factory=dict)  # its times that name none

    def add(
        self,
        file: str,
        what: str,
        *,
        row: int | None = None,
        got: str | None = None,
        right: str | None = None,
        n: int = 1,
    ) -> None:
        """`what` may hold {n} for how many, {fixes} for the same with its noun."""
        kind = self.found.setdefault((file, what, right), _Kind())
        if kind.row is None or (row is not None and row < kind.row):
            kind.row, kind.got = row, got
        kind.count += n

    def at(
        self, files: tuple[str, ...], of: Ints, row: Ints, bad: NDArray[np.bool_], what: str, right: str | None = None
    ) -> None:
        """Each file's rows that are bad; `of` is the number of the file of each row."""
        where = np.flatnonzero(bad)
        for number in np.unique(of[where]):
            mine = row[where[of[where] == number]]
            self.add(files[int(number)], what, row=int(mine.min()), right=right, n=len(mine))

    def no_zone(self, file: str, n: int, row: int) -> None:
        """Times without a zone."""
        kind = self.naive.setdefault(file, _Kind(0, row))
        kind.count += n

    def problems(self, *, zone_given: bool) -> tuple[Problem, ...]:
        """All lines."""
        out = []
        for (file, what, right), kind in self.found.items():
            fixes = f"{kind.count} fix" if kind.count == 1 else f"{kind.count} fixes"
            says = what.replace("{fixes}", fixes).replace("{n}", str(kind.count))
            out.append(Problem(Where(file, kind.row), says, kind.got, right))
        for file, kind in self.naive.items():
            if not zone_given:
                says = f"{kind.count} time(s) without a zone; read as UTC"
                out.append(Problem(Where(file, kind.row), says, None, "say which with --utc-offset +04:30"))
            if self.offsets.get(file):
                says = "some times name a zone and some do not"
                out.append(Problem(Where(file, kind.row), says, None, "give every time its zone"))
        for file, offsets in self.offsets.items():
            if len(offsets) > 1:
                says = (
                    f"times in {len(offsets)} zones ({', '.join(sorted(map(str, offsets)))}); each is read in its own"
                )
                out.append(Problem(Where(file), says, None, None))
        return tuple(out)
