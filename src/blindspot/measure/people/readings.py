"""What do the cells of a casualty list say? Ages, sexes, and groups of people without names, as intervals.

An age is an interval in years: "7 months", "30", "about 40", "two-year-old", "30s", "child". A number in words has a stated
range ("several" 3-9, "dozens" 24-99): the ranges are judgement after Airwars and Every Casualty practice, and are shown.
"""

from __future__ import annotations

import re

from blindspot.measure.people.scripts import fold

OLDEST = 120.0
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789.")
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_BANDS = {
    "newborn": (0, 0.1), "infant": (0, 1), "baby": (0, 2), "toddler": (1, 3), "child": (0, 17.99), "minor": (0, 17.99),
    "boy": (0, 17.99), "girl": (0, 17.99), "children": (0, 17.99), "teenager": (13, 19.99), "teen": (13, 19.99), "youth": (15, 25),
    "adult": (18, OLDEST), "man": (18, OLDEST), "woman": (18, OLDEST), "elderly": (60, OLDEST), "طفل": (0, 17.99),
    "طفله": (0, 17.99), "بالغ": (18, OLDEST), "كودك": (0, 17.99), "رضيع": (0, 2), "شيخ": (60, OLDEST),
}  # fmt: skip
_COUNTS = {
    "a couple": (2, 3), "couple": (2, 3), "a few": (2, 5), "few": (2, 5), "several": (3, 9), "some": (2, 9), "a number": (2, 9), "many": (5, 50),
    "dozen": (12, 12), "a dozen": (12, 12), "half a dozen": (6, 6), "dozens": (24, 99), "scores": (40, 99), "hundreds": (200, 999),
    "tens": (20, 99), "عدد": (2, 9), "عشرات": (20, 99), "ميات": (200, 999), "چند": (2, 9), "دهها": (20, 99),
}  # fmt: skip
_PLURAL = re.compile(
    r"\b(?:children|men|women|people|persons|civilians|members|relatives|boys|girls|others|bodies|victims)\b|اطفال|نساء|رجال|اشخاص",
    re.IGNORECASE,
)
_FEMALE = {"f", "female", "woman", "girl", "w", "انثي", "امراه", "زن", "دختر", "ښځه", "نجلي"}
_MALE = {"m", "male", "man", "boy", "ذكر", "رجل", "مرد", "پسر", "نر", "هلك"}
_UNKNOWN = re.compile(r"^(?:age )?(?:unknown|not (?:known|given|stated)|n/?a|-|\?|nan|none|null|غير معروف|نامعلوم)?$")
_NUMBER = r"\d+(?:\.\d+)?"


def read_age(text: str) -> tuple[float, float] | None:
    """The interval of an age in years, None where unknown.

    Raises ValueError where the cell is no age, or one above OLDEST.
    """
    plain = re.sub(r"[-\u2010-\u2015]", "-", fold(text.translate(_DIGITS)).strip())
    if _UNKNOWN.match(plain):
        return None
    words = re.sub(
        r"\s+",
        " ",
        re.sub(
            r"\b(?:age[ds]?|years?|yrs?|old|yo|y/o|about|around|approx\w*|ca|circa|سنه|سال|كلن|عام|سنوات|اعوام)\b\.?|[~.,()](?!\d)",
            " ",
            plain.replace("-year-old", " ").replace("-month-old", " months"),
        ),
    ).strip(" -")
    words = re.sub(r"^an? ", "", words)
    vague = 2.0 if re.search(r"\b(?:about|around|approx\w*|ca|circa)\b|~", plain) else 0.0
    if words in _BANDS:
        return tuple(float(v) for v in _BANDS[words])  # type: ignore[return-value]
    if re.search(r"less than (?:a|one|1) (?:day|week|month)", plain):
        return 0.0, 0.1
    words = re.sub(r"[a-z]+", lambda m: _word_number(m[0]), words)
    months = re.fullmatch(
        rf"({_NUMBER})(?: ?(?:to|-) ?({_NUMBER}))? ?(months?|weeks?|days?|mos?|شهر|اشهر|شهور|ماه|ماهه|يوم|ايام|روز|اسبوع)",
        words,
    )
    if months:
        unit = 12.0 if re.match(r"mo|شه|اشه|ما", months[3]) else 52.18 if re.match(r"w|اسب", months[3]) else 365.25
        return float(months[1]) / unit, (float(months[2] or months[1]) + 1) / unit
    decade = re.fullmatch(r"(?:in (?:his|her|their) )?(?:(early|mid|late) )?(\d0)s", words)
    if decade:
        start = float(decade[2])
        first, last = {"early": (0.0, 3.99), "mid": (3.0, 6.99), "late": (6.0, 9.99)}.get(decade[1], (0.0, 9.99))
        return start + first, start + last
    span = re.fullmatch(rf"({_NUMBER})(?: ?(?:to|-|/|or) ?({_NUMBER}))?\+?", words)
    if span is None:
        raise ValueError('is not an age; write years (30), "7 months", a band (child, adult, 30s) or leave it blank')
    low, high = float(span[1]), float(span[2] or span[1])
    if high < low or high > OLDEST:
        raise ValueError(f"is not an age a person reaches; write years from 0 to {OLDEST:.0f}")
    whole = high == int(high) and not plain.endswith("+")
    return max(0.0, low - vague), OLDEST if plain.endswith("+") else high + vague + (0.999 if whole else 0.0)


def read_sex(text: str) -> int:
    """1 male, 2 female, 0 unknown."""
    plain = fold(text).strip()
    return 1 if plain in _MALE else 2 if plain in _FEMALE else 0


def read_count(text: str) -> tuple[int, int] | None:
    """How many people a cell speaks of ("7", "six or seven", "dozens", "at least ten"), None where it gives no number."""
    plain = fold(text.translate(_DIGITS)).strip()
    for words in sorted(_COUNTS, key=len, reverse=True):
        if re.search(rf"(?:^|\s){re.escape(words)}(?:\s|$)", plain):
            return _COUNTS[words]
    found = [int(n) for n in re.findall(r"\d+", re.sub(r"[a-z]+", lambda m: _word_number(m[0]), plain))]
    if not found:
        return None
    return (min(found[:2]), max(found[:2])) if len(found) > 1 else (found[0], found[0])


def read_group(name: str, size: int | None) -> tuple[int, int]:
    """How many people a row of a list stands for: its group size, or what an unnamed group says of itself, else one."""
    return (size, size) if size else (read_count(name) if _PLURAL.search(name) else None) or (1, 1)


def _word_number(word: str) -> str:
    if word in _ONES:
        return str(_ONES.index(word))
    return str(_TENS[word]) if word in _TENS else word
