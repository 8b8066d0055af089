"""What does a finding say, as a distribution over hypotheses? And which is taken where there are several?

An uncontested finding is 1 on its hypothesis. A contested one is soft: the middle of the ICD 203 range of its confidence
(high: very likely, medium: likely, else: roughly even chance), the rest in equal shares on the others. This is judgement: the
corpus is scored without contested findings first, and with them beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.case import scales

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.case import Case
    from blindspot.case.rows import Finding

_WORDS = {"high": "very likely", "medium": "likely"}


def findings_on(case: Case, question: str) -> list[Finding]:
    """The findings on a question, oldest first."""
    return sorted((f for f in case.head.finding if f.question == question), key=lambda f: (f.date.start, f.hypothesis))


def contested(found: Sequence[Finding]) -> bool:
    """Whether the last finding is contested, or another finding says otherwise."""
    return found[-1].contested or len({f.hypothesis for f in found}) > 1


def label(found: Sequence[Finding], hypotheses: Sequence[str]) -> NDArray[np.float64]:
    """P(hypothesis) that the last finding stands for."""
    at = hypotheses.index(found[-1].hypothesis)
    share = 1.0
    if contested(found):
        word = _WORDS.get(found[-1].confidence.strip().lower(), "roughly even chance")
        share = scales.words("likelihood")[word].middle
    made = np.full(len(hypotheses), (1 - share) / max(1, len(hypotheses) - 1))
    made[at] = share
    return made
