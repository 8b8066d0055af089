"""What could be said on each date? The weighing with only what was public then, and the item that moved it most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.draws import affordable, ban, drawn, dropping, spreads, subsets
from blindspot.weigh.known import known_claims, known_reports
from blindspot.weigh.model import Step
from blindspot.weigh.naive import Naive
from blindspot.weigh.verdicts import verdict

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from blindspot.case import Case
    from blindspot.weigh.build import Built

ROWS = 1024


def replay(case: Case, built: Built, until: date | None = None) -> list[Step]:
    """One Step per date and question, oldest first. Findings are listed on their date; they are events, not evidence."""
    network = built.network
    days = [day for day in case.dates() if until is None or day <= until]
    if not days or not case.questions:
        return []
    draws, naive = drawn(network, affordable(network, len(days) + 1, ROWS)), Naive(built)
    masks = np.array([known_reports(case, built, day) for day in days]).reshape(len(days), len(network.reports))
    distinct, at = np.unique(np.vstack([np.zeros((1, len(network.reports))), masks]), axis=0, return_inverse=True)
    found = {name: p[at] for name, p in subsets(network, draws, distinct).items()}
    standards = [case.standards[s] for s in case.head.standards]
    steps = []
    for i, day in enumerate(days):
        before = known_claims(case, days[i - 1]) if i else set()
        fresh = sorted(known_claims(case, day) - before)
        counted = naive.posteriors(known_claims(case, day))
        moved = _moved(built, masks[i], masks[i - 1] if i else np.zeros(len(network.reports)))
        for question in network.questions:
            p, prior = found[f"question:{question}"][i + 1], found[f"question:{question}"][0]
            names = network.hypotheses[question]
            over = dict(zip(names, spreads(p), strict=True))
            asserted = network.asserted[question]
            state = names.index(asserted)
            by, weight = moved.get(question, (None, 0.0))
            steps.append(
                Step(
                    day.isoformat(),
                    question,
                    over,
                    counted[question],
                    tuple(verdict(p[state], prior[state], s, asserted) for s in standards),
                    by,
                    weight,
                    tuple(c for c in fresh if c in _speaking(built, question)),
                    tuple(
                        f"{f.by}: {f.hypothesis}"
                        for f in case.head.finding
                        if f.date.day == day and f.question == question
                    ),
                )
            )
    return steps


def _speaking(built: Built, question: str) -> set[str]:
    own = {r.id for r in built.network.reports if r.question == question}
    return own | {copy for head, copies in built.copies.items() if head in own for copy in copies}


def _moved(built: Built, now: NDArray[np.float64], before: NDArray[np.float64]) -> dict[str, tuple[str | None, float]]:
    """Per question, the origin (or claim without one) that came new or grew on this date and moved the odds most."""
    network = built.network
    units = sorted({r.origin or r.id for r, a, b in zip(network.reports, now, before, strict=True) if a and not b})
    if not units:
        return {}
    fresh = np.array([1.0 if a and not b else 0.0 for a, b in zip(now, before, strict=True)])
    masks = [now, *(np.where((dropping(network, [u]) == 0) & (fresh == 1), 0.0, now) for u in units)]
    found = subsets(network, drawn(network, 16), np.array(masks))
    result: dict[str, tuple[str | None, float]] = {}
    for question in network.questions:
        b = ban(found[f"question:{question}"][:, network.hypotheses[question].index(network.asserted[question])])
        shift = np.median(b[0] - b[1:], axis=1)
        k = int(np.argmax(np.abs(shift)))
        result[question] = (units[k], float(shift[k])) if abs(shift[k]) >= 0.005 else (None, 0.0)
    return result
