"""All replays of a corpus -> one object of plain data: scores, intervals, corpus questions, and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.weigh.backtest.fitting import inconsistency, left_one_out, tempered
from blindspot.weigh.backtest.model import BEFORE, LAGS
from blindspot.weigh.backtest.questions import carried, first_account, ranges, ruled_out, until_finding
from blindspot.weigh.backtest.scoring import SEED, WORST, brier, log_score, mean_over, overconfident

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from blindspot.weigh.backtest.model import Asked, Replayed

METHODS = {
    "ours": "origin-aware weighing, median of its ranges",
    "naive": "naive product: every claim as an observation of its own",
    "official": "first official account believed at 95 %",
    "equal": "equal priors, no evidence",
    "ach": "inconsistencies counted as in ACH, slope fitted on the other incidents",
    "naive tempered": "naive product made less sure, power fitted on the other incidents",
    "ours tempered": "ours with a power fitted on the other incidents",
}
FITTED = {"ach": inconsistency, "naive tempered": tempered("naive"), "ours tempered": tempered("ours")}
ALL = "all four"
LIMITS = (
    "Selected incidents: each is here because it became known and somebody later found something. How often anybody was right here is no base rate of anybody's reliability.",
    "Hindsight in the coding: questions, accounts, claims and shared origins were written down by people who knew the findings. The code applies the codebook without looking at findings; it cannot take out what was chosen before. Scores are therefore optimistic.",
    "Contested findings are left out of the first table and taken as soft labels in the second.",
    "A finding is what an authority later said, on its own evidence and for its own reasons. It is not the truth.",
    "Few incidents: intervals are wide, and no score here proves calibration.",
)
CONTESTED = "its finding is contested: only among the scores with contested findings"
FEW_CLAIMS = (
    "nothing was public before its finding: every method gives what it gives without evidence",
    "one claim was public before its finding: every method rests on it alone",
)
ENOUGH = 10
FEW = "Incidents with settled findings: {n} only; intervals drawn from so few are too short, and one alone gives none."
HISTORY = (
    ("2026-11-28", "The rules of the codebook, the scores and the primary comparison were fixed before any score was computed; the rules were written by somebody who had read the 31 incidents with their findings."),
    ("2026-11-28", "First scores: ours minus naive -0.024 (95 % -0.048 to +0.004) on 39 settled questions of 31 incidents. No rule, range or method of scoring was changed since."),
    ("2026-11-28", "After the first scores: draws raised from 1,024 to the 4,096 of `weigh`, so that what is scored is what `weigh` prints; no answer moved by more than 0.008, the mean difference by 0.00002."),
    ("2026-11-28", "After the first scores: a team has its lens only for an account asserted by then, as interests are; no answer on the 31 incidents changed."),
    ("2026-11-28", "After the first scores: in the ACH count a press copy weighs by its own source, not by that of the claim it copies; no score of the 31 incidents changed."),
)  # fmt: skip
DIGITS = 6


def results(replayed: Sequence[Replayed], left_out: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """The JSON object of `backtest --json`. `left_out`: what the reading of the corpus left out already."""
    asked = [a for r in replayed for a in r.asked]
    settled = [a for a in asked if not a.contested]
    fitted = {name: left_one_out(asked, answer) for name, answer in FITTED.items()}
    answers = {(a.id, lag): _answers(a, lag, fitted) for a in asked for lag in a.said}
    followed = [r.followed for r in replayed if r.followed is not None]
    left = [*left_out, *(entry for r in replayed for entry in r.left_out)]
    left += [(r.incident, "none of its questions could be replayed") for r in replayed if not r.asked]
    left += [(a.id, CONTESTED) for a in asked if a.contested]
    sure = _sure(settled, answers)
    few = len({a.incident for a in settled})
    made = {
        "incidents": len(replayed),
        "questions": len(settled),
        "questions_with_contested": len(asked),
        "limits": [*LIMITS, *([FEW.format(n=few)] if 0 < few < ENOUGH else [])],
        "methods": METHODS,
        "scores": _scores(settled, answers),
        "scores_with_contested": _scores(asked, answers),
        "paired": _paired(settled, answers, "settled") + _paired(asked, answers, "with contested"),
        "influence": _influence(settled, answers),
        "overconfident_wrong": {m: sum(r["wrong"] for r in sure if r["method"] == m) for m in METHODS},
        "sure": sure,
        "fitted": [{"method": m, "low": min(by.values()), "high": max(by.values())} for m, by in fitted.items() if by],
        "ranges": ranges(asked),
        "ruled_out": ruled_out(asked),
        "carried": carried(asked),
        "first_account": first_account(asked),
        "until_finding": until_finding(followed, max(r.last_day for r in replayed)) if followed else [],
        "answers": [row for a in asked for lag in a.said for row in _rows(a, lag, answers[a.id, lag])],
        "left_out": [{"id": key, "why": why} for key, why in sorted(set(left))],
        "notes": [{"id": a.id, "what": FEW_CLAIMS[n]} for a in asked if (n := a.said[BEFORE].claims) < 2],
        "history": [{"date": day, "what": what} for day, what in HISTORY],
        "seed": SEED,
    }
    rounded: dict[str, Any] = _rounded(made)
    return rounded


def sensitivity(replayed: Sequence[Replayed]) -> list[dict[str, Any]]:
    """The scores of ours and naive, and their difference, of another coding of the same incidents."""
    asked = [a for r in replayed for a in r.asked if not a.contested]
    if not asked:
        return []
    incidents = [a.incident for a in asked]
    by = {
        m: [float(np.mean([brier(said.by[m], a.label) for said in a.said.values()])) for a in asked]
        for m in ("ours", "naive")
    }
    rows = {m: mean_over(values, incidents) for m, values in by.items()}
    rows["ours minus naive"] = mean_over(
        [x - y for x, y in zip(by["ours"], by["naive"], strict=True)], incidents, (-1.0, 1.0)
    )
    made: list[dict[str, Any]] = _rounded(
        [
            {"what": m, "lag": ALL, "brier": v.mean, "low": v.low, "high": v.high, "n": len(asked)}
            for m, v in rows.items()
        ]
    )
    return made


def _answers(a: Asked, lag: str, fitted: dict[str, dict[str, float]]) -> dict[str, NDArray[np.float64]]:
    said = a.said[lag]
    return {m: said.by[m] if m in said.by else FITTED[m](a, said, fitted[m][a.incident]) for m in METHODS}


Answers = dict[tuple[str, str], dict[str, "NDArray[np.float64]"]]


def _per_question(asked: Sequence[Asked], answers: Answers, method: str, lag: str, score: Any) -> list[float]:
    """One value per question; for all days together, the mean over its days."""
    days = list(LAGS) if lag == ALL else [lag]
    return [float(np.mean([score(answers[a.id, day][method], a.label) for day in days])) for a in asked]


def _scores(asked: Sequence[Asked], answers: Answers) -> list[dict[str, Any]]:
    incidents = [a.incident for a in asked]
    found = []
    for lag in (*LAGS, ALL) if asked else ():
        for method in METHODS:
            b = mean_over(_per_question(asked, answers, method, lag, brier), incidents)
            g = mean_over(_per_question(asked, answers, method, lag, log_score), incidents, (0.0, WORST["log"]))
            top = _per_question(asked, answers, method, lag, lambda p, _: float(p.max()))
            days = list(LAGS) if lag == ALL else [lag]
            found.append(
                {
                    "method": method,
                    "lag": lag,
                    "brier": b.mean,
                    "log": g.mean,
                    "n": len(asked),
                    "low": b.low,
                    "high": b.high,
                    "log_low": g.low,
                    "log_high": g.high,
                    "sharpness": float(np.mean(top)),
                    "with_evidence": sum(any(a.said[day].claims for day in days) for a in asked),
                    "held_back": sum(any(a.said[day].held_back for day in days) for a in asked),
                }
            )
    return found


def _paired(asked: Sequence[Asked], answers: Answers, which: str) -> list[dict[str, Any]]:
    """Ours minus another, question by question: below 0 ours is better."""
    incidents = [a.incident for a in asked]
    found = []
    for lag in (*LAGS, ALL) if asked else ():
        for method in METHODS:
            if method == "ours":
                continue
            row: dict[str, Any] = {"against": method, "lag": lag, "findings": which, "n": len(asked)}
            for name, score in (("brier", brier), ("log", log_score)):
                ours = _per_question(asked, answers, "ours", lag, score)
                other = _per_question(asked, answers, method, lag, score)
                gap = mean_over(
                    [x - y for x, y in zip(ours, other, strict=True)], incidents, (-WORST[name], WORST[name])
                )
                row |= {name: gap.mean, f"{name}_low": gap.low, f"{name}_high": gap.high}
            found.append(row)
    return found


def _influence(asked: Sequence[Asked], answers: Answers) -> list[dict[str, Any]]:
    """Ours minus naive by incident, all days, and what the mean over questions would be without it; heaviest first."""
    ours, naive = (_per_question(asked, answers, m, ALL, brier) for m in ("ours", "naive"))
    gaps: dict[str, list[float]] = {}
    for a, x, y in zip(asked, ours, naive, strict=True):
        gaps.setdefault(a.incident, []).append(x - y)
    total, n = sum(map(sum, gaps.values())), len(asked)
    rows = [
        {
            "incident": name,
            "n": len(here),
            "difference": sum(here) / len(here),
            "without": (total - sum(here)) / (n - len(here)) if n > len(here) else None,
        }
        for name, here in gaps.items()
    ]
    return sorted(rows, key=lambda r: (-abs(r["difference"]) * r["n"], r["incident"]))


def _sure(asked: Sequence[Asked], answers: Answers) -> list[dict[str, Any]]:
    """Per method and day: answers over 95 %, and how many of them were on something else than what was found."""
    found = []
    for method in METHODS:
        for lag in LAGS:
            rows = [(a, answers[a.id, lag][method]) for a in asked]
            wrong = [a.id for a, p in rows if overconfident(p, a.hypotheses.index(a.finding))]
            found.append(
                {
                    "method": method,
                    "lag": lag,
                    "n": len(rows),
                    "sure": sum(float(p.max()) > 0.95 for _, p in rows),
                    "wrong": len(wrong),
                    "ids": wrong,
                }
            )
    return found


def _rows(a: Asked, lag: str, by: dict[str, NDArray[np.float64]]) -> list[dict[str, Any]]:
    said = a.said[lag]
    return [
        {
            "incident": a.incident,
            "question": a.question,
            "lag": lag,
            "as_of": said.as_of.isoformat(),
            "held_back": said.held_back,
            "claims": said.claims,
            "hypothesis": h,
            "found": h == a.finding,
            "found_on": a.found_on.isoformat(),
            "contested": a.contested,
            "label": float(a.label[k]),
            "low": float(said.low[k]),
            "high": float(said.high[k]),
            **{m: float(p[k]) for m, p in by.items()},
        }
        for k, h in enumerate(a.hypotheses)
    ]


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0
    return value
