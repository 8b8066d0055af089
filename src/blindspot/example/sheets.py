"""The sheets of the evidence and the TOML files of the case: what was said by whom, what was asked, what was flown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from blindspot.example import telling
from blindspot.example.telling import CERTAIN, FACTS, ORIGINS, OTHER, QUESTIONS
from blindspot.example.town import LISTED
from blindspot.example.wording import FACT, TOWN

if TYPE_CHECKING:
    from blindspot.example.happening import Incident

DAY = date(2019, 5, 14)
BASIS = "invented: a range about the number of the simulated world"
Sheet = tuple[list[str], list[list[object]]]


def evidence(found: Incident) -> dict[str, Sheet]:
    """File -> columns and rows of sources, facts, expect, origins, claims, stops, tolls."""
    told, known = found.told, found.told.known
    sources: list[list[object]] = [
        [key, name, role, party, anonymity, letter, ";".join(gains) or "none", _derives(key), BASIS]
        for key, (name, role, party, anonymity, letter, gains) in told.sources.items()
    ]
    facts: list[list[object]] = [[key, question, text, BASIS] for key, (question, text, _) in FACTS.items()]
    expect: list[list[object]] = [
        [q, h, *(_expected(found, fact, h) if FACTS[fact][0] == q else "" for fact in FACTS)]
        for q, (_, named, _) in QUESTIONS.items()
        for h in (*named, OTHER)
    ]
    origins: list[list[object]] = [
        [
            key, fact, kind, team, known[f"hit:{key}"].text, known[f"false_alarm:{key}"].text,
            opportunity if isinstance(opportunity, str) else known[f"opportunity:{key}"].text, note,
            "drone_feed" if kind in {"video", "review"} else "", telling.LENS if team else "", BASIS,
        ]
        for key, (fact, kind, team, _, _, opportunity, note) in ORIGINS.items()
    ]  # fmt: skip
    claims: list[list[object]] = []
    for key, day, source, origin, directness, basis, copy, whole in told.claims:
        when = (DAY + timedelta(days=day)).isoformat()
        words = FACT[origin][0 if told.says[key] == "yes" else 1]
        copied = known[f"copied:{key}"].text if copy and not whole else ""
        claims.append([key, when, when, source, origin, told.says[key], directness, basis, copy, words, copied])
    return {
        "sources.csv": (["id", "name", "role", "party", "anonymity", "reliability", "interest", "derives_from", "basis"], sources),
        "facts.csv": (["id", "question", "text", "basis"], facts),
        "expect.csv": (["question", "hypothesis", *FACTS], expect),
        "origins.csv": (["id", "fact", "kind", "team", "hit", "false_alarm", "opportunity", "note", "artefact", "lens", "basis"], origins),
        "claims.csv": (
            ["id", "said_at", "public_at", "source", "origin", "says", "directness", "basis", "copy_of", "quote_summary", "copied"],
            claims,
        ),
        "stops.csv": _stops(found),
        "tolls.csv": (
            ["id", "claim", "who", "low", "high", "attributed_to", "basis"],
            [list(row.values()) for row in found.tolls],
        ),
        "links.csv": (["id", "a", "b", "decision", "by", "note"], _links(found)),
    }  # fmt: skip


def _derives(source: str) -> str:
    return {"copyist": "reporter", "translator": "reporter"}.get(
        source, "reporter" if source.startswith("outlet_") else ""
    )


def _expected(found: Incident, fact: str, hypothesis: str) -> str:
    if fact in CERTAIN:
        return f"{CERTAIN[fact][hypothesis]:g}"
    if fact == "f_stops" and hypothesis != OTHER:
        return {"member": "base-rate:stops-network", "civilian": "base-rate:stops"}[hypothesis]
    return found.told.known[f"expect:{fact}/{hypothesis}"].text


def _stops(found: Incident) -> Sheet:
    """The stops at listed places, as the officials gave them out."""
    from blindspot.example.folder import at

    seen = [k for k in found.day.place.tolist() if k >= 0]
    names = list(dict.fromkeys(LISTED[k] for k in seen))
    rows: list[list[object]] = [
        [
            f"s{n:02d}",
            name,
            at(8 + n),
            "",
            "rounded, local clock",
            "the car stands",
            "official_1",
            "a place on the list",
        ]
        for n, name in enumerate(names, 1)
    ]
    rows.append(
        [
            "s90",
            "house",
            at(found.house.hour),
            "",
            "rounded, local clock",
            "the car stands before the house",
            "official_1",
            "a house of the group",
        ]
    )
    rows.append(
        [
            "s99",
            "yard",
            at(found.yard.hour),
            "",
            "official",
            "the car comes in; the strike",
            "command",
            "the place of the strike",
        ]
    )
    return ["id", "place", "start", "end", "clock", "activity", "reported_by", "official_reading"], rows


def _links(found: Incident) -> list[list[object]]:
    """One decision of the reviewer: two rows that are the same person, where two lists hold him."""
    rows = [(name, row) for name, listed in found.lists.items() for row in listed if row["name"] or row["name_local"]]
    for i, (a, first) in enumerate(rows):
        for b, second in rows[i + 1 :]:
            if a != b and first["who"] == second["who"]:
                return [
                    ["D01", f"{a}:{first['id']}", f"{b}:{second['id']}", "same", "example reviewer", "asked the family"]
                ]
    return []


def head(found: Incident, time: str) -> str:
    """case.toml."""
    known = found.told.known
    lines = [
        'id = "example"', f'title = "Strike on a walled yard in {TOWN} (invented)"', f'date = "{DAY}"', f'time = "{time}"',
        'clock = "as the command gave it"', 'utc_offset = "+05:00"', 'place = "yard"',
        'summary = "A simulated incident in an invented town. Officials speak of a car bomb; relatives, an employer and a newspaper tell it otherwise. What was so stands in truth.json, which no stage reads."',
        'handling = "TLP:CLEAR"', 'standards = ["more-likely-than-not", "clear-and-convincing", "reasonable-certainty"]', "",
        "[model]", *(f'{name} = "{known[name].text}"' for name in ("primed",)), "",
    ]  # fmt: skip
    for q, (text, named, given) in QUESTIONS.items():
        lines += ["[[question]]", f'id = "{q}"', f'text = "{text}"', f'asserted = "{next(iter(named))}"']
        lines += [f'given = "{given}"'] if given else []
        for h, words in {**named, OTHER: "something else"}.items():
            prior = _prior(found, q, h)
            lines += [
                "",
                "  [[question.hypothesis]]",
                f'  id = "{h}"',
                f'  text = "{words}"',
                *([f"  prior = {prior}"] if prior else []),
                f'  basis = "{BASIS}"',
            ]
        lines.append("")
    for question in ("q_load", "q_yard"):
        lines += [
            "[[finding]]", f'question = "{question}"', f'hypothesis = "{_found(found, question)}"', 'by = "the inquiry of the force"',
            'date = "2019-07-02"', 'confidence = "medium"', "contested = false", "",
        ]  # fmt: skip
    return "\n".join(lines)


def _prior(found: Incident, question: str, hypothesis: str) -> str:
    known = found.told.known
    if question == "q_load" and hypothesis == "explosives":
        cells = {parent: known[f"prior:q_load/explosives|{parent}"].text for parent in ("member", "civilian", OTHER)}
        return "{ " + ", ".join(f'{parent} = "{text}"' for parent, text in cells.items()) + " }"
    if question == "q_harm" and hypothesis in {"none", "many"}:
        told = known[f"prior:q_harm/{hypothesis}|people"].text
        empty = "0.998" if hypothesis == "none" else "0.001"
        return f'{{ empty = "{empty}", people = "{told}", other = "0.3" }}'
    if hypothesis == OTHER:
        return "" if question in {"q_driver", "q_load"} else '"0.0001"'
    name = f"prior:{question}/{hypothesis}"
    return f'"{known[name].text}"' if name in known else ""


def _found(found: Incident, question: str) -> str:
    """What the inquiry found: mostly what was so."""
    answer = found.told.answers[question]
    return answer if found.options.seed % 7 else next(iter(QUESTIONS[question][1]))


def tracks_file(found: Incident) -> str:
    """tracks.toml."""
    k = found.custody
    lines = [
        "# What is asked of the car that was followed; answered as base-rate:stops, custody:stops, custody:car.", "",
        "[[base_rate]]", 'id = "stops"', f"places = {list(LISTED)}".replace("'", '"'), "seen = 2", f'listed = "{len(LISTED)}"',
        f'p_visit = "{found.visits.text}"', 'visit = "stop"', "radius_m = 100", "least_s = 180", "hours = [7, 17]", f'basis = "{BASIS}"', "",
    ]  # fmt: skip
    for leg, gaps in (("stops", found.gaps[:1]), ("car", found.gaps[1:])):
        lines += [
            "[[custody]]", f'id = "{leg}"', f'hours = "{1 if leg == "stops" else 7}"', f'density_km2 = "{k["density_km2"].text}"',
            f'passes = "{k["passes"].text}"', 'driver = "0.9-0.99"', f'basis = "{BASIS}"',
        ]  # fmt: skip
        for gap in gaps:
            lines += [
                "", "  [[custody.gap]]", f'  id = "{gap.id}"', f'  seconds = "{k[f"{gap.id}:seconds"].text}"', f"  count = {gap.count}",
                f'  sigma_m = "{k[f"{gap.id}:sigma_m"].text}"', f'  p_stay = "{k[f"{gap.id}:p_stay"].text}"', f'  basis = "{BASIS}"',
            ]  # fmt: skip
        lines.append("")
    return "\n".join(lines) + "\n"


def sorties_file(found: Incident, lat: float, lon: float) -> str:
    """sorties.toml."""
    f = found.flights
    far = f.bases["far_field"]
    lines = [
        "# Drones over an invented town from two invented airfields.", 'place = "town"', f'turnaround_h = "{f.turnaround_h.text}"', f'abort = "{f.abort.text}"',
        "most_aircraft = 4", "", "[limits]", 'bases = "near_field; far_field"', 'speed_kmh = "150-600"', 'endurance_h = "8-40"', f'basis = "{BASIS}"', "",
        "[cue]", 'area_ratio = "5-30"', 'sweep_h = "0.5-4"', 'event_h = "0.5-6"', f'basis = "{BASIS}"', "",
        "[[places]]", 'id = "town"', f'name = "{TOWN}"', f"lat = {lat:.5f}", f"lon = {lon:.5f}", f'basis = "{BASIS}"', "",
    ]  # fmt: skip
    for name, base in f.bases.items():
        phase = "at the time" if name == f.used else "at other times"
        lines += [
            "[[base]]",
            f'id = "{name}"',
            f'name = "{name.replace("_", " ").title()}"',
            f"lat = {base.lat}",
            f"lon = {base.lon}",
            f'phase = "{phase}"',
            f'basis = "{BASIS}"',
            "",
        ]
    lines += [
        "[[aircraft]]", 'id = "drone"', 'name = "Drone (invented)"', f'endurance_h = "{f.endurance_h.text}"', f'speed_kmh = "{f.speed_kmh.text}"',
        f'basis = "{BASIS}"', "",
        *_statement("transit", "transit_share", far.transit_share * 0.95, min(far.transit_share * 1.05, 0.99), "far_field", "About this share of the flight goes on the way there and back."),
        *_statement("endurance", "endurance_h", f.endurance_h.true * 0.95, f.endurance_h.true * 1.05, "", "The aircraft stays up for about so many hours."),
        *_statement("round_trip", "round_trip_h", 0, 2 * far.km / 900, "far_field", "The round trip takes no more than so many hours (which no aircraft of this kind could fly)."),
    ]  # fmt: skip
    return "\n".join(lines)


def _statement(key: str, quantity: str, low: float, high: float, base: str, summary: str) -> list[str]:
    return [
        "[[statement]]", f'id = "{key}"', f'quantity = "{quantity}"', *([f"at_least = {low:.4g}"] if low else []), f"at_most = {high:.4g}",
        *([f'base = "{base}"'] if base else []), 'said_at = "2019-05-20"', 'speaker = "the command"', f'summary = "{summary}"', f'basis = "{BASIS}"', "",
    ]  # fmt: skip


RELEASED = f"""
[[change]]
audience = "public"
file = "sources.csv"
column = "name"
how = "replace"
to = "source not named"
why = "who spoke stays with the reviewers"

[[allow]]
value = "{TOWN}"
why = "the town of the title"

[[allow]]
value = "house"
why = "an ordinary word, and the id of a household that does not go"
"""
FILMED = """
[[media]]
audience = "public"
file = "footage/yard.ts"
name = "yard"
text = "the yard in the last seconds before the strike"
how = "video"
looked_at_by = "the makers of the example"
why = "what the questions about the yard are about"

[[authority]]
file = "footage/yard.ts"
marking = "UNCLASSIFIED"
authority = "invented"
by = "the makers of the example"
date = "2019-06-01"
"""


def release(*, footage: bool) -> str:
    """release.toml: what anyone may have of the example; the film too where there is one."""
    files = {
        "case.toml": ["id", "title", "date", "utc_offset", "standards", "question", "finding"],
        "sources.csv": ["id", "name", "role", "party", "anonymity", "reliability", "interest"],
        "claims.csv": [
            "id",
            "said_at",
            "public_at",
            "source",
            "origin",
            "says",
            "directness",
            "basis",
            "copy_of",
            "quote_summary",
            "copied",
        ],
        "facts.csv": ["id", "question", "text", "place", "stop", "basis", "by"],
        "expect.csv": ["*"],
        "origins.csv": ["id", "fact", "kind", "team", "hit", "false_alarm", "opportunity", "lens", "artefact"],
        "places.csv": ["id", "name", "lat", "lon", "error_m", "how", "label"],
        "stops.csv": ["id", "place", "start", "end", "clock", "activity", "reported_by", "official_reading"],
    }
    lines = [
        "# What may go to whom: nothing leaves unless a row names it.",
        "[[audience]]",
        'id = "public"',
        'text = "anyone"',
        'may_see = ["TLP:CLEAR"]',
        'overlaps = ["*"]',
    ]
    for file, columns in files.items():
        keep = ", ".join(f'"{c}"' for c in columns)
        lines += ["", "[[table]]", 'audience = "public"', f'file = "{file}"', f"keep = [{keep}]"]
    return "\n".join(lines) + "\n" + (RELEASED + (FILMED if footage else ""))
