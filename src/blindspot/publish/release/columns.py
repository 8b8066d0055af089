"""What kind of thing stands in each column, and which column names a row of which file."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING

from blindspot.case import rows

if TYPE_CHECKING:
    from pydantic import BaseModel

ROWS: dict[str, type[BaseModel]] = {
    "sources.csv": rows.Source,
    "facts.csv": rows.Fact,
    "origins.csv": rows.Origin,
    "claims.csv": rows.Claim,
    "places.csv": rows.Place,
    "stops.csv": rows.Stop,
    "standards.csv": rows.Standard,
    "lists/*.csv": rows.Listed,
    "assessments/*.csv": rows.Rating,
}
# (file, column) -> the file whose id stands there.
REFERS = {
    ("sources.csv", "derives_from"): "sources.csv",
    ("claims.csv", "source"): "sources.csv",
    ("claims.csv", "origin"): "origins.csv",
    ("claims.csv", "copy_of"): "claims.csv",
    ("claims.csv", "fact"): "facts.csv",
    ("origins.csv", "fact"): "facts.csv",
    ("facts.csv", "place"): "places.csv",
    ("facts.csv", "stop"): "stops.csv",
    ("stops.csv", "place"): "places.csv",
    ("stops.csv", "reported_by"): "sources.csv",
    ("lists/*.csv", "source"): "sources.csv",
    ("lists/*.csv", "place"): "places.csv",
    ("assessments/*.csv", "fact"): "facts.csv",
    ("case.toml", "place"): "places.csv",
}
# Words of a fixed list, numbers, and names of questions: nothing that could be searched for in a released byte.
_VOCABULARY = frozenset(
    (
        "role",
        "party",
        "anonymity",
        "reliability",
        "interest",
        "says",
        "directness",
        "copied",
        "would_report",
        "sex",
        "status",
        "age",
        "group_size",
        "hit",
        "false_alarm",
        "opportunity",
        "lens",
        "label",
        "error_m",
        "verified",
        "strength",
        "favours",
        "again",
        "value",
        "low",
        "high",
        "question",
        "hypothesis",
        "kind",
    )
)
_TIMES = frozenset(("start", "end", "said_at", "public_at", "retracted_at", "first_known", "date", "rated_at"))


def pattern(file: str) -> str:
    """`lists/nyt.csv` -> `lists/*.csv`; a file of the case folder itself stays."""
    folder, slash, _ = file.rpartition("/")
    return f"{folder}/*.csv" if slash else file


def kind(file: str, column: str, value: str) -> str | None:
    """What is to be searched for where this value of a column may not go; None where nothing can be."""
    if column in _VOCABULARY or column in {"lat", "lon"}:  # latitude and longitude are searched for together
        return None
    if fnmatch(file, "lists/*") and column in {"name", "name_local"}:
        return "person"
    if (file, column) == ("sources.csv", "name") and looks_like_a_name(value):
        return "person"
    if column == "id" or (pattern(file), column) in REFERS:
        return "id"
    return "url" if column == "url" else "time" if column in _TIMES else "text"


def looks_like_a_name(value: str) -> bool:
    """Two to four words of letters, each with a capital or of a script without capitals: a person, not a description of one."""
    words = value.split()
    return 2 <= len(words) <= 4 and all(
        (w.strip(".,'’-").isalpha() and w[:1] != w[:1].lower()) or not w.isascii() for w in words
    )


def named(file: str) -> list[str]:
    """Every column that the file may have; none where its columns are the case's own (expect.csv) or not known here."""
    row = ROWS.get(pattern(file))
    return list(row.model_fields) if row else []


def required(file: str) -> list[str]:
    """Columns without which the file could not be read."""
    row = ROWS.get(pattern(file))
    return [name for name, field in row.model_fields.items() if field.is_required()] if row else []
