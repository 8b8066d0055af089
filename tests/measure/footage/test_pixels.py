"""Does a pixel land where the thing really is, and does the error say how far it may be off?"""

import numpy as np
import pytest

from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage import pixels_to_ground
from blindspot.measure.footage.generate.make import _Frame
from blindspot.measure.footage.generate.render import Renderer
from measure.footage.made import Faults, clip, read


def placed(**settings):
    """Pixels of the vehicles of a made clip in every tenth picture, where they are put, and by how many metres that is off."""
    _, truth = clip(**settings)
    found = read(**settings)
    picture, px, py, lat, lon = [], [], [], [], []
    for i in range(0, len(truth.moments), 10):
        at = truth.vehicles[i]
        here = Renderer.pixels(_Frame(truth.plan.scene, truth.plan.size), truth.view, i, at, 0.0)
        true = geo.to_geodetic(truth.plan.scene.to_earth(at[:, 0], at[:, 1], np.zeros(len(at))))
        for k in range(len(at)):
            picture.append(i), px.append(here[k][0] + 0.5), py.append(here[k][1] + 0.5)
            lat.append(true[0][k]), lon.append(true[1][k])
    on = pixels_to_ground(found, np.array(picture), np.array(px), np.array(py))
    return on, np.array(picture), geo.ground_distance(on.lat, on.lon, np.array(lat), np.array(lon))


def test_a_pixel_lands_where_the_vehicle_is_at_the_time_of_its_picture():
    on, picture, off = placed()
    assert np.nanmax(off) < 1.0  # angles are coded to 0.0055 deg: 0.3 m at this range
    assert on.has_clock
    assert on.t - on.t[0] == pytest.approx((picture - picture[0]) / 30, abs=2e-3)
    assert (on.along_m > on.across_m).all()
    assert on.across_m == pytest.approx(np.radians(0.1) * 2840, rel=0.1)


def test_a_bent_mount_stays_within_the_error_that_is_said():
    on, _, off = placed(faults=Faults(boresight=(0.1, 0.05)))
    assert np.nanmedian(off) > 2.0
    assert np.nanmax(off / np.hypot(on.across_m, on.along_m)) < 2.0


def test_without_telemetry_nothing_is_placed(tmp_path):
    found = read()
    found = type(found)(found.name, found.footage, found.info, [], [], [], None, None)
    on = pixels_to_ground(found, np.array([0.0]), np.array([5.0]), np.array([5.0]))
    assert np.isnan(on.lat).all()
    assert not on.has_clock
