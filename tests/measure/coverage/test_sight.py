"""Line of sight against golden shadows, against a plain march in Python, and against walls that can be worked out by hand."""

import math
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blindspot.errors import UsageError
from blindspot.measure.coverage.canyon import in_shade, line_of_sight, seen_share, sun
from blindspot.measure.coverage.horizon import code, horizon, horizons, seen_from, swept_from
from blindspot.measure.coverage.sight import place_cells, place_in_sight
from blindspot.measure.coverage.sight import seen_share as share_of_positions
from blindspot.measure.coverage.surface import Surface, checked, extruded
from blindspot.quantities import Range
from cities import city, plain_sight


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "azimuth", "elevation"), [("morning", 90, 30), ("noon", 180, 60), ("afternoon", 270, 45)]
)
def test_golden_shadows(shared, name, azimuth, elevation):
    folder = shared / "coverage" / "umep_golden"
    surface = Surface(np.load(folder / "input_dsm.npy").astype(float), 1.0)
    golden = np.load(folder / f"shadow_{name}_bldg_sh.npy") > 0.5
    ours = code(np.tan(np.radians(elevation))) > horizon(surface, azimuth)
    assert (ours == golden).mean() >= 0.9999


@pytest.mark.shared
def test_sky_view_factor_is_near_the_golden_one(shared):
    folder = shared / "coverage" / "umep_golden"
    surface = Surface(np.load(folder / "input_dsm.npy").astype(float), 1.0)
    total = np.zeros(surface.z.shape)
    for codes in horizons(surface, 0.0, 36).codes:
        x = codes / 32767.5 - 1
        tangent = np.maximum(x / (1 - np.minimum(np.abs(x), 0.999999)), 0)
        total += 1 / (1 + tangent**2)  # cos^2 of the horizon's elevation
    golden = np.load(folder / "svf_total.npy")
    assert np.abs(total / 36 - golden).mean() < 0.05
    assert np.corrcoef((total / 36).ravel(), golden.ravel())[0, 1] > 0.98


@pytest.mark.parametrize("azimuth", [0, 90, 180, 270])
def test_a_wall_of_ten_metres_hides_ten_at_45_degrees(azimuth):
    z = np.zeros((61, 61))
    z[30, :] = z[:, 30] = 0
    if azimuth in (0, 180):
        z[30] = 10
    else:
        z[:, 30] = 10
    hidden = ~(code(1.0) > horizon(Surface(z, 1.0), azimuth))
    line = hidden[:, 5] if azimuth in (0, 180) else hidden[5]
    assert line.sum() in (9, 10)  # the tenth is touched exactly
    behind = line[31:] if azimuth in (0, 270) else line[:30]
    assert behind.sum() == line.sum()


@pytest.mark.parametrize("azimuth", [0, 17, 45, 63, 100, 200, 295, 340])
def test_a_stand_off_sensor_agrees_with_the_plain_march(azimuth):
    surface = city()
    n = len(surface.z)
    away, up = 900.0, 600.0
    east = (n - 1) / 2 + away * math.sin(math.radians(azimuth))
    north = -(n - 1) / 2 + away * math.cos(math.radians(azimuth))
    ours = swept_from(surface, east, north, up, 1.7)
    assert ours is not None
    plain = np.array([[plain_sight(surface.z, 1.7, -north, east, up, i, j) for j in range(n)] for i in range(n)])
    assert (ours & ~plain).sum() / (~plain).sum() <= 0.01
    assert (ours == plain).mean() > 0.995
    assert np.array_equal(seen_from(surface, east, north, up, 1.7), plain)


def test_a_sensor_over_the_grid_is_marched_to_exactly():
    surface = city()
    ours = seen_from(surface, 20.3, -31.7, 40.0, 1.1)
    plain = np.array([[plain_sight(surface.z, 1.1, 31.7, 20.3, 40.0, i, j) for j in range(60)] for i in range(60)])
    assert (ours == plain).mean() > 0.999


@pytest.mark.shared
@pytest.mark.parametrize("azimuth", [17, 100, 200])
def test_hidden_cells_called_visible_at_ten_kilometres(shared, azimuth):
    from blindspot.measure.coverage.march import march
    from blindspot.measure.coverage.reading import read_surface

    surface = read_surface(shared / "coverage" / "athens_dsm_1m.tif")
    rows, columns = surface.z.shape
    away, up = 1e4 * math.cos(math.radians(37)), 1e4 * math.sin(math.radians(37)) + surface.z.mean()
    row, column = (
        rows / 2 - away * math.cos(math.radians(azimuth)),
        columns / 2 + away * math.sin(math.radians(azimuth)),
    )
    exact = march(surface.z, surface.z + 1.7, row, column, up)
    ours = swept_from(surface, surface.x + column, surface.y - row, up, 1.7)
    assert (ours & ~exact).sum() / (~exact).sum() <= 0.01


def test_many_positions_agree_with_one_at_a_time():
    surface = city(5)
    turn = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    positions = np.column_stack([30 + 3000 * np.sin(turn), -30 + 3000 * np.cos(turn), np.full(180, 2200.0)])
    each = np.mean([seen_from(surface, *p, 1.7) for p in positions], axis=0)
    ours = share_of_positions(surface, horizons(surface, 1.7, 72), positions)
    assert np.abs(ours - each).mean() < 0.01
    assert ours.mean() == pytest.approx(each.mean(), abs=0.01)


def test_a_place_has_bounds_that_hold_the_middle():
    surface = city()
    turn = np.linspace(0, 2 * np.pi, 50)
    positions = np.column_stack([2000 * np.sin(turn), 2000 * np.cos(turn), np.full(50, 900.0)])
    low, middle, high = place_in_sight(surface, horizons(surface, 1.1), positions, 30.0, -30.0, 8.0)
    assert np.all(low <= middle + 1e-12)
    assert np.all(middle <= high + 1e-12)
    assert 0 < middle.mean() < 1


@pytest.mark.parametrize("azimuth", [0, 15, 45, 80, 135, 190, 250, 315])
def test_a_map_direction_agrees_with_the_finer_sweep(azimuth):
    surface = city(9)
    coarse, fine = (horizon(surface, azimuth, 1.7, lines).astype(float) for lines in (1, 8))
    for elevation in (20, 37, 60):
        level = code(np.tan(np.radians(elevation)))
        assert ((level > coarse) == (level > fine)).mean() > 0.97
        assert (level > coarse).mean() == pytest.approx((level > fine).mean(), abs=0.01)


def test_workers_give_the_same_map():
    surface = city()
    with ProcessPoolExecutor(2) as pool:
        assert np.array_equal(horizons(surface, 1.7, 12, pool).codes, horizons(surface, 1.7, 12).codes)


@given(st.integers(0, 10_000), st.floats(0, 359.99), st.floats(0.0, 3.0))
@settings(max_examples=25)
def test_a_taller_person_is_never_harder_to_see(seed, azimuth, height):
    surface = city(seed, 30)
    assert np.all(horizon(surface, azimuth, height + 0.5) <= horizon(surface, azimuth, height))


def test_footprints_become_blocks_and_grids_are_checked():
    from shapely.geometry import box

    made = extruded([(box(2, 2, 5, 6), 7.0), (box(4, 2, 8, 4), 3.0)], (0, 0, 10, 10), 1.0)
    assert made.z.shape == (10, 10)
    assert made.z[9 - 3, 4] == 7.0  # the higher of two that overlap
    assert made.z[9 - 3, 6] == 3.0
    assert not made.open_ground()[9 - 3, 6]
    for bad in (np.full((3, 3), np.nan), np.zeros((1, 5)), np.zeros(4)):
        with pytest.raises(UsageError):
            checked(bad, 1.0)
    with pytest.raises(UsageError, match="no size"):
        checked(np.zeros((3, 3)), 0.0)
    with pytest.raises(UsageError, match="outside the surface"):
        place_cells(made, 500.0, 5.0, 10.0)
    with pytest.raises(UsageError, match="roof"):
        place_cells(made, 3.5, 3.5, 0.5)
    with pytest.raises(UsageError, match="GB"):
        horizons(Surface(np.zeros((9000, 9000)), 1.0), bins=72)


def test_a_court_worked_out_by_hand_and_on_a_grid():
    assert seen_share("courtyard", 4.0, 10.0, 45.0, 1.0, 0.0) == pytest.approx(0.7)
    assert seen_share("courtyard", 4.0, 10.0, 45.0, 1.0, 45.0) == pytest.approx((1 - 0.3 / math.sqrt(2)) ** 2)
    assert seen_share("alley", 4.0, 2.0, 45.0, 1.0, 90.0) == pytest.approx(1.0)
    assert line_of_sight("open", *[Range(1, 1)] * 4) == Range(1, 1)
    z = np.full((140, 140), 4.0)
    z[20:120, 20:120] = 0  # a court of 10 m in cells of 10 cm, walls of 4 m
    surface = Surface(z, 0.1)
    inside = np.s_[20:120, 20:120]
    for azimuth in (0, 30, 45):
        share = (code(1.0) > horizon(surface, azimuth, 1.0))[inside].mean()
        assert share == pytest.approx(seen_share("courtyard", 4.0, 10.0, 45.0, 1.0, azimuth), abs=0.015)


def test_sun_and_shade():
    from datetime import UTC, datetime

    up, _ = sun(datetime(2021, 6, 21, 12, 2, tzinfo=UTC), 51.4779, 0.0)
    assert up == pytest.approx(90 - 51.4779 + 23.435, abs=0.05)
    _, azimuth = sun(datetime(2021, 3, 20, 6, 7, tzinfo=UTC), 0.0, 0.0)
    assert azimuth == pytest.approx(90, abs=0.5)
    assert sun(datetime(2021, 12, 1, 0, tzinfo=UTC), 34.5, 0.0)[0] < 0
    assert in_shade("courtyard", Range(3, 6), Range(8, 12), -5.0, Range(1, 1)) == Range(1, 1)
    dusk, noon = (in_shade("courtyard", Range(3, 6), Range(8, 12), e, Range(1, 1)) for e in (15.0, 70.0))
    assert dusk.low > noon.high
