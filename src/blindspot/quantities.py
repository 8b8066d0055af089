"""The few quantities that every room shares: a range, a reference to a computation, a time with its precision."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"\s*({_NUMBER})\s*(?:(?:-|–|\.\.|to)\s*({_NUMBER}))?\s*")
_REFERENCE = re.compile(r"\s*([a-z][a-z-]*):([A-Za-z0-9_.-]+)\s*")


@dataclass(frozen=True, slots=True)
class Range:
    """Two numbers between which a person or a method puts a quantity: low <= high, no unit of its own."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """The midpoint in log-odds for a probability, else the geometric mean; the bound itself for a fixed number."""
        if self.low == self.high:
            return self.low
        if self.low > 0 and self.high < 1:
            lo, hi = math.log(self.low / (1 - self.low)), math.log(self.high / (1 - self.high))
            return 1 / (1 + math.exp(-(lo + hi) / 2))
        return math.sqrt(self.low * self.high) if self.low > 0 else (self.low + self.high) / 2

    def __str__(self) -> str:
        return f"{self.low:g}" if self.low == self.high else f"{self.low:g}-{self.high:g}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A number that a stage of the review computes, named `stage:id`, for example `coverage:courtyard`."""

    stage: str
    id: str

    def __str__(self) -> str:
        return f"{self.stage}:{self.id}"


Quantity = Range | Reference


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that a stage computed and offers to the weighing under `stage:id`.

    `quantiles` stand at evenly spaced levels from 0 to 1, ascending: the first and the last are its bounds. `says` is the
    derivation, a sentence per step, with the source of each factor.
    """

    stage: str
    id: str
    quantiles: tuple[float, ...]
    says: tuple[str, ...]

    @property
    def low(self) -> float:
        """The smallest value."""
        return self.quantiles[0]

    @property
    def high(self) -> float:
        """The largest value."""
        return self.quantiles[-1]

    def __str__(self) -> str:
        return f"{self.stage}:{self.id}"


def offer(stage: str, key: str, samples: Iterable[float], says: Iterable[str], levels: int = 41) -> Offer:
    """Samples of a number as an Offer: its quantiles at `levels` evenly spaced levels (Hyndman & Fan 1996, type 7)."""
    ordered = sorted(samples)
    last = len(ordered) - 1
    quantiles = []
    for k in range(levels):
        at = last * k / (levels - 1)
        i = min(int(at), last - 1) if last else 0
        above = ordered[min(i + 1, last)]
        quantiles.append(ordered[i] + (above - ordered[i]) * (at - i))
    return Offer(stage, key, tuple(quantiles), tuple(says))


def read_range(text: str) -> Range:
    """The range written as `0.2-0.4` or `0.3`. Raises ValueError in words that say what would be right."""
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ValueError("is not a range; write two numbers such as 0.2-0.4, or one number")
    low = float(found[1])
    high = low if found[2] is None else float(found[2])
    if low > high:
        raise ValueError(f"is upside down; write {high:g}-{low:g}")
    return Range(low, high)


def read_reference(text: str) -> Reference | None:
    """The computation named by `stage:id`, or None where the text is not such a name."""
    found = _REFERENCE.fullmatch(text)
    return Reference(found[1], found[2]) if found else None


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A time as given, never more precise than given: [start, end) in UTC. A bare date is that whole UTC day."""

    start: datetime
    end: datetime
    text: str

    @property
    def day(self) -> date:
        """The UTC day on which it begins."""
        return self.start.date()

    def __str__(self) -> str:
        return self.text


def read_moment(text: str) -> Moment:
    """A date `2021-08-29`, an instant `2021-08-29T12:23:00Z`, or an interval of two joined by `/`.

    Raises ValueError where the text is neither, or has a clock time without a zone.
    """
    first, slash, last = text.strip().partition("/")
    start, end = _point(first)
    if slash:
        _, end = _point(last)
        if end <= start:
            raise ValueError("ends before it begins; write the earlier time first")
    return Moment(start, end, text.strip())


def _point(text: str) -> tuple[datetime, datetime]:
    hint = "is not a time; write 2021-08-29 or 2021-08-29T12:23:00Z"
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            start = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return start, start + timedelta(days=1)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise ValueError(hint) from error
    if moment.tzinfo is None:
        raise ValueError(f"has no time zone; write {text}Z for UTC")
    return moment, moment
