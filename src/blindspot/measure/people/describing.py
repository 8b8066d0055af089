"""How many people, of what age and sex, does a row speak of that gives no name?

"three children of the family", "a woman and her three sons", "خمسة أطفال", "سه کودک": such a row is a description and no name. It counts
people; their age and sex are what the words say. A plural without a number is 2-9 (judgement), and is said to be so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from blindspot.measure.people.counting import NUMBERS, STATED, Count, in_digits, plain, read_count
from blindspot.measure.people.scripts import fold

CHILD, ADULT, ANY = (0.0, 17.99), (18.0, 120.0), None
_MANY = Count(2, 9, vague=True)
Band = tuple[float, float] | None
# Words for people by number, age and sex (0 not said, 1 male, 2 female): singular, dual and plural
_ONE: tuple[tuple[Band, int, str], ...] = (
    (ANY, 0, "person civilian member relative other body victim individual casualty cousin شخص شخصا مدني مدنيا فرد فردا ضحية قتيل قتيلا جثة نفر تن عضو غيرنظامي جسد كس تنه"),
    (CHILD, 0, "child kid minor baby infant newborn toddler teenager طفل طفلا كودك نوزاد رضيع ماشوم"),
    (CHILD, 1, "boy فتى ولد پسر هلك"), (CHILD, 2, "girl طفلة فتاة دختر نجلۍ ماشومه"),
    (ADULT, 0, "adult elder elderly بالغ مسن"), (ADULT, 1, "man رجل رجلا شاب شابا مرد سړى سړي"), (ADULT, 2, "woman امرأة سيدة زن ښځه"),
)  # fmt: skip
_KIN: tuple[tuple[Band, int, str], ...] = (
    (ANY, 1, "son brother nephew father grandfather husband uncle grandson ابن اخ شقيق زوج برادر پدر زوى ورور"),
    (
        ANY,
        2,
        "daughter sister niece mother grandmother wife aunt granddaughter ابنة اخت شقيقة زوجة حرم خواهر مادر همسر لور خور",
    ),
    (CHILD, 0, "grandchild"),
)
_TWO: tuple[tuple[Band, int, str], ...] = (
    (CHILD, 0, "طفلان طفلين"), (CHILD, 2, "طفلتان طفلتين فتاتان فتاتين"), (ADULT, 1, "رجلان رجلين"), (ADULT, 2, "امرأتان امرأتين سيدتان سيدتين"),
    (ANY, 0, "شخصان شخصين مدنيان"), (ANY, 1, "شقيقان شقيقين شابان شابين"), (ANY, 2, "شقيقتان شقيقتين ابنتان ابنتين"),
)  # fmt: skip
_SEVERAL: tuple[tuple[Band, int, str], ...] = (
    (ANY, 0, "people persons civilians members relatives others bodies victims individuals casualties cousins siblings parents twins"),
    (ANY, 0, "اشخاص مدنيون مدنيين المدنيين افراد ضحايا شهداء قتلى جثث جثامين اشقاء نفرات اعضاى اعضا غيرنظاميان اجساد كسان كسانو تنو غړي غړو خلك"),
    (CHILD, 0, "children kids minors babies infants newborns toddlers teenagers grandchildren schoolchildren اطفال الاطفال رضع كودكان ماشومان ماشومانو"),
    (CHILD, 1, "boys فتيان اولاد پسران هلكان هلكانو"), (CHILD, 2, "girls فتيات بنات دختران نجونې نجونو"),
    (ADULT, 0, "adults elders مسنين مسنون"), (ADULT, 1, "men رجال شبان مردان سړيو"), (ADULT, 2, "women نساء النساء نسوة سيدات زنان ښځې ښځو"),
    (ANY, 1, "sons brothers nephews fathers uncles grandsons ابناء برادران"),
    (ANY, 2, "daughters sisters nieces mothers wives aunts granddaughters خواهران"),
)  # fmt: skip
_FILLING = """a an the his her their one another unnamed unidentified unknown young old elderly small little year years month months aged of from family
household named whose name not known at least about more than over up to between and or with in local يك يو ديگر مجهول مجهولة الهوية من از د ناشناس نامعلوم"""
_FILL = frozenset(map(fold, _FILLING.split()))
_NAMES_TOO = frozenset(
    map(fold, ("مردان", "زوج", "اعضا", "خور", "حرم", "فرد", "لور", "تن"))
)  # never enough by themselves
_RELATION = re.compile(
    r"^(?:(?:the|his|her|their|a|an) )?(?:wife|husband|son|daughter|mother|father|sister|brother|child|baby|infant|grandson|granddaughter|niece|nephew|cousin) of (?!the\b)"
    r"|['’]s (?:wife|husband|son|daughter|mother|father|sister|brother|child|baby)$"
    rf"|^(?:{fold('زوجة|ابنة|حرم|همسر|دختر|پسر|زن|مولود|مولودة')}) \w"
)
_CALLED = re.compile(r"(?<!\w)(?:named|called|به نام|اسمه|اسمها)(?!\w)")
_HOME = f"family|household|{fold('عائلة|اسرة|خانواده|كورنۍ')}"
_FAMILY_OF = re.compile(rf"(?:{_HOME}) (?:of|{fold('من|مكونة من|مؤلفة من')}) (?=\d)")
_FAMILY = re.compile(rf"^(?:{_HOME})(?!\w)|(?<!\w)(?:family|household)$")


@dataclass(frozen=True, slots=True)
class Described:
    """What the words of a row without a name say: how many, and their age and sex where all share it."""

    count: Count
    age: Band
    sex: int


def _book(*tables: tuple[tuple[Band, int, str], ...]) -> dict[str, tuple[Band, int]]:
    return {fold(word): (age, sex) for table in tables for age, sex, words in table for word in words.split()}


_SINGLE, _RELATIVE, _DUAL, _PLURAL = _book(_ONE), _book(_KIN), _book(_TWO), _book(_SEVERAL)
_NOUNS = _SINGLE | _RELATIVE | _DUAL | _PLURAL
_VAGUE = frozenset(word for phrase in STATED for word in fold(phrase).split())
_HINTS = frozenset(_NOUNS) | {fold(w) for w in f"{_HOME}|least|most|more|اقل|حداقل".split("|")}
_KNOWN = frozenset(_NOUNS) | _FILL | frozenset(NUMBERS) | _VAGUE


@lru_cache(maxsize=1 << 12)
def described(text: str) -> Described | None:
    """The people a cell describes, None where it is a name (or says nothing)."""
    folded = plain(text)
    if _HINTS.isdisjoint(re.findall(r"\w+", folded)):
        return None
    words = in_digits(folded)
    row = re.findall(r"\w+", words)
    numbers = {w for w in row if w.isdecimal()}
    if _RELATION.search(words):
        if named_part(text):  # "daughter of Ahmad, Zahra" is Zahra
            return None
        return Described(Count(1, 1), None, next((_NOUNS[w][1] for w in row if w in _NOUNS), 0))
    if not any(w in _NOUNS for w in row):
        counted = _FAMILY_OF.search(words) or (set(row) <= _KNOWN | numbers and set(row) > numbers)
        count = (read_count(words) if counted else None) or (_MANY if _FAMILY.search(words) else None)
        return Described(count, None, 0) if count else None
    clauses = [c for c in _clauses(words) if c.strip()]
    found = [_clause(c) for c in clauses]
    said = {_bare(w) for c in clauses for w in re.findall(r"\w+", c)}
    some = [f for f in found if f]
    if not some or (all(f.count == Count(1, 1) for f in some) and not said <= _KNOWN - _NAMES_TOO | numbers):
        return None
    counts = [f.count if f else Count(1, 1) for f in found]  # beside people who are described: one who is named
    total = Count(
        sum(c.low for c in counts),
        sum(c.high for c in counts),
        minimum=any(c.minimum for c in counts),
        vague=any(c.vague for c in counts),
    )
    ages, sexes = {f.age if f else None for f in found}, {f.sex if f else 0 for f in found}
    return Described(total, ages.pop() if len(ages) == 1 else None, sexes.pop() if len(sexes) == 1 else 0)


def named_part(text: str) -> str:
    """What of a cell is a name: all of it, or what is left when "daughter of Ahmad," or "and his two sons" is taken away; "" where nothing is."""
    if _HINTS.isdisjoint(re.findall(r"\w+", plain(text))):
        return text
    parts = [part for part in re.split(r"[,،;؛]", _CALLED.split(text)[-1]) if part.strip()]
    kept = [part for part in parts if not _RELATION.search(in_digits(plain(part)))]
    if len(kept) == len(parts):
        kept = [part for whole in parts for part in re.split(r"\s(?:and|with|و)\s", whole) if part.strip()]
    if len(kept) > 1:
        kept = [part for part in kept if not set(re.findall(r"[^\W\d]+", in_digits(plain(part)))) <= _KNOWN]
    return " ".join(part.strip() for part in kept if described(part) is None)


def _clauses(words: str) -> list[str]:
    """The parts of "a woman and her three sons"; what a range or a number joins stays together."""
    if re.search(r"(?:between|بين) \d+ (?:and|و) \d+", words):
        return [words]
    split = []
    for part in re.split(r"[,;،؛&]| \+ | and | with | و ", words):
        rest = part.split(" ")
        begun = [0, *(k for k, w in enumerate(rest) if k and w[:1] == "و" and w not in _KNOWN and _bare(w[1:]) in _KNOWN)]  # fmt: skip
        ends = [*begun[1:], len(rest)]
        split += [" ".join([rest[x].removeprefix("و") if x else rest[x], *rest[x + 1 : y]]) for x, y in zip(begun, ends, strict=True)]  # fmt: skip
    return split


def _bare(word: str) -> str:
    """An Arabic word without the suffix of whose it is: "her child" as "child"."""
    bare = re.sub("(?:ها|هما|هم|ه)$", "", word)
    return bare if word not in _KNOWN and bare in _NOUNS else word


def _clause(words: str) -> Described | None:
    """The people of one part: a number and a word for people, or that word alone."""
    row = [_bare(w) for w in re.findall(r"\w+", words)]
    head = row[: next((k for k, w in enumerate(row) if k and w in {"of", "من", "از"}), len(row))]
    known = _KNOWN | {w for w in row if w.isdecimal()}
    count = read_count(_FAMILY_OF.sub("", words))
    kind = next((w for w in row if w in _NOUNS), None)
    if kind is None:
        return Described(count, None, 0) if count and set(row) <= known else None
    if re.search(r"\d+[\s-]*(?:years?|months?|yo)\b", words):
        count = None  # "a 7-year-old boy": the number is the age
    if count is None:
        if kind in _PLURAL and (kind in _NAMES_TOO or not set(head) <= known):
            return None
        count = _MANY if kind in _PLURAL else Count(2, 2) if kind in _DUAL else Count(1, 1)
    return Described(count, *_NOUNS[kind])


def people_of(name: str, name_local: str, group_size: int | None) -> Described:
    """The people a row stands for: its group size, or what its cells describe; one person where they give a name or nothing."""
    said = described(name) or described(name_local) or Described(Count(1, 1), None, 0)
    return Described(Count(group_size, group_size), said.age, said.sex) if group_size else said
