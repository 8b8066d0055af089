"""A case as read: typed rows and the place of each in its file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from blindspot.case.rows import (
        Claim,
        Described,
        Expected,
        Fact,
        Head,
        Listed,
        Origin,
        Place,
        Question,
        Rating,
        Source,
        Standard,
        Stop,
    )
    from blindspot.case.tolls import Decision, Toll
    from blindspot.errors import Where

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a person typed into a case folder. Dictionaries are in the order of their ids, never of the file."""

    root: Path
    head: Head
    sources: dict[str, Source]
    facts: dict[str, Fact]
    origins: dict[str, Origin]
    claims: dict[str, Claim]
    expect: dict[tuple[str, str], Expected]  # (fact, hypothesis)
    places: dict[str, Place]
    stops: dict[str, Stop]
    standards: dict[str, Standard]
    lists: dict[str, dict[str, Listed]]  # recorder -> rows
    ratings: dict[str, tuple[Rating, ...]]  # reviewer -> rows
    where: dict[tuple[str, str], Where] = field(repr=False)  # (table, id) -> place
    texts: dict[str, Described] = field(default_factory=dict)  # what is known of texts/
    tolls: dict[str, Toll] = field(default_factory=dict)
    links: dict[str, Decision] = field(default_factory=dict)
    refused: frozenset[tuple[str, str]] = (
        frozenset()
    )  # (table, id) of rows that are wrong themselves; `*` = the whole table

    def names(self, table: str, key: str) -> bool:
        """Whether a row of that id stands in a table (`sources`, `places`, ...), be it right or wrong itself."""
        return key in getattr(self, table) or not self.refused.isdisjoint({(table, key), (table, "*")})

    @property
    def questions(self) -> dict[str, Question]:
        """Questions by id, in the order of case.toml: the reviewer's own order of importance."""
        return {question.id: question for question in self.head.question}

    def hypotheses(self, question: str) -> tuple[str, ...]:
        """Ids of a question's hypotheses in order, `other` last."""
        named = [h.id for h in self.questions[question].hypothesis if h.id != OTHER]
        return (*named, OTHER)

    def asserted(self, question: str) -> str:
        """The account under test: the one marked, else the first."""
        row = self.questions[question]
        return row.asserted or row.hypothesis[0].id

    def dates(self) -> list[date]:
        """Every day on which a claim became public, was withdrawn, or an authority made a finding."""
        days = {c.public_at.day for c in self.claims.values() if c.public_at}
        days |= {c.retracted_at.day for c in self.claims.values() if c.retracted_at}
        days |= {finding.date.day for finding in self.head.finding}
        return sorted(days)
