"""Which column of a table holds what? Told by its name, else by part of its name, else by what it holds; guesses are said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.track.model import Floats
    from blindspot.measure.track.read.faults import Faults

# Names, in lower case without marks, by which columns go: of trackers, AIS archives, taxi sets, phones.
TIME = (
    "time", "timestamp", "t", "ts", "datetime", "unixtime", "basedatetime", "utc", "epoch", "posixtime", "start", "tst",
    "tstamp", "devicetime", "fixtime", "gpstime", "locationtimestamp", "date",
)  # fmt: skip
LAT = ("lat", "latitude", "ylat", "latdeg")
LON = ("lon", "long", "lng", "longitude", "xlon", "londeg")
X = ("x", "xm", "east", "easting")
Y = ("y", "ym", "north", "northing")
ID = (
    "id", "track", "trackid", "vehicle", "vehicleid", "taxiid", "mmsi", "name", "device", "deviceid", "objectid", "user",
    "userid", "uid", "trajectory", "trajectoryid", "trajid", "driver", "driverid", "cab", "agent", "taxi", "entity", "car",
    "vesselid", "imo", "imei", "callsign", "plate", "tripid",
)  # fmt: skip
# Parts of names, for what no list holds: date_time_utc, gps_latitude, lon_wgs84.
TIME_PART, LAT_PART, LON_PART = r"time|stamp", r"lat$|latitude|^lat(?!lon)", r"lon$|lng$|longitude|^lon|^lng"
ID_PART = r"(vehicle|device|vessel|ship|driver|object|track|user|unit|asset|car|truck|taxi).*(id|no|name|number)$"
POINT = re.compile(r"\s*POINT\s*\(\s*(\S+)[\s,]+(\S+?)\s*\)\s*", re.IGNORECASE)
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(frozen=True, slots=True)
class Columns:
    """Told from the first batch of a file, and kept. date: of the day, where time is that of the day alone."""

    t: str
    lat: str | None
    lon: str | None
    id: str | None
    point: str | None = None
    planar: bool = False
    days: bool = False  # days since 1899-12-30 (GeoLife)
    date: str | None = None


def columns_of(path: Path, table: Any, faults: Faults) -> Columns:
    """The columns of a table by its first batch. Raises UsageError where positions or times are missing."""
    names = {re.sub(r"[^a-z0-9]", "", str(name).lower()): str(name) for name in table.column_names}

    def find(known: tuple[str, ...], part: str = "$^") -> str | None:
        exact = (names[k] for k in known if k in names)
        return next(exact, next((name for key, name in names.items() if re.search(part, key)), None))

    where = {"t": find(TIME, TIME_PART), "lat": find(LAT, LAT_PART), "lon": find(LON, LON_PART)}
    where |= {"id": find(ID, ID_PART), "point": None}
    x, y = find(X), find(Y)
    planar = not (where["lat"] and where["lon"]) and bool(x and y)
    if planar:
        where |= {"lat": x, "lon": y}
        a, b = floats(table[x]), floats(table[y])
        if table.num_rows > 1 and _like_degrees(a, 180) and _like_degrees(b, 90):
            says = "x and y are read as metres; they look like degrees"
            faults.add(path.name, says, right="name them lon and lat if they are")
    elif not (where["lat"] and where["lon"]):
        where |= _by_content(path, table, faults)
    date = next((names[k] for k in ("date", "day", "gpsdate") if k in names), None)
    date = date if date != where["t"] else None
    if where["t"] is None:
        raise UsageError(f"{path.name}: has no column of times. Name one of the columns time.")
    of_day = str(table[where["t"]].type).startswith("time") and not str(table[where["t"]].type).startswith("timestamp")
    if of_day and date is None:
        says = f"{path.name}: column {where['t']} holds times of the day without a date. Add a column date."
        raise UsageError(says)
    return Columns(
        where["t"], where["lat"], where["lon"], where["id"], where["point"], planar, False, date if of_day else None
    )


def _like_degrees(values: Floats, most: float) -> bool:
    """No vehicle stays within a metre; a town lies within a degree."""
    known = values[np.isfinite(values)]
    return bool(known.size) and bool(np.abs(known).max() <= most) and bool(np.ptp(known) < 1)


def _by_content(path: Path, table: Any, faults: Faults) -> dict[str, str | None]:
    """Which column holds what, where the names do not say: times are large or dated, degrees have decimals."""
    found: dict[str, str | None] = {"t": None, "lat": None, "lon": None, "id": None, "point": None}
    degrees: list[tuple[str, float]] = []
    for name in table.column_names:
        column = table[name]
        kind = str(column.type)
        sample = column.slice(0, 1000)
        if kind.startswith("timestamp"):
            found["t"] = found["t"] or name
            continue
        if kind == "string":
            text = str(sample[0].as_py() or "")
            if POINT.fullmatch(text):
                found["point"] = name
                says = "positions POINT(x y) are read as longitude, latitude, as the OGC writes them"
                faults.add(path.name, says, right="name the columns lat and lon if it is otherwise")
            elif found["t"] is None and re.match(r"\d{4}-\d\d-\d\d", text):
                found["t"] = name
            elif found["id"] is None and not is_number(text):
                found["id"] = name
            if not is_number(text):
                continue
        values = floats(sample)
        if not np.isfinite(values).any():
            continue
        size = float(np.nanmax(np.abs(values)))
        if size >= 1e8:
            found["t"] = found["t"] or name
        elif size <= 360 and (np.mod(values[np.isfinite(values)], 1) != 0).any():
            degrees.append((name, size))
        elif found["id"] is None and float(np.nanmax(values)) > 1:
            found["id"] = name
    if not found["point"]:
        if len(degrees) < 2:
            raise UsageError(
                f"{path.name}: has no columns of positions. Name two of the columns lat and lon (degrees) or x and y (metres)."
            )
        (first, size_first), (second, size_second) = degrees[:2]
        turned = size_first > 90 >= size_second
        found["lat"], found["lon"] = (second, first) if turned else (first, second)
        if size_first <= 90 and size_second <= 90:
            says = f"columns have no names: column {first} is taken as latitude and {second} as longitude"
            faults.add(path.name, says, right="name the columns lat and lon if it is otherwise")
    return found


def floats(column: Any) -> Floats:
    """A column as numbers, NaN where it holds none; a decimal comma is read where it is the only comma."""
    if str(column.type) in ("string", "large_string"):
        from pyarrow import compute

        trimmed = compute.utf8_trim_whitespace(column)
        trimmed = compute.replace_substring_regex(trimmed, r"^([+-]?\d+),(\d+)$", r"\1.\2")
        known = compute.match_substring_regex(trimmed, NUMBER)
        column = compute.if_else(known, trimmed, None)
    elif not re.match(r"u?int|float|double|halffloat|decimal", str(column.type)):
        return np.full(len(column), np.nan)  # true, a time of the day, bytes
    out: Floats = np.asarray(column.cast("float64", safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)
    return out


def is_number(text: str) -> bool:
    """Whether a cell is a finite number."""
    try:
        return bool(np.isfinite(float(text)))
    except (TypeError, ValueError):
        return False
