"""Where does the noun phrase that speaks begin and end, left or right of a word of saying?

No parser and no model: a phrase is walked token by token. It ends at a preposition, a conjunction or a sign, and is carried
on over `of`, `with`, relative clauses and appositions only while it leads back to something that can speak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.measure.statements.attribution.lexicon import (
    ADVERBS,
    AUX,
    CONJUNCTIONS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    TIMES,
    VERBS,
    speaks,
)
from blindspot.measure.statements.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.statements.reading import Token

Phrase = tuple[int, int]  # token indices, [first, last]
_APPOSES = words(
    "who whose whom which a an the one speaking writing himself herself formerly now then aged chairman head "
    "director both some that"
)
_ADJECTIVES = frozenset(
    {"suspected", "alleged", "reported", "feared", "confirmed", "known", "estimated", "expected", "claimed"}
)
_BREAKS = frozenset(";:—–")
_COUNTS = words("one two three four five several some many most both all each none half another other dozens number")
_MODIFIERS = words("familiar close briefed based involved present privy assigned knowledgeable responsible")


def is_name(token: Token) -> bool:
    """A capitalised word that is no function word."""
    low = token.low
    return (
        token.kind == "w"
        and (token.text[0].isupper() or token.text[0] == "@")
        and not (
            low in DETERMINERS
            or low in PREPOSITIONS
            or low in CONJUNCTIONS
            or low in PRONOUNS
            or low in ADVERBS
            or low in AUX
            or low in TIMES
        )
    )


def can_speak(token: Token) -> bool:
    """A noun of office, relation or body; a name; a pronoun for a person; a bare count ("two said")."""
    return token.kind == "w" and bool(
        speaks(token.low) or token.low in PRONOUNS or is_name(token) or token.low in _COUNTS or token.low == "others"
    )


def _inside(token: Token) -> bool:
    low = token.low
    return (
        token.kind == "w"
        and low not in PREPOSITIONS
        and low not in CONJUNCTIONS
        and low not in AUX
        and low not in ADVERBS
        and not (low in TIMES and not token.text[0].isupper())
    )


def noun_left(tokens: Sequence[Token], j: int, low: int = 0) -> int:
    """The first token of the bare noun phrase that ends at `j`."""
    a = j
    while a > low:
        before = tokens[a - 1]
        if before.kind == "p" and before.text in "-&" and a - 2 >= low:
            a -= 2
            continue
        if (
            not _inside(before)
            or tokens[a].low in DETERMINERS | PRONOUNS
            or (
                before.low in VERBS
                and not speaks(before.low)
                and not (a - 2 >= low and tokens[a - 2].low in DETERMINERS)
            )
        ):
            break
        if before.low in PRONOUNS:
            break
        a -= 1
    return a


def subject_left(tokens: Sequence[Token], i: int, low: int = 0) -> Phrase | None:
    """The phrase that is the subject of the verb at `i`, or None where nothing before it can speak."""
    j = _skip_back(tokens, i - 1, low)
    if j < low:
        return None
    if tokens[j].kind == "p" and tokens[j].text == ",":
        return _apposed(tokens, j, low)
    if tokens[j].kind != "w":
        return None
    if tokens[j].low == "who":  # `a spokesman, who added that`: the one before it
        k = j - 2 if j > 0 and tokens[j - 1].text == "," else j - 1
        return _attached(tokens, k, 0) if k >= 0 and tokens[k].kind == "w" else None
    if j + 1 == i and tokens[j].low in _COUNTS and tokens[i].low in _ADJECTIVES:
        return None  # `two suspected militants`
    return _attached(tokens, j, low)


def _skip_back(tokens: Sequence[Token], j: int, low: int) -> int:
    while j >= low and tokens[j].kind == "w":
        word = tokens[j].low
        adverb = word in ADVERBS or (
            word.endswith("ly")
            and not tokens[j].text[0].isupper()
            and not speaks(word)
            and word not in {"reply", "fly", "july", "only"}
        )
        if word in AUX or adverb:
            j -= 1
        elif (
            word in TIMES
            and j > low
            and tokens[j - 1].low in {"on", "late", "early", "last", "this", "that", "by", "in"}
        ):
            j -= 2
        else:
            break
    return j


def _attached(tokens: Sequence[Token], j: int, low: int) -> Phrase | None:
    """A phrase that ends at `j`, carried on to the left over its prepositions and relative clauses."""
    if (
        tokens[j].low in PREPOSITIONS
        or tokens[j].low in CONJUNCTIONS
        or tokens[j].low in DETERMINERS - _COUNTS - {"other", "another"}
    ):
        return None
    a = noun_left(tokens, j, low)
    head = j
    good = can_speak(tokens[j])
    while a > low:
        before = tokens[a - 1]
        if before.low in PREPOSITIONS and a - 2 >= low:
            left = tokens[a - 2]
            if (
                before.low == "by"
                and a - 3 >= low
                and (left.low.endswith(("ed", "en")) or left.low in {"held", "read", "made", "kept"})
                and _inside(tokens[a - 3])
            ):
                head, a = a - 3, noun_left(tokens, a - 3, low)  # `a memo seen by this newspaper`
                good = can_speak(tokens[head])
                continue
            if left.low in _MODIFIERS and a - 3 >= low and can_speak(tokens[a - 3]):
                head, a, good = a - 3, noun_left(tokens, a - 3, low), True
                continue
            if left.kind == "w" and (
                speaks(left.low) or left.low in _COUNTS or (is_name(left) and before.low in {"of", "at", "for", "from"})
            ):
                head, a, good = a - 2, noun_left(tokens, a - 2, low), True
                continue
        if before.low == "and" and a - 2 >= low and tokens[a - 2].low in {"current", "present", "serving", "retired"}:
            a -= 2
            continue
        if before.low == "and" and good and a - 3 >= low and tokens[a].low in {"other", "another"}:
            a = _attached_from(tokens, a, low)
            break
        if (
            before.low == "and"
            and good
            and a - 2 >= low
            and can_speak(tokens[a - 2])
            and not _verb_between(tokens, low, a - 1)
        ):
            b = noun_left(tokens, a - 2, low)
            a = b
            continue
        break
    if good and not (tokens[head].low in {"it", "you"} and tokens[head].low == "you"):
        loose = not speaks(tokens[head].low) and (
            not _plain_name(tokens, a, j) or (a > low and tokens[a - 1].low in PREPOSITIONS)
        )
        further = _relative(tokens, a, low, j) if loose else None
        if (
            further
            and further[0] - 3 >= low
            and tokens[further[0] - 1].low == "and"
            and tokens[further[0]].low == "other"
        ):
            return _attached_from(tokens, further[0], low), j
        return further or (a, j)
    return _relative(tokens, a, low, j)


def _attached_from(tokens: Sequence[Token], a: int, low: int) -> int:
    """`General Mark Milley, and other officials`: back over `, and` to the name."""
    k = a - 2
    while k > low and tokens[k].text == ",":
        k -= 1
    return noun_left(tokens, k, low) if can_speak(tokens[k]) else a


def _plain_name(tokens: Sequence[Token], a: int, j: int) -> bool:
    return tokens[j].low in PRONOUNS or all(is_name(t) for t in tokens[a : j + 1])


def _relative(tokens: Sequence[Token], a: int, low: int, j: int | None = None) -> Phrase | None:
    """Back over a relative or participial clause to the noun that speaks: `two officials who had seen images confirmed`."""
    for k in range(a - 1, max(low, a - 24) - 1, -1):
        token = tokens[k]
        if token.kind != "w":
            if token.kind == "p" and token.text in {"-", "'", ")", "("}:
                continue
            return None
        if token.low in {"but", "while", "because", "although", "whereas", "if", "when"}:
            return None
        if speaks(token.low) in {"title", "relation"} or (
            token.low in {"who", "whom"} and k > low and can_speak(tokens[k - 1])
        ):
            head = k if speaks(token.low) else k - 1
            after = tokens[head + 1] if head + 1 < len(tokens) else None
            if (
                after is not None
                and j is not None
                and after.low not in {"who", "whom", "whose", "that", "in", "at", "with", "on"}
                and not after.low.endswith(("ed", "en", "ing"))
                and after.low not in _MODIFIERS
            ):
                return None
            return noun_left(tokens, head, low), (j if j is not None else max(a - 1, head))
    return None


def _apposed(tokens: Sequence[Token], j: int, low: int) -> Phrase | None:
    """`Tomas Verhale, a schoolteacher,` and `A farmer, who asked not to be named,` before the verb."""
    for k in range(j - 1, low, -1):
        token = tokens[k]
        if token.kind == "q" or (token.kind == "p" and token.text in _BREAKS):
            return None
        if token.kind == "p" and token.text == ",":
            first = tokens[k + 1]
            if not (
                first.low in _APPOSES
                or is_name(first)
                or first.text.isdigit()
                or speaks(tokens[j - 1].low)
                or first.low.endswith(("ed", "ing"))
            ):
                return None
            before = k - 1
            if tokens[before].kind == "w" and (can_speak(tokens[before]) or tokens[before].low in {"them", "us"}):
                found = _attached(tokens, before, low)
                return (found[0], j - 1) if found else None
            if first.low in {"who", "whose", "which"}:
                found = _attached(tokens, before, low)
                return (found[0], j - 1) if found else None
    return None


def subject_right(tokens: Sequence[Token], i: int) -> Phrase | None:
    """The phrase after an inverted verb: `said Hana Merrow, who lives two doors away`."""
    n = len(tokens)
    if i >= n or tokens[i].kind != "w":
        return None
    first = tokens[i]
    if first.low in {"that", "no", "any"}:
        return None
    if not (
        first.low in DETERMINERS
        or is_name(first)
        or first.low in PRONOUNS
        or speaks(first.low)
        or _adjective(tokens, i)
    ):
        return None
    j, good = i, False
    while j < n and (tokens[j].kind == "w" or (tokens[j].kind == "p" and tokens[j].text in "-'&" and j + 1 < n)):
        token = tokens[j]
        if token.kind == "w":
            if token.low in CONJUNCTIONS - {"and", "who", "whose", "or", "that"} or (token.low in AUX and not good):
                break
            if token.low == "and" and not (
                j + 1 < n
                and (can_speak(tokens[j + 1]) or tokens[j + 1].low in DETERMINERS or _adjective(tokens, j + 1))
            ):
                break
            if token.low in PREPOSITIONS and good and j + 1 < n and (tokens[j + 1].low in TIMES):
                break
            good = good or can_speak(token)
        j += 1
    if not good:
        return None
    last = j - 1
    says = (
        j + 2 < n and tokens[j + 1].low == "who" and tokens[j + 2].low in VERBS
    )  # `, who added that`: a statement of its own
    if (
        j + 1 < n
        and not says
        and tokens[j].text == ","
        and (tokens[j + 1].low in _APPOSES or tokens[j + 1].text.isdigit())
    ):
        k = j + 1
        while k < n and not (tokens[k].kind == "q" or (tokens[k].kind == "p" and tokens[k].text in ",.;:")):
            k += 1
        last = k - 1
    return i, last


def _adjective(tokens: Sequence[Token], i: int) -> bool:
    """Whether something that speaks follows within four plain words."""
    for token in tokens[i : i + 5]:
        if token.kind != "w" or token.low in PREPOSITIONS | AUX:
            return False
        if speaks(token.low):
            return True
    return False


def _verb_between(tokens: Sequence[Token], a: int, b: int) -> bool:
    return any(t.kind == "w" and (t.low in VERBS or t.low in AUX) and not speaks(t.low) for t in tokens[a:b])
