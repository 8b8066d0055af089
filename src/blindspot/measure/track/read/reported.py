"""The stops that people reported (stops.csv of a case) as fixes of one vehicle: where and when somebody says that it stood.

Positions are those of places.csv beside it. What lies between two reported stops was seen by nobody who told of it, and
`track` says so: gaps, with what they may hide.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.track.read import times
from blindspot.measure.track.read.clean import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.track.read.faults import Faults

NAME = "reported stops"


def is_reported(path: Path) -> bool:
    """Whether a file is stops.csv of a case."""
    return path.name == "stops.csv" and path.with_name("places.csv").is_file()


def read_reported(path: Path, zone: times.Zone, faults: Faults) -> Rows:
    """A fix at the start of each stop, and one at its end where that is told."""
    with path.with_name("places.csv").open(encoding="utf-8-sig", newline="") as file:
        places = {row.get("id"): (row.get("lat"), row.get("lon")) for row in csv.DictReader(file)}
    found: list[tuple[str, str, str, int]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            lat, lon = places.get(row.get("place"), (None, None))
            moments = [m for m in (row.get("start"), row.get("end")) if m]
            if not lat or not lon or not moments:
                faults.add(path.name, "{n} reported stop(s) without a known place or time, left out", row=number)
                continue
            found += [(moment, lat, lon, number) for moment in moments]
    t = times.texts([row[0] for row in found], path.name, zone, faults)
    a, b = (np.array([float(row[k]) for row in found]) for k in (1, 2))
    return Rows(
        path.name, ((NAME,), np.zeros(len(found), np.int64)), t, a, b, np.array([row[3] for row in found], np.int64)
    )
