"""Figures as SVG, drawn from the records of the tables.

Shapes stand in per cent of the width and in pixels of the height, so that a figure fits any page without shrinking its
text. Inside an SVG stand only figures, single letters and short dates; every longer label is HTML beside it, where it can
wrap in any script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from blindspot.case.scales import between, percent
from blindspot.publish.report.words import ban, fine

if TYPE_CHECKING:
    from collections.abc import Iterable

Record = dict[str, Any]


def field(label: str, height: float, body: Iterable[str], style: str = "", *, decoration: bool = False) -> Markup:
    """An SVG as wide as its box, with a text alternative; `decoration`: its meaning stands in the text beside it."""
    name = 'aria-hidden="true"' if decoration else f'role="img" aria-label="{escape(label)}"'
    return Markup(f'<svg class="field {style}" height="{height:g}" {name}>{"".join(body)}</svg>')  # noqa: S704  # every typed text in the body is escaped by `escape` or `text`


def text(x: float, y: float, words: str, style: str = "", anchor: str = "middle") -> str:
    """A short label at x per cent and y pixels."""
    return f'<text class="{style}" x="{_n(x)}%" y="{_n(y)}" text-anchor="{anchor}">{escape(words)}</text>'


def line(x: float, top: float, bottom: float, style: str) -> str:
    """An upright line at x per cent."""
    return f'<line class="{style}" x1="{_n(x)}%" x2="{_n(x)}%" y1="{_n(top)}" y2="{_n(bottom)}"/>'


def rule(start: float, end: float, y: float, style: str) -> str:
    """A level line between two per cents."""
    return f'<line class="{style}" x1="{_n(start)}%" x2="{_n(end)}%" y1="{_n(y)}" y2="{_n(y)}"/>'


def box(start: float, end: float, top: float, height: float, style: str, radius: float = 0) -> str:
    """A rectangle between two per cents."""
    corner = f' rx="{_n(radius)}"' if radius else ""
    return f'<rect class="{style}" x="{_n(start)}%" width="{_n(max(0.0, end - start))}%" y="{_n(top)}" height="{_n(height)}"{corner}/>'


def mark(x: float, y: float, style: str) -> str:
    """The median: a disc for the account under test, a diamond for another."""
    if style == "test":
        return f'<circle class="dot" cx="{_n(x)}%" cy="{_n(y)}" r="5.5"/>'
    return f'<svg x="{_n(x)}%" y="{_n(y)}" overflow="visible"><path class="dot" d="M0-7L7 0L0 7L-7 0Z"/></svg>'


def posterior(row: Record, style: str, zone: tuple[float, float] | None = None, *, widest: bool = False) -> Markup:
    """One account: bar 5-95 %, mark at the median, dashed naive count, shaded from the lead standard on; `widest` adds the envelope."""
    low, high, median, naive = (100 * row[k] for k in ("low", "high", "median", "naive"))
    body = [box(100 * zone[0], 100, 0, 26, "zone")] if zone else []
    body += [line(x, 0, 26, "grid") for x in (0, 25, 50, 75, 100)]
    if widest:
        body.append(rule(100 * row["envelope_low"], 100 * row["envelope_high"], 13, "reach"))
    body += [box(low, max(high, low + 0.4), 7, 12, "band", 6), line(naive, 1, 25, "naive"), mark(median, 13, style)]
    reach = f"; widest found {between(row['envelope_low'], row['envelope_high'])}" if widest else ""
    label = f"{row['text']}: {between(row['low'], row['high'])}, median {percent(row['median'])}{reach}; counting every report {percent(row['naive'])}"
    return field(label, 26, body, style)


def scale(
    labels: Iterable[tuple[float, str]] = ((0, "0 %"), (25, "25"), (50, "50"), (75, "75"), (100, "100 %")),
) -> Markup:
    """The figures under a row of bars: (per cent of the width, words)."""
    return field(
        "",
        16,
        (text(x, 12, words, "s", "start" if x <= 0 else "end" if x >= 100 else "middle") for x, words in labels),
        decoration=True,
    )


def weight(row: Record, reach: float) -> Markup:
    """One weight in ban: to the right for the account under test, to the left against it, whisker 5-95 %."""

    def x(value: float) -> float:
        return 50 + 50 * value / reach

    side = "for" if row["ban"] > 0 else "against"
    body = [
        line(50, 0, 16, "axis"),
        box(min(50, x(row["ban"])), max(50, x(row["ban"])), 4, 8, side),
        rule(x(row["ban_low"]), x(row["ban_high"]), 8, "whisker"),
        *(line(x(row[k]), 5, 11, "whisker") for k in ("ban_low", "ban_high")),
    ]
    return field(
        f"{row['id']}: {ban(row['ban'])} ban, {ban(row['ban_low'])} to {ban(row['ban_high'])}", 16, body, "ban"
    )


def lever(row: Record, low: float, high: float) -> Markup:
    """What one number does to the account under test: from its low end (ring) to its high end (disc)."""
    width = (high - low) or 1.0
    a, b = (100 * (row[k] - low) / width for k in ("at_low", "at_high"))
    body = [
        rule(0, 100, 8, "grid"),
        box(min(a, b), max(a, b, min(a, b) + 0.4), 4, 8, "band"),
        f'<circle class="ring" cx="{_n(a)}%" cy="8" r="4"/>',
        f'<circle class="dot" cx="{_n(b)}%" cy="8" r="4"/>',
    ]
    label = f"{row['number']}: {fine(row['at_low'])} at its low end, {fine(row['at_high'])} at its high end"
    return field(label, 16, body, "lever")


def _n(x: float) -> str:
    """A number of few digits: the same bytes on every machine."""
    return f"{x:.2f}".rstrip("0").rstrip(".") if x else "0"
