"""CSV, Parquet, AIS and the plain text tables of loggers -> rows. Columns are told by their names, else by what they hold."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.read import geoparquet, times
from blindspot.measure.track.read.clean import Rows
from blindspot.measure.track.read.columns import POINT, Columns, columns_of, floats, is_number
from blindspot.measure.track.read.encoding import encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blindspot.measure.track.model import Floats, Ints
    from blindspot.measure.track.read.faults import Faults

ZONE = re.compile(r"\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:?\d\d)\b")
SLASHED = re.compile(r"\b(\d\d?)/(\d\d?)/\d{4}\b")
BATCH_BYTES, BATCH_ROWS = 16 << 20, 500_000
STAMPS = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S")


def read_parquet(path: Path, zone: times.Zone, faults: Faults) -> Iterator[Rows]:
    """A Parquet file with columns named as in CSV, in batches. Raises UsageError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        tables = (pa.Table.from_batches([b]) for b in file.iter_batches(BATCH_ROWS))
        yield from _batches(path, geoparquet.degrees(path, file.schema_arrow, tables), zone, 1, faults)
    except pa.ArrowException as error:
        raise UsageError(f"{path.name}: is not a Parquet file that can be read ({error}).") from error


def read_csv(path: Path, zone: times.Zone, head: list[str], faults: Faults) -> Iterator[Rows]:
    """A text table in batches. `head` is its first lines. Raises UsageError where no positions are found in it."""
    delimiter = _delimiter(head[0])
    skip = 6 if head[0].lower().startswith("geolife") else 0
    delimiter = "," if skip else delimiter
    named = not skip and not any(is_number(cell) for cell in _cells(head[0], delimiter)) and not POINT.search(head[0])
    start = "\n".join(head)
    faults.offsets.setdefault(path.name, set()).update(map(times.zone_name, ZONE.findall(start)))
    slashed = SLASHED.findall(start)
    if slashed:
        zone = replace(zone, month_first=any(int(second) > 12 for _, second in slashed))
        says = f"dates like {'12/31' if zone.month_first else '31/12'}/2021 are read with the {'month' if zone.month_first else 'day'} first"
        faults.add(path.name, says, right="write 2021-12-31")
    names = _cells(head[0], delimiter) if named else [f"f{i}" for i in range(len(_cells(head[skip], delimiter)))]
    day = "%m/%d" if zone.month_first else "%d/%m"
    stamps = [f"{day}/%Y %H:%M:%S", f"{day}/%Y %H:%M", *STAMPS]
    tables = _tables(path, delimiter, skip, stamps, names if named else None, names, faults)
    columns = Columns("f4", "f0", "f1", None, days=True) if skip else None
    return _batches(path, tables, zone, skip + 1 + named, faults, columns)


def _tables(
    path: Path, delimiter: str, skip: int, stamps: list[str], header: list[str] | None, names: list[str], faults: Faults
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
        skip_rows=skip,
        autogenerate_column_names=header is None,
        use_threads=False,
        block_size=BATCH_BYTES,
        encoding=encoding_of(path, faults).replace("utf-8", "utf8"),  # "utf8" alone is read without a detour
    )
    fast = csv.ConvertOptions(timestamp_parsers=[csv.ISO8601, *stamps])
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
    found = None
    for found in tables:
        names = [n if n not in found.column_names[:k] else f"{n} ({k})" for k, n in enumerate(found.column_names)]
        table = found.rename_columns(names)  # of two columns of one name the first counts
        columns = columns or columns_of(path, table, faults)
        row = np.arange(first, first + table.num_rows)
        if columns.point:
            a, b = _points(table[columns.point])
        else:
            a, b = floats(table[columns.lat]), floats(table[columns.lon])
        if columns.days:
            t = (floats(table[columns.t]) - 25569.0) * 86400.0
        else:
            t = _times(table, columns, path.name, zone, faults, first)
        # GeoLife: one folder per person, one file per trip.
        name = path.parents[1].name if columns.days and path.parent.name == "Trajectory" else path.stem
        ids = _ids(table[columns.id]) if columns.id else ((name,), np.zeros(table.num_rows, np.int64))
        yield Rows(path.name, ids, t, a, b, row, columns.planar)
        first += table.num_rows
    if found is None:
        faults.add(path.name, "names columns and holds no rows")


def _ids(column: Any) -> tuple[tuple[str, ...], Ints]:
    """Names and the number of each row's."""
    coded = column.cast("string").fill_null("").combine_chunks().dictionary_encode()
    return tuple(coded.dictionary.to_pylist()), np.asarray(coded.indices, np.int64)


def _times(table: Any, columns: Columns, file: str, zone: times.Zone, faults: Faults, first: int) -> Floats:
    column = table[columns.t]
    kind = column.type
    if columns.date is not None:  # the time of the day alone
        return times.texts(_dated(table[columns.date], column), file, zone, faults, first)
    if str(kind).startswith("timestamp"):
        t = floats(column.cast("int64")) / {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]
        if not kind.tz:
            faults.no_zone(file, len(t), first)
            t = t - (zone.offset_s or 0.0)
        return t
    if str(kind) in ("string", "large_string", "date32[day]"):
        return times.texts(column.to_pylist(), file, zone, faults, first)
    t = floats(column)
    whole = np.nanmax(np.abs(t)) if np.isfinite(t).any() else 0.0
    return times.numbers(t) if whole >= 1e8 else t  # small numbers: seconds from a start that the file does not give


def _dated(day: Any, time: Any) -> list[str]:
    return [f"{d} {t}" for d, t in zip(day.to_pylist(), time.to_pylist(), strict=True)]


def _points(column: Any) -> tuple[Floats, Floats]:
    found = [POINT.fullmatch(str(cell or "")) for cell in column.to_pylist()]
    pairs = [
        (float(m[2]), float(m[1])) if m and is_number(m[1]) and is_number(m[2]) else (np.nan, np.nan) for m in found
    ]
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])


def _delimiter(line: str) -> str:
    counts = {mark: line.count(mark) for mark in (",", ";", "\t", " ")}
    best = max(counts, key=lambda mark: (counts[mark] > 0 and mark != " ", counts[mark]))
    return best if counts[best] else ","


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter)]
