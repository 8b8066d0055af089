"""Incidents reviewed end to end against their truth: the short form of `make world`."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from world.incidents import outcome
from world.scores import by_question, held, scores

INCIDENTS = 30
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("incidents")]  # reviewed once, for all questions
# Ranges that are the least and the greatest by design hold more than their 90 %: they have no upper bound here.
NINETY = (
    "present, yard", "present, house", "dead on a list", "two visits by chance", "noticed, house, adult", "noticed, yard, adult",
    "anybody noticed, yard", "anybody noticed, house", "same car", "same after one gap, change of aircraft", "same after one gap, zoomed elsewhere", "weigh, q_driver", "weigh, q_load", "weigh, q_yard", "weigh, q_harm", "weigh, q_same",
)  # fmt: skip


@pytest.fixture(scope="module")
def pool():
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as made:
        yield made


@pytest.fixture(scope="module")
def found(pool):
    return by_question(row for rows in pool.map(outcome, range(INCIDENTS), chunksize=5) for row in rows)


@pytest.mark.parametrize("question", NINETY)
def test_stated_ranges_hold_the_truth(found, question):
    """Of 30, a range that holds nine times in ten holds fewer than 21 once in 500 times."""
    assert held(found[question])[0] >= 21 / INCIDENTS


def test_every_number_of_the_review_is_asked(found):
    assert {q.partition(",")[0] for q in found} >= {
        "same car", "noticed", "present", "somebody there", "dead on a list", "two visits by chance", "stops of the car", "transit share",
        "share of time covered", "weigh",
    }  # fmt: skip


def test_ours_is_better_than_counting_and_than_ignoring_coverage(found):
    for question in ("same car", "somebody there, yard", "somebody there, house"):
        s = scores(found[question])
        assert s["ours"]["brier"] < s["naive"]["brier"]
        assert s["ours"]["brier"] < s["blind"]["brier"]
    yard = scores(found["weigh, q_yard"])
    assert yard["ours"]["brier"] < yard["blind"]["brier"]


def test_the_check_sees_ranges_that_are_too_narrow(found):
    rows = found["present, yard"] + found["present, house"]
    narrow = [r | {"low": r["median"], "high": r["median"]} for r in rows]
    assert held(narrow)[0] < 0.6


def test_results_do_not_depend_on_who_does_the_work(found):
    mine = by_question(row for index in range(2) for row in outcome(index))
    for question, rows in mine.items():
        theirs = [r for r in found[question] if r["incident"] < 2]
        for a, b in zip(rows, theirs, strict=True):
            np.testing.assert_equal(a, b)


def test_a_dask_cluster_gives_the_same_rows(found):
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster, set_as_default=False) as client,
        client.get_executor() as executor,
    ):
        theirs = by_question(row for rows in executor.map(outcome, range(2)) for row in rows)
    for question, rows in theirs.items():
        for a, b in zip(rows, [r for r in found[question] if r["incident"] < 2], strict=True):
            np.testing.assert_equal(a, b)


def test_hard_incidents_are_reviewed_as_well(pool):
    from blindspot.example import WAYS

    for rows in pool.map(outcome, range(len(WAYS)), [(way,) for way in WAYS]):
        assert len(rows) > 20
