"""What stands in sorties.toml? Bases, places, closed airspace, aircraft, and what was said in public about the flights.

Every number is a range (`16-20`) in the unit that its name carries, and has a `basis`: a citation, or `judgement`.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from blindspot.case import scales
from blindspot.case.reading import _plain_dates, _problems, _text, _toml_line, _toml_lines
from blindspot.case.rows import Id, Ids, OptionalTime, Row, Text
from blindspot.errors import Problem, Where
from blindspot.quantities import Range, read_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

FILE = "sorties.toml"


def _range(low: float, high: float, unit: str) -> BeforeValidator:
    def read(value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return value
        numbers = read_range(value)
        if numbers.low < low or numbers.high > high:
            raise ValueError(f"is outside {low:g}-{high:g} {unit}; is it in another unit?")
        return numbers

    return BeforeValidator(read)


Hours = Annotated[Range, _range(0, 1000, "hours")]
Endurance = Annotated[Range, _range(0.1, 1000, "hours")]
Speed = Annotated[Range, _range(20, 4000, "km/h")]
Kilometres = Annotated[Range, _range(0, 40000, "km")]
Share = Annotated[Range, _range(0, 1, "(a share)")]
Ratio = Annotated[Range, _range(1, 1e6, "(a ratio)")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class Base(Row):
    """[[base]]: from where the aircraft flew: an ICAO code of the packaged table, or a point."""

    id: Id
    name: Text
    icao: str = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    phase: str = ""  # the period in which it was in use, for example "before the withdrawal"
    basis: str = scales.JUDGEMENT
    by: str = ""

    @model_validator(mode="after")
    def _has_a_point(self) -> Base:
        if not self.icao and (self.lat is None or self.lon is None):
            raise ValueError("has no position; give icao, or lat and lon")
        return self


class Watched(Row):
    """[[place]]: what was to be watched; lat and lon blank = the place of that id in places.csv."""

    id: Id
    name: str = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    basis: str = scales.JUDGEMENT


class Closed(Row):
    """[[closed]]: airspace that the flights kept out of."""

    country: str = ""
    polygon: tuple[tuple[Longitude, Latitude], ...] = ()
    standoff_km: Annotated[float, Field(ge=0, le=1000)] = 0.0
    basis: str = scales.JUDGEMENT

    @model_validator(mode="after")
    def _has_a_shape(self) -> Closed:
        if not self.country and len(self.polygon) < 3:
            raise ValueError("closes nothing; give country, or polygon with three points or more")
        return self


class Pair(Row):
    """[[aircraft.point]]: endurance at one speed."""

    speed_kmh: Annotated[float, Field(gt=20, le=4000)]
    endurance_h: Annotated[float, Field(gt=0, le=1000)]


class Plane(Row):
    """[[aircraft]]: a type in one configuration."""

    id: Id
    name: Text
    endurance_h: Endurance
    speed_kmh: Speed  # in transit, over ground
    best_speed_kmh: Speed | None = None  # speed of best endurance: fuel then follows the drag polar
    point: tuple[Pair, ...] = ()
    reserve_h: Hours = Range(0.0, 0.0)
    basis: str = scales.JUDGEMENT
    by: str = ""

    @model_validator(mode="after")
    def _one_law(self) -> Plane:
        if self.point and self.best_speed_kmh:
            raise ValueError("has both point and best_speed_kmh; keep one of the two")
        if self.reserve_h.high >= self.endurance_h.high:
            raise ValueError("keeps a reserve longer than its endurance; are both in hours?")
        return self


class Bounds(Row):
    """[limits]: what no statement may break."""

    bases: Ids = ()  # bases from which the statements are tested; blank = all
    speed_kmh: Speed
    endurance_h: Endurance
    basis: str = scales.JUDGEMENT


class Cue(Row):
    """[cue]: loss of human sources as search theory."""

    area_ratio: Ratio  # A_0 / A_c
    sweep_h: Annotated[Range, _range(0.01, 10000, "hours")]  # hours that one sweep of the cued area takes
    event_h: Annotated[Range, _range(0.01, 10000, "hours")]  # how long there is something to see
    basis: str = scales.JUDGEMENT
    by: str = ""


class Said(Row):
    """[[statement]]: a public statement about the flights, as a bound."""

    id: Id
    quantity: Literal[
        "transit_share",
        "endurance_h",
        "takeoff_interval_h",
        "round_trip_h",
        "speed_kmh",
        "range_km",
        "aircraft_per_orbit",
        "base",
        "context",
    ]
    at_least: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    at_most: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    base: Ids = ()
    said_at: OptionalTime = None
    speaker: str = ""
    summary: Text  # in our own words
    url: str = ""
    basis: str = scales.JUDGEMENT  # of the bounds: how the words became numbers

    @model_validator(mode="after")
    def _has_a_bound(self) -> Said:
        if self.quantity in {"base", "context"}:
            if self.quantity == "base" and not self.base:
                raise ValueError('names no base; give base = "id"')
            return self
        if self.at_least is None and self.at_most is None:
            raise ValueError("bounds nothing; give at_least, at_most, or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("is upside down; at_least is above at_most")
        if self.quantity == "transit_share" and (self.at_most or self.at_least or 0) > 1:
            raise ValueError("is above 1; a share lies between 0 and 1")
        return self


class Sorties(Row):
    """The whole of sorties.toml."""

    place: Id  # the place about which the statements are tested
    turnaround_h: Hours
    turnaround_basis: str = scales.JUDGEMENT
    abort: Share = Range(0.0, 0.0)
    abort_basis: str = scales.JUDGEMENT
    most_aircraft: Annotated[int, Field(ge=1, le=12)] = 6
    limits: Bounds | None = None
    cue: Cue | None = None
    base: Annotated[tuple[Base, ...], Field(min_length=1)]
    places: Annotated[tuple[Watched, ...], Field(min_length=1)]
    closed: tuple[Closed, ...] = ()
    aircraft: Annotated[tuple[Plane, ...], Field(min_length=1)]
    statement: tuple[Said, ...] = ()


def read_sorties(root: Path, problems: list[Problem], known_place: Callable[[str], bool]) -> Sorties | None:
    """sorties.toml with every problem in it; None where absent or wrong. `known_place`: whether places.csv has that id."""
    text = _text(root / FILE, FILE, problems)
    if text is None:
        return None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(Where(FILE), "is not TOML: " + str(error)))
        return None
    lines = _toml_lines(text)
    try:
        found = Sorties.model_validate(_plain_dates(data))
    except ValidationError as error:
        problems.extend(
            _problems(error, lambda loc: Where(FILE, _toml_line(lines, loc), ".".join(map(str, loc)) or None))
        )
        return None
    before = len(problems)
    _crosscheck(found, lines, problems, known_place)
    return found if len(problems) == before else None


def with_rows(root: Path, problems: Iterable[Problem]) -> list[Problem]:
    """Problems of sorties.toml that name a key (`base.0.icao`), with the row on which it stands."""
    lines = _toml_lines((root / FILE).read_text(encoding="utf-8-sig"))
    found = []
    for p in problems:
        loc = tuple(int(part) if part.isdigit() else part for part in (p.where.column or "").split("."))
        found.append(replace(p, where=replace(p.where, row=_toml_line(lines, loc))))
    return found


def _crosscheck(found: Sorties, lines: Any, problems: list[Problem], known_place: Callable[[str], bool]) -> None:
    bases = [b.id for b in found.base]
    for table, ids in (
        ("base", bases),
        ("places", [p.id for p in found.places]),
        ("aircraft", [a.id for a in found.aircraft]),
    ):
        for i, key in enumerate(ids):
            if key in ids[:i]:
                problems.append(
                    Problem(
                        Where(FILE, _toml_line(lines, (table, i)), "id"),
                        "stands twice",
                        key,
                        "give each an id of its own",
                    )
                )
    for i, place in enumerate(found.places):
        if place.lat is None and not known_place(place.id):
            problems.append(
                Problem(
                    Where(FILE, _toml_line(lines, ("places", i)), "id"),
                    "is not in places.csv",
                    place.id,
                    "give lat and lon here, or add the place there",
                )
            )
    if found.place not in {p.id for p in found.places}:
        problems.append(
            Problem(Where(FILE, _toml_line(lines, ("place",)), "place"), "is not one of [[places]]", found.place)
        )
    for base in found.limits.bases if found.limits else ():
        if base not in bases:
            problems.append(
                Problem(
                    Where(FILE, _toml_line(lines, ("limits", "bases")), "bases"),
                    "is not the id of a base",
                    base,
                    f"the bases are: {', '.join(bases)}",
                )
            )
    check_bases(found, FILE, problems, lambda i: _toml_line(lines, ("statement", i)))


def check_bases(
    found: Sorties, file: str, problems: list[Problem], line: Callable[[int], int | None] = lambda _: None
) -> None:
    """Every statement that stands twice, names a base that is not there, or has no limits to be held against."""
    bases = [b.id for b in found.base]
    ids = [s.id for s in found.statement]
    for i, said in enumerate(found.statement):
        if said.id in ids[:i]:
            problems.append(Problem(Where(file, line(i), "id"), "stands twice", said.id, "give each an id of its own"))
        for base in said.base:
            if base not in bases:
                right = f"the bases are: {', '.join(bases)}"
                problems.append(Problem(Where(file, line(i), "base"), "is not the id of a base", base, right))
    if found.statement and found.limits is None:
        right = "statements need [limits] with speed_kmh and endurance_h"
        problems.append(Problem(Where(FILE, 1, "limits"), "is missing", None, right))
