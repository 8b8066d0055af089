"""The follower says when it has lost; many objects keep their identity; marks are kept and smoothed."""

import json

import numpy as np
import pytest
from bench.scenes import scene
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from blindspot.errors import UsageError
from blindspot.measure.track.follow import kernels
from blindspot.measure.track.follow.keyframes import Keyframe, agreement, gaps_opened, log_line, read_log, smooth
from blindspot.measure.track.follow.many import follow_many
from blindspot.measure.track.follow.one import Follower, State, camera
from blindspot.measure.track.model import Boxes


def overlap(a, b):
    return kernels.overlap(*map(float, a), *map(float, b))


def followed(seed, **kind):
    pictures, boxes, seen = scene(seed, **kind)
    follower = Follower()
    first = follower.mark(pictures[0], tuple(boxes[0]))
    return [first, *(follower.step(p) for p in pictures[1:])], boxes, seen


def test_after_full_occlusion_it_hardly_ever_claims_to_follow():
    wrong, before = [], []
    for seed in range(12):
        sights, boxes, seen = followed(seed)
        hidden = int(np.flatnonzero(seen < 0.01)[0])
        for s, truth, part in zip(sights, boxes, seen, strict=True):
            good = s.state is State.FOLLOWED and overlap(s.box, truth) > 0.3
            if s.frame < hidden and part > 0.99:
                before.append(good)
            elif s.frame >= hidden:
                wrong.append(s.state is State.FOLLOWED and (part < 0.01 or overlap(s.box, truth) <= 0.3))
    assert np.mean(wrong) <= 0.05
    assert np.mean(before) >= 0.8


def test_every_loss_opens_a_gap_and_only_a_person_goes_on():
    sights, boxes, _ = followed(1)
    opened = gaps_opened(sights)
    assert len(opened) == 1
    assert opened[0].last_seen < opened[0].lost
    assert opened[0].failed
    lost = next(i for i, s in enumerate(sights) if s.state is State.LOST)
    assert all(s.state is State.LOST for s in sights[lost:])
    pictures, *_ = scene(1)
    follower = Follower()
    follower.mark(pictures[0], tuple(boxes[0]))
    for p in pictures[1:100]:
        follower.step(p)
    assert follower.mark(pictures[100], tuple(boxes[100])).state is State.FOLLOWED
    assert follower.step(pictures[101]).state is State.FOLLOWED


def test_leaving_the_picture_is_a_loss():
    pictures, boxes, _ = scene(5, hidden=0, look_alikes=0)
    follower = Follower()
    follower.mark(pictures[0], tuple(boxes[0]))
    follower.step(pictures[1])
    blank = np.full_like(pictures[0], 128)
    states = [follower.step(blank).state for _ in range(30)]
    assert State.FOLLOWED not in states
    assert states[-1] is State.LOST


def test_the_camera_is_found_without_the_car():
    rng = np.random.default_rng(0)
    from bench.scenes import texture

    ground = texture(rng, 300, 400).astype(np.uint8)
    move = camera(ground[20:260, 20:340], ground[23:263, 14:334], (100.0, 100.0, 30.0, 15.0))
    assert move[:, 2] == pytest.approx([6, -3], abs=0.5)
    assert (
        camera(np.zeros((100, 100), np.uint8), np.zeros((100, 100), np.uint8), (50, 50, 10, 10)).tolist()
        == np.eye(2, 3).tolist()
    )


@given(st.integers(1, 7), st.integers(0, 5), st.integers(0, 1000))
def test_assignment_is_that_of_scipy(n, more, seed):
    cost = np.random.default_rng(seed).random((n, n + more))
    got = kernels.assign(cost)
    row, column = linear_sum_assignment(cost)
    assert len(set(got.tolist())) == n
    assert cost[np.arange(n), got].sum() == pytest.approx(cost[row, column].sum())


def crowd(seed=0, objects=12, frames=200, jump=0.0):
    rng = np.random.default_rng(seed)
    place, speed = rng.uniform(100, 900, (objects, 2)), rng.normal(0, 2, (objects, 2))
    rows = []
    for f in range(frames):
        shift = jump * np.array([np.sin(f / 5), np.cos(f / 7)])
        for k in range(objects):
            if rng.random() < 0.9:
                rows.append((f, k, *(place[k] + speed[k] * f + shift + rng.normal(0, 1, 2)), 40, 25, 1.0))
        if rng.random() < 0.3:
            rows.append((f, -1, *rng.uniform(0, 1000, 2), 40, 25, 0.5))
    a = np.array(rows)
    return Boxes(a[:, 0].astype(int), a[:, 1].astype(int), *a[:, 2:].T)


@pytest.mark.parametrize("jump", [0.0, 40.0])
def test_objects_keep_their_identity_also_when_the_camera_jumps(jump):
    truth = crowd(jump=jump)
    found = follow_many(truth).boxes
    switches = 0
    for k in range(12):
        names = []
        for f, x, y in zip(*(v[truth.id == k] for v in (truth.frame, truth.x, truth.y)), strict=True):
            at = np.flatnonzero(found.frame == f)
            d = np.hypot(found.x[at] - x, found.y[at] - y)
            if len(at) and d.min() < 1e-6:
                names.append(found.id[at[d.argmin()]])
        switches += int((np.diff(names) != 0).sum())
    assert switches <= 6
    assert len(np.unique(found.id)) <= 16


def test_bridged_gaps_are_marked_and_false_alarms_left_out():
    n = 60
    frame = np.r_[np.arange(20), np.arange(28, n), 40]
    x = np.r_[np.arange(20.0), np.arange(28.0, n), 700.0] * 3
    b = Boxes(
        frame,
        np.full(len(frame), -1),
        x,
        np.full(len(x), 50.0),
        np.full(len(x), 40.0),
        np.full(len(x), 20.0),
        np.ones(len(x)),
    )
    found = follow_many(b)
    assert found.gaps.tolist() == [[0, 19, 28]]
    assert found.boxes.frame[found.filled].tolist() == list(range(20, 28))
    assert found.boxes.x[found.filled] == pytest.approx(np.arange(20, 28) * 3.0)
    assert len(np.unique(found.boxes.id)) == 1


def mark(frame, x=0.0, who="a", same="", why="seen", when="2026-01-01T00:00:00Z"):
    return Keyframe(frame, x, 0.0, 30, 15, who, when, why, same)


def test_the_path_goes_through_the_marks_both_ways():
    path = smooth([mark(0, 0), mark(50, 100), mark(100, 200)])
    assert path.x[[0, 50, 100]] == pytest.approx([0, 100, 200], abs=3)
    assert np.abs(path.x - 2 * path.frame).max() < 6
    assert path.by[0] == "person"
    assert path.by[25] == "smoother"
    assert path.error_px[25] > path.error_px[50]
    corrected = smooth([mark(0), mark(50, 999), mark(50, 100, when="2026-01-02T00:00:00Z"), mark(100, 200)])
    assert corrected.x[50] == pytest.approx(100, abs=3)
    with pytest.raises(UsageError, match="no keyframe"):
        smooth([])


def test_a_log_keeps_who_when_and_why():
    marks = (mark(0), mark(5, who="b"))
    assert read_log(map(log_line, marks)) == marks
    with pytest.raises(UsageError, match="line 1"):
        read_log([json.dumps({"frame": 1})])
    with pytest.raises(UsageError, match="who, when and why"):
        read_log([log_line(mark(0, why=""))])


def test_agreement_of_two_reviewers():
    a = [mark(f, same=s) for f, s in enumerate("xxyy")]
    assert agreement(a, [mark(f, who="b", same=s) for f, s in enumerate("xxyy")]) == (1.0, 4)
    kappa, n = agreement(a, [mark(f, who="b", same=s) for f, s in enumerate("xyxy")])
    assert (kappa, n) == (0.0, 4)
    with pytest.raises(UsageError, match="same person"):
        agreement(a, a)
