"""Which hypothesis does a claim of a small case favour?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.case.model import OTHER

if TYPE_CHECKING:
    from blindspot.case.model import Case
    from blindspot.case.rows import Claim


def favoured(case: Case, claim: Claim) -> tuple[str, str]:
    """Question and hypothesis that a claim of a small case favours."""
    found = find_favoured(case, claim)
    if found is None:
        raise ValueError(claim.favours)
    return found


def find_favoured(case: Case, claim: Claim) -> tuple[str, str] | None:
    name = claim.favours or ""
    question, colon, hypothesis = name.partition(":")
    if colon:
        return (
            (question, hypothesis) if question in case.questions and hypothesis in case.hypotheses(question) else None
        )
    found = [(q, name) for q in case.questions if name in case.hypotheses(q) and name != OTHER]
    return found[0] if len(found) == 1 else None


def question_of(case: Case, claim: Claim) -> str | None:
    """The question that a claim speaks to; None where it is context, recorded and not weighed."""
    if claim.favours is not None and claim.strength is not None:
        found = find_favoured(case, claim)
        return found[0] if found else None
    if claim.origin is None or claim.says is None:
        return None
    fact = claim.fact if claim.origin == "?" else case.origins[claim.origin].fact
    return case.facts[fact].question if fact else None
