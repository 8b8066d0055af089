"""Which form has an attribution, and so where do its speaker and content stand? One return for each form of the sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blindspot.measure.statements.attribution.contents import (
    TELLS,
    behind,
    clausal,
    content_from,
    ends_clause,
    first_subject,
    left_edge,
    right_part,
    trim,
)
from blindspot.measure.statements.attribution.cues import Cue, takes
from blindspot.measure.statements.attribution.lexicon import (
    AUX,
    CONJUNCTIONS,
    PREPOSITIONS,
    SHOWS,
    TIMES,
    speaks,
)
from blindspot.measure.statements.attribution.phrases import Phrase, subject_left, subject_right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.statements.reading import Token


@dataclass(slots=True)
class Found:
    cue: Cue
    source: Phrase | None
    parts: list[tuple[int, int]]  # token indices [first, last]
    span_from: int  # the first token of the attribution's own words
    anchored: bool  # content to the right runs on to the end of the sentence


def by_phrase(tokens: Sequence[Token], cue: Cue, floor: int) -> Found | None:  # noqa: PLR0911  # one return for each form
    n = len(tokens)
    if cue.lemma == "as":
        comma = next(k for k in range(cue.last + 1, n) if tokens[k].text == ",")
        return Found(cue, (cue.last + 1, comma - 2), trim(tokens, comma + 1, n - 1), cue.first, True)
    if (
        cue.lemma.startswith("in ")
        and cue.last - cue.first == 2
        and tokens[cue.last - 1].kind == "w"
        and not cue.lemma.startswith("in the")
    ):
        return Found(cue, (cue.first + 1, cue.first + 1), trim(tokens, cue.last + 1, n - 1), cue.first, True)
    source = subject_right(tokens, cue.last + 1)
    if source is None:
        a = b = cue.last + 1
        while b < n and tokens[b].kind == "w" and (b == a or tokens[b].low not in CONJUNCTIONS):
            b += 1
        if b == a:
            return None
        source = (a, b - 1)
    starts = (
        cue.first == floor
        or (tokens[cue.first - 1].text in {",", ";"} and cue.first - floor <= 1)
        or (cue.first - floor == 1 and tokens[floor].low in CONJUNCTIONS | {"yet"})
    )
    k = source[1] + 1
    if starts:
        first = next((i for i in range(cue.last + 1, n) if tokens[i].text == ","), None)
        if first is None:
            return None
        source = (source[0], min(source[1], first - 1)) if not _who(tokens, first) else source
        k = source[1] + 1
        while k < n and tokens[k].text == ",":
            k += 1
        if k < n and tokens[k - 1].text != ",":  # words between source and comma belong to the source
            second = next((i for i in range(k, n) if tokens[i].text == ","), None)
            if second is None:
                return None
            source, k = (source[0], second - 1), second + 1
        return Found(cue, source, trim(tokens, k, n - 1), cue.first, True)
    return Found(cue, source, trim(tokens, left_edge(tokens, floor, cue.first), cue.first - 1), cue.first, False)


def _who(tokens: Sequence[Token], comma: int) -> bool:
    return comma + 1 < len(tokens) and tokens[comma + 1].low in {"who", "whose", "which"}


def by_verb(tokens: Sequence[Token], cue: Cue, floor: int, found: list[Found]) -> Found | None:  # noqa: PLR0911  # one return for each form
    n, i = len(tokens), cue.first
    if cue.kind == "impersonal":
        k = cue.last + 1
        if i > floor and tokens[i - 1].text == "," and k >= n - 1:
            return Found(cue, None, trim(tokens, floor, i - 2), i, False)
        if k < n and tokens[k].low == "that":
            return Found(cue, None, trim(tokens, k + 1, n - 1), i, True)
        return None
    if cue.kind == "participle":
        source = found[-1].source if found else first_subject(tokens, floor, i)
        k = content_from(tokens, cue, i + 1)
        if source is None or not takes(tokens, cue, k, "title"):
            return None
        return Found(cue, source, right_part(tokens, cue, k), i, True)
    left = subject_left(tokens, i, floor)
    first = i
    while first > floor and tokens[first - 1].low in AUX:
        first -= 1
    lead = tokens[first - 1] if first else None
    if (
        left is None and lead is not None and lead.low in {"and", "but"} and i > floor
    ):  # X said this but insisted on that
        left = found[-1].source if found else first_subject(tokens, floor, i)
        k = content_from(tokens, cue, i + 1)
        if left is None or cue.lemma in SHOWS or not takes(tokens, cue, k, "title"):
            return None
        return Found(cue, left, right_part(tokens, cue, k), first, True)
    inverted = None
    if lead is not None and (lead.kind == "q" or lead.text == ",") and i > floor:
        inverted = subject_right(tokens, i + 1)
        if inverted is not None and cue.lemma in TELLS:
            inverted = None
        if inverted is not None and left is not None and lead.text == "," and not ends_clause(tokens, inverted[1] + 1):
            inverted = None  # `Tomas Verhale, a schoolteacher, called the claim ...`
    if inverted is not None and (
        left is None or lead is None or lead.kind == "q" or ends_clause(tokens, inverted[1] + 1)
    ):
        parts = trim(tokens, left_edge(tokens, floor, first), first - 1)
        parts += behind(tokens, inverted[1] + 1)
        return Found(cue, inverted, parts, i, False)
    if left is None:
        return None
    if tokens[left[0]].low == "it" and cue.lemma not in {
        "say",
        "add",
        "note",
        "find",
        "conclude",
        "deny",
        "claim",
        "insist",
        "acknowledge",
        "estimate",
        "concede",
        "warn",
        "state",
        "confirm",
        "announce",
        "clarify",
        "describe",
        "call",
    }:
        return None
    kind = next((speaks(tokens[k].low) for k in range(left[1], left[0] - 1, -1) if speaks(tokens[k].low)), "")
    k = content_from(tokens, cue, i + 1)
    relative = i and "who" in {tokens[i - 1].low, tokens[max(i - 2, 0)].low}
    if relative and not (k < n and (tokens[k].low in {"that", "how", "whether"} or tokens[k].kind == "q")):
        return None  # `officials who spoke with us called it ...`: the main verb is the cue
    before = tokens[left[0] - 1] if left[0] > floor else None
    framed = before is not None and (before.text == "," or before.kind == "q" or before.text in "—–")
    led_by_quote = framed and any(t.kind == "q" for t in tokens[floor : left[0]])
    if framed and (
        k >= n
        or tokens[k].text == ","
        or (
            led_by_quote
            and (
                tokens[k].kind == "p"
                or tokens[k].low in PREPOSITIONS | CONJUNCTIONS | TIMES
                or tokens[k].low.endswith(("ly", "ing"))
            )
        )
    ):
        edge = left_edge(tokens, floor, left[0])
        parts = trim(tokens, edge, left[0] - 1)
        if parts and (led_by_quote or clausal(tokens, parts[0])):
            return Found(
                cue,
                left,
                parts + behind(tokens, k if k < n and tokens[k].text == "," else max(k, i + 1)),
                left[0],
                False,
            )
    if cue.lemma in SHOWS and kind != "organisation":
        return None
    if cue.lemma == "put":
        at = next((j for j in range(k, n) if tokens[j].low == "at"), None)
        return None if at is None else Found(cue, left, trim(tokens, at + 1, n - 1), left[0], True)
    if not takes(tokens, cue, k, kind):
        return None
    return Found(cue, left, right_part(tokens, cue, k), left[0], True)


def cut(tokens: Sequence[Token], before: Found, made: Found) -> None:
    """Content that runs into the next attribution ends before it, unless that one is part of what was said."""
    start = min([made.span_from, *(a for a, _ in made.parts)]) if not made.anchored else made.span_from
    a, b = before.parts[-1] if before.parts else (0, -1)
    if not a <= made.span_from <= b:
        return
    k = made.span_from - 1
    while k > a and tokens[k].low in {"also", "then", "later"}:
        k -= 1
    joined = (
        tokens[k].text in {",", ";"}
        or tokens[k].low in {"while", "but", "and", "whereas", "although", "though"}
        or tokens[k].kind == "q"
    )
    if made.cue.kind == "phrase" and not made.anchored:  # X said that Y, according to Z: the whole stands
        joined = made.span_from > a + 2
        made.parts = [(max(p, a), q) for p, q in made.parts] if joined else made.parts
    if not joined:
        return
    del start
    while k > a and (
        tokens[k].text in {",", ";"} or tokens[k].low in {"while", "but", "and", "whereas", "although", "though"}
    ):
        k -= 1
    before.parts[-1] = (a, k)
