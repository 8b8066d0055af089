"""Which reports were known on a date? Publication drives replay; a withdrawn claim no longer counts.

A claim without any date cannot be said to have been known on a day: it counts in the weighing of today and in no other, and
is named there (docs/decisions/0020).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from blindspot.case import Case
    from blindspot.weigh.build import Built


def known_claims(case: Case, as_of: date | None) -> set[str]:
    """Ids of the claims public on a date (None: today, all that are not withdrawn).

    A claim without `public_at` counts from `said_at`, without either on no date.
    """
    known = set()
    for key, claim in case.claims.items():
        since = claim.public_at or claim.said_at
        until = claim.retracted_at
        if as_of is None:
            if until is None:
                known.add(key)
        elif since is not None and since.day <= as_of and (until is None or until.day > as_of):
            known.add(key)
    return known


def undated(case: Case) -> list[str]:
    """Ids of the claims of which nothing says when they were known."""
    return [key for key, claim in case.claims.items() if claim.public_at is None and claim.said_at is None]


def known_reports(case: Case, built: Built, as_of: date | None) -> NDArray[np.float64]:
    """1 for each weighed report that was known: by itself, or through a perfect copy that was public before it."""
    claims = known_claims(case, as_of)
    return np.array(
        [
            1.0 if r.id in claims or claims.intersection(built.copies.get(r.id, ())) else 0.0
            for r in built.network.reports
        ]
    )
