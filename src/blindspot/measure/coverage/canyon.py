"""Without any surface: from how much of a courtyard or an alley is a person in line of sight, and how much lies in shade?

A sensor at depression angle d clears a wall of height h for a person of height p standing further from it, along the
ray, than c = max(h - p, 0) / tan d. All rays from one side are parallel, so the hidden part is the wall's "shadow":
  court of w by l, azimuth f   seen = (1 - c |cos f| / w)+ (1 - c |sin f| / l)+
  alley of width w             seen = (1 - c |cos f| / w)+
averaged over the azimuth where the sensor circles. The sun obeys the same equation with its elevation in place of d.
Ranges of wall, width and depression give a range: what can be said of a place of which only its kind is known.
"""

from __future__ import annotations

from datetime import UTC
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.quantities import Range

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

SETTINGS = ("courtyard", "alley", "open")
_AZIMUTHS = np.linspace(0, np.pi, 181)[:-1] + np.pi / 360


def line_of_sight(setting: str, wall_m: Range, width_m: Range, depression_deg: Range, person_m: Range) -> Range:
    """Share of the place (and of the sensor's azimuths) in line of sight, over every corner of the ranges."""
    if setting not in SETTINGS:
        raise UsageError(f"{setting}: is not a setting; choose one of {', '.join(SETTINGS)}")
    if setting == "open":
        return Range(1.0, 1.0)
    corners = product(*((r.low, r.high) for r in (wall_m, width_m, depression_deg, person_m)))
    shares = [seen_share(setting, *corner) for corner in corners]
    return Range(min(shares), max(shares))


def seen_share(
    setting: str, wall: float, width: float, elevation_deg: float, person: float, azimuth_deg: float | None = None
) -> float:
    """The equation above at one point; without an azimuth, averaged over all. A court is square."""
    if not 0 < elevation_deg <= 90:
        return 0.0 if elevation_deg <= 0 else 1.0
    if width <= 0:
        raise UsageError("a courtyard or an alley needs a width above 0 metres")
    reach = max(wall - person, 0.0) / np.tan(np.radians(elevation_deg)) / width
    turn = _AZIMUTHS if azimuth_deg is None else np.radians(azimuth_deg)
    first = np.maximum(1 - reach * np.abs(np.cos(turn)), 0)
    second = np.maximum(1 - reach * np.abs(np.sin(turn)), 0) if setting == "courtyard" else 1.0
    return float(np.mean(first * second))


def drawn_share(
    setting: str,
    wall: NDArray[np.float64],
    width: NDArray[np.float64],
    elevation_deg: NDArray[np.float64],
    person: float,
) -> NDArray[np.float64]:
    """The equation averaged over all azimuths, for arrays of measures (n,)."""
    if setting == "open":
        return np.ones_like(wall)
    turn = _AZIMUTHS[::3]
    rise = np.tan(np.radians(np.maximum(elevation_deg, 1e-3)))  # below the horizon everything is hidden
    reach = (np.maximum(wall - person, 0.0) / rise / width)[:, None]
    share = np.maximum(1 - reach * np.abs(np.cos(turn)), 0)
    if setting == "courtyard":
        share = share * np.maximum(1 - reach * np.abs(np.sin(turn)), 0)
    return np.asarray(share.mean(axis=1))


def in_shade(setting: str, wall_m: Range, width_m: Range, elevation_deg: float, person_m: Range) -> Range:
    """Share of the place that the sun, at that elevation, does not reach, averaged over the lie of the walls."""
    lit = line_of_sight(setting, wall_m, width_m, Range(elevation_deg, elevation_deg), person_m)
    return Range(1 - lit.high, 1 - lit.low)


def sun(when: datetime, lat: float, lon: float) -> tuple[float, float]:
    """Elevation and azimuth of the sun in degrees (Astronomical Almanac's low-precision formula: within 0.02 degrees
    for 1950-2050; refraction left out).
    """
    moment = when.astimezone(UTC)
    days = (moment.timestamp() - 946728000.0) / 86400.0  # from J2000.0
    mean_longitude = np.radians((280.460 + 0.9856474 * days) % 360)
    anomaly = np.radians((357.528 + 0.9856003 * days) % 360)
    ecliptic = mean_longitude + np.radians(1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    tilt = np.radians(23.439 - 0.0000004 * days)
    right_ascension = np.arctan2(np.cos(tilt) * np.sin(ecliptic), np.cos(ecliptic))
    declination = np.arcsin(np.sin(tilt) * np.sin(ecliptic))
    sidereal = np.radians((280.46061837 + 360.98564736629 * days + lon) % 360)
    hour = sidereal - right_ascension
    phi = np.radians(lat)
    elevation = np.arcsin(np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour))
    azimuth = np.arctan2(-np.sin(hour), np.tan(declination) * np.cos(phi) - np.sin(phi) * np.cos(hour))
    return float(np.degrees(elevation)), float(np.degrees(azimuth) % 360)
