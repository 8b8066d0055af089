"""Where was the car while the camera looked, and who says so? Map, timeline and footage of a case as one set of plain data.

Everything that has a moment or a place stands here once, under a name `kind:id`, with what it points at: a claim at its
origin, the origin's fact, the fact's place and stop (facts.csv), the stop's place and moment. Nothing is guessed: what the
rows do not place has no place. Moments are milliseconds since 1970, UTC; coordinates are degrees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from blindspot.case.surveillance import open_watches
from blindspot.publish.report.basemap import basemap
from blindspot.publish.report.context import bounds, context
from blindspot.publish.report.ground import letters
from blindspot.publish.report.scene_moves import moves
from blindspot.publish.report.words import hypothesis_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blindspot.case import Case
    from blindspot.case.watch import Watch
    from blindspot.publish.report.tables import Records
    from blindspot.quantities import Moment

Record = dict[str, Any]
MARGIN = 0.02  # of the time shown, to each side
FAR = 2 * 86_400_000  # milliseconds from the day of the case


@dataclass(slots=True)
class Scene:
    """What the section shows: `data` goes into the page as it is, `notes` says what could not be drawn."""

    data: Record
    notes: list[str] = field(default_factory=list)

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last moment shown; None where nothing has one."""
        return tuple(self.data["span"]) if self.data["span"] else None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.data["places"] or self.data["stops"] or self.data["clips"] or self.data["claims"])


def scene(
    case: Case, results: Mapping[str, Record], made: Mapping[str, Records], clips: Records, notes: Iterable[str] = ()
) -> Scene:
    """The scene of a case. `clips`: of `films.clips_of`; `made`: the tables of the page; `notes`: what is said already."""
    watches = list(open_watches(case, needed=False)[0].values())
    moved, said = moves(case, watches)
    data: Record = {
        "case": case.head.id,
        "title": case.head.title,
        "offset": _minutes(case.head.utc_offset),
        "incident": _incident(case),
        "places": _places(made["places"]),
        "stops": [_stop(case, s) for s in made["stops"]],
        "legs": [[leg["from"], leg["to"], int(leg["between"])] for leg in made["legs"]],
        **_told(case, made),
        "watches": _watches(watches, results.get("coverage", {})),
        "noticed": _noticed(results.get("coverage", {})),
        "custody": [
            {"id": c["id"], "same": c["p_same_vehicle"], "gaps": [[g["id"], g["count"], g["seconds"]] for g in c["gaps"]]}
            for c in results.get("custody", {}).get("custody", ())
        ],
        **moved,
        "clips": clips,
        "routes": [
            {"base": r["base_name"], "phase": r["phase"], "place": r["place_name"], "km": r["km"], "points": r["points"]}
            for r in _once(results.get("sorties", {}).get("routes", ()))
        ],
    }  # fmt: skip
    data["span"] = _span(data)
    local = bounds(_local(data))
    whole = bounds([*_local(data), *((lat, lon) for r in data["routes"] for lon, lat in r["points"])])
    data["context"] = context(whole)
    data["basemap"], drawn = basemap(case.root / "basemap", local)
    return Scene(data, [*notes, *said, *drawn])


def ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def _minutes(offset: str) -> int:
    sign = -1 if offset.startswith("-") else 1
    return sign * (int(offset[1:3]) * 60 + int(offset[4:6]))


def _incident(case: Case) -> Record | None:
    head = case.head
    if head.time is None and not head.place:
        return None
    return {"place": head.place or "", "at": ms(head.time.start) if head.time else None}


def _places(rows: Records) -> Records:
    names = letters(rows)
    return [
        {
            "id": p["id"],
            "name": p["name"],
            "letter": names[p["id"]],
            "lat": round(p["lat"], 7),
            "lon": round(p["lon"], 7),
            "error": p["error_m"],
            "incident": p["incident"],
        }
        for p in rows
    ]


def _clock(start: Moment | str, end: Moment | str) -> tuple[int | None, int | None]:
    """First and last millisecond of a stop: a bare day is no time of day."""
    if not start or isinstance(start, str) or start.text == start.day.isoformat():
        return None, None
    last = start.start if not end or isinstance(end, str) else end.end if end.text == end.day.isoformat() else end.start
    return ms(start.start), ms(last)


def _stop(case: Case, s: Record) -> Record:
    start, end = _clock(s["start"], s["end"])
    by = s["reported_by"]
    return {
        "id": s["id"],
        "n": s["number"],
        "place": s["place"],
        "start": start,
        "end": end,
        "activity": s["activity"],
        "official": s["official_reading"],
        "by": case.sources[by].name if by else "",
        "clock": s["clock"],
        "note": s["note"],
    }


def _told(case: Case, made: Mapping[str, Records]) -> dict[str, Any]:
    """Claims, the origins that they rest on, the facts that these show: each with what it points at."""
    claims = [
        {
            "id": c["id"],
            "day": str(c["public_at"] or c["said_at"])[:10],
            "said": str(c["said_at"]),
            "source": case.sources[c["source"]].name,
            "basis": c["basis"].replace("_", " "),
            "origin": c["origin"] if c["origin"] != "?" else "",
            "unknown": c["origin"] == "?",
            "fact": case.claims[c["id"]].fact or "",
            "says": c["says"],
            "text": c["summary"],
        }
        for c in made["claims"]
    ]
    named = {c["origin"] for c in claims if c["origin"]}
    origins = {
        key: {
            "fact": o.fact,
            "kind": o.kind.replace("_", " "),
            "note": o.note,
            "watch": str(o.opportunity).partition(":")[2].partition(".")[0]
            if str(o.opportunity).startswith(("coverage:", "presence:"))
            else "",
        }
        for key, o in case.origins.items()
        if key in named
    }
    asked = {o["fact"] for o in origins.values()} | {c["fact"] for c in claims if c["fact"]}
    facts = {
        key: {"text": f.text, "place": f.place or "", "stop": f.stop or "", "question": f.question}
        for key, f in case.facts.items()
        if key in asked
    }
    questions = {key: q.text for key, q in case.questions.items()}
    findings = [
        {"day": f["date"], "by": f["by"], "text": hypothesis_text(case, f["question"], f["hypothesis"])}
        for f in made["findings"]
    ]
    return {"claims": claims, "origins": origins, "facts": facts, "questions": questions, "findings": findings}


def _watches(rows: list[Watch], coverage: Record) -> Records:
    """One watch each: its window, and where its path is known the intervals with state and reason."""
    found = {w["id"]: w for p in coverage.get("places", ()) for w in p["watches"]}
    out = []
    for row in sorted(rows, key=lambda r: (r.place, r.id)):
        told = found.get(row.id, {"seen": [], "factors": [], "map": None})
        intervals = [
            [_stamp(i["start"]), _stamp(i["end"]), i["state"], i["reason"], [g for g in i["gsd_m"] if g is not None]]
            for i in told["seen"]
        ]
        out.append(
            {
                "id": row.id,
                "place": row.place,
                "sensor": row.sensor,
                "start": ms(row.start.start) if row.start else None,
                "end": ms(row.end.end if row.end and row.end.text != row.end.day.isoformat() else row.start.end) if row.start else None,
                "seen": intervals,
                "factors": [[f["name"], f["low"], f["high"]] for f in told["factors"] if f["person"] == "adult"],
                "basis": row.basis,
                **_blind(told["map"]),
            }
        )  # fmt: skip
    return out


def _blind(found: Record | None) -> Record:
    """The blind-spot map in tenths, a line of digits per row of blocks ("." = built over), whole or by stretches of time."""
    if found is None or not found["corners"]:
        return {"blind": [], "corners": []}

    def lines(shares: list[list[float | None]]) -> list[str]:
        return ["".join("." if x is None else str(min(int(x * 10), 9)) for x in row) for row in shares]

    slices = [
        {"start": _stamp(s["start"]), "end": _stamp(s["end"]), "shares": lines(s["seen_share"])}
        for s in found["over_time"]
    ]
    whole = {"start": None, "end": None, "shares": lines(found["seen_share"])}
    return {"blind": slices or [whole], "corners": found["corners"]}


def _noticed(coverage: Record) -> dict[str, Record]:
    """Per place the chance that a person in the open was noticed: anyone, an adult, a child."""
    return {
        p["id"]: {kind: [p[key][k] for k in ("low", "median", "high")] for kind, key in (("anyone", "opportunity"), ("an adult", "adult"), ("a child", "child"))}
        for p in coverage.get("places", ())
    }  # fmt: skip


def _stamp(text: str) -> int:
    return ms(datetime.fromisoformat(text))


def _once(routes: Iterable[Record]) -> Records:
    """One route per base and place; aircraft share it."""
    return list({(r["base"], r["place"]): r for r in routes}.values())


def _local(data: Record) -> list[tuple[float, float]]:
    """Where the case itself happened: places, and the middles of what was looked at."""
    points = [(p["lat"], p["lon"]) for p in data["places"]]
    for clip in data["clips"]:
        points += clip["corners"]
    for row in (*data["vehicles"], *data["sensors"]):
        points.append((row["lat"]["d"][0] / row["lat"]["by"], row["lon"]["d"][0] / row["lon"]["by"]))
    return points


def _span(data: Record) -> list[int] | None:
    """The first and last moment of the day, with a margin; a lone moment gets half an hour to each side.

    The rows of the case say which day it is. Footage and tracks whose own clock stands further than `FAR` from it do not stretch
    it: a clock that was never set would leave nothing of the day to see.
    """
    known = [data["incident"]["at"]] if data["incident"] and data["incident"]["at"] else []
    for row in (*data["stops"], *data["watches"]):
        known += [t for t in (row["start"], row["end"]) if t is not None]
    own = (min(known) - FAR, max(known) + FAR) if known else None
    for clip in data["clips"]:
        if clip["start"] is not None and not _within(clip["start"], clip["end"], own):
            says = datetime.fromtimestamp(clip["start"] / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M")
            clip["doubts"].append(f"its clock says {says} UTC, far from the day of the case: it is not on the timeline")
            clip["start"] = clip["end"] = None
    moved = [(c["start"], c["end"]) for c in data["clips"] if c["start"] is not None]
    moved += [(r["ms"]["d"][0], sum(r["ms"]["d"])) for r in (*data["vehicles"], *data["sensors"]) if r["n"]]
    known += [t for start, end in moved if _within(start, end, own) for t in (start, end)]
    if not known:
        return None
    first, last = min(known), max(known)
    if last == first:
        half = round(timedelta(minutes=30).total_seconds() * 1000)
        return [first - half, last + half]
    edge = round(MARGIN * (last - first))
    return [first - edge, last + edge]


def _within(start: int, end: int, own: tuple[int, int] | None) -> bool:
    return own is None or (end >= own[0] and start <= own[1])
