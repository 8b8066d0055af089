"""The places and stops of a case as layers for a GIS. An output only: a GIS rewrites the file by opening it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.case import Case

STAMP = "2000-01-01T00:00:00.000Z"  # GDAL writes a date of change; a fixed one keeps the bytes the same from run to run


def write_geopackage(case: Case, path: Path) -> None:
    """`places` (points with error_m) and `stops` (in order, at their places; stops without a place are left to the table)."""
    places = [(p.id, p.name, p.lon, p.lat, p.error_m, p.how) for p in case.places.values()]
    at = {p.id: p for p in case.places.values()}
    stops = [
        (s.id, s.activity, at[s.place].lon, at[s.place].lat, at[s.place].error_m, str(s.start or ""))
        for s in case.stops.values()
        if s.place
    ]
    part = path.with_name(f".{path.stem}.{os.getpid()}.part.gpkg")
    part.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    _layer(
        part,
        "places",
        ("id", "name", "how"),
        [(i, n, h) for i, n, _, _, _, h in places],
        [r[2:5] for r in places],
        append=False,
    )
    _layer(
        part,
        "stops",
        ("id", "activity", "start"),
        [(i, a, t) for i, a, _, _, _, t in stops],
        [r[2:5] for r in stops],
        append=True,
    )
    part.replace(path)


def _layer(
    path: Path,
    name: str,
    columns: tuple[str, ...],
    rows: list[tuple[str, ...]],
    points: list[tuple[float, float, float]],
    *,
    append: bool,
) -> None:
    import pyarrow as pa
    import shapely
    from pyogrio import set_gdal_config_options, write_arrow

    set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    data = {c: pa.array([r[i] for r in rows], pa.string()) for i, c in enumerate(columns)}
    data["error_m"] = pa.array([p[2] for p in points], pa.float64())
    data["geometry"] = pa.array([shapely.to_wkb(shapely.Point(x, y)) for x, y, _ in points], pa.binary())
    write_arrow(
        pa.table(data),
        path,
        layer=name,
        driver="GPKG",
        geometry_name="geometry",
        geometry_type="Point",
        crs="EPSG:4326",
        append=append,
    )
