"""In which language and direction is this written?

By script first, then by letters that only one language of a script uses, then by the share of function words. "und" where
no language of the list stands out; a short text is not guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

_WORD = re.compile(r"[^\W\d_]+")
_FUNCTION = {
    "en": "the of and to in that was is for on with he it as his by had not at from but they which she were who",
    "es": "el la los las de que y en un una por con para del se no su al como más lo pero fue",
    "ca": "el la els les de que i en un una per amb va del no és al com més dels però aquest ha les",
    "fr": "le la les de des et en un une que qui dans pour par sur est au avec il pas ne du ce",
    "de": "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es",
    "pt": "o a os as de que e em um uma do da no na por com não para se dos mais foi ao",
    "it": "il lo la gli le di che e in un una per con non del della sono è da si nel alla",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er om die bij ook",
    "tr": "ve bir bu da de için ile olarak çok daha gibi olan kadar sonra ne ama",
    "pl": "i w na z się nie do to że jest o jak po przez od za oraz dla",
    "id": "yang dan di dengan untuk dari pada tidak ini itu dalam akan oleh ke telah",
    "ru": "и в не на что с по как это он из за к его но для от было",
    "uk": "і в не на що з та як це він із за до його але для від було є",
    "fa": "و در به از که این را با است برای آن یک خود تا شد",
    "ar": "في من على أن إلى التي عن الذي هذا مع كان لا ما بعد",
    "ps": "د په او چې له ته دا کې دی یو نه سره هم",
    "ur": "کے میں کی ہے اور سے کا کو نے پر یہ کہ تھا ہیں",
    "he": "של את על לא הוא כי עם זה היא גם או אל כל",
}
_WORDS = {name: frozenset(words.split()) for name, words in _FUNCTION.items()}
_ONLY = {"ps": "ټډړښځڅۍېګ", "ur": "ٹڈڑےںھ", "fa": "پچژگ", "uk": "іїєґ", "he": "אבגדהוזח"}
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")


def language(text: str, most: int = 20_000) -> str:
    """ISO 639-1 code, or und."""
    words = [w.lower() for w in _WORD.findall(text[:most])]
    if len(words) < 12:
        return "und"
    if _cjk(text[:most]) > 0.3:
        return "ja" if re.search("[\u3040-\u30ff]", text[:most]) else "zh"
    counts = Counter(words)
    share = {name: sum(counts[w] for w in known) / len(words) for name, known in _WORDS.items()}
    letters = Counter(text[:most])
    for name, only in _ONLY.items():
        share[name] += 2.0 * sum(letters[c] for c in only) / len(words) if share[name] else 0.0
    ranked = sorted(share, key=lambda n: -share[n])
    return ranked[0] if share[ranked[0]] >= 0.08 and share[ranked[0]] > 1.05 * share[ranked[1]] else "und"


def direction(text: str) -> Literal["ltr", "rtl"]:
    """Which way most of its letters run."""
    head = text[:20_000]
    return "rtl" if 2 * len(_RTL.findall(head)) > len(_LETTER.findall(head)) else "ltr"


def _cjk(text: str) -> float:
    letters = len(_LETTER.findall(text)) or 1
    return len(re.findall("[\u3040-\u30ff\u3400-\u9fff]", text)) / letters
