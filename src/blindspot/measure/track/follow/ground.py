"""Pixel tracks -> tracks on the Earth with the error of their pointing.

How a pixel meets the ground is the footage room's to say; it comes in as a function, so that rooms do not know one another.
A 100 m visit radius with 60 m of pointing error is another null: the error goes to `error_m` of a base rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.follow.many import named
from blindspot.measure.track.model import Tracks, pack

if TYPE_CHECKING:
    from blindspot.measure.track.model import Boxes, Floats


class OnGround(Protocol):
    """What is known of n pixels: seconds since 1970, degrees, one deviation across and along the line of sight; NaN: not."""

    @property
    def t(self) -> Floats: ...
    @property
    def lat(self) -> Floats: ...
    @property
    def lon(self) -> Floats: ...
    @property
    def across_m(self) -> Floats: ...
    @property
    def along_m(self) -> Floats: ...
    @property
    def has_clock(self) -> bool: ...


class Ground(Protocol):
    """Number of the picture (0 is the first) and pixels of each box -> where that is on the ground."""

    def __call__(self, picture: Floats, x: Floats, y: Floats) -> OnGround: ...


def boxes_on_ground(boxes: Boxes, ground: Ground) -> tuple[Tracks, list[dict[str, Any]], list[str]]:
    """The tracks of the objects, a table of their errors, and what is to be said against it. Raises UsageError.

    The middle of a box is placed: from high up the roof of a car, a metre or two from its wheels. Files that count pictures
    from 1 (MOT) and from 0 are told apart by their least number.
    """
    boxes, said = named(boxes)
    first = 0 if boxes.frame.min() == 0 else 1
    found = ground((boxes.frame - first).astype(float), boxes.x, boxes.y)
    good = np.isfinite(found.lat) & np.isfinite(found.lon) & np.isfinite(found.t)
    if not good.any():
        raise UsageError(
            f"{boxes.name}: no box could be placed on the ground; the clip has no pose that its telemetry bears out."
        )
    if not found.has_clock:
        said.append("the telemetry has no clock: times are seconds from the first picture")
    order = np.flatnonzero(good)[np.lexsort((found.t[good], boxes.id[good]))]
    number = boxes.id[order]
    keep = np.ones(len(order), bool)
    keep[1:] = (np.diff(number) != 0) | (np.diff(found.t[order]) > 0)
    order, number = order[keep], number[keep]
    names, start = np.unique(number, return_index=True)
    ids = tuple(f"{boxes.name}:{name}" for name in names)
    ends = np.append(start, len(order)).astype(np.int64)
    tracks = pack(ids, ends, found.t[order], found.lat[order], found.lon[order])
    lost = {int(n): int(c) for n, c in zip(*np.unique(boxes.id[~good], return_counts=True), strict=True)}
    table = [
        {
            "id": ids[k],
            "fixes": part.stop - part.start,
            "not_placed": lost.get(int(names[k]), 0),
            "across_m": _spread(found.across_m[order[part]]),
            "along_m": _spread(found.along_m[order[part]]),
        }
        for k, (_, part) in enumerate(tracks)
    ]
    return tracks, table, said


def _spread(error: Floats) -> dict[str, float]:
    low, median, high = np.quantile(error, [0.05, 0.5, 0.95])
    return {"low": round(float(low), 2), "median": round(float(median), 2), "high": round(float(high), 2)}
