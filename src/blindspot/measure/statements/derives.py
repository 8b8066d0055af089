"""Who has it from whom, and does a chain bite its tail?

Edges run from a text to what it takes from: another text that it copies (the earlier one), an outlet that it credits, a source
of the register that a source derives from. A circle means that outlets confirm each other with one account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from blindspot.case.cycles import loops
from blindspot.measure.statements.copies import credit_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blindspot.measure.statements.model import Edge, Text


@dataclass(frozen=True, slots=True)
class Derives:
    """`taker` has it from `giver`, and why we think so."""

    taker: str
    giver: str
    why: str


def derives(
    texts: Sequence[Text], edges: Sequence[Edge], register: Mapping[str, Sequence[str]] | None = None
) -> tuple[list[Derives], list[list[str]]]:
    """The graph, sorted, and its circular chains, each from its first member round."""
    found: dict[tuple[str, str], str] = {}
    outlets: dict[str, str] = {}
    for t in texts:
        name = _name(t.source)
        if name:
            outlets.setdefault(name, t.source)
            found.setdefault((t.id, t.source), "carried by")
    for t in texts:
        for credit in credit_lines(t.text):
            key = _name(credit.agency)
            if key and key != _name(t.source) and credit.kind != "statement":
                whose = outlets.get(key, credit.agency)
                found.setdefault((t.source or t.id, whose), f"{t.id} credits it: {credit.kind}")
    for e in edges:
        if e.kind in {"copy", "rewrite"} and e.order_known:
            found.setdefault((e.b, e.a), f"{e.kind}, {e.score:.0%} of the shorter")
    for taker, givers in (register or {}).items():
        for giver in givers:
            found.setdefault((taker, giver), "sources.csv: derives_from")
    graph = [Derives(a, b, found[a, b]) for a, b in sorted(found)]
    near: dict[str, list[str]] = {}
    for d in graph:
        if d.why != "carried by":
            near.setdefault(d.taker, []).append(d.giver)
            near.setdefault(d.giver, [])
    return graph, [list(loop) for loop in loops(near)]


def draw(graph: Sequence[Derives], circles: Sequence[Sequence[str]]) -> str:
    """The graph as SVG: who gives stands left of who takes; circles are dashed. Readable in print, with a text for each line."""
    names = sorted({n for d in graph for n in (d.taker, d.giver)})
    inside = {n for c in circles for n in c}
    depth = dict.fromkeys(names, 0)
    for _ in names:  # longest chain below, circles cut off by the number of rounds
        for d in graph:
            if not (d.taker in inside and d.giver in inside):
                depth[d.taker] = max(depth[d.taker], depth[d.giver] + 1)
    rows: dict[int, int] = {}
    at = {}
    for n in names:
        column = min(depth[n], 12)
        at[n] = (20 + 260 * column, 30 + 34 * rows.get(column, 0))
        rows[column] = rows.get(column, 0) + 1
    width = 280 + 260 * max((min(x, 12) for x in depth.values()), default=0)
    height = 40 + 34 * max(rows.values(), default=1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" role="img"><title>Who has it from whom</title>'
    ]
    for d in graph:
        (x1, y1), (x2, y2) = at[d.giver], at[d.taker]
        dash = ' stroke-dasharray="5 3"' if d.taker in inside and d.giver in inside else ""
        parts.append(
            f'<path d="M{x1 + 200} {y1} C{x1 + 230} {y1} {x2 - 30} {y2} {x2} {y2}" fill="none" stroke="#667"{dash}><title>{escape(d.taker)} from {escape(d.giver)}: {escape(d.why)}</title></path>'
        )
    for n in names:
        x, y = at[n]
        short = n if len(n) <= 32 else n[:31] + "…"
        parts.append(
            f'<g><title>{escape(n)}</title><rect x="{x}" y="{y - 12}" width="200" height="24" rx="3" fill="#fff" stroke="#334"/><text x="{x + 8}" y="{y + 4}" unicode-bidi="plaintext">{escape(short)}</text></g>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower().removeprefix("the "))
