"""When was a place seen and why not otherwise, where was it blind, and who may have been there unseen?

Figures of watches, presence and repeated counts for the page, from the results of those stages.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from blindspot.case.scales import between, percent
from blindspot.publish.report.figures import box, field, line, text
from blindspot.publish.report.sky import spread
from blindspot.publish.report.words import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blindspot.publish.report.tables import Records

Record = dict[str, Any]
STATES = {"seen": "met", "perhaps": "perhaps", "not seen": "unsettled"}  # styles of the strip


def unseen_tables(
    coverage: Mapping[str, Any], presence: Mapping[str, Any], counts: Mapping[str, Any]
) -> dict[str, Records]:
    """`watches`, `moments`, `ground_seen`, `present`, `present_distribution`, `counts`, `counted_sites`; empty where nothing was read."""
    watches = [(p["id"], w) for p in coverage.get("places", ()) for w in p["watches"]]
    models = [(c["file"], m) for c in counts.get("counts", ()) for m in c["models"]]
    return {
        "watches": [{"place": place, "watch": w["id"], **f} for place, w in watches for f in w["factors"]],
        "moments": [
            {"place": place, "watch": w["id"], "start": s["start"], "end": s["end"], "state": s["state"], "reason": s["reason"]}
            | {f"{k}_{end}": s[k][i] for k in ("line_of_sight", "gsd_m", "slant_m", "bearing_deg") for i, end in enumerate(("low", "high"))}
            for place, w in watches
            for s in w["seen"]
        ],
        "ground_seen": [{"place": place, "watch": w["id"], **g} for place, w in watches for g in w["ground"]],
        "present": [_present(p) for p in presence.get("places", ())],
        "present_distribution": [{"place": p["id"], **d} for p in presence.get("places", ()) for d in p["distribution"]],
        "counts": [{"file": file, "model": m["model"], "aic": m["aic"], **p} for file, m in models for p in m["parameters"]],
        "counted_sites": [
            {"file": file, "model": m["model"], **{k: s.get(k) for k in ("site", "counted", "median", "low", "high", "p_none", "p_in_use")}}
            for file, m in models
            for s in m["sites"]
        ],
    }  # fmt: skip


def watched(coverage: Mapping[str, Any]) -> Records:
    """Per place: a strip per watch with what it says, the hours for each reason, the blind-spot map where there is one."""
    return [
        {
            "id": p["id"],
            "people": [(kind, told(p[key])) for kind, key in (("anyone", "opportunity"), ("an adult", "adult"), ("a child", "child"))],
            "watches": [
                {
                    "id": w["id"],
                    "strip": strip(w) if w["seen"] else "",
                    "ends": (clock(w["seen"][0]["start"]), clock(w["seen"][-1]["end"])) if w["seen"] else None,
                    "hours": [(reason, duration(h)) for reason, h in sorted(w["hours"].items(), key=lambda x: -x[1])],
                    "map": "" if w["map"] is None else blind_spots(w),
                    "block_m": None if w["map"] is None else w["map"]["block_m"],
                }
                for w in p["watches"]
            ],
        }
        for p in coverage.get("places", ())
    ]  # fmt: skip


def present(presence: Mapping[str, Any]) -> Records:
    """Per place and time: the histogram before and after, the answer in words, with and without the common cause."""
    return [
        {
            "id": p["id"],
            "when": p["when"],
            "figure": histogram(p),
            "ends": (0, p["distribution"][-1]["n"]),
            "seen": "nothing was said of what was seen" if p["seen"] is None else f"{p['seen']} noticed",
            "present": people(p["present"]),
            "before": people(p["before"]),
            "nobody": percent(p["p_none"]),
            "children": f"{people(p['children'])}, any at all {percent(p['children']['p_any'])}",
            "noticed": told(p["noticed"]),
            "any": told(p["any_noticed"]),
            "factor": spread(p["lr_none_seen"], ".2g"),
            "common": [
                {"name": name, "present": people(c["present"]), "factor": spread(c["lr_none_seen"], ".2g"), "any": told(c["any_noticed"])}
                for name, c in p["common_cause"].items()
            ],
        }
        for p in presence.get("places", ())
    ]  # fmt: skip


def surveys(counts: Mapping[str, Any]) -> Records:
    """Per file of counts: what was counted, and every model with its parameters and flags."""
    return [
        {
            "file": c["file"],
            "said": f"{count(c['sites'], 'site')}, {len(c['columns'])} {c['kind']}, {c['found']} found, none at {c['sites_with_none']} of the sites",
            "left_out": c["left_out"],
            "scaled": c["scaled"],
            "models": [
                {
                    "model": m["model"],
                    "aic": f"{m['aic']:.1f}",
                    "total": "" if m["total"] is None else people(m["total"]),
                    "flags": m["flags"],
                    "parameters": [(p["says"], _number(p["value"]), f"{_number(p['low'])} to {_number(p['high'])}", p["flagged"]) for p in m["parameters"]],
                }
                for m in c["models"]
            ],
        }
        for c in counts.get("counts", ())
    ]  # fmt: skip


def strip(watch: Record) -> Markup:
    """The time of one watch: filled seen, pale perhaps, hatched not seen."""
    spans = watch["seen"]
    start, whole = _at(spans[0]["start"]), (_at(spans[-1]["end"]) - _at(spans[0]["start"])) or 1.0
    body = []
    for s in spans:
        a, b = (100 * (_at(s[k]) - start) / whole for k in ("start", "end"))
        body.append(box(a, max(b, a + 0.15), 2, 14, STATES[s["state"]]))
    said = "; ".join(f"{reason} {duration(h)}" for reason, h in watch["hours"].items())
    return field(f"{watch['id']}: {said}", 18, body)


def blind_spots(watch: Record) -> Markup:
    """The ground by the share of the sensor's positions that see a person there: the darker the more; hatched never or built over."""
    rows = watch["map"]["seen_share"]
    wide, high = len(rows[0]), len(rows)
    known = [x for row in rows for x in row if x is not None]
    fine, name = max(wide, high) / 90, "h-" + watch["id"]  # a hatch of the size of this map
    shapes = [
        (
            f'<defs><pattern id="{escape(name)}" width="{fine:.3f}" height="{fine:.3f}" patternTransform="rotate(45)" patternUnits="userSpaceOnUse">'
            f'<rect class="hatch-ground" width="{fine:.3f}" height="{fine:.3f}"/><rect class="hatch-bar" width="{fine / 2:.3f}" height="{fine:.3f}"/></pattern></defs>'
        ),
        f'<rect fill="url(#{escape(name)})" width="{wide}" height="{high}"/>',
    ]
    for i, row in enumerate(rows):
        for j, share in enumerate(row):
            if share:
                at = f'x="{j}" y="{i}" width="1" height="1"'
                shapes.append(f'<rect class="under" {at}/><rect class="met" fill-opacity="{share:.2f}" {at}/>')
    never = sum(x == 0 for x in known)
    label = (
        f"Blind spots of {watch['id']}: {percent(sum(known) / len(known)) if known else 'nothing'} of sensor positions see the open ground on average, "
        f"{never} of {len(known)} blocks are seen from nowhere; {len(rows) * wide - len(known)} are built over"
    )
    return Markup(  # noqa: S704  # numbers and escaped names only
        f'<svg class="blind" shape-rendering="crispEdges" viewBox="0 0 {wide} {high}" role="img" aria-label="{escape(label)}">{"".join(shapes)}</svg>'
    )


def histogram(place: Record) -> Markup:
    """How many were present: filled after what was seen, outlined before."""
    rows = place["distribution"]
    n, height = len(rows), 120.0
    top = max(max(r["before"], r["after"]) for r in rows) or 1.0
    body = []
    for r in rows:
        a, b = 100 * r["n"] / n, 100 * (r["n"] + 0.86) / n
        body.append(box(a, b, height * (1 - r["after"] / top), height * r["after"] / top, "band"))
        body.append(
            f'<line class="whisker" x1="{a:.2f}%" x2="{b:.2f}%" y1="{height * (1 - r["before"] / top):.1f}" y2="{height * (1 - r["before"] / top):.1f}"/>'
        )
    every = max(1, -(-n // 8))
    body += [text(100 * (k + 0.43) / n, height + 15, str(k), "s") for k in range(0, n, every)]
    body.append(line(100 * (place["present"]["median"] + 0.43) / n, -2, height, "median"))
    label = f"Number present at {place['id']}: {people(place['present'])} after, {people(place['before'])} before"
    return field(label, height + 20, body, "best")


def told(numbers: Mapping[str, float]) -> str:
    """A probability with its range."""
    return f"{between(numbers['low'], numbers['high'])}, median {percent(numbers['median'])}"


def people(numbers: Mapping[str, Any]) -> str:
    """A number of people with its range."""
    return f"{numbers['median']}, {spread([numbers['low'], numbers['high']], 'd')}"


def duration(hours: float) -> str:
    """Hours as "12 s", "3.5 min" or "7.2 h"."""
    seconds = 3600 * hours
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{hours:.1f} h"


def clock(moment: str) -> str:
    """The time of day of a moment in UTC, with its day."""
    return f"{datetime.fromisoformat(moment):%d %b, %H:%M:%S} UTC"


def _at(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _number(x: float | None) -> str:
    return "open" if x is None else f"{x:.3g}"


def _present(p: Record) -> Record:
    flat = {"id": p["id"], "place": p["place"], "when": p["when"], "seen": p["seen"], "p_none": p["p_none"]}
    for key in ("present", "before", "children", "noticed", "any_noticed"):
        flat |= {f"{key}_{k}": p[key][k] for k in ("low", "median", "high")}
    flat |= {f"lr_none_seen_{end}": p["lr_none_seen"][i] for i, end in enumerate(("low", "high"))}
    for name, c in p["common_cause"].items():
        stem = name.replace(" ", "_")
        flat |= {f"{stem}_{k}": c["present"][k] for k in ("low", "median", "high")}
        flat |= {f"{stem}_lr_none_seen_{end}": c["lr_none_seen"][i] for i, end in enumerate(("low", "high"))}
    return flat


def sections(results: Mapping[str, Mapping[str, Any]]) -> dict[str, Sequence[Record]]:
    """Everything this module draws, by name."""
    empty: Mapping[str, Any] = {}
    return {
        "watched": watched(results.get("coverage", empty)),
        "present": present(results.get("presence", empty)),
        "surveys": surveys(results.get("counts", empty)),
    }
