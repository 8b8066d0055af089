"""What did the rooms measure? Every number that a stage offers to the weighing, with how it came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blindspot.case.scales import between, percent
from blindspot.publish.report import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from blindspot.publish.report.tables import Records


def measured(results: Mapping[str, dict[str, Any]]) -> dict[str, Records]:
    """The table `measured`: one row per number that a stage offers to the weighing."""
    return {"measured": [_offer(stage, o) for stage, result in results.items() for o in result.get("offers", ())]}


def shown(rows: Records) -> list[dict[str, Any]]:
    """Each measured number for the page: its bar where it is a probability, its range in words, its derivation in lines."""
    return [
        {
            **row,
            "figure": _bar(row) if row["highest"] <= 1 else "",
            "said": between(row["low"], row["high"])
            if row["highest"] <= 1
            else f"{row['low']:.2g} to {row['high']:.2g}",
            "middle": percent(row["median"]) if row["highest"] <= 1 else f"{row['median']:.2g}",
            "lines": row["says"].split("\n"),
        }
        for row in rows
    ]


def _offer(stage: str, o: Mapping[str, Any]) -> dict[str, Any]:
    q = o["quantiles"]

    def at(level: float) -> float:
        place = level * (len(q) - 1)
        i = min(int(place), len(q) - 2) if len(q) > 1 else 0
        return round(float(q[i] + (q[min(i + 1, len(q) - 1)] - q[i]) * (place - i)), 6)

    return {
        "number": f"{stage}:{o['id']}",
        "lowest": at(0),
        "low": at(0.05),
        "median": at(0.5),
        "high": at(0.95),
        "highest": at(1),
        "says": "\n".join(o["says"]),
    }


def _bar(row: Mapping[str, Any]) -> Markup:
    low, high, median = (100 * row[k] for k in ("low", "high", "median"))
    body = [figures.line(x, 0, 26, "grid") for x in (0, 25, 50, 75, 100)]
    body += [
        figures.rule(100 * row["lowest"], 100 * row["highest"], 13, "reach"),
        figures.box(low, max(high, low + 0.4), 7, 12, "band", 6),
        figures.mark(median, 13, "other"),
    ]
    label = f"{row['number']}: {between(row['low'], row['high'])}, median {percent(row['median'])}"
    return figures.field(label, 26, body, "other")
