"""Pictures of the room as SVG text: persons by lists, figures over time, spellings side by side, estimates by model.

Every text has a row or a column of its own, so that no label meets another; right-to-left names stand in elements whose
direction the reader's program finds (`direction` is set where the text is Arabic script). Classes are those of the page.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from blindspot.measure.people.scripts import is_arabic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROW, _WIDTH, _NAMES = 26, 720, 250


def persons_by_lists(found: Mapping[str, Any]) -> str:
    """Which list names which person: a dot where it does, hatched ring where the ages of the lists disagree."""
    lists = sorted({name for p in found["persons"] for name in p["lists"]})
    persons = found["persons"]
    step = (_WIDTH - _NAMES - 20) / max(1, len(lists))
    top = 20 + 15 * len(lists)
    body = []
    for k, name in enumerate(lists):  # list names stand one below the other, each led to its column by a line
        x = _NAMES + step * (k + 0.5)
        body.append(_text(_NAMES - 8, 14 + 15 * k, name, "s", "end", 34))
        body.append(f'<path class="grid" d="M{_NAMES - 4} {10 + 15 * k}H{x:.1f}V{top + _ROW * len(persons):.0f}"/>')
    for i, person in enumerate(persons):
        y = top + _ROW * i + 16
        body.append(_text(4, y, f"{person['id']}  {person['names'][0]}", "", "start", 34))
        for k, name in enumerate(lists):
            if name in person["lists"]:
                body.append(f'<circle class="dot" cx="{_NAMES + step * (k + 0.5):.1f}" cy="{y - 4}" r="6"/>')
        if person["age_conflict"]:
            body.append(
                f'<circle class="error" cx="{_NAMES - 14}" cy="{y - 4}" r="5"><title>the lists give different ages</title></circle>'
            )
    return _svg(_WIDTH, top + _ROW * len(persons) + 8, "Persons by lists: a dot where a list names a person", body)


def figures_over_time(found: Mapping[str, Any]) -> str:
    """Who stated how many dead on which day: a bar from the lowest to the highest figure, a row for each statement."""
    rows = [f for f in found["by_source"] if f["status"] == "killed" and f["who"] in {"all", "civilians"} and f["date"]]
    most = max((f["high"] for f in rows), default=1) or 1
    left, scale = 380, (_WIDTH - 380 - 40) / most
    body = []
    for n in range(0, most + 1, max(1, most // 5)):
        body.append(f'<path class="grid" d="M{left + n * scale:.1f} 18V{24 + _ROW * len(rows)}"/>')
        body.append(_text(left + n * scale, 12, str(n), "s", "middle"))
    for i, f in enumerate(rows):
        y = 36 + _ROW * i
        day = date.fromisoformat(f["date"]).strftime("%d %b %Y")
        body.append(_text(4, y, day, "s"))
        body.append(_text(96, y, f["name"], "", "start", 42))
        x, width = left + f["low"] * scale, max(4.0, (f["high"] - f["low"]) * scale)
        kind = "band finding" if f["admits"] else "band"
        body.append(f'<rect class="{kind}" x="{x:.1f}" y="{y - 10}" width="{width:.1f}" height="10"/>')
    return _svg(_WIDTH, 44 + _ROW * len(rows), "Stated number of dead by source, in order of date", body)


def spellings(found: Mapping[str, Any]) -> str:
    """The spellings of each person side by side, one line a person."""
    body, y = [], 18
    for person in found["persons"]:
        body.append(_text(4, y, person["id"], "s"))
        x = 46
        for name in person["names"]:
            width = 14 + 8 * min(len(name), 30)
            if x + width > _WIDTH:
                x, y = 46, y + 22
            body.append(f'<rect class="zone" x="{x}" y="{y - 14}" width="{width}" height="19" rx="4"/>')
            body.append(_text(x + width / 2, y, name, "", "middle", 30))
            x += width + 8
        y += 28
    return _svg(_WIDTH, y, "Spellings of each person", body)


def estimates_by_model(found: Mapping[str, Any]) -> str:
    """Each model's interval with its median; dashed and pale where it did not converge; the listed as a line."""
    rows = [m for m in found["models"] if m["median"] is not None]
    most = max([found["observed"], *(m["high"] for m in rows)]) * 1.05
    left, scale = 230, (_WIDTH - 250) / most
    body = [f'<path class="axis" d="M{left + found["observed"] * scale:.1f} 8V{30 + 2 * _ROW * len(rows)}"/>']
    for i, m in enumerate(rows):
        y = 30 + 2 * _ROW * i
        kind = "band" if m["converged"] else "track"
        body += [
            _text(4, y, m["name"], "", "start", 34),
            _text(4, y + 16, "" if m["converged"] else "not converged", "s"),
            f'<rect class="{kind}" x="{left + m["low"] * scale:.1f}" y="{y - 10}" width="{max(3.0, (m["high"] - m["low"]) * scale):.1f}" height="12"/>',
            f'<circle class="dot" cx="{left + m["median"] * scale:.1f}" cy="{y - 4}" r="5"/>',
            _text(left, y + 18, f"{m['median']:,} ({m['low']:,} to {m['high']:,})".replace(",", " "), "s"),
        ]
    body.append(
        _text(
            left, 44 + 2 * _ROW * len(rows), f"line: {found['observed']:,} on at least one list".replace(",", " "), "s"
        )
    )
    return _svg(_WIDTH, 54 + 2 * _ROW * len(rows), "Estimated total by model", body)


def _svg(width: int, height: float, label: str, body: Sequence[str]) -> str:
    return f'<svg class="field" viewBox="0 0 {width} {height:.0f}" role="img" aria-label={quoteattr(label)}>{"".join(body)}</svg>'


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "start", most: int = 200) -> str:
    clean = "".join(c for c in text if c.isprintable())
    short = clean if len(clean) <= most else clean[: most - 1] + "…"
    way = ' direction="rtl" unicode-bidi="plaintext"' if is_arabic(short) and anchor == "middle" else ""
    kind = f' class="{style}"' if style else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{way}>{escape(short)}</text>'
