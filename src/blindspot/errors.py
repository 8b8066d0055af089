"""What can be wrong, and where.

    Exception
    +-- BlindspotError          speaks to a person: `diagnostics()`
        +-- CaseError           the case folder is wrong: every Problem at once (exit 2)
        +-- UsageError          the request is wrong: unknown stage, bad date (exit 2)

Only the command line exits; only the command line prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in a case folder: file relative to the case, row as an editor counts lines (1 = header), column name."""

    file: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.row, self.column) if part is not None)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: where, what, what was found, and what would be right."""

    where: Where
    what: str
    got: str | None = None
    right: str | None = None

    def __str__(self) -> str:
        got = "" if self.got is None else f" (got {_short(self.got)!r})"
        right = "" if self.right is None else f"; {self.right}"
        return f"{self.where}: {self.what}{got}{right}"


class BlindspotError(Exception):
    """Base of all errors that are meant for a person."""

    def diagnostics(self) -> str:
        """What to print: what is wrong and what to do next."""
        return str(self)


class UsageError(BlindspotError):
    """The request cannot be carried out as written."""


class CaseError(BlindspotError):
    """The case folder is wrong. Holds all problems, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(
            sorted(set(problems), key=lambda p: (p.where.file, p.where.row or 0, p.where.column or "", p.what))
        )
        super().__init__(f"{len(self.problems)} problem(s)")

    def diagnostics(self) -> str:
        """Every problem on a line of its own, then what was not done."""
        lines = [str(problem) for problem in self.problems]
        n = len(lines)
        lines.append(
            f"{n} problem{'' if n == 1 else 's'}; nothing was written. Mend the rows named above and run the same command again."
        )
        return "\n".join(lines)


def with_article(noun: str) -> str:
    """A noun with a or an: an origin, a source."""
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
