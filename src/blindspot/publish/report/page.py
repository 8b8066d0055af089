"""The page: results and tables into one HTML file that asks nothing of anybody."""

from __future__ import annotations

import shlex
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from blindspot.case.scales import between, describe, percent
from blindspot.publish.report import figures, lanes, timeline, words
from blindspot.publish.report.answers import answer
from blindspot.publish.report.conclusion import basis, conclusion
from blindspot.publish.report.ground import ground, letters, named
from blindspot.publish.report.measured import shown
from blindspot.publish.report.script import inert, policy, program
from blindspot.publish.report.templates import templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from blindspot.case import Case
    from blindspot.publish.report.scene import Scene
    from blindspot.publish.report.tables import Records

LAYERS = (
    ("places", "places, with their error"),
    ("stops", "stop of the moment"),
    ("route", "order of stops"),
    ("vehicles", "tracks"),
    ("footprints", "footprints"),
    ("seen", "seen or not"),
    ("blind", "blind spots"),
    ("sorties", "sorties"),
    ("ground", "ground"),
)  # as in scene_core.js
MOST_ROLES = 14  # lanes of the figure of speakers; the rest stands in the table


@cache
def environment() -> Environment:
    """Templates of this folder with the words that they use; everything that is typed is escaped."""
    found = templates("blindspot.publish.report")
    found.filters |= {
        "percent": percent,
        "words": describe,
        "ban": words.ban,
        "support": words.support,
        "day": words.day,
        "plain": words.plain,
        "listing": words.listing,
        "metres": words.metres,
        "reliance": words.reliance,
        "asked": words.asked,
        "quoted": shlex.quote,
        "fine": words.fine,
    }
    found.globals |= {
        "between": between,
        "clock": words.clock,
        "count": words.count,
        "moves": words.moves,
        "told_of": words.told,
        "when": words.when,
    }
    found.tests["web"] = lambda url: url.lower().startswith(("https://", "http://"))  # no other address is a link
    return found


def style() -> str:
    """The style of the page."""
    here = files("blindspot.publish.report")
    return "".join(here.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "scene.css"))


def page(
    case: Case,
    weighed: dict[str, Any],
    made: dict[str, Records],
    missing: list[tuple[str, str]],
    people: dict[str, Any],
    more: Mapping[str, Any],
    scene: Scene | None = None,
    sources: Mapping[str, str] | None = None,
) -> str:
    """report.html. Style and program are inline and named by their hashes in the content security policy; nothing else may run.

    `more`: what the sections of flights, watches and tracks draw; `scene`: map, timeline and footage; `sources`: the address of each film, by clip (`films.place_films`).
    """
    from markupsafe import Markup

    own, placed = style(), dict(sources or {})
    lively = scene is not None and not scene.empty
    beside = any(not address.startswith("data:") for address in placed.values())
    answers = [answer(case, q, made) for q in weighed["questions"]]
    drawn = {
        "case": case,
        "head": case.head,
        "name": case.head.id,
        "basis": basis(weighed["as_of"], made),
        "as_of": weighed["as_of"],
        "style": Markup(own),  # noqa: S704  # our own file
        "policy": Markup(policy(own, script=program() if lively else "", beside=beside)),  # noqa: S704  # our own words and hashes
        "program": Markup(program()) if lively else "",  # noqa: S704  # our own files
        "data": scene.data if scene else None,
        "inert": Markup(inert(_without_pictures(scene.data))) if scene and lively else "",  # noqa: S704  # no < is left in it
        "scene": scene_view(scene, placed) if scene and lively else None,
        "sources": placed,
        "answers": answers,
        "anchored": {w["id"] for a in answers for w in a["weights"] if w["here"]},
        "texts": {a["id"]: a["text"] for a in answers},
        "told": conclusion(case, answers, made),
        "scale": figures.scale(),
        "made": made,
        "measured": shown(made["measured"]),
        "people": people,
        **more,
        "sheets": _sheets(made),
        "bases": _bases(made),
        "speakers": _speakers(made),
        "letters": letters(made["places"]),
        "lettered": named(made["places"], made["legs"]),
        "map": ground(made["places"], made["legs"]) if made["places"] else "",
        "day": _day(case, made),
        "persons": _grouped(made["persons"], "list"),
        "hypothesis": lambda question, key: words.hypothesis_text(case, question, key),
        "missing": missing,
        "context": sum(not c["question"] for c in made["claims"]),
        "left_out": _left_out(answers),
        "commands": _commands(case, answers, made),
        "tables": sorted(name for name, rows in made.items() if rows),
    }
    return environment().get_template("page.html").render(drawn)


def scene_view(scene: Scene, sources: Mapping[str, str]) -> dict[str, Any]:
    """What the section of map, timeline and footage draws: lanes, axis, days, the layers that the case has material for."""
    data = scene.data
    there = {
        "places": data["places"], "stops": data["stops"], "route": data["legs"], "vehicles": data["vehicles"],
        "footprints": any(c["corners"] for c in data["clips"]) or data["sensors"], "seen": data["watches"],
        "blind": any(w["blind"] for w in data["watches"]), "sorties": data["routes"], "ground": True,
    }  # fmt: skip
    return {
        "lanes": lanes.lanes(data),
        "axis": lanes.axis(data),
        "published": lanes.published(data),
        "days": lanes.days_of(data),
        "layers": [layer for layer in LAYERS if there[layer[0]]],
        "notes": scene.notes,
        "filmed": bool(sources),
    }


def _without_pictures(data: dict[str, Any]) -> dict[str, Any]:
    """The data of the program: film strips and still maps stand in the page itself."""
    return {**data, "clips": [{k: v for k, v in clip.items() if k not in {"strip", "still"}} for clip in data["clips"]]}


def _grouped(rows: Records, key: str) -> dict[str, Records]:
    found: dict[str, Records] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def _sheets(made: dict[str, Records]) -> dict[str, dict[str, Any]]:
    """Per question the sheet as rated: hypotheses in rows, facts in columns."""
    found: dict[str, dict[str, Any]] = {}
    for p in made["priors"]:
        sheet = found.setdefault(p["question"], {"rows": {}, "facts": []})
        sheet["rows"].setdefault(p["hypothesis"], {"priors": [], "cells": {}})["priors"].append(p)
    for e in made["expect"]:
        sheet = found[e["question"]]
        sheet["rows"][e["hypothesis"]]["cells"][e["fact"]] = e
        if e["fact"] not in sheet["facts"]:
            sheet["facts"].append(e["fact"])
    return found


def _bases(made: dict[str, Records]) -> dict[str, Any]:
    """The cross table of how speakers are named and how they know."""
    cells = {(r["anonymity"], r["basis"]): r["claims"] for r in made["bases"]}
    rows = [
        a
        for a in ("named", "title", "organisation", "relation", "unnamed", "not stated")
        if any(k[0] == a for k in cells)
    ]
    totals: dict[str, int] = {}
    for (_, column), n in cells.items():
        totals[column] = totals.get(column, 0) + n
    columns = sorted(totals, key=lambda b: (-totals[b], b))
    return {"cells": cells, "rows": rows, "columns": columns, "totals": totals}


def _speakers(made: dict[str, Records]) -> dict[str, Any]:
    """Lanes of the figure of who spoke when, the busiest first, over the days of utterance."""
    lanes = _grouped(made["speakers"], "role")
    total = {role: sum(r["claims"] for r in rows) for role, rows in lanes.items()}
    dates = sorted({r["date"] for r in made["speakers"]})
    most = max((r["claims"] for r in made["speakers"]), default=1)
    chosen = sorted(lanes, key=lambda role: (-total[role], role))[:MOST_ROLES]
    return {
        "dates": dates,
        "left_out": len(lanes) - len(chosen),
        "lanes": [
            {"role": role, "claims": total[role], "figure": timeline.spoke(role, lanes[role], dates, most)}
            for role in chosen
        ],
    }


def _day(case: Case, made: dict[str, Records]) -> dict[str, Any]:
    """The stops with their clock figures, and the ends of the clock as (first, last)."""
    instants = [s for s in made["stops"] if s["start"] and s["start"].text != s["start"].day.isoformat()]
    known = [m for s in instants for m in (s["start"].start, *([s["end"].end] if s["end"] else []))]
    incident = case.head.time.start if case.head.time else None
    if incident is not None and known:
        known.append(incident)
    ends = (min(known), max(known)) if known else None
    dated = {s["id"] for s in instants}
    return {
        "ends": ends,
        "stops": [
            {
                **s,
                "figure": timeline.at_time(
                    s["start"].start if s["id"] in dated else None,
                    s["end"].end if s["id"] in dated and s["end"] else None,
                    *ends,
                    incident,
                )
                if ends
                else "",
            }
            for s in made["stops"]
        ],
    }


def _left_out(answers: Records) -> Records:
    """Audit errors: rows that carry no weight, each said once."""
    found = {n["message"]: n for a in answers for n in a["audit"] if n["severity"] == "error"}
    return list(found.values())


def _commands(case: Case, answers: Records, made: dict[str, Records]) -> list[tuple[str, list[str], str]]:
    """One command for each kind of number that this page holds, on an id of this case: (what, ids, stage)."""
    found: list[tuple[str, list[str], str]] = []
    for a in answers[:1]:
        key, tested = a["id"], a["tested"]["hypothesis"]
        found += [
            ("probability of an account", [f"{key}:{tested}"], "weigh"),
            ("verdict on an account", [f"{key}:{tested}", case.head.standards[0]], "weigh"),
        ]
        if a["dates"]:
            found.append(("point of the replay", [f"{key}@{a['dates'][1]}"], "replay"))
        found += [("weight of an origin or a claim", [w["id"]], "weigh") for w in a["weights"][:1]]
        found += [("what one number does", [x["number"]], "weigh") for x in a["levers"][:1]]
        found += [("remark of the audit", n["ids"] or [key], "weigh") for n in a["audit"][:1]]
        found += [("prior", [f"prior:{key}/{tested}"], "check")]
    for table, what in (
        ("expect", "expectation on the sheet"),
        ("sources", "reliance on a source"),
        ("places", "place"),
        ("stops", "stop"),
        ("persons", "person on a list"),
        ("findings", "official finding"),
    ):
        for row in made[table][:1]:
            key = row.get("id", "")
            if table == "expect":
                key = f"expect:{row['fact']}/{row['hypothesis']}"
            elif table == "persons":
                key = f"{row['list']}/{key}"
            found.append((what, [key], "check"))
    return found
