"""Kernels against plain Python; laws that any stop detector should keep; figures on labelled data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.measure.track.model import Frame, Tracks, pack
from blindspot.measure.track.read import read_tracks
from blindspot.measure.track.stops import hmm
from blindspot.measure.track.stops.detect import FAMILIES, Setting, intervals, stops
from blindspot.measure.track.stops.hidden import gaps, probability
from blindspot.measure.track.stops.multiverse import grid, multiverse
from blindspot.measure.track.summary import summarise


def plain_anchor(t, x, y, s):
    out, group = [], [0]
    for i in range(1, len(t) + 1):
        if (
            i < len(t)
            and t[i] - t[i - 1] <= s.gap_s
            and np.hypot(x[i] - x[group].mean(), y[i] - y[group].mean()) <= s.radius_m
        ):
            group.append(i)
            continue
        if len(group) > 1 and t[group[-1]] - t[group[0]] >= s.min_s:
            out.append((group[0], group[-1]))
        group = [i]
    return out


def plain_diameter(t, x, y, s):
    def small(a, b):
        return np.hypot(np.ptp(x[a : b + 1]), np.ptp(y[a : b + 1])) <= 2 * s.radius_m

    out, a, wall = [], 0, 0
    for i in range(1, len(t) + 1):
        broken = i == len(t) or t[i] - t[i - 1] > s.gap_s
        if not broken and small(a, i):
            continue
        if i - 1 > a and t[i - 1] - t[a] >= s.min_s:
            out.append((a, i - 1))
            wall = i
        elif broken:
            wall = i
        a = i
        while i < len(t) and a > wall and small(a - 1, i):
            a -= 1
    return out


def walk(seed, n=400):
    """A vehicle that stops and goes, with noise and gaps."""
    rng = np.random.default_rng(seed)
    t = np.cumsum(rng.choice([5.0, 20.0, 60.0, 1200.0], n, p=[0.4, 0.3, 0.28, 0.02]))
    going = np.repeat(rng.random(n // 10) < 0.5, 10)
    step = np.where(going, 8.0, 0.0) * np.diff(t, prepend=t[0])
    heading = np.repeat(rng.random(n // 10) * 2 * np.pi, 10)
    return (
        t,
        np.cumsum(step * np.cos(heading)) + rng.normal(0, 5, n),
        np.cumsum(step * np.sin(heading)) + rng.normal(0, 5, n),
    )


def one(t, x, y, name="v"):
    return Tracks((name,), np.array([0, len(t)]), t, x, y)


@given(st.integers(0, 10_000), st.sampled_from([20.0, 50.0, 150.0]), st.sampled_from([60.0, 180.0]))
def test_detectors_find_what_plain_python_finds(seed, radius, least):
    t, x, y = walk(seed)
    for family, plain in (("anchor", plain_anchor), ("diameter", plain_diameter)):
        s = Setting(radius, least, 900.0, family)
        first, last = intervals(one(t, x, y), s)
        assert list(zip(first.tolist(), last.tolist(), strict=True)) == plain(t, x, y, s)


@given(st.integers(0, 10_000))
def test_stops_hold_what_a_stop_is_and_do_not_overlap(seed):
    tracks = one(*walk(seed))
    for family in FAMILIES:
        found = stops(tracks, Setting(family=family))
        assert (found.end - found.start >= 180).all()
        assert (found.first[1:] > found.last[:-1]).all()
        for a, b in zip(found.first, found.last, strict=True):
            assert np.diff(tracks.t[a : b + 1]).max() <= 900


def test_tracks_do_not_run_into_one_another():
    t, x, y = walk(1)
    alone = intervals(one(t, x, y), Setting())
    both = Tracks(("a", "b"), np.array([0, len(t), 2 * len(t)]), np.r_[t, t], np.r_[x, x], np.r_[y, y])
    twice = intervals(both, Setting())
    assert np.array_equal(twice[0], np.r_[alone[0], alone[0] + len(t)])
    m = multiverse(both)
    assert (m.counts[:, 0] == m.counts[:, 1]).all()


def test_metres_are_metres_far_from_the_middle_of_the_frame():
    # 60 m east at 60 degrees north, in a frame at the equator: more than 50 m, so no stop.
    step = 60 / (111_195.08 * 0.5)
    t = np.arange(20.0) * 30
    lon = np.where(np.arange(20) % 2, step, 0.0)
    far = Tracks(("a",), np.array([0, 20]), t, *Frame(0.0, 0.0).to_plane(np.full(20, 60.0), lon), Frame(0.0, 0.0))
    near = pack(("a",), np.array([0, 20]), t, np.full(20, 60.0), lon)
    for s in (Setting(29.0, 180.0), Setting(31.0, 180.0, family="diameter"), Setting(29.0, family="diameter")):
        assert [a.tolist() for a in intervals(far, s)] == [a.tolist() for a in intervals(near, s)]
    assert len(intervals(far, Setting(29.0, family="diameter"))[0]) == 0
    assert len(intervals(far, Setting(31.0, family="diameter"))[0]) == 1


def plain_hmm(t, x, y, law, gap):
    from scipy.linalg import expm

    q = np.array(law.rates)
    np.fill_diagonal(q, 0)
    np.fill_diagonal(q, -q.sum(1))
    rest = hmm.transition(law)[1]

    def emission(dt, d2):
        if dt > gap:
            return np.ones(4)
        e2 = law.error_m**2
        moving = sum(
            w / v * np.exp(-d2 / 2 / v)
            for w, v in zip(law.weights, [e2 + (s * dt) ** 2 / 2 for s in hmm.SPEEDS], strict=True)
        )
        still = 0.9 / e2 * np.exp(-d2 / 2 / e2) + 0.1 / (25 * e2) * np.exp(-0.02 * d2 / e2)
        v = e2 + (law.foot * dt) ** 2 / 2
        return np.array([moving, still, np.exp(-d2 / 2 / v) / v, still]) + 1e-12 / e2

    b = [emission(t[i + 1] - t[i], (x[i + 1] - x[i]) ** 2 + (y[i + 1] - y[i]) ** 2) for i in range(len(t) - 1)]
    a = [expm(q * (t[i + 1] - t[i - 1]) / 2) for i in range(1, len(b))]
    alpha = [rest * b[0]]
    for i in range(1, len(b)):
        alpha.append(alpha[-1] @ a[i - 1] * b[i])
        alpha[-1] = alpha[-1] / alpha[-1].sum()
    beta = [np.ones(4)]
    for i in range(len(b) - 1, 0, -1):
        beta.insert(0, a[i - 1] @ (b[i] * beta[0]))
        beta[0] = beta[0] / beta[0].sum()
    post = np.array([(f * g)[2:].sum() / (f * g).sum() for f, g in zip(alpha, beta, strict=True)])
    pairs = [alpha[i - 1][:, None] * a[i - 1] * (b[i] * beta[i])[None, :] for i in range(1, len(b))]
    either = np.array([1 - pair[:2, :2].sum() / pair.sum() for pair in pairs])
    share = np.minimum(1, hmm.SLOW_S / ((t[2:] - t[:-2]) / 2))
    return np.r_[post[0], share * (post[1:] + post[:-1]) / 2 + (1 - share) * either, post[-1]]


def test_forward_backward_is_that_of_the_textbook():
    t, x, y = walk(3, 120)
    got, _ = hmm.posterior(np.array([0, 120]), t, x, y, np.ones(120), hmm.FITTED, 900.0)
    want = plain_hmm(t, x, y, hmm.FITTED, 900.0)
    assert np.abs(got - want).max() < 0.01  # expm is interpolated between 128 intervals


def test_a_parked_car_has_stopped_and_a_driving_one_has_not():
    t = np.arange(0, 1800.0, 10)
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 3, (2, len(t)))
    assert hmm.stopped(one(t, *noise))[5:-5].min() > 0.8
    assert hmm.stopped(one(t, 12 * t + noise[0], noise[1]))[5:-5].max() < 0.1


def test_the_first_and_last_fix_of_a_stop_belong_to_it_where_fixes_are_a_minute_apart():
    """The interval beside them is one of driving."""
    t = np.arange(0, 3600.0, 60)
    cycle = t % 900
    x = np.where(cycle < 600, 12.0 * cycle, 7200.0) + 7200.0 * (t // 900)
    p = hmm.stopped(one(t, x, np.zeros(len(t))))
    stood = p[(t >= 600) & (t <= 900)]
    assert stood[[0, -1]].min() > 0.7 * stood.max()
    assert p[(t > 900) & (t < 1500)][1:-1].max() < 0.1


def test_multiverse_holds_200_settings_and_a_stop_that_all_agree_on():
    assert len(set(grid())) == 200
    t = np.arange(0, 3600.0, 20)
    x = np.where(t < 1200, 10 * t, np.where(t < 2400, 12_000, 12_000 + 10 * (t - 2400)))
    found = multiverse(one(t, x, np.zeros_like(x)))
    assert found.count_range(0) == (1, 1, 1)
    assert len(found.stops.first) == 1
    assert abs(found.stops.start[0] - 1200) <= 60
    assert abs(found.stops.end[0] - 2400) <= 60


def test_slack_in_a_gap_makes_a_stop_probable_and_long_gaps_have_no_number():
    speeds = np.full((4, 3), 10.0)
    p = probability(np.full(3, 600.0), np.array([6000.0, 2000.0, 100.0]), speeds)
    assert p[0] < p[1] < p[2]
    assert p[0] < 0.05 < p[2]
    assert np.isnan(probability(np.array([7200.0]), np.array([10.0]), np.full((4, 1), 0.1)))[0]
    t = np.r_[np.arange(0, 600.0, 30), np.arange(1500, 2100.0, 30)]
    found = gaps(one(t, np.zeros_like(t), np.zeros_like(t)))
    assert found.seconds.tolist() == [930.0]


def test_summary_is_the_same_twice_and_has_the_keys_of_the_contract():
    t, x, y = walk(5)
    tracks = pack(("v",), np.array([0, len(t)]), t, 34.5 + y / 111_195, 69.1 + x / 91_600)
    first, second = summarise(tracks), summarise(tracks)
    assert first == second
    assert set(first["tracks"][0]) >= {"id", "points", "stops"}
    assert set(first["stops"][0]) >= {"track", "start", "end", "lat", "lon", "p"}
    low, median, high = (first["tracks"][0]["stops"][k] for k in ("low", "median", "high"))
    assert low <= median <= high


def test_no_fixes_at_all_give_empty_tables():
    none = Tracks((), np.zeros(1, np.int64), np.zeros(0), np.zeros(0), np.zeros(0))
    assert summarise(none)["stops"] == []


@pytest.mark.shared
def test_stopped_on_the_half_of_goal_that_the_numbers_have_not_seen(shared):
    import csv

    files = sorted((shared / "track" / "goal").glob("trajectory_*.csv"))[1::2]
    tracks = read_tracks(files).tracks
    truth = {}
    for path in files:
        with path.open() as file:
            rows = list(csv.DictReader(file))
        t = [round(np.datetime64(r["timestamp"], "ns").astype("int64") / 1e9, 3) for r in rows]
        truth[path.stem] = dict(zip(t, [r["groundtruth"] == "OnFoot" for r in rows], strict=True))
    said = np.array([truth[n][round(s, 3)] for n, part in tracks for s in tracks.t[part]])
    p = hmm.stopped(tracks)
    yes = p >= 0.5
    assert 2 * (yes & said).sum() / (yes.sum() + said.sum()) >= 0.88
    k = np.minimum((p * 10).astype(int), 9)
    ece = sum(abs(p[k == i].mean() - said[k == i].mean()) * (k == i).mean() for i in range(10) if (k == i).any())
    assert ece <= 0.05
