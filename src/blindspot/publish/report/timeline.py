"""Figures over dates: the replay, the standards met on each date, who spoke when, the day itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from blindspot.case.scales import between, percent
from blindspot.publish.report.figures import box, field, line, rule, text
from blindspot.publish.report.words import count, day, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Record = dict[str, Any]
APART = 5.5  # per cent of the width between two flags on one line: a letter on the narrowest page


def over_time(rows: Sequence[Record], flags: Sequence[tuple[str, str, str]], zone: tuple[float, float]) -> Markup:
    """Posterior by date as steps: band 5-95 %, line median, dashed naive; each date has the same width, labelled below.

    `flags`: (date, letter, style) of what is marked by an upright line. `zone`: the lead standard.
    """
    n = len(rows)
    index = {row["date"]: i for i, row in enumerate(rows)}
    placed = stacked([(100 * index[d] / n, letter, style) for d, letter, style in flags if d in index])
    levels = 1 + max((level for *_, level in placed), default=-1)
    top = 16 * levels + 4
    height = 150
    body = [text(x, top - 6 - 16 * level, letter, style) for x, letter, style, level in placed]
    body += [line(x, top - 3, top + height, style) for x, _, style, _ in placed]
    up = _steps([r["high"] for r in rows])
    down = " ".join(reversed(_steps([r["low"] for r in rows]).split(" ")))
    plot = [
        f'<rect class="zone" x="0" y="0" width="{n}" height="{1 - zone[0]:.4g}"/>',
        *(f'<line class="grid" x1="0" x2="{n}" y1="{y}" y2="{y}"/>' for y in (0, 0.5, 1)),
        f'<polygon class="band" points="{up} {down}"/>',
        f'<polyline class="line" points="{_steps([r["median"] for r in rows])}"/>',
        f'<polyline class="naive" points="{_steps([r["naive"] for r in rows])}"/>',
    ]
    inner = f'<svg x="0" y="{top}" width="100%" height="{height}" viewBox="0 0 {n} 1" preserveAspectRatio="none">{"".join(plot)}</svg>'
    first, last = rows[0], rows[-1]
    label = (
        f"By date of publication: {day(first['date'])} {between(first['low'], first['high'])}, median {percent(first['median'])},"
        f" naive {percent(first['naive'])}; {day(last['date'])} {between(last['low'], last['high'])}, median {percent(last['median'])},"
        f" naive {percent(last['naive'])}. Marked: {', '.join(f'{letter} on {day(d)}' for d, letter, _ in flags) or 'nothing'}."
    )
    ticks = [
        f'<text class="s" x="100%" y="{top + height * (1 - p) + 4:g}" text-anchor="end">{100 * p:.0f}</text>'
        for p in (0, 0.5, 1)
    ]
    axis = field("", top + height + 6, ticks, "ticks", decoration=True)
    return Markup('<div class="plot">{}{}</div>').format(axis, field(label, top + height + 6, [inner, *body]))


def standards(rows: Sequence[Record], name: str) -> Markup:
    """One standard of proof by date: filled met, hatched unsettled, empty not met."""
    n = len(rows)
    body, start = [], 0
    for i in range(1, n + 1):
        if i == n or rows[i]["verdict"] != rows[start]["verdict"]:
            style = rows[start]["verdict"].replace(" ", "-")
            body.append(box(100 * start / n, 100 * i / n, 1, 10, style))
            start = i
    changes = [r for i, r in enumerate(rows) if i == 0 or r["verdict"] != rows[i - 1]["verdict"]]
    told = ", ".join(f"{r['verdict']} from {day(r['date'])}" for r in changes)
    label = f"{name}: {told}"
    return Markup('<div class="plot"><span></span>{}</div>').format(field(label, 12, body))


def spoke(role: str, rows: Sequence[Record], dates: Sequence[str], most: int) -> Markup:
    """One kind of speaker: a disc per day, its area the number of claims; a ring where all became public only later."""
    n = len(dates)
    index = {d: i for i, d in enumerate(dates)}
    body = [rule(0, 100, 10, "grid")]
    for row in rows:
        radius = 2.2 + 6.3 * (row["claims"] / most) ** 0.5
        style = "later" if row["later"] == row["claims"] else "who"
        body.append(
            f'<circle class="{style}" cx="{100 * (index[row["date"]] + 0.5) / n:.2f}%" cy="10" r="{radius:.1f}"/>'
        )
    told = ", ".join(f"{row['claims']} on {day(row['date'])}" for row in rows)
    return field(f"{plain(role)}: {count(sum(r['claims'] for r in rows), 'claim')}: {told}", 20, body)


def at_time(
    start: datetime | None, end: datetime | None, first: datetime, last: datetime, incident: datetime | None
) -> Markup:
    """One stop on the day: a bar or a tick at its time, hatched where the time is unknown, the incident as a line."""
    whole = (last - first).total_seconds() or 1.0

    def x(moment: datetime) -> float:
        return 100 * (moment - first).total_seconds() / whole

    body = [rule(0, 100, 8, "grid")]
    if incident is not None:
        body.append(line(x(incident), 0, 16, "finding"))
    if start is None:
        body.append(box(0, 100, 4, 8, "unsettled"))
    else:
        begin = x(start)
        body.append(box(begin, max(x(end or start), begin + 1.2), 3, 10, "stop"))
    return field("", 16, body, decoration=True)


def stacked(flags: Sequence[tuple[float, str, str]]) -> list[tuple[float, str, str, int]]:
    """Flags with the line of text on which each stands, so that no two touch."""
    ends: list[float] = []
    placed = []
    for x, letter, style in sorted(flags, key=lambda f: (f[0], f[1])):
        wide = APART * max(1.0, len(letter) * 0.75)
        level = next((i for i, end in enumerate(ends) if x - end >= wide), len(ends))
        if level == len(ends):
            ends.append(x)
        ends[level] = x
        placed.append((x, letter, style, level))
    return placed


def _steps(values: Sequence[float]) -> str:
    return " ".join(f"{i},{1 - v:.4f} {i + 1},{1 - v:.4f}" for i, v in enumerate(values))
