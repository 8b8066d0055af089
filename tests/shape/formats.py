"""docs/format.md from the row classes: `python tests/shape/formats.py` writes it, test_docs.py holds it to the code.

One class is parser, schema and documentation: the columns are its fields, their meaning the comment beside each.
"""

import inspect
import re
import sys
import types
import typing
from pathlib import Path

from pydantic.fields import FieldInfo

from blindspot.case import gaps, rows, tolls, watch
from blindspot.case.rows import Row

PAGE = Path(__file__).resolve().parents[2] / "docs" / "format.md"
KINDS = (
    rows.Head,
    rows.Question,
    rows.Hypothesis,
    rows.Finding,
    rows.Source,
    rows.Claim,
    rows.Fact,
    rows.Origin,
    rows.Place,
    rows.Stop,
    rows.Standard,
    watch.Watch,
    watch.Household,
    rows.Listed,
    tolls.Toll,
    tolls.Decision,
    rows.Described,
    rows.Rating,
    gaps.GapAnswer,
)
HEAD = """# The case folder, file by file

A case is a folder of plain files. `blindspot new NAME` makes one with a row of each kind; `blindspot check NAME` names every
error at file:row:column. A small case needs only `case.toml`, `sources.csv` and `claims.csv`. Blank cells mean unknown.

**How values are written.** A number is a range (`0.2-0.4`), a word of a scale (`likely`: docs/codebook.md), or a reference to a
computation (`coverage:courtyard`, `custody:corolla`, `base-rate:stops`, `presence:yard`, `footage:clip1`). A time is UTC, as
exact as it is known (`2021-08-29`, `2021-08-29T12:23Z`), or an interval (`2021-08-29T12:20Z/2021-08-29T12:25Z`).
Several ids in a cell are parted by `;`. An apostrophe before `=`, `+`, `-` or `@` marks a text for spreadsheets and is not part of it. Columns in **bold** are needed; the others may be blank or left out.

Files with a page of their own: `sorties.toml`, `flight_claims.csv`, `surface/` and `flights/` ([coverage](methods/coverage.md)), `counts/` and
`occupancy/` ([presence](methods/presence.md)), `tracks.toml` and `tracks/`
([track](methods/track.md)), `release.toml` ([release](methods/release.md)), `footage/` ([footage](methods/footage.md)),
`marks/` ([track](methods/track.md)),
`texts/` ([statements](methods/statements.md)), `evidence/` and `custody.jsonl` ([custody](methods/custody.md)).
`expect.csv` is a sheet: the columns `question`, `hypothesis`, then one column per fact; each cell is P(fact | hypothesis).

This page is made from the code that reads the files (`make formats`).
"""


def comments(kind):
    """The comment beside each field, joined over the lines of its definition."""
    found, name = {}, None
    for line in inspect.getsource(kind).splitlines():
        field = re.match(r"    (\w+): ", line)
        if field and field[1] in kind.model_fields:
            name = field[1]
        elif re.match(r"    (@|def )", line):
            name = None
        note = re.search(r"\s{2}# (?!noqa|type:|fmt:)(.*)$", line)
        if name and note:
            found[name] = note[1]
    return found


def choices(kind):
    """The words that a cell may hold, where they are listed."""
    if typing.get_origin(kind) is typing.Literal:
        return [str(word) for word in typing.get_args(kind)]
    if typing.get_origin(kind) in {typing.Annotated, typing.Union, types.UnionType}:
        return [word for part in typing.get_args(kind) for word in choices(part)]
    return []


def row(name: str, field: FieldInfo, note: str) -> str:
    words = [word for word in choices(field.annotation) if word]
    said = " or ".join(f"`{word}`" for word in words)
    told = "; ".join(part for part in (note, said) if part)
    shown = f"**{name}**" if field.is_required() else name
    return f"| {shown} | {told.replace('|', chr(92) + '|')} |"


def section(kind: type[Row]) -> str:
    file, _, says = (inspect.getdoc(kind) or "").partition(": ")
    notes = comments(kind)
    lines = [f"\n## {file}\n\n{says[:1].upper()}{says[1:]}\n", "| column | holds |", "|---|---|"]
    return "\n".join(lines + [row(name, field, notes.get(name, "")) for name, field in kind.model_fields.items()])


def page() -> str:
    return HEAD + "\n".join(section(kind) for kind in KINDS) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
