"""Which tokens are the content, once cue and speaker are known? Stretches of token indices, both ends included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.measure.statements.attribution.lexicon import (
    ADVERBS,
    AUX,
    CONJUNCTIONS,
    DETERMINERS,
    NEEDS_QUOTE,
    PREPOSITIONS,
    PRONOUNS,
    TIMES,
    speaks,
)
from blindspot.measure.statements.attribution.phrases import Phrase, can_speak, is_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.statements.attribution.cues import Cue
    from blindspot.measure.statements.reading import Token

TELLS = frozenset(["tell", "inform", "assure", "brief", "warn", "remind", "advise", "alert"])


def content_from(tokens: Sequence[Token], cue: Cue, k: int) -> int:
    """Past the addressee, adverbs, days and `that`: where the content begins."""
    n = len(tokens)
    if cue.lemma in TELLS and k < n:
        k = _addressee(tokens, k)
    start = k
    while k < n:
        token = tokens[k]
        if token.kind == "w" and (
            token.low in ADVERBS - {"there", "so", "both", "each", "only", "even", "all", "two"}
            or token.low in TIMES
            or (
                token.low.endswith("ly")
                and not token.text[0].isupper()
                and token.low not in {"only", "family", "july"}
                and cue.lemma != "add"
            )
        ):
            k += 1
        elif token.low in {"last", "this", "next"} and k + 1 < n and tokens[k + 1].low in TIMES:
            k += 2
        elif (
            token.text == ","
            and k + 2 < n
            and tokens[k + 2].text == ","
            and tokens[k + 1].low in {"however", "though", "moreover", "too", "therefore", "meanwhile", "again"}
        ):
            k += 3
        elif (
            token.low in {"to", "without", "in", "on", "at", "by", "during", "with", "after", "from", "through", "via"}
            and token.kind == "w"
        ):
            stop = _adjunct(tokens, k)
            if stop is None:
                break
            k = stop
        else:
            break
    if k < n and tokens[k].low == "that" and not (k + 1 < n and tokens[k + 1].kind == "p"):
        return k
    if k < n and tokens[k].text in {":", ","} and k + 1 < n and (tokens[k].text == ":" or tokens[k + 1].kind == "q"):
        return k + 1
    return k if k < n and not (tokens[k].kind == "p" and tokens[k].text in ".!?") else max(k, start, n)


def _adjunct(tokens: Sequence[Token], k: int) -> int | None:
    """`in a statement that`, `on Monday`, `to reporters:`: the index behind it, or None where it is content."""
    n = len(tokens)
    for j in range(k + 1, min(n, k + 14)):
        token = tokens[j]
        if token.low == "that" or token.text == ":" or token.kind == "q":
            return j
        if token.low in TIMES and j == k + 1:
            return j + 1
        if token.kind == "p" and token.text not in "-'":
            return j if token.text in ",.;" and not _rich(tokens, k, j) else None
    return n if not _rich(tokens, k, n) and n - k < 14 else None


def _rich(tokens: Sequence[Token], a: int, b: int) -> bool:
    """Whether a stretch holds a clause of its own: a verb form after a noun."""
    return any(t.kind == "w" and t.low in AUX for t in tokens[a + 1 : b])


def _addressee(tokens: Sequence[Token], k: int) -> int:
    """`told CNN that`, `told the hearing he believed`, `told reporters:`: the index behind the one addressed."""
    n = len(tokens)
    first = tokens[k]
    if first.kind != "w" or first.low == "that":
        return k
    if first.low in {"me", "us", "him", "them", "her", "you", "it"}:
        return k + 1
    if first.low in PREPOSITIONS | {"to"}:
        k += 1
    j = k
    while j < n and tokens[j].kind == "w":
        token = tokens[j]
        if token.low == "that" or (j > k and (token.low in PRONOUNS or token.low in CONJUNCTIONS - {"and", "or"})):
            break
        if j > k and token.low in DETERMINERS and tokens[j - 1].low not in PREPOSITIONS:
            break
        if (
            j > k
            and is_name(token)
            and not is_name(tokens[j - 1])
            and tokens[j - 1].low not in DETERMINERS | PREPOSITIONS
        ):
            break
        if (
            j > k
            and is_name(tokens[j - 1])
            and not is_name(token)
            and token.low not in {"of", "and", "news", "television"}
        ):
            break
        if (
            j > k
            and speaks(tokens[j - 1].low)
            and token.low not in PREPOSITIONS
            and not speaks(token.low)
            and token.low not in TIMES
        ):
            break
        j += 1
    return j


def first_subject(tokens: Sequence[Token], floor: int, i: int) -> Phrase | None:
    while floor < i and tokens[floor].low in {"but", "and", "yet"}:
        floor += 1
    if floor < i and tokens[floor].low in TIMES:  # `today in the capital, the mayor ...`
        comma = next((j for j in range(floor, i) if tokens[j].text == ","), None)
        floor = floor + 1 if comma is None or comma > i - 2 else comma + 1
    k = floor
    if k < i and tokens[k].low in PREPOSITIONS | CONJUNCTIONS:
        return None
    while k < i and not (tokens[k].kind == "w" and can_speak(tokens[k]) and tokens[k].low not in {"one", "two"}):
        if tokens[k].kind != "w":
            return None
        k += 1
    if k >= i:
        return None
    while k + 1 < i and tokens[k + 1].kind == "w" and can_speak(tokens[k + 1]):
        k += 1
    return floor, k


def left_edge(tokens: Sequence[Token], floor: int, end: int) -> int:
    """Where content to the left begins: after a semicolon, or after the words that join it to what stands before."""
    edge = floor
    for k in range(floor, end):
        if tokens[k].kind == "p" and tokens[k].text == ";":
            edge = k + 1
    while edge < end and (tokens[edge].kind == "p" or tokens[edge].low in {"but", "and", "yet", "while"}):
        edge += 1
    for k in range(edge, min(edge + 12, end)):  # PORT SELVA, 4 May. - Three fishermen
        if (
            tokens[k].text in {"-", "–", "—", "--"}
            and k
            and (tokens[k].start > tokens[k - 1].end)
            and all(is_name(t) or t.kind == "p" or t.text[0].isdigit() for t in tokens[edge:k])
        ):
            return k + 1
    return edge


def behind(tokens: Sequence[Token], k: int) -> list[tuple[int, int]]:
    """Content that goes on behind an inserted `she said`: only after a comma, a colon or in quotation marks."""
    n = len(tokens)
    rest = [j for j in range(k, n) if tokens[j].kind == "q"]
    if rest and all(t.kind == "p" or t.low in TIMES | ADVERBS | {"and"} | PREPOSITIONS for t in tokens[k : rest[0]]):
        return [(rest[0], rest[-1] if _solid(tokens, rest[0], rest[-1]) else rest[0])]
    if (
        k < n
        and tokens[k].text == ","
        and k + 1 < n
        and tokens[k + 1].low not in {"who", "whose", "which", "and", "but", "while", "as", "according", "a", "an"}
        and not tokens[k + 1].low.endswith("ing")
    ):
        return trim(tokens, k + 1, n - 1)
    return []


def _solid(tokens: Sequence[Token], a: int, b: int) -> bool:
    return all(t.kind != "w" for t in tokens[a + 1 : b])


def ends_clause(tokens: Sequence[Token], k: int) -> bool:
    return (
        k >= len(tokens)
        or tokens[k].kind == "q"
        or (tokens[k].kind == "p" and tokens[k].text in ".,;:!?—–")
        or tokens[k].low in CONJUNCTIONS | PREPOSITIONS | TIMES
    )


def clausal(tokens: Sequence[Token], part: tuple[int, int]) -> bool:
    """Whether a stretch is more than an opening adverbial: four words, and not begun by a preposition alone."""
    words = [t for t in tokens[part[0] : part[1] + 1] if t.kind == "w"]
    return len(words) >= 3 and not (
        words[0].low in PREPOSITIONS | {"when", "if", "while", "asked", "after", "speaking", "as"} and len(words) < 12
    )


def enough(tokens: Sequence[Token], part: tuple[int, int]) -> bool:
    inside = tokens[part[0] : part[1] + 1]
    words = [t.low for t in inside if t.kind == "w"]
    return (
        any(t.kind == "q" for t in inside)
        or len(words) > 1
        or (len(words) == 1 and words[0] not in {"it", "this", "that", "them", "so", "him", "her", "us", "me"})
    )


def trim(tokens: Sequence[Token], a: int, b: int) -> list[tuple[int, int]]:
    while a <= b and tokens[a].kind == "p" and tokens[a].text not in "([$€£@#":
        a += 1
    while b >= a and tokens[b].kind == "p" and tokens[b].text not in ")]%":
        b -= 1
    return [(a, b)] if a <= b else []


def right_part(tokens: Sequence[Token], cue: Cue, k: int) -> list[tuple[int, int]]:
    """Content after the verb; of `called it "fair"` the quotation alone."""
    n = len(tokens)
    if cue.lemma in NEEDS_QUOTE and cue.lemma not in {"continue", "accuse"}:
        return [(j, j) for j in range(k, n) if tokens[j].kind == "q"][:2]
    if k < n and tokens[k].low == "that":
        k += 1
    return trim(tokens, k, n - 1)
