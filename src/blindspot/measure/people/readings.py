"""What do the cells of a casualty list say of age and sex? An age as an interval in years, a sex as a number.

"7 months", "30", "about 40", "two-year-old", "thirty-five", "سبع سنوات", "شش ماهه", "30s", "under 5", "child". How many people a row stands
for is read by `describing`.
"""

from __future__ import annotations

import re

from blindspot.measure.people.counting import in_digits, plain
from blindspot.measure.people.scripts import fold

OLDEST = 120.0
YEAR = 0.999  # a whole number of years holds until the next birthday
_CHILD, _ADULT = (0, 17.99), (18, OLDEST)
_BANDS = {
    fold(word): band
    for band, words in (
        ((0, 0.1), "newborn نوزاد حديث الولادة"),
        ((0, 1), "infant"),
        ((0, 2), "baby رضيع رضيعة شيرخوار"),
        ((1, 3), "toddler"),
        (_CHILD, "child minor boy girl children kid طفل طفلة اطفال كودك ماشوم ماشومه قاصر"),
        ((13, 19.99), "teenager teen teens teenage نوجوان مراهق مراهقة"),
        ((15, 25), "youth"),
        (_ADULT, "adult man woman بالغ بالغة رجل امراة مرد زن بزرگسال سړی ښځه"),
        ((60, OLDEST), "elderly شيخ مسن مسنة سالخورده"),
    )
    for word in words.split()
}
_BANDS |= {f"{baby} {kind}": (0, 2) for baby in ("baby", "infant") for kind in ("boy", "girl")}
_UNITS = {
    1.0: "year yr y yo سنة سنوات سنين عام اعوام عاما سال ساله سالگى كلن كلنه كلنۍ كاله",
    12.0: "month mo mos شهر اشهر شهور شهرا ماه ماهه ماهگى مياشت مياشتې مياشتنى",
    52.18: "week wk اسبوع اسابيع اسبوعا هفته اونۍ",
    365.25: "day يوم ايام يوما روز روزه ورځ ورځې",
}
_PER_YEAR = {fold(word): per for per, words in _UNITS.items() for word in words.split()}
_DUALS = {fold(two): f"2 {fold(one)}" for two, one in {
    "سنتان": "سنة", "سنتين": "سنة", "عامان": "سنة", "عامين": "سنة", "شهران": "شهر", "شهرين": "شهر", "يومان": "يوم", "يومين": "يوم",
    "اسبوعان": "اسبوع", "اسبوعين": "اسبوع",
}.items()}  # fmt: skip
_UNIT = rf"(?:{'|'.join(sorted(_PER_YEAR, key=len, reverse=True))})s?(?!\w)"
_ATTACHED = re.compile(rf"(?<=\w)({'|'.join(map(fold, ('ساله', 'ماهه', 'روزه', 'كلن')))})(?!\w)")
_UNKNOWN = re.compile(r"^(?:age )?(?:unknown|not (?:known|given|stated)|n/?a|-|\?|nan|none|null|غير معروف|نامعلوم)?$")
_ABOUT = re.compile(
    r"(?<!\w)(?:about|around|approx\w*|ca|circa|حوالي|تقريبا|حدود|نحو|شاوخوا)(?!\w)\.?|~|(?<=\d)[- ]?ish\b"
)
_BELOW = re.compile(r"^(?:(?:under|below|less than|younger than|اقل من|تحت|دون|زير|كمتر از)(?!\w)|<)\s*")
_ABOVE = re.compile(r"^(?:(?:over|above|more than|older than|at least|اكثر من|فوق|بالاي|بيش از)(?!\w)|>)\s*|(?<=\d)(?:\s*\+| (?:and|or) (?:over|older|above))$")  # fmt: skip
_HALF = re.compile(rf"(\d+)(?: ({_UNIT}))? ?(?:and (?:a )?half|و ?نصف|و ?نيم)(?!\w)")
_SPREADSHEET = re.compile(r"^\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*-\d{1,2}$")  # fmt: skip
_NUMBER = r"\d+(?:\.\d+)?"
_SPAN = re.compile(rf"({_NUMBER})(?: ?(?:to|-|/|or|الي|تا|او|يا) ?({_NUMBER}))?(?: ({_UNIT}))?")
_BOTH = re.compile(r"^(?:between|بين) (\S+) (?:and|و) ?(\S+)")
_DECADE = re.compile(r"(?:in (?:his|her|their) )?(?:(early|mid|late)[ -])?(\d0)'?s")
_PARTS = {None: (0.0, 9.99), "early": (0.0, 3.99), "mid": (3.0, 6.99), "late": (6.0, 9.99)}
_SEXES = {
    fold(word): sex
    for sex, words in (
        (1, "m male man boy ذكر رجل ولد مرد پسر نر هلك سړی مذكر"),
        (2, "f female woman girl w انثى امراة بنت زن دختر ښځه نجلۍ مونث"),
    )
    for word in words.split()
}


def read_age(text: str) -> tuple[float, float] | None:
    """The interval of an age in years, None where unknown.

    Raises ValueError where the cell is no age, or one above OLDEST.
    """
    cell = re.sub(r"[-\u2010-\u2015\u2212]", "-", plain(re.sub(r"\s*½", ".5", text)))
    if _UNKNOWN.match(cell):
        return None
    if _SPREADSHEET.match(cell):
        raise ValueError("is a date, perhaps made by a spreadsheet out of a span such as 10-12; write 10 to 12")
    if re.match(r"-\s*\d", cell):
        raise ValueError(f"is below zero; write years from 0 to {OLDEST:.0f}")
    if re.search(r"less than (?:a|one|1) (?:day|week|month)", cell):
        return 0.0, 0.1
    words = _worded(cell)
    if words in _BANDS:
        youngest, oldest = _BANDS[words]
        return float(youngest), float(oldest)
    decade = _DECADE.fullmatch(words)
    if decade:
        first, last = _PARTS[decade[1]]
        return float(decade[2]) + first, float(decade[2]) + last
    below, above = _BELOW.search(words), _ABOVE.search(words)
    low, high = _span(_ABOVE.sub("", _BELOW.sub("", words)).strip(), 2.0 if _ABOUT.search(cell) else 0.0)
    if below:
        return 0.0, low
    return (low, OLDEST) if above else (low, high)


def read_sex(text: str) -> int:
    """1 male, 2 female, 0 unknown."""
    return _SEXES.get(fold(text).strip(), 0)


def _worded(cell: str) -> str:
    """A cell in digits, without the words that say only that it is an age."""
    cell = re.sub(r"[-\s]?(year|month|week|day)s?[-\s]old\b", r" \1", cell).replace("y.o.", "y").replace("y/o", "y")
    cell = " ".join(_DUALS.get(word, word) for word in _ATTACHED.sub(r" \1", cell).split())
    cell = re.sub(r"^(?:age[ds]?|العمر|عمره|عمرها)(?!\w)[:. ]*|(?<!\w)old\b|[,()~]", " ", _ABOUT.sub(" ", cell))
    cell = in_digits(re.sub(r"^an? ", "", " ".join(cell.split())))
    cell = re.sub(rf"^({_UNIT}) 1$", r"1 \1", cell)
    cell = re.sub(rf"(?<=than )an? |^(?={_UNIT})", "1 ", cell)
    cell = re.sub(rf"({_NUMBER}) ?(?={_UNIT})", r"\1 ", cell)
    half = _HALF.search(cell)
    return cell.replace(half[0], f"{half[1]}.5 {half[2] or ''}").strip() if half else cell.strip(" .")


def _span(words: str, vague: float) -> tuple[float, float]:
    """Years from and to, of "30", "30 to 35", "7 months", "1 year 6 months"."""
    words = re.sub(r" {2,}", " ", _BOTH.sub(r"\1 to \2", words))
    both = re.fullmatch(rf"({_NUMBER}) (?:years?|yrs?|y|{fold('سنة|سال|عام')}),? ?(?:and |و ?)?({_NUMBER}) (?:months?|{fold('شهر|اشهر|ماه|ماهه')})", words)  # fmt: skip
    if both:
        return float(both[1]) + float(both[2]) / 12, float(both[1]) + (float(both[2]) + 1) / 12
    found = _SPAN.fullmatch(words)
    if found is None:
        raise ValueError(
            'is not an age; write years (30), "7 months", a span (30-35), a band (child, adult, 30s) or leave it blank'
        )
    per = _PER_YEAR.get(found[3] or "", _PER_YEAR.get((found[3] or "").removesuffix("s"), 1.0))
    low, high = float(found[1]), float(found[2] or found[1])
    if high < low:
        raise ValueError("runs from the higher age to the lower; write the lower first")
    if high / per > OLDEST:
        raise ValueError(f"is not an age a person reaches; write years from 0 to {OLDEST:.0f}")
    if per > 1:
        return low / per, (high + 1) / per
    return max(0.0, low - vague), high + vague + (YEAR if high == int(high) else 0.0)
