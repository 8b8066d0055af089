"""The whole weighing of a case as of a date: build, draw, sum, and ask what carries the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.weigh.audit import audit
from blindspot.weigh.build import Built, build
from blindspot.weigh.draws import WORK, Draws, affordable, drawn, middle, spreads
from blindspot.weigh.fragility import flip_sets, weights
from blindspot.weigh.information import expected_bits, would_settle
from blindspot.weigh.known import known_claims, known_reports
from blindspot.weigh.model import Answer, Posterior, Spread, Weighing
from blindspot.weigh.naive import Naive
from blindspot.weigh.parameters import Parameter, values
from blindspot.weigh.sensitivity import envelope, levers, value_flip
from blindspot.weigh.verdicts import verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from blindspot.case import Case
    from blindspot.quantities import Offer

ROWS = 4096
SCENARIO_ROWS = 1024
ITEM_ROWS = 128
FLIP_ROWS = 64
SETTLE_ROWS = 256


def weigh(
    case: Case,
    as_of: date | None = None,
    computed: Mapping[str, Offer] | None = None,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Weighing:
    """Posteriors, verdicts, weights, flips, what would settle it, and the audit, for every question of a case.

    `as_of`: only what was public on that day (None: everything). `computed`: what answers references such as
    `coverage:courtyard`. Probabilities are 0-1, weights in ban. The result does not depend on the order of rows.
    """
    if not case.questions:
        return Weighing(case.head.id, as_of.isoformat() if as_of else "", ())
    progress("weighing: the posteriors (0 of 6 done)")
    built = build(case, computed)
    network = built.network
    known = known_reports(case, built, as_of)
    draws = drawn(network, affordable(network, 1, ROWS, work=4 * WORK))
    sample, _ = network.posterior(draws.numbers, draws.rows, known)
    few = draws.first(affordable(network, 1, SCENARIO_ROWS))
    prior, _ = network.posterior(few.numbers, few.rows, known * 0)
    progress("weighing: the widest ranges (1 of 6 done)")
    outer = envelope(network, draws, sample, known)
    progress("weighing: what carries it (2 of 6 done)")
    items = weights(network, draws.first(ITEM_ROWS), known)
    lead = case.standards[case.head.standards[0]]
    flips = flip_sets(network, draws.first(FLIP_ROWS), known, items, lead)
    progress("weighing: what would settle it (3 of 6 done)")
    settles, evpi = would_settle(
        network,
        draws.first(affordable(network, 1 + 2 * len(network.leaves), SETTLE_ROWS)),
        known,
        lead,
        {str(k): v for k, v in case.head.loss.items()},
    )
    bits = expected_bits(network, middle(network).numbers)
    progress("weighing: which numbers move it (4 of 6 done)")
    moves = levers(network, draws, sample, known)
    naive = Naive(built).posteriors(known_claims(case, as_of))
    progress("weighing: structural alternatives (5 of 6 done)")
    scenarios = _scenarios(case, built, draws, known, as_of, computed)
    reviewers = _reviewers(case, as_of, computed)
    answers = []
    for question, row in case.questions.items():
        names = network.hypotheses[question]
        p, before = sample[f"question:{question}"], prior[f"question:{question}"]
        texts = {h.id: h.text for h in row.hypothesis} | (
            {} if any(h.id == "other" for h in row.hypothesis) else {"other": "something else"}
        )
        asserted = network.asserted[question]
        over = dict(zip(names, spreads(p), strict=True))
        here = _relevant(built, question)
        ours = [i for i in items[question] if i.id in here]
        told = {s: by[question] for s, by in scenarios.items()}
        answers.append(
            Answer(
                question,
                row.text,
                asserted,
                tuple(Posterior(h, texts[h], over[h], outer[question][h]) for h in names),
                naive[question],
                tuple(
                    verdict(p[k], before[k], case.standards[s], h)
                    for s in case.head.standards
                    for k, h in enumerate(names)
                    if h != "other"
                ),
                tuple(i for i in items[question] if i.kind != "fact"),
                tuple(i for i in items[question] if i.kind == "fact"),
                flips[question],
                value_flip(network, known, question, lead, moves[question]),
                tuple(settles[question]),
                evpi[question],
                {k: b for k, b in bits[question].items() if k in here},
                tuple(moves[question]),
                told,
                {name: by[question] for name, by in reviewers.items()},
                tuple(audit(case, built, question, ours, told, over[asserted].median)),
            )
        )
    return Weighing(case.head.id, as_of.isoformat() if as_of else "", tuple(answers))


def _relevant(built: Built, question: str) -> set[str]:
    """Ids that speak directly to a question."""
    found: set[str] = set()
    for r in built.network.reports:
        if r.question == question:
            found |= {r.id, r.origin or r.id, r.source, r.team or r.id, r.fact.removeprefix("fact:")}
    return found


def _spreads(
    network_hypotheses: dict[str, tuple[str, ...]], found: dict[str, NDArray[np.float64]]
) -> dict[str, dict[str, Spread]]:
    return {
        q: dict(zip(names, spreads(found[f"question:{q}"]), strict=True)) for q, names in network_hypotheses.items()
    }


def _scenarios(
    case: Case,
    built: Built,
    draws: Draws,
    known: NDArray[np.float64],
    as_of: date | None,
    computed: Mapping[str, Offer] | None,
) -> dict[str, dict[str, dict[str, Spread]]]:
    """Structural alternatives side by side: never averaged."""
    network, part = built.network, draws.first(affordable(built.network, 4, SCENARIO_ROWS))
    settings: list[tuple[str, str, float]] = []
    if any(p.name.startswith("primed:") for p in network.parameters):
        settings += [("lens open", "primed:", 0.0), ("lens primed", "primed:", 1.0)]
    if any(p.name == "fresh" for p in network.parameters):
        settings += [("unknown origins are known ones", "fresh", 0.0), ("unknown origins are fresh", "fresh", 1.0)]
    result = {}
    for name, prefix, value in settings:
        fixed = tuple(
            _fix(p, value) if p.name == prefix or (prefix.endswith(":") and p.name.startswith(prefix)) else p
            for p in network.parameters
        )
        found, _ = network.posterior(values(fixed, part.shares), part.rows, known)
        result[name] = _spreads(network.hypotheses, found)
    if built.copies or any(r.copied for r in network.reports):
        alone = build(case, computed, copies_count=True)
        found, _ = alone.network.posterior(
            drawn(alone.network, SCENARIO_ROWS).numbers, SCENARIO_ROWS, known_reports(case, alone, as_of)
        )
        result["copies counted as reports of the same origin"] = _spreads(network.hypotheses, found)
    return result


def _fix(p: Parameter, value: float) -> Parameter:
    return Parameter(p.name, value, value, p.basis, p.by, p.where, p.logit)


def _reviewers(
    case: Case, as_of: date | None, computed: Mapping[str, Offer] | None
) -> dict[str, dict[str, dict[str, Spread]]]:
    """Each reviewer's own ratings, beside the pool."""
    result = {}
    for reviewer in case.ratings if len(case.ratings) > 1 else ():
        own = build(case, computed, reviewer)
        found, _ = own.network.posterior(
            drawn(own.network, SCENARIO_ROWS).numbers, SCENARIO_ROWS, known_reports(case, own, as_of)
        )
        result[reviewer] = _spreads(own.network.hypotheses, found)
    return result
