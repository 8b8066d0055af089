"""Across incidents: what carried weight, how often the first account held, how long until a finding, were the ranges right?

Each answer is of the incidents in the corpus, which were chosen because a finding is known: it is no base rate of anybody's
reliability.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.weigh.backtest.model import BEFORE
from blindspot.weigh.backtest.scoring import mean_over

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from blindspot.weigh.backtest.model import Asked, Followed

Z = 1.959964  # 95 %
BANDS = (0.0, 0.05, 0.20, 0.45, 0.55, 0.80, 0.95, 1.0)  # ICD 203


def carried(asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Per kind of origin, the weight it had on the eve of the finding, in ban towards what was found.

    Weight in context: log10 odds with the origin minus without it; intervals over incidents. Settled findings only.
    """
    rows = [(a.incident, kind, w) for a in asked if not a.contested for _, kind, w in a.weights]
    total = sum(abs(w) for _, _, w in rows) or 1.0
    found = []
    for kind in sorted({kind for _, kind, _ in rows}):
        here = [(i, w) for i, k, w in rows if k == kind]
        mean = mean_over([w for _, w in here], [i for i, _ in here])
        incidents = len({i for i, _ in here})
        found.append(
            {
                "kind": kind,
                "origins": len(here),
                "incidents": incidents,
                "ban": mean.mean,
                "low": mean.low if incidents > 1 else None,  # one incident says nothing of others
                "high": mean.high if incidents > 1 else None,
                "towards_n": sum(w > 0 for _, w in here),
                "share_of_weight": sum(abs(w) for _, w in here) / total,
            }
        )
    return sorted(found, key=lambda r: (-r["share_of_weight"], r["kind"]))


def first_account(asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """How often what the acting party said first was what was found: on the first question of each incident, and on all."""
    found = []
    for which, chosen in (
        ("first question", [a for a in asked if a.primary]),
        ("all questions", list(asked)),
    ):
        for kind, rows in (
            ("settled", [a for a in chosen if a.asserted and not a.contested]),
            ("contested", [a for a in chosen if a.asserted and a.contested]),
        ):
            held = [float(a.asserted == a.finding) for a in rows]
            low, high = wilson(sum(held), len(rows))
            if which == "all questions" and rows:  # questions of one incident hang together
                over = mean_over(held, [a.incident for a in rows])
                low, high = min(low, over.low), max(high, over.high)
            found.append(
                {
                    "questions": which,
                    "findings": kind,
                    "n": len(rows),
                    "held": int(sum(held)),
                    "share": sum(held) / len(rows) if rows else None,
                    "low": low if rows else None,
                    "high": high if rows else None,
                    "no_account": sum(a.asserted is None and a.contested == (kind == "contested") for a in chosen),
                }
            )
    return found


def until_finding(followed: Sequence[Followed], last: date) -> list[dict[str, Any]]:
    """Days until a finding on the first question: the share still waiting (Kaplan & Meier 1958), with 95 % log-log intervals.

    Two readings: any finding ends the wait; only an uncontested one does. Who still waits is censored on the last day of the corpus.
    """
    found = []
    for event, settled_only in (("any finding", False), ("uncontested finding", True)):
        times, ended = [], []
        for f in followed:
            done = f.found_on is not None and f.found_on > f.start and not (settled_only and f.contested)
            if f.found_on is not None and f.found_on <= f.start:
                continue
            end = f.found_on if done and f.found_on else last
            times.append(max(1, (end - f.start).days))
            ended.append(done)
        found.append({"event": event, "n": len(times), "ended": sum(ended), **_waiting(times, ended)})
    return found


def _waiting(times: Sequence[int], ended: Sequence[bool]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = []
    share, spread = 1.0, 0.0
    for t in sorted({t for t, e in zip(times, ended, strict=True) if e}):
        at_risk = sum(x >= t for x in times)
        events = sum(x == t and e for x, e in zip(times, ended, strict=True))
        share *= 1 - events / at_risk
        spread = spread + events / (at_risk * (at_risk - events)) if at_risk > events else math.inf
        low, high = 0.0, 1.0
        if 0 < share < 1 and math.isfinite(spread):
            wide = Z * math.sqrt(spread) / math.log(share)
            low, high = sorted((share ** math.exp(wide), share ** math.exp(-wide)))
        elif share == 0:
            high = steps[-1]["high"] if steps else 1.0
        steps.append({"days": t, "at_risk": at_risk, "events": events, "waiting": share, "low": low, "high": high})

    def median(key: str) -> int | None:
        return next((s["days"] for s in steps if s[key] <= 0.5), None)

    return {"median": median("waiting"), "median_low": median("low"), "median_high": median("high"), "steps": steps}


def ranges(asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Were the stated ranges right? Per day and band of the median: the range that was stated on average, and the share that was found.

    An outcome is 0 or 1 and lies in no range; what a range [low, high] claims is that of many answers like it, a share between
    low and high comes true. `agrees`: the 95 % interval of the share that did (Wilson) meets the range stated on average.
    """
    rows = [
        (lag, float(said.by["ours"][k]), float(said.low[k]), float(said.high[k]), float(a.label[k]))
        for a in asked
        if not a.contested
        for lag, said in a.said.items()
        for k in range(len(a.hypotheses))
    ]
    found = []
    for lag in dict.fromkeys(lag for lag, *_ in rows):
        for low, high in pairwise(BANDS):
            here = [r for r in rows if r[0] == lag and (low <= r[1] < high or (high == 1.0 and r[1] >= 1))]
            if not here:
                continue
            stated = [float(np.mean([r[k] for r in here])) for k in (2, 1, 3)]
            came = sum(r[4] for r in here)
            least, most = wilson(came, len(here))
            found.append(
                {
                    "lag": lag,
                    "from": low,
                    "to": high,
                    "n": len(here),
                    "low": stated[0],
                    "median": stated[1],
                    "high": stated[2],
                    "found": came / len(here),
                    "found_low": least,
                    "found_high": most,
                    "agrees": most >= stated[0] and least <= stated[2],
                }
            )
    return found


def ruled_out(asked: Sequence[Asked]) -> dict[str, Any]:
    """On the eve of the finding: how often the range of what was found lay wholly under 5 %, or under a half."""
    tops = [float(a.said[BEFORE].high[a.hypotheses.index(a.finding)]) for a in asked if not a.contested]
    return {"n": len(tops), "under_5": sum(t < 0.05 for t in tops), "under_half": sum(t < 0.5 for t in tops)}


def wilson(held: float, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not n:
        return 0.0, 1.0
    p, z2 = held / n, Z * Z
    middle, reach = p + z2 / (2 * n), Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, (middle - reach) / (1 + z2 / n)), min(1.0, (middle + reach) / (1 + z2 / n))
