"""Was the case rated fairly? Ten checks against confirmation bias, each a plain sentence with ids.

Reference: Karvetski & Mandel 2020 and Dhami et al. 2024 on pseudo-diagnostic weighting; Lord, Ross & Lepper 1979 on order.
A check that the data do not allow says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from blindspot.case import OTHER
from blindspot.case.custody.chain import read_log
from blindspot.case.editing import broken
from blindspot.quantities import Range
from blindspot.weigh.known import undated
from blindspot.weigh.model import Note

if TYPE_CHECKING:
    from blindspot.case import Case
    from blindspot.case.rows import Rating
    from blindspot.weigh.build import Built
    from blindspot.weigh.model import Item, Spread

SHARE = 0.5
CLOSE_TEXT = 90


def audit(
    case: Case, built: Built, question: str, items: list[Item], scenarios: dict[str, dict[str, Spread]], median: float
) -> list[Note]:
    """The notes on one question, errors first."""
    facts = {key for key, fact in case.facts.items() if fact.question == question}
    claims = {r.id for r in built.network.reports if r.question == question}
    notes = [
        *_left_out(case, built, facts),
        *_late_cells(case, facts),
        *_no_support(items),
        *_order(case, question),
        *_concentration(case, built, items, question),
        *_lens(case, question, scenarios),
        *_double(case, facts, claims),
        *_gut(case, question, median),
        *_again(case, question),
        *_hindsight(case, question),
        *_seals(case, question),
        *_undated(case, claims | {c for head in claims for c in built.copies.get(head, ())}),
    ]
    rank = {"error": 0, "warning": 1, "note": 2}
    return sorted(notes, key=lambda n: (rank[n.severity], n.check, n.ids))


def _left_out(case: Case, built: Built, facts: set[str]) -> list[Note]:
    origins = {key for key, row in case.origins.items() if row.fact in facts}
    notes = []
    for left in built.left_out:
        claims = [case.claims[i] for i in left.ids if i in case.claims]
        here = {*left.ids} & (facts | origins) or any(c.origin in origins or c.fact in facts for c in claims)
        if here:
            notes.append(Note(left.check, left.severity, left.why, left.ids))
    return notes


def _late_cells(case: Case, facts: set[str]) -> list[Note]:
    """Check 1: cells filled more than a day after the rest of their column."""
    notes = []
    for reviewer, rows in case.ratings.items():
        for fact in sorted(facts):
            times = [(r.rated_at.start, r.id) for r in rows if r.fact == fact and r.rated_at and not r.again]
            if len(times) > 1 and max(times)[0] - min(times)[0] > timedelta(days=1):
                late = tuple(i for t, i in times if t - min(times)[0] > timedelta(days=1))
                notes.append(
                    Note(
                        "pseudo-diagnosticity",
                        "warning",
                        f"{reviewer} rated the column {fact} at different times, more than a day apart; rate all hypotheses of a fact at once.",
                        late,
                    )
                )
    return notes


def _no_support(items: list[Item]) -> list[Note]:
    """Check 2: items of which the range of weight holds 0."""
    idle = tuple(i.id for i in items if i.kind == "origin" and i.alone.low < 0 < i.alone.high)
    if not idle:
        return []
    return [
        Note(
            "supports that do not",
            "note",
            f"The weight of {', '.join(idle)} could point either way: the range of each, taken alone, contains an even likelihood ratio.",
            idle,
        )
    ]


def _order(case: Case, question: str) -> list[Note]:
    """Check 3: did ratings follow the leader of the moment? Sign test with a permutation p."""
    notes = []
    for reviewer, rows in case.ratings.items():
        timed = sorted(
            (
                r
                for r in rows
                if r.question == question and r.fact and r.rated_at and isinstance(r.value, Range) and not r.again
            ),
            key=lambda r: (r.rated_at.start if r.rated_at else 0, r.id),
        )
        columns: dict[str, dict[str, float]] = {}
        for r in timed:
            if isinstance(r.value, Range):
                columns.setdefault(r.fact or "", {})[r.hypothesis] = r.value.middle
        asserted = case.asserted(question)
        signs = [
            np.sign(
                np.log(c[asserted] / max(float(np.mean([v for h, v in c.items() if h not in {asserted, OTHER}])), 1e-9))
            )
            for c in columns.values()
            if asserted in c and len(c) > 1
        ]
        if len(signs) < 5:
            continue
        follow = _follows(np.array(signs))
        rng = np.random.default_rng(1)
        p = float(np.mean([_follows(rng.permutation(signs)) >= follow for _ in range(999)]))
        if p <= 0.05:
            notes.append(
                Note(
                    "order effect",
                    "warning",
                    f"{reviewer}'s ratings follow whichever account led before them more often than chance would ({follow:.0%} of columns, permutation p = {p:.3f}).",
                    (question,),
                )
            )
    return notes


def _follows(signs: np.ndarray) -> float:
    leader = np.sign(np.cumsum(signs))[:-1]
    return float(np.mean(signs[1:] == leader))


def _concentration(case: Case, built: Built, items: list[Item], question: str) -> list[Note]:
    """Check 4: how much of the weight comes from one origin, one team, or sources with an interest; and unequal care."""
    notes = []
    total = sum(abs(i.ban.median) for i in items if i.kind == "origin")
    if total > 0:
        for kind in ("origin", "team"):
            top = max((i for i in items if i.kind == kind), key=lambda i: (abs(i.ban.median), i.id), default=None)
            share = min(1.0, abs(top.ban.median) / total) if top else 0.0
            if top and share >= SHARE:
                notes.append(
                    Note(
                        "one " + kind,
                        "warning",
                        f"{share:.0%} of the weight on this question rests on one {kind}: {top.id}.",
                        (top.id,),
                    )
                )
        interested = tuple(
            i.id
            for i in items
            if i.kind == "source" and any(n.startswith(question + ":") for n in case.sources[i.id].interest)
        )
        part = sum(abs(i.ban.median) for i in items if i.id in interested and i.kind == "source") / max(
            1e-12, sum(abs(i.ban.median) for i in items if i.kind == "source")
        )
        if interested and part >= SHARE:
            notes.append(
                Note(
                    "interest",
                    "warning",
                    f"{part:.0%} of the weight of sources comes from {len(interested)} with a stated interest in this answer.",
                    interested,
                )
            )
    widths = {
        h: [
            p.bounds()[1] - p.bounds()[0]
            for p in built.network.parameters
            if p.name.startswith("expect:") and p.name.endswith("/" + h) and not p.fixed
        ]
        for h in case.hypotheses(question)
        if h != OTHER
    }
    means = {h: float(np.mean(w)) for h, w in widths.items() if w}
    if len(means) > 1 and max(means.values()) > 2 * min(means.values()):
        wide, tight = max(means, key=lambda h: means[h]), min(means, key=lambda h: means[h])
        notes.append(
            Note(
                "asymmetry",
                "note",
                f"Ranges for {wide} are more than twice as wide as for {tight}: one account is held to looser numbers.",
                (wide, tight),
            )
        )
    return notes


def _lens(case: Case, question: str, scenarios: dict[str, dict[str, Spread]]) -> list[Note]:
    """Check 5: does the answer depend on whether the team was primed?"""
    asserted = case.asserted(question)
    on, off = scenarios.get("lens primed"), scenarios.get("lens open")
    if not on or not off:
        return []
    a, b = on[asserted].median, off[asserted].median
    lead = case.standards[case.head.standards[0]]
    t = (lead.low + lead.high) / 2
    severity = "warning" if (a > t) != (b > t) else "note"
    depends = (
        "The median crosses the lead standard with it."
        if severity == "warning"
        else "It does not cross the lead standard."
    )
    return [
        Note(
            "lens",
            severity,
            f"If the interpreting team read with an expectation, {asserted} is at {a:.0%}; if it did not, at {b:.0%}. {depends}",
            (asserted,),
        )
    ]


def _double(case: Case, facts: set[str], claims: set[str]) -> list[Note]:
    """Check 6: two facts resting on one artefact, or claims of near-equal text counted apart."""
    notes = []
    by_artefact: dict[str, list[str]] = {}
    for key, row in case.origins.items():
        if row.artefact and row.fact in facts:
            by_artefact.setdefault(row.artefact, []).append(key)
    for artefact, keys in sorted(by_artefact.items()):
        if len(keys) > 1:
            notes.append(
                Note(
                    "double counting",
                    "warning",
                    f"{', '.join(keys)} rest on the same artefact ({artefact}) and are weighed as separate observations of different facts.",
                    tuple(keys),
                )
            )
    texts = {
        k: case.claims[k].quote_summary.casefold() for k in sorted(claims) if len(case.claims[k].quote_summary) > 40
    }
    seen: dict[str, str] = {}
    for key, text in texts.items():
        same = seen.setdefault(text, key)
        if same != key and case.claims[key].origin != case.claims[same].origin:
            notes.append(
                Note(
                    "double counting",
                    "warning",
                    f"{same} and {key} say the same in the same words, yet rest on different origins.",
                    (same, key),
                )
            )
    return notes


def _gut(case: Case, question: str, median: float) -> list[Note]:
    """Check 7: the reviewer's own number, stated before, against the computed one."""
    asserted = case.asserted(question)
    notes = []
    for reviewer, rows in case.ratings.items():
        for r in rows:
            if (
                r.question == question
                and r.fact is None
                and r.hypothesis == asserted
                and isinstance(r.value, Range)
                and not r.value.low <= median <= r.value.high
            ):
                notes.append(
                    Note(
                        "gut gap",
                        "note",
                        f"{reviewer} stated {r.value} for {asserted} before the sum; the sum says {median:.0%}. One of the two deserves a second look.",
                        (r.id,),
                    )
                )
    return notes


def _again(case: Case, question: str) -> list[Note]:
    """Check 8: cells shown a second time, without name and order."""
    notes = []
    for reviewer, rows in case.ratings.items():
        first = {(r.fact, r.hypothesis): r for r in rows if r.question == question and not r.again}
        pairs = [
            (first[r.fact, r.hypothesis], r)
            for r in rows
            if r.again and (r.fact, r.hypothesis) in first and r.question == question
        ]
        apart = tuple(b.id for a, b in pairs if not _overlap(a, b))
        if pairs:
            severity = "warning" if len(apart) * 2 > len(pairs) else "note"
            notes.append(
                Note(
                    "blind re-rate",
                    severity,
                    f"{reviewer} rated {len(pairs)} cells twice; {len(apart)} of them do not overlap.",
                    apart,
                )
            )
    return notes


def _overlap(a: Rating, b: Rating) -> bool:
    return (
        isinstance(a.value, Range)
        and isinstance(b.value, Range)
        and a.value.low <= b.value.high
        and b.value.low <= a.value.high
    )


def _hindsight(case: Case, question: str) -> list[Note]:
    """Check 9: ratings made after an authority's finding."""
    found = [f.date for f in case.head.finding if f.question == question]
    if not found:
        return []
    first = min(found)
    late = tuple(
        r.id
        for rows in case.ratings.values()
        for r in rows
        if r.question == question and r.rated_at and r.rated_at.start >= first.start
    )
    if late:
        return [
            Note(
                "hindsight",
                "warning",
                f"{len(late)} ratings were made after the finding of {first}: whoever rated may have known the outcome.",
                late,
            )
        ]
    if not case.ratings:
        return [
            Note(
                "hindsight",
                "note",
                f"The sheet carries no dates of rating, and a finding was made on {first}: take it that the numbers were set with hindsight.",
                (question,),
            )
        ]
    return []


def _seals(case: Case, question: str) -> list[Note]:
    """Check 10: what a reviewer felt before the sum, sealed in the custody log, and changed in the file since."""
    said = "What {reviewer} felt before the sum was sealed in line {line} of the custody log, and is no longer what the file holds."
    return [
        Note("broken seal", "error", said.format(reviewer=seal.says["reviewer"], line=seal.n + 1), (question,))
        for seal in broken(case.root, read_log(case.root)[0])
        if seal.says["question"] == question
    ]


def _undated(case: Case, claims: set[str]) -> list[Note]:
    """Claims of which nothing says when they were known: they count today, and in no view of an earlier date."""
    here = tuple(key for key in undated(case) if key in claims)
    if not here:
        return []
    rows = ", ".join(str(case.where["claims", key]) for key in here[:5])
    more = f" and {len(here) - 5} more" if len(here) > 5 else ""
    says = f"{len(here)} claim(s) without any date ({rows}{more}) count today and on no earlier date: write public_at or said_at."
    return [Note("undated", "warning", says, here)]
