"""Who said what in a text, in whose words, on what stated basis?

Per sentence: cues from left to right; the phrase that speaks is looked for on the side where its form puts it; what is left
of the sentence, up to the next attribution, is the content. A quotation that stands alone belongs to the speaker before.
Suggestions for a reviewer, never claims by themselves.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from blindspot.measure.statements.attribution.basis import basis
from blindspot.measure.statements.attribution.contents import enough
from blindspot.measure.statements.attribution.cues import cues
from blindspot.measure.statements.attribution.forms import Found, by_phrase, by_verb, cut
from blindspot.measure.statements.attribution.lexicon import (
    DOES,
    PRONOUNS,
    SHOWS,
)
from blindspot.measure.statements.attribution.speakers import describe, resolve
from blindspot.measure.statements.model import Act, Span, Speaker, Statement
from blindspot.measure.statements.reading import Sentence, Token, sentences
from blindspot.measure.statements.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.statements.model import Text

_LABEL = re.compile(
    r"^\s*(?:\[[\d:]+[^\]\n]{0,12}\]\s*)?([A-Z][A-Z .'’\-]{1,40}|[A-Z][a-z]+(?: [A-Z][a-z]+){0,3})(?:, [A-Z][A-Z ,.'’&0-9\-]{1,60})?(?:\s*\([a-z \-]+\))?\s*:\s+(?=\S)"
)
_QUESTIONER = frozenset(["q", "question", "a", "reporter"])
_NOT_LABEL = words(
    "note update correction source photo video read more also related statement question q watch listen date place time"
)
_TRAIL = ".,;:!?…—–- "


def attribute(text: Text) -> list[Statement]:
    """The attributed statements of a text, in order. English only: other languages give none."""
    if text.language not in {"en", "und"}:
        return []
    found: list[Statement] = []
    speakers: list[Speaker] = []
    label: Statement | None = None
    last: Statement | None = None
    before: Sentence | None = None
    for sentence in sentences(text.text):
        made = False
        if before is None or sentence.paragraph != before.paragraph:
            label = _label(text, sentence, speakers)
            if label is not None:
                found.append(label)
                made = True
                sentence = replace(sentence, tokens=_behind_colon(sentence.tokens))  # noqa: PLW2901  # the label is not its sentence's
        if label is not None and not made:
            label = _extend(found, label, (sentence.start, sentence.end), text)
        new = [_statement(text, sentence, f, speakers) for f in _of_sentence(sentence.tokens)]
        found.extend(new)
        if label is not None:
            pass
        elif new:
            last = new[-1]
        elif (
            last is not None
            and before is not None
            and sentence.paragraph == before.paragraph
            and sentence.tokens[0].kind == "q"
            and len(sentence.tokens) <= 2
            and last.quoted
            and found
            and found[-1] is last
        ):
            last = _extend(found, last, (sentence.start, sentence.end), text)
        before = sentence
    return sorted(found, key=lambda s: (s.start, s.end))


def _label(text: Text, sentence: Sentence, speakers: list[Speaker]) -> Statement | None:
    """A transcript's `NAME: words`."""
    m = _LABEL.match(text.text[sentence.start : sentence.start + 160])
    if (
        m is None
        or (not m[1].isupper() and text.kind != "transcript")
        or m[1].lower().strip() in _NOT_LABEL | _QUESTIONER
        or m.end() >= sentence.end - sentence.start
    ):
        return None
    a = sentence.start + m.start(1)
    speaker = resolve(Speaker(m[1], m[1].title(), "named", 1), speakers)
    speakers.append(speaker)
    content = (sentence.start + m.end(), sentence.end)
    says = text.text[slice(*content)]
    on, words = basis("", "", says, "says", "named")
    return Statement(
        text.id,
        *content,
        (content,),
        (a + len(m[1]), a + len(m[1]) + 1),
        (a, a + len(m[1])),
        speaker,
        "say",
        "says",
        True,
        (content,),
        on,
        words,
        says,
    )


def _behind_colon(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    colon = next((k for k, t in enumerate(tokens) if t.text == ":"), -1)
    return tokens[colon + 1 :] or tokens


def _extend(found: list[Statement], statement: Statement, span: Span, text: Text) -> Statement:
    """The statement, with a quotation or sentence that goes on, put in its place."""
    content = (*statement.content, span)
    says = f"{statement.says} {text.text[slice(*span)]}"
    quotes = (*statement.quotes, span)
    for k in range(len(found) - 1, -1, -1):
        if found[k] is statement:
            found[k] = replace(statement, content=content, end=max(statement.end, span[1]), quotes=quotes, says=says)
            return found[k]
    return statement


def _of_sentence(tokens: Sequence[Token]) -> list[Found]:
    found: list[Found] = []
    floor = 0  # where content to the left may begin: after the attribution before it
    for cue in cues(tokens):
        made = by_phrase(tokens, cue, floor) if cue.kind == "phrase" else by_verb(tokens, cue, floor, found)
        if made is None:
            continue
        if (
            found
            and found[-1].anchored
            and found[-1].parts
            and made.anchored
            and made.source
            and made.span_from == found[-1].parts[-1][0]
            and tokens[made.source[0]].low in PRONOUNS
        ):
            continue  # `told the hearing he believed`: one statement
        if found:
            cut(tokens, found[-1], made)
        if not made.parts:
            continue
        found.append(made)
        if not made.anchored:
            floor = max(made.cue.last + 1, (made.source[1] + 1) if made.source else 0, *(b + 1 for _, b in made.parts))
    return [f for f in found if any(enough(tokens, p) for p in f.parts)]


def _statement(text: Text, sentence: Sentence, f: Found, speakers: list[Speaker]) -> Statement:
    tokens = sentence.tokens
    spans = tuple(sorted((tokens[a].start, tokens[b].end) for a, b in f.parts))
    whole = text.text[sentence.start : sentence.end]
    source = None if f.source is None else (tokens[f.source[0]].start, tokens[f.source[1]].end)
    speaker = (
        Speaker("")
        if f.source is None or source is None
        else describe(tokens[f.source[0] : f.source[1] + 1], text.text[slice(*source)], whole)
    )
    speaker = resolve(speaker, speakers)
    if speaker.text:
        speakers.append(speaker)
    quotes = tuple((t.start, t.end) for a, b in f.parts for t in tokens[a : b + 1] if t.kind == "q")
    says = " ".join(text.text[a:b] for a, b in spans)
    act: Act = "shows" if f.cue.lemma in SHOWS else DOES.get(f.cue.lemma, "says")
    between = text.text[tokens[f.cue.first].start : tokens[f.cue.last].end]
    stated, words = basis(speaker.text, between, says, act, speaker.anonymity)
    return Statement(
        text.id,
        spans[0][0],
        spans[-1][1],
        spans,
        (tokens[f.cue.first].start, tokens[f.cue.last].end),
        source,
        speaker,
        f.cue.lemma,
        act,
        bool(quotes),
        quotes,
        stated,
        words,
        says,
    )
