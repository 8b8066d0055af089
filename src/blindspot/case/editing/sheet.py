"""The plain files as sheets: which may be edited, and new bytes in which every untouched row stays as it was."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from typing import TYPE_CHECKING

from blindspot.case.editing.model import Line, Sheet
from blindspot.case.gaps import ANSWERS, GapAnswer
from blindspot.case.rows import Claim, Described, Fact, Listed, Origin, Place, Rating, Row, Source, Standard, Stop
from blindspot.case.store import hand_files
from blindspot.case.suggestions import REFUSED, Refusal
from blindspot.case.tolls import Decision, Toll
from blindspot.case.watch import Household, Watch
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KINDS: dict[str, type[Row]] = {
    "sources.csv": Source,
    "origins.csv": Origin,
    "facts.csv": Fact,
    "claims.csv": Claim,
    "places.csv": Place,
    "stops.csv": Stop,
    "standards.csv": Standard,
    "watch.csv": Watch,
    "households.csv": Household,
    "texts.csv": Described,
    "tolls.csv": Toll,
    "links.csv": Decision,
    REFUSED: Refusal,
    ANSWERS: GapAnswer,
}
EXPECT, TEXT = "expect.csv", "case.toml"
LEAD = ("question", "hypothesis")
MOST_CELL = 20_000  # characters; a cell is a sentence, not a document
_IN_FOLDER = re.compile(r"(lists|assessments)/[A-Za-z0-9][A-Za-z0-9_.-]{0,80}\.csv")


def sheets(root: Path) -> list[str]:
    """The CSV files of a case that may be edited, those that are not there yet among them."""
    there = [name for name in hand_files(root) if name.endswith(".csv") and may_edit(name)]
    return sorted(
        {*there, *KINDS, EXPECT} - {REFUSED, ANSWERS}
    )  # these are given on pages of their own; a second reviewer answers without seeing the first


def may_edit(file: str) -> bool:
    """Whether this is a file that people type: chosen from a list, never a path."""
    return file in KINDS or file in {EXPECT, TEXT} or bool(_IN_FOLDER.fullmatch(file))


def kind_of(file: str) -> type[Row] | None:
    """The row class of a file; None for expect.csv and case.toml. Raises UsageError for a file that is not edited here."""
    if not may_edit(file) or ".." in file:
        raise UsageError(f"{file or 'no file'}: is not a file that people type; choose one of {', '.join(KINDS)}.")
    if file.startswith("lists/"):
        return Listed
    return Rating if file.startswith("assessments/") else KINDS.get(file)


def read_sheet(root: Path, file: str) -> Sheet:
    """A file as it stands; where there is none, the columns it would have. Raises UsageError where it is not a table."""
    return Draft(file, read_bytes(root, file)).sheet()


def read_text(root: Path, file: str) -> tuple[str, str]:
    """case.toml whole, and its version."""
    if file != TEXT:
        raise UsageError(f"{file}: only {TEXT} is edited as text.")
    raw = read_bytes(root, file)
    try:
        return (raw or b"").decode("utf-8-sig"), version_of(raw)
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: is not UTF-8; save it with encoding UTF-8 first.") from error


def read_bytes(root: Path, file: str) -> bytes | None:
    """The bytes of a file of the case; None where there is none."""
    kind_of(file)
    path = root / file
    linked = next((at for at in (path.parent, path) if at != root and at.is_symlink()), None)
    if linked is not None:  # it could lead out of the case, and a rename would put a file in its place
        raise UsageError(
            f"{linked.relative_to(root)}: is a symbolic link; it is edited where it leads, not from this case."
        )
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except IsADirectoryError as error:
        raise UsageError(f"{file}: is a folder, not a table.") from error


def version_of(raw: bytes | None) -> str:
    """SHA-256 of the bytes; blank where there is no file."""
    return "" if raw is None else hashlib.sha256(raw).hexdigest()


class Draft:
    """A CSV file on the way to its next bytes: records as they are written, so that only what is touched changes."""

    def __init__(self, file: str, raw: bytes | None) -> None:
        self.file, self.version = file, version_of(raw)
        kind = kind_of(file)
        self.known = () if kind is None else tuple(kind.model_fields)
        self.bom = b"\xef\xbb\xbf" if (raw or b"").startswith(b"\xef\xbb\xbf") else b""
        try:
            text = (raw or b"").removeprefix(self.bom).decode("utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"{file}: is not UTF-8; save it with encoding UTF-8 first.") from error
        self.texts: list[str] = []  # the record as it stands in the file, its line end with it
        self.cells: list[list[str]] = []
        lines = list(io.StringIO(text, newline=""))
        reader, start = csv.reader(iter(lines), strict=True), 0
        try:
            for cells in reader:
                self.texts.append("".join(lines[start : reader.line_num]))
                self.cells.append(cells)
                start = reader.line_num
        except csv.Error as error:
            raise UsageError(f"{file}:{start + 1}: is not CSV ({error}); mend it in a text editor first.") from error
        first = next((i for i, cells in enumerate(self.cells) if _filled(cells)), None)
        self.end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
        if first is None:
            default = list(LEAD) if file == EXPECT else list(self.known)
            self.texts, self.cells, first = [self._written(default)], [default], 0
        self.head = first
        self.columns = [cell.strip() for cell in self.cells[first]]

    def sheet(self) -> Sheet:
        """As it stands."""
        keys = self.keys()
        rows = tuple(Line(number, keys[i], tuple(self.cells[i])) for i, number in self._numbers().items())
        return Sheet(self.file, tuple(self.columns), rows, self.version)

    def keys(self) -> dict[int, str]:
        """Record -> its key."""
        found: dict[int, str] = {}
        taken: set[str] = set()
        for i, number in self._numbers().items():
            key = self.key_of(self.cells[i])
            found[i] = f"#{number}" if key in taken or not key else key
            taken.add(key)
        return found

    def _numbers(self) -> dict[int, int]:
        """Record that holds something -> the line on which it begins."""
        number, found = 1, {}
        for i, (text, cells) in enumerate(zip(self.texts, self.cells, strict=True)):
            if i > self.head and _filled(cells):
                found[i] = number
            number += len(list(io.StringIO(text, newline="")))
        return found

    def find(self, key: str) -> int | None:
        """The record of a key."""
        keys = {k: i for i, k in self.keys().items()}
        if key not in keys and self.file == EXPECT and LEAD[0] not in self.columns:
            key = key.rpartition("/")[2]
        return keys.get(key)

    def row(self, at: int) -> dict[str, str]:
        """The cells of a record that hold something, by column."""
        return {c: v for c, v in zip(self.columns, self.cells[at], strict=False) if v}

    def need(self, columns: Sequence[str]) -> None:
        """Make sure of these columns. Raises UsageError for one that the file cannot have."""
        for name in columns:
            if name in self.columns:
                continue
            if self.file != EXPECT and name not in self.known:
                raise UsageError(f"{self.file}: has no column {name}; the columns are {', '.join(self.known)}.")
            if self.file == EXPECT and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
                raise UsageError(f"{name or 'no name'}: is not the id of a fact; use letters, digits, _ . -")
            for i, number in self._numbers().items():
                if len(self.cells[i]) > len(self.columns):
                    raise UsageError(
                        f"{self.file}:{number}: has {len(self.cells[i])} cells, the header has {len(self.columns)}; a new column would take one of them in. Mend the row first."
                    )
            self.columns.append(name)
            self.cells[self.head] = list(self.columns)
            for i in (self.head, *self._numbers()):
                if i != self.head:
                    self.cells[i] = [*self.cells[i], ""]
                body, end = _parted(self.texts[i])
                self.texts[i] = body + "," + (name if i == self.head else "") + end

    def set(self, at: int, values: Mapping[str, str]) -> None:
        """Write cells of a record; its other cells keep what they hold."""
        cells = [*self.cells[at], *[""] * (len(self.columns) - len(self.cells[at]))]
        for name, text in values.items():
            cells[self.columns.index(name)] = text
        self.cells[at] = cells
        self.texts[at] = self._written(cells, _parted(self.texts[at])[1])

    def add(self, values: Mapping[str, str], at: int | None = None) -> None:
        """One more record, at the end or where it stood."""
        cells = [values.get(name, "") for name in self.columns]
        if self.texts and not _parted(self.texts[-1])[1]:
            self.texts[-1] += self.end  # the last line had no end
        where = len(self.texts) if at is None else min(max(at, self.head + 1), len(self.texts))
        self.texts.insert(where, self._written(cells, self.end))
        self.cells.insert(where, cells)

    def remove(self, at: int) -> None:
        """Take a record out."""
        del self.texts[at], self.cells[at]

    def drop(self, name: str) -> bool:
        """Take the last column out again as `need` put it in; False where it is not the last or something is written in it."""
        width = len(self.columns)
        if self.columns[-1] != name or any(
            len(cells) >= width and cells[width - 1] for cells in self.cells[self.head + 1 :]
        ):
            return False
        self.columns.pop()
        for i in (self.head, *self._numbers()):
            body, end = _parted(self.texts[i])
            whole = len(self.cells[i]) == width
            self.cells[i] = self.cells[i][: width - 1]
            tail = "," + (name if i == self.head else "")
            if whole:
                self.texts[i] = (
                    body.removesuffix(tail) + end if body.endswith(tail) else self._written(self.cells[i], end)
                )
        return True

    def bytes(self) -> bytes:
        """The file as it would be."""
        return self.bom + "".join(self.texts).encode("utf-8")

    def key_of(self, cells: Sequence[str]) -> str:
        """The key that a record of these cells has, where no earlier one has it."""
        named = dict(zip(self.columns, (c.strip() for c in cells), strict=False))
        if self.file == EXPECT:
            parts = [named.get(c, "") for c in LEAD if c in self.columns]
            return "/".join(parts) if all(parts) else ""
        return named.get("id", "")

    def _written(self, cells: Sequence[str], end: str | None = None) -> str:
        out = io.StringIO(newline="")
        # csv quotes a line end in a cell only if its own line end has that character (Python < 3.13)
        csv.writer(out, lineterminator="\r\n").writerow(cells)
        return out.getvalue().removesuffix("\r\n") + (self.end if end is None else end)


def checked(text: str) -> str:
    """A cell's text. Raises UsageError for what no cell holds."""
    if len(text) > MOST_CELL:
        raise UsageError(f"A cell holds at most {MOST_CELL} characters; this has {len(text)}.")
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text):
        raise UsageError("A cell holds no line ends and no control characters.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError("A cell holds text; this has half of a character in it.") from error
    return text


def _filled(cells: Sequence[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _parted(text: str) -> tuple[str, str]:
    body = text.removesuffix("\n").removesuffix("\r")
    return body, text[len(body) :]
