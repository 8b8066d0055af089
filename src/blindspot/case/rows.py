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
    name: Text  # who or what speaks, as the reader may know it
    role: str = ""  # class of source, docs/codebook.md section 1
    party: str = ""  # the side it speaks for
    anonymity: Annotated[
        Literal["named", "title", "organisation", "relation", "unnamed"] | None, BeforeValidator(_blank)
    ] = None
    reliability: Reliability = None  # Admiralty letter or range: P(faithful); blank = F
    interest: Ids = ()  # none, unknown, or question:hypothesis;...
    derives_from: Ids = ()  # sources it takes over; ROOT rows are underlying sensors or witness groups
    url: str = ""  # where it can be read
    note: str = ""
    basis: str = scales.JUDGEMENT  # citation of the rating, or judgement
    by: str = ""  # who rated


class Fact(Row):
    """facts.csv: something that is so or not so, asked of every hypothesis of its question."""

    id: Id
    question: Id
    text: Text  # what anyone would agree was so, not a reading of it
    place: OptionalId = None  # where it would show: for the map, not for the weighing
    stop: OptionalId = None  # at which stop it would show: gives place and time on map and timeline
    basis: str = scales.JUDGEMENT  # citation, or judgement
    by: str = ""  # who wrote it


class Origin(Row):
    """origins.csv: one observation of one fact, however many report it."""

    id: Id
    fact: Id  # the fact it bears on; one artefact that bears on several has a row for each
    kind: str = ""  # how it came about, docs/codebook.md section 3
    team: str = ""  # who interpreted it: one team errs together
    hit: Probability = None  # P(shows it | it is so and could be told)
    false_alarm: Probability = None  # P(shows it | it is not so)
    opportunity: Probability = None  # P(could have told); needed for "no" and for silence
    first_known: OptionalTime = None  # when it could first be known
    note: str = ""
    artefact: str = ""  # the same recording or file behind several rows
    lens: Annotated[Literal["raises_false_alarms", "lowers_hits", "none"] | None, BeforeValidator(_blank)] = (
        None  # what an expectation does to this team
    )
    basis: str = scales.JUDGEMENT  # citation of the ranges, or judgement
    by: str = ""  # who rated


class Claim(Row):
    """claims.csv: who said what, when, public when, from which observation."""

    id: Id
    said_at: OptionalTime = None  # when it was said
    public_at: OptionalTime = None  # when it could be read: replay goes by this
    source: Id  # id in sources.csv
    origin: Annotated[
        Annotated[str, Field(pattern=r"^(\?|[A-Za-z0-9][A-Za-z0-9_.-]*)$")] | None, BeforeValidator(_blank)
    ] = None  # id in origins.csv; ? = a basis that was not named
    says: Annotated[Literal["yes", "no", "silent"] | None, BeforeValidator(_blank)] = (
        None  # what it says of the fact of its origin
    )
    directness: Annotated[Literal["first_hand", "second_hand", "unknown"] | None, BeforeValidator(_blank)] = (
        None  # how near the speaker was to the observation
    )
    basis: str = ""  # how the speaker knows, in a word
    copy_of: OptionalId = None  # the claim it takes over
    quote_summary: str = ""  # in your own words
    url: str = ""
    fact: OptionalId = None  # needed where origin is ?
    favours: Annotated[str | None, BeforeValidator(_blank)] = None  # small cases: hypothesis, or question:hypothesis
    strength: Strength = None  # small cases: ENFSI word or likelihood ratio
    would_report: Probability = None  # silence: P(would have said so, had the origin shown it)
    copied: Probability = None  # share of a copy that is copied; blank with copy_of = 1
    retracted_at: OptionalTime = None  # from then on it does not count
    verified: str = ""  # seen = read by the coder; memory = not checked
    note: str = ""


class Place(Row):
    """places.csv: a point with its error; a place that is not known has no row."""

    id: Id
    name: Text
    lat: Annotated[float, Field(ge=-90, le=90)]  # degrees north, WGS84
    lon: Annotated[float, Field(ge=-180, le=180)]  # degrees east
    error_m: Annotated[float, Field(ge=0, allow_inf_nan=False)]  # radius within which it lies, metres
    how: str = ""  # how the position was derived
    label: str = ""  # short name on the map


class Stop(Row):
    """stops.csv: where the vehicle stopped, as reported, in UTC."""

    id: Id
    place: OptionalId = None  # id in places.csv; blank = not known where
    start: OptionalTime = None  # when it stopped
    end: OptionalTime = None  # when it went on
    clock: str = ""  # whose clock
    activity: str = ""  # what was done there, and from what that is known
    reported_by: OptionalId = None  # id in sources.csv
    official_reading: str = ""  # what officials took it for
    url: str = ""
    note: str = ""


class Standard(Row):
    """standards.csv: a standard of proof as a cited range of probability."""

    id: Id
    text: Text  # its name
    low: Annotated[float, Field(gt=0, lt=1)]  # threshold of probability, lower end
    high: Annotated[float, Field(gt=0, lt=1)]  # upper end
    citation: Text  # who gives this number


class Listed(Row):
    """lists/<recorder>.csv: a person or a group on a list of casualties."""

    id: Id
    name: str = ""  # in Latin letters
    name_local: str = ""  # in its own script
    age: str = ""  # 10, 18 months, 30-35, "infant"
    sex: str = ""  # as written
    status: Annotated[Literal["killed", "injured", "missing"] | None, BeforeValidator(_blank)] = None
    date: LocalTime = None  # Gregorian, Solar Hijri or Islamic
    place: str = ""
    group_size: OptionalCount = None  # unnamed persons in this row
    source: OptionalId = None  # id in sources.csv
    url: str = ""
    note: str = ""


class Described(Row):
    """texts.csv: what is known of a text: when it was public, by whom, and whether it is the primary record of what was said."""

    id: Text  # the file, relative to texts/
    public_at: OptionalTime = None  # when it could be read
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
    value: Annotated[Quantity, _probability("likelihood")]  # a range or a word of the scale
    rated_at: OptionalTime = None  # when
    again: Annotated[Literal["", "yes"], Field()] = ""  # yes = shown a second time without name and order
    note: str = ""


class Expected(Row):
    """One filled cell of expect.csv: P(fact | hypothesis)."""

    question: Id
    hypothesis: Id
    fact: Id
    value: Annotated[Quantity, _probability("likelihood")]


class Hypothesis(Row):
    """case.toml, [[question.hypothesis]]: one account that could be so."""

    id: Id
    text: Text  # as a reader would say it
    prior: (
        Annotated[Quantity | None, _probability("likelihood")]
        | dict[str, Annotated[Quantity, _probability("likelihood")]]
    ) = None  # range or word; a table by answer where the question has `given`; blank = equal shares
    basis: str = scales.JUDGEMENT  # citation, or judgement
    by: str = ""  # who rated


class Question(Row):
    """case.toml, [[question]]: something asked of the incident; the account `other` is added where it is not listed."""

    id: Id
    text: Text  # as a reader would ask it
    hypothesis: tuple[Hypothesis, ...]
    asserted: OptionalId = None  # the account under test; blank = the first hypothesis
    given: OptionalId = None  # the question on whose answer the prior depends


class Finding(Row):
    """case.toml, [[finding]]: what an authority later said; an event, never "truth"."""

    question: Id
    hypothesis: Id
    by: Text  # the authority
    date: Annotated[Moment, BeforeValidator(_moment)]  # when it was public
    url: str = ""
    confidence: str = ""
    contested: bool = False  # true where serious parties dispute it
    note: str = ""


class Head(Row):
    """case.toml: the incident and what is asked of it."""

    id: Id
    title: Text
    date: Annotated[Moment, BeforeValidator(_moment)]  # day of the incident, UTC
    time: OptionalTime = None  # as exact as it is known
    clock: str = ""  # whose clock the time is
    utc_offset: Annotated[str, Field(pattern=r"^[+-]\d\d:\d\d$")] = "+00:00"  # local time, shown beside UTC
    place: OptionalId = None  # id in places.csv
    actor: str = ""  # whose force struck, as `party` in sources.csv names it
    summary: str = ""
    handling: str = "TLP:AMBER"  # TLP label that everything has unless said otherwise
    standards: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "more-likely-than-not",
        "clear-and-convincing",
        "beyond-reasonable-doubt",
    )  # ids of standards of proof, the first leads
    loss: dict[
        Literal["false_finding", "missed_finding"], Annotated[float, Field(gt=0, allow_inf_nan=False)]
    ] = {}  # false_finding and missed_finding, for the least costly verdict
    model: dict[
        str, Annotated[Range, BeforeValidator(lambda v: read_range(str(v)))]
    ] = {}  # ranges that replace a default of the model
    question: tuple[Question, ...] = ()  # see below
    finding: tuple[Finding, ...] = ()  # see below
