"""Which day is meant? Dates in the Gregorian, Solar Hijri and Islamic calendars, with the original kept.

Years 1340-1415 of a list are read as Solar Hijri (1961-2037), years 1416-1500 as Islamic (1995-2077): for incidents of that
time the two never share a year number. A month may be a name in English, Arabic, Dari, Pashto or Iranian use. Solar Hijri by the 33-year
cycle, exact for 1206-1498 (Borkowski 1996); Islamic by the tabular rule, which the sighted month may miss by a day, so a day more is left
on either side (Reingold & Dershowitz 2018).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta

from blindspot.quantities import Moment, read_moment

SOLAR, ISLAMIC, GREGORIAN = range(1340, 1416), range(1416, 1501), range(1900, 2101)
HINT = "is not a date; write 2021-08-29, 1400-06-07 (Solar Hijri), 1443-01-20 (Islamic), or the day, the month's name and the year"
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_ERA = re.compile(r"(?<=\d)[\s,]*(?:(?:[هـ]+\.? ?[شق]?|[ap]\.?h\.?|h\.?s\.?|s\.?h\.?|هجري|شمسي|قمري|م|ميلادي)\.?\s*)+$")
_LEAP_OF_33 = {1, 5, 9, 13, 17, 22, 26, 30}
_SOLAR = (
    "حمل hamal وری wray فروردین farvardin", "ثور saur sawr thaur غویی ghwayay اردیبهشت ordibehesht", "جوزا jawza jauza غبرګولی خرداد khordad",
    "سرطان saratan sartan چنګاښ تیر tir", "اسد asad زمری zmaray مرداد mordad", "سنبله سنبلې sunbula sonbola sunbulah وږی wagay شهریور shahrivar",
    "میزان mizan تله مهر mehr", "عقرب aqrab لړم آبان aban", "قوس qaws qaus لیندۍ آذر azar", "جدی jadi jaddi jadee مرغومی دی dey", "دلو dalw dalwa سلواغه بهمن bahman",
    "حوت hut hoot کب اسفند esfand",
)  # fmt: skip
_ISLAMIC = (
    "محرم muharram moharram", "صفر safar", "ربیع_الاول rabi_al-awwal rabi_i", "ربیع_الثانی ربیع_الآخر rabi_al-thani rabi_ii", "جمادی_الاولی جمادی_الاول jumada_al-awwal jumada_i",
    "جمادی_الثانیه جمادی_الآخره جمادی_الثانی jumada_al-thani jumada_ii", "رجب rajab", "شعبان shaban sha'ban", "رمضان ramadan ramazan", "شوال shawwal",
    "ذوالقعده ذو_القعده ذی_القعده dhu_al-qadah zul_qaada", "ذوالحجه ذو_الحجه ذی_الحجه dhu_al-hijjah zul_hijja",
)  # fmt: skip
_GREGORIAN = (
    "january jan يناير كانون_الثاني جنوری", "february feb فبراير شباط فبروری", "march mar مارس آذار مارچ", "april apr ابريل أبريل نيسان اپریل", "may مايو ايار أيار می مې",
    "june jun يونيو حزيران جون", "july jul يوليو تموز جولای", "august aug اغسطس أغسطس آب اگست", "september sep sept سبتمبر ايلول أيلول سپتمبر",
    "october oct اكتوبر أكتوبر تشرين_الاول اکتوبر", "november nov نوفمبر تشرين_الثاني نومبر", "december dec ديسمبر كانون_الاول دسمبر",
)  # fmt: skip


def read_local_moment(text: str) -> Moment:
    """A time as `read_moment` takes it, or a date in one of the other calendars; `text` keeps what was written.

    Raises ValueError where it is none of them, or where day and month could change places.
    """
    plain = _ERA.sub("", _plain(text))
    numbers = _YEAR_FIRST.fullmatch(plain)
    if numbers:
        year, month, day = (int(part) for part in numbers.groups())
        return _moment(year, month, day, text, _calendar(year))
    numbers = _YEAR_LAST.fullmatch(plain)
    if numbers:
        first, second, year = (int(part) for part in numbers.groups())
        return _day_first(first, second, year, text)
    named = _named(plain)
    if named:
        return _moment(*named[:3], text, named[3])
    try:
        return read_moment(text.translate(_DIGITS))
    except ValueError as error:
        raise ValueError(str(error) if "zone" in str(error) or "before" in str(error) else HINT) from error


def solar(year: int, month: int, day: int) -> date:
    """The Gregorian day of a Solar Hijri date. Raises ValueError for a day that does not exist."""
    lengths = [31] * 6 + [30] * 5 + [30 if year % 33 in _LEAP_OF_33 else 29]
    if not (1 <= month <= 12 and 1 <= day <= lengths[month - 1]):
        raise ValueError("is no day of the Solar Hijri calendar; write year-month-day, such as 1400-06-07")
    step = 1 if year >= 1400 else -1
    days = sum(step * (366 if y % 33 in _LEAP_OF_33 else 365) for y in range(min(year, 1400), max(year, 1400)))
    return date(2021, 3, 21) + timedelta(days=days + sum(lengths[: month - 1]) + day - 1)


def islamic(year: int, month: int, day: int) -> date:
    """The Gregorian day of a tabular Islamic date. Raises ValueError for a day that does not exist."""
    last = 30 if month % 2 or (month == 12 and (11 * year + 14) % 30 < 11) else 29
    if not (1 <= month <= 12 and 1 <= day <= last):
        raise ValueError("is no day of the Islamic calendar; write year-month-day, such as 1443-01-20")
    days = (year - 1) * 354 + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2 + day - 1
    return date(622, 7, 19) + timedelta(days=days)


def _plain(text: str) -> str:
    """A date in lower case with Latin digits, letters of Arabic script as one form, no marks."""
    bare = unicodedata.normalize(
        "NFKD",
        text.translate(_DIGITS)
        .casefold()
        .replace("ي", "ی")
        .replace("ك", "ک")
        .replace("ې", "ی")
        .replace("ى", "ی")
        .replace("ګ", "گ"),
    )
    bare = "".join(c for c in bare if unicodedata.category(c) not in {"Mn", "Cf"})
    bare = bare.replace("ي", "ی").replace("ة", "ه")
    return bare.strip()


_MONTHS = {
    _plain(name).replace("_", " "): (number, calendar)
    for calendar, months in ((SOLAR, _SOLAR), (ISLAMIC, _ISLAMIC), (GREGORIAN, _GREGORIAN))
    for number, names in enumerate(months, 1)
    for name in names.split()
}
_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_NAMED = tuple(
    re.compile(order.replace("M", rf"(?P<m>{_MONTH})").replace("D", r"(?P<d>\d{1,2})(?:st|nd|rd|th)?").replace("Y", r"(?P<y>\d{4})").replace("_", r"[\s,./-]*"))
    for order in ("D_(?:of )?M_Y", "M_D_Y", "Y_M_D")
)  # fmt: skip


def _named(plain: str) -> tuple[int, int, int, range] | None:
    """Year, month, day and calendar of a date with the name of a month."""
    found = next((f for f in (form.fullmatch(plain) for form in _NAMED) if f), None)
    if found is None:
        return None
    month, calendar = _MONTHS[found["m"]]
    year = int(found["y"])
    if year not in calendar:
        raise ValueError(
            f"has a month of one calendar and the year of another; write {found['m']} with a year from {calendar[0]} to {calendar[-1]}"
        )
    return year, month, int(found["d"]), calendar


def _day_first(first: int, second: int, year: int, text: str) -> Moment:
    """A date that ends in its year. Solar Hijri and Islamic ones begin with the day; of others it must be plain which is the day."""
    calendar = _calendar(year)
    if calendar is GREGORIAN and first <= 12 and second <= 12 and first != second:
        raise ValueError(
            f"may begin with the day or with the month; write {year}-{second:02d}-{first:02d} or {year}-{first:02d}-{second:02d}"
        )
    day, month = (second, first) if calendar is GREGORIAN and second > 12 else (first, second)
    return _moment(year, month, day, text, calendar)


def _calendar(year: int) -> range:
    return SOLAR if year in SOLAR else ISLAMIC if year in ISLAMIC else GREGORIAN


def _moment(year: int, month: int, day: int, text: str, calendar: range) -> Moment:
    """The day as a time; a day that is none is said with its calendar."""
    if calendar is SOLAR:
        return _day(solar(year, month, day), 0, f"{text.strip()} (Solar Hijri)")
    if calendar is ISLAMIC:
        return _day(islamic(year, month, day), 1, f"{text.strip()} (Islamic)")
    written = f"{year:04d}-{month:02d}-{day:02d}"
    try:
        return _day(
            date.fromisoformat(written), 0, written if text.strip() == written else f"{written} ({text.strip()})"
        )
    except ValueError as error:
        raise ValueError("is no day of the Gregorian calendar; write year-month-day, such as 2021-08-29") from error


def _day(day: date, slack: int, text: str) -> Moment:
    start = datetime.combine(day, time(), UTC)
    return Moment(start - timedelta(days=slack), start + timedelta(days=1 + slack), text)
