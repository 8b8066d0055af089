"""Who is it, and how far does the speaker let himself be known?

Named / title only / organisation / relation, how many are claimed, of which country or body, still in office or not, and
the reason given for not being named. A pronoun or `the official` takes what was said of the one before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blindspot.measure.statements.attribution.lexicon import DETERMINERS, lemma_of, speaks
from blindspot.measure.statements.attribution.phrases import is_name
from blindspot.measure.statements.model import Anonymity, Speaker
from blindspot.measure.statements.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.statements.reading import Token

_NUMBERS = dict(zip(["a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], (1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), strict=True)) | dict.fromkeys(["another", "third", "second", "fourth", "fifth"], 1)  # fmt: skip
_GROUPS = words(
    "pentagon nato taliban isis isis-k hamas hezbollah reuters cnn afp ap bbc centcom un u.n. us u.s. uk iran "
    "russia israel ukraine china pakistan afghanistan washington moscow tehran"
)
_HONORIFIC = words("mr mrs ms dr gen lt col capt cpt sgt maj cdr cmdr adm brig sen rep gov prof rev")
_KINDLIKE = words(
    "intelligence defence defense security military government health police coast foreign senior "
    "administration law enforcement western local state"
)
_REASON = re.compile(
    r"(?:because|for fear of|out of fear|in order to|so as to|citing|as (?:he|she|they) (?:was|were)|(?<=anonymity )(?:to|given|due to)|not (?:being )?authori[sz]ed to|(?:was|were) not authori[sz]ed to)[^,.;”\"]{4,120}",
    re.IGNORECASE,
)
_ANONYMOUS = re.compile(
    r"anonym|not (?:to )?be named|(?:name|identity)[^.;]{0,20}withheld|not authori[sz]ed to speak|asked not to|first name",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"\b(?:spokes\w+|lawyers?|attorneys?|counsel|press officer|on behalf of|representing)\b", re.IGNORECASE
)
PRONOUN = words("he she they we i it who one both")


def describe(tokens: Sequence[Token], text: str, sentence: str) -> Speaker:
    """A speaker from the tokens of its phrase; `sentence` is searched for the reason given for not being named."""
    words = [t for t in tokens if t.kind == "w"]
    names = [
        t
        for k, t in enumerate(words)
        if is_name(t) and not (k == 0 and speaks(t.low) and len(words) > 1 and not is_name(words[1]))
    ]
    core = _core(words)
    head = core[-1].low if core else ""
    kind = speaks(head)
    count = next((_NUMBERS[t.low] for t in words[:3] if t.low in _NUMBERS), None)
    if count is None and core and head == lemma_of(head) and kind in {"title", "relation"}:
        count = 1
    person = [t.text for t in _person(_own(tokens))]
    anonymity: Anonymity = "unnamed"
    if any(t.low.rstrip(".") in _HONORIFIC and is_name(t) for t in words) or (
        person and kind in {"title", "relation", ""} and not _body(core)
    ):
        anonymity = "named"
    elif _body(core) or kind == "organisation":
        anonymity = "organisation"
    elif kind == "title":
        anonymity = "title"
    elif kind == "relation":
        anonymity = "relation"
    if anonymity == "unnamed" and words and words[0].low == "the" and core and is_name(core[-1]):
        anonymity = "organisation"  # a name with an article is no person's: the Guardian
    if anonymity == "organisation" or head in {"people", "police"}:
        count = None if anonymity == "organisation" or words[0].low not in _NUMBERS else count
    if anonymity == "named":
        count = 1 if count is None else count
    agency = (
        " ".join(t.text for t in core[:-1] if (is_name(t) or t.low in _KINDLIKE) and t.low not in _NUMBERS)
        if anonymity == "title"
        else ""
    )
    if not agency and anonymity in {"title", "organisation"}:
        after = re.search(
            r"\b(?:of|from|at|for) (?:the )?((?:[A-Z][\w.&’'-]*\s?)+)",
            re.split(r"\b(?:who|whose|which|that)\b", text)[0],
        )
        agency = after[1].strip() if after else " ".join(t.text for t in names) if anonymity == "organisation" else ""
    hidden = anonymity in {"title", "relation", "unnamed"}
    reason = _REASON.search(sentence) if hidden and _ANONYMOUS.search(sentence) else None
    side = _SIDE.search(text)
    return Speaker(
        text, " ".join(person) if anonymity == "named" else "", anonymity, count, agency,
        any(t.low in {"former", "retired", "ex", "late"} for t in words), reason[0].strip() if reason else "", f"speaks for a side ({side[0]})" if side else "",
    )  # fmt: skip


def resolve(speaker: Speaker, earlier: Sequence[Speaker]) -> Speaker:  # noqa: PLR0911  # one return for each form
    """`he`, `the official`, `Marten`: what is known of the one who spoke before under that word."""
    low = speaker.text.lower()
    words = low.split()
    if not words:
        return speaker
    if low in {"another", "the other", "others", "a second", "the second"} and earlier:
        before = earlier[-1]
        return Speaker(
            speaker.text,
            "",
            before.anonymity,
            1,
            before.agency,
            before.former,
            speaker.reason or before.reason,
            before.interest,
        )
    if words[0] in PRONOUN and (
        len(words) == 1 or low in {"one of them", "both of them", "two of them", "one of those"}
    ):
        for before in reversed(earlier):
            if _other_gender(words[0], before.text):
                continue
            plural = before.count is None or before.count > 1
            if (
                (words[0] in {"he", "she"} and before.anonymity != "organisation" and not plural)
                or (words[0] == "it" and before.anonymity == "organisation")
                or (words[0] in {"they", "one", "both"} and plural and before.anonymity != "named")
            ):
                count = 1 if words[0] in {"he", "she", "one"} else before.count
                return Speaker(
                    speaker.text,
                    before.name or before.text,
                    before.anonymity,
                    count,
                    before.agency,
                    before.former,
                    speaker.reason or before.reason,
                    before.interest,
                )
        return speaker
    if speaker.name and len(speaker.name.split()) == 1:
        for before in earlier:
            if before.name and before.name.split()[-1] == speaker.name:
                return Speaker(
                    speaker.text,
                    before.name,
                    "named",
                    1,
                    before.agency or speaker.agency,
                    before.former or speaker.former,
                    "",
                    before.interest,
                )
    if words[0] in {"the", "this", "that", "these", "those"} and speaker.anonymity in {"title", "relation"}:
        head = lemma_of(words[-1])
        for before in reversed(earlier):
            if (
                before.anonymity == speaker.anonymity
                and any(lemma_of(w) == head for w in re.findall(r"\w+", before.text.lower()))
                and before.text.lower() != low
            ):
                return Speaker(
                    speaker.text,
                    before.name or before.text,
                    before.anonymity,
                    before.count if words[0] != "the" or speaker.count is None else 1,
                    before.agency or speaker.agency,
                    before.former or speaker.former,
                    speaker.reason or before.reason,
                    before.interest or speaker.interest,
                )
    return speaker


def _other_gender(pronoun: str, text: str) -> bool:
    words = set(re.findall(r"\w+", text.lower()))
    men = words & {
        "man",
        "father",
        "brother",
        "son",
        "husband",
        "uncle",
        "mr",
        "he",
        "spokesman",
        "boy",
        "his",
        "fisherman",
    }
    women = words & {
        "woman",
        "mother",
        "sister",
        "daughter",
        "wife",
        "aunt",
        "mrs",
        "ms",
        "she",
        "spokeswoman",
        "girl",
        "headmistress",
        "lady",
    }
    return bool((pronoun == "he" and women and not men) or (pronoun == "she" and men and not women))


def _own(tokens: Sequence[Token]) -> list[Token]:
    """The words that can hold the speaker's own name: not those of a relative clause, nor behind a preposition."""
    found: list[Token] = []
    skip = False
    for k, t in enumerate(tokens):
        if t.text == ",":
            skip = False
        elif t.kind == "w":
            skip |= t.low in {
                "who",
                "whose",
                "which",
                "that",
                "with",
                "of",
                "for",
                "from",
                "at",
                "in",
                "on",
                "to",
                "briefed",
                "familiar",
                "close",
                "near",
                "by",
            }
            if not skip:
                found.append(t)
            elif t.low == "and" and k:
                skip = False
    return found


def _core(words: Sequence[Token]) -> list[Token]:
    """The phrase up to its first preposition or relative: its last word is the head."""
    found: list[Token] = []
    for t in words:
        if (
            t.low
            in {
                "of",
                "with",
                "who",
                "whose",
                "from",
                "at",
                "for",
                "in",
                "on",
                "that",
                "which",
                "by",
                "to",
                "familiar",
                "briefed",
                "close",
                "near",
                "reached",
                "said",
                "speaking",
            }
            and found
        ):
            if t.low == "of" and found[-1].low in {
                "one",
                "two",
                "three",
                "several",
                "some",
                "many",
                "most",
                "both",
                "number",
            }:
                found = []
                continue
            break
        if found and speaks(found[-1].low) and t.text[0].islower() and t.low.endswith(("ed", "en", "ing")):
            break  # `a memo seen`, `officials speaking`
        found.append(t)
    return found


def _body(core: Sequence[Token]) -> bool:
    """Whether the core names a body: `Reuben Hospital`, `the Pentagon`, `NATO`."""
    if not core:
        return False
    head = core[-1]
    return (
        speaks(head.low) == "organisation"
        or head.low.rstrip("'s") in _GROUPS
        or (
            head.text.isupper()
            and len(head.text) > 1
            and "." not in head.text
            and len(core) <= 2
            and head.low not in {"he", "i"}
        )
    )


def _person(words: Sequence[Token]) -> list[Token]:
    """The longest run of name words that are not offices, bodies or places of the head."""
    best: list[Token] = []
    run: list[Token] = []
    for k, t in enumerate(words):
        body = t.low.rstrip(".") in _HONORIFIC or speaks(t.low) or t.low in DETERMINERS or t.low in _GROUPS
        if is_name(t) and not body and not (k and words[k - 1].low in {"of", "from", "at", "in", "the"} and not run):
            run.append(t)
        else:
            following = (
                speaks(t.low) in {"title", "relation"} and run
            )  # `Army officials`, `Western official`: not a name
            if following and t.text[0].islower():
                run = []
            best = run if len(run) > len(best) else best
            run = []
        if run and t.text.endswith(("'s", "’s")):
            run = []
    return run if len(run) >= len(best) else best
