"""The small-N posterior against enumeration person by person, published sizes, and the truth of simulated scenes."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blindspot.errors import UsageError
from blindspot.measure.presence.calibration import calibrate
from blindspot.measure.presence.model import Scene
from blindspot.measure.presence.priors import at_home, packaged_sizes, sizes_from
from blindspot.measure.presence.scene import both, posterior, quantile
from blindspot.quantities import Range

URBAN = packaged_sizes("urban")


def fixed(x):
    return Range(x, x)


def scene(noticed, households=1, home=0.8, outdoors=1.0, together=0.0, sizes=URBAN):
    return Scene(
        fixed(households),
        sizes,
        fixed(0.42),
        fixed(home),
        fixed(home),
        fixed(outdoors),
        fixed(noticed),
        fixed(noticed),
        fixed(together),
    )


WIDE = Scene(
    Range(1, 2),
    URBAN,
    Range(0.38, 0.47),
    Range(0.5, 0.85),
    Range(0.6, 0.95),
    Range(0.15, 0.5),
    Range(0.2, 0.7),
    Range(0.1, 0.5),
    Range(0.0, 0.8),
)


def test_household_sizes_are_the_published_ones():
    sizes = np.array(URBAN)
    assert (sizes * np.arange(len(sizes))).sum() == pytest.approx(7.35, abs=0.02)
    assert sizes[9:].sum() == pytest.approx(0.296, abs=1e-3)
    with pytest.raises(UsageError, match="tables are"):
        packaged_sizes("mars")
    with pytest.raises(UsageError, match="size_from"):
        sizes_from([{"size_from": "a"}], "share")
    with pytest.raises(UsageError, match="bins"):
        sizes_from([{"size_from": "3", "size_to": "1", "share": "1"}], "share")


@pytest.mark.parametrize(("noticed", "ratio"), [(0.015, 1.09), (0.11, 1.89), (0.58, 26.0)])
def test_none_seen_is_weak_where_little_could_be_seen(noticed, ratio):
    found = posterior(scene(noticed), 0)
    assert found.lr_none[0] == pytest.approx(ratio, rel=0.01)
    assert found.before[0] == pytest.approx(0.004, abs=5e-4)
    assert found.before @ np.arange(len(found.before)) == pytest.approx(5.9, abs=0.05)


def test_one_seen_and_two_households():
    one = posterior(scene(0.11), 1)
    assert one.mean_after[0] == pytest.approx(6.3, abs=0.05)
    assert one.after[5:].sum() == pytest.approx(0.74, abs=0.005)
    two = posterior(scene(0.11, 2, 0.7), None).before
    assert two @ np.arange(len(two)) == pytest.approx(10.3, abs=0.05)
    assert (quantile(two, 0.05), quantile(two, 0.95)) == (5, 17)


def by_hand(s, seen):
    """P(N, seen) summed over every state of every member: away, adult or child at home, outdoors or in, noticed or not."""
    o, e, t = s.outdoors.low, s.noticed_adult.low, s.together.low
    home = s.home_adult.low
    found = {}

    def add(n, k, p):
        found[n, k] = found.get((n, k), 0.0) + p

    for size, share in enumerate(s.sizes):
        for states in product(("away", "unseen", "seen"), repeat=size):
            n, k = sum(x != "away" for x in states), sum(x == "seen" for x in states)
            base = home**n * (1 - home) ** (size - n) * share
            alone = (o * e) ** k * (1 - o * e) ** (n - k)
            crowd = o * e**k * (1 - e) ** (n - k) + (1 - o) * (k == 0)
            add(n, k, base * ((1 - t) * alone + t * crowd))
    total = sum(p for (_, k), p in found.items() if k == seen)
    return np.array([found.get((n, seen), 0.0) / total for n in range(len(s.sizes))])


@given(st.floats(0.05, 0.95), st.floats(0.05, 1), st.floats(0, 1), st.floats(0.1, 0.95), st.integers(0, 2))
@settings(max_examples=30)
def test_posterior_against_every_state_of_every_member(noticed, outdoors, together, home, seen):
    small = scene(noticed, 1, home, outdoors, together, (0.1, 0.2, 0.3, 0.25, 0.15))
    after = posterior(small, seen, 2).after
    assert after[:5] == pytest.approx(by_hand(small, seen), abs=1e-9)
    assert after[5:].sum() == pytest.approx(0, abs=1e-12)


def test_hiding_together_weakens_none_seen_and_both_are_shown():
    found = both(scene(0.9, outdoors=0.5), 0)
    assert found.independent.lr_none[0] > 5 * found.together.lr_none[0]
    assert found.together.lr_none[0] == pytest.approx(1 / 0.5, rel=0.15)


def test_children_that_are_harder_to_see_stay_likelier():
    wide = posterior(replace(scene(0.8), noticed_child=fixed(0.1)), 0)
    assert wide.children_after[1:].sum() > 0.5
    assert wide.noticed_child[0] < wide.noticed[0]


def test_likelihood_of_what_was_seen_for_each_number():
    found = posterior(scene(0.3), 2)
    assert found.likelihood[:2] == pytest.approx([0, 0], abs=1e-12)
    assert found.likelihood[2] == pytest.approx(0.09)
    assert found.likelihood[3] == pytest.approx(3 * 0.09 * 0.7)


def test_more_seen_than_can_be_there_is_refused():
    with pytest.raises(UsageError, match="at most"):
        posterior(scene(0.5), 60)


def test_passers_by_make_a_street():
    street = replace(scene(0.5, 0), passers=fixed(3.0))
    found = posterior(street, 0).before
    assert found[0] == pytest.approx(np.exp(-3), rel=1e-4)


@pytest.mark.parametrize("together", [fixed(0.0), Range(0.3, 1.0)], ids=["independent", "common cause"])
def test_truth_falls_evenly_in_the_posterior(together):
    one = replace(WIDE, together=together)
    found = calibrate(one, one, 400, seed=7, draws=128)
    assert min(found.p_kolmogorov, found.p_chi_squared) > 0.001


def test_calibration_sees_a_wrong_model_and_is_equal_for_any_executor():
    truth = replace(WIDE, outdoors=fixed(0.5), noticed_adult=fixed(0.9), noticed_child=fixed(0.9), together=fixed(1.0))
    model = replace(truth, together=fixed(0.0))
    alone = calibrate(truth, model, 300, seed=3, draws=64)
    assert alone.p_kolmogorov < 1e-6
    with ProcessPoolExecutor(2) as pool:
        assert np.array_equal(calibrate(truth, model, 300, seed=3, draws=64, executor=pool).ranks, alone.ranks)


def test_at_home_by_hour_has_a_basis():
    night, noon = at_home(2), at_home(12)
    assert night["adult"][0].low > noon["adult"][0].low
    assert "73 per cent" in noon["adult"][1]


def test_many_people_are_reckoned_with_where_their_number_lies(monkeypatch):
    from blindspot.measure.presence import priors

    given = (
        np.array(packaged_sizes()), np.array([12, 14]), np.array([0.4, 0.45]), np.array([0.5, 0.9]), np.array([0.6, 0.95]),
        np.array([0.0, 5.0]),
    )  # fmt: skip
    short = priors.joint_present(*given)
    monkeypatch.setattr(priors, "WHOLE", 10_000)
    whole = priors.joint_present(*given)
    n = short.shape[1]
    assert n < whole.shape[1]
    assert np.abs(whole[:, :n, :n] - short).max() < 1e-12
    assert whole[:, n:].sum() + whole[:, :, n:].sum() < 1e-12


def test_a_crowd_beyond_what_is_exact_is_refused_in_words():
    crowd = Scene(Range(0, 0), packaged_sizes(), *[Range(0.5, 0.5)] * 6, Range(0, 0), Range(10_000, 10_000))
    with pytest.raises(UsageError, match="at most 600 are reckoned with exactly"):
        posterior(crowd, 0)
    with pytest.raises(UsageError, match="more than 200 members"):
        sizes_from([{"size_from": "1", "size_to": "5000", "share": "1"}], "share")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"size_from,size_to,share\n1,3,\xe9\n", "occupancy/own.csv:2: is not UTF-8"),
        (b"", "occupancy/own.csv: is empty"),
        (b"size_from,size_to,share\n1,2,nan\n", "shares above 0"),
        (b"size_from;size_to;share\n1;2;1\n", "needs size_from"),
    ],
)
def test_a_table_of_the_case_that_cannot_be_read_says_why(tmp_path, raw, said):
    from click.testing import CliRunner

    from blindspot.cli import cli
    from folders import write_case

    row = "y,P1,2,own.csv,0.5,0.5,0.5,0.5,0\n"
    root = write_case(
        tmp_path / "c",
        households_csv="id,place,households,table,home_adult,home_child,noticed_adult,noticed_child,seen\n" + row,
    )
    (root / "occupancy").mkdir()
    (root / "occupancy" / "own.csv").write_bytes(raw)
    found = CliRunner().invoke(cli, ["presence", str(root)])
    assert said in found.exception.diagnostics()
    (root / "occupancy" / "own.csv").write_bytes(
        b"\xef\xbb\xbfsize_from,size_to,share\r\n1,2,0.5\r\n3,9,0.5\r\n"
    )  # as Excel saves it
    assert CliRunner().invoke(cli, ["presence", str(root)]).exit_code == 0
