"""The weighing against a world whose truth is known."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from blindspot.case import open_case
from blindspot.weigh import build
from world.calibration import SEED, brier, held, outcome, reliability
from world.evidence import as_case, draw, tell, write_case

CASES = 600
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("calibration")]


@pytest.fixture(scope="module")
def found():
    return [outcome(index) for index in range(CASES)]


def test_stated_probabilities_come_true_and_naive_counting_does_not(found):
    so = [o.so for o in found]
    ours, naive = (reliability([getattr(o, how) for o in found], so) for how in ("exact", "naive"))
    assert ours.chance > 0.01
    assert naive.chance < 1e-4
    assert brier([o.exact for o in found], so) < brier([o.naive for o in found], so)


def test_the_check_sees_a_slight_overconfidence(found):
    p = np.array([o.exact for o in found])
    sharper = p**1.7 / (p**1.7 + (1 - p) ** 1.7)
    assert reliability(sharper, [o.so for o in found]).chance < 0.01


def test_stated_ranges_hold_what_the_true_numbers_give(found):
    assert 0.86 < held(found) < 0.94


def test_every_part_of_the_story_occurs(found):
    seen = set().union(*(o.features for o in found))
    assert seen >= {
        "favours", "interest", "lens lowers_hits", "lens none", "lens raises_false_alarms", "linked questions", "no",
        "other not rated", "partial copy", "perfect copy", "report", "silent", "unknown",
    }  # fmt: skip
    assert max(o.copies for o in found) == 8


def test_results_do_not_depend_on_the_number_of_workers(found):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:  # forking with threads about is not safe
        assert list(pool.map(outcome, range(40), chunksize=3)) == found[:40]


@pytest.mark.parametrize("index", range(8))
def test_a_simulated_case_reads_the_same_from_its_folder(tmp_path, index):
    rng = np.random.default_rng([SEED, index])
    world = draw(rng)
    case = as_case(world, tell(world, rng)[1])
    write_case(case, tmp_path / "case")
    one, two = (build(c).network for c in (case, open_case(tmp_path / "case")))
    assert [(p.name, p.low, p.high) for p in one.parameters] == [(p.name, p.low, p.high) for p in two.parameters]
    assert one.reports == two.reports
    numbers = {name: np.asarray(value) for name, value in world.numbers.items()}
    for name, p in one.posterior(numbers, 1)[0].items():
        np.testing.assert_array_equal(p, two.posterior(numbers, 1)[0][name])
