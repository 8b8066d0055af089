"""Where does a sentence attribute? `said`, `according to`, `in the view of`, `it was announced`, `NAME:`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from blindspot.measure.statements.attribution.lexicon import (
    AUX,
    DETERMINERS,
    NEEDS_QUOTE,
    NEEDS_THAT,
    OBJECT,
    PREPOSITIONS,
    PRONOUNS,
    TITLES,
    VERBS,
    speaks,
)
from blindspot.measure.statements.attribution.phrases import is_name
from blindspot.measure.statements.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.statements.reading import Token

_BE = frozenset(["is", "was", "were", "are", "be", "been", "being"])
_IRREGULAR = words("said told known thought held found written understood sworn seen felt shown read spoken put called")
_NOT = words(
    "not n't never cannot didn't doesn't don't hasn't haven't hadn't won't wouldn't couldn't can't isn't wasn't"
)
_ASKS = frozenset(["that", "how", "whether", "what", "why", "who", "if"])
_STRICT = frozenset({"point", "cite", "quote", "count", "rule", "hold"})  # only with `that`, a colon or a quotation
_MENTAL = frozenset(["believe", "think", "doubt", "suspect", "expect", "fear", "know"])


@dataclass(frozen=True, slots=True)
class Cue:
    """Tokens [first, last] that attribute. `verb` has its subject beside it, `phrase` its source after it."""

    kind: Literal["verb", "phrase", "label", "impersonal", "participle"]
    first: int
    last: int
    lemma: str


def cues(tokens: Sequence[Token]) -> list[Cue]:
    """The cues of a sentence, from left to right."""
    found: list[Cue] = []
    n = len(tokens)
    i = 0
    while i < n:
        token = tokens[i]
        if token.kind != "w":
            i += 1
            continue
        phrase = _phrase(tokens, i)
        if phrase is not None:
            found.append(phrase)
            i = phrase.last + 1
            continue
        lemma = VERBS.get(token.low) if i == 0 or token.text[0].islower() else None  # `the United States`
        if lemma is not None and (cue := _verb(tokens, i, lemma)) is not None:
            found.append(cue)
        i += 1
    return found


def _phrase(tokens: Sequence[Token], i: int) -> Cue | None:
    words = [t.low if t.kind == "w" else "," for t in tokens[i : i + 6]]
    if words[:2] == ["according", "to"]:
        return Cue("phrase", i, i + 1, "according to")
    if (
        words[:2] == ["in", "the"]
        and len(words) > 3
        and words[2] in {"view", "opinion", "words", "eyes", "judgment", "judgement"}
        and words[3] == "of"
    ):
        return Cue("phrase", i, i + 3, f"in the {words[2]} of")
    if (
        words[:1] == ["in"]
        and len(words) > 2
        and words[2] in {"view", "opinion", "words", "judgment", "judgement"}
        and (words[1] in {"its", "his", "her", "their", "my", "our"} or words[1].endswith("'s"))
    ):
        return Cue("phrase", i, i + 2, f"in {words[2]}")
    if (
        i == 0
        and words[0] == "as"
        and (told := next((k for k in range(2, min(9, len(tokens) - i)) if tokens[i + k].text == ","), 0))
        and VERBS.get(tokens[i + told - 1].low)
        in {"say", "note", "observe", "write", "explain", "argue", "remark", "tell"}
    ):
        return Cue("phrase", i, i, "as")
    if i == 0 and words[0] == "per" and len(words) > 2:
        return Cue("phrase", i, i, "per")
    return None


def _verb(tokens: Sequence[Token], i: int, lemma: str) -> Cue | None:  # noqa: PLR0911  # one return for each form
    token = tokens[i]
    before = _before(tokens, i)
    k = i - 1
    negated, be, to, have = False, False, False, False
    while (
        k >= 0
        and tokens[k].kind == "w"
        and (
            tokens[k].low in AUX
            or tokens[k].low.endswith("ly")
            or tokens[k].low in {"also", "to", "long", "later", "now", "then", "again", "once", "first", "only"}
        )
    ):
        word = tokens[k].low
        negated |= word in _NOT
        be |= word in _BE
        to |= word == "to"
        have |= word in {"has", "have", "had"}
        k -= 1
    if to and not (k >= 0 and tokens[k].low in {"went", "goes", "continued", "continues"}):
        return None
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    quote_after = any(t.kind == "q" for t in tokens[i + 1 : i + 14])
    if before is not None and _is_noun(tokens, i, before, after):
        return None
    past = token.low.endswith("ed") or token.low in _IRREGULAR
    if be and past:
        subject = tokens[k].low if k >= 0 else ""
        if subject == "it" and not negated:
            return Cue("impersonal", max(k, 0), i, lemma)
        return None
    if negated and lemma not in _MENTAL:
        return None
    if token.low.endswith("ing") and not be:
        comma = before is not None and (
            before.text in {",", "but", "and", "before", "after", "then"} or before.kind == "q"
        )
        if comma and _content_follows(tokens, i, lemma, quote_after):
            return Cue("participle", i, i, lemma)
        return None
    if lemma in NEEDS_QUOTE and not quote_after and not any(t.kind == "q" for t in tokens[max(0, i - 6) : i]):
        return None
    return Cue("verb", i, i, lemma)


def _content_follows(tokens: Sequence[Token], i: int, lemma: str, quote_after: bool) -> bool:
    if lemma in {
        "speak",
        "go",
        "begin",
        "put",
        "regard",
        "consider",
        "feel",
        "know",
        "see",
        "read",
        "count",
        "call",
        "describe",
        "dub",
        "find",
        "hold",
        "show",
        "prove",
        "judge",
    }:
        return quote_after
    if lemma in NEEDS_QUOTE:
        return quote_after
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if after is None:
        return False
    if lemma in {"write", "maintain", "assess", "estimate", "report"} and not (
        quote_after or after.low in {"that", "how"}
    ):
        return False
    if lemma in {"point", "cite", "quote", "record", "document", "publish", "refer", "urge"}:
        return quote_after or any(t.low == "that" for t in tokens[i + 1 : i + 3])
    return after.kind != "p" or after.text in ",:"


def _before(tokens: Sequence[Token], i: int) -> Token | None:
    return tokens[i - 1] if i else None


def _is_noun(tokens: Sequence[Token], i: int, before: Token, after: Token | None) -> bool:  # noqa: PLR0911  # one return for each form
    """`the report of`, `official statements`, `an unconfirmed claim`: the same letters as a noun."""
    token = tokens[i]
    if before.kind == "w":
        if before.low in DETERMINERS and before.low not in {
            "all",
            "both",
            "some",
            "many",
            "most",
            "few",
            "two",
            "three",
            "four",
            "five",
            "several",
            "others",
            "another",
            "each",
            "this",
            "one",
        }:
            return True
        if before.low in PREPOSITIONS or before.text.endswith(("'s", "’s")):
            return True
        nounlike = token.low.endswith(("s", "t", "m", "w", "n", "y", "e", "k")) and not token.low.endswith("ed")
        if nounlike and token.low in {
            "claims",
            "reports",
            "statements",
            "states",
            "questions",
            "comments",
            "estimates",
            "records",
            "posts",
            "notes",
            "calls",
            "fears",
            "doubts",
            "hopes",
            "counts",
            "charges",
            "rules",
            "views",
            "signals",
            "reads",
            "report",
            "claim",
            "estimate",
            "record",
            "state",
            "question",
            "comment",
            "note",
            "call",
            "fear",
            "doubt",
            "hope",
            "count",
            "charge",
            "rule",
            "view",
            "signal",
            "post",
            "promise",
            "quotes",
            "quote",
            "relates",
            "agents",
            "document",
            "documents",
            "labels",
            "label",
            "terms",
            "term",
            "brands",
            "brand",
            "echo",
            "predicts",
            "speaks",
            "feel",
            "judge",
            "judges",
            "counsel",
            "witness",
            "puts",
        }:
            verbal_subject = (
                is_name(before)
                or before.low in PRONOUNS
                or bool(speaks(before.low))
                or before.low in {"also", "now", "later", "then", "still"}
            )
            bare = not token.low.endswith("s")
            plural = before.low.endswith("s") or before.low in {
                "i",
                "you",
                "we",
                "they",
                "who",
                "police",
                "people",
                "also",
                "now",
                "later",
                "then",
                "still",
            }
            if bare and not plural:
                return True  # `the email question`
            if not verbal_subject:
                return True
            if after is not None and (
                after.low in VERBS
                or after.low
                in {
                    "of",
                    "from",
                    "about",
                    "by",
                    "in",
                    "at",
                    "for",
                    "to",
                    "on",
                    "and",
                    "or",
                    "was",
                    "were",
                    "is",
                    "are",
                    "has",
                    "have",
                    "had",
                }
            ):
                return True
            if (
                token.low in {"judge", "counsel", "agents", "state", "record", "report"}
                and token.low.rstrip("s") in TITLES
            ):
                return True
    elif before.kind == "p" and before.text == "-":
        return True
    if i == 0:
        return True
    return after is not None and after.kind == "p" and after.text == "-"


def takes(tokens: Sequence[Token], cue: Cue, k: int, kind: str) -> bool:  # noqa: PLR0911  # one return for each form
    """Whether the tokens from `k` on can be what a verb says, given its subject's kind."""
    if k >= len(tokens):
        return False
    lemma, token = cue.lemma, tokens[k]
    if lemma in _MENTAL and token.low in AUX and token.low not in {"not", "never"}:
        return False  # `what they had expected would happen`
    asks = token.low in _ASKS
    quote = any(t.kind == "q" for t in tokens[k : k + 12])
    if token.kind == "q" or asks:
        return True
    if token.low in {"about", "of", "over", "through"}:
        return False
    if k and (tokens[k - 1].text == ":" or tokens[k - 1].low in _ASKS):
        return True
    if lemma in NEEDS_QUOTE:
        return quote
    if lemma == "accuse":
        return any(t.low == "of" for t in tokens[k : k + 8])
    if lemma == "find":
        return kind == "organisation" or token.low == "no"
    if lemma == "put":
        return any(t.low == "at" for t in tokens[k : k + 8])
    if lemma in NEEDS_THAT and lemma not in OBJECT:
        return lemma not in _STRICT and token.low not in VERBS and clause(tokens, k)
    return True


def clause(tokens: Sequence[Token], k: int) -> bool:
    """Whether a clause with a finite verb begins at `k`: a subject, then within eight words an auxiliary or a past form."""
    first = tokens[k]
    if not (
        first.low in DETERMINERS
        or first.low in PRONOUNS
        or is_name(first)
        or first.low in {"there", "not", "people"}
        or first.text[:1].isdigit()
        or first.kind == "w"
    ):
        return False
    if first.low in PREPOSITIONS:
        return False
    for t in tokens[k + 1 : k + 10]:
        if t.kind == "p" and t.text in ",;:":
            break
        if t.kind == "w" and (t.low in AUX or (t.low.endswith("ed") and len(t.low) > 4)):
            return True
    return False
