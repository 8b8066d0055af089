"""Which number does a phrase say, in English, Arabic, Dari or Pashto? Number words as digits, vague words as stated ranges.

"thirty-five" is 35, "خمسة وعشرون" 25, "بیست و پنج" 25; "several" is 3-9, "dozens" 24-99, "عشرات" 20-99. The ranges are judgement after
Airwars and Every Casualty practice (STATED holds them all), and whoever reads a row is shown the range.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from blindspot.measure.people.scripts import fold, is_arabic

_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789.")
_WORDS = {
    0: "zero صفر", 1: "one واحد واحدة يك يو يوه", 2: "two اثنان اثنين اثنتان اثنتين اثنا اثني دو دوه", 3: "three ثلاث ثلاثة سه درې",
    4: "four اربع اربعة چهار چار څلور", 5: "five خمس خمسة پنج پنځه", 6: "six ست ستة شش شپږ", 7: "seven سبع سبعة هفت اووه",
    8: "eight ثمان ثماني ثمانية هشت اته", 9: "nine تسع تسعة نه نهه", 10: "ten عشر عشرة ده لس", 11: "eleven يازده يوولس", 12: "twelve دوازده دولس دوولس",
    13: "thirteen سيزده ديارلس", 14: "fourteen چهارده څوارلس", 15: "fifteen پانزده پنځلس", 16: "sixteen شانزده شپاړس", 17: "seventeen هفده اوولس",
    18: "eighteen هجده هژده اتلس", 19: "nineteen نوزده نزده نولس نونس", 20: "twenty عشرون عشرين بيست شل", 30: "thirty ثلاثون ثلاثين سي دېرش",
    40: "forty اربعون اربعين چهل څلوېښت", 50: "fifty خمسون خمسين پنجاه پنځوس", 60: "sixty ستون ستين شصت شپېته", 70: "seventy سبعون سبعين هفتاد اويا",
    80: "eighty ثمانون ثمانين هشتاد اتيا", 90: "ninety تسعون تسعين نود نوي", 100: "hundred مئة مائة مية صد سل", 200: "مئتان مئتين مائتان مائتين دوصد دويست",
}  # fmt: skip
NUMBERS = {fold(word): n for n, words in _WORDS.items() for word in words.split()}
# What a vague word stands for: judgement, stated wherever it is used. Longer phrases are looked for first.
STATED = {
    "a couple": (2, 3), "couple": (2, 3), "a few": (2, 5), "few": (2, 5), "several": (3, 9), "some": (2, 9), "a number": (2, 9), "many": (5, 50),
    "numerous": (5, 50), "a dozen": (12, 12), "dozen": (12, 12), "half a dozen": (6, 6), "dozens": (24, 99), "scores": (40, 99), "tens": (20, 99),
    "hundreds": (200, 999), "عدد": (2, 9), "عدة": (2, 9), "بعض": (2, 9), "بضع": (3, 9), "بضعة": (3, 9), "عشرات": (20, 99), "العشرات": (20, 99),
    "مئات": (200, 999), "المئات": (200, 999), "چند": (2, 9), "چندين": (3, 9), "تعدادي": (2, 9), "شماري": (2, 9), "دهها": (20, 99), "ده ها": (20, 99),
    "صدها": (200, 999), "صد ها": (200, 999), "درجنها": (24, 99), "څو": (2, 9), "يو شمير": (2, 9), "گڼ": (5, 50), "لسگونه": (20, 99), "سلگونه": (200, 999),
    "درجنونه": (24, 99), "درجن": (12, 12), "دهاها": (20, 99),
}  # fmt: skip
_STATED = {fold(words): span for words, span in STATED.items()}
_VAGUE = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, _STATED), key=len, reverse=True))})(?!\w)")
_AT_LEAST = rf"at least|no(?:t)? (?:fewer|less) than|a minimum of|minimum|{fold('على الاقل|ما لا يقل عن|لا يقل عن|حداقل|دست كم|لږ تر لږه')}"
_ABOVE = rf"more than|over|{fold('اكثر من|بيش از|بيشتر از|زيات')}|>"
_AT_MOST = rf"up to|at most|as many as|no more than|a maximum of|{fold('حداكثر|على الاكثر')}"
_BELOW = rf"fewer than|less than|under|{fold('اقل من|كمتر از')}|<"
_BETWEEN = r"(?:-|to|or|and|او|يا|الي|تا|و|تر)"
_SPAN = re.compile(rf"(?:between|from|{fold('بين|من|از')})?\s*(\d+)\s*{_BETWEEN}\s*(\d+)(?!\d)")
_BOTH = re.compile(r"(?:between|بين)\s*\d+\s*(?:and|و)")
_PIECES = re.compile(r"[\s\-\u2010-\u2015]+|[^\s\-\u2010-\u2015]+")


@dataclass(frozen=True, slots=True)
class Count:
    """How many: from `low` to `high`; `minimum` where only the lower figure was stated, `vague` where a word stands for the range."""

    low: int
    high: int
    minimum: bool = False
    vague: bool = False


def plain(text: str) -> str:
    """A folded text with Latin digits."""
    return fold(text.translate(_DIGITS)).strip()


def in_digits(text: str) -> str:
    """A plain text with its number words, simple and compound, written as digits."""
    pieces = _PIECES.findall(text)
    found: list[str] = []
    i = 0
    while i < len(pieces):
        value = _number(_word(pieces[i]))
        if value is None:
            found.append(pieces[i])
            i += 1
            continue
        arabic, tail = is_arabic(pieces[i]), _tail(pieces[i])
        i += 1
        while not tail and (step := _next(pieces, i)):
            joined = _joined(value, step[0], step[1], arabic=arabic)
            if joined is None:
                break
            value, i, tail = joined, step[2], _tail(pieces[step[2] - 1])
        found.append(f"{value}{tail}")
    return "".join(found)


def read_count(text: str) -> Count | None:
    """How many people a phrase speaks of ("7", "six or seven", "dozens", "at least ten"), None where it gives no number."""
    digits = in_digits(plain(text))
    dozens = re.search(r"(?<!\w)(\d+) dozens?(?!\w)", digits)
    if dozens:
        return _bounded(digits, Count(12 * int(dozens[1]), 12 * int(dozens[1])))
    vague = _VAGUE.search(digits)
    if vague:
        return Count(*_STATED[vague[0]], vague=True)
    span = _SPAN.search(digits)
    if span and (_BOTH.match(span[0]) or not re.search(r"\d\s*(?:and|و)\s*\d", span[0])):
        low, high = sorted((int(span[1]), int(span[2])))
        return Count(low, high)
    number = re.search(r"\d+", digits)
    return _bounded(digits, Count(int(number[0]), int(number[0]))) if number else None


def _bounded(digits: str, count: Count) -> Count:
    """The count with "at least", "more than", "up to", "fewer than" taken at their word."""
    n = count.low
    if re.search(rf"(?:{_AT_LEAST})", digits) or re.search(r"\d\+|\d (?:or|and) more", digits):
        return Count(n, n, minimum=True)
    if re.search(rf"(?:(?<!\w)(?:{_AT_MOST})(?!\w))", digits):
        return Count(min(1, n), n)
    if re.search(rf"(?<!\w)(?:{_ABOVE})(?!\w)", digits):
        return Count(n + 1, n + 1, minimum=True)
    if re.search(rf"(?<!\w)(?:{_BELOW})(?!\w)", digits):
        return Count(min(1, max(0, n - 1)), max(0, n - 1))
    return count


def _number(word: str) -> int | None:
    """The number a word says, with or without the Arabic article; "الست" is a lady, not six."""
    return NUMBERS.get(word, NUMBERS.get(word[2:]) if word.startswith("ال") and len(word) > 4 else None)


def _word(piece: str) -> str:
    return piece.strip(".,;:!?()[]\"'،؛")


def _tail(piece: str) -> str:
    word = _word(piece)
    return piece[piece.index(word) + len(word) :] if word else ""


def _next(pieces: list[str], i: int) -> tuple[int, str, int] | None:
    """The number word after place i, what joins it ("", "and" or "و"), and the place after it."""
    if i + 1 >= len(pieces) or not re.fullmatch(r"[\s\-\u2010-\u2015]+", pieces[i]):
        return None
    word = _word(pieces[i + 1])
    if word in NUMBERS:
        return NUMBERS[word], "", i + 2
    if word.startswith("و") and word[1:] in NUMBERS:
        return NUMBERS[word[1:]], "و", i + 2
    if word in {"and", "و"} and i + 3 < len(pieces) and _word(pieces[i + 3]) in NUMBERS:
        return NUMBERS[_word(pieces[i + 3])], word, i + 4
    return None


def _joined(n: int, v: int, by: str, *, arabic: bool) -> int | None:
    """One number of two in a row, None where they are two: "twenty five" and "خمسة وعشرون" are one, "six seven" is not."""
    if v == 100 and 0 < n < 10 and not by:
        return n * 100
    if n >= 100 and n % 100 == 0 and 0 < v < 100:
        return n + v
    if n >= 20 and n % 10 == 0 and 0 < v < 10 and (by == "و" if arabic else not by):
        return n + v
    if arabic and 0 < n < 10 and ((by == "و" and v >= 20 and v % 10 == 0 and v < 100) or (not by and v == 10)):
        return n + v
    return None
