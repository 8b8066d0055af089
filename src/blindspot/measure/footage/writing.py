"""What a clip leaves on disk: GeoPackage, Parquet, CSV, KML, telemetry per frame. Whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np

from blindspot.case.cells import inert
from blindspot.case.store import write_bytes, write_text
from blindspot.measure.footage.stills import png
from blindspot.measure.footage.summary import target_rows
from blindspot.measure.footage.tables import frame_table, packet_table

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.footage.clip import Clip, Seen
    from blindspot.measure.footage.mosaic import Mosaic

STAMP = "2000-01-01T00:00:00.000Z"  # GDAL writes a date of change; a fixed one keeps the bytes the same from run to run
MOST_KML = 400


def write_clip(clip: Clip, out: Path, start: float | None = None) -> list[Path]:
    """Write everything that one clip leaves, under its name. `start`: where its film begins, seconds of PTS. Returns the files."""
    made: list[Path] = []
    for index, seen in enumerate(sorted(clip.seen, key=lambda s: -len(s.telemetry))):
        name = clip.name if index == 0 else f"{clip.name}-stream{seen.telemetry.stream}"
        table = packet_table(seen)
        made += [_parquet(table, out / f"{name}.parquet"), _csv(table, out / f"{name}.csv")]
        if np.isfinite(seen.footprints.lat).any():
            made += [_geopackage(clip, seen, out / f"{name}.gpkg"), _kml(clip, seen, out / f"{name}.kml")]
        if clip.footage.pictures:
            path = out / f"{name}.frames.json"
            write_text(path, json.dumps(frame_table(clip, seen, start), separators=(",", ":")) + "\n")
            made.append(path)
    return made


def _arrow(table: dict[str, Any]) -> Any:
    import pyarrow as pa

    arrays = {}
    for name, column in table.items():
        if isinstance(column, np.ndarray):
            missing = (
                column == -1
                if name in {"time_us", "place"} or (column.dtype == np.int64 and name != "packet")
                else None
            )
            arrays[name] = pa.array(column, mask=missing, from_pandas=True)
        else:
            arrays[name] = pa.array(column, pa.string())
    return pa.table(arrays)


def _parquet(table: dict[str, Any], path: Path) -> Path:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(_arrow(table), buffer, compression="zstd")
    write_bytes(path, buffer.getvalue())
    return path


def _csv(table: dict[str, Any], path: Path) -> Path:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table)
    columns = [_cells(name, column) for name, column in table.items()]
    writer.writerows(zip(*columns, strict=True))
    write_text(path, out.getvalue())
    return path


def _cells(name: str, column: Any) -> list[str]:
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        return ["" if v != v else f"{v:.10g}" for v in column.tolist()]  # noqa: PLR0124  # NaN is not itself
    if isinstance(column, np.ndarray):
        return ["" if v == -1 and name != "packet" else str(v) for v in column.tolist()]
    return ["" if v is None else inert(str(v)) for v in column]  # a text in telemetry is anybody's


def _geopackage(clip: Clip, seen: Seen, path: Path) -> Path:
    import shapely

    part = path.with_name(f".{path.stem}.{os.getpid()}.part.gpkg")
    part.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    t, f = seen.telemetry, seen.footprints
    lat, lon = t.number("sensor_latitude"), t.number("sensor_longitude")
    flown = np.isfinite(lat) & np.isfinite(lon) & (t.flags == 0)
    append = False
    if flown.sum() >= 2:
        line = shapely.linestrings(np.column_stack((lon[flown], lat[flown])))
        _layer(part, "sensor_path", {"clip": [clip.name]}, [line], "LineString", append=False)
        append = True
    there = np.flatnonzero(np.isfinite(f.corner_lat).all(axis=1))
    rows = {
        "packet": there, "time_us": np.where(t.time_us[there] >= 0, t.time_us[there], 0), "gsd_m": f.gsd[there, 0].mean(axis=1),
        "depression_deg": f.depression[there], "centre_gap_m": f.centre_gap[there], "flagged": (t.flags[there] != 0).astype(np.int64),
    }  # fmt: skip
    rings = np.stack((f.corner_lon[there], f.corner_lat[there]), -1)
    rings = np.concatenate((rings, rings[:, :1]), axis=1)
    _layer(part, "footprints", rows, list(shapely.polygons(rings)) if len(there) else [], "Polygon", append=append)
    middle = np.flatnonzero(np.isfinite(f.lat))
    _layer(
        part, "centres", {"packet": middle}, list(shapely.points(f.lon[middle], f.lat[middle])), "Point", append=True
    )
    targets = [r for r in target_rows(clip) if r["stream"] == t.stream and r["lat"] is not None]
    if targets:
        columns = {
            k: np.array([r[k] if r[k] is not None else -1 for r in targets]) for k in ("packet", "id", "row", "column")
        }
        points = [shapely.Point(r["lon"], r["lat"]) for r in targets]
        _layer(part, "targets", {**columns, "located": [r["located"] for r in targets]}, points, "Point", append=True)
    part.replace(path)
    return path


def _layer(path: Path, name: str, columns: dict[str, Any], shapes: list[Any], kind: str, *, append: bool) -> None:
    import pyarrow as pa
    import shapely
    from pyogrio import set_gdal_config_options, write_arrow

    set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    data = {k: pa.array(v, from_pandas=True) for k, v in columns.items()}
    data["geometry"] = pa.array([shapely.to_wkb(s) for s in shapes], pa.binary())
    write_arrow(
        pa.table(data),
        path,
        layer=name,
        driver="GPKG",
        geometry_name="geometry",
        geometry_type=kind,
        crs="EPSG:4326",
        append=append,
    )


def _kml(clip: Clip, seen: Seen, path: Path) -> Path:
    """Sensor path and footprints, thinned to a few hundred."""
    t, f = seen.telemetry, seen.footprints
    lat, lon, high = t.number("sensor_latitude"), t.number("sensor_longitude"), t.number("sensor_true_altitude")
    flown = np.flatnonzero(np.isfinite(lat) & np.isfinite(lon))
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>{escape(clip.name)}</name>",
    ]
    line = " ".join(
        f"{lon[i]:.7f},{lat[i]:.7f},{np.nan_to_num(high[i]):.1f}" for i in flown[:: max(1, len(flown) // MOST_KML)]
    )
    parts.append(
        f"<Placemark><name>sensor path</name><LineString><altitudeMode>absolute</altitudeMode><coordinates>{line}</coordinates></LineString></Placemark>"
    )
    there = np.flatnonzero(np.isfinite(f.corner_lat).all(axis=1))
    for i in there[:: max(1, len(there) // MOST_KML)]:
        ring = " ".join(f"{f.corner_lon[i, c]:.7f},{f.corner_lat[i, c]:.7f}" for c in (0, 1, 2, 3, 0))
        parts.append(
            f"<Placemark><name>footprint {i}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        )
    parts.append("</Document></kml>")
    write_text(path, "\n".join(parts) + "\n")
    return path


def write_mosaic(laid: Mosaic, path: Path) -> list[Path]:
    """The mosaic as PNG, see-through where nothing was seen, with a world file in degrees (EPSG:4326)."""
    alpha = np.where(laid.covered, 255, 0).astype(np.uint8)
    write_bytes(path, png(np.dstack((laid.pixels, alpha))))
    world = path.with_suffix(".pgw")
    middle = laid.west + laid.step_lon / 2, laid.north - laid.step_lat / 2
    write_text(world, "\n".join(f"{v:.12f}" for v in (laid.step_lon, 0, 0, -laid.step_lat, *middle)) + "\n")
    return [path, world]
