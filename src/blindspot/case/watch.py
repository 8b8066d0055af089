"""What stands in watch.csv and households.csv? Who could see a place, and who may have been there.

A row of watch.csv is one watch of one place by one sensor. Each factor is a range; blank = worked out where it can be
(line of sight from the surface, or from setting, wall, width and depression; resolution from gsd_m), else left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from blindspot.case import scales
from blindspot.case.rows import Id, OptionalCount, OptionalId, OptionalNumber, OptionalTime, Row
from blindspot.quantities import Range, Reference, read_range, read_reference


def _within(low: float, high: float, unit: str) -> BeforeValidator:
    def read(value: Any) -> Any:
        if isinstance(value, str) and not value.strip():
            return None
        if not isinstance(value, str):
            return value
        numbers = read_range(value)
        if numbers.low < low or numbers.high > high:
            raise ValueError(f"is outside {low:g}-{high:g} {unit}; is it in another unit?")
        return numbers

    return BeforeValidator(read)


def _share(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        return None
    if not isinstance(value, str):
        return value
    found = scales.read_probability(value)
    if not isinstance(found, Range):
        raise ValueError("is a computation; write a range such as 0.2-0.4")  # noqa: TRY004  # pydantic reads ValueError
    return found


def _share_or_reference(value: Any) -> Any:
    if isinstance(value, str) and (found := read_reference(value)) is not None:
        return found
    return _share(value)


Share = Annotated[Range | None, BeforeValidator(_share)]
ShareOrReference = Annotated[Range | Reference | None, BeforeValidator(_share_or_reference)]


class Watch(Row):
    """watch.csv: one watch of one place."""

    id: Id
    place: Id  # id in places.csv
    start: OptionalTime = None  # of the watch
    end: OptionalTime = None  # of the watch
    sensor: str = ""  # what looked
    on_station: Share = None  # P(a sensor was there at all)
    in_view: Share = None  # P(the place was inside the picture)
    line_of_sight: Share = None  # P(nothing stood between); blank = worked out
    setting: Annotated[
        Literal["courtyard", "alley", "open"] | None, BeforeValidator(lambda v: None if v == "" else v)
    ] = None  # what the place is like, where there is no surface
    wall_m: Annotated[Range | None, _within(0, 500, "metres")] = None  # height of the walls
    width_m: Annotated[Range | None, _within(0.5, 5000, "metres")] = None  # from wall to wall
    depression_deg: Annotated[Range | None, _within(1, 90, "degrees")] = None  # of the line of sight below the horizon
    surface: str = ""  # heights as GeoTIFF, or outlines of buildings with heights, relative to the case
    ground: str = ""  # the bare ground on the same grid
    orbit_km: Annotated[Range | None, _within(0, 100, "km")] = None  # radius of a circle about the place
    altitude_m: Annotated[Range | None, _within(10, 30000, "metres")] = None  # above the ground
    path: str = ""  # sensor positions as CSV in flights/, or a video with telemetry, relative to the case
    gsd_m: Annotated[Range | None, _within(0.001, 50, "metres per pixel")] = (
        None  # ground sample distance, metres per pixel
    )
    shade: Share = None  # P(noticed in the shade) / P(noticed in the sun); blank = the shade is not reckoned with
    attention: Share = None  # P(somebody looked there with a mind for people)
    looks: Annotated[Range | None, _within(1, 10000, "looks")] = None  # how many looks
    looks_apart_s: Annotated[Range | None, _within(0, 1e6, "seconds")] = (
        None  # from one look to the next, where a path is given
    )
    shared: Share = None  # share of what the looks have in common
    pointing_error_m: OptionalNumber = None  # one sigma
    height_error_m: OptionalNumber = None  # of the surface, one sigma
    basis: str = scales.JUDGEMENT  # citation of the ranges, or judgement
    by: str = ""  # who rated
    note: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Watch:
        if self.setting in {"courtyard", "alley"} and None in {self.wall_m, self.width_m, self.depression_deg}:
            raise ValueError(f"setting {self.setting} needs wall_m, width_m and depression_deg")
        if self.start and self.end and self.end.end <= self.start.start:
            raise ValueError("ends before it begins; write the earlier time first")
        if self.path and not (self.start and self.end):
            raise ValueError("a path needs start and end: the time in which a moment without record counts as unseen")
        if self.looks_apart_s and not self.path:
            raise ValueError("looks_apart_s needs a path: only that says when the place was in the picture")
        if self.surface and not self.path and not (self.orbit_km and self.altitude_m):
            raise ValueError("a surface needs path, or orbit_km and altitude_m: from where it is seen")
        return self


class Household(Row):
    """households.csv: one place at one time, and who may have been there."""

    id: Id
    place: OptionalId = None  # blank = the id
    when: OptionalTime = None  # hour of interest
    households: Annotated[Range | None, _within(0, 200, "households")] = None  # how many live there
    table: Annotated[str, BeforeValidator(lambda v: v or "urban")] = (
        "urban"  # packaged Afghan table national | urban | rural, or a CSV file of the case
    )
    children: Share = None  # share of children
    home_adult: Share = None  # blank = the packaged table for the local hour
    home_child: Share = None  # as home_adult
    passers: Annotated[Range | None, _within(0, 10000, "people")] = None  # people who are not of the households
    outdoors: Share = None  # P(in the open | at home)
    noticed_adult: ShareOrReference = None  # P(noticed | outdoors); blank = coverage:<place>
    noticed_child: ShareOrReference = None  # as noticed_adult
    together: Share = None  # P(all are indoors together)
    seen: OptionalCount = None  # persons noticed; blank = nothing was reported
    basis: str = scales.JUDGEMENT  # citation of the ranges, or judgement
    by: str = ""  # who rated
    note: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Household:
        h = self.households
        if h is not None and (h.low % 1 or h.high % 1):
            raise ValueError("households are whole numbers, such as 1-3")
        if not any(r is not None and r.high > 0 for r in (h, self.passers)):
            raise ValueError("holds nobody; give households, passers, or both")
        return self
