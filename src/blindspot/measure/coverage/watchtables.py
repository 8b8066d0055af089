"""Views of places -> the JSON of `blindspot coverage`: intervals, reasons, factors, offers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.coverage.seen import hours_by_reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.coverage.opportunity import Opportunity
    from blindspot.measure.coverage.outlook import BlindSpots, PlaceView, WatchView


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
        "map": None if w.blind is None else _map(w.blind),
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
            }
            for i in w.intervals
        ],
    }


def _map(blind: BlindSpots) -> dict[str, Any]:
    """The blind-spot map, whole and by stretches of time; null = built over."""

    def rows(shares: Any) -> list[list[float | None]]:
        return [[_number(x) for x in row] for row in shares.tolist()]

    return {
        "block_m": blind.block_m,
        "corners": [[round(lat, 7), round(lon, 7)] for lat, lon in blind.corners],
        "seen_share": rows(blind.shares),
        "over_time": [
            {"start": _time(start), "end": _time(end), "seen_share": rows(shares)}
            for start, end, shares in blind.over_time
        ],
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _number(x: float) -> float | None:
    return round(x, 3) if np.isfinite(x) else None
