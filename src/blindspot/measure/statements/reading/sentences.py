"""Where do sentences and quotations begin and end? Offsets are code points of the text as it stands.

A paragraph is cut into words, signs and quotations; a quotation is one token, so that what it holds never ends a sentence
of the writer's. Sentences end at . ! ? and their Arabic, Urdu and East Asian kin, not after abbreviations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from blindspot.measure.statements.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blindspot.measure.statements.model import Span

_SHORT = words(
    "Mr Mrs Ms Dr Gen Lt Col Capt Cpt Sgt Maj Cdr Cmdr Adm Brig Pvt Cpl Sen Rep Gov Prof Rev Hon St Jr Sr No "
    "Nos Vol Art Sec Fig Eq vs etc Inc Ltd Co Corp Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue "
    "Wed Thu Fri Sat Sun approx e.g i.e cf al pp Messrs MR MRS MS DR GEN LT COL CAPT SGT MAJ ADM SEN REP GOV"
)
_WORD = re.compile(
    r"(?P<w>(?:[A-Za-z]\.){2,}(?:-[A-Za-z]+)?|(?:" + "|".join(map(re.escape, sorted(_SHORT, key=lambda w: (-len(w), w)))) + r")\.(?!\w)"
    r"|[A-Z]\.(?=\s+[A-Z])|[@#]\w+|\d+(?:[.,:/]\d+)+%?|\w+(?:[’'`\-‑]\w+)*[’']?(?<![’'])|\w+)|(?P<p>\.{2,}|--|[^\w\s])"
)  # fmt: skip
_DOUBLE = re.compile('[“”„«»"❝❞]')
_STOP = frozenset(".!?…؟۔。！？")
_STARTERS = words("The A An But And He She It They We I In On At This That These Those There When While If As For Two")


@dataclass(frozen=True, slots=True)
class Token:
    """w = word, p = sign, q = a quotation with its marks."""

    kind: str
    text: str
    start: int
    end: int
    low: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the writer, quotations included; `opens` where it begins a paragraph."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    paragraph: int
    opens: bool


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text, in order."""
    found = []
    for number, (start, end) in enumerate(paragraphs(text)):
        tokens = _tokens(text, start, end)
        first = 0
        for last in _ends(tokens):
            part = tuple(tokens[first : last + 1])
            if any(t.kind != "p" for t in part):
                found.append(Sentence(part[0].start, part[-1].end, part, number, first == 0))
            elif found:  # stray signs belong to what stands before
                before = found.pop()
                found.append(Sentence(before.start, before.end, before.tokens, before.paragraph, before.opens))
            first = last + 1
    return found


def paragraphs(text: str) -> list[Span]:
    """Stretches between blank lines, or between line ends where lines are whole paragraphs."""
    lines = text.splitlines(keepends=True)
    wrapped = sum(1 for a in lines if 40 < len(a.rstrip()) <= 100) > 0.6 * max(sum(1 for a in lines if a.strip()), 1)
    found: list[Span] = []
    at, open_at, last = 0, -1, 0
    for line in lines:
        bare = line.strip()
        if not bare or (open_at >= 0 and (not wrapped or "\f" in line)):
            if open_at >= 0:
                found.append((open_at, last))
            open_at = -1
        if bare:
            if open_at < 0:
                open_at = at + len(line) - len(line.lstrip())
            last = at + len(line.rstrip())
        at += len(line)
    if open_at >= 0:
        found.append((open_at, last))
    return found


@lru_cache(maxsize=4096)
def _quotes(text: str) -> tuple[Span, ...]:
    """Quotations of a paragraph: paired double marks; British single marks where no double ones stand."""
    found: list[Span] = []
    open_at = -1
    for mark in _DOUBLE.finditer(text):
        i, c = mark.start(), mark[0]
        if open_at < 0:
            if c in "”»" and text[:i].strip() and not (c == "»" and "«" not in text):
                continue  # a closing mark that closes nothing
            open_at = i
        elif (
            c in "“„«"
            and i + 1 < len(text)
            and text[i + 1].isalnum()
            and (text[i - 1].isspace() or text[i - 1] in "(—–-")
        ):
            found.append((open_at, i))  # the one before was never closed
            open_at = i
        else:
            found.append((open_at, i + 1))
            open_at = -1
    if open_at >= 0:
        found.append((open_at, len(text)))
    if found:
        return tuple(found)
    at = 0
    while opening := re.compile(r"(?:(?<=^)|(?<=[\s(—–:]))[‘'](?=\w)").search(text, at):
        closing = re.compile(r"(?<=[\w.,!?…])[’'](?=[\s.,;:!?)—–]|$)").search(text, opening.end())
        if closing is None or (
            opening[0] == "'"
            and closing[0] == "'"
            and text[closing.start() - 1] == "s"
            and closing.start() - opening.start() > 300
        ):
            at = opening.end()
            continue
        found.append((opening.start(), closing.end()))
        at = closing.end()
    return tuple(found)


def _tokens(text: str, start: int, end: int) -> list[Token]:
    part = text[start:end]
    found: list[Token] = []
    at = 0
    for a, b in (*_quotes(part), (len(part), len(part))):
        found.extend(_words(part, at, a, start))
        if a < b:
            found.append(Token("q", part[a:b], start + a, start + b, ""))
        at = b
    return found


def _words(part: str, a: int, b: int, base: int) -> Iterator[Token]:
    for m in _WORD.finditer(part, a, b):
        yield Token(m.lastgroup or "p", m[0], base + m.start(), base + m.end(), m[0].lower().replace("’", "'"))


def _ends(tokens: list[Token]) -> Iterator[int]:
    """Indices of the tokens that end a sentence."""
    n = len(tokens)
    for i, token in enumerate(tokens):
        if i == n - 1:
            yield i
            continue
        after = tokens[i + 1]
        small = after.kind == "w" and after.text[0].islower()
        if token.kind == "p" and token.text[0] in _STOP:
            if after.kind == "p" and after.text in '.)]”’"':
                continue
            if not small and (after.kind != "p" or after.text in "-–—([•"):
                yield i
        elif token.kind == "q" and _closed(token.text) and not small and after.kind != "p":
            if token.text.rstrip("”\"’'»❞“ ")[-1:] == "." or not _tail(tokens, i + 1):
                yield i
        elif token.kind == "w" and token.text.endswith(".") and token.text.count(".") > 1 and after.text in _STARTERS:
            yield i


def _closed(quote: str) -> bool:
    return quote.rstrip("”\"’'»❞“ ").rstrip().endswith((".", "!", "?", "…"))


def _tail(tokens: list[Token], i: int) -> bool:
    """Whether a quotation that ends in ! or ? goes on: `"Who?" Bligh asked.`"""
    from blindspot.measure.statements.attribution.lexicon import VERBS

    return (
        any(
            t.kind == "w" and (t.low in VERBS or t.low in {"asked", "asks"}) for t in tokens[i : i + 4] if t.kind == "w"
        )
        and tokens[i].kind == "w"
    )
