"""Does anything in these bytes point at a protected place? Every common notation of a position, read back to degrees.

Decimal degrees, degrees with minutes and seconds, MGRS, UTM, geohash, plus codes, web-Mercator metres, GeoURI-like pairs; and
in binary: doubles, floats, and the 32-bit angles of MISB ST 0601. A number counts only together with its partner, latitude and
longitude near each other, both within the tolerance of one protected point.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.publish.release.ground import DEGREE_M

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOLERANCE_M = 150.0
SAME = 5e-6  # degrees, half a metre: a single-precision float of a released middle is still that middle
APART = 200  # characters between the two numbers of a pair, at most
_DECIMAL = re.compile(r"(?<![\w.])[+-]?\d{1,3}[.,]\d{3,}(?![\d])")
_MARK = r"\s*(?:°|º|deg|d|&deg;|\\u00b0|\s)\s*"
_DMS = re.compile(
    rf"(?P<h1>[NSEW])?\s*(?P<d>\d{{1,3}}){_MARK}(?P<m>\d{{1,2}}(?:\.\d+)?)\s*(?:['′’m]|min|&#39;|&prime;|\s)?\s*(?:(?P<s>\d{{1,2}}(?:\.\d+)?)\s*(?:[\"″”s]|''|sec|&quot;|&Prime;)?)?\s*(?P<h2>[NSEW])?(?![a-z])"
)
_MGRS = re.compile(r"(?<!\w)(\d{1,2})\s?([C-HJ-NP-X])\s?([A-HJ-NP-Z]{2})\s?((?:\d\s?){4,10})(?!\d)")
_UTM = re.compile(r"(?<!\w)(\d{1,2})\s?([C-HJ-NP-XNS])\s+(\d{6}(?:\.\d+)?)\s*(?:m?E)?[\s,]+(\d{6,7}(?:\.\d+)?)")
_GEOHASH = re.compile(r"(?<!\w)[0-9b-hjkmnp-z]{7,12}(?!\w)")
_PLUS = re.compile(r"(?<!\w)[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,7}")
_METRES = re.compile(r"(?<![\w.])-?\d{5,8}(?:\.\d+)?(?![\w])")
_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"
_BASE20 = "23456789CFGHJMPQRVWX"


@dataclass(frozen=True, slots=True)
class Point:
    """A protected point, and from where."""

    lat: float
    lon: float
    where: str


def in_text(
    text: str, points: list[Point], public: Sequence[float] = (), tolerance_m: float = TOLERANCE_M
) -> Iterator[tuple[Point, str]]:
    """Every protected point that a text names, and how. `public`: degrees that the copy may hold, such as the middles of cells."""
    if not points:
        return
    numbers = [(m.start(), float(m[0].replace(",", "."))) for m in _DECIMAL.finditer(text)]
    numbers = [(at, v) for at, v in numbers if not any(abs(abs(v) - abs(free)) < SAME for free in public)]
    yield from _pairs(numbers, points, tolerance_m, "decimal degrees")
    angles = [(m.start(), a) for m in _DMS.finditer(text) if (a := _angle(m)) is not None]
    yield from _pairs(angles, points, tolerance_m, "degrees and minutes")
    metres = [(m.start(), float(m[0])) for m in _METRES.finditer(text)] if len(text) < 1 << 24 else []
    yield from _pairs(
        [(at, v) for at, v in metres],
        [Point(*_mercator(p), p.where) for p in points],
        tolerance_m,
        "web-Mercator metres",
        1.0,
        points,
    )
    for lat, lon, reach, how in _written(text):
        for p in points:
            if distance_m(p, lat, lon) <= tolerance_m + reach:
                yield p, how


def in_bytes(
    data: bytes, points: list[Point], public: Sequence[float] = (), tolerance_m: float = TOLERANCE_M
) -> Iterator[tuple[Point, str]]:
    """Every protected point that stands in bytes as a pair of numbers."""
    if not points or len(data) < 8:
        return
    forms = (("<f8", "doubles"), (">f8", "doubles"), ("<f4", "floats"), (">f4", "floats"), (">i4", "ST 0601 angles"))
    for form, how in forms:
        # ST 0601: latitude over +-90 and longitude over +-180 degrees onto +-(2^31 - 1)
        unit = 90.0 / (2**31 - 1) if form == ">i4" else 1.0
        lats: dict[int, list[int]] = {}
        lons: dict[int, list[int]] = {}
        for at, values in _numbers(data, form):
            for k, p in enumerate(points):
                dlat, dlon = _degrees(p, tolerance_m)
                near = np.flatnonzero(np.abs(values * unit - p.lat) < dlat)
                free = [n for n in near if not any(abs(values[n] * unit - f) < SAME for f in public)]
                lats.setdefault(k, []).extend(at + int(n) * int(form[2]) for n in free)
                near = np.flatnonzero(np.abs(values * (2 * unit if form == ">i4" else 1.0) - p.lon) < dlon)
                lons.setdefault(k, []).extend(at + int(n) * int(form[2]) for n in near)
        if form == ">i4":  # in a KLV item the length, 4, stands before the value
            lats, lons = (
                {k: [at for at in found if at and data[at - 1] == 4] for k, found in side.items()}
                for side in (lats, lons)
            )
        for k, p in enumerate(points):
            if lats.get(k) and lons.get(k) and _near(np.array(lats[k]), np.sort(lons[k]), 64):
                yield p, f"a pair of {how}"


def _numbers(data: bytes, form: str) -> Iterator[tuple[int, np.ndarray]]:
    """The bytes as numbers of one form, from each byte on which such a number can begin, in pieces of a megabyte."""
    width, piece = int(form[2]), 1 << 20
    for start in range(0, len(data), piece):
        for shift in range(width):
            part = data[start + shift : start + piece + shift]
            if len(part) >= width:
                with np.errstate(invalid="ignore", over="ignore"):
                    yield (
                        start + shift,
                        np.nan_to_num(
                            np.frombuffer(part, form, len(part) // width).astype(np.float64), posinf=0, neginf=0
                        ),
                    )


def _near(a: np.ndarray, b: np.ndarray, most: int) -> bool:
    at = np.searchsorted(b, a)
    left = np.abs(a - b[np.clip(at - 1, 0, len(b) - 1)])
    right = np.abs(a - b[np.clip(at, 0, len(b) - 1)])
    return bool(np.minimum(left, right).min() <= most)


def _pairs(
    numbers: list[tuple[int, float]],
    points: list[Point],
    tolerance_m: float,
    how: str,
    metre: float = 0.0,
    told: list[Point] | None = None,
) -> Iterator[tuple[Point, str]]:
    if len(numbers) < 2:
        return
    places = np.array([n[0] for n in numbers])
    values = np.abs(np.array([n[1] for n in numbers]))  # a hemisphere may be a letter elsewhere
    for k, p in enumerate(points):
        dlat, dlon = (
            (tolerance_m / math.cos(math.radians((told or points)[k].lat)),) * 2 if metre else _degrees(p, tolerance_m)
        )
        a = places[np.abs(values - abs(p.lat)) < dlat]
        b = places[np.abs(values - abs(p.lon)) < dlon]
        if len(a) and len(b) and _near(a, b, APART):
            yield (told or points)[k], how


def _written(text: str) -> Iterator[tuple[float, float, float, str]]:
    """Positions written as one word: latitude, longitude, half the width of what the word can tell, and the notation."""
    for m in _MGRS.finditer(text):
        if (found := _mgrs(m)) is not None:
            yield *found, "MGRS"
    for m in _UTM.finditer(text):
        zone = int(m[1])
        if 1 <= zone <= 60:
            yield *_from_utm(zone, m[2] >= "N", float(m[3]), float(m[4])), 1.0, "UTM"
    for m in _GEOHASH.finditer(text):
        if any(c.isdigit() for c in m[0]):
            yield *_geohash(m[0]), "geohash"
    for m in _PLUS.finditer(text):
        yield *_plus(m[0]), "plus code"


def _angle(m: re.Match[str]) -> float | None:
    minutes, seconds = float(m["m"]), float(m["s"] or 0)
    if minutes >= 60 or seconds >= 60 or int(m["d"]) > 180:
        return None
    return int(m["d"]) + minutes / 60 + seconds / 3600


def _degrees(p: Point, metres: float) -> tuple[float, float]:
    return metres / DEGREE_M, metres / DEGREE_M / max(math.cos(math.radians(p.lat)), 0.01)


def distance_m(p: Point, lat: float, lon: float) -> float:
    """Metres between a point and a position near it, on the sphere."""
    return math.hypot(p.lat - lat, (p.lon - lon) * math.cos(math.radians(p.lat))) * DEGREE_M


def _mercator(p: Point) -> tuple[float, float]:
    """Y and x in EPSG:3857, in the order of latitude and longitude."""
    r = 6378137.0
    return r * math.log(math.tan(math.pi / 4 + math.radians(p.lat) / 2)), r * math.radians(p.lon)


def _mgrs(m: re.Match[str]) -> tuple[float, float, float] | None:
    """The middle of an MGRS square (NGA.STND.0037, appendix A) and half its side."""
    zone, band, square, digits = int(m[1]), m[2], m[3], re.sub(r"\s", "", m[4])
    if not 1 <= zone <= 60 or len(digits) % 2:
        return None
    half = len(digits) // 2
    size = 10.0 ** (5 - half)
    columns = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")[zone % 3]
    rows = "ABCDEFGHJKLMNPQRSTUV"
    if square[0] not in columns or square[1] not in rows:
        return None
    east = (columns.index(square[0]) + 1) * 1e5 + int(digits[:half]) * size + size / 2
    row = (rows.index(square[1]) - (5 if zone % 2 == 0 else 0)) % 20
    north = row * 1e5 + int(digits[half:]) * size + size / 2
    bands = "CDEFGHJKLMNPQRSTUVWX"
    south = -80.0 + 8 * bands.index(band)
    while north < 1.1e7:
        lat, lon = _from_utm(zone, band >= "N", east, north)
        if south - 1 <= lat <= south + 9:
            return lat, lon, size / 2
        north += 2e6
    return None


def _from_utm(zone: int, northern: bool, east: float, north: float) -> tuple[float, float]:
    """Degrees of a UTM position on WGS 84 (Snyder 1987, eq. 8-17 to 8-25); metres exact within a zone."""
    a, f, k0 = 6378137.0, 1 / 298.257223563, 0.9996
    e2 = f * (2 - f)
    ep2 = e2 / (1 - e2)
    x, y = east - 500_000.0, north - (0.0 if northern else 1e7)
    mu = y / k0 / (a * (1 - e2 / 4 - 3 * e2**2 / 64 - 5 * e2**3 / 256))
    e1 = (1 - math.sqrt(1 - e2)) / (1 + math.sqrt(1 - e2))
    phi = (
        mu
        + (3 * e1 / 2 - 27 * e1**3 / 32) * math.sin(2 * mu)
        + (21 * e1**2 / 16 - 55 * e1**4 / 32) * math.sin(4 * mu)
        + 151 * e1**3 / 96 * math.sin(6 * mu)
    )
    s, c, t = math.sin(phi), math.cos(phi), math.tan(phi)
    n = a / math.sqrt(1 - e2 * s * s)
    r = a * (1 - e2) / (1 - e2 * s * s) ** 1.5
    d, t2, c2 = x / (n * k0), t * t, ep2 * c * c
    lat = phi - n * t / r * (
        d**2 / 2
        - (5 + 3 * t2 + 10 * c2 - 4 * c2**2 - 9 * ep2) * d**4 / 24
        + (61 + 90 * t2 + 298 * c2 + 45 * t2**2) * d**6 / 720
    )
    lon = (d - (1 + 2 * t2 + c2) * d**3 / 6 + (5 - 2 * c2 + 28 * t2) * d**5 / 120) / max(c, 1e-9)
    return math.degrees(lat), zone * 6 - 183 + math.degrees(lon)


def _geohash(word: str) -> tuple[float, float, float]:
    box = [[-180.0, 180.0], [-90.0, 90.0]]
    for i, bit in enumerate(b for c in word for b in f"{_BASE32.index(c):05b}"):
        side = box[i % 2]
        side[0 if bit == "1" else 1] = sum(side) / 2
    (west, east), (south, north) = box
    return (south + north) / 2, (west + east) / 2, (north - south) / 2 * DEGREE_M


def _plus(word: str) -> tuple[float, float, float]:
    """The middle of an open location code of ten letters or more; further letters only narrow it."""
    letters = word.replace("+", "")[:10]
    lat, lon, step = -90.0, -180.0, 20.0
    for i in range(0, 10, 2):
        lat += _BASE20.index(letters[i]) * step
        lon += _BASE20.index(letters[i + 1]) * step
        step /= 20
    return lat + step * 10, lon + step * 10, step * 10 * DEGREE_M
