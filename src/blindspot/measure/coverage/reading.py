"""Files of this room: a GeoTIFF of heights -> a surface; a CSV of sensor positions -> a path."""

from __future__ import annotations

import csv
import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.coverage.seen import Path, checked_path
from blindspot.measure.coverage.surface import Surface, checked
from blindspot.quantities import read_moment

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    from numpy.typing import NDArray

_SIZE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}  # bytes of a TIFF field type
_CODE = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d"}
PATH_COLUMNS = ("time", "lat", "lon", "height_m", "aim_lat", "aim_lon", "radius_m", "gsd_m", "attended")


def read_surface(file: pathlib.Path, ground: pathlib.Path | None = None) -> Surface:
    """A surface from a one-band GeoTIFF of heights in a metric projection, north up; `ground`: the bare ground, same grid.

    Raises UsageError in one line for anything else: no coordinate system, degrees, holes, a turned or non-square grid.
    """
    z, cell, x, y, crs = _geotiff(file)
    z = checked(z, cell, file.name)
    bare = None
    if ground is not None:
        below, cell2, x2, y2, crs2 = _geotiff(ground)
        if below.shape != z.shape or (cell2, x2, y2, crs2) != (cell, x, y, crs):
            raise UsageError(f"{ground.name}: does not lie on the same grid as {file.name}; resample it to that grid")
        bare = checked(below, cell, ground.name)
    return Surface(z, cell, x, y, crs, bare)


def read_path(file: pathlib.Path, local: Callable[[float, float], tuple[float, float]], ground_m: float = 0.0) -> Path:
    """A sensor path from CSV; `local` turns latitude and longitude into metres east and north, heights are above `ground_m`'s
    datum. Columns: time, lat, lon, height_m; aim_lat, aim_lon, radius_m, gsd_m, attended may be blank or left out.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name}: is not UTF-8; save it with encoding UTF-8") from error
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    missing = [c for c in PATH_COLUMNS[:4] if not rows or c not in rows[0]]
    if missing:
        raise UsageError(f"{file.name}: lacks the column {missing[0]}; the columns are {', '.join(PATH_COLUMNS)}")
    table = {c: np.full(len(rows), np.nan) for c in PATH_COLUMNS}
    for i, row in enumerate(rows):
        for c in PATH_COLUMNS:
            cell = (row.get(c) or "").strip()
            if cell:
                table[c][i] = _number(cell, c, f"{file.name}:{i + 2}:{c}")
    east, north = _project(table["lat"], table["lon"], local, file.name)
    aim_east, aim_north = _project(table["aim_lat"], table["aim_lon"], local, file.name)
    path = Path(
        table["time"],
        east,
        north,
        table["height_m"] - ground_m,
        aim_east,
        aim_north,
        table["radius_m"],
        table["gsd_m"],
        table["attended"],
    )
    return checked_path(path, file.name)


def _number(cell: str, column: str, where: str) -> float:
    try:
        return read_moment(cell).start.timestamp() if column == "time" else float(cell)
    except ValueError as error:
        what = str(error) if column == "time" else "is not a number"
        raise UsageError(f"{where}: {what} (got {cell!r})") from error


def _project(
    lat: NDArray[np.float64], lon: NDArray[np.float64], local: Any, name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = np.isfinite(lat) & np.isfinite(lon)
    if np.any(np.abs(lat[known]) > 90) or np.any(np.abs(lon[known]) > 180):
        raise UsageError(
            f"{name}: a latitude lies beyond 90 or a longitude beyond 180 degrees; are the columns swapped?"
        )
    found = np.full((2, len(lat)), np.nan)
    for i in np.flatnonzero(known):
        found[:, i] = local(lat[i], lon[i])
    return found[0], found[1]


def placed_pixels(file: pathlib.Path) -> tuple[NDArray[np.uint8], float, float, float, str]:
    """A GeoTIFF of pictures (grey, RGB or RGBA; other depths are stretched to 8 bits): RGB pixels (rows, columns, 3), cell in
    metres, left and top edge, coordinate system. Raises UsageError as `read_surface` does.
    """
    raw = file.read_bytes()
    _, cell, x, y, crs = _placed(raw, file.name)
    image = _decoded(raw, file.name, "picture of 8 bits")
    if image.dtype != np.uint8:
        low, high = np.nanpercentile(image, [2, 98])
        if high <= low:
            low, high = np.nanmin(image), np.nanmax(image)
        image = (np.clip((image - low) / max(high - low, 1e-9), 0, 1) * 255).astype(np.uint8)
    if image.ndim == 2:
        image = np.repeat(image[:, :, None], 3, axis=2)
    rgb = np.ascontiguousarray(image[:, :, 2::-1])  # OpenCV gives blue first
    return rgb, cell, x - cell / 2, y + cell / 2, crs


def _geotiff(file: pathlib.Path) -> tuple[NDArray[np.float64], float, float, float, str]:
    """Heights, cell, centre of the top left cell, coordinate system."""
    raw = file.read_bytes()
    tags, cell, x, y, crs = _placed(raw, file.name)
    z = _pixels(raw, file.name)
    empty = b"".join(struct.pack("B", int(b)) for b in tags.get(42113, ())).split(b"\0")[0]
    if empty:
        try:
            z[z == np.float64(z.dtype.type(float(empty)))] = np.nan
        except ValueError as error:
            raise UsageError(f"{file.name}: its no-data value {empty!r} is not a number") from error
    return z, cell, x, y, crs


def _placed(raw: bytes, name: str) -> tuple[dict[int, tuple[float, ...]], float, float, float, str]:
    """Tags, cell, centre of the top left cell, coordinate system."""
    tags = _tags(raw, name)
    keys = [int(v) for v in tags.get(34735, ())]
    geo = {keys[i]: keys[i + 3] for i in range(4, len(keys) - 3, 4) if keys[i + 1] == 0}
    epsg = geo.get(3072)
    if epsg is None or epsg == 32767:
        kind = "is in degrees" if 2048 in geo else "names no coordinate system"
        raise UsageError(f"{name}: {kind}; warp it to a metric projection with an EPSG code, such as UTM")
    if 33550 in tags and 33922 in tags:
        dx, dy = tags[33550][0], tags[33550][1]
        i, j, _, x, y, _ = tags[33922][:6]
        left, top = x - i * dx, y + j * dy
    elif 34264 in tags:
        m = tags[34264]
        dx, dy, left, top = m[0], -m[5], m[3], m[7]
        if m[1] or m[4]:
            raise UsageError(f"{name}: is turned against north; warp it north up")
    else:
        raise UsageError(f"{name}: does not say where it lies; write it as a GeoTIFF with a transform")
    if not abs(dx - dy) <= 1e-6 * abs(dx):
        raise UsageError(f"{name}: its cells are {dx:g} by {dy:g} m; resample it to square cells")
    half = 0.0 if geo.get(1025) == 2 else dx / 2  # 2 = the tie point is the centre of the cell
    return tags, float(dx), float(left + half), float(top - half), f"EPSG:{epsg}"


def _pixels(raw: bytes, name: str) -> NDArray[np.float64]:
    image = _decoded(raw, name, "GeoTIFF of 32-bit heights")
    if image.ndim != 2:
        raise UsageError(f"{name}: is not a readable raster of one band; write it as a plain GeoTIFF of 32-bit heights")
    return np.asarray(image, dtype=np.float64)


def _decoded(raw: bytes, name: str, wanted: str) -> NDArray[Any]:
    import cv2

    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # it warns of every geographic tag
    try:
        image = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise UsageError(f"{name}: its pixels cannot be read; write it as a plain {wanted}") from error
    finally:
        cv2.utils.logging.setLogLevel(level)
    if image is None:
        raise UsageError(f"{name}: is not a readable raster; write it as a plain {wanted}")
    return np.asarray(image)


def _tags(raw: bytes, name: str) -> dict[int, tuple[float, ...]]:
    """The tags of the first image of a TIFF file (TIFF 6.0, section 2)."""
    order = {b"II": "<", b"MM": ">"}.get(raw[:2])
    if order is None or len(raw) < 8:
        raise UsageError(f"{name}: is not a TIFF file")
    if struct.unpack_from(order + "H", raw, 2)[0] != 42:
        raise UsageError(f"{name}: is a BigTIFF; write it as a plain GeoTIFF")
    found: dict[int, tuple[float, ...]] = {}
    try:
        (at,) = struct.unpack_from(order + "I", raw, 4)
        (entries,) = struct.unpack_from(order + "H", raw, at)
        for k in range(entries):
            tag, kind, count = struct.unpack_from(order + "HHI", raw, at + 2 + 12 * k)
            size = _SIZE.get(kind, 0) * count
            place = at + 10 + 12 * k
            if size > 4:
                (place,) = struct.unpack_from(order + "I", raw, place)
            if kind == 2:
                found[tag] = tuple(raw[place : place + count])
            elif kind in _CODE and tag in {33550, 33922, 34264, 34735}:
                found[tag] = struct.unpack_from(f"{order}{count}{_CODE[kind]}", raw, place)
    except struct.error as error:
        raise UsageError(f"{name}: is cut off; copy it again") from error
    return found
