"""What ground did each packet's frame cover, how finely, and do its own numbers agree?

Corners are taken in this order: full (82-89), offsets from the centre (26-33), computed from pose and field of view; which
one is recorded, and so is the distance between them. Ground sample distance from the rays of neighbouring pixels, at the
centre and the corners. Heights: above the ellipsoid where both sensor and centre have them, else mean sea level for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage import geometry as geo

if TYPE_CHECKING:
    from blindspot.measure.footage.geometry import Real, Surface
    from blindspot.measure.footage.model import Targets, Telemetry

NONE, FULL, OFFSET, COMPUTED = 0, 1, 2, 3
CORNER_WORDS = ("none", "full corners (82-89)", "offset corners (26-33)", "computed from pose and field of view")
CORNER_X, CORNER_Y = (
    np.array([-1.0, 1, 1, -1]),
    np.array([-1.0, -1, 1, 1]),
)  # upper left, upper right, lower right, lower left


@dataclass(frozen=True, slots=True)
class View:
    """Where each packet's camera stood and looked; arrays of n, NaN for what is not known.

    look: (n, 3, 3) image axes (forward, right, down) to earth-centred; origin: (n, 3) sensor, earth-centred; ground: height
    on which rays are met; hfov, vfov in degrees.
    """

    origin: Real
    look: Real
    hfov: Real
    vfov: Real
    ground: Real
    datum: str
    pointing: str


@dataclass(frozen=True, slots=True)
class Footprints:
    """The ground that each packet's frame covered; arrays of n (corners n x 4, order as in ST 0601), degrees and metres.

    source: NONE, FULL, OFFSET or COMPUTED. centre_gap: between reported and computed centre; corner_gap: greatest distance
    between the corners that are used and those computed; both are consistency scores, small is good.
    gsd: (n, 5, 2) metres per pixel along rows and columns, at the centre and the four corners; NaN without a picture size.
    contradicts: reported centre and pose are further apart than half the footprint; the GSD is then that of the corners.
    """

    lat: Real
    lon: Real
    corner_lat: Real
    corner_lon: Real
    source: np.ndarray
    centre_gap: Real
    corner_gap: Real
    computed_lat: Real
    computed_lon: Real
    slant_range: Real
    depression: Real
    gsd: Real
    area: Real
    contradicts: np.ndarray


def view(t: Telemetry, size: tuple[int, int] | None = None) -> View:
    """Pose of the camera from telemetry; size (width, height) in pixels fills a missing vertical field of view."""
    heading, pitch, roll = (
        t.number("platform_heading"),
        _first(t, "platform_pitch_full", "platform_pitch"),
        _first(t, "platform_roll_full", "platform_roll"),
    )
    azimuth, elevation = t.number("sensor_relative_azimuth"), t.number("sensor_relative_elevation")
    turn = np.nan_to_num(t.number("sensor_relative_roll"))
    pointing = "platform and gimbal angles"
    body = geo.rotation(heading, pitch, roll)
    gimbal = geo.rotation(azimuth, elevation, turn)
    look = np.einsum("nij,njk->nik", body, gimbal)
    bare = np.isnan(azimuth) | np.isnan(elevation)
    if bare.all() and not np.isnan(t.number("obliquity_angle")).all():  # EG 0104: absolute angles
        look = geo.rotation(t.number("angle_to_north"), t.number("obliquity_angle"), np.zeros(len(t)))
        pointing = "absolute angles of EG 0104"
    hae = _first(t, "sensor_ellipsoid_height_extended", "sensor_ellipsoid_height")
    centre_hae = t.number("frame_center_ellipsoid_height")
    high, ground, datum = hae, centre_hae, "ellipsoid"
    if np.isnan(hae).all() or np.isnan(centre_hae).all():
        high, ground, datum = (
            _first(t, "sensor_true_altitude", "sensor_ellipsoid_height"),
            t.number("frame_center_elevation"),
            "mean sea level",
        )
    lat, lon = t.number("sensor_latitude"), t.number("sensor_longitude")
    origin = geo.to_ecef(lat, lon, high)
    look = np.einsum("nij,njk->nik", geo.north_east_down(lat, lon), look)
    slant = t.number("slant_range")
    by_range = geo.to_geodetic(origin + look[:, :, 0] * slant[:, None])[2]
    ground = np.where(np.isnan(ground), by_range, ground)
    hfov, vfov = t.number("sensor_horizontal_fov"), t.number("sensor_vertical_fov")
    if size is not None:
        square = np.degrees(2 * np.arctan(np.tan(np.radians(hfov) / 2) * size[1] / size[0]))
        vfov = np.where(np.isnan(vfov) | (vfov <= 0), square, vfov)
    return View(origin, look, hfov, vfov, ground, datum, pointing)


def _first(t: Telemetry, *names: str) -> Real:
    """The first column that has a value, row by row."""
    out = t.number(names[0])
    for name in names[1:]:
        out = np.where(np.isnan(out), t.number(name), out)
    return out


def ground_points(v: View, x: Real, y: Real, surface: Surface | None = None, rows: np.ndarray | None = None) -> Real:
    """Earth-centred ground points (n, m, 3) of image positions x, y: (m,), or (n, m) by row; rows picks packets."""
    pick = slice(None) if rows is None else rows
    direction = geo.rays(v.look[pick][:, None], v.hfov[pick][:, None], v.vfov[pick][:, None], x, y)
    origin = v.origin[pick][:, None]
    if surface is not None:
        return geo.meet_surface(np.broadcast_to(origin, direction.shape), direction, surface)
    return geo.meet_ellipsoid(origin, direction, v.ground[pick][:, None])


def footprints(t: Telemetry, v: View, size: tuple[int, int] | None, surface: Surface | None = None) -> Footprints:
    """Footprint of every packet. size: picture width and height in pixels, None where there is no picture."""
    x, y = np.concatenate(([0.0], CORNER_X)), np.concatenate(([0.0], CORNER_Y))
    hits = ground_points(v, x, y, surface)
    lat, lon, _ = geo.to_geodetic(hits)
    centre_lat, centre_lon = t.number("frame_center_latitude"), t.number("frame_center_longitude")
    centre_gap = geo.ground_distance(lat[:, 0], lon[:, 0], centre_lat, centre_lon)
    used_lat, used_lon = _first_of(centre_lat, lat[:, 0]), _first_of(centre_lon, lon[:, 0])
    full = _four(t, "corner")
    offset = _four(t, "offset_corner")
    offset = (offset[0] + used_lat[:, None], offset[1] + used_lon[:, None])
    source = np.full(len(t), NONE)
    corner_lat, corner_lon = np.full((2, len(t), 4), np.nan)
    for kind, (a, o) in ((COMPUTED, (lat[:, 1:], lon[:, 1:])), (OFFSET, offset), (FULL, full)):
        there = ~np.isnan(a).any(axis=1) & ~np.isnan(o).any(axis=1)
        source[there] = kind
        corner_lat[there], corner_lon[there] = a[there], o[there]
    gap = geo.ground_distance(lat[:, 1:], lon[:, 1:], corner_lat, corner_lon)
    gap[source == COMPUTED] = np.nan
    offset_centre = hits[:, 0] - v.origin
    slant = np.linalg.norm(offset_centre, axis=-1)
    up = geo.to_ecef(lat[:, 0], lon[:, 0], np.ones(len(t))) - geo.to_ecef(lat[:, 0], lon[:, 0], np.zeros(len(t)))
    depression = np.degrees(np.arcsin(np.clip(-(offset_centre * up).sum(-1) / slant, -1, 1)))
    area = _area(corner_lat, corner_lon)
    gsd = _gsd(t, v, size, x, y, surface)
    with np.errstate(invalid="ignore"):
        # Where pose and reported ground contradict one another, the reported corners alone say how finely it was seen.
        odd = (source != NONE) & (source != COMPUTED) & ~(centre_gap <= 0.5 * np.sqrt(area))
        corner_gap = np.where(np.isnan(gap).all(axis=1), np.nan, np.max(np.nan_to_num(gap), axis=1))
    if size is not None:
        gsd[odd] = _gsd_of_corners(corner_lat[odd], corner_lon[odd], size)
    return Footprints(
        lat=used_lat, lon=used_lon, corner_lat=corner_lat, corner_lon=corner_lon, source=source, centre_gap=centre_gap,
        corner_gap=corner_gap, computed_lat=lat[:, 0], computed_lon=lon[:, 0],
        slant_range=_first_of(t.number("slant_range"), slant), depression=depression,
        gsd=gsd, area=area, contradicts=odd & ~np.isnan(centre_gap),
    )  # fmt: skip


def _first_of(a: Real, b: Real) -> Real:
    return np.where(np.isnan(a), b, a)


def _four(t: Telemetry, prefix: str) -> tuple[Real, Real]:
    return tuple(
        np.column_stack([t.number(f"{prefix}_{axis}_{i}") for i in range(1, 5)]) for axis in ("latitude", "longitude")
    )  # type: ignore[return-value]


def _gsd(t: Telemetry, v: View, size: tuple[int, int] | None, x: Real, y: Real, surface: Surface | None) -> Real:
    """Distance on the ground between neighbouring pixels, along rows and along columns."""
    out = np.full((len(t), len(x), 2), np.nan)
    if size is None:
        return out
    for axis, (dx, dy) in enumerate(((1 / size[0], 0.0), (0.0, 1 / size[1]))):
        a = ground_points(v, x * (1 - 1 / size[0]) - dx, y * (1 - 1 / size[1]) - dy, surface)
        b = ground_points(v, x * (1 - 1 / size[0]) + dx, y * (1 - 1 / size[1]) + dy, surface)
        out[:, :, axis] = np.linalg.norm(b - a, axis=-1)
    if np.isnan(out[:, 0]).all():  # without pose: the reported width or corners over the pixels
        width = _first(t, "target_width_extended", "target_width")
        out[:, 0, 0] = width / size[0]
    return out


def _gsd_of_corners(lat: Real, lon: Real, size: tuple[int, int]) -> Real:
    """(n, 5, 2): lengths of the sides over the pixels; the centre has the mean of opposite sides."""
    side = geo.ground_distance(lat, lon, np.roll(lat, -1, 1), np.roll(lon, -1, 1))  # top, right, bottom, left
    top, right, bottom, left = side[:, 0] / size[0], side[:, 1] / size[1], side[:, 2] / size[0], side[:, 3] / size[1]
    rows = np.stack(((top + bottom) / 2, top, top, bottom, bottom), 1)
    columns = np.stack(((left + right) / 2, left, right, right, left), 1)
    return np.stack((rows, columns), -1)


def _area(lat: Real, lon: Real) -> Real:
    """Square metres of the four-cornered footprints, in the local metric (shoelace)."""
    lat0, lon0 = lat.mean(axis=1, keepdims=True), lon.mean(axis=1, keepdims=True)
    y = np.sign(lat - lat0) * geo.ground_distance(lat0, lon0, lat, np.broadcast_to(lon0, lon.shape))
    x = np.sign(lon - lon0) * geo.ground_distance(lat0, lon0, np.broadcast_to(lat0, lat.shape), lon)
    area: Real = np.abs((x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(axis=1)) / 2
    return area


def targets_to_ground(v: View, targets: Targets, size: tuple[int, int]) -> tuple[Real, Real]:
    """Latitude and longitude where the pixel of each reported target looks; NaN where no pixel was reported.

    Met at the height that the target itself reports where it does, else at that of the frame.
    """
    known = (targets.row > 0) & (targets.column > 0)
    lat, lon = np.full((2, len(targets)), np.nan)
    rows = targets.packet[known]
    x = (2 * targets.column[known] - 1) / size[0] - 1
    y = (2 * targets.row[known] - 1) / size[1] - 1
    direction = geo.rays(v.look[rows], v.hfov[rows], v.vfov[rows], x, y)
    height = np.where(np.isnan(targets.height[known]), v.ground[rows], targets.height[known])
    lat[known], lon[known], _ = geo.to_geodetic(geo.meet_ellipsoid(v.origin[rows], direction, height))
    return lat, lon
