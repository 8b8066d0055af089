"""Times as people write them -> seconds since 1970 in UTC. A time without a zone is read as told, and said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.track.model import Floats
    from blindspot.measure.track.read.faults import Faults

# Seconds, milliseconds, microseconds, nanoseconds since 1970 tell themselves apart by size (1973 to 5138 each).
UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (float("inf"), 1e9))
FORMATS = ("%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y%m%d%H%M%S")
SLASHED = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M %p")


@dataclass(frozen=True, slots=True)
class Zone:
    """The offset for times that name none, as the caller gave it (None: not given, UTC is taken and said).

    month_first: 12/31/2021 and not 31/12/2021, as the rows of the file show.
    """

    offset_s: float | None = None
    month_first: bool = False

    @classmethod
    def read(cls, text: str | None) -> Zone:
        """`+04:30` -> its offset. Raises UsageError."""
        if text is None:
            return cls()
        try:
            moment = datetime.fromisoformat(f"2000-01-01T00:00:00{text}")
        except ValueError as error:
            raise UsageError(f"--utc-offset {text}: is not an offset; write +04:30 or -07:00.") from error
        offset = moment.utcoffset()
        if offset is None:
            raise UsageError(f"--utc-offset {text}: is not an offset; write +04:30 or -07:00.")
        return cls(offset.total_seconds())


def numbers(values: Floats) -> Floats:
    """Numbers since 1970 of whatever unit -> seconds."""
    out = np.asarray(values, float).copy()
    size = np.abs(out)
    low = 0.0
    for most, unit in UNITS:
        part = (size >= low) & (size < most)
        out[part] /= unit
        low = most
    return out


def texts(values: Sequence[Any], file: str, zone: Zone, faults: Faults, first_row: int = 2) -> Floats:
    """Times as text -> seconds; NaN where unreadable. Times without a zone, and mixed zones, are told to `faults`."""
    out = np.full(len(values), np.nan)
    naive, where_naive = 0, 0
    zones: set[object] = set()
    for i, value in enumerate(values):
        moment = _moment(str(value).strip(), month_first=zone.month_first) if value is not None else None
        if moment is None:
            continue
        if moment.tzinfo is None:
            naive += 1
            where_naive = where_naive or first_row + i
            moment = moment.replace(tzinfo=timezone(timedelta(seconds=zone.offset_s or 0.0)))
        else:
            zones.add(zone_name(moment.strftime("%z")))
        out[i] = moment.timestamp()
    if naive:
        faults.no_zone(file, naive, where_naive)
    faults.offsets.setdefault(file, set()).update(zones)
    return out


def zone_name(text: str) -> str:
    """`Z`, `+0430` or `+04:30` -> `+04:30`, so that one zone written two ways is one."""
    digits = "+0000" if text == "Z" else text.replace(":", "")
    return f"{digits[:3]}:{digits[3:5]}"


def _moment(text: str, *, month_first: bool = False) -> datetime | None:
    if not text:
        return None
    if text.endswith((" UTC", " GMT")):
        text = f"{text[:-4]}+00:00"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        return datetime.fromtimestamp(float(numbers(np.array([number]))[0]), UTC) if abs(number) < 1e20 else None
    slashed = [form.replace("%d/%m", "%m/%d") if month_first else form for form in SLASHED]
    for form in (*FORMATS, *slashed):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone, if any, is the caller's to say
        except ValueError:
            continue
    return None
