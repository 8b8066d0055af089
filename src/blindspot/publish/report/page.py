"""The page: results and tables into one HTML file without script."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from blindspot.case.scales import describe, strength_word
from blindspot.publish.report import figures

if TYPE_CHECKING:
    from blindspot.case import Case
    from blindspot.publish.report.tables import Records


def page(case: Case, weighed: dict[str, Any], made: dict[str, Records], missing: list[tuple[str, str]]) -> str:
    """report.html. The style is inline and named by its hash in the content security policy; nothing else may load."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    here = files("blindspot.publish.report")
    style = here.joinpath("page.css").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": _percent, "words": describe, "strength": strength_word}
    template = environment.from_string(here.joinpath("page.html").read_text(encoding="utf-8"))
    texts = {q["id"]: q["text"] for q in weighed["questions"]}
    asserted = {q["id"]: q["asserted"] for q in weighed["questions"]}
    found = [f.date.day.isoformat() for f in case.head.finding]
    at = case.places.get(case.head.place or "")
    questions = []
    for q in weighed["questions"]:
        own = {o.id for o in case.origins.values() if case.facts[o.fact].question == q["id"]}
        named = [r for r in made["items"] if r["question"] == q["id"] and r["kind"] == "origin" and r["id"] in own]
        replay = [r for r in made["replay"] if r["question"] == q["id"] and r["hypothesis"] == asserted[q["id"]]]
        questions.append(
            {
                **q,
                "answer": next(h for h in q["hypotheses"] if h["id"] == q["asserted"]),
                "leading": max(q["hypotheses"], key=lambda h: h["median"]),
                "weights": figures.weights(named) if named else "",
                "replay": figures.over_time(
                    replay, [f.date.day.isoformat() for f in case.head.finding if f.question == q["id"]]
                )
                if replay
                else "",
                "moves": [r for r in replay if r["moved_by"] or r["findings"]],
                "origins": [
                    {
                        "id": r["id"],
                        "row": case.origins[r["id"]],
                        "ban": r,
                        "claims": [c for c in case.claims.values() if c.origin == r["id"]],
                    }
                    for r in sorted(named, key=lambda r: (-abs(r["ban"]), r["id"]))
                ],
                "finding": [f for f in case.head.finding if f.question == q["id"]],
            }
        )
    return template.render(
        case=case,
        head=case.head,
        as_of=weighed["as_of"],
        style=Markup(style),  # noqa: S704  # our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        questions=questions,
        overview=figures.posteriors([r for r in made["questions"] if r["asserted"]], texts),
        map=figures.ground(
            list(case.places.values()),
            [s.place for s in case.stops.values() if s.place],
            (at.lat, at.lon) if at else None,
        )
        if case.places
        else "",
        claims=sorted(case.claims.values(), key=lambda c: (str(c.said_at or ""), c.id)),
        stops=list(case.stops.values()),
        sources=list(case.sources.values()),
        found=found,
        missing=missing,
    )


def _percent(p: float) -> str:
    return "below 1 %" if p < 0.005 else "above 99 %" if p > 0.995 else f"{p * 100:.0f} %"
