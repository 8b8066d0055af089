"""Which rows go to an audience, and which stay behind with them.

What rests on a row that stays behind stays behind as well: the claims of a source, the copies of a claim, an origin without
any claim left, a fact without any origin left. Otherwise a gap would tell that something is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from blindspot.case.reading import read_cells
from blindspot.case.store import hand_files
from blindspot.errors import UsageError
from blindspot.publish.release.columns import REFERS, pattern
from blindspot.publish.release.transforms import pseudonym

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from blindspot.publish.release.policy import Change, Profile, Table, Values

_BINDING = {("claims.csv", c) for c in ("source", "origin", "copy_of", "fact")} | {
    ("origins.csv", "fact"),
    ("assessments/*.csv", "fact"),
}


class Raw(dict[str, tuple[list[str], list[tuple[int, dict[str, str]]]]]):
    """Every CSV file of a case as typed: by file its columns, and its rows with their lines."""

    def row(self, file: str, key: str) -> dict[str, str]:
        """The row with that id; empty where there is none."""
        return self._ids(file).get(key, {})

    def _ids(self, file: str) -> dict[str, dict[str, str]]:
        if file not in self._index:
            self._index[file] = {row.get("id", ""): row for _, row in self[file][1]}
        return self._index[file]

    def __init__(self) -> None:
        super().__init__()
        self._index: dict[str, dict[str, dict[str, str]]] = {}


@dataclass(frozen=True, slots=True)
class Choice:
    """A case as typed, the rules of one audience, and the rows that go."""

    raw: Raw
    profile: Profile
    rules: dict[str, Table]
    going: dict[str, set[int]]  # file -> lines
    ids: dict[str, set[str]]  # file -> ids that go
    staying: dict[str, set[str]]  # file -> ids that stay behind
    names: dict[tuple[str, str], str]  # (file, id) -> pseudonym
    secret: bytes
    stored: Mapping[str, str]  # place -> its cell

    def changes(self, file: str, column: str) -> list[Change]:
        """The changes of one column, in the order of release.toml."""
        return [c for c in self.profile.changes if fnmatch(file, c.file) and c.column == column]

    def meant(self, file: str, row: Mapping[str, str], where: Values) -> bool:
        """Whether a row fulfils every condition."""
        return meant(self.raw, file, row, where)

    def renamed(self, target: str, value: str) -> str:
        """Ids of another file (one, or several joined by ;) under their released names, without those that stay behind."""
        parts = [p.strip() for p in value.split(";")]
        staying = self.staying.get(target, ())
        return ";".join(self.names.get((target, p), p) for p in parts if p not in staying)


def choose(root: Path, profile: Profile, secret: bytes, stored: Mapping[str, str]) -> Choice:
    """The rows of a case that go. Raises UsageError where a rule cannot be followed."""
    raw = read_raw(root)
    rules = _rules(raw, profile)
    kept = _rows(raw, rules)
    going = {file: {line for line, _ in rows} for file, rows in kept.items()}
    ids = {file: {row["id"] for _, row in rows if "id" in row} for file, rows in kept.items()}
    ids |= {file: set() for file in raw if file not in rules}
    staying = {file: {row["id"] for _, row in rows if "id" in row} - ids[file] for file, (_, rows) in raw.items()}
    choice = Choice(raw, profile, rules, going, ids, staying, {}, secret, stored)
    for file, rows in kept.items():
        for change in choice.changes(file, "id"):
            for _, row in rows:
                if change.how == "pseudonym" and choice.meant(file, row, change.where):
                    choice.names[file, row["id"]] = pseudonym(secret, pattern(file), row["id"])
    return choice


def meant(raw: Raw, file: str, row: Mapping[str, str], where: Values) -> bool:
    """Whether each column holds one of the values asked for; `source.role` looks into the row that `source` names."""
    return all(_value(raw, file, row, column) in values for column, values in where.items())


def read_raw(root: Path) -> Raw:
    """Every CSV file of a case as typed."""
    raw = Raw()
    for file in hand_files(root):
        if file.endswith(".csv") and (table := read_cells(root, file, [])) is not None:
            columns, records = table
            raw[file] = (
                columns,
                [(line, dict(zip(columns, (c.strip() for c in cells), strict=True))) for line, cells in records],
            )
    return raw


def _rules(raw: Raw, profile: Profile) -> dict[str, Table]:
    rules: dict[str, Table] = {}
    for rule in profile.tables:
        for file in [f for f in (*raw, "case.toml") if fnmatch(f, rule.file)]:
            if file in rules:
                raise UsageError(f"release.toml: two [[table]] of {profile.audience.id} name {file}; keep one.")
            rules[file] = rule
    if "case.toml" not in rules:
        raise UsageError(
            f'release.toml: no [[table]] of {profile.audience.id} names case.toml; a copy without it is not a case. Add one with keep = ["id", "title", "date", "question"].'
        )
    for change in profile.changes:
        if not any(fnmatch(f, change.file) for f in rules):
            raise UsageError(
                f"release.toml: [[change]] of {change.file}:{change.column} for {profile.audience.id} names a file that no [[table]] lets go."
            )
    return rules


def _value(raw: Raw, file: str, row: Mapping[str, str], column: str) -> str:
    """The value of a column, or of `ref.column` in the row that `ref` names."""
    first, dot, rest = column.partition(".")
    if not dot:
        return row.get(column, "")
    target = REFERS.get((pattern(file), first))
    if target is None or target not in raw:
        raise UsageError(f"release.toml: {column}: {first} of {file} does not name a row of another file.")
    return raw.row(target, row.get(first, "")).get(rest, "")


def _rows(raw: Raw, rules: dict[str, Table]) -> dict[str, list[tuple[int, dict[str, str]]]]:
    kept = {
        file: [
            (line, row)
            for line, row in raw[file][1]
            if (not rule.only or meant(raw, file, row, rule.only))
            and not any(_value(raw, file, row, column) in values for column, values in rule.without.items())
        ]
        for file, rule in rules.items()
        if file in raw
    }
    had = {r["origin"] for _, r in raw.get("claims.csv", ([], []))[1] if r.get("origin")}
    fed = {r["fact"] for _, r in raw.get("origins.csv", ([], []))[1]}
    while True:
        before = {file: len(rows) for file, rows in kept.items()}
        ids = {file: {r["id"] for _, r in rows if "id" in r} for file, rows in kept.items()}
        for file, rows in list(kept.items()):
            kept[file] = [(n, r) for n, r in rows if not _rests_on_nothing(file, r, ids, raw)]
        carried = {r.get("origin") for _, r in kept.get("claims.csv", ())}
        if "origins.csv" in kept and "claims.csv" in kept:
            kept["origins.csv"] = [(n, r) for n, r in kept["origins.csv"] if r["id"] not in had or r["id"] in carried]
        shown = {r["fact"] for _, r in kept.get("origins.csv", ())} | {
            r.get("fact") for _, r in kept.get("claims.csv", ())
        }
        if "facts.csv" in kept and "origins.csv" in kept:
            kept["facts.csv"] = [(n, r) for n, r in kept["facts.csv"] if r["id"] not in fed or r["id"] in shown]
        if before == {file: len(rows) for file, rows in kept.items()}:
            return kept


def _rests_on_nothing(file: str, row: Mapping[str, str], ids: Mapping[str, set[str]], raw: Raw) -> bool:
    """Whether a row names a row that stays behind and cannot stand without it."""
    for column, value in row.items():
        key = (pattern(file), column)
        target = REFERS.get(key)
        if (
            key in _BINDING
            and value
            and value != "?"
            and target is not None
            and target in raw
            and value not in ids.get(target, set())
        ):
            return True
    return False
