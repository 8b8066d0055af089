"""What does the whole case come to? The first sentences of the page, made from the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blindspot.publish.report.words import count, day, listing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blindspot.case import Case
    from blindspot.publish.report.tables import Records

Record = dict[str, Any]
VERDICTS = ("met", "unsettled", "not met")
SEVERITIES = ("error", "warning", "note")


def conclusion(case: Case, answers: list[Record], made: dict[str, Records]) -> Record:
    """The lead verdict in counts: now, on the first day, before the first finding; where naive counting differs most."""
    lead = case.standards[case.head.standards[0]]
    now = [a["lead_verdict"]["verdict"] for a in answers]
    others = sum(
        any(c["verdict"] == "met" and c["hypothesis"] != a["tested"]["hypothesis"] for c in a["verdicts"][0]["cells"])
        for a in answers
    )
    audit = made["audit"]
    return {
        "standard": lead,
        "sentence": _sentence(now, lead.text),
        "others": _others(others, len(answers)),
        "course": _course(made, lead.id),
        "astray": _astray(made),
        "alone": _alone(answers),
        "hindsight": any(n["check"] == "hindsight" for n in audit),
        "audit": listing(count(n, s) for s in SEVERITIES if (n := sum(x["severity"] == s for x in audit)))
        if audit
        else "",
    }


def basis(as_of: str | None, made: dict[str, Records]) -> str:
    """What the review rests on, as words: "what was public by 17 Sep 2021"."""
    if as_of:
        return f"what was public by {day(as_of)}"
    last = max((str(c["public_at"] or c["said_at"])[:10] for c in made["claims"]), default="")
    return f"all that the case holds, the last of it public on {day(last)}" if last else "all that the case holds"


def _sentence(verdicts: list[str], standard: str) -> str:
    """The verdicts on the account under test, over all questions."""
    n, met, unsettled = len(verdicts), verdicts.count("met"), verdicts.count("unsettled")
    if n == 0:
        return "no question is asked yet."
    if n == 1:
        return {
            "met": f"the account under test meets “{standard}”.",
            "not met": f"the account under test does not meet “{standard}”.",
            "unsettled": f"it is unsettled whether the account under test meets “{standard}”.",
        }[verdicts[0]]
    if met == 0:
        said = f"on none of {n} questions does the account under test meet “{standard}”"
    else:
        said = f"the account under test meets “{standard}” on {'all' if met == n else f'{met} of'} {n} questions"
    return said + (f"; on {unsettled} it is unsettled." if unsettled else ".")


def _others(met: int, n: int) -> str:
    if met == 0:
        return ""
    if n == 1:
        return "Another account meets it."
    return f"On {'all of them' if met == n else f'{met} of them'} another account does."


def _course(made: dict[str, Records], standard: str) -> str:
    """The same count on the first day, and on the last date before the first finding."""
    by_date: dict[str, list[str]] = {}
    for r in made["replay_verdicts"]:
        if r["standard"] == standard:
            by_date.setdefault(r["date"], []).append(r["verdict"])
    if len(by_date) < 2:
        return ""
    first = min(by_date)
    said = f"With only what was public on {day(first)} it was {_counted(by_date[first])}"
    finding = min((f["date"] for f in made["findings"]), default=None)
    before = max((d for d in by_date if finding and first < d < finding), default=None)
    if before and finding:
        said += (
            f"; with what was public before the first official finding, of {day(finding)}, {_counted(by_date[before])}"
        )
    return said + "."


def _counted(verdicts: Iterable[str]) -> str:
    found = list(verdicts)
    if len(set(found)) == 1:
        return found[0] if len(found) == 1 else f"{found[0]} on all {len(found)}"
    return listing(f"{v} on {found.count(v)}" for v in VERDICTS if v in found)


def _alone(answers: list[Record]) -> list[Record]:
    """The questions whose verdict one item alone carries, each with those items."""
    found = [(a, [f["ids"][0] for f in a["flips"] if len(f["ids"]) == 1]) for a in answers]
    return [{"id": a["id"], "text": a["text"], "items": items} for a, items in found if items]


def _astray(made: dict[str, Records]) -> Record | None:
    """The question and date on which naive counting lies furthest outside the range of the origin-aware answer."""
    outside = [n for n in made["naive"] if n["furthest_on"] and not n["low_then"] <= n["naive_then"] <= n["high_then"]]
    if not outside:
        return None
    far = max(outside, key=lambda n: abs(float(n["naive_then"]) - float(n["median_then"])))
    text = next(
        r["text"]
        for r in made["questions"]
        if r["question"] == far["question"] and r["hypothesis"] == far["hypothesis"]
    )
    return {**far, "text": text}
