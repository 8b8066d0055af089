"""CSV, Parquet, AIS and the plain text tables of loggers -> rows. Columns are told by their names, else by what they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.read import times
from blindspot.measure.track.read.clean import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blindspot.measure.track.model import Floats, Ints
    from blindspot.measure.track.read.faults import Faults

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
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
ZONE = re.compile(r"\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:?\d\d)\b")
BATCH_BYTES, BATCH_ROWS = 16 << 20, 500_000
STAMPS = ("%d/%m/%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; told from the first batch of a file, and kept."""

    t: str
    lat: str | None
    lon: str | None
    id: str | None
    point: str | None = None
    planar: bool = False
    days: bool = False  # days since 1899-12-30 (GeoLife)


def read_parquet(path: Path, zone: times.Zone, faults: Faults) -> Iterator[Rows]:
    """A Parquet file with columns named as in CSV, in batches. Raises UsageError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        batches = pq.ParquetFile(path).iter_batches(BATCH_ROWS)
        yield from _batches(path, (pa.Table.from_batches([b]) for b in batches), zone, 1, faults)
    except pa.ArrowException as error:
        raise UsageError(f"{path.name}: is not a Parquet file that can be read ({error}).") from error


def read_csv(path: Path, zone: times.Zone, head: list[str], faults: Faults) -> Iterator[Rows]:
    """A text table in batches. `head` is its first lines. Raises UsageError where no positions are found in it."""
    delimiter = _delimiter(head[0])
    skip = 6 if head[0].lower().startswith("geolife") else 0
    delimiter = "," if skip else delimiter
    named = not skip and not any(_number(cell) for cell in _cells(head[0], delimiter)) and not POINT.search(head[0])
    faults.offsets.setdefault(path.name, set()).update(ZONE.findall("\n".join(head)))
    names = _cells(head[0], delimiter) if named else [f"f{i}" for i in range(len(_cells(head[skip], delimiter)))]
    tables = _tables(path, delimiter, skip, names if named else None, names, faults)
    columns = Columns("f4", "f0", "f1", None, days=True) if skip else None
    return _batches(path, tables, zone, skip + 1 + named, faults, columns)


def _tables(
    path: Path, delimiter: str, skip: int, header: list[str] | None, names: list[str], faults: Faults
) -> Iterator[Any]:
    """The table in batches of BATCH_BYTES.

    An all-text reading names each bad cell; it is taken only from where the fast one meets what it cannot read.
    """
    import pyarrow as pa
    from pyarrow import csv

    broken: list[int | None] = []

    def wrong(row: Any) -> str:
        broken.append(row.number)
        return "skip"

    # Rows are counted on one thread only.
    options = csv.ReadOptions(
        skip_rows=skip, autogenerate_column_names=header is None, use_threads=False, block_size=BATCH_BYTES
    )
    fast = csv.ConvertOptions(timestamp_parsers=[csv.ISO8601, *STAMPS])
    text = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    parse = csv.ParseOptions(delimiter=delimiter, invalid_row_handler=wrong)
    done = 0
    for convert in (fast, text):
        passed = 0
        broken.clear()
        try:
            for batch in csv.open_csv(path, options, parse, convert):
                table = pa.Table.from_batches([batch])[max(done - passed, 0) :]
                passed += batch.num_rows
                if table.num_rows:
                    yield table
                    done = passed
            if broken:
                what = "{n} row(s) with another number of columns than the first, left out"
                right = f"columns are divided by {delimiter!r}"
                faults.add(path.name, what, row=broken[0], right=right, n=len(broken))
        except pa.ArrowInvalid as error:
            if convert is text:
                raise UsageError(f"{path.name}: is not a table that can be read ({error}).") from error
        else:
            return


def _batches(
    path: Path, tables: Iterator[Any], zone: times.Zone, first: int, faults: Faults, columns: Columns | None = None
) -> Iterator[Rows]:
    for table in tables:
        columns = columns or _columns(path, table, faults)
        row = np.arange(first, first + table.num_rows)
        if columns.point:
            a, b = _points(table[columns.point])
        else:
            a, b = _floats(table[columns.lat]), _floats(table[columns.lon])
        if columns.days:
            t = (_floats(table[columns.t]) - 25569.0) * 86400.0
        else:
            t = _times(table[columns.t], path.name, zone, faults, first)
        ids = _ids(table[columns.id]) if columns.id else ((path.stem,), np.zeros(table.num_rows, np.int64))
        yield Rows(path.name, ids, t, a, b, row, columns.planar)
        first += table.num_rows


def _columns(path: Path, table: Any, faults: Faults) -> Columns:
    names = {re.sub(r"[^a-z0-9]", "", str(name).lower()): str(name) for name in table.column_names}

    def find(known: tuple[str, ...]) -> str | None:
        return next((names[k] for k in known if k in names), None)

    where = {"t": find(TIME), "lat": find(LAT), "lon": find(LON), "id": find(ID), "point": None}
    x, y = find(X), find(Y)
    planar = not (where["lat"] and where["lon"]) and bool(x and y)
    if planar:
        where |= {"lat": x, "lon": y}
    elif not (where["lat"] and where["lon"]):
        where |= _by_content(path, table, faults)
    if where["t"] is None:
        raise UsageError(f"{path.name}: has no column of times. Name one of the columns time.")
    return Columns(where["t"], where["lat"], where["lon"], where["id"], where["point"], planar)


def _ids(column: Any) -> tuple[tuple[str, ...], Ints]:
    """Names and the number of each row's."""
    coded = column.cast("string").fill_null("").combine_chunks().dictionary_encode()
    return tuple(coded.dictionary.to_pylist()), np.asarray(coded.indices, np.int64)


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
            faults.add(path.name, says, right="name the columns lat and lon if it is otherwise")
    return found


def _times(column: Any, file: str, zone: times.Zone, faults: Faults, first: int) -> Floats:
    kind = column.type
    if str(kind).startswith("timestamp"):
        t = _floats(column.cast("int64")) / {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]
        if not kind.tz:
            faults.no_zone(file, len(t), first)
            t = t - (zone.offset_s or 0.0)
        return t
    if str(kind) in ("string", "large_string", "date32[day]"):
        return times.texts(column.to_pylist(), file, zone, faults, first)
    t = _floats(column)
    whole = np.nanmax(np.abs(t)) if np.isfinite(t).any() else 0.0
    return times.numbers(t) if whole >= 1e8 else t  # small numbers: seconds from a start that the file does not give


def _points(column: Any) -> tuple[Floats, Floats]:
    found = [POINT.fullmatch(str(cell or "")) for cell in column.to_pylist()]
    pairs = [(float(m[2]), float(m[1])) if m and _number(m[1]) and _number(m[2]) else (np.nan, np.nan) for m in found]
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])


def _floats(column: Any) -> Floats:
    if str(column.type) in ("string", "large_string"):
        from pyarrow import compute

        trimmed = compute.utf8_trim_whitespace(column)
        is_number = compute.match_substring_regex(trimmed, NUMBER)
        column = compute.if_else(is_number, trimmed, None)
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
