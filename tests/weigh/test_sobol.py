import numpy as np
import pytest
from scipy.stats import qmc

from blindspot.weigh.sobol import BITS, _directions, points, sobol


def test_unscrambled_points_are_those_of_scipy():
    ours = points(_directions(), 1024) / 2**BITS
    theirs = qmc.Sobol(512, scramble=False).random_base2(10).T
    assert np.array_equal(np.sort(ours, axis=1), np.sort(theirs, axis=1))
    assert {tuple(c) for c in ours.T} == {tuple(c) for c in theirs.T}


@pytest.mark.parametrize("rows", [32, 1024])
def test_each_dimension_has_one_point_in_each_slot(rows):
    x = sobol(600, rows, 7)
    assert np.array_equal(np.sort((x * rows).astype(int), axis=1), np.tile(np.arange(rows), (600, 1)))


def test_pairs_of_dimensions_stay_evenly_spread():
    """A (t, m, 2)-net keeps, in the first two dimensions, one point in each elementary box of area 1/1024."""
    x = sobol(2, 1024, 3)
    for a in range(11):
        cells = (x[0] * 2**a).astype(int) * 2 ** (10 - a) + (x[1] * 2 ** (10 - a)).astype(int)
        assert len(set(cells.tolist())) == 1024


def test_adding_a_number_moves_no_draw_of_the_others():
    assert np.array_equal(sobol(40, 256, 5), sobol(41, 256, 5)[:40])


def test_the_mean_of_a_smooth_function_converges_faster_than_chance():
    error = [abs(np.mean(np.prod(1 + (sobol(8, 2**m, 11) - 0.5) / 2, axis=0)) - 1) for m in (6, 12)]
    assert error[1] < error[0] / 16
