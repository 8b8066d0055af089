"""Which numbers stand behind a word? The packaged, cited scales: likelihood, strength, reliability, defaults, standards."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from blindspot.quantities import Quantity, Range, read_range, read_reference

JUDGEMENT = "judgement"
UNIT = "\N{NO-BREAK SPACE}%"
LEAST, MOST = 0.01, 0.99  # the ends of the ICD 203 scale: beyond them a per cent says more than is known


@dataclass(frozen=True, slots=True)
class Cited:
    """A range with the source of its numbers."""

    range: Range
    basis: str


@cache
def _packaged() -> dict[str, Any]:
    return tomllib.loads(files("blindspot.case").joinpath("scales.toml").read_text(encoding="utf-8"))


@cache
def words(scale: str) -> dict[str, Range]:
    """The words of a scale (`likelihood`, `strength`, `reliability`, `slip`) with their ranges."""
    return {word: Range(float(low), float(high)) for word, (low, high) in _packaged()[scale]["words"].items()}


def source(scale: str) -> str:
    """Where the numbers of a scale come from."""
    return str(_packaged()[scale]["source"])


def default(name: str) -> Cited:
    """A default of the model, as a range with its basis."""
    entry = _packaged()["defaults"][name]
    return Cited(Range(*map(float, entry["range"])), entry["basis"])


def default_names() -> tuple[str, ...]:
    """The names a case may set in its [model] table."""
    return tuple(sorted(_packaged()["defaults"]))


def standards() -> list[dict[str, Any]]:
    """The packaged standards of proof: id, text, low, high, citation."""
    return [dict(entry) for entry in _packaged()["standard"]]


def read_probability(text: str, scale: str = "likelihood") -> Quantity:
    """A probability: range, word of the scale, or `stage:id`. Raises ValueError saying what would be right."""
    stripped = " ".join(text.split())
    known = words(scale)
    for word, numbers in known.items():
        if stripped.lower() == word.lower():
            return numbers
    reference = read_reference(stripped)
    if reference is not None:
        return reference
    try:
        numbers = read_range(stripped)
    except ValueError as error:
        if any(character.isdigit() for character in stripped):
            raise
        raise ValueError(f"is not on the scale; write a range such as 0.2-0.4 or one of: {', '.join(known)}") from error
    if numbers.high > 1:
        raise ValueError("is outside 0-1; a probability lies between 0 and 1")
    return numbers


def describe(probability: float) -> str:
    """ICD 203 word with its numbers: "very unlikely (05-20 %)". Wintle et al. 2019: words need their numbers beside them.

    The bands end at 1 and 99 %: beyond them the outermost word stands with the number itself, "(under 1 %)", "(over 99 %)".
    """
    bands = words("likelihood")
    names = list(bands)
    if probability < bands[names[0]].low:
        return f"{names[0]} (under {bands[names[0]].low * 100:.0f} %)"
    if probability > bands[names[-1]].high:
        return f"{names[-1]} (over {bands[names[-1]].high * 100:.0f} %)"
    word = next((word for word, band in bands.items() if probability < band.high), names[-1])
    return f"{word} ({round(bands[word].low * 100):02d}-{round(bands[word].high * 100):02d} %)"


def percent(p: float) -> str:
    """A per cent, "3 %"; beyond the ends of the scale "under 1 %" and "over 99 %"."""
    if p < LEAST:
        return f"under 1{UNIT}"
    return f"over 99{UNIT}" if p > MOST else f"{p * 100:.0f}{UNIT}"


def between(low: float, high: float) -> str:
    """A range of probability: "2 to 7 %", "up to 3 %", "94 % or more"."""
    if high < LEAST or low > MOST:
        return percent(low)
    if low < LEAST:
        return f"up to {percent(high)}" if high <= MOST else f"0 to 100{UNIT}"
    if high > MOST:
        return f"{percent(low)} or more"
    a, b = f"{low * 100:.0f}", f"{high * 100:.0f}"
    return f"{a}{UNIT}" if a == b else f"{a} to {b}{UNIT}"


def strength_word(ban: float) -> str:
    """The ENFSI word for a weight of evidence in ban (log10 of the likelihood ratio), sign left out."""
    ratio = 10 ** abs(ban)
    for word in ("negligible", "slight", "weak", "moderate", "moderately strong", "strong", "very strong"):
        if ratio < words("strength")[word].high:
            return word
    return "extremely strong"
