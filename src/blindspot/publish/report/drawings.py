"""The figures of flights, watches and presence as files of their own, and the tables behind them as CSV: what `-o DIR` writes.

Each is the figure of the page, in one frame with its words and the page's colours, so that a drawing exists once.
No script, no outside file.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from blindspot.case.cells import inert
from blindspot.case.store import write_text
from blindspot.publish.report import sky, unseen
from blindspot.publish.report.figures import box, field, rule, text
from blindspot.publish.report.page import style

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Record = dict[str, Any]
Part = tuple[str, Markup, float]  # words above a figure, the figure, its height
WIDE, EDGE, LINE = 1000, 20, 22
_HATCH = '<defs><pattern id="hatch" width="6" height="6" patternTransform="rotate(45)" patternUnits="userSpaceOnUse"><rect class="hatch-ground" width="6" height="6"/><path class="hatch-line" d="M0 0V6"/></pattern></defs>'


def write_pictures(name: str, found: Record, folder: Path) -> list[Path]:
    """Every picture and table of one verb's result, in a folder; each file is written whole or not at all."""
    files = _flights(found) if name == "sorties" else {}
    for place in found.get("places", ()):
        files |= _watched(place) if name == "coverage" else _present(place)
    for c in found.get("counts", ()):
        stem = c["file"].rpartition("/")[2].removesuffix(".csv")
        files[f"counts-{stem}.csv"] = table([{"model": m["model"], **p} for m in c["models"] for p in m["parameters"]])
        files[f"counted-sites-{stem}.csv"] = table(
            [{"model": m["model"], **s} for m in c["models"] for s in m["sites"]]
        )
    for file, words in files.items():
        write_text(folder / file, words)
    return [folder / file for file in files]


def table(rows: list[Record]) -> str:
    """Rows as CSV; a range becomes `low-high`, a list is joined by semicolons."""
    out = io.StringIO()
    columns = list(dict.fromkeys(key for row in rows for key in row))
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writerow({k: inert(k) for k in columns})
    writer.writerows({k: _cell(v) for k, v in row.items()} for row in rows)
    return out.getvalue()


def alone(title: str, parts: Sequence[Part], notes: Sequence[str]) -> str:
    """Figures of the page one below the other, with their words, as one SVG file."""
    body, y = [], 0.0
    for words, figure, height in parts:
        y += LINE
        body.append(f'<text x="{EDGE}" y="{y:g}">{escape(words)}</text>')
        inner = str(figure).replace('<div class="plot">', "").replace("</div>", "")
        body.append(
            f'<svg x="{EDGE}" y="{y + 8:g}" width="{WIDE - 2 * EDGE}" height="{height:g}" overflow="visible">{inner}</svg>'
        )
        y += height + 14
    for note in notes:
        y += LINE
        body.append(f'<text class="s" x="{EDGE}" y="{y:g}">{escape(note)}</text>')
    own = (
        style()
        + "svg{overflow:visible}.ticks text{text-anchor:start}text{fill:var(--ink);font:15px system-ui,sans-serif}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {y + LINE:g}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><style>{escape(own)}</style>{_HATCH}{''.join(body)}</svg>\n"
    )


def _flights(found: Record) -> dict[str, str]:
    drawn = sky.flights(found)
    files = {
        "routes.csv": table([{k: v for k, v in r.items() if k != "points"} for r in found["routes"]]),
        "statements.csv": table(found["statements"]),
        "orbits.csv": table(
            [{k: o[k] for k in ("base", "phase", "aircraft")} | c for o in found["orbits"] for c in o["cover"]]
        ),
    }
    if drawn:
        bases = [f"{n}  {b['name']}: {b['km']} km{_period(b)}" for n, b in enumerate(drawn["bases"], 1)]
        title = "Routes from the bases to the place, round closed airspace"
        files["route-map.svg"] = alone(title, [("", drawn["map"], 720)], [*bases, "hatched: closed airspace; dashed: hypothetical bases"])  # fmt: skip
        rounds = [(f"{r['base']}, {r['aircraft']}{_period(r)}: {r['said']}", r["figure"], 18) for r in drawn["rounds"]]  # fmt: skip
        files["sortie-clock.svg"] = alone("One aircraft from each base: transit and time on station", rounds, [f"{drawn['hours']:g} hours, the middle of each range"])  # fmt: skip
    files["unwatched.svg"] = alone(
        "Hours of a day without an aircraft, by number of aircraft",
        [_unwatched(o) for o in found["orbits"] if not o["phase"].startswith("hypo")],
        ["aircraft at the left; bars: worst to best end of the ranges"],
    )
    if cue := found["cueing"]:
        title = "Chance of finding, with and without a cue"
        low, high = cue["area_ratio"]
        note = f"upper band: with someone who says where to look; lower: without, the area being {low:g} to {high:g} times as large"
        files["cueing.svg"] = alone(title, [(title, sky.search(cue), 210)], [note])
        files |= {"cueing.csv": table(cue["curve"]), "looked-at.csv": table(cue["looked_at"])}
    return files


def _period(row: dict[str, Any]) -> str:
    return f" ({row['phase']})" if row["phase"] else ""


def _unwatched(o: Record) -> Part:
    """A row for each number of aircraft over a scale of 24 hours."""
    body, y = [], 0.0
    for c in o["cover"]:
        low, high = c["hours_unwatched_per_day"]
        y += 20
        body += [text(3, y + 4, f"{c['m']}", "s", "end"), rule(5, 95, y, "grid")]
        body.append(box(5 + 90 * low / 24, 5 + 90 * max(high, low + 0.05) / 24, y - 6, 12, "band"))
    body += [text(5 + 90 * h / 24, y + 24, f"{h} h", "s") for h in range(0, 25, 6)]
    title = f"{o['base']}, {o['aircraft']}{_period(o)}"
    return title, field(title, y + 30, body), y + 30


def _watched(place: Record) -> dict[str, str]:
    name, watches = place["id"], place["watches"]
    (drawn,) = unseen.watched({"places": [place]})
    parts: list[Part] = []
    files = {
        f"factors-{name}.csv": table([{"watch": w["id"], **f} for w in watches for f in w["factors"]]),
        f"seen-{name}.csv": table([{"watch": w["id"], **i} for w in watches for i in w["seen"]]),
    }
    for w, d in zip(watches, drawn["watches"], strict=True):
        told = "; ".join(f"{reason} {long}" for reason, long in d["hours"]) or "no path of the sensor, so no moments; factors stand in the table"  # fmt: skip
        ends = f" ({d['ends'][0]} to {d['ends'][1]})" if d["ends"] else ""
        parts.append((f"{w['id']}{ends}: {told}", d["strip"] or Markup(), 18 if d["strip"] else 0))
        if w["ground"]:
            files[f"ground-{name}-{w['id']}.csv"] = table(w["ground"])
        if w["map"]:
            rows = w["map"]["seen_share"]
            note = f"a cell is {w['map']['block_m']:g} m; the darker, the larger the share of the sensor's positions that see a person there; hatched: from nowhere, or built over; north is up"
            files[f"blind-spots-{name}-{w['id']}.svg"] = alone(f"Blind spots at {name}", [("", d["map"], 960 * len(rows) / len(rows[0]))], [note])  # fmt: skip
    noticed = "; ".join(f"{who} {said}" for who, said in drawn["people"])
    files[f"timeline-{name}.svg"] = alone(f"When {name} was seen", parts, [f"in the open, noticed: {noticed}", "full: seen; pale: perhaps; hatched: not seen"])  # fmt: skip
    return files


def _present(place: Record) -> dict[str, str]:
    (drawn,) = unseen.present({"places": [place]})
    title = f"Number of people present at {place['id']}"
    notes = [f"line: before, filled: after ({drawn['seen']})", f"'none seen' speaks for an empty place by a factor of {drawn['factor']}"]  # fmt: skip
    return {
        f"present-{place['id']}.svg": alone(title, [(title, drawn["figure"], 140)], notes),
        f"present-{place['id']}.csv": table(place["distribution"]),
    }


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        numbers = len(value) == 2 and all(isinstance(v, int | float) for v in value)
        value = ("-" if numbers else ";").join(str(v) for v in value)
    return inert(value) if isinstance(value, str) else value
