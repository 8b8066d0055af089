"""tracks.toml: what a case asks of its tracks. Without the file, sensible questions are asked and said to be judgement.

[[base_rate]]
id = "stops"                    # offered to the weighing as base-rate:stops
places = ["office", "bank"]     # of places.csv; blank: every place with a stop in stops.csv, else every place
seen = 3                        # how many of them were visited; blank: those with a stop in stops.csv
listed = "3-20"                 # how many places were on the watch list
p_visit = "0.2-0.6"             # P(a vehicle of the network visits a listed place that day)
visit = "stop"                  # or "pass";  radius_m, least_s, error_m, hours = [8.9, 16.9] (local time)
basis = "judgement: why"
[[custody]]                     # see custody/chain.py
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from blindspot.errors import CaseError, Problem, Where
from blindspot.quantities import Range, read_range

if TYPE_CHECKING:
    from pathlib import Path

FILE = "tracks.toml"
Numbers = Annotated[Range, BeforeValidator(lambda v: read_range(str(v)) if isinstance(v, str | int | float) else v)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class BaseRate(_Table):
    """[[base_rate]]: one question of how ordinary a pattern of visits is."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")] = "stops"
    places: tuple[str, ...] = ()
    seen: Annotated[int | None, Field(ge=0)] = None
    listed: Numbers | None = None
    p_visit: Numbers = Range(0.15, 0.6)
    visit: Literal["stop", "pass"] = "stop"
    radius_m: Annotated[float, Field(gt=0, le=5000)] = 100.0
    least_s: Annotated[float, Field(gt=0, le=86_400)] = 180.0
    error_m: Annotated[float, Field(ge=0, le=5000)] = 0.0
    hours: Annotated[tuple[float, float], Field()] = (0.0, 24.0)
    basis: str = "judgement: default of the program"


class Gap(_Table):
    """One interruption of the view in [[custody]]; every number a range."""

    id: str
    seconds: Numbers
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    p_stay: Numbers = Range(0.95, 1.0)
    density_km2: Numbers | None = None  # vehicles per km2 there and then; blank: as in the custody
    passes: Numbers | None = None  # share of them that would pass as the same
    sigma_m: Numbers | None = None  # blank: from the displacement law at `seconds`
    crowding: Numbers | None = None  # look-alikes near it, times those of an even spread; blank: see custody/chain.py
    candidates: Annotated[int | None, Field(ge=1)] = None
    basis: str = "judgement"


class Custody(_Table):
    """[[custody]]: the chain of gaps between two moments."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
    hours: Numbers
    density_km2: Numbers
    passes: Numbers
    gap: Annotated[tuple[Gap, ...], Field(min_length=1)]
    marks: str = ""  # the log of marks/, without .jsonl, in which this vehicle was followed through footage
    driver: Numbers | None = None  # P(still the same driver | same vehicle)
    driver_basis: str = "judgement"
    person: Numbers | None = None  # P(the driver is the person named | same driver)
    person_basis: str = "judgement"
    basis: str = "judgement"


class Settings(_Table):
    """The whole file."""

    base_rate: tuple[BaseRate, ...] = ()
    custody: tuple[Custody, ...] = ()


def read_settings(root: Path) -> Settings:
    """tracks.toml of a case; empty settings where there is none. Raises CaseError with every problem."""
    path = root / FILE
    if not path.is_file():
        return Settings()
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError([Problem(Where(FILE), f"is not TOML: {error}")]) from error
    try:
        return Settings.model_validate(found)
    except ValidationError as error:
        problems = [
            Problem(
                Where(FILE, None, ".".join(str(part) for part in e["loc"])),
                e["msg"].removeprefix("Value error, "),
                None if isinstance(e["input"], dict | list | tuple) else str(e["input"]),
            )
            for e in error.errors()
        ]
        raise CaseError(problems) from error
