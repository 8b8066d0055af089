"""Two drawings that carry their own words: the reliability diagram, and of 100 ordinary days those that look like this.

SVG without script or outside fonts; colours survive print and colour blindness, nothing is said by colour alone.
"""

from __future__ import annotations

from typing import Any

INK, QUIET, MARK = "#222", "#bbb", "#1f5f8b"
FONT = 'font-family="system-ui, sans-serif" font-size="12"'


def reliability(table: dict[str, Any]) -> str:
    """P(same) said against how often it was so, on held-out vehicles; the area of a dot is its number of cases."""
    size, edge = 320, 48
    inner = size - 2 * edge
    most = max(row["n"] for row in table["reliability"])
    dots = []
    for row in table["reliability"]:
        x, y = edge + inner * row["predicted"], size - edge - inner * row["right"]
        dots.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + 8 * (row["n"] / most) ** 0.5:.1f}" fill="{MARK}" fill-opacity="0.6">'
            f"<title>said {row['predicted']:.0%}, right {row['right']:.0%}, {row['n']} cases</title></circle>"
        )
    ticks = [
        f'<text x="{edge + inner * v:.0f}" y="{size - edge + 16}" text-anchor="middle" {FONT} fill="{INK}">{v:.0%}</text>'
        f'<text x="{edge - 6}" y="{size - edge - inner * v + 4:.0f}" text-anchor="end" {FONT} fill="{INK}">{v:.0%}</text>'
        for v in (0, 0.5, 1)
    ]
    title = f"After {table['gap_s']:g} s unseen: is it the same vehicle? {table['n']} cases, error {table['ece']:.3f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size + 20}" role="img"><title>{title}</title>'
        f'<rect x="{edge}" y="{edge}" width="{inner}" height="{inner}" fill="none" stroke="{QUIET}"/>'
        f'<line x1="{edge}" y1="{size - edge}" x2="{size - edge}" y2="{edge}" stroke="{QUIET}" stroke-dasharray="4 3"/>'
        f"{''.join(dots)}{''.join(ticks)}"
        f'<text x="{size / 2}" y="{size - 8}" text-anchor="middle" {FONT} fill="{INK}">said</text>'
        f'<text x="12" y="{size / 2}" text-anchor="middle" {FONT} fill="{INK}" transform="rotate(-90 12 {size / 2})">was so</text>'
        f'<text x="{size / 2}" y="22" text-anchor="middle" {FONT} fill="{INK}">{title}</text></svg>\n'
    )


def hundred_days(table: dict[str, Any]) -> str:
    """A hundred days as squares: full up to the low end, hatched up to the high end of the days that look like this."""
    low, median, high = table["of_100_ordinary_days"]
    full, open_to = round(low), round(high)
    squares = []
    for k in range(100):
        x, y = 10 + 18 * (k % 20), 34 + 18 * (k // 20)
        fill = MARK if k < full else "url(#h)" if k < open_to else "none"
        squares.append(
            f'<rect x="{x}" y="{y}" width="14" height="14" fill="{fill}" stroke="{INK}" stroke-width="0.7"/>'
        )
    words = f"Of 100 ordinary vehicle-days {median:.3g} [{low:.3g}-{high:.3g}] visit {table['seen']} or more of the watched places"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 380 150" role="img"><title>{words}</title>'
        f'<defs><pattern id="h" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<line x1="0" y1="0" x2="0" y2="4" stroke="{MARK}" stroke-width="2"/></pattern></defs>'
        f'<text x="10" y="20" {FONT} fill="{INK}">{words}</text>{"".join(squares)}'
        f'<text x="10" y="142" {FONT} fill="{INK}">full: at least; hatched: at most, over backgrounds and list lengths</text></svg>\n'
    )
