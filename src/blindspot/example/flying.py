"""How long can an aircraft be over the town? Two bases, one aircraft, and a relief on station told sortie by sortie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.example.numbers import Known, measure, share

if TYPE_CHECKING:
    from blindspot.example.town import Floats

BASES = {"near_field": (350.0, 250.0), "far_field": (1500.0, 700.0)}  # least distance in km, and what may be added
AIRCRAFT = (1, 2, 3, 4)
MOST_TRANSIT = 0.85  # of the hours of one sortie


@dataclass(frozen=True, slots=True)
class Base:
    """A base at a point, its distance in km, and what an aircraft from there would give."""

    lat: float
    lon: float
    km: float
    transit_share: float  # of the hours of one sortie
    on_station_h: float
    cover: tuple[float, ...]  # share of time over the town with 1, 2, ... aircraft


@dataclass(frozen=True, slots=True)
class Flights:
    """The aircraft, its bases, and which of them was used with how many aircraft on the day."""

    endurance_h: Known
    speed_kmh: Known
    turnaround_h: Known
    abort: Known
    bases: dict[str, Base]
    used: str
    aircraft: int

    @property
    def there(self) -> float:
        """P(an aircraft is over the town at any one moment of the day)."""
        return self.bases[self.used].cover[self.aircraft - 1]


def plan(rng: np.random.Generator, lat: float, lon: float) -> Flights:
    """Flights of the season over a town at this point."""
    from pyproj import Geod

    endurance, speed = measure(rng, 14, 24, 1.25), measure(rng, 260, 420, 1.25)
    turnaround, abort = measure(rng, 2.5, 5, 1.4), share(rng, 0.03, 0.10, 0.8)
    bases = {}
    for name, (least, more) in BASES.items():
        km, turn = least + rng.uniform(0, more), rng.uniform(0, 360)
        km = min(km, MOST_TRANSIT * endurance.low * speed.low / 2)  # within reach over the whole of the ranges
        blon, blat, _ = Geod(ellps="WGS84").fwd(lon, lat, turn, km * 1000)
        transit = 2 * km / speed.true
        stay = endurance.true - transit
        cover = tuple(relief(rng, m, transit / 2, stay, turnaround.true, abort.true) for m in AIRCRAFT)
        bases[name] = Base(round(blat, 5), round(blon, 5), km, transit / endurance.true, stay, cover)
    used = "far_field" if rng.random() < 0.6 else "near_field"
    aircraft = 1 if used == "near_field" else int(rng.integers(1, 4))
    return Flights(endurance, speed, turnaround, abort, bases, used, aircraft)


def relief(
    rng: np.random.Generator,
    aircraft: int,
    way_h: float,
    stay_h: float,
    turnaround_h: float,
    abort: float,
    hours: float = 20_000,
) -> float:
    """Share of the time covered: whoever is ready first is sent so as to arrive when the last one leaves."""
    ready = np.zeros(aircraft)
    leaves = covered = told = 0.0  # told: when it is known that the last one sent turned back
    draws: Floats = rng.random((int(hours / min(stay_h, 4.0)) + 100, 3))
    for turns, where, rest in draws:
        k = int(ready.argmin())
        start = max(float(ready[k]), leaves - way_h, told)
        again = turnaround_h * (0.6 + 0.8 * rest)
        if turns < abort:
            told = start + where * way_h
            ready[k] = told + where * way_h + again
            continue
        arrives = max(start + way_h, leaves)
        leaves = arrives + stay_h
        covered += stay_h
        ready[k] = leaves + way_h + again
        if leaves > hours:
            break
    return float(min(covered / leaves, 1.0))
