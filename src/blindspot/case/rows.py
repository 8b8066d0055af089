"""What stands in a row of each file? One class is parser, schema, documentation and source of errors.

Blank cells mean unknown. Every class is one file of the case folder; the field comments say what a column holds.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from blindspot.case import scales
from blindspot.case.calendars import read_local_moment
from blindspot.quantities import Moment, Quantity, Range, read_moment, read_range


def _blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _id_list(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    value = _blank(value)
    return read_moment(value) if isinstance(value, str) else value


def _local_moment(value: Any) -> Any:
    value = _blank(value)
    return read_local_moment(value) if isinstance(value, str) else value


def _probability(scale: str) -> BeforeValidator:
    def read(value: Any) -> Any:
        value = _blank(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        return scales.read_probability(value, scale) if isinstance(value, str) else value

    return BeforeValidator(read)


def _strength(value: Any) -> Any:
    value = _blank(value)
    if not isinstance(value, str):
        return value
    known = scales.words("strength")
    if value.strip().lower() in known:
        return known[value.strip().lower()]
    try:
        numbers = read_range(value)
    except ValueError as error:
        raise ValueError(
            f"is not a strength; write a likelihood ratio such as 2-10 or one of: {', '.join(known)}"
        ) from error
    if numbers.low <= 0:
        raise ValueError("is not a likelihood ratio; write a number above 0")
    return numbers


_NAMED = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
Id = Annotated[str, Field(pattern=_NAMED)]
OptionalId = Annotated[Annotated[str, Field(pattern=_NAMED)] | None, BeforeValidator(_blank)]
Ids = Annotated[tuple[str, ...], BeforeValidator(_id_list)]
Text = Annotated[str, Field(min_length=1)]
OptionalTime = Annotated[Moment | None, BeforeValidator(_moment)]
LocalTime = Annotated[Moment | None, BeforeValidator(_local_moment)]
OptionalNumber = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, BeforeValidator(_blank)]
OptionalCount = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_blank)]
Probability = Annotated[Quantity | None, _probability("likelihood")]
Reliability = Annotated[Quantity | None, _probability("reliability")]
Strength = Annotated[Range | None, BeforeValidator(_strength)]


class Row(BaseModel):
    """A row as typed by a person: frozen, no unknown columns."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, str_strip_whitespace=True)


class Source(Row):
    """sources.csv: who speaks, how named, how far relied on, what they gain by."""

    id: Id
    name: Text
    role: str = ""
    party: str = ""
    anonymity: Annotated[
        Literal["named", "title", "organisation", "relation", "unnamed"] | None, BeforeValidator(_blank)
    ] = None
    reliability: Reliability = None  # Admiralty letter or range: P(faithful); blank = F
    interest: Ids = ()  # none, unknown, or question:hypothesis;...
    derives_from: Ids = ()
    url: str = ""
    note: str = ""
    basis: str = scales.JUDGEMENT
    by: str = ""


class Fact(Row):
    """facts.csv: something that is so or not so, asked of every hypothesis of its question."""

    id: Id
    question: Id
    text: Text
    place: OptionalId = None  # where it would show, and
    stop: OptionalId = None  # at which stop: for the map and the clock, not for the weighing
    basis: str = scales.JUDGEMENT
    by: str = ""


class Origin(Row):
    """origins.csv: one observation of one fact, however many report it."""

    id: Id
    fact: Id
    kind: str = ""
    team: str = ""
    hit: Probability = None  # P(shows it | it is so and could be told)
    false_alarm: Probability = None  # P(shows it | it is not so)
    opportunity: Probability = None  # P(could have told); needed for "no" and for silence
    first_known: OptionalTime = None
    note: str = ""
    artefact: str = ""
    lens: Annotated[Literal["raises_false_alarms", "lowers_hits", "none"] | None, BeforeValidator(_blank)] = None
    basis: str = scales.JUDGEMENT
    by: str = ""


class Claim(Row):
    """claims.csv: who said what, when, public when, from which observation."""

    id: Id
    said_at: OptionalTime = None
    public_at: OptionalTime = None
    source: Id
    origin: Annotated[
        Annotated[str, Field(pattern=r"^(\?|[A-Za-z0-9][A-Za-z0-9_.-]*)$")] | None, BeforeValidator(_blank)
    ] = None
    says: Annotated[Literal["yes", "no", "silent"] | None, BeforeValidator(_blank)] = None
    directness: Annotated[Literal["first_hand", "second_hand", "unknown"] | None, BeforeValidator(_blank)] = None
    basis: str = ""
    copy_of: OptionalId = None
    quote_summary: str = ""
    url: str = ""
    fact: OptionalId = None  # needed where origin is ?
    favours: Annotated[str | None, BeforeValidator(_blank)] = None  # small cases: hypothesis, or question:hypothesis
    strength: Strength = None  # small cases: ENFSI word or likelihood ratio
    would_report: Probability = None  # silence: P(would have said so, had the origin shown it)
    copied: Probability = None  # share of a copy that is copied; blank with copy_of = 1
    retracted_at: OptionalTime = None
    verified: str = ""
    note: str = ""


class Place(Row):
    """places.csv: a point with its error; a place that is not known has no row."""

    id: Id
    name: Text
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    error_m: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    how: str = ""
    label: str = ""


class Stop(Row):
    """stops.csv: where the vehicle stopped, as reported, in UTC."""

    id: Id
    place: OptionalId = None
    start: OptionalTime = None
    end: OptionalTime = None
    clock: str = ""
    activity: str = ""
    reported_by: OptionalId = None
    official_reading: str = ""
    url: str = ""
    note: str = ""


class Standard(Row):
    """standards.csv: a standard of proof as a cited range of probability."""

    id: Id
    text: Text
    low: Annotated[float, Field(gt=0, lt=1)]
    high: Annotated[float, Field(gt=0, lt=1)]
    citation: Text


class Listed(Row):
    """lists/<recorder>.csv: a person or a group on a list of casualties."""

    id: Id
    name: str = ""
    name_local: str = ""
    age: str = ""
    sex: str = ""
    status: Annotated[Literal["killed", "injured", "missing"] | None, BeforeValidator(_blank)] = None
    date: LocalTime = None  # Gregorian, Solar Hijri or Islamic
    place: str = ""
    group_size: OptionalCount = None
    source: OptionalId = None
    url: str = ""
    note: str = ""


class Described(Row):
    """texts.csv: what is known of a text: when it was public, by whom, and whether it is the primary record of what was said."""

    id: Text  # the file, relative to texts/
    public_at: OptionalTime = None
    source: str = ""  # outlet or body
    kind: Annotated[Literal["article", "transcript", "report", "statement"] | None, BeforeValidator(_blank)] = None
    url: str = ""
    note: str = ""


class Rating(Row):
    """assessments/<reviewer>.csv: one number by one reviewer: an expect cell, or with `fact` blank the stated gut probability."""

    id: Id
    question: Id
    hypothesis: Id
    fact: OptionalId = None
    value: Annotated[Quantity, _probability("likelihood")]
    rated_at: OptionalTime = None
    again: Annotated[Literal["", "yes"], Field()] = ""  # yes = shown a second time without name and order
    note: str = ""


class Expected(Row):
    """One filled cell of expect.csv: P(fact | hypothesis)."""

    question: Id
    hypothesis: Id
    fact: Id
    value: Annotated[Quantity, _probability("likelihood")]


class Hypothesis(Row):
    """[[question.hypothesis]] of case.toml."""

    id: Id
    text: Text
    prior: (
        Annotated[Quantity | None, _probability("likelihood")]
        | dict[str, Annotated[Quantity, _probability("likelihood")]]
    ) = None
    basis: str = scales.JUDGEMENT
    by: str = ""


class Question(Row):
    """[[question]] of case.toml. `other` is added where it is not listed; `asserted` is the account under test."""

    id: Id
    text: Text
    hypothesis: tuple[Hypothesis, ...]
    asserted: OptionalId = None  # blank = the first hypothesis
    given: OptionalId = None  # the question on whose answer the prior depends


class Finding(Row):
    """[[finding]] of case.toml: what an authority later said; an event, never "truth"."""

    question: Id
    hypothesis: Id
    by: Text
    date: Annotated[Moment, BeforeValidator(_moment)]
    url: str = ""
    confidence: str = ""
    contested: bool = False
    note: str = ""


class Head(Row):
    """case.toml: the incident and what is asked of it."""

    id: Id
    title: Text
    date: Annotated[Moment, BeforeValidator(_moment)]
    time: OptionalTime = None
    clock: str = ""
    utc_offset: Annotated[str, Field(pattern=r"^[+-]\d\d:\d\d$")] = "+00:00"
    place: OptionalId = None
    summary: str = ""
    handling: str = "TLP:AMBER"
    standards: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "more-likely-than-not",
        "clear-and-convincing",
        "beyond-reasonable-doubt",
    )
    loss: dict[Literal["false_finding", "missed_finding"], Annotated[float, Field(gt=0, allow_inf_nan=False)]] = {}
    model: dict[str, Annotated[Range, BeforeValidator(lambda v: read_range(str(v)))]] = {}
    question: tuple[Question, ...] = ()
    finding: tuple[Finding, ...] = ()
