"""What is there, and how does the camera fly and look? Smooth functions of time, seeded, defined for every moment.

Coordinates are metres east and north of the scene's origin; the ground is flat at one height above the ellipsoid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from blindspot.measure.footage import geometry as geo


@dataclass(frozen=True)
class Scene:
    """A place with buildings, vehicles, people and a camera in orbit. Angles in degrees, lengths in metres."""

    seed: int = 1
    lat: float = 34.5
    lon: float = 69.2
    ground: float = 1800.0
    radius: float = 2200.0
    above: float = 1800.0
    hfov: float = 4.0
    vehicles: int = 4
    people: int = 6
    buildings: int = 14
    extent: float = 400.0  # side of the drawn square

    @cached_property
    def numbers(self) -> dict[str, np.ndarray]:
        """All that is random, drawn once."""
        r = np.random.default_rng(self.seed)
        return {
            "phase": r.uniform(0, 2 * np.pi, 8),
            "rate": r.uniform(0.15, 1.4, 6),
            "reach": r.uniform(3.0, 14.0, 6),
            "orbit": np.array([r.uniform(0, 360), r.choice([-1, 1]) * r.uniform(0.8, 1.6)]),
            "turn": r.uniform(0.2, 0.7, 2),
            "vehicle": np.column_stack((r.uniform(-70, 70, (64, 2)), r.uniform(-180, 180, 64), r.uniform(4, 11, 64))),
            "person": np.column_stack((r.uniform(-45, 45, (64, 2)), r.uniform(-180, 180, 64), r.uniform(0.3, 1.4, 64))),
            "building": np.column_stack(
                (
                    r.uniform(-120, 120, (128, 2)),
                    r.uniform(6, 18, (128, 2)),
                    r.uniform(3, 9, 128),
                    r.uniform(60, 220, 128),
                )
            ),
        }

    @cached_property
    def _base(self) -> tuple[np.ndarray, np.ndarray]:
        at = geo.to_ecef(np.array(self.lat), np.array(self.lon), np.array(self.ground))
        return at, geo.north_east_down(np.array(self.lat), np.array(self.lon))

    def to_earth(self, east: np.ndarray, north: np.ndarray, up: np.ndarray) -> np.ndarray:
        """Earth-centred points of local coordinates, the ground bent with the ellipsoid."""
        origin, axes = self._base
        flat = origin + np.stack(np.broadcast_arrays(north, east, np.zeros_like(east)), -1) @ axes.T
        lat, lon, _ = geo.to_geodetic(flat)
        return geo.to_ecef(lat, lon, self.ground + up)

    def to_local(self, at: np.ndarray) -> np.ndarray:
        """East and north (..., 2) of earth-centred points near the ground."""
        origin, axes = self._base
        local: np.ndarray = ((at - origin) @ axes)[..., [1, 0]]
        return local

    def aim(self, t: np.ndarray) -> np.ndarray:
        """(..., 2) east and north of where the camera is meant to look: wanders with holds and quick moves."""
        n = self.numbers
        wave = [n["reach"][i] * np.sin(n["rate"][i] * t + n["phase"][i]) for i in range(6)]
        jerk = np.tanh(4 * np.sin(0.9 * t + n["phase"][6])) * 6
        return np.stack((wave[0] + wave[1] * 0.5 + wave[2] * 0.3 + jerk, wave[3] + wave[4] * 0.5 + wave[5] * 0.3), -1)

    def pose(self, t: np.ndarray) -> dict[str, np.ndarray]:
        """Tag values of ST 0601 at moments t (seconds): the gimbal points at `aim` from the orbit."""
        n = self.numbers
        angle = np.radians(n["orbit"][0] + n["orbit"][1] * t)
        east, north = self.radius * np.sin(angle), self.radius * np.cos(angle)
        at = self.to_earth(east, north, np.full_like(t, self.above))
        lat, lon, height = geo.to_geodetic(at)
        heading = (np.degrees(angle) + np.sign(n["orbit"][1]) * 90) % 360
        pitch = 2 + 0.5 * np.sin(n["turn"][0] * t)
        roll = np.sign(n["orbit"][1]) * (8 + 1.5 * np.sin(n["turn"][1] * t + 1))
        look = self.aim(t)
        to = self.to_earth(look[..., 0], look[..., 1], np.zeros_like(t)) - at
        ned = np.einsum("...ji,...j->...i", geo.north_east_down(lat, lon), to)
        body = np.einsum("...ji,...j->...i", geo.rotation(heading, pitch, roll), ned)
        return {
            "sensor_latitude": lat, "sensor_longitude": lon, "sensor_ellipsoid_height": height,
            "platform_heading": heading, "platform_pitch_full": pitch, "platform_roll_full": roll,
            "sensor_relative_azimuth": np.degrees(np.arctan2(body[..., 1], body[..., 0])) % 360,
            "sensor_relative_elevation": -np.degrees(np.arctan2(body[..., 2], np.hypot(body[..., 0], body[..., 1]))),
            "sensor_relative_roll": np.zeros_like(t), "sensor_horizontal_fov": np.full_like(t, self.hfov),
            "slant_range": np.linalg.norm(to, axis=-1),
        }  # fmt: skip

    def movers(self, t: float, kind: str) -> np.ndarray:
        """(n, 3) east, north and heading in degrees of "vehicle"s or "person"s at a moment: back and forth on a line."""
        rows = self.numbers[kind][: self.vehicles if kind == "vehicle" else self.people]
        swing = 40.0 if kind == "vehicle" else 10.0
        way = rows[:, 3] * t
        along = swing - np.abs(way % (4 * swing) - 2 * swing)
        facing = np.where(way % (4 * swing) < 2 * swing, 1.0, -1.0)
        a = np.radians(rows[:, 2])
        return np.column_stack(
            (rows[:, 0] + along * np.sin(a), rows[:, 1] + along * np.cos(a), rows[:, 2] + 90 * (1 - facing))
        )
