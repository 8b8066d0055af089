"""Which day is meant? Dates in the Gregorian, Solar Hijri and Islamic calendars, with the original kept.

Years 1340-1415 of a list are read as Solar Hijri (1961-2037), years 1416-1500 as Islamic (1995-2077): for incidents of that
time the two never share a year number. Solar Hijri by the 33-year cycle, exact for 1206-1498 (Borkowski 1996); Islamic by the
tabular rule, which the sighted month may miss by a day, so a day more is left on either side (Reingold & Dershowitz 2018).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from blindspot.quantities import Moment, read_moment

SOLAR, ISLAMIC = range(1340, 1416), range(1416, 1501)
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_DATE = re.compile(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\s*")
_LEAP_OF_33 = {1, 5, 9, 13, 17, 22, 26, 30}


def read_local_moment(text: str) -> Moment:
    """A time as `read_moment` takes it, or a date in one of the other calendars; `text` keeps what was written.

    Raises ValueError where it is none of them.
    """
    plain = text.translate(_DIGITS)
    found = _DATE.fullmatch(plain)
    if found is None:
        return read_moment(plain)
    year, month, day = (int(part) for part in found.groups())
    if year in SOLAR:
        return _day(solar(year, month, day), 0, f"{text.strip()} (Solar Hijri)")
    if year in ISLAMIC:
        return _day(islamic(year, month, day), 1, f"{text.strip()} (Islamic)")
    return read_moment(f"{year:04d}-{month:02d}-{day:02d}")


def solar(year: int, month: int, day: int) -> date:
    """The Gregorian day of a Solar Hijri date. Raises ValueError for a day that does not exist."""
    lengths = [31] * 6 + [30] * 5 + [30 if year % 33 in _LEAP_OF_33 else 29]
    if not (1 <= month <= 12 and 1 <= day <= lengths[month - 1]):
        raise ValueError("is no day of the Solar Hijri calendar; write year-month-day")
    step = 1 if year >= 1400 else -1
    days = sum(step * (366 if y % 33 in _LEAP_OF_33 else 365) for y in range(min(year, 1400), max(year, 1400)))
    return date(2021, 3, 21) + timedelta(days=days + sum(lengths[: month - 1]) + day - 1)


def islamic(year: int, month: int, day: int) -> date:
    """The Gregorian day of a tabular Islamic date. Raises ValueError for a day that does not exist."""
    last = 30 if month % 2 or (month == 12 and (11 * year + 14) % 30 < 11) else 29
    if not (1 <= month <= 12 and 1 <= day <= last):
        raise ValueError("is no day of the Islamic calendar; write year-month-day")
    days = (year - 1) * 354 + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2 + day - 1
    return date(622, 7, 19) + timedelta(days=days)


def _day(day: date, slack: int, text: str) -> Moment:
    start = datetime.combine(day, time(), UTC)
    return Moment(start - timedelta(days=slack), start + timedelta(days=1 + slack), text)
