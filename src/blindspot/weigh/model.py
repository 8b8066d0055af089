"""What a weighing gives: per question, posteriors with ranges, verdicts, weights, what flips it, what would settle it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 5-95 % over the draws of all ranges."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """P(hypothesis | the reports): over the draws, and the outermost values found within the ranges."""

    id: str
    text: str
    over: Spread
    envelope: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a hypothesis meets a standard of proof: `share` is the part of draws x threshold range above it."""

    standard: str
    hypothesis: str
    verdict: str
    share: float
    tipping_prior: float | None  # prior of the hypothesis from which its median would meet the middle of the standard


@dataclass(frozen=True, slots=True)
class Item:
    """Weight of a claim, origin, source, team or fact for the asserted hypothesis, in ban (log10 of odds)."""

    id: str
    kind: str
    ban: Spread  # in context: with all else kept, minus without it
    alone: Spread  # by itself, against no evidence at all
    without: float  # median posterior of the asserted hypothesis without it


@dataclass(frozen=True, slots=True)
class Flips:
    """Minimal sets whose removal changes the lead verdict; every set of up to three of the `tried` heaviest items of `of` was tried."""

    sets: tuple[tuple[str, ...], ...]
    tried: int
    of: int


@dataclass(frozen=True, slots=True)
class Settles:
    """What an observation that nobody has reported yet would be worth."""

    id: str
    expected_bits: float
    p_verdict_changes: float
    evsi: float  # expected loss avoided, with the losses of case.toml


@dataclass(frozen=True, slots=True)
class Lever:
    """What one number of the model does to the asserted hypothesis: its value at the ends, and its variance share."""

    name: str
    at_low: float
    at_high: float
    share: float


@dataclass(frozen=True, slots=True)
class ValueFlip:
    """The smallest found move within the ranges that changes the lead verdict: numbers to move, and the sum of moves in log-odds."""

    moves: tuple[tuple[str, float, float], ...]  # name, from, to
    distance: float


@dataclass(frozen=True, slots=True)
class Note:
    """One plain sentence of the audit."""

    check: str
    severity: str
    message: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a weighing says of one question."""

    id: str
    text: str
    asserted: str
    posteriors: tuple[Posterior, ...]
    naive: dict[str, float]
    verdicts: tuple[Verdict, ...]
    items: tuple[Item, ...]
    facts: tuple[Item, ...]
    flips: Flips
    value_flip: ValueFlip | None
    would_settle: tuple[Settles, ...]
    evpi: float
    expected_bits: dict[str, float]  # origin -> bits about the question before anything was reported
    levers: tuple[Lever, ...]
    scenarios: dict[str, dict[str, Spread]]  # structural alternative -> hypothesis -> spread
    reviewers: dict[str, dict[str, Spread]]
    audit: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Weighing:
    """The weighing of a case as of a date."""

    case: str
    as_of: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One date of a replay, for one question: origin-aware and naive, the verdicts, and the item that moved it most."""

    date: str
    question: str
    over: dict[str, Spread]
    naive: dict[str, float]
    verdicts: tuple[Verdict, ...]
    moved_by: str | None
    moved_ban: float
    new_claims: tuple[str, ...]
    findings: tuple[str, ...]
