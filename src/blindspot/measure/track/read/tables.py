"""CSV, Parquet, AIS and the plain text tables of loggers -> rows. Columns are told by their names, else by what they hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import Problem, UsageError, Where
from blindspot.measure.track.read import times
from blindspot.measure.track.read.clean import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.track.model import Floats, Ints

# Names, in lower case without marks, by which columns go.
TIME = (
    "time",
    "timestamp",
    "t",
    "ts",
    "datetime",
    "date",
    "unixtime",
    "basedatetime",
    "utc",
    "epoch",
    "posixtime",
    "start",
)
LAT = ("lat", "latitude", "ylat", "latdeg")
LON = ("lon", "long", "lng", "longitude", "xlon", "londeg")
X = ("x", "xm", "east", "easting")
Y = ("y", "ym", "north", "northing")
ID = (
    "id", "track", "trackid", "vehicle", "vehicleid", "taxiid", "mmsi", "name", "device", "deviceid", "objectid", "user",
    "userid", "uid", "trajectory", "trajectoryid", "trajid", "driver", "driverid", "cab", "agent", "taxi", "entity", "car",
    "tripid",
)  # fmt: skip
POINT = re.compile(r"\s*POINT\s*\(\s*(\S+)[\s,]+(\S+?)\s*\)\s*", re.IGNORECASE)
ZONE = re.compile(r"\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:?\d\d)\b")
STAMPS = ("%d/%m/%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S")


def read_parquet(path: Path, zone: times.Zone) -> Rows:
    """A Parquet file with columns named as in CSV. Raises UsageError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise UsageError(f"{path.name}: is not a Parquet file that can be read ({error}).") from error
    return _rows(path, table, zone, 1, [])


def read_csv(path: Path, zone: times.Zone, head: list[str]) -> Rows:
    """A text table. `head` is its first lines. Raises UsageError where no positions are found in it."""
    import pyarrow as pa
    from pyarrow import csv

    delimiter = _delimiter(head[0])
    skip = 6 if head[0].lower().startswith("geolife") else 0
    if skip:
        delimiter = ","
    named = not skip and not any(_number(cell) for cell in _cells(head[0], delimiter)) and not POINT.search(head[0])
    first = skip + 1 + named
    problems: list[Problem] = []
    broken: list[int] = []

    def wrong(row: Any) -> str:
        broken.append(row.number or 0)
        return "skip"

    # An all-text reading names each bad cell; it is taken only where the fast one meets something that it cannot read.
    # Rows are counted on one thread only.
    options = csv.ReadOptions(skip_rows=skip, autogenerate_column_names=not named, use_threads=False)
    parse = csv.ParseOptions(delimiter=delimiter, invalid_row_handler=wrong)
    stamps = [csv.ISO8601, *STAMPS]
    try:
        table = csv.read_csv(path, options, parse, csv.ConvertOptions(timestamp_parsers=stamps))
    except pa.ArrowInvalid:
        broken.clear()
        try:
            names = (
                _cells(head[0], delimiter) if named else [f"f{i}" for i in range(len(_cells(head[skip], delimiter)))]
            )
            kinds = {name: pa.string() for name in names}
            table = csv.read_csv(path, options, parse, csv.ConvertOptions(column_types=kinds))
        except pa.ArrowInvalid as error:
            raise UsageError(f"{path.name}: is not a table that can be read ({error}).") from error
    zones = set(ZONE.findall("\n".join(head[:2000])))
    if len(zones) > 1:
        says = f"times in {len(zones)} zones ({', '.join(sorted(zones))}); each is read in its own"
        problems.append(Problem(Where(path.name), says, None, None))
    if broken:
        says = f"{len(broken)} row(s) with another number of columns than the first, left out"
        problems.append(
            Problem(Where(path.name, broken[0] or None), says, None, f"columns are divided by {delimiter!r}")
        )
    return _rows(path, table, zone, first, problems, plt=bool(skip))


def _rows(path: Path, table: Any, zone: times.Zone, first: int, problems: list[Problem], *, plt: bool = False) -> Rows:
    names = {re.sub(r"[^a-z0-9]", "", str(name).lower()): str(name) for name in table.column_names}
    row = np.arange(first, first + table.num_rows)
    if plt:
        days = _floats(table["f4"])
        t = (days - 25569.0) * 86400.0  # days since 1899-12-30, UTC
        return Rows(path.name, np.full(len(t), path.stem), t, _floats(table["f0"]), _floats(table["f1"]), row)

    def find(known: tuple[str, ...]) -> str | None:
        return next((names[k] for k in known if k in names), None)

    where = {"t": find(TIME), "lat": find(LAT), "lon": find(LON), "x": find(X), "y": find(Y), "id": find(ID)}
    planar = False
    if where["lat"] and where["lon"]:
        a, b = _floats(table[where["lat"]]), _floats(table[where["lon"]])
    elif where["x"] and where["y"]:
        planar = True
        a, b = _floats(table[where["x"]]), _floats(table[where["y"]])
    else:
        where |= _by_content(path, table, problems)
        if where.get("point"):
            a, b = _points(table[where["point"]])
            says = "positions POINT(x y) are read as longitude, latitude, as the OGC writes them"
            problems.append(Problem(Where(path.name), says, None, "name the columns lat and lon if it is otherwise"))
        else:
            a, b = _floats(table[where["lat"]]), _floats(table[where["lon"]])
    if where["t"] is None:
        raise UsageError(f"{path.name}: has no column of times. Name one of the columns time.")
    t = _times(table[where["t"]], path.name, zone, problems, first)
    ids = _ids(table[where["id"]]) if where["id"] else (np.array([path.stem]), np.zeros(table.num_rows, np.int64))
    return Rows(path.name, ids, t, a, b, row, planar, problems)


def _ids(column: Any) -> tuple[np.ndarray, Ints]:
    """Sorted names and the number of each row's."""
    coded = column.cast("string").fill_null("").combine_chunks().dictionary_encode()
    names = np.asarray(coded.dictionary.to_pylist(), dtype=str)
    order = np.argsort(names)
    place = np.empty(len(names), np.int64)
    place[order] = np.arange(len(names))
    return names[order], place[np.asarray(coded.indices, np.int64)]


def _by_content(path: Path, table: Any, problems: list[Problem]) -> dict[str, str | None]:
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
            elif found["t"] is None and re.match(r"\d{4}-\d\d-\d\d", text):
                found["t"] = name
            elif found["id"] is None and not _number(text):
                found["id"] = name
            if not _number(text):
                continue
        values = _floats(sample)
        size = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else np.nan
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
            problems.append(Problem(Where(path.name), says, None, "name the columns lat and lon if it is otherwise"))
    return found


def _times(column: Any, file: str, zone: times.Zone, problems: list[Problem], first: int) -> Floats:
    kind = column.type
    if str(kind).startswith("timestamp"):
        t = _floats(column.cast("int64")) / {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]
        if not kind.tz:
            times.say_zone(problems, Where(file, first), len(t), zone)
            t = t - (zone.offset_s or 0.0)
        return t
    if str(kind) in ("string", "large_string", "date32[day]"):
        return times.texts(column.to_pylist(), file, zone, problems, first)
    t = _floats(column)
    whole = np.nanmax(np.abs(t)) if np.isfinite(t).any() else 0.0
    return times.numbers(t) if whole >= 1e8 else t  # small numbers: seconds from a start that the file does not give


def _points(column: Any) -> tuple[Floats, Floats]:
    found = [POINT.fullmatch(str(cell or "")) for cell in column.to_pylist()]
    pairs = [(float(m[2]), float(m[1])) if m and _number(m[1]) and _number(m[2]) else (np.nan, np.nan) for m in found]
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])


def _floats(column: Any) -> Floats:
    if str(column.type) in ("string", "large_string"):
        cells = column.to_pylist()
        return np.array([float(c) if c is not None and _number(c) else np.nan for c in cells])
    if str(column.type) in ("null", "bool"):
        return np.full(len(column), np.nan)
    out: Floats = np.asarray(column.cast("float64", safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)
    return out


def _delimiter(line: str) -> str:
    counts = {mark: line.count(mark) for mark in (",", ";", "\t", " ")}
    best = max(counts, key=lambda mark: (counts[mark] > 0 and mark != " ", counts[mark]))
    return best if counts[best] else ","


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter)]


def _number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except (TypeError, ValueError):
        return False
