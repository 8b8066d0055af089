"""What is a change to a case? What it is made of, what became of it, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass

from blindspot.errors import BlindspotError

KINDS = ("cell", "add", "remove", "text", "column", "rows")


@dataclass(frozen=True, slots=True)
class Line:
    """A record of a CSV file: the line on which it begins (1 = header), its id, its cells as text."""

    number: int
    key: str  # the id; question/hypothesis in expect.csv; #number where that is blank or stands twice
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file as it stands. `version` is the SHA-256 of its bytes, blank where there is no file yet."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Line, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change, and what its author saw before it.

    cell: `old` and `new` are the text of a cell. add, remove: `new` or `old` is the row, a JSON object. text: the whole of
    case.toml, `old` is the version seen. column: one more column. rows: `new` is a JSON list of {key, old, new}, the rows
    before and after (null: there is none). `version`: of the sheet in which a row without an id of its own (#number) was
    seen; where it is given and the file has changed, the number may mean another row, so it is refused.
    """

    kind: str
    file: str
    key: str = ""
    column: str = ""
    old: str = ""
    new: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """A change that is on the disk: its line in custody.jsonl (from 1), and the version of the file after it."""

    id: int
    change: Change
    sheet_version: str
    log_line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A change in the log, for a person."""

    n: int
    when: str
    who: str
    what: str
    undone: bool


class ConflictError(BlindspotError):
    """Somebody else has changed it meanwhile. Nothing was written; both values are kept here."""

    def __init__(self, change: Change, theirs: str) -> None:
        self.change, self.theirs = change, theirs
        super().__init__(self.diagnostics())

    def diagnostics(self) -> str:
        """Both values, and what to do."""
        place = ":".join(part for part in (self.change.file, self.change.key, self.change.column) if part)
        return (
            f"{place} has been changed by somebody else meanwhile: it holds {_short(self.theirs)}, you saw "
            f"{_short(self.change.old)} and wrote {_short(self.change.new)}. Nothing was written; look at theirs, then choose."
        )


def _short(text: str, most: int = 60) -> str:
    return repr(text if len(text) <= most else text[: most - 1] + "…")
