"""How is a number said to a person? Per cent, ranges, weights, days and names of numbers, in plain words."""

from __future__ import annotations

import re
from datetime import UTC, date, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from blindspot.case.scales import LEAST, UNIT, between, describe, percent, strength_word, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blindspot.case import Case
    from blindspot.quantities import Moment, Quantity

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def told(median: float, low: float, high: float) -> Markup:
    """Word, range and median of a probability, each said once: "very likely (80-95 %): 83 to 94 %, median 90 %"."""
    spread, point = between(low, high), percent(median)
    if spread == point:
        word = describe(median)
        return escape(word) if f"({point})" in word.replace(" %", UNIT) else Markup("{}: <b>{}</b>").format(word, point)
    return Markup("{}: <b>{}</b>, median {}").format(describe(median), spread, point)


def moves(a: float, b: float) -> str:
    """A median before and after: in two digits where per cent would not tell them apart."""
    said = fine if percent(a) == percent(b) else percent
    return f"from {said(a)} to {said(b)}"


def fine(p: float) -> str:
    """Two digits however small: for the ends of an axis that shows what one number does, not for an answer."""
    return f"{p * 100:.2g}{UNIT}" if p < LEAST else f"{p * 100:.3g}{UNIT}"


def ban(x: float) -> str:
    """A weight of evidence with its sign: "+0.42", "−0.31", "0.00"."""
    text = f"{abs(x):.2f}"
    return text if float(text) == 0 else ("+" if x > 0 else "\N{MINUS SIGN}") + text


def support(x: float) -> str:
    """The word for a weight, with the side on which it stands."""
    word = strength_word(x)
    if word == "negligible":
        return "negligible either way"
    return f"{word} support {'for' if x > 0 else 'against'}"


def day(text: str) -> str:
    """2021-09-17 -> "17 Sep 2021"; what is not a day stays as it is."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def when(moment: Moment | None, offset: str) -> str:
    """A time in UTC with local time beside it, never more precise than given; "unknown" where there is none."""
    if moment is None:
        return "unknown"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", moment.text):
        return day(moment.text)
    return f"{day(moment.start.date().isoformat())}, {clock(moment, None, offset)}"


def clock(start: Moment, end: Moment | None, offset: str) -> str:
    """The time of day: "04:30 to 05:00 UTC (09:00 to 09:30 local)"; a bare day stays a day."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", start.text):
        return day(start.text)
    ends = [start.start] + ([end.end] if end else [])

    def said(zone: tzinfo) -> str:
        return " to ".join(f"{moment.astimezone(zone):%H:%M}" for moment in ends) + "\N{NO-BREAK SPACE}"

    local = f" ({said(timezone(_offset(offset)))}local)" if offset != "+00:00" else ""
    return f"{said(UTC)}UTC{local}"


def _offset(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))


def count(n: int, one: str, many: str = "") -> str:
    """A number of things: "1 claim", "3 claims"."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def listing(parts: Iterable[str]) -> str:
    """Parts as a sentence joins them: "a, b and c"; "none" where there are none."""
    parts = list(parts)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else "none"


def metres(m: float) -> str:
    """A distance: "300 m", "4 km"."""
    return f"{m / 1000:g}\N{NO-BREAK SPACE}km" if m >= 1000 else f"{m:g}\N{NO-BREAK SPACE}m"


def reliance(quantity: Quantity | None) -> str:
    """P(faithful) with the Admiralty letter that stands for it: "C, 0.7-0.93"; a blank counts as F."""
    if quantity is None:
        return f"unrated, as F, {words('reliability')['F']}"
    letter = next((letter for letter, numbers in words("reliability").items() if numbers == quantity), None)
    return f"{letter}, {quantity}" if letter else str(quantity)


def plain(word: str) -> str:
    """A word of a file for a person to read: anonymous_official -> anonymous official."""
    return word.replace("_", " ")


def of_number(case: Case, name: str) -> str:
    """What a number of the model is, in words: `hit:O1` -> "how often O1 shows it when it is so"."""
    kind, _, about = name.partition(":")
    if kind == "prior":
        question, _, hypothesis = about.partition("/")
        hypothesis, _, parent = hypothesis.partition("|")
        given = f", given “{hypothesis_text(case, case.questions[question].given or '', parent)}”" if parent else ""
        return f"prior of “{hypothesis_text(case, question, hypothesis)}”{given}"
    if kind == "expect":
        fact, _, hypothesis = about.partition("/")
        row = case.facts[fact]
        return f"how expected “{row.text}” is under “{hypothesis_text(case, row.question, hypothesis)}”"
    said = _NUMBERS.get(kind)
    return said.format(about) if said else kind


_NUMBERS: Mapping[str, str] = {
    "hit": "how often {} shows it when it is so",
    "false_alarm": "how often {} shows it when it is not so",
    "opportunity": "whether {} could have told",
    "primed": "whether the team {} read with an expectation",
    "lens": "how far an expectation raises the errors of {}",
    "reliability": "how faithfully {} passes on what its origins showed",
    "slip": "how often a faithful report garbles ({})",
    "would_report": "whether the source of {} would have said so",
    "copied": "how far {} is a copy",
    "strength": "the strength given to {}",
    "fresh": "whether an unnamed basis is an observation of its own",
    "fresh_hit": "how often an unknown origin shows it when it is so",
    "fresh_false_alarm": "how often an unknown origin shows it when it is not so",
    "slant": "how often an unfaithful source follows its interest",
    "follows": "how often a report that follows an interest says what favours it",
    "noise": "how often a report without basis says yes",
}


def hypothesis_text(case: Case, question: str, hypothesis: str) -> str:
    """The text of a hypothesis; `other` is "something else" where the case does not word it."""
    row = case.questions.get(question)
    named = {h.id: h.text for h in row.hypothesis} if row else {}
    return named.get(hypothesis, "something else" if hypothesis == "other" else hypothesis)


def asked(key: str, shown: str | None = None) -> Markup:
    """An id as it stands on the page: `blindspot why CASE weigh ID` accepts what `data-why` holds."""
    name = escape(key)
    return Markup(f'<code data-why="{name}">{name if shown is None else escape(shown)}</code>')  # noqa: S704  # both are escaped here


def linked(text: str, ids: Iterable[str], question: str, hypotheses: Iterable[str]) -> Markup:
    """A sentence of the audit, escaped, with the ids in it marked so that each can be followed."""
    names = sorted({*ids}, key=lambda n: (-len(n), n))
    if not names:
        return escape(text)
    known = set(hypotheses)
    parts = re.split(r"(?<![\w.-])(" + "|".join(map(re.escape, names)) + r")(?![\w-]|\.\w)", text)
    return Markup("").join(
        escape(part) if i % 2 == 0 else asked(f"{question}:{part}" if part in known else part, part)
        for i, part in enumerate(parts)
    )
