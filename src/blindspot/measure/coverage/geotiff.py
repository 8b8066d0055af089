"""A GeoTIFF of heights -> a square metric grid, north up; anything that would be read wrongly is refused in one line.

Read are the tags (TIFF 6.0; GeoTIFF 1.1 keys 1025, 2048, 3072, 4099), the pixels by OpenCV. Lengths are true metres on the
ground: a projection in feet, or one that stretches (Web Mercator by 1/cos latitude), is divided out, and heights in feet
are turned where the file says so. Cells a few per cent off square take the nearest height on a square grid.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    import pathlib

    from numpy.typing import NDArray

_SIZE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_CODE = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_KEPT = {254, 33550, 33922, 34264, 34735}  # kind of image, cell sizes, tie points, transform, coordinate keys
_LOWEST, _HIGHEST = -500.0, 9000.0  # metres: no ground or roof on earth lies beyond
_FEET = {9002: 0.3048, 9003: 1200 / 3937}
_OFF_SQUARE = 0.05  # of the longer side, beyond which cells are refused
_STRETCH = 0.01  # scale of a projection that is divided out; UTM stays below it far beyond its zone


@dataclass(frozen=True, slots=True)
class Grid:
    """Heights in metres, the cell, the centre of the top left cell, the coordinate system, true metres per unit of it."""

    z: NDArray[np.float64]
    cell: float
    x: float
    y: float
    crs: str
    unit: float


def read_grid(file: pathlib.Path) -> Grid:
    """The grid of a one-band GeoTIFF. Raises UsageError for no or an unnamed coordinate system, degrees, turned or oblong
    cells, heights that cannot be, a mask, and files that cannot be read.
    """
    raw = file.read_bytes()
    tags = _tags(raw, file.name)
    geo = _keys(tags)
    epsg = _epsg(geo, file.name)
    dx, dy, left, top = _placed(tags, file.name)
    z = _pixels(raw, file.name)
    if dy < 0:  # south up
        z, top, dy = z[::-1], top - len(z) * dy, -dy
    half = (0.0, 0.0) if geo.get(1025) == 2 else (dx / 2, dy / 2)  # 2 = the tie point is the centre of the cell
    unit, feet = _unit(epsg, left + dx * z.shape[1] / 2, top - dy * z.shape[0] / 2, file.name)
    z = _heights(z, tags, geo, file.name, feet=feet)
    if abs(dx - dy) > 1e-6 * dx:
        z, dx, dy = _square(z, dx, dy)
    return Grid(
        z, float(dx * unit), float((left + half[0]) * unit), float((top - half[1]) * unit), f"EPSG:{epsg}", unit
    )


def read_picture(file: pathlib.Path) -> tuple[NDArray[np.uint8], tuple[float, float], float, float, str]:
    """A GeoTIFF of pictures (grey, RGB or RGBA; other depths are stretched to 8 bits): RGB pixels north up (rows, columns, 3),
    cell width and height, left and top edge in units of the projection, coordinate system. Raises UsageError as `read_grid`.
    """
    raw = file.read_bytes()
    tags = _tags(raw, file.name)
    crs = f"EPSG:{_epsg(_keys(tags), file.name)}"
    dx, dy, left, top = _placed(tags, file.name)
    image = _decoded(raw, file.name, "GeoTIFF of 8 bits")
    if dy < 0:  # south up
        image, top, dy = image[::-1], top - len(image) * dy, -dy
    if image.dtype != np.uint8:
        low, high = np.nanpercentile(image, [2, 98])
        if high <= low:
            low, high = np.nanmin(image), np.nanmax(image)
        image = (np.clip((image - low) / max(high - low, 1e-9), 0, 1) * 255).astype(np.uint8)
    if image.ndim == 2:
        image = np.repeat(image[:, :, None], 3, axis=2)
    return np.ascontiguousarray(image[:, :, 2::-1]), (dx, dy), left, top, crs  # OpenCV gives blue first


def _keys(tags: dict[int, tuple[float, ...]]) -> dict[int, int]:
    keys = [int(v) for v in tags.get(34735, ())]
    return {keys[i]: keys[i + 3] for i in range(4, len(keys) - 3, 4) if keys[i + 1] == 0}


def _epsg(geo: dict[int, int], name: str) -> int:
    epsg = geo.get(3072)
    if epsg is None or epsg == 32767:
        kind = "names no EPSG code" if epsg else "is in degrees" if 2048 in geo else "names no coordinate system"
        raise UsageError(f"{name}: {kind}; warp it to a metric projection with an EPSG code, such as UTM")
    return epsg


def _placed(tags: dict[int, tuple[float, ...]], name: str) -> tuple[float, float, float, float]:
    """Cell width and height, left and top edge."""
    if 33550 in tags and 33922 in tags:
        dx, dy = tags[33550][:2]
        i, j, _, x, y, _ = tags[33922][:6]
        left, top = x - i * dx, y + j * dy
    elif 34264 in tags:
        m = tags[34264]
        dx, dy, left, top = m[0], -m[5], m[3], m[7]
        if m[1] or m[4]:
            raise UsageError(f"{name}: is turned against north; warp it north up")
    else:
        raise UsageError(f"{name}: does not say where it lies; write it as a GeoTIFF with a transform")
    if not (np.isfinite([dx, dy, left, top]).all() and dx > 0 and dy):
        raise UsageError(f"{name}: its cells are {dx:g} by {dy:g} m; write it as a GeoTIFF with a transform")
    if abs(dx - abs(dy)) > _OFF_SQUARE * max(dx, abs(dy)):
        raise UsageError(f"{name}: its cells are {dx:g} by {abs(dy):g} m; resample it to square cells")
    return dx, dy, left, top


def _unit(epsg: int, x: float, y: float, name: str) -> tuple[float, bool]:
    """True metres per unit of a projection about a point, and whether that unit is a foot."""
    from pyproj import CRS, Proj
    from pyproj.exceptions import CRSError, ProjError

    try:
        crs = CRS.from_epsg(epsg)
        if not crs.is_projected:
            raise UsageError(f"{name}: EPSG:{epsg} is no projection; warp it to a metric one, such as UTM")
        metres = crs.axis_info[0].unit_conversion_factor
        plane = Proj(crs)
        lon, lat = plane(x, y, inverse=True, errcheck=True)
        scale = float(plane.get_factors(lon, lat, errcheck=True).areal_scale) ** 0.5
    except (CRSError, ProjError) as error:
        raise UsageError(
            f"{name}: EPSG:{epsg} is not known, or does not hold the place it names; warp it to UTM"
        ) from error
    return metres / (scale if abs(scale - 1) > _STRETCH else 1.0), metres < 0.5


def _heights(
    z: NDArray[np.float64], tags: dict[int, tuple[float, ...]], geo: dict[int, int], name: str, *, feet: bool
) -> NDArray[np.float64]:
    """Pixels -> metres: holes as NaN, the scale that GDAL writes, feet turned. Refuses what no height can be."""
    empty = bytes(int(b) for b in tags.get(42113, ())).split(b"\0")[0]
    if empty:
        try:
            hole = np.float64(float(empty))
        except ValueError as error:
            raise UsageError(f"{name}: its no-data value {empty!r} is not a number") from error
        z[z == hole] = np.nan
        z[z == np.float64(np.float32(hole))] = np.nan
    told = bytes(int(b) for b in tags.get(42112, ())).decode("utf-8", "replace")
    for role, value in re.findall(r'role="(scale|offset)"[^>]*>\s*([-+0-9.eE]+)\s*<', told):
        z = z * float(value) if role == "scale" else z + float(value)
    if feet and 4099 not in geo:
        raise UsageError(
            f"{name}: lies in feet and does not say in what its heights are; warp it to metres, heights too"
        )
    z = z * _FEET.get(geo.get(4099, 9001), 1.0)
    known = z[np.isfinite(z)]
    if known.size and not (known.min() >= _LOWEST and known.max() <= _HIGHEST):
        odd = known.min() if known.min() < _LOWEST else known.max()
        raise UsageError(f"{name}: holds a height of {odd:g} m; declare it as no-data, or give heights in metres")
    return z


def _square(z: NDArray[np.float64], dx: float, dy: float) -> tuple[NDArray[np.float64], float, float]:
    """The nearest heights on square cells of the shorter side."""
    cell = min(dx, dy)
    rows, columns = (int(n * side / cell) for n, side in zip(z.shape, (dy, dx), strict=True))
    i = np.minimum(((np.arange(rows) + 0.5) * cell / dy).astype(int), z.shape[0] - 1)
    j = np.minimum(((np.arange(columns) + 0.5) * cell / dx).astype(int), z.shape[1] - 1)
    return np.ascontiguousarray(z[np.ix_(i, j)]), cell, cell


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
        raise UsageError(f"{name}: is not a readable raster of one band; write it as a plain {wanted}")
    return np.asarray(image)


def _tags(raw: bytes, name: str) -> dict[int, tuple[float, ...]]:
    """The tags of the first image of a TIFF or BigTIFF file (TIFF 6.0, section 2). Refuses a mask beside it."""
    order = {b"II": "<", b"MM": ">"}.get(raw[:2])
    if order is None or len(raw) < 8:
        raise UsageError(f"{name}: is not a TIFF file")
    big = struct.unpack_from(order + "H", raw, 2)[0] == 43
    found: list[dict[int, tuple[float, ...]]] = []
    try:
        (at,) = struct.unpack_from(order + ("Q" if big else "I"), raw, 8 if big else 4)
        while at and len(found) < 64:
            tags, at = _directory(raw, at, order, big=big)
            found.append(tags)
    except struct.error as error:
        raise UsageError(f"{name}: is cut off; copy it again") from error
    if any(int(tags.get(254, (0,))[0]) & 4 for tags in found):
        raise UsageError(
            f"{name}: carries a mask of holes; burn it in as a no-data value, then fill or cut the holes off"
        )
    return found[0] if found else {}


def _directory(raw: bytes, at: int, order: str, *, big: bool) -> tuple[dict[int, tuple[float, ...]], int]:
    """The kept tags of one image, and where the next one stands (0: there is none)."""
    word, wide, field = ("Q", 8, 20) if big else ("I", 4, 12)
    first = at + (8 if big else 2)
    (entries,) = struct.unpack_from(order + ("Q" if big else "H"), raw, at)
    found: dict[int, tuple[float, ...]] = {}
    for k in range(entries):
        tag, kind, count = struct.unpack_from(f"{order}HH{word}", raw, first + field * k)
        place = first + field * k + 4 + wide
        if _SIZE.get(kind, 0) * count > wide:
            (place,) = struct.unpack_from(order + word, raw, place)
        if kind == 2:
            found[tag] = tuple(raw[place : place + count])
        elif kind in _CODE and tag in _KEPT:
            found[tag] = struct.unpack_from(f"{order}{count}{_CODE[kind]}", raw, place)
    (following,) = struct.unpack_from(order + word, raw, first + field * entries)
    return found, int(following)
