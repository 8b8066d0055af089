"""What stands in the files of an incident folder? Rows as a compiler typed them; cells may be blank, ids may not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from blindspot.case.rows import Id, Ids, OptionalCount, OptionalId, OptionalTime, Row

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.errors import Where

_YES, _NO = {"y", "yes", "true", "1"}, {"n", "no", "false", "0"}


def _yes_no(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    word = value.strip().lower()
    if word not in _YES | _NO:
        raise ValueError("is neither y nor n; leave it blank where it is not known")
    return word in _YES


YesNo = Annotated[bool | None, BeforeValidator(_yes_no)]


Kind = Annotated[
    str, BeforeValidator(lambda v: v.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(v, str) else v)
]


class SourceRow(Row):
    """sources.csv: who speaks, of what kind, for which side, there or told."""

    id: Id
    name: str = ""
    kind: Kind = ""
    party: str = ""
    anonymous: YesNo = None
    first_hand: YesNo = None
    derives_from: Ids = ()
    url: str = ""
    date: OptionalTime = None


class OriginRow(Row):
    """origins.csv: an observation that several may report."""

    id: Id
    description: str = ""


class ClaimRow(Row):
    """claims.csv: who said what, when it was said, when it was public, resting on which observation."""

    id: Id
    date: OptionalTime = None  # said or observed
    source: Id
    question: OptionalId = None
    favours: OptionalId = None
    strength: str = ""
    basis: str = ""
    origin: str = ""  # blank or ? where it is not known
    quote_summary: str = ""
    url: str = ""
    verified: str = ""
    public_date: OptionalTime = None


class TollRow(Row):
    """tolls.csv: how many were killed, as one source stated it; blank where it said nothing."""

    source: str = ""  # a source's id, or the beginning of its name
    as_of: OptionalTime = None
    civ_min: OptionalCount = None
    civ_max: OptionalCount = None
    children_min: OptionalCount = None
    combatant_min: OptionalCount = None
    combatant_max: OptionalCount = None
    total_min: OptionalCount = None
    total_max: OptionalCount = None
    note: str = ""
    url: str = ""


class HypothesisRow(Row):
    """[[question.hypothesis]]."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True, str_strip_whitespace=True)
    id: Id
    text: str = ""


class QuestionRow(Row):
    """[[question]]."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True, str_strip_whitespace=True)
    id: Id
    text: str = ""
    primary: bool = False
    hypothesis: Annotated[tuple[HypothesisRow, ...], Field(min_length=1)]


class FindingRow(Row):
    """[[finding]]: what an authority later said. Never read by the coding."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True, str_strip_whitespace=True)
    question: str
    hypothesis: str
    by: str = ""
    date: OptionalTime = None
    url: str = ""
    confidence: str = ""
    contested: bool = False
    note: str = ""


class IncidentRow(Row):
    """incident.toml. Keys that are not named here (outcomes, verdicts, lessons) are not read."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True, str_strip_whitespace=True)
    slug: OptionalId = None  # blank: the name of the folder
    title: str = ""
    date: OptionalTime = None
    utc_offset: Annotated[str, Field(pattern=r"^[+-]\d\d:\d\d$")] = "+00:00"
    place: str = ""
    actor: str = ""
    question: tuple[QuestionRow, ...] = ()
    finding: tuple[FindingRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident folder as read, with the place of each row and what a reader should know of it."""

    root: Path
    head: IncidentRow
    sources: dict[str, SourceRow]
    origins: dict[str, OriginRow]
    claims: dict[str, ClaimRow]
    tolls: tuple[tuple[TollRow, Where], ...]
    where: dict[tuple[str, str], Where] = field(repr=False)  # (table, id) -> place
    notes: tuple[str, ...] = ()  # what was read otherwise than it stands, or not read
    refused: frozenset[tuple[str, str]] = frozenset()  # (table, id) of rows that are wrong themselves; `*` = all of it
