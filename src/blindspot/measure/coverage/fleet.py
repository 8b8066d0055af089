"""What share of the time does a fleet of m aircraft keep a place in view?

Monte Carlo of the relief on station (`relief`): each sortie draws its endurance (uniform in its range), its turnaround
(log-normal) and whether it turns back on the way out. The draws come from seeds per chunk, so that the numbers are the
same for any executor and any number of workers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from blindspot.quantities import Range

SEED = 20210829
CHUNK = 100_000  # sorties per chunk: long against the first few, in which the fleet is still fresh


@dataclass(frozen=True, slots=True)
class Plan:
    """The numbers of one orbit, in hours. `abort` is the chance that a sortie turns back on the way out."""

    transit_h: float  # one way
    fuel_h: Range  # hours at best endurance that a sortie has, reserve taken off
    burn: float  # fuel rate in transit, r >= 1
    turnaround_h: float  # mean
    turnaround_cv: float = 0.3  # standard deviation over mean
    abort: float = 0.06


@dataclass(frozen=True, slots=True)
class Cover:
    """What the simulation gave: shares of time, hours, and the longest gap."""

    aircraft: int
    sorties: int
    covered: float
    transit_share: float
    flight_h_per_station_h: float
    longest_gap_h: float


@dataclass(frozen=True, slots=True)
class Draws:
    """Arrays of one chunk, one entry per sortie (hours)."""

    transit: NDArray[np.float64]
    station: NDArray[np.float64]
    turnaround: NDArray[np.float64]
    aborts: NDArray[np.float64]


def simulate_cover(
    plan: Plan, aircraft: int, sorties: int = CHUNK, seed: int = SEED, executor: Executor | None = None
) -> Cover:
    """Cover by `aircraft` aircraft over `sorties` sorties. Raises UsageError where the plan leaves no time on station."""
    if plan.fuel_h.low - 2 * plan.burn * plan.transit_h <= 0:
        raise UsageError(
            f"the trip of {2 * plan.transit_h:.1f} h there and back burns {2 * plan.burn * plan.transit_h:.1f} h of fuel, "
            f"the aircraft has {plan.fuel_h.low:.1f} h: it cannot reach the place and stay"
        )
    sizes = [min(CHUNK, sorties - start) for start in range(0, sorties, CHUNK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    run = map if executor is None else executor.map
    parts = np.array(list(run(_chunk, [plan] * len(sizes), [aircraft] * len(sizes), sizes, seeds)))
    covered, elapsed, moving, flown = (math.fsum(column) for column in parts[:, :4].T)
    return Cover(aircraft, sorties, covered / elapsed, moving / flown, flown / covered, float(parts[:, 4].max()))


def draw(plan: Plan, sorties: int, seed: np.random.SeedSequence) -> Draws:
    """What happens to each sortie of a chunk."""
    rng = np.random.default_rng(seed)
    fuel = rng.uniform(plan.fuel_h.low, plan.fuel_h.high, sorties)
    width = math.sqrt(math.log1p(plan.turnaround_cv**2))
    turnaround = plan.turnaround_h * np.exp(width * rng.standard_normal(sorties) - width**2 / 2)
    turned = rng.random(sorties) < plan.abort
    aborts = np.where(turned, rng.random(sorties), 0.0)
    transit = np.full(sorties, plan.transit_h)
    return Draws(transit, fuel - 2 * plan.burn * plan.transit_h, turnaround, aborts)


def _chunk(
    plan: Plan, aircraft: int, sorties: int, seed: np.random.SeedSequence
) -> tuple[float, float, float, float, float]:
    from blindspot.measure.coverage.relief import fly

    d = draw(plan, sorties, seed)
    found = fly(aircraft, d.transit, d.station, d.turnaround, d.aborts)
    return found[0], found[1], found[2], found[3], found[4]
