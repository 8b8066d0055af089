"""Which reports were known on a date? Publication drives replay; a withdrawn claim no longer counts, one without a date is known only now (decision 0020)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from blindspot.case import Case
    from blindspot.case.rows import Claim
    from blindspot.weigh.build import Built


def was_public(claim: Claim, as_of: date | None) -> bool:
    """Whether a claim was public by a date: from `public_at` on, or from `said_at` where that is blank.

    A claim with neither cannot be said to have been known on any date: it is public now (None) and in no view before.
    """
    since = claim.public_at or claim.said_at
    return as_of is None or (since is not None and since.day <= as_of)


def known_claims(case: Case, as_of: date | None) -> set[str]:
    """Ids of the claims that were public on a date and not withdrawn by then; None: now."""
    return {
        key
        for key, claim in case.claims.items()
        if was_public(claim, as_of)
        and (claim.retracted_at is None or (as_of is not None and claim.retracted_at.day > as_of))
    }


def undated(case: Case) -> list[str]:
    """Ids of the claims that say neither when they were public nor when they were said."""
    return sorted(key for key, claim in case.claims.items() if claim.public_at is None and claim.said_at is None)


def known_reports(case: Case, built: Built, as_of: date | None) -> NDArray[np.float64]:
    """1 for each weighed report that was known: by itself, or through a perfect copy that was public before it."""
    claims = known_claims(case, as_of)
    return np.array(
        [
            1.0 if r.id in claims or claims.intersection(built.copies.get(r.id, ())) else 0.0
            for r in built.network.reports
        ]
    )
