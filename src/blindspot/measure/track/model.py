"""What a set of tracks is: fixes of many vehicles in flat arrays, with the frame in which metres are meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from blindspot.errors import Problem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

EARTH_M = 6_371_008.8  # mean radius of the Earth, IUGG: (2a + b) / 3 of WGS 84


@dataclass(frozen=True, slots=True)
class Frame:
    """A local plane: x east, y north, in metres from (lat0, lon0), on the mean sphere.

    x is stretched as at lat0; who measures far from there multiplies dx by `stretch(y)`. Against the WGS 84 ellipsoid
    a distance is off by at most 0.6 %, below the error of any tracker.
    """

    lat0: float
    lon0: float

    def to_plane(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Degrees -> metres; longitudes are taken the short way round."""
        east = np.subtract(lon, self.lon0)
        if east.size and (east.min() < -180 or east.max() >= 180):
            east = (east + 180) % 360 - 180
        x = east * (np.pi / 180 * EARTH_M * np.cos(np.radians(self.lat0)))
        return x, (lat - self.lat0) * (np.pi / 180 * EARTH_M)

    def to_degrees(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Metres -> (lat, lon)."""
        lat = self.lat0 + np.degrees(y / EARTH_M)
        lon = self.lon0 + np.degrees(x / (EARTH_M * np.cos(np.radians(self.lat0))))
        return lat, (lon + 180) % 360 - 180

    def stretch(self, y: Floats) -> Floats:
        """True metres east per metre of x, at y: cos(lat) / cos(lat0)."""
        out: Floats = np.cos(np.radians(self.lat0) + np.asarray(y) / EARTH_M) / np.cos(np.radians(self.lat0))
        return out


@dataclass(frozen=True, slots=True)
class Tracks:
    """Fixes of many vehicles. Track k has the fixes start[k]:start[k + 1], in order of time, no two at one time.

    t: seconds since 1970, UTC. x, y: metres in `frame`; without a frame they are metres (or pixels) as given.
    """

    ids: tuple[str, ...]
    start: Ints  # (m + 1,)
    t: Floats  # (n,)
    x: Floats
    y: Floats
    frame: Frame | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[tuple[str, slice]]:
        for name, first, last in zip(self.ids, self.start[:-1], self.start[1:], strict=True):
            yield name, slice(int(first), int(last))

    @property
    def of(self) -> Ints:
        """The number of the track of each fix, (n,)."""
        return np.repeat(np.arange(len(self.ids)), np.diff(self.start))

    def degrees(self) -> tuple[Floats, Floats] | None:
        """(lat, lon) of each fix, or None where the tracks are not on the Earth."""
        return self.frame.to_degrees(self.x, self.y) if self.frame else None

    def choose(self, numbers: Iterable[int]) -> Tracks:
        """The tracks of these numbers, in this order."""
        kept = list(numbers)
        parts = [np.arange(self.start[k], self.start[k + 1]) for k in kept]
        index = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        start = np.concatenate(([0], np.cumsum([len(p) for p in parts]))).astype(np.int64)
        return Tracks(tuple(self.ids[k] for k in kept), start, self.t[index], self.x[index], self.y[index], self.frame)


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of many objects in the frames of one video (MOT text), sorted by frame.

    frame counts from the file's first; id < 0 marks a detection without identity. Pixels; x, y is the middle of the box.
    """

    frame: Ints
    id: Ints
    x: Floats
    y: Floats
    w: Floats
    h: Floats
    score: Floats
    name: str = ""
    fps: float = 30.0


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: tracks on the Earth or a plane, boxes of footage, and every problem met on the way."""

    tracks: Tracks
    boxes: tuple[Boxes, ...]
    problems: tuple[Problem, ...]


def pack(ids: Iterable[str], start: Ints, t: Floats, lat: Floats, lon: Floats) -> Tracks:
    """Tracks on the Earth from arrays of degrees; the frame lies at the middle fix."""
    if lat.size == 0:
        return Tracks(tuple(ids), start, t, lat, lon, Frame(0.0, 0.0))
    middle = len(lat) // 2
    frame = Frame(float(lat[middle]), float(lon[middle]))
    x, y = frame.to_plane(lat, lon)
    return Tracks(tuple(ids), start, t, x, y, frame)


def no_tracks() -> Tracks:
    """None at all."""
    none = np.zeros(0)
    return Tracks((), np.zeros(1, np.int64), none, none, none, Frame(0.0, 0.0))
