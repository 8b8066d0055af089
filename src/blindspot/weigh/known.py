"""Which reports were known on a date? Publication drives replay; a withdrawn claim no longer counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from blindspot.case import Case
    from blindspot.weigh.build import Built


def known_claims(case: Case, as_of: date | None) -> set[str]:
    """Ids of the claims public on a date. A claim without `public_at` counts from `said_at`, without either always."""
    known = set()
    for key, claim in case.claims.items():
        since = claim.public_at or claim.said_at
        until = claim.retracted_at
        if as_of is None:
            if until is None:
                known.add(key)
        elif (since is None or since.day <= as_of) and (until is None or until.day > as_of):
            known.add(key)
    return known


def known_reports(case: Case, built: Built, as_of: date | None) -> NDArray[np.float64]:
    """1 for each weighed report that was known: by itself, or through a perfect copy that was public before it."""
    claims = known_claims(case, as_of)
    return np.array(
        [
            1.0 if r.id in claims or claims.intersection(built.copies.get(r.id, ())) else 0.0
            for r in built.network.reports
        ]
    )
