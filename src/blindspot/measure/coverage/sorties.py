"""What share of a flight is only getting there and back, how long is it on station, how many aircraft hold one orbit?

With distance d, transit speed v, endurance E (hours of fuel at best speed), reserve F and fuel rate r(v) (`aircraft`):
  transit      T = 2 d / v
  on station   S = E - F - r(v) T          (loitering at best speed)
  share        T / (T + S)                 (2 d / (v E) for r = 1, F = 0)
  aircraft     k = floor(R) + 2 with R = (T + turnaround) / S
k is the least whole number above R + 1: the rule k = ceil(R) + 1 (arXiv 2604.15890) except where R is whole, where that
many aircraft would have to relieve one another at the very second; no slack counts as a gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.coverage.aircraft import HOUR
from blindspot.quantities import Range

if TYPE_CHECKING:
    from blindspot.measure.coverage.aircraft import Aircraft
    from blindspot.measure.coverage.routes import Route

_SPEEDS = 65  # transit speeds tried between the ends: the share has an inner minimum under the polar law


@dataclass(frozen=True, slots=True)
class Sortie:
    """One base, place and aircraft: what its ranges allow. None where it cannot reach and come back."""

    base: str
    place: str
    aircraft: str
    km: float
    hours: Range  # one way
    transit_share: Range  # 1 = it cannot stay at all
    on_station_h: Range
    aircraft_for_orbit: tuple[int | None, int | None]
    flight_h_per_station_h: tuple[float | None, float | None]
    reach: str  # always | sometimes | never


def transit_share(metres: float, speed: float, endurance_h: float) -> float:
    """2 d / (v E): the share of a flight spent in transit, at one speed and endurance; above 1 = cannot return."""
    return 2 * metres / speed / HOUR / endurance_h


def aircraft_for_orbit(transit_h: float, on_station_h: float, turnaround_h: float) -> int | None:
    """Aircraft for one orbit without a gap; None where there is no time on station. `transit_h` is there and back."""
    if on_station_h <= 0:
        return None
    ratio = (transit_h + turnaround_h) / on_station_h
    return math.floor(ratio + 1e-9) + 2


def sortie(route: Route, aircraft: Aircraft, turnaround_h: Range) -> Sortie:
    """The ranges of a sortie over every corner of its inputs and a ladder of transit speeds."""
    speeds = np.linspace(
        aircraft.speed.low, aircraft.speed.high, 1 if aircraft.speed.low == aircraft.speed.high else _SPEEDS
    )
    transit = 2 * route.metres / speeds / HOUR
    shares, stays, crews, costs = [], [], [], []
    for best, endurance, reserve, turnaround in product(
        aircraft.best_speeds(), _ends(aircraft.endurance_h), _ends(aircraft.reserve_h), _ends(turnaround_h)
    ):
        stay = endurance - reserve - aircraft.rate(speeds, best) * transit
        there = stay > 0
        safe = np.where(there, stay, 1.0)
        shares.append(np.where(there, transit / (transit + safe), 1.0))
        stays.append(np.maximum(stay, 0.0))
        costs.append(np.where(there, (transit + safe) / safe, np.inf))
        crews.append(np.where(there, np.floor((transit + turnaround) / safe + 1e-9) + 2, np.inf))
    share, stay, crew, cost = (np.array(x) for x in (shares, stays, crews, costs))
    reach = "always" if (stay > 0).all() else "sometimes" if (stay > 0).any() else "never"
    return Sortie(
        route.base,
        route.place,
        aircraft.id,
        route.km,
        Range(float(transit.min() / 2), float(transit.max() / 2)),
        Range(float(share.min()), float(share.max())),
        Range(float(stay.min()), float(stay.max())),
        (_whole(crew.min()), _whole(crew.max())),
        (_finite(cost.min()), _finite(cost.max())),
        reach,
    )


def _ends(numbers: Range) -> tuple[float, ...]:
    return (numbers.low,) if numbers.low == numbers.high else (numbers.low, numbers.high)


def _whole(x: float) -> int | None:
    return int(x) if np.isfinite(x) else None


def _finite(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
