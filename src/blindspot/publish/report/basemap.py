"""What ground does the user's own map show? Files in `basemap/` of the case, drawn quietly under everything else.

Vectors (OSM extract, GeoPackage, GeoJSON, PMTiles, Shapefile, FlatGeobuf) are read through GDAL, cut to the surroundings of
the case, simplified and held to a budget, the largest shapes first. A GeoTIFF of pictures is read by OpenCV and its own
tags (the wheel of GDAL that the project uses reads no rasters) and laid on the map's projection, small. Nothing rests on it.
"""

from __future__ import annotations

import bz2
import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blindspot.publish.report.context import Box

VECTORS = (".osm", ".osm.bz2", ".osm.pbf", ".pbf", ".gpkg", ".geojson", ".json", ".pmtiles", ".shp", ".fgb")
PICTURES = (".tif", ".tiff")
MOST_POINTS = 40_000  # of all shapes together: about 500 kB of the page
MOST_BYTES = 400_000_000  # of one file
WIDEST = 1400  # pixels of a picture
EDGE_M = 1500.0  # about the case, at least
COLUMNS = (
    "highway",
    "waterway",
    "railway",
    "building",
    "natural",
    "landuse",
    "leisure",
    "water",
    "class",
    "kind",
    "pmap:kind",
)
GREEN = {
    "forest",
    "wood",
    "grass",
    "park",
    "garden",
    "meadow",
    "farmland",
    "orchard",
    "scrub",
    "cemetery",
    "recreation_ground",
    "pitch",
}
MAJOR = {"motorway", "trunk", "primary", "secondary", "highway", "major_road"}

Shapes = list[tuple[str, Any]]  # kind of line or area, shapely shape in degrees


def basemap(folder: Path, box: Box | None) -> tuple[dict[str, Any], list[str]]:
    """`{"lines": [[kind, lon, lat, ...]], "areas": [...], "picture": {"src", "west", ...} | None}` and what could not be drawn."""
    found: dict[str, Any] = {"lines": [], "areas": [], "picture": None, "files": []}
    said: list[str] = []
    files = sorted(p for p in folder.glob("*") if p.is_file() and p.name.lower().endswith((*VECTORS, *PICTURES)))
    if not files or box is None:
        return found, [
            f"basemap/: holds {len(files)} file(s), but the case has no place to draw them about"
        ] if files else []
    around = _around(box)
    shapes: Shapes = []
    for path in files:
        try:
            if path.name.lower().endswith(PICTURES):
                found["picture"] = found["picture"] or _picture(path, around)
            else:
                shapes += _vectors(path, around)
            found["files"].append(path.name)
        except UsageError as error:
            said.append(f"basemap/{path.name}: {str(error).removeprefix(f'{path.name}: ')}")
    kept, left = _within_budget(shapes, around)
    for kind, ring, area in kept:
        found["areas" if area else "lines"].append([kind, *ring])
    if left:
        said.append(f"basemap: {left} small shapes are left out; the page holds {MOST_POINTS:,} points of ground")
    return found, said


def _around(box: Box) -> Box:
    """The box and half of it on each side, at least `EDGE_M`."""
    west, south, east, north = box
    metre = 1 / 111_320
    wide = np.cos(np.radians((south + north) / 2))
    across = max((east - west) / 2, EDGE_M * metre / max(float(wide), 0.05))
    up = max((north - south) / 2, EDGE_M * metre)
    return max(west - across, -180), max(south - up, -85), min(east + across, 180), min(north + up, 85)


def _vectors(path: Path, box: Box) -> Shapes:
    """The shapes of every layer of a file that come into the box."""
    from pyogrio.errors import DataLayerError, DataSourceError

    if path.stat().st_size > MOST_BYTES:
        raise UsageError(f"is larger than {MOST_BYTES // 1_000_000} MB; cut it to the surroundings of the case")
    try:
        with _plain(path) as readable:
            return [shape for layer in _layers(readable) for shape in _layer(readable, layer, box)]
    except (DataSourceError, DataLayerError, OSError, ValueError, EOFError) as error:
        raise UsageError(f"cannot be read as a map ({str(error).splitlines()[0][:120]})") from error


@contextlib.contextmanager
def _plain(path: Path) -> Iterator[Path]:
    """The file itself, or what is packed in it with bzip2."""
    if not path.name.lower().endswith(".bz2"):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / path.name[:-4]
        with bz2.open(path) as packed, target.open("wb") as plain:
            size = 0
            while block := packed.read(1 << 20):
                size += len(block)
                if size > MOST_BYTES:
                    raise UsageError(f"unpacks to more than {MOST_BYTES // 1_000_000} MB; cut it to the surroundings")
                plain.write(block)
        yield target


def _layers(path: Path) -> list[str]:
    import pyogrio

    return [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None and name != "points"]


def _layer(path: Path, layer: str, box: Box) -> Shapes:
    import pyogrio
    import shapely
    from pyproj import CRS, Transformer

    about = pyogrio.read_info(path, layer=layer)
    crs = CRS.from_user_input(about["crs"] or "EPSG:4326")
    degrees = crs.is_geographic
    there = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    asked = box if degrees else there.transform_bounds(*box)
    columns = [c for c in COLUMNS if c in set(about["fields"])]
    _, _, geometry, values = pyogrio.raw.read(path, layer=layer, bbox=asked, columns=columns)
    shapes = shapely.from_wkb(geometry, on_invalid="ignore")
    if not degrees:
        back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        shapes = shapely.transform(shapes, lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1])))
    out: Shapes = []
    for i, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            continue
        tags = {c: str(values[k][i]) for k, c in enumerate(columns) if values[k][i] not in {None, ""}}
        out.append((_kind(tags, layer), shape))
    return out


def _kind(tags: dict[str, str], layer: str) -> str:
    """Which of six quiet styles a shape gets, by its tags, else by the name of its layer."""
    said = {v.lower() for v in tags.values()}
    name = layer.lower()
    if "building" in tags or "building" in name:
        return "building"
    if "waterway" in tags or "water" in tags or "water" in said or "water" in name or "river" in said:
        return "water"
    if "highway" in tags or any(word in name for word in ("road", "transport", "street")):
        return "major" if said & MAJOR else "road"
    if "railway" in tags or "rail" in name:
        return "rail"
    if said & GREEN or any(word in name for word in ("green", "park", "forest")):
        return "green"
    return "other"


def _within_budget(shapes: Shapes, box: Box) -> tuple[list[tuple[str, list[float], bool]], int]:
    """Simplified rings and lines, the largest first, until the budget is spent; and how many were left out."""
    import shapely

    west, south, east, north = box
    step = max(east - west, north - south) / 3000
    frame = shapely.box(*box)
    parts: list[tuple[float, str, list[float], bool]] = []
    for kind, shape in shapes:
        cut = shapely.intersection(shapely.make_valid(shape), frame)
        for piece in shapely.get_parts(cut):
            area = piece.geom_type == "Polygon"
            if not area and piece.geom_type not in {"LineString", "LinearRing"}:
                continue
            if area and kind in {"major", "road", "rail"}:
                area = False
            line = shapely.simplify(piece.exterior if piece.geom_type == "Polygon" else piece, step)
            points = shapely.get_coordinates(line).round(5)
            if len(points) >= (4 if area else 2):
                parts.append(
                    (
                        -float(line.length) * (3 if kind in {"major", "water"} else 1),
                        kind,
                        points.ravel().tolist(),
                        area,
                    )
                )
    parts.sort(key=lambda p: (p[0], p[1], p[2]))
    spent, kept = 0, []
    for _, kind, flat, area in parts:
        spent += len(flat) // 2
        if spent > MOST_POINTS:
            break
        kept.append((kind, [round(v, 5) for v in flat], area))
    return kept, len(parts) - len(kept)


def _picture(path: Path, box: Box) -> dict[str, Any]:
    """A GeoTIFF on the map's own projection (Mercator), as a small JPEG: where it lies, and the picture as data."""
    import base64

    import cv2
    from pyproj import Transformer

    from blindspot.measure.coverage.geotiff import read_picture
    from blindspot.measure.footage.stills import jpeg

    image, (wide, high), left, top, crs = read_picture(path)
    mercator = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    own = Transformer.from_crs(crs, "EPSG:3857", always_xy=True)
    here = own.transform_bounds(left, top - high * image.shape[0], left + wide * image.shape[1], top)
    asked = mercator.transform_bounds(*box)
    west, south = max(here[0], asked[0]), max(here[1], asked[1])
    east, north = min(here[2], asked[2]), min(here[3], asked[3])
    if west >= east or south >= north:
        raise UsageError("lies away from the places of the case")
    step = max((east - west) / WIDEST, (north - south) / WIDEST, wide)
    columns, rows = max(2, round((east - west) / step)), max(2, round((north - south) / step))
    xs, ys = np.meshgrid(west + (np.arange(columns) + 0.5) * step, north - (np.arange(rows) + 0.5) * step)
    back = Transformer.from_crs("EPSG:3857", crs, always_xy=True)
    east_m, north_m = back.transform(xs, ys)
    column, row = (east_m - left) / wide - 0.5, (top - north_m) / high - 0.5
    drawn = cv2.remap(
        image, column.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255),
    )  # fmt: skip
    data = base64.b64encode(jpeg(np.asarray(drawn), 70)).decode()
    lon, lat = Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True).transform(
        [west, west + columns * step], [north, north - rows * step]
    )
    return {
        "src": f"data:image/jpeg;base64,{data}",
        "west": round(lon[0], 7), "north": round(lat[0], 7), "east": round(lon[1], 7), "south": round(lat[1], 7),
    }  # fmt: skip
