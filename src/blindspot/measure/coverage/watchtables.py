"""Views of places -> the JSON of `blindspot coverage`: intervals, reasons, factors, offers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.coverage.seen import hours_by_reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.measure.coverage.cells import Ground
    from blindspot.measure.coverage.opportunity import Opportunity
    from blindspot.measure.coverage.outlook import PlaceView, WatchView
    from blindspot.measure.coverage.surface import Surface


def coverage_tables(places: Sequence[PlaceView]) -> dict[str, Any]:
    """One JSON object: places with their watches, the chance that a person was noticed, and its derivation."""
    return {
        "places": [
            {
                "id": p.id,
                "opportunity": offered(p.person),
                "adult": offered(p.adult),
                "child": offered(p.child),
                "chain": list(p.person.chain),
                "watches": [_watch(w) for w in p.watches],
            }
            for p in places
        ],
        "offers": [o.offered() for p in places for o in (p.person, p.adult, p.child)],
    }


def offered(offer: Opportunity) -> dict[str, Any]:
    """An offer as plain numbers: median, 5-95 %, envelope, and 21 quantiles."""
    return {
        "id": offer.id,
        "median": round(offer.median, 5),
        "low": round(offer.low, 5),
        "high": round(offer.high, 5),
        "envelope": [round(offer.envelope.low, 5), round(offer.envelope.high, 5)],
        "quantiles": [round(float(q), 5) for q in offer.quantiles[::5]],
    }


def _watch(w: WatchView) -> dict[str, Any]:
    return {
        "id": w.id,
        "factors": [
            {
                "person": kind,
                "name": f.name,
                "low": round(f.range.low, 4),
                "high": round(f.range.high, 4),
                "basis": f.basis,
            }
            for kind, factors in w.factors.items()
            for f in factors
        ],
        "sun": None if w.sun is None else {"elevation_deg": round(w.sun[0], 1), "azimuth_deg": round(w.sun[1], 1)},
        "map": None if w.shares is None or w.surface is None else _map(w, w.surface, w.shares),
        "hours": {k: round(v, 4) for k, v in hours_by_reason(w.intervals).items()},
        "seen": [
            {
                "start": _time(i.start),
                "end": _time(i.end),
                "state": i.state,
                "reason": i.reason,
                "line_of_sight": [round(x, 4) for x in i.sight],
                "gsd_m": [_number(x) for x in i.gsd],
                "slant_m": [_number(x) for x in i.slant_m],
                "bearing_deg": [_number(x) for x in i.bearing_deg],
            }
            for i in w.intervals
        ],
        "ground": [] if w.ground is None or w.surface is None else _ground(w.ground, w.surface),
    }


def _map(w: WatchView, surface: Surface, shares: NDArray[np.float64]) -> dict[str, Any]:
    """The blind-spot map, whole and by stretches of time (null = built over), and where its corners lie: from the north-west on."""

    def rows(found: NDArray[np.float64]) -> list[list[float | None]]:
        return [[_number(x) for x in row] for row in found.tolist()]

    high, wide = (w.block_m * n for n in shares.shape)
    west, north = surface.x - surface.cell / 2, surface.y + surface.cell / 2
    lat, lon = surface.degrees([west, west + wide, west + wide, west], [north, north, north - high, north - high])
    return {
        "block_m": w.block_m,
        "corners": [[round(float(a), 7), round(float(b), 7)] for a, b in zip(lat, lon, strict=True)],
        "seen_share": rows(shares),
        "over_time": [
            {"start": _time(start), "end": _time(end), "seen_share": rows(found)} for start, end, found in w.over_time
        ],
    }


def _ground(g: Ground, surface: Surface) -> list[dict[str, Any]]:
    lat, lon = surface.degrees(g.east, g.north)
    return [
        {
            "lat": round(float(lat[k]), 7),
            "lon": round(float(lon[k]), 7),
            "seen_s": _number(g.seen_s[k]),
            "perhaps_s": _number(g.perhaps_s[k]),
            **{f"{reason.replace(' ', '_')}_s": _number(x[k]) for reason, x in g.unseen_s.items()},
            "looks": int(g.looks[k]),
            "first_seen": _time(g.first_seen[k]) if np.isfinite(g.first_seen[k]) else None,
            "last_seen": _time(g.last_seen[k]) if np.isfinite(g.last_seen[k]) else None,
            "longest_unseen_s": _number(g.longest_unseen_s[k]),
            "best_gsd_m": _number(g.best_gsd_m[k]),
        }
        for k in range(len(g.east))
    ]


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _number(x: float) -> float | None:
    return round(x, 3) if np.isfinite(x) else None
