"""Which public statements about a flight can hold together, and which contradicts which, by how much?

For one base and place (distance d) every statement bounds two unknowns: hours in transit T = 2 d / v and hours in the
air E. Each bound is linear:
  share of transit in [l, h]      l E <= T <= h E          hours in the air in [l, h]      l <= E <= h
  a take-off every [l, h] hours   l <= E - T <= h          round trip in [l, h] hours      l <= T <= h
  speed in [l, h]                 2d/h <= T <= 2d/l        range in [l, h]                 l T <= 2d E <= h T
  k aircraft per orbit            k = floor((T + turnaround) / (E - T)) + 2
Convex sets in the plane have a common point if every three of them have one (Helly 1923), so pairs and triples find every
contradiction exactly. "By how much" is the least factor by which all bounds must be widened.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.coverage.aircraft import HOUR, KMH
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from blindspot.measure.coverage.routes import Route

QUANTITIES = (
    "transit_share",
    "endurance_h",
    "takeoff_interval_h",
    "round_trip_h",
    "speed_kmh",
    "range_km",
    "aircraft_per_orbit",
    "base",
)
MOST = 16  # statements: every set of them is looked at
_HOURS = 1000.0  # no flight lasts longer: the plane of the solver
_EPS = 1e-9


@dataclass(frozen=True, slots=True)
class Statement:
    """One public statement as a bound; `bases` empty = it names none."""

    id: str
    quantity: str
    low: float  # 0 where it gives only an upper bound
    high: float  # inf where it gives only a lower bound
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What no statement may break: speed over ground (m/s), hours in the air, turnaround."""

    speed: Range
    endurance_h: Range
    turnaround_h: Range


@dataclass(frozen=True, slots=True)
class Feasible:
    """Statements that can hold together from one base, and what they then imply."""

    base: str
    ids: tuple[str, ...]
    speed: Range  # m/s
    endurance_h: Range
    share: Range
    interval_h: Range


@dataclass(frozen=True, slots=True)
class Answer:
    """One statement: whether it can hold at all, the least speed it needs (m/s), what it can and cannot stand with."""

    id: str
    holds: bool
    base: str | None  # from where it comes nearest to holding
    needs: float | None  # None: no speed is enough
    stretch: float  # factor by which its bounds must be widened; 1 = none
    together: tuple[str, ...]
    against: tuple[tuple[tuple[str, ...], float], ...]  # (others, factor by which all must be widened)


def solve(
    statements: Sequence[Statement], routes: Mapping[str, Route], limits: Limits
) -> tuple[tuple[Answer, ...], tuple[Feasible, ...]]:
    """What each statement needs and meets, and every largest set that can hold together, per base (routes to one place)."""
    if len(statements) > MOST:
        raise UsageError(
            f"{len(statements)} statements; the solver weighs at most {MOST} at once, split them into files"
        )
    empty = {base: _conflicts(statements, base, route, limits) for base, route in routes.items()}
    sets = tuple(
        _implied(base, ids, statements, routes[base], limits)
        for base, conflicts in empty.items()
        for ids in _largest([s.id for s in statements], conflicts)
    )
    return tuple(_answer(s, routes, limits, empty, sets) for s in statements), sets


def half_planes(s: Statement, base: str, metres: float, turnaround_h: Range) -> NDArray[np.float64]:
    """Rows (a, b, c) of a T + b E <= c for one statement; one impossible row where it names another base."""
    if s.bases and base not in s.bases:
        return np.array([[0.0, 0.0, -1.0]])
    low, high = s.low, s.high
    km = 2 * metres / 1000
    rows: dict[str, list[tuple[float, float, float]]] = {
        "transit_share": [(1, -high, 0), (-1, low, 0)],
        "endurance_h": [(0, 1, high), (0, -1, -low)],
        "takeoff_interval_h": [(-1, 1, high), (1, -1, -low)],
        "round_trip_h": [(1, 0, high), (-1, 0, -low)],
        "speed_kmh": [(1, 0, km / low if low else np.inf), (-1, 0, -km / high)],
        "range_km": [(-high, km, 0), (low, -km, 0)],
        "aircraft_per_orbit": [
            (high, -(high - 1), -turnaround_h.low),
            (-(low - 1), low - 2, turnaround_h.high),
        ],
        "base": [],
    }
    found = np.array(rows[s.quantity], dtype=float).reshape(-1, 3)
    return np.asarray(found[np.isfinite(found).all(axis=1)])


def _bounds(limits: Limits, metres: float) -> NDArray[np.float64]:
    hours = 2 * metres / HOUR
    rows = [
        (-1, 0, -hours / limits.speed.high),
        (1, 0, hours / limits.speed.low if limits.speed.low else np.inf),
        (0, 1, limits.endurance_h.high),
        (0, -1, -limits.endurance_h.low),
        (1, -1, 0),  # it comes back
    ]
    found = np.array(rows, dtype=float)
    return np.asarray(found[np.isfinite(found).all(axis=1)])


def region(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners (T, E) of what a system of half-planes leaves, (n, 2); n = 0 where nothing (Sutherland & Hodgman 1974)."""
    corners = np.array([[0.0, 0.0], [_HOURS, 0.0], [_HOURS, _HOURS], [0.0, _HOURS]])
    for a, b, c in rows:
        if len(corners) == 0:
            break
        slack = c - corners @ np.array([a, b])
        tolerance = _EPS * max(1.0, abs(c), float(np.abs(corners).max()) * max(abs(a), abs(b)))
        kept = []
        for i in range(len(corners)):
            j = (i + 1) % len(corners)
            if slack[i] >= -tolerance:
                kept.append(corners[i])
            if (slack[i] > tolerance and slack[j] < -tolerance) or (slack[i] < -tolerance and slack[j] > tolerance):
                kept.append(corners[i] + (corners[j] - corners[i]) * slack[i] / (slack[i] - slack[j]))
        corners = np.array(kept).reshape(-1, 2)
    return corners


def _rows(
    chosen: Sequence[Statement], base: str, route: Route, limits: Limits, widen: float = 1.0
) -> NDArray[np.float64]:
    wide = [Statement(s.id, s.quantity, s.low / widen, s.high * widen, s.bases) for s in chosen]
    parts = [half_planes(s, base, route.metres, limits.turnaround_h) for s in wide]
    return np.vstack([*parts, _bounds(limits, route.metres)])


def _stretch(chosen: Sequence[Statement], base: str, route: Route, limits: Limits) -> float:
    """The least factor by which all bounds of these statements must be widened to hold; inf where none up to 100 is enough."""
    low, high = 1.0, 100.0
    if len(region(_rows(chosen, base, route, limits))):
        return 1.0
    if not len(region(_rows(chosen, base, route, limits, high))):
        return np.inf
    while high - low > 1e-5 * low:
        middle = (low + high) / 2
        if len(region(_rows(chosen, base, route, limits, middle))):
            high = middle
        else:
            low = middle
    return high


def _conflicts(
    statements: Sequence[Statement], base: str, route: Route, limits: Limits
) -> list[tuple[tuple[str, ...], float]]:
    """Smallest sets that cannot hold together, with their stretch: single, pairs, triples (enough, by Helly)."""
    found: list[tuple[tuple[str, ...], float]] = []
    for size in (1, 2, 3):
        for chosen in combinations(statements, size):
            ids = {s.id for s in chosen}
            if any(set(known) <= ids for known, _ in found):
                continue
            if not len(region(_rows(chosen, base, route, limits))):
                found.append((tuple(s.id for s in chosen), _stretch(chosen, base, route, limits)))
    return found


def _largest(ids: list[str], conflicts: list[tuple[tuple[str, ...], float]]) -> list[tuple[str, ...]]:
    """Every largest set (none can be added) that holds no conflict, largest first."""
    masks = [sum(1 << ids.index(i) for i in known) for known, _ in conflicts]
    good = [m for m in range(1, 1 << len(ids)) if all(m & c != c for c in masks)]
    whole = set(good)
    top = [m for m in good if not any(not m >> i & 1 and (m | 1 << i) in whole for i in range(len(ids)))]
    top.sort(key=lambda m: (-m.bit_count(), m))
    return [tuple(ids[i] for i in range(len(ids)) if m >> i & 1) for m in top]


def _implied(
    base: str, ids: tuple[str, ...], statements: Sequence[Statement], route: Route, limits: Limits
) -> Feasible:
    """The ranges over the region: each quantity is a ratio of linear forms, so that it is extreme at a corner."""
    corners = region(_rows([s for s in statements if s.id in ids], base, route, limits))
    t, e = np.maximum(corners[:, 0], 1e-9), np.maximum(corners[:, 1], 1e-9)
    speed = 2 * route.metres / HOUR / t
    return Feasible(base, ids, _range(speed), _range(e), _range(t / e), _range(e - t))


def _answer(
    s: Statement,
    routes: Mapping[str, Route],
    limits: Limits,
    conflicts: Mapping[str, list[tuple[tuple[str, ...], float]]],
    sets: Sequence[Feasible],
) -> Answer:
    free = Limits(Range(KMH, 1e4 * KMH), limits.endurance_h, limits.turnaround_h)
    own = [base for base in routes if not s.bases or base in s.bases]
    tried = []
    for base in own:
        corners = region(_rows([s], base, routes[base], free))
        need = 2 * routes[base].metres / HOUR / corners[:, 0].max() if len(corners) else None
        tried.append((_stretch([s], base, routes[base], limits), np.inf if need is None else need, base))
    stretch, need, base_ = min(tried, default=(np.inf, np.inf, None))
    holds = stretch == 1.0
    best = next((f for f in sorted(sets, key=lambda f: -len(f.ids)) if s.id in f.ids), None)
    against: dict[tuple[str, ...], float] = {}
    for base in own:
        for known, factor in conflicts[base]:
            if s.id in known and len(known) > 1:
                others = tuple(i for i in known if i != s.id)
                against[others] = min(factor, against.get(others, np.inf))
    everywhere = {
        others: factor
        for others, factor in against.items()
        if all(any(set(k) <= {s.id, *others} for k, _ in conflicts[base]) for base in own)
    }
    return Answer(
        s.id,
        holds,
        base_,
        float(need) if np.isfinite(need) else None,
        float(stretch),
        tuple(i for i in best.ids if i != s.id) if best else (),
        tuple(sorted(everywhere.items(), key=lambda item: (len(item[0]), item[0]))),
    )


def _range(x: NDArray[np.float64]) -> Range:
    return Range(float(x.min()), float(x.max()))
