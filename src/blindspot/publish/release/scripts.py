"""When do two spellings mean the same name? Folding within Latin script, and consonant skeletons across scripts.

`fold` removes case, marks, invisible letters and ways of writing Unicode; what is equal after it is the same word. Arabic
script leaves short vowels out, so across scripts only the consonants can be compared: `skeleton` maps Arabic (with Persian,
Pashto and Urdu letters), Hebrew, Cyrillic, Greek and Latin letters to one small alphabet of consonants. `sound` is for
spellings within Latin script: consonants as in the skeleton, each run of vowels one `a` (Zemari, Zamarai -> zamara).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u0640]"
)
WORD = re.compile(r"[^\W_]+", re.UNICODE)

# One consonant alphabet for all: p is b, v and w fall away as vowels do, z covers dh and zh, s covers sh, th and ts, h covers
# kh, g covers gh, j and ch. What is in no group is a vowel or unknown, and falls away.
_GROUPS = {
    "b": "بپбпβπבפף",
    "t": "تټطтτטת",
    "s": "ثسشصښڅсшщцσςθסשצץ",
    "g": "جچگگغږгґғчγג",
    "z": "ذزژضظځзжζז",
    "h": "حخهхһҳχחה",
    "d": "دډдδד",
    "r": "رړрρר",
    "f": "فфφ",
    "k": "قکكкқκכךק",
    "l": "لлλל",
    "m": "مмμמם",
    "n": "نڼںнνנן",
}
_LETTERS = {letter: one for one, letters in _GROUPS.items() for letter in letters}
_LATIN_PAIRS = (
    ("sch", "s"),
    ("sh", "s"),
    ("ch", "g"),
    ("kh", "h"),
    ("gh", "g"),
    ("zh", "z"),
    ("dh", "z"),
    ("th", "s"),
    ("ph", "f"),
    ("ts", "s"),
    ("dj", "g"),
    ("ck", "k"),
    ("x", "ks"),
)
_LATIN = {"c": "k", "q": "k", "j": "g", "p": "b", "v": "-", "w": "-", "y": "-", **dict.fromkeys("aeiou", "-")}
_VOWELS = re.compile(r"[aeiouyw]+")


def fold(text: str) -> str:
    """Lower case without marks, invisible letters and compatibility forms."""
    if text.isascii():
        return text.lower()
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in text if unicodedata.category(c) != "Mn"))


def squeeze(folded: str) -> str:
    """Letters and digits only, so that no space, stop or tag hides a word."""
    return "".join(WORD.findall(folded))


@lru_cache(maxsize=1 << 16)
def skeleton(word: str) -> str:
    """The consonants of one folded word in the common alphabet, doubled ones once."""
    if word.isascii():
        for pair, one in _LATIN_PAIRS:
            word = word.replace(pair, one)
        letters = [_LATIN.get(c, c) for c in word]
    else:
        letters = [_LETTERS.get(c, c if c.isalpha() and c.isascii() else "-") for c in word]
    out = ""
    for letter in letters:
        if letter != "-" and letter.isalpha() and not out.endswith(letter):
            out += letter
    return out.removesuffix("h") or out  # a final h is written or not


@lru_cache(maxsize=1 << 16)
def sound(word: str) -> str:
    """A folded Latin word with its vowels made one, its consonants as in the skeleton."""
    for pair, one in _LATIN_PAIRS:
        word = word.replace(pair, one)
    word = _VOWELS.sub("a", word.replace("v", "w"))
    word = "".join(_LATIN.get(c, c) if c != "a" else c for c in word)
    return re.sub(r"(.)\1+", r"\1", word)


def is_latin(word: str) -> bool:
    """Whether a folded word is in plain Latin letters."""
    return word.isascii()
