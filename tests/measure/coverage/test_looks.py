"""Looks at a place that comes into the picture and goes out of it: the formula against looks that are simulated one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blindspot.measure.coverage.looks import InView, correlated_looks, met, timed_ends, timed_looks
from blindspot.measure.coverage.opportunity import Factor, opportunity
from blindspot.quantities import Range

WINDOW = (1000.0, 1600.0)
RUNS = {
    "one run": ((1050.0, 1230.0),),
    "many short runs": tuple((1000.0 + 30 * k, 1009.0 + 30 * k) for k in range(20)),
    "two of different length": ((1000.0, 1040.0), (1300.0, 1500.0)),
    "never": (),
    "always": (WINDOW,),
}
TIMES = 200_000


def simulated(rng, runs, looks, r, s, apart):
    """P(noticed): a train of looks told TIMES times, by the story alone. `apart` None: every look at a moment of its own."""
    length = WINDOW[1] - WINDOW[0]
    if apart is None:
        at = rng.uniform(*WINDOW, (TIMES, looks))
    else:
        at = WINDOW[0] + (rng.uniform(0, length, (TIMES, 1)) + apart * np.arange(looks)) % length
    pictured = np.zeros(at.shape, bool)
    for start, end in runs:
        pictured |= (at >= start) & (at < end)
    stubborn = rng.random(TIMES) < s  # his verdict on the first picture that holds the place stands for all
    first, afresh = rng.random(TIMES) < r, rng.random(at.shape) < r
    return np.where(stubborn, pictured.any(axis=1) & first, (pictured & afresh).any(axis=1)).mean()


def formula(runs, looks, r, s, apart):
    view = InView(WINDOW, runs, runs)
    t, p, n, common, d = (np.array([float(x)]) for x in (view.share.low, r, looks, s, apart))
    return float(timed_looks(met(view, t, n, d), p, common)[0])


def at_any_distance(runs, looks, r, s):
    """The mean over all distances from none to evenly over the window."""
    view = InView(WINDOW, runs, runs)
    d = np.linspace(0, 600 / looks, 2001)
    t, p, n, common = (np.full(len(d), float(x)) for x in (view.share.low, r, looks, s))
    return timed_looks(met(view, t, n, d), p, common).mean()


@pytest.mark.parametrize("runs", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize(("looks", "r", "s"), [(1, 0.6, 0.7), (2, 0.5, 0.0), (3, 0.4, 0.5), (5, 0.7, 1.0)])
@pytest.mark.parametrize("part", [0.0, 0.13, 0.5, 1.0])
def test_the_formula_is_what_simulated_looks_do(runs, looks, r, s, part):
    apart = part * (WINDOW[1] - WINDOW[0]) / max(looks, 2)
    told = simulated(np.random.default_rng([looks, int(100 * part)]), runs, looks, r, s, apart)
    noise = 4 * np.sqrt(0.25 / TIMES)
    rounded = (
        r * 2 * len(runs) * looks * 0.5 / 4096
    )  # every look may lie half a part of the window off, at every end of a run
    assert formula(runs, looks, r, s, apart) == pytest.approx(told, abs=noise + rounded)


@pytest.mark.parametrize("runs", RUNS.values(), ids=RUNS)
def test_two_looks_at_any_distance_are_on_average_two_moments_of_their_own(runs):
    told = simulated(np.random.default_rng(1), runs, 2, 0.6, 0.5, None)
    assert at_any_distance(runs, 2, 0.6, 0.5) == pytest.approx(told, abs=0.006)


@pytest.mark.parametrize("runs", [RUNS["one run"], RUNS["two of different length"]])
def test_three_looks_at_any_distance_are_nearly_three_moments_of_their_own(runs):
    told = simulated(np.random.default_rng(2), runs, 3, 0.6, 0.5, None)
    assert at_any_distance(runs, 3, 0.6, 0.5) == pytest.approx(told, abs=0.03)


def test_the_camera_that_fails_is_not_shared_as_the_eye_is():
    """The fault that this mends: with all of the eye's cause shared, three looks find a place that one would have missed."""
    runs = RUNS["one run"]  # 30 % of the window
    spread = formula(runs, 3, 1.0, 1.0, 200.0)
    assert spread == pytest.approx(
        0.9, abs=0.001
    )  # three looks a third of the window apart: one of them nearly always meets the run
    assert formula(runs, 3, 1.0, 1.0, 0.0) == pytest.approx(0.3, abs=0.001)  # all in one go count as one


@given(st.floats(1, 90), st.floats(0.01, 1), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_a_place_always_in_the_picture_leaves_the_looks_as_they_were(n, r, s):
    view = InView(WINDOW, (WINDOW,), (WINDOW,))
    t, p, looks, common = (np.array([float(x)]) for x in (1.0, r, n, s))
    found = timed_looks(met(view, t, looks, np.array([3.0])), p, common)
    assert found == pytest.approx(correlated_looks(p, looks, common), rel=1e-9)


spans = st.lists(st.integers(0, 120), min_size=2, max_size=8, unique=True).map(
    lambda x: tuple(zip(*[iter(WINDOW[0] + 5.0 * np.array(sorted(x)[: len(x) // 2 * 2]))] * 2, strict=True))
)


@given(spans, st.floats(0, 1), st.floats(1, 12), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_no_timing_leaves_the_ends(runs, r, n, s, part):
    view = InView(WINDOW, tuple(runs), tuple(runs))
    low, high = timed_ends(view.share, Range(r, r), Range(n, n), Range(s, s))
    found = formula(tuple(runs), n, r, s, part * 600 / max(n, 2))
    assert low - 2e-3 <= found <= high + 2e-3


@given(spans)
@settings(max_examples=20, deadline=None)
def test_every_look_by_itself_falls_anywhere(runs):
    view = InView(WINDOW, tuple(runs), tuple(runs))
    n, d = np.array([1.0, 2.0, 3.5, 4.0]), np.array([10.0, 70.0, 5.0, 100.0])
    for _, m, chance in met(view, np.full(4, view.share.low), n, d).sides:
        assert chance.sum(axis=1) == pytest.approx(1)
        assert chance @ np.arange(5) / m == pytest.approx(view.share.low, abs=1e-3)


def test_what_a_path_leaves_open_lies_between_its_ends():
    view = InView(WINDOW, ((1000.0, 1100.0),), ((1000.0, 1300.0),))
    made = opportunity("coverage:x", [Factor("pointed", view.share, "path", each_look=True, view=view)], Range(2, 2))
    assert (view.share.low, view.share.high) == pytest.approx((1 / 6, 1 / 2))
    assert made.envelope.low == pytest.approx(1 / 6)
    assert made.envelope.high == pytest.approx(1.0)
    assert made.samples.min() >= 1 / 6 - 1e-3
    assert made.samples.max() <= 1.0
    assert np.allclose(made.shared, made.samples)  # nothing but the camera can fail, and it fails for everybody
    assert "from all in one go to evenly" in "\n".join(made.chain)


def test_a_stated_distance_is_used():
    runs = RUNS["one run"]
    view = InView(WINDOW, runs, runs, Range(10.0, 10.0))
    pointed = Factor("pointed", view.share, "path", each_look=True, view=view)
    made = opportunity("coverage:x", [pointed], Range(2, 2), Range(0, 0))
    assert made.median == pytest.approx((180 + 10) / 600, abs=1e-3)  # in view from 10 s before the run, too
    assert made.low == pytest.approx(made.high)
