"""In which encoding was this written?

A byte order mark or valid UTF-8 settles it; then what the page itself declares; else each candidate is scored by how
well the decoded letters hang together: letters next to letters of their own script, capitals at the beginning of words,
frequent letters frequent, few signs that nobody types. The legacy encodings are guesses, and told as such.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Ordered: the first of equals wins, so the more common stand first.
_CANDIDATES = (
    "cp1252", "cp1251", "cp1256", "cp1250", "cp1254", "koi8-r", "cp1253", "cp1255", "iso8859-2", "shift_jis", "gb18030", "big5", "euc-kr",
)  # fmt: skip
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)
# The letters that a running text in each script uses most; what is rare there is a sign of a wrong guess.
_COMMON = frozenset("оеаинтсрвлкмдпуاليمنهروتبسدعفήαοιετσνρאהוילמנרתבשéèàüöäßñóíáçãôêâłęąśżźćńőűčšžěřıığşŞİ")


def decode(raw: bytes) -> tuple[str, str, bool]:
    """The text, the name of its encoding, and whether that is certain."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            try:
                return raw.decode(name).removeprefix("\ufeff"), name, True
            except UnicodeDecodeError:
                break
    wide = _wide(raw)
    if wide:
        return raw.decode(wide, "replace"), wide, False
    try:
        return raw.decode("utf-8"), "utf-8", True
    except UnicodeDecodeError as error:
        cut = error
    if cut.start >= len(raw) - 3 and cut.start > 0:  # cut off inside the last letter
        return raw[: cut.start].decode("utf-8"), "utf-8", False
    declared = _DECLARED.search(raw[:4096])
    if declared:
        name = declared[1].decode("ascii").lower()
        try:
            return raw.decode(name), codecs.lookup(name).name, True
        except (UnicodeDecodeError, LookupError):
            pass
    best, best_score, found = "cp1252", float("-inf"), raw.decode("cp1252", "replace")
    sample = _sample(raw)
    for name in _CANDIDATES:
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        value = _score(text)
        if value > best_score:
            best, best_score, found = name, value, raw.decode(name, "replace")
    return found, best, False


def _wide(raw: bytes) -> str:
    """UTF-16 without a mark: spaces and plain letters have a zero byte, always on the same side."""
    head = raw[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) < 8 or even + odd < len(head) // 20:
        return ""
    return "utf-16-le" if odd > 8 * even else "utf-16-be" if even > 8 * odd else ""


def _sample(raw: bytes, most: int = 60_000) -> bytes:
    """Lines that hold bytes above ASCII, up to `most` bytes: only they tell encodings apart."""
    lines = [line for line in raw.splitlines() if not line.isascii()] or [raw]
    return b"\n".join(lines)[:most].rsplit(b" ", 1)[0] if sum(map(len, lines)) > most else b"\n".join(lines)


def _score(text: str) -> float:
    total = high = 0.0
    before = " "
    for c in text:
        if c > "\x7f":
            high += 1
            kind = unicodedata.category(c)
            if kind[0] == "L":
                total += 1.0 + (0.6 if c.lower() in _COMMON else 0.0)
                if kind == "Lu" and before.islower():
                    total -= 2.5
                if before.isalpha() and _script(before) != _script(c):
                    total -= 2.0 if _script(before) * _script(c) or _script(c) > 1 else 0.3
                if kind == "Lo" and _script(c) == 9:
                    total += 0.5  # two bytes made one letter
            elif c in "“”‘’–—…«»° ":
                total += 0.7
            elif kind[0] == "C" or kind in {"Co", "Cn"}:
                total -= 8.0
            else:
                total -= 1.5
        elif c.isupper() and before > "\x7f" and before.isalpha() and before.islower():
            total -= 1.0
        before = c
    return total / max(high, 1.0)


def _script(c: str) -> int:
    """0 ASCII, 1 Latin, 2 Greek, 3 Cyrillic, 4 Hebrew, 5 Arabic, 9 East Asian."""
    n = ord(c)
    for top, name in ((0x80, 0), (0x250, 1), (0x370, 1), (0x400, 2), (0x530, 3), (0x590, 8), (0x600, 4), (0x780, 5)):
        if n < top:
            return name
    return 9 if n >= 0x1100 else 8
