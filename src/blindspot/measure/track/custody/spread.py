"""How far from where it was is a vehicle after so many seconds? The law that ships, and that of any set of tracks.

The law is a table of quantiles of the straight distance after gaps of 5 s to 30 min, fitted on taxis of one city
(displacement.json, bench/track_fit.py spread), interpolated in log time and log distance. `sigma` is the Gaussian sigma per
axis that holds as many look-alikes: E[exp(-pi rho r^2)] = 1 / (1 + 2 pi rho sigma^2) at the density asked about, so that
the planning form and the table agree there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from blindspot.measure.track.model import Floats, Tracks

GAPS_S = (5, 10, 15, 30, 60, 120, 180, 300, 420, 600, 900, 1800)
NEAR_M = 1500.0
LEVELS = np.linspace(0.01, 0.99, 50)


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles of distance, metres, (gaps, levels), and tempering exponent and crowding factor at each gap."""

    gaps_s: Floats
    metres: Floats
    tau: Floats
    crowd: Floats
    source: str

    def distances(self, seconds: float) -> Floats:
        """Equally likely distances after a gap, (levels,). Beyond the table it grows as the root of time."""
        at = np.log(np.clip(seconds, self.gaps_s[0], self.gaps_s[-1]))
        table = np.log(np.maximum(self.metres, 0.5))
        found = np.exp([np.interp(at, np.log(self.gaps_s), table[:, k]) for k in range(table.shape[1])])
        over = seconds / np.clip(seconds, self.gaps_s[0], self.gaps_s[-1])
        out: Floats = found * (over if over < 1 else np.sqrt(over))
        return out

    def sigma(self, seconds: Floats, density_m2: float) -> Floats:
        """The sigma of the planning form for gaps of these lengths among so many look-alikes per m2."""
        grid = np.geomspace(max(float(np.min(seconds)), 0.1), max(float(np.max(seconds)), 0.2), 24)
        held = [float(np.mean(np.exp(-np.pi * density_m2 * self.distances(s) ** 2))) for s in grid]
        at = np.sqrt((1 / np.clip(held, 1e-9, 1 - 1e-12) - 1) / (2 * np.pi * density_m2))
        out: Floats = np.interp(seconds, grid, at)
        return out

    def tempering(self, seconds: float) -> float:
        """The exponent for a gap of this length."""
        return float(np.interp(np.log(max(seconds, 1e-3)), np.log(self.gaps_s), self.tau))

    def crowding(self, seconds: float) -> float:
        """How many times the look-alikes of an even spread there are in effect, after a gap of this length."""
        at = np.log(max(seconds, 1e-3))
        return float(np.exp(np.interp(at, np.log(self.gaps_s), np.log(self.crowd))))


def spread_of(tracks: Tracks, source: str, gaps_s: tuple[float, ...] = GAPS_S) -> Spread:
    """The law of a set of tracks: distances of its vehicles, exponents and crowding as its own vehicles show them.

    Density is counted within NEAR_M of the vehicle; crowding is the factor under which the planning form gives the share
    that the best candidate is right. In gaps shorter than the interval between fixes positions are interpolated.
    """
    from scipy.optimize import brentq

    from blindspot.measure.track.custody.episodes import LENGTH_M, episodes, units
    from blindspot.measure.track.custody.evaluate import evaluate

    played, _ = units(tracks)
    rows: list[Floats] = []
    tau: list[float] = []
    crowd: list[float] = []
    for gap in gaps_s:
        e = episodes(played, gap, 4000)
        here = np.hypot(e.along[:, 0], e.across[:, 0]) * LENGTH_M
        rows.append(np.quantile(here, LEVELS))
        found = evaluate(e, gap)
        tau.append(float(found.exponents[:, 0].mean()))
        apart = np.hypot(e.along[:, 1:] - e.along[:, :1], e.across[:, 1:] - e.across[:, :1]) * LENGTH_M
        density = (apart < NEAR_M).sum(axis=1) / (np.pi * NEAR_M**2)
        flat = Spread(np.array([gap, gap + 1.0]), np.array([rows[-1]] * 2), np.ones(2), np.ones(2), "")
        sigma = float(flat.sigma(np.array([gap]), max(float(density.mean()), 1e-9))[0])
        share = float(found.right.mean())

        def short(c: float, density: Floats = density, sigma: float = sigma, share: float = share) -> float:
            return float(np.mean(1 / (1 + 2 * np.pi * np.exp(c) * density * sigma**2))) - share

        ends = short(-7.0), short(7.0)
        # Where too few episodes have a look-alike near by, the factor of the last length is kept.
        last = crowd[-1] if crowd else 1.0
        crowd.append(float(np.exp(brentq(short, -7.0, 7.0))) if ends[0] > 0 > ends[1] else last)
    return Spread(np.array(gaps_s, float), np.array(rows), np.array(tau), np.array(crowd), source)


@cache
def judged() -> dict[str, Any]:
    """How well P(same) was said of vehicles that were held out (reliability.json): `source` and a row for each gap."""
    text = files("blindspot.measure.track.custody").joinpath("reliability.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def shipped() -> Spread:
    """The law in the package."""
    text = files("blindspot.measure.track.custody").joinpath("displacement.json").read_text(encoding="utf-8")
    found = json.loads(text)
    return Spread(
        np.array(found["gaps_s"], float),
        np.array(found["metres"]),
        np.array(found["tau"]),
        np.array(found["crowding"]),
        found["source"],
    )
