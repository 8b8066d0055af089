"""Would an ordinary car have done the same, is it the same car, and how well does that law know itself? The drawings of `track`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blindspot.case.scales import between, percent
from blindspot.publish.report import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

DAYS_IN_A_ROW, HIGH = 20, 110


def tracked(results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """For the template: `days` (a drawing per base rate), `chains` (links and gaps of each custody), `judged` (a diagram per gap)."""
    custody = results.get("custody", {})
    return {
        "days": [_days(table) for table in results.get("base-rate", {}).get("base_rates", ())],
        "chains": [_chain(found) for found in custody.get("custody", ())],
        "judged": [
            {
                "gap": f"{row['gap_s']:g} s",
                "right": percent(row["right_share"]),
                "said": percent(row["mean_predicted"]),
                "error": f"{row['ece']:.3f}",
                "figure": _diagram(row),
            }
            for row in custody.get("reliability", {}).get("gaps", ())
        ],
        "source": custody.get("reliability", {}).get("source", ""),
        "pictured": bool(results.get("gaps", {}).get("gaps")),
    }


def _days(table: Mapping[str, Any]) -> dict[str, Any]:
    """A hundred days: full up to the low end, hatched up to the high end of those that look like this, the rest open."""
    low, median, high = table["of_100_ordinary_days"]
    body = []
    for k in range(100):
        x, y = 100 / DAYS_IN_A_ROW * (k % DAYS_IN_A_ROW), 18 * (k // DAYS_IN_A_ROW) + 2
        style = "dot" if k < round(low) else "unsettled" if k < round(high) else "grid"
        body.append(figures.box(x + 0.5, x + 4.3, y, 14, style))
    words = f"{median:.2g} [{low:.2g} to {high:.2g}]"
    label = f"Of 100 ordinary vehicle-days {words} visit {table['seen']} or more of the watched places"
    return {
        "id": table["id"],
        "words": words,
        "seen": table["seen"],
        "visit": table["visit"],
        "synthetic": table["background"]["synthetic"],
        "vehicle_days": table["background"]["vehicle_days"],
        "lr": table["lr"],
        "figure": figures.field(label, 92, body, "other"),
    }


def _chain(found: Mapping[str, Any]) -> dict[str, Any]:
    same = found["p_same_vehicle"]
    first = {
        "link": "same vehicle",
        "said": between(same["low"], same["high"]),
        "basis": f"product over {sum(g['count'] for g in found['gaps'])} gaps",
    }
    rest = [
        {
            "link": link["link"],
            "said": between(*link["p"]) if link["p"] else "open",
            "basis": link["basis"] if link["p"] else "no number was given",
        }
        for link in found["links"]
    ]
    gaps = [
        {
            "id": gap["id"],
            "count": gap["count"],
            "seconds": f"{gap['seconds'][0]:g} to {gap['seconds'][1]:g}",
            "said": between(gap["p_same"]["low"], gap["p_same"]["high"]),
            "candidates": "{:.3g} to {:.3g}".format(*gap["candidates"]),
            "passes": between(*gap["passes"]),
            "costs": f"{gap['cost_ban']:.2f}",
        }
        for gap in found["gaps"]
    ]
    return {"id": found["id"], "links": [first, *rest], "gaps": gaps, "worst": found["costs_most"]}


def _diagram(row: Mapping[str, Any]) -> Markup:
    """Said against what was so; a dot on the slope is a number that keeps its word; its size is its share of the cases."""
    inner = HIGH - 20
    most = max(point["n"] for point in row["reliability"])
    body = [figures.line(x, 4, inner + 4, "grid") for x in (0, 50, 100)]
    body.append(f'<line class="naive" x1="0%" x2="100%" y1="{inner + 4}" y2="4"/>')
    for point in row["reliability"]:
        x, y, r = 100 * point["predicted"], 4 + inner * (1 - point["right"]), 2 + 5 * (point["n"] / most) ** 0.5
        body.append(f'<circle class="dot" cx="{x:.1f}%" cy="{y:.1f}" r="{r:.1f}"/>')
    ends = ((0, "0 %", "start"), (50, "said 50", "middle"), (100, "100 %", "end"))
    body += [figures.text(x, HIGH - 3, words, "s", anchor) for x, words, anchor in ends]
    label = f"{row['gap_s']:g} s unseen: " + ", ".join(
        f"said {percent(p['predicted'])}, so {percent(p['right'])}" for p in row["reliability"]
    )
    return figures.field(label, HIGH, body, "other")
