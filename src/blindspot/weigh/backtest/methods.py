"""What would others have said? Equal shares, the first official account believed, and inconsistencies counted as in ACH.

ACH (Heuer 1999; PARC ACH 2.0.5): each piece of evidence is consistent or inconsistent with each hypothesis, and the
hypothesis with the least weighted inconsistency stands. Here each claim is a piece of evidence, inconsistent with every
hypothesis but the one it speaks for, and weighs 1.414, 1 or 0.707 by the credibility of its source, as PARC weighs. ACH gives
no probability; exp(-b x inconsistency) makes one, with b fitted on the other incidents (`fitting`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.case import OTHER, scales
from blindspot.case.incidents.kinds import acted
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.case import Case
    from blindspot.weigh.build import Built
    from blindspot.weigh.naive import Naive

BELIEVED = 0.95
OFFICIAL = {"official_statement", "official_finding", "anonymous_official", "anonymous_official_basis"}
HIGH, MIDDLE = 0.85, 0.70  # lower ends of the letters B and C: PARC's high and medium credibility


def equal(hypotheses: Sequence[str]) -> NDArray[np.float64]:
    """`other` at the middle of its default, the named accounts in equal shares of the rest."""
    rest = scales.default(OTHER).range.middle
    return np.array([rest if h == OTHER else (1 - rest) / (len(hypotheses) - 1) for h in hypotheses])


def favoured(built: Built, naive: Naive, claim: str, hypotheses: Sequence[str]) -> tuple[int, ...]:
    """The named hypotheses that a claim speaks for most; more than one where it cannot tell them apart.

    A perfect copy speaks for what the claim speaks for that carries it.
    """
    head = next((head for head, copies in built.copies.items() if claim in copies), claim)
    spoken = naive.speaks(head)
    if spoken is None:
        return ()
    ratio = np.where(np.array(hypotheses) == OTHER, -np.inf, spoken[1])
    if OTHER in hypotheses and spoken[1][hypotheses.index(OTHER)] > ratio.max() * (1 + 1e-9):
        return (hypotheses.index(OTHER),)
    return tuple(int(i) for i in np.flatnonzero(ratio >= ratio.max() * (1 - 1e-9)))


def official(
    case: Case, built: Built, naive: Naive, claims: Sequence[str], hypotheses: Sequence[str]
) -> NDArray[np.float64]:
    """The first official account believed at 95 %: that of the acting party, else of any official; else equal shares.

    `claims`: those that speak to the question, oldest publication first.
    """
    officials = [c for c in claims if case.sources[case.claims[c].source].role in OFFICIAL]
    own = [c for c in officials if acted(case.head.actor, case.sources[case.claims[c].source].party)]
    for claim in (own or officials)[:1]:
        chosen = favoured(built, naive, claim, hypotheses)
        made = np.full(len(hypotheses), (1 - BELIEVED) / max(1, len(hypotheses) - len(chosen)))
        made[list(chosen)] = BELIEVED / len(chosen)
        return np.asarray(made / made.sum())
    return equal(hypotheses)


def against(
    case: Case, built: Built, naive: Naive, claims: Sequence[str], hypotheses: Sequence[str]
) -> NDArray[np.float64]:
    """Weighted inconsistency of each hypothesis with the claims; `other` is not in an ACH matrix and stays 0."""
    made = np.zeros(len(hypotheses))
    for claim in claims:
        chosen = favoured(built, naive, claim, hypotheses)
        made[[i for i, h in enumerate(hypotheses) if i not in chosen and h != OTHER]] += _credibility(case, claim)
    return made


def counted(inconsistent: NDArray[np.float64], hypotheses: Sequence[str], b: float) -> NDArray[np.float64]:
    """ACH as probabilities: the share of the named accounts divided by exp(-b x inconsistency)."""
    named = np.array([h != OTHER for h in hypotheses])
    raw = np.where(named, np.exp(-b * (inconsistent - inconsistent[named].min())), 0.0)
    made = equal(hypotheses)
    return np.where(named, made[named].sum() * raw / raw.sum(), made)


def speaking(built: Built, question: str) -> set[str]:
    """Ids of the weighed claims on a question, perfect copies among them."""
    own = {r.id for r in built.network.reports if r.question == question}
    return own | {copy for head, copies in built.copies.items() if head in own for copy in copies}


def _credibility(case: Case, claim: str) -> float:
    trust = case.sources[case.claims[claim].source].reliability
    low = trust.low if isinstance(trust, Range) else 0.0
    return 1.414 if low >= HIGH else 1.0 if low >= MIDDLE else 0.707
