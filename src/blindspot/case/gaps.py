"""What did reviewers see on both sides of a loss of view? Each his own answer, in his own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.case.reading import read_table
from blindspot.case.rows import Id, Row, Text

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.errors import Problem

ANSWERS = "gap_answers.csv"
NONE, UNSURE = "none", "unsure"  # none of those shown; it cannot be told


class GapAnswer(Row):
    """gap_answers.csv: which of the candidates after a loss of view a reviewer takes for the vehicle."""

    id: Id
    gap: Text  # as the stage gaps names it
    answer: Text  # the number of a candidate, `none` or `unsure`
    by: Text  # who looked
    why: Text  # what it is recognised by
    seen_on: str = ""  # UTC day of the answer


def answers(root: Path, problems: list[Problem]) -> list[GapAnswer]:
    """The answers of a case; none where nobody has looked."""
    return [row for row, _ in read_table(root, ANSWERS, GapAnswer, problems)]
