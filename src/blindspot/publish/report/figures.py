"""Figures as SVG, drawn from the tables. Text never overlaps: labels have rows of their own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from blindspot.publish.report.tables import Records


def svg(width: int, height: int, label: str, body: list[str]) -> Markup:
    """An SVG with a text alternative."""
    return Markup(f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">{"".join(body)}</svg>')  # noqa: S704  # every text in the body is escaped by `_text`


def posteriors(rows: Records, texts: dict[str, str]) -> Markup:
    """Per question, the account under test: bar 5-95 %, dot median, dashed naive."""
    left, right, step = 20, 980, 58
    body = [_scale(left, right, 14, 20 + step * len(rows))]
    for i, row in enumerate(rows):
        y = 34 + i * step
        body += [
            _text(left, y, f"{texts[row['question']]}  {row['text']}", most=118),
            f'<rect class="track" x="{left}" y="{y + 9}" width="{right - left}" height="12" rx="6"/>',
            f'<rect class="band" x="{_x(row["low"], left, right):.1f}" y="{y + 9}" width="{max(3.0, (row["high"] - row["low"]) * (right - left)):.1f}" height="12" rx="6"/>',
            f'<circle class="dot" cx="{_x(row["median"], left, right):.1f}" cy="{y + 15}" r="6"/>',
            f'<path class="naive" d="M{_x(row["naive"], left, right):.1f} {y + 4}v22"/>',
        ]
    height = 48 + step * len(rows)
    for p in (0, 25, 50, 75, 100):
        body.append(
            _text(
                _x(p / 100, left, right),
                height - 6,
                f"{p} %",
                "s",
                "start" if p == 0 else "end" if p == 100 else "middle",
            )
        )
    return svg(
        1000, height, "Posterior ranges of the account under test, per question, with naive counting dashed", body
    )


def weights(rows: Records) -> Markup:
    """Weights of origins in ban: for to the right, against to the left."""
    top = sorted(rows, key=lambda r: (-abs(r["ban"]), r["id"]))[:10]
    reach = max([0.1, *(max(abs(r["ban_low"]), abs(r["ban_high"])) for r in top)])
    zero, half, step = 250, 220, 40
    body = [f'<path class="axis" d="M{zero} 6V{12 + step * len(top)}"/>']
    for i, row in enumerate(top):
        y = 18 + i * step
        a, b = sorted((zero, zero + row["ban"] / reach * half))
        lo, hi = (zero + row[k] / reach * half for k in ("ban_low", "ban_high"))
        side = "for" if row["ban"] > 0 else "against"
        body += [
            _text(
                4, y, f"{row['id']}  {row['ban']:+.2f} ban ({row['ban_low']:+.2f} to {row['ban_high']:+.2f})", most=70
            ),
            f'<rect class="{side}" x="{a:.1f}" y="{y + 5}" width="{max(1.0, b - a):.1f}" height="10"/>',
            f'<path class="whisker" d="M{lo:.1f} {y + 10}H{hi:.1f}"/>',
        ]
    height = 34 + step * len(top)
    body += [_text(zero - 8, height - 4, "speaks against", "s", "end"), _text(zero + 8, height - 4, "speaks for", "s")]
    return svg(500, height, "Weight of each origin in ban", body)


def over_time(rows: Records, findings: list[str]) -> Markup:
    """Posterior band by date of publication, naive dashed; dates are spaced evenly and named below."""
    left, right, top, bottom = 50, 980, 16, 170
    days = [r["date"] for r in rows]
    x = [left + (right - left) * i / max(1, len(days) - 1) for i in range(len(days))]

    def y(p: float) -> float:
        return bottom - p * (bottom - top)

    upper = " ".join(f"{a:.1f},{y(r['high']):.1f}" for a, r in zip(x, rows, strict=True))
    lower = " ".join(f"{a:.1f},{y(r['low']):.1f}" for a, r in reversed(list(zip(x, rows, strict=True))))
    line = " ".join(f"{a:.1f},{y(r['median']):.1f}" for a, r in zip(x, rows, strict=True))
    naive = " ".join(f"{a:.1f},{y(r['naive']):.1f}" for a, r in zip(x, rows, strict=True))
    body = [f'<path class="axis" d="M{left} {top}V{bottom}H{right}"/>']
    body += [_text(left - 6, y(p) + 4, f"{p:.0%}", "s", "end") for p in (0.0, 0.5, 1.0)]
    body += [
        f'<polygon class="band" points="{upper} {lower}"/>',
        f'<polyline class="line" points="{line}"/>',
        f'<polyline class="naive" points="{naive}"/>',
    ]
    body += [
        f'<path class="finding" d="M{a:.1f} {top}V{bottom}"/>' for a, d in zip(x, days, strict=True) if d in findings
    ]
    last = -100.0
    for a, d in zip(x, days, strict=True):
        if a - last > 74:
            body.append(
                _text(min(a, right - 34), bottom + 18, date.fromisoformat(d).strftime("%d %b %y"), "s", "middle")
            )
            last = a
    return svg(
        1000,
        196,
        "Posterior by date of publication, band 5-95 per cent, naive counting dashed, findings as lines",
        body,
    )


def ground(places: list[Any], route: list[str], centre: tuple[float, float] | None) -> Markup:
    """Places with their error, and the order of stops; a local metric frame (azimuthal equidistant), scale bar, north."""
    from pyproj import Transformer

    lat, lon = centre or (places[0].lat, places[0].lon)
    to_local = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m", always_xy=True
    )
    at = {p.id: to_local.transform(p.lon, p.lat) for p in places}
    reach = max(1.0, *(max(abs(x), abs(y)) + p.error_m for p, (x, y) in ((p, at[p.id]) for p in places)))
    size, middle = 560, 300
    k = (size / 2) / reach
    point = {key: (middle + x * k, middle - y * k) for key, (x, y) in at.items()}
    body = [
        f'<circle class="error" cx="{point[p.id][0]:.1f}" cy="{point[p.id][1]:.1f}" r="{max(4.0, p.error_m * k):.1f}"/>'
        for p in places
    ]
    legs = [f"{point[r][0]:.1f},{point[r][1]:.1f}" for r in route if r in point]
    if len(legs) > 1:
        body.append(f'<polyline class="route" points="{" ".join(legs)}"/>')
    for i, p in enumerate(places, 1):
        body.append(f'<circle class="dot" cx="{point[p.id][0]:.1f}" cy="{point[p.id][1]:.1f}" r="5"/>')
        body.append(_text(point[p.id][0] + 8, point[p.id][1] - 8, str(i)))
        body.append(_text(620, 40 + i * 34, f"{i}  {p.name}", most=52))
        body.append(_text(638, 54 + i * 34, f"within {p.error_m:g} m", "s"))
    bar = 10 ** len(str(int(reach / 2))) / 10
    body += [
        f'<path class="axis" d="M20 590h{bar * k:.1f}"/>',
        _text(20, 582, f"{bar:g} m", "s"),
        '<path class="axis" d="M580 60V30m-6 8l6-8l6 8"/>',
        _text(580, 76, "N", "s", "middle"),
    ]
    return svg(1000, 604, "Places with their error and the reported order of stops", body)


def _scale(left: int, right: int, top: int, bottom: int) -> str:
    return "".join(
        f'<path class="grid" d="M{_x(p, left, right):.1f} {top}V{bottom}"/>' for p in (0, 0.25, 0.5, 0.75, 1)
    )


def _x(p: float, left: int, right: int) -> float:
    return left + p * (right - left)


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "start", most: int = 200) -> str:
    short = text if len(text) <= most else text[: most - 1] + "…"
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(short)}</text>'
