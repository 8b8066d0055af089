"""What would have been said of an incident 1, 7 and 30 days after it, and on the eve of the finding?

Only claims that were public by then are shown, and none from the day of the question's first finding on, whoever made it: where
the finding came before the day asked for, its eve is taken. A claim without any date is never shown.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.backtest.labels import contested, findings_on, label
from blindspot.weigh.backtest.methods import against, equal, official, speaking
from blindspot.weigh.backtest.model import BEFORE, LAGS, Asked, Followed, Replayed, Said
from blindspot.weigh.build import build
from blindspot.weigh.draws import WORK, affordable, ban, drawn, dropping, subsets
from blindspot.weigh.known import known_claims, undated
from blindspot.weigh.naive import Naive
from blindspot.weigh.weighing import ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from blindspot.case import Case
    from blindspot.weigh.build import Built
    from blindspot.weigh.draws import Draws

WEIGHT_ROWS = 128


def replay_incident(name: str, case: Case) -> Replayed:
    """Every question of a case that has a finding after the incident, replayed; the others with the reason why not."""
    built = build(case)
    left_out = [
        (f"{name}/{key}", "claim without any date: it is not known when it was public") for key in undated(case)
    ]
    left_out += [(f"{name}/{'+'.join(entry.ids)}", entry.why) for entry in built.left_out]
    days: dict[str, dict[str, date]] = {}
    incident = case.head.date.day
    for question in case.questions:
        found = findings_on(case, question)
        why = _why_not(case, built, question)
        if why:
            left_out.append((f"{name}/{question}", why))
            continue
        eve = found[0].date.day - timedelta(days=1)
        days[question] = {lag: eve if n is None else min(eve, incident + timedelta(days=n)) for lag, n in LAGS.items()}
    asked = _replay(name, case, built, days) if days else ()
    return Replayed(name, asked, _followed(name, case), max([incident, *case.dates()]), tuple(left_out))


def _why_not(case: Case, built: Built, question: str) -> str:
    found = findings_on(case, question)
    if not found:
        return "no finding"
    if found[0].date.day <= case.head.date.day:
        return f"its finding is dated {found[0].date.day}, not after the incident: nothing can be replayed"
    if not speaking(built, question):
        return "no weighed claim speaks to it"
    return ""


def _replay(name: str, case: Case, built: Built, days: dict[str, dict[str, date]]) -> tuple[Asked, ...]:
    network = built.network
    dates = sorted({day for by in days.values() for day in by.values()})
    draws, naive = drawn(network, affordable(network, 1, ROWS, work=4 * WORK)), Naive(built)  # those of `weigh`
    known = {day: known_claims(case, day) for day in dates}
    masks = {day: _shown(built, known[day]) for day in dates}
    posterior = subsets(network, draws, np.array([masks[day] for day in dates]))
    made = []
    for i, (question, row) in enumerate(case.questions.items()):
        if question not in days:
            continue
        names, found = network.hypotheses[question], findings_on(case, question)
        said: dict[str, Said] = {}
        for lag, day in days[question].items():
            p = posterior[f"question:{question}"][dates.index(day)]
            low, middle, high = np.quantile(p, [0.05, 0.5, 0.95], axis=-1)
            claims = _oldest_first(case, known[day] & speaking(built, question))
            counted = naive.posteriors(known[day])[question]
            by = {
                "ours": middle / middle.sum(),
                "naive": np.array([counted[h] for h in names]),
                "equal": equal(names),
                "official": official(case, built, naive, claims, names),
            }
            wanted = LAGS[lag]
            held_back = wanted is not None and day < case.head.date.day + timedelta(days=wanted)
            said[lag] = Said(day, held_back, len(claims), by, low, high, against(case, built, naive, claims, names))
        eve = days[question][BEFORE]
        made.append(
            Asked(
                name,
                question,
                row.text,
                i == 0,
                names,
                row.asserted,
                found[-1].hypothesis,
                found[-1].by,
                found[0].date.day,
                (found[0].date.day - case.head.date.day).days,
                contested(found),
                label(found, names),
                said,
                _weights(case, built, draws.first(WEIGHT_ROWS), question, found[-1].hypothesis, masks[eve]),
            )
        )
    return tuple(made)


def _shown(built: Built, known: set[str]) -> NDArray[np.float64]:
    """1 for each report that is known by itself or through a perfect copy."""
    shown = [not known.isdisjoint((r.id, *built.copies.get(r.id, ()))) for r in built.network.reports]
    return np.array(shown, dtype=float)


def _weights(
    case: Case, built: Built, draws: Draws, question: str, finding: str, mask: NDArray[np.float64]
) -> tuple[tuple[str, str, float], ...]:
    """Per origin that was public: log10 odds of what was found, with it minus without it (median)."""
    network = built.network
    state = network.hypotheses[question].index(finding)
    here = sorted(
        {r.origin or r.id for r, kept in zip(network.reports, mask, strict=True) if kept and r.question == question}
    )
    if not here:
        return ()
    masks = np.array([mask, *(mask * dropping(network, [origin]) for origin in here)])
    few = draws.first(affordable(network, len(masks), draws.rows))
    odds = ban(subsets(network, few, masks)[f"question:{question}"][:, state])
    moved = np.median(odds[0] - odds[1:], axis=1)
    kinds = [case.origins[origin].kind if origin in case.origins else "not named" for origin in here]
    return tuple((o, kind or "not stated", float(w)) for o, kind, w in zip(here, kinds, moved, strict=True))


def _followed(name: str, case: Case) -> Followed | None:
    if not case.questions:
        return None
    found = findings_on(case, next(iter(case.questions)))
    if not found:
        return Followed(name, case.head.date.day, None, contested=False)
    return Followed(name, case.head.date.day, found[0].date.day, contested(found))


def _oldest_first(case: Case, claims: set[str]) -> Sequence[str]:
    def since(key: str) -> tuple[date, str]:
        moment = case.claims[key].public_at or case.claims[key].said_at
        return (moment.day if moment else case.head.date.day, key)

    return sorted(claims, key=since)
