"""How is a name written, apart from its spelling? Folding of script variants, and one alphabet of sounds for all scripts.

A name in Arabic, Dari/Persian, Pashto or Latin letters is folded (compatibility forms, marks, direction signs and
letters that writers interchange) and then read as a row of graphemes. Arabic-script and Latin graphemes share one
table of symbols, so that one distance compares any two of them (`letters`). Sources: Unicode Standard Annex 15; the
BGN/PCGN romanisation tables for Arabic, Persian and Pashto, read backwards and widened by the spellings in use.
"""

from __future__ import annotations

import re
import unicodedata

# Letters that writers and keyboards interchange. Left as they are: gaf, peh, cheh, zheh and the Pashto letters with a
# sound of their own.
_INTERCHANGED = {
    "أإآٱٲٳ": "ا",
    "ىیېۍۑئيے": "ي",
    "ؤۆۇو": "و",
    "ةۀہھەۃه": "ه",
    "کڪك": "ك",
    "ګگ": "گ",
    "ټت": "ت",
    "ډد": "د",
    "ړڕر": "ر",
    "ڼںن": "ن",
    "ڤف": "ف",
}


class _Fold(dict[int, str | None]):
    """What each letter of a decomposed text becomes, None where it is left out; other letters are added as they are met."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        left_out = unicodedata.category(letter) in {"Mn", "Cf", "Cc"} and letter not in "\t\n"
        self[code] = None if left_out else letter
        return self[code]


_FOLD = _Fold({ord(old): new for olds, new in _INTERCHANGED.items() for old in olds})
_FOLD |= {ord("ء"): None, ord("ـ"): None}
# The strong consonants of a token as coarse classes: what hardly any scribe or romanisation changes.
_COARSE = {
    "b": "بپbp", "t": "تطثtθ", "d": "دضذظdð", "s": "سصزظژڅځszcZ", "S": "شچښSC", "j": "جگغږgjG", "k": "قكkq",
    "x": "خX", "h": "حهh", "r": "رr", "l": "لl", "m": "مm", "n": "نn", "f": "فvf",
}  # fmt: skip
_LATIN = (  # graphemes of Latin script, longest first, and the symbol each is read as
    ("tsch", "C"), ("sch", "S"), ("tch", "C"), ("dj", "j"), ("sh", "S"), ("kh", "X"), ("gh", "G"), ("th", "θ"), ("dh", "ð"), ("ch", "C"),
    ("zh", "Z"), ("ph", "f"), ("ck", "k"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ea", "i"), ("ie", "i"), ("aa", "a"), ("ii", "i"),
    ("ei", "E"), ("ai", "E"), ("ay", "E"), ("ey", "E"), ("au", "O"), ("aw", "O"), ("ow", "O"), ("qu", "k"), ("x", "k"), ("ß", "s"),
    ("æ", "a"), ("ø", "o"), ("đ", "d"), ("ł", "l"), ("ı", "i"),
)  # fmt: skip
_GRAPHEME = re.compile("|".join(re.escape(g) for g, _ in _LATIN) + "|[a-z]")
_AS = dict(_LATIN)

_FINAL = {"ي": "ئ", "ه": "ة"}  # at the end ya may be read -a, ha not at all: symbols of their own

ARABIC = "ابپتثجچحخدذرزژسشصضطظعغفقكگلمنهويښځڅږئة"
LATIN = "abcdefghijklmnopqrstuvwxyzθðSXGCZEO"
SYMBOLS = ARABIC + LATIN
INDEX = {symbol: i for i, symbol in enumerate(SYMBOLS)}
_CLASS = {letter: name for name, letters in _COARSE.items() for letter in letters}
CLASSES = sorted(_COARSE)
COARSE = [CLASSES.index(_CLASS[s]) if s in _CLASS else -1 for s in SYMBOLS]  # -1: a weak letter, often not written
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NAMES_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")


def is_arabic(text: str) -> bool:
    """Whether a text holds letters of the Arabic script (which Persian, Dari and Pashto share)."""
    return bool(NAMES_ARABIC.search(text))


def undirected(text: str) -> str:
    """A text without signs for the direction of writing; joiners, which Persian spelling needs, stay."""
    return _DIRECTION.sub("", text).strip()


def fold(text: str) -> str:
    """A text in its folded form: lower case, no marks, no direction signs, interchangeable letters as one."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ئ", "ي").replace("ؤ", "و"))
    return plain.translate(_FOLD)


def symbols(token: str) -> str:
    """A folded token as a row of symbols; doubled Latin ones count once, signs that are no letters are left out."""
    if is_arabic(token):  # a doubled letter is written once there; two in a row are two consonants
        row = [s for s in token if s in INDEX]
        if len(row) > 1:
            row[-1] = _FINAL.get(row[-1], row[-1])
        return "".join(row)
    row = [_AS.get(g, g) for g in _GRAPHEME.findall(token)]
    return "".join(s for i, s in enumerate(row) if i == 0 or s != row[i - 1])


def skeleton(token: str) -> str:
    """The strong consonants of a folded token by coarse class, for joining lists; doubled ones count once."""
    row = [CLASSES[c] for c in (COARSE[INDEX[s]] for s in symbols(token)) if c >= 0]
    return "".join(s for i, s in enumerate(row) if i == 0 or s != row[i - 1])
