"""The page of a backtest: scores, differences, ranges, what carried weight, first accounts, waiting; and its tables as CSV."""

from __future__ import annotations

import base64
import hashlib
import math
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from blindspot.case.scales import between, percent
from blindspot.case.store import write_text
from blindspot.publish.report import figures
from blindspot.publish.report.tables import to_csv
from blindspot.publish.report.templates import templates

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from markupsafe import Markup

Record = dict[str, Any]
WORST = 0.8  # right end of the scale of Brier scores
GAP = 0.6  # either end of the scale of differences
ALL, EVE = "all four", "day before"
STYLE = ".lanes li,.lanes-axis{grid-template-columns:minmax(0,21em) minmax(0,1fr);padding:.3em 0}@media(max-width:640px){.lanes li,.lanes-axis{grid-template-columns:minmax(0,1fr)}}"
SHORT = "Selected incidents, coded with hindsight; a finding is what an authority later said, not the truth; no base rate of anybody's reliability."


def publish_backtest(found: Record, out: Path) -> list[Path]:
    """Write backtest.html and tables/*.csv of `results`; each CSV begins with the limits, on lines that start with #."""
    written = []
    for name, rows in _tables(found).items():
        written.append(out / "tables" / f"{name}.csv")
        write_text(written[-1], "".join(f"# {line}\n" for line in found["limits"]) + to_csv(rows))
    write_text(out / "backtest.html", backtest_page(found))
    return [*written, out / "backtest.html"]


def backtest_page(found: Record) -> str:
    """The page as HTML without script; nothing else may load."""
    from markupsafe import Markup

    style = files("blindspot.publish.report").joinpath("page.css").read_text(encoding="utf-8") + STYLE
    environment = templates("blindspot.publish.report")
    environment.filters |= {"percent": percent, "score": lambda x: f"{x:.3f}", "gap": lambda x: f"{x:+.3f}"}
    environment.globals |= {"between": between}
    return environment.get_template("backtest.html").render(
        f=found,
        short=SHORT,
        told=_told(found),
        scores=[_score_rows(found, key) for key in ("scores", "scores_with_contested")],
        gaps=[{**p, "figure": _gap(p)} for p in found["paired"] if p["lag"] == ALL and p["against"] != "ours tempered"],
        bands=[{**r, "figure": _range(r)} for r in found["ranges"] if r["lag"] == EVE],
        carried=[{**c, "figure": _carried(c, found["carried"])} for c in found["carried"]],
        waits=[{**w, "figure": _waiting(w)} for w in found["until_finding"]],
        answers=_on_the_eve(found),
        lags=list(dict.fromkeys(s["lag"] for s in found["sure"])),
        sure=_sure(found),
        scale=figures.scale(),
        scale_of_scores=figures.scale((100 * x / WORST, f"{x:g}") for x in (0, 0.2, 0.4, 0.6, 0.8)),
        scale_of_gaps=figures.scale((50 + 50 * x / GAP, f"{x:+g}" if x else "0") for x in (-0.6, -0.3, 0, 0.3, 0.6)),
        style=Markup(style),  # noqa: S704  # our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _told(found: Record) -> Record:
    """The answer in words: the primary comparison, and the overconfident errors."""
    rows = {(p["against"], p["findings"]): p for p in found["paired"] if p["lag"] == ALL}
    primary = rows.get(("naive", "settled"))
    if primary is None:
        return {"primary": None}
    scores = {s["method"]: s for s in found["scores"] if s["lag"] == ALL}
    better = primary["brier"] < 0
    firm = primary["brier_high"] < 0 or primary["brier_low"] > 0
    return {
        "primary": primary,
        "ours": scores["ours"],
        "naive": scores["naive"],
        "official": scores["official"],
        "words": f"{'better' if better else 'worse'} than counting every claim, and the interval {'excludes' if firm else 'does not exclude'} zero",
        "contested": rows.get(("naive", "with contested")),
        "tempered": rows.get(("naive tempered", "settled")),
        "wrong": found["overconfident_wrong"],
        "answers": 4 * primary["n"],
    }


def _score_rows(found: Record, key: str) -> list[Record]:
    """Per method: its scores by day, with the figure of all days together."""
    rows = []
    for method, says in found["methods"].items():
        by = {s["lag"]: s for s in found[key] if s["method"] == method}
        if by:
            rows.append({"method": method, "says": says, "by": by, "all": by[ALL], "figure": _score(by[ALL])})
    return rows


def _score(s: Record) -> Markup:
    low, high, mean = (min(100.0, 100 * s[k] / WORST) for k in ("low", "high", "brier"))
    body = [figures.line(x, 0, 22, "grid") for x in (0, 25, 50, 75, 100)]
    style = "test" if s["method"] == "ours" else "best"
    body += [figures.box(low, max(high, low + 0.4), 6, 10, "band", 5), figures.mark(mean, 11, style)]
    label = f"{s['method']}: Brier {s['brier']:.3f}, 95 % {s['low']:.3f} to {s['high']:.3f}"
    return figures.field(label, 22, body, style)


def _gap(p: Record) -> Markup:
    def x(value: float) -> float:
        return min(100.0, max(0.0, 50 + 50 * value / GAP))

    body = [figures.line(50, 0, 20, "axis"), *(figures.line(x(v), 0, 20, "grid") for v in (-0.6, -0.3, 0.3, 0.6))]
    body += [
        figures.box(x(p["brier_low"]), x(p["brier_high"]), 5, 10, "band", 5),
        figures.mark(x(p["brier"]), 10, "test"),
    ]
    label = f"ours minus {p['against']}, {p['findings']}: {p['brier']:+.3f}, 95 % {p['brier_low']:+.3f} to {p['brier_high']:+.3f}"
    return figures.field(label, 20, body, "test")


def _sure(found: Record) -> list[Record]:
    """Per method, the answers over 95 % and the wrong ones among them, by day and in all."""
    rows = []
    for method in found["methods"]:
        days = [s for s in found["sure"] if s["method"] == method]
        ids = sorted({key for s in days for key in s["ids"]})
        wrong, sure = (sum(s[k] for s in days) for k in ("wrong", "sure"))
        rows.append({"method": method, "days": days, "wrong": wrong, "sure": sure, "ids": ids})
    return rows


def _range(r: Record) -> Markup:
    low, high, least, most, came = (100 * r[k] for k in ("low", "high", "found_low", "found_high", "found"))
    body = [figures.line(x, 0, 24, "grid") for x in (0, 25, 50, 75, 100)]
    body += [
        figures.box(low, max(high, low + 0.4), 6, 12, "band", 6),
        figures.rule(least, most, 12, "whisker"),
        *(figures.line(x, 9, 15, "whisker") for x in (least, most)),
        figures.mark(came, 12, "best"),
    ]
    label = f"stated {r['low']:.2f} to {r['high']:.2f}; found {r['found']:.2f}, 95 % {r['found_low']:.2f} to {r['found_high']:.2f}"
    return figures.field(label, 24, body, "test")


def _carried(row: Record, rows: list[Record]) -> Markup:
    reach = max([abs(r[k]) for r in rows for k in ("ban", "low", "high") if r[k] is not None] + [1e-9])
    low, high = (row["ban"] if row[k] is None else row[k] for k in ("low", "high"))
    return figures.weight({"id": row["kind"], "ban": row["ban"], "ban_low": low, "ban_high": high}, reach)


def _waiting(w: Record) -> Markup:
    """Share still waiting, over days on a logarithmic scale: a step line with its 95 % band."""
    tall, steps = 150.0, w["steps"]
    if not steps:
        return figures.field("no finding yet", 20, [])
    last = max(10.0, steps[-1]["days"] * 1.5)

    def x(days: float) -> float:
        return 100 * math.log10(max(1.0, days)) / math.log10(last)

    def y(share: float) -> float:
        return 6 + (tall - 12) * (1 - share)

    marks = [(1, "1 day"), (7, "1 week"), (30, "1 month"), (365, "1 year"), (3650, "10 years")]
    body = [figures.rule(0, 100, y(s), "grid") for s in (0, 0.5, 1)]
    body += [figures.line(x(d), 6, tall - 6, "grid") for d, _ in marks if d <= last]
    level, since = {"waiting": 1.0, "low": 1.0, "high": 1.0}, 1.0
    for step in [*steps, {**steps[-1], "days": last}]:
        a, b = x(since), x(step["days"])
        body.append(figures.box(a, b, y(level["high"]), y(level["low"]) - y(level["high"]), "band"))
        body.append(figures.rule(a, b, y(level["waiting"]), "line"))
        body.append(figures.line(b, y(level["waiting"]), y(step["waiting"]), "line"))
        level, since = step, step["days"]
    body += [figures.text(1, y(s) + 12, f"{100 * s:.0f} %", "s", "start") for s in (0.5, 1)]
    body += [
        figures.text(x(d), tall + 12, words, "s", "start" if d == 1 else "middle") for d, words in marks if x(d) <= 94
    ]
    return figures.field(f"share of incidents still without: {w['event']}", tall + 16, body, "test")


def _on_the_eve(found: Record) -> list[Record]:
    """Per question, what was said of the account that was later found, on the eve of the finding."""
    rows = []
    for a in found["answers"]:
        if a["lag"] == EVE and a["found"]:
            row = {
                "text": a["hypothesis"],
                "low": a["low"],
                "high": a["high"],
                "median": a["ours"],
                "naive": a["naive"],
            }
            rows.append({**a, "figure": figures.posterior(row, "test")})
    return rows


def _tables(found: Record) -> dict[str, list[Record]]:
    waits = [{"event": w["event"], **s} for w in found["until_finding"] for s in w["steps"]]
    sure = [{**s, "ids": ";".join(s["ids"])} for s in found["sure"]]
    plain: Iterable[str] = (
        "scores", "scores_with_contested", "paired", "influence", "fitted", "ranges", "carried", "first_account", "answers", "left_out",
        "notes", "sensitivity", "history",
    )  # fmt: skip
    return {name: found[name] for name in plain} | {"until_finding": waits, "sure": sure}
