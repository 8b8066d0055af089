"""Which parts has a person's name? Ordered tokens: given name, father, grandfather ..., family.

A name is folded (`scripts.fold`), titles and epithets before it are set aside, a kunya ("Abu Ahmad") before a full name is
set aside, connectives (bin, bint, ur) are dropped, and compounds written apart are joined (abd al-rahman, abu zaid,
nur al-din, habib ullah). The article is taken off. What stands in brackets is a further family name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from blindspot.measure.people.describing import described, named_part
from blindspot.measure.people.scripts import fold, is_arabic

MOST = 6  # tokens kept of one name: the first four and the last two


def _words(*rows: str) -> frozenset[str]:
    return frozenset(fold(word) for row in rows for word in row.split())


TITLES = _words(
    "الشهيد الشهيدة شهيد شهيدة الطفل الطفلة الدكتور الدكتورة دكتور دكتورة المهندس المهندسة مهندس مهندسة الحاج الحاجة حاج حاجة",
    "الصحفي الصحفية صحفي الاستاذ الاستاذة الشيخ الرضيع الرضيعة المواطن المواطنة المسعف الممرض السيدة المرحوم المرحومة الشاب الجريح د م",
    "حاجي ملا مولوي قاري خليفه استاد انجنير جنرال مير شهيد داكتر محترم ښاغلی حاجی مولوی قاري",
    "dr doctor eng engr engineer mr mrs ms miss prof professor sheikh shaikh shaykh sheik hajj haj haji hajji hajja mullah mulla molla",
    "mawlawi mawlavi maulvi maulavi molvi qari ustad ustaz martyr journalist captain capt colonel col general gen lt lieutenant sgt",
    "major commander child baby infant nurse paramedic imam imām agha sayyeda lady",
)
_GIVEN_TOO = _words("ملا مير")  # titles that before a single name are part of it
_ABD = _words("عبد abd abdul abdel abdal abdol abdoul abdur abd-al abd-el")
_ATTRIBUTES = _words("الله ربه رب allah rahman rahim karim aziz qader qadir latif hamid majid salam nasser wahab rabbo")
_NO_ARTICLE = _words("الهام الياس الماس الفت الين اليسا الله البرت ilham elham elias")
_ABU = _words("ابو ابا ابي abu abou abo aboo abi aba")
_UMM = _words("ام umm um om oum")
_SUFFIX = _words(
    "الدين الهدى huda الله الاسلام الزمان الرحمن الحق deen din eddin eddine aldin addin adeen uddin ud-din eldin eldeen aldeen edin ullah allah ollah ulla alla"
)
_JOIN = _words("ul ur ud us")  # habib ur rahman
_DROP = _words("بن ابن بنت ولد bin ibn ben bint bent son of daughter ould wald walad و and the")
_ARTICLE = _words("ال al el")
_HYPHENED = re.compile(r"^(?:al|el|il|ul|as|ash|ad|an|ar|az|at|ath|adh|es|esh|ed|er|en)[-\u2010-\u2015](?=\w)")
_UNNAMED = re.compile(
    r"^(?:un(?:named|known|identified|specified)|not named|no name|name (?:unknown|withheld|not)|n/?a\b|مجهول|غير معروف|بدون اسم|نامعلوم|ناشناس|نا معلوم)"
)
_SPLIT = re.compile(r"[^\w'’‘`\-\u2010-\u2015]+")
_BRACKETS = re.compile(r"[(\[«]([^)\]»]*)[)\]»]?")
_QUOTES = re.compile(r"['’‘`ʿʾ_]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name read into its tokens. `tokens` in the order given, father, ..., family; `aside` were titles or a kunya."""

    tokens: tuple[str, ...]
    aside: tuple[str, ...] = ()

    @property
    def given(self) -> str:
        """The first token, "" where the name has none."""
        return self.tokens[0] if self.tokens else ""


def is_unnamed(text: str) -> bool:
    """Whether a cell names nobody: blank, "unknown", or a description such as "unnamed boy" or "three children"."""
    plain = fold(text).strip(" \t\n\r?-–—.")
    return (
        not plain
        or bool(_UNNAMED.match(plain))
        or not any(c.isalpha() for c in plain)
        or (described(text) is not None and not named_part(text))
    )


def read_name(text: str) -> Name:
    """A name in one script as its tokens. A cell without a name gives none."""
    if is_unnamed(text):
        return Name(())
    plain = fold(named_part(text))
    aside: list[str] = []
    inner = [_words_of(part) for part in _BRACKETS.findall(plain)]
    words = _words_of(_BRACKETS.sub(" ", plain))
    for part in inner:
        if described(" ".join(part)):
            continue
        if words and part and part[0] in _ABU | _UMM and len(part) < 3:
            aside.append("".join(part))
        else:
            words += part
    while len(words) > 1 and words[0] in TITLES and not (len(words) == 2 and words[0] in _GIVEN_TOO):
        aside.append(words.pop(0))
    tokens = _join([w for w in words if w not in _DROP] or words)
    if len(tokens) > 2 and tokens[0][1] in {"abu", "umm"}:
        aside.append(tokens.pop(0)[0])
    kept = [t for t in (_bare(word) for word, _ in tokens) if t]
    if len(kept) > MOST:
        kept = kept[:4] + kept[-2:]
    return Name(tuple(kept), tuple(aside))


def _words_of(text: str) -> list[str]:
    return [w for w in (_QUOTES.sub("", w).strip("-") for w in _SPLIT.split(text)) if w]


def _join(words: list[str]) -> list[tuple[str, str]]:
    """Compounds as one token, each with what kind it is ("abd", "abu", "umm" or "")."""
    found: list[tuple[str, str]] = []
    i = 0
    while i < len(words):
        word, following = words[i], words[i + 1 : i + 3]
        kind = "abd" if word in _ABD else "abu" if word in _ABU else "umm" if word in _UMM else ""
        if kind == "abd" and following and not _makes_compound(word, following[0]):
            kind = ""
        if word in _ARTICLE and found and following and _article_off(following[0]) in _SUFFIX:
            found[-1] = (found[-1][0] + _article_off(following[0]), found[-1][1])
            i += 2
        elif (kind or word in _ARTICLE) and following:
            step = 1
            if kind and following[0] in _ARTICLE and len(following) == 2:
                following, step = following[1:], 2
            head = {"abd": word[:3], "abu": word[:3], "umm": word[:2], "": ""}[kind]
            found.append((head + _article_off(following[0]), kind))
            i += 1 + step
        elif (word in _SUFFIX or _article_off(word) in _SUFFIX) and found and i:
            found[-1] = (found[-1][0] + _article_off(word), found[-1][1])
            i += 1
        elif word in _JOIN and found and following:
            found[-1] = (found[-1][0] + following[0], found[-1][1])
            i += 2
        elif word in _ARTICLE and len(words) > 1 and i + 1 < len(words):
            i += 1
        else:
            found.append((word, kind))
            i += 1
    return found


def _makes_compound(abd: str, following: str) -> bool:
    """Whether "abd" and the next word are one name; Abd alone is a name too."""
    if is_arabic(abd):
        return following.startswith("ال") or following in _ATTRIBUTES
    return abd != "abd" or following in _ARTICLE or "-" in following or following in _ATTRIBUTES


def _article_off(word: str) -> str:
    if word in _NO_ARTICLE:
        return word
    if is_arabic(word):
        return word[2:] if word.startswith("ال") and len(word) > 3 else word
    bare = _HYPHENED.sub("", word).replace("-", "")
    return bare[2:] if re.match(r"(?:al|el)[^aeiouyl]", bare) and len(bare) > 5 else bare


@lru_cache(maxsize=1 << 17)
def _bare(token: str) -> str:
    """A token without article and without the l of "abd al-": one form for attached and detached compounds."""
    bare = _article_off(token).replace("-", "")
    if is_arabic(bare):
        bare = re.sub(r"^عبدال(?=..)(?!له$)", "عبد", bare)
        return re.sub(r"(?<=..)ال(?=دين$|رحمن$|حق$)", "", bare)
    bare = re.sub(r"^abd[aeiou]+(?:l(?!lah$|la$)|([rsnzdt])(?=\1))(?=\w{2})", "abd", bare)
    return re.sub(r"(?<=\w{2})[aeiou]l?(?=d+[ie]+n$)", "", bare)
