"""How did the day go? One lane per thing that has a time: stops, gaps, what was seen, footage; and when each claim was public.

The same figure stands on paper and under the pointer: shapes in per cent of the width, so that a lane is widened by making
its box wider. Every shape carries the name of what it stands for (`data-item`), every lane is a row of `tables/scene.csv`.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from blindspot.publish.report.figures import field, text
from blindspot.publish.report.timeline import stacked
from blindspot.publish.report.words import count, day

if TYPE_CHECKING:
    from collections.abc import Sequence

Record = dict[str, Any]
Span = tuple[int, int]
MOST_WATCHES = 12  # lanes; the table has all
MOST_TRACKS = 4
LEAST = 0.001  # per cent: the outline makes a moment visible, at any width of the lane
TICK_MINUTES = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    180,
    240,
    360,
    720,
    1440,
    2880,
    10_080,
    44_640,
    133_920,
    527_040,
    2_635_200,
)
STACK = 7.0  # pixels from one claim to the next above it


def records(scene: Record) -> list[Record]:
    """The table behind the figure: lane, what, from, state, to, why; times in UTC, blank where not known."""
    out = []
    for lane in _lanes(scene):
        out += [
            {
                "lane": lane["id"],
                "title": lane["title"],
                "what": bar["item"],
                "start": _utc(bar["start"]),
                "state": bar["state"],
                "end": _utc(bar["end"]),
                "why": bar["why"],
            }
            for bar in lane["bars"]
        ]  # fmt: skip
    return out


def lanes(scene: Record) -> list[Record]:
    """The lanes of the day as figures: `{"id", "title", "note", "figure"}`."""
    if not scene["span"]:
        return []
    span = (scene["span"][0], scene["span"][1])
    incident = scene["incident"]["at"] if scene["incident"] else None
    drawn = []
    for lane in _lanes(scene):
        bars = [b for b in lane["bars"] if b["start"] is not None and _shown(b, span)]
        told = "; ".join(f"{b['short']} {_said(b, scene['offset'])}" for b in bars[:12])
        more = f"; {len(bars) - 12} more in the table" if len(bars) > 12 else ""
        drawn.append(
            {
                **lane,
                "figure": _draw(f"{lane['title']}: {told or 'nothing with a time'}{more}", lane, bars, span, incident),
            }
        )
    return drawn


def axis(scene: Record) -> Markup:
    """Local times under the lanes, at round minutes, as many as a narrow page holds."""
    if not scene["span"]:
        return Markup("")
    first, last = scene["span"]
    zone = timezone(timedelta(minutes=scene["offset"]))
    minutes = next((m for m in TICK_MINUTES if (last - first) / 60_000 / m <= 5), TICK_MINUTES[-1])
    step = minutes * 60_000
    start = math.ceil((first + scene["offset"] * 60_000) / step) * step - scene["offset"] * 60_000
    style = "%H:%M" if minutes < 1440 else "%d %b" if minutes < 44_640 else "%b %Y"
    ticks = []
    for at in range(start, last + 1, step):
        x = 100 * (at - first) / (last - first)
        if 5 <= x <= 95:
            ticks.append(text(x, 12, datetime.fromtimestamp(at / 1000, tz=zone).strftime(style), "s"))
    return field("", 16, ticks, "clock-axis", decoration=True)


def published(scene: Record) -> Markup:
    """A disc per claim over the days on which something became public, evenly spaced, findings as lines."""
    days = days_of(scene)
    if not days:
        return Markup("")
    index = {d: i for i, d in enumerate(days)}
    high = Counter(c["day"] for c in scene["claims"])
    most = max(high.values(), default=1)
    step = min(STACK, 240 / most)
    height = most * step + 20
    body, level = [], Counter[str]()
    for f in scene["findings"]:
        if f["day"] in index:
            x = 100 * (index[f["day"]] + 0.5) / len(days)
            body.append(f'<line class="finding" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="{height:g}"/>')
    for c in scene["claims"]:
        if c["day"] not in index:
            continue
        x = 100 * (index[c["day"]] + 0.5) / len(days)
        y = height - 6 - step * level[c["day"]]
        level[c["day"]] += 1
        style = "yes" if c["says"] == "yes" else "no" if c["says"] in {"no", "silent"} else "told"
        body.append(
            f'<circle class="claim {style}" data-item="claim:{escape(c["id"])}" cx="{x:.2f}%" cy="{y:.1f}" r="{min(3, step * 0.45):.1f}"/>'
        )
    busy = ", ".join(f"{n} on {day(d)}" for d, n in sorted(high.items(), key=lambda h: (-h[1], h[0]))[:4])
    label = f"{count(len(scene['claims']), 'claim')} by the day of publication, {count(len(days), 'day')}; most: {busy}"
    return field(label, height, body, "published")


def days_of(scene: Record) -> list[str]:
    """The days on which a claim or a finding became public."""
    return sorted({c["day"] for c in scene["claims"] if c["day"]} | {f["day"] for f in scene["findings"]})


def _lanes(scene: Record) -> list[Record]:
    return [*_stops(scene), *_gaps(scene), *_seen(scene), *_clips(scene)]


def _bar(item: str, short: str, start: int | None, end: int | None, style: str, state: str, why: str = "") -> Record:
    return {"item": item, "short": short, "start": start, "end": end, "style": style, "state": state, "why": why}


def _stops(scene: Record) -> list[Record]:
    stops = scene["stops"]
    if not stops:
        return []

    def bar(s: Record, words: str, style: str) -> Record:
        state = words or "nothing reported"
        return _bar(
            f"stop:{s['id']}", str(s["n"]), s["start"], s["end"], style if words else "blank", state, s["clock"]
        )

    return [
        {
            "id": "said", "title": "Stops: how officials read them", "note": "empty: no reading is reported", "numbers": True,
            "bars": [bar(s, s["official"], "said") for s in stops],
        },
        {
            "id": "visible", "title": "Stops: what others report", "note": "", "numbers": False,
            "bars": [bar(s, s["activity"], "stop") for s in stops],
        },
    ]  # fmt: skip


def _gaps(scene: Record) -> list[Record]:
    out = []
    for track in scene["vehicles"][:MOST_TRACKS]:
        first, last = track["ms"]["d"][0], sum(track["ms"]["d"])
        bars = [_bar(f"track:{track['id']}", track["id"], first, last, "follow", "followed")]
        bars += [
            _bar(f"track:{track['id']}", "gap", a, b, "gap", "not followed", "no fix in between")
            for a, b in track["gaps"]
        ]
        out.append(
            {
                "id": f"custody-{track['id']}",
                "title": f"Custody of {track['id']}",
                "note": "hatched: not followed",
                "numbers": False,
                "bars": bars,
            }
        )
    return out


def _seen(scene: Record) -> list[Record]:
    names = {p["id"]: p["name"] for p in scene["places"]}
    out = []
    for w in [w for w in scene["watches"] if w["start"] is not None][:MOST_WATCHES]:
        item = f"watch:{w['id']}"
        if w["seen"]:
            bars = [
                _bar(
                    item,
                    reason or state,
                    a,
                    b,
                    {"seen": "seen", "perhaps": "perhaps"}.get(state, "unseen"),
                    state,
                    reason,
                )
                for a, b, state, reason, _ in w["seen"]
            ]
            note = "full: a person in the open could be made out; half: perhaps; hatched: not"
        else:
            told = "; ".join(f"{name} {low:.2g} to {high:.2g}" for name, low, high in w["factors"])
            bars = [_bar(item, w["id"], w["start"], w["end"], "stated", "stated as ranges", told)]
            note = "no path of the sensor: shares as stated"
        out.append(
            {
                "id": f"watch-{w['id']}",
                "title": f"Seen or not: {names.get(w['place'], w['place'])}",
                "note": note,
                "numbers": False,
                "bars": bars,
            }
        )
    return out


def _clips(scene: Record) -> list[Record]:
    bars = [
        _bar(f"clip:{c['id']}", c["name"], c["start"], c["end"], "clip", "footage", "; ".join(c["doubts"]))
        for c in scene["clips"]
    ]
    return (
        [{"id": "footage", "title": "Footage, by its telemetry's clock", "note": "", "numbers": False, "bars": bars}]
        if bars
        else []
    )


def _draw(label: str, lane: Record, bars: Sequence[Record], span: Span, incident: int | None) -> Markup:
    whole = span[1] - span[0]

    def x(moment: int) -> float:
        return 100 * (moment - span[0]) / whole

    # Near an edge a number stands beside its moment, not on it; where two would touch, one goes a line up.
    flags = (
        [(min(max(x(b["start"]), 2.5), 97.5), b["short"], f"{x(b['start']):.3f}") for b in bars]
        if lane["numbers"]
        else []
    )
    placed = stacked(flags)
    levels = 1 + max((level for *_, level in placed), default=-1)
    top = 14 * levels + (5 if levels else 0)
    body = []
    for _, words, at, level in placed:
        anchor = "start" if float(at) < 2.5 else "end" if float(at) > 97.5 else "middle"
        body.append(text(float(at), top - 4 - 14 * level, words, "s", anchor))
    body.append(f'<rect class="lane-ground" x="0" width="100%" y="{top}" height="14"/>')
    for b in bars:
        left = max(x(b["start"]), 0.0)
        wide = max(min(x(b["end"] if b["end"] is not None else b["start"]), 100.0) - left, LEAST)
        title = (
            f"<title>{escape(b['short'])}: {escape(b['state'])}{', ' + escape(b['why']) if b['why'] else ''}</title>"
        )
        body.append(
            f'<rect class="item {b["style"]}" data-item="{escape(b["item"])}" x="{left:.3f}%" width="{wide:.3f}%" y="{top + 1}" height="12">{title}</rect>'
        )
    if incident is not None:
        body.append(
            f'<line class="finding" x1="{x(incident):.3f}%" x2="{x(incident):.3f}%" y1="{top - 2}" y2="{top + 16}"/>'
        )
    return field(label, top + 16, body, f"lane lane-{escape(lane['id'].partition('-')[0])}")


def _shown(bar: Record, span: Span) -> bool:
    """Whether any of a bar lies in the time shown: a clock that was never set may put it years away."""
    return bool(bar["start"] <= span[1] and (bar["end"] or bar["start"]) >= span[0])


def _utc(moment: int | None) -> str:
    return "" if moment is None else datetime.fromtimestamp(moment / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _said(bar: Record, offset: int) -> str:
    zone = timezone(timedelta(minutes=offset))
    times = [
        datetime.fromtimestamp(t / 1000, tz=zone).strftime("%H:%M") for t in (bar["start"], bar["end"]) if t is not None
    ]
    return f"({' to '.join(dict.fromkeys(times))})"
