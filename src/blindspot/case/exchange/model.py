"""What an import brings, whatever tool it comes from, and what it could not take."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """One record of another tool. What is not known stays None or blank; everything as given stands in `fields`."""

    id: str
    kind: str  # event, source, document, person, point, track, timestamp, row
    text: str = ""
    when: str = ""  # a day, an instant or an interval that `read_moment` takes; blank = unknown
    when_note: str = ""  # what the time lacks: its zone, its precision
    lat: float | None = None
    lon: float | None = None
    error_m: float | None = None
    place: str = ""
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()  # SHA-256:hex (verified | not at hand | does not match)
    restricted: dict[str, str] = field(default_factory=dict)  # device ids, addresses, cells: kept apart from the rest
    fields: dict[str, Any] = field(default_factory=dict)
    row: int = 0


@dataclass(frozen=True, slots=True)
class Untaken:
    """A row, or a part of one, that could not be taken, and why."""

    row: int
    what: str
    why: str


@dataclass(slots=True)
class Imported:
    """Everything that one import brings."""

    format: str
    items: list[Item] = field(default_factory=list)
    untaken: list[Untaken] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, row: int, what: object, why: str) -> None:
        """List something that was not taken."""
        self.untaken.append(Untaken(row, str(what)[:200], why))


_NUMBER = re.compile(r"\s*([+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*°?\s*")


def coordinates(lat: object, lon: object, row: int, into: Imported) -> tuple[float | None, float | None]:
    """A pair of degrees, or unknown. Blank, half a pair, out of range and 0,0 are unknown, never a place."""
    if _blank(lat) and _blank(lon):
        return None, None
    values = []
    for name, value in (("latitude", lat), ("longitude", lon)):
        m = _NUMBER.fullmatch(str(value)) if not _blank(value) else None
        if m is None:
            into.refuse(row, f"{name} {value!r}", "is not a number of degrees; the place stays unknown")
            return None, None
        values.append(float(m[1].replace(",", ".")))
    x, y = values
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 90 and abs(y) <= 180):
        into.refuse(row, f"{lat}, {lon}", "lies outside the degrees of the Earth; the place stays unknown")
        return None, None
    if x == 0 and y == 0:
        into.refuse(row, "0, 0", "is how other tools write an unknown place; it stays unknown")
        return None, None
    return x, y


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def day(text: str, order: str, row: int, into: Imported) -> str:
    """A day written as `order` (mdy, dmy or ymd) -> 2021-08-29; blank and listed where it is not one."""
    from datetime import date

    bare = text.strip()
    if not bare:
        return ""
    m = re.fullmatch(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})", bare)
    if m is None:
        into.refuse(row, f"date {text!r}", f"is not a day written {order}; the day stays unknown")
        return ""
    parts = dict(zip("ymd" if len(m[1]) == 4 else order, (int(x) for x in m.groups()), strict=True))
    try:
        return date(parts["y"], parts["m"], parts["d"]).isoformat()
    except ValueError:
        into.refuse(row, f"date {text!r}", f"is not a day written {order}; the day stays unknown")
        return ""


def utc_prefix(text: str) -> str:
    """A UTC date of any precision (2021, 2021-08, 2021-08-29, ...T12:53) as an interval that is no more precise; else blank."""
    from calendar import monthrange
    from datetime import UTC, datetime, timedelta

    t = text.strip().replace(" ", "T").removesuffix("Z")
    t = "" if t.startswith("9999") else t  # the last year that can be written: its last day has no end
    try:
        if re.fullmatch(r"\d{4}", t):
            datetime(int(t), 1, 1, tzinfo=UTC)
            return f"{t}-01-01/{t}-12-31"
        if m := re.fullmatch(r"(\d{4})-(\d{2})", t):
            return f"{t}-01/{t}-{monthrange(int(m[1]), int(m[2]))[1]:02d}"
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", t):
            datetime.fromisoformat(t)
            return t
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}(:\d{2})?", t):
            start = datetime.fromisoformat(t if ":" in t else t + ":00").replace(tzinfo=UTC)
            end = start + (timedelta(minutes=1) if ":" in t else timedelta(hours=1))
            return f"{start:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}"
        moment = datetime.fromisoformat(t)
    except (ValueError, OverflowError):
        return ""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
