"""How far is it from a base to a place without entering closed airspace?

Closed countries are widened by a stand-off; the shortest way round them runs straight between their corners. In the
gnomonic projection a geodesic is (very nearly) a straight line, so the corners that see one another form a graph whose
shortest path is the route (visibility graph, Lozano-Perez & Wesley 1979); its length is summed on the WGS84 ellipsoid
(Karney 2013, through pyproj). No wind, no climb, no air traffic: a lower bound of what is flown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

NAUTICAL_MILE = 1852.0
_CORNER_TOLERANCE = 400.0  # m by which a widened border is simplified: far under the 2 km of the border itself
_GRAZE = 50.0  # m inside a closed zone that a leg may run through rounding
_REACH = 8.0e6  # m from the middle of the scene: beyond it the gnomonic plane stretches too far


@dataclass(frozen=True, slots=True)
class Route:
    """One way from a base to a place: length in metres and way-points (longitude, latitude) with both ends."""

    base: str
    place: str
    metres: float
    points: tuple[tuple[float, float], ...]

    @property
    def km(self) -> float:
        """Length in kilometres."""
        return self.metres / 1000


def closed_zone(shape: Any, standoff_m: float) -> Any:
    """A polygon in degrees, widened by `standoff_m`; in degrees again. Widened in an equidistant plane about its middle."""
    from pyproj import Transformer
    from shapely import transform

    middle = shape.envelope.centroid
    plane = f"+proj=aeqd +lat_0={middle.y} +lon_0={middle.x} +datum=WGS84 +units=m"
    there = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    back = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    wide = (
        transform(shape, there.transform, interleaved=False).buffer(standoff_m, quad_segs=8).simplify(_CORNER_TOLERANCE)
    )
    return transform(wide, back.transform, interleaved=False)


def shortest_routes(
    bases: Mapping[str, tuple[float, float]],
    places: Mapping[str, tuple[float, float]],
    closed: Sequence[Any] = (),
) -> dict[tuple[str, str], Route]:
    """The shortest route of every base to every place (latitude, longitude) round the closed zones (degrees).

    Raises UsageError where an end lies inside a closed zone, or no way round exists.
    """
    from pyproj import Geod, Transformer
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra
    from shapely import Point, transform, unary_union

    ends = [(f"base {k}", v) for k, v in bases.items()] + [(f"place {k}", v) for k, v in places.items()]
    lonlat = np.array([(lon, lat) for _, (lat, lon) in ends])
    lon0, lat0 = _middle(lonlat)
    plane = f"+proj=gnom +lat_0={lat0} +lon_0={lon0} +datum=WGS84 +units=m"
    there = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    back = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    geod = Geod(ellps="WGS84")
    from_middle = geod.inv(np.full(len(ends), lon0), np.full(len(ends), lat0), lonlat[:, 0], lonlat[:, 1])[2]
    if np.any(from_middle > _REACH):
        raise UsageError("bases and places lie more than 8,000 km from their middle; split the file into regions")
    zone = unary_union([transform(shape, there.transform, interleaved=False) for shape in closed]) if closed else None
    points = np.column_stack(there.transform(lonlat[:, 0], lonlat[:, 1]))
    if zone is not None and not zone.is_empty:
        for (name, (lat, lon)), point in zip(ends, points, strict=True):
            if zone.contains(Point(*point)):
                raise UsageError(
                    f"{name} ({lat:g}, {lon:g}) lies inside closed airspace or its stand-off; no legal route begins or ends there"
                )
        corners = _corners(zone)
        points = np.vstack([points, corners])
        first, second = _seen_pairs(points, zone)
    else:
        first, second = np.triu_indices(len(points), 1)
    lon, lat = back.transform(points[:, 0], points[:, 1])
    length = geod.inv(lon[first], lat[first], lon[second], lat[second])[2]
    n = len(points)
    graph = coo_array((np.maximum(length, 1e-6), (first, second)), shape=(n, n)).tocsr()
    distance, before = dijkstra(graph, directed=False, indices=range(len(bases)), return_predecessors=True)
    found: dict[tuple[str, str], Route] = {}
    for i, base in enumerate(bases):
        for j, place in enumerate(places, len(bases)):
            if not np.isfinite(distance[i, j]):
                raise UsageError(f"{base} to {place}: closed airspace leaves no way round")
            steps = [j]
            while steps[-1] != i:
                steps.append(int(before[i, steps[-1]]))
            way = tuple((round(float(lon[k]), 4), round(float(lat[k]), 4)) for k in reversed(steps))
            found[base, place] = Route(base, place, float(distance[i, j]), way)
    return found


def _middle(lonlat: NDArray[np.float64]) -> tuple[float, float]:
    """The mean direction of the points on the sphere, so that the date line is no special case."""
    lon, lat = np.radians(lonlat).T
    x, y, z = (np.cos(lat) * np.cos(lon)).mean(), (np.cos(lat) * np.sin(lon)).mean(), np.sin(lat).mean()
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _corners(zone: Any) -> NDArray[np.float64]:
    """Outward corners of the zone: a shortest path bends nowhere else."""
    found = []
    for part in getattr(zone, "geoms", [zone]):
        for k, ring in enumerate((part.exterior, *part.interiors)):
            xy = np.asarray(ring.coords)[:-1]
            a, b = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
            turn = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
            outward = turn > 0 if ring.is_ccw else turn < 0
            found.append(xy[outward if k == 0 else ~outward])  # in a hole the zone lies on the other side
    return np.vstack(found)


def _seen_pairs(points: NDArray[np.float64], zone: Any) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Index pairs joined by a straight line that stays out of the zone."""
    import shapely

    first, second = np.triu_indices(len(points), 1)
    lines = shapely.linestrings(np.stack([points[first], points[second]], axis=1))
    core = zone.buffer(-_GRAZE)
    shapely.prepare(core)
    free = ~shapely.intersects(core, lines)
    return first[free], second[free]
