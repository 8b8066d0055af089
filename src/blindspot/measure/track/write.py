"""Tracks and stops -> GeoPackage, GeoJSON, MF-JSON, Parquet. Each file is written whole or not at all; same bytes each run."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.case.store import write_bytes, write_text
from blindspot.errors import UsageError
from blindspot.measure.track.summary import stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from blindspot.measure.track.model import Tracks

STAMP = "2000-01-01T00:00:00.000Z"  # GDAL writes a date of change; a fixed one keeps the bytes the same


def write_all(tracks: Tracks, found: dict[str, Any], out: Path, roads: Any = None) -> list[str]:
    """tracks.gpkg (layers fixes, tracks, stops), tracks.geojson, tracks.mfjson, fixes.parquet in `out`.

    found: the tables of `summarise`; roads: a `Matched`, adds positions on streets. Raises UsageError for tracks on a plane.
    """
    lat, lon = _rounded(tracks)
    write_text(out / "tracks.geojson", json.dumps(geojson(tracks, lat, lon, found)) + "\n")
    write_text(out / "tracks.mfjson", json.dumps(mfjson(tracks, lat, lon)) + "\n")
    _parquet(tracks, lat, lon, roads, out / "fixes.parquet")
    _geopackage(tracks, lat, lon, found, out / "tracks.gpkg")
    return [str(out / name) for name in ("tracks.gpkg", "tracks.geojson", "tracks.mfjson", "fixes.parquet")]


def geojson(tracks: Tracks, lat: np.ndarray, lon: np.ndarray, found: dict[str, Any]) -> dict[str, Any]:
    """A line per track with its times, a point per stop."""
    features: list[dict[str, Any]] = []
    for name, part in tracks:
        points = np.column_stack([lon[part], lat[part]]).tolist()
        shape = (
            {"type": "LineString", "coordinates": points}
            if len(points) > 1
            else {"type": "Point", "coordinates": points[0]}
        )
        times = [_fine(t) for t in tracks.t[part]]
        said = {"id": name, "times": times} if len(points) > 1 else {"id": name, "time": times[0]}
        features.append({"type": "Feature", "properties": said, "geometry": shape})
    for row in found["stops"]:
        point = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
        said = {k: row[k] for k in ("track", "start", "end", "p", "agreement", "p_stopped")}
        features.append({"type": "Feature", "properties": {"kind": "stop", **said}, "geometry": point})
    return {"type": "FeatureCollection", "features": features}


def mfjson(tracks: Tracks, lat: np.ndarray, lon: np.ndarray) -> dict[str, Any]:
    """OGC Moving Features JSON (19-045r3): a MovingPoint per track."""
    features = [
        {
            "type": "Feature",
            "id": name,
            "properties": {"name": name},
            "temporalGeometry": {
                "type": "MovingPoint",
                "datetimes": [_fine(t) for t in tracks.t[part]],
                "coordinates": np.column_stack([lon[part], lat[part]]).tolist(),
                "interpolation": "Linear",
            },
        }
        for name, part in tracks
    ]
    return {"type": "FeatureCollection", "features": features}


def _fine(seconds: float) -> str:
    """To the millisecond where the time is no whole second."""
    whole = round(float(seconds) * 1000)
    return stamp(seconds) if whole % 1000 == 0 else f"{stamp(whole // 1000)[:-1]}.{whole % 1000:03d}Z"


def _columns(tracks: Tracks, lat: np.ndarray, lon: np.ndarray) -> dict[str, Any]:
    import pyarrow as pa

    return {
        "id": pa.array(np.repeat(np.array(tracks.ids, dtype=object), np.diff(tracks.start)), pa.string()),
        "time": pa.array((tracks.t * 1000).round().astype("int64"), pa.timestamp("ms", "UTC")),
        "lat": pa.array(lat),
        "lon": pa.array(lon),
    }


def _parquet(tracks: Tracks, lat: np.ndarray, lon: np.ndarray, roads: Any, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = _columns(tracks, lat, lon)
    if roads is not None and tracks.frame is not None:
        road_lat, road_lon = tracks.frame.to_degrees(roads.x, roads.y)
        columns |= {"road_lat": pa.array(road_lat), "road_lon": pa.array(road_lon), "road_off_m": pa.array(roads.off_m)}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    write_bytes(path, sink.getvalue().to_pybytes())


@contextmanager
def fixes_file(path: Path | None) -> Iterator[Callable[[Tracks], None]]:
    """A Parquet file that grows by a set of tracks at a time and appears when all are written; None writes nothing."""
    if path is None:
        yield lambda _: None
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part.parquet")
    schema = pa.schema(
        [("id", pa.string()), ("time", pa.timestamp("ms", "UTC")), ("lat", pa.float64()), ("lon", pa.float64())]
    )
    try:
        with pq.ParquetWriter(part, schema) as writer:
            yield lambda tracks: writer.write_table(pa.table(_columns(tracks, *_rounded(tracks)), schema))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_mot(path: Path, frame: Any, number: Any, boxes: Any) -> str:
    """MOT text of boxes by their middle, pictures counted from 1 as MOT does; for `track FILE --clip` and `track custody`."""
    left, top = boxes.x - boxes.w / 2, boxes.y - boxes.h / 2
    rows = zip(frame + 1, number, left, top, boxes.w, boxes.h, strict=True)
    lines = [f"{int(f)},{int(i)},{a:.2f},{b:.2f},{w:.2f},{h:.2f},1,-1,-1\n" for f, i, a, b, w, h in rows]
    write_text(path, "".join(lines))
    return str(path)


def write_stops(found: dict[str, Any], out: Path) -> list[str]:
    """stops.gpkg alone, for sets that are too large to draw."""
    path = out / "stops.gpkg"
    with _layers(path) as layer:
        _stops(layer, found["stops"])
    return [str(path)] if found["stops"] else []


def _rounded(tracks: Tracks) -> tuple[np.ndarray, np.ndarray]:
    degrees = tracks.degrees()
    if degrees is None:
        raise UsageError(
            "these tracks are on a plane without a place on the Earth; map files need latitude and longitude."
        )
    return np.round(degrees[0], 7), np.round(degrees[1], 7)


def _geopackage(tracks: Tracks, lat: np.ndarray, lon: np.ndarray, found: dict[str, Any], path: Path) -> None:
    import shapely

    names = np.repeat(np.array(tracks.ids, dtype=object), np.diff(tracks.start)).tolist()
    with _layers(path) as layer:
        layer("fixes", {"track": names, "time": [_fine(t) for t in tracks.t]}, shapely.points(lon, lat), "Point")
        long = [(name, s) for name, s in tracks if s.stop - s.start > 1]
        if long:
            lines = [shapely.linestrings(lon[s], lat[s]) for _, s in long]
            layer("tracks", {"track": [name for name, _ in long]}, np.array(lines), "LineString")
        _stops(layer, found["stops"])


def _stops(layer: Callable[..., None], rows: list[dict[str, Any]]) -> None:
    import shapely

    if rows:
        columns = {k: [row[k] for row in rows] for k in ("track", "start", "end", "p", "agreement", "p_stopped")}
        layer("stops", columns, shapely.points([row["lon"] for row in rows], [row["lat"] for row in rows]), "Point")


@contextmanager
def _layers(path: Path) -> Iterator[Callable[..., None]]:
    """A GeoPackage to which layers are added, which appears when all are written."""
    import pyarrow as pa
    import shapely
    from pyogrio import set_gdal_config_options, write_arrow

    set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    part = path.with_name(f".{path.stem}.{os.getpid()}.part.gpkg")
    part.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)

    def layer(name: str, columns: dict[str, Any], shapes: Any, kind: str) -> None:
        table = pa.table({**columns, "geometry": pa.array(shapely.to_wkb(shapes), pa.binary())})
        write_arrow(
            table,
            part,
            layer=name,
            driver="GPKG",
            geometry_name="geometry",
            geometry_type=kind,
            crs="EPSG:4326",
            append=part.exists(),
        )

    try:
        yield layer
        if part.exists():
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)
