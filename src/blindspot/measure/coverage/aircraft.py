"""How long can an aircraft stay up, how fast, and what does hurrying cost?

The fuel is counted in hours at the speed that burns least per hour (best endurance). Flying at another speed burns
r times as much per hour:
  polar      r(x) = (x^3 + 3/x) / 4 with x = v / v_best: parasite drag power ~ v^3, induced ~ 1/v, and induced power is
             three times parasite at the least-power speed (Anderson, Aircraft Performance and Design, ch. 5)
  points     r(v) = E_best / E(v) from stated pairs of speed and endurance, linear between them
  constant   r = 1: endurance does not depend on speed (the usual simplification 2d / (v E))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HOUR = 3600.0
KMH = 1000.0 / 3600.0
NO_RESERVE = Range(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Aircraft:
    """An aircraft type as ranges. Speeds in m/s over ground, times in hours."""

    id: str
    name: str
    endurance_h: Range  # in the air, at its best speed
    speed: Range  # m/s in transit
    reserve_h: Range = NO_RESERVE  # fuel kept at landing
    best_speed: Range | None = None  # m/s of best endurance: the polar law; None = the points, or constant
    points: tuple[tuple[float, float], ...] = ()  # (speed m/s, endurance h)

    def rate(self, speed: NDArray[np.float64], best_speed: float | None = None) -> NDArray[np.float64]:
        """Fuel burnt per hour at a speed, in units of the least: r >= 1."""
        if best_speed is not None:
            x = speed / best_speed
            return np.asarray((x**3 + 3.0 / x) / 4.0)
        if self.points:
            v, hours = np.array(sorted(self.points)).T
            return np.asarray(hours.max() / np.interp(speed, v, hours))
        return np.ones_like(speed)

    def best_speeds(self) -> Sequence[float | None]:
        """The values of the best speed to try: both ends of its range, or None."""
        return (None,) if self.best_speed is None else sorted({self.best_speed.low, self.best_speed.high})
