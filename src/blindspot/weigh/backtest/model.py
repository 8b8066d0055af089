"""What a replay gives: per question with a finding, what each method would have said on each day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

LAGS = {"+1": 1, "+7": 7, "+30": 30, "day before": None}  # days after the incident; None: the day before the finding
BEFORE = "day before"


@dataclass(frozen=True, slots=True)
class Said:
    """One day of a question: the claims that were public, and P(hypothesis) by method, in the order of the hypotheses."""

    as_of: date
    held_back: bool  # the finding came first: its eve is taken instead of the day asked for
    claims: int  # claims that speak to the question and were public
    by: dict[str, NDArray[np.float64]]
    low: NDArray[np.float64]  # 5 % of ours
    high: NDArray[np.float64]  # 95 % of ours
    against: NDArray[np.float64]  # weighted inconsistencies of each hypothesis (ACH)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one incident, what an authority later found, and what was said before."""

    incident: str
    question: str
    text: str
    primary: bool
    hypotheses: tuple[str, ...]
    asserted: str | None  # what the acting party first said, where it said anything
    finding: str
    by: str
    found_on: date
    days: int  # from the incident to the first finding
    contested: bool
    label: NDArray[np.float64]  # 1 at the finding; spread by its confidence where it is contested
    said: dict[str, Said]  # by lag
    weights: tuple[tuple[str, str, float], ...] = ()  # (origin, its kind, ban towards the finding) on its eve

    @property
    def id(self) -> str:
        """incident/question."""
        return f"{self.incident}/{self.question}"


@dataclass(frozen=True, slots=True)
class Followed:
    """How long an incident waited for a finding on its first question; None: until the last day of the corpus, without one."""

    incident: str
    start: date
    found_on: date | None
    contested: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that the replay of one incident gives."""

    incident: str
    asked: tuple[Asked, ...]
    followed: Followed | None
    last_day: date
    left_out: tuple[tuple[str, str], ...] = field(default=())  # (id, why)
