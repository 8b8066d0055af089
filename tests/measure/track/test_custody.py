"""Closed forms against simulation, laws of the chain, calibration on simulated and real vehicles that were held out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.errors import CaseError, UsageError
from blindspot.measure.track.custody.card import card, expected, p_same, planning, shares
from blindspot.measure.track.custody.chain import chain, chain_table, custody_of, on_streets
from blindspot.measure.track.custody.episodes import Episodes, episodes, units
from blindspot.measure.track.custody.evaluate import calibration_error, evaluate, temper
from blindspot.measure.track.custody.footage import box_episodes
from blindspot.measure.track.custody.law import count
from blindspot.measure.track.custody.report import custody
from blindspot.measure.track.custody.rivals import BIRTH, Rivals, joined
from blindspot.measure.track.custody.spread import shipped
from blindspot.measure.track.follow.camera import camera_motion, carried, dense, through
from blindspot.measure.track.model import Boxes, Read, Tracks
from blindspot.measure.track.read import read_tracks
from blindspot.measure.track.settings import Custody, read_settings
from blindspot.quantities import Range


def test_the_worked_example_of_the_reference():
    assert planning(1.0, 40e-6, 0.5, 60.0) == pytest.approx(0.69, abs=0.005)
    assert planning(1.0, 40e-6, 0.5, 400.0) == pytest.approx(0.05, abs=0.005)


def test_planning_form_is_what_simulated_look_alikes_do():
    rng = np.random.default_rng(0)
    sigma, rho, side = 50.0, 60e-6, 2000.0
    right = 0
    for _ in range(4000):
        own = np.hypot(*rng.normal(0, sigma, 2))
        others = rng.uniform(-side, side, (rng.poisson(rho * 4 * side**2), 2))
        right += own < np.hypot(*others.T).min(initial=np.inf)
    assert right / 4000 == pytest.approx(float(planning(1.0, rho, 1.0, sigma)), abs=0.03)
    r = np.hypot(*rng.normal(0, sigma, (2, 100_000)))
    assert expected(r, rho, 1.0) == pytest.approx(float(planning(1.0, rho, 1.0, sigma)), abs=0.005)


@given(st.lists(st.floats(1e-9, 1e-2), min_size=1, max_size=6), st.floats(0.1, 1.0), st.floats(0.1, 1.0))
def test_candidates_and_none_share_one(f, stay, tau):
    p = p_same(np.array(f), np.full(len(f), 1e-5), p_stay=stay, tau=tau)
    assert 0 <= p.sum() <= 1
    assert (np.argsort(p, kind="stable") == np.argsort(f, kind="stable")).all() or len(set(np.round(p, 12))) < len(f)


def test_one_candidate_is_the_equation_of_the_card():
    f, rho, q, a, stay = 3e-5, 4e-5, 0.5, 2.0, 0.9
    want = a * stay * f / (a * stay * f + rho * q)
    assert p_same(np.array([f]), np.array([rho * q]), appearance=a, p_stay=stay)[0] == pytest.approx(want)


def test_wider_ranges_give_wider_answers_and_fixed_numbers_a_point():
    fixed = card("g", Range(60, 60), Range(60, 60), Range(40, 40), Range(0.5, 0.5))
    assert fixed.range == pytest.approx((0.6885,) * 3, abs=1e-3)
    wide = card("g", Range(60, 60), Range(30, 120), Range(20, 80), Range(0.2, 0.9))
    assert wide.range[0] < fixed.range[0] < wide.range[2]
    assert "2 pi" in wide.line


def test_ten_gaps_of_097_leave_074_and_the_dearest_is_named():
    ten = card("a", Range(1, 1), Range(1, 1), Range(1, 1), Range(0.5, 0.5), Range(0.97, 0.97))
    found = chain("c", [ten, card("b", Range(60, 60), Range(60, 60), Range(40, 40), Range(0.5, 0.5))], [10, 1])
    assert found.p[0] == pytest.approx(0.97**10 * 0.6885, rel=1e-3)
    assert found.worst == "b"
    assert chain_table(found)["p_same_vehicle"]["median"] == pytest.approx(0.74 * 0.6885, abs=0.01)


def test_a_case_states_its_gaps_and_gets_every_assumption_back():
    text = {
        "id": "car",
        "hours": "8",
        "density_km2": "10-60",
        "passes": "0.1-0.6",
        "driver": "0.5-0.9",
        "gap": [{"id": "short", "seconds": "5-30", "count": 10}, {"id": "long", "seconds": "120-600"}],
        "basis": "judgement: test",
    }
    found = custody_of(Custody.model_validate(text))
    assert found.worst == "long"
    assert 0 <= found.range.low < found.range.high <= 1
    said = " ".join(found.derivation)
    assert "judgement: test" in said
    assert "0.5-0.9" in said
    assert "not given" in said


@pytest.mark.parametrize("sigma", [12.0, 60.0, 150.0, 400.0])
def test_look_alikes_on_a_grid_of_streets_are_those_counted(sigma):
    """Metres of street within a Rayleigh radius of a place on a street, beside as many metres spread evenly."""
    rng, apart = np.random.default_rng(3), 250.0
    r = np.hypot(*rng.normal(0, sigma, (2, 40_000)))
    lines = np.arange(-12, 13) * apart
    crossing = lines + rng.uniform(0, apart, (len(r), 1))
    metres = sum(2 * np.sqrt(np.maximum(r[:, None] ** 2 - at**2, 0)).sum(axis=1) for at in (lines[None], crossing))
    assert on_streets(sigma, apart) == pytest.approx(metres.mean() / (2 / apart * np.pi * (r**2).mean()), rel=0.03)


def test_what_belongs_to_the_day_is_drawn_once_and_what_is_a_gaps_own_apart():
    at = shares(4)
    for other in at[1:]:
        assert (other[:4] == at[0][:4]).all()
    every = np.vstack([at[0][:4], *(a[4:] for a in at)])
    assert np.abs(np.corrcoef(every) - np.eye(len(every))).max() < 0.05


def test_one_doubt_shared_by_all_gaps_is_not_averaged_away():
    """Three kinds of gap that rest on one unknown density: the chain spans what its two ends give."""
    gaps = [{"id": f"g{k}", "seconds": "60", "sigma_m": "80", "p_stay": "1", "crowding": "1"} for k in range(3)]
    told = {"id": "car", "hours": "1", "density_km2": "10-60", "passes": "0.3", "gap": gaps}
    low, _, high = custody_of(Custody.model_validate(told)).quantiles
    at = np.exp(np.log(10) + np.log(6) * np.array([0.95, 0.05])) / 1e6
    assert (low, high) == pytest.approx(planning(1.0, at, 0.3, 80.0) ** 3, abs=0.005)


def test_a_chain_without_a_gap_is_refused_where_it_stands(tmp_path):
    told = '[[custody]]\nid = "car"\nhours = "8"\ndensity_km2 = "10-60"\npasses = "0.1-0.6"\ngap = []\n'
    (tmp_path / "tracks.toml").write_text(told, encoding="utf-8")
    with pytest.raises(CaseError) as refused:
        read_settings(tmp_path)
    (problem,) = refused.value.problems
    assert (problem.where.file, problem.where.column) == ("tracks.toml", "custody.0.gap")
    assert "at least 1 item" in problem.what


def test_distance_and_doubt_grow_with_the_gap():
    law = shipped()
    medians = [np.median(law.distances(t)) for t in (2, 10, 60, 300, 1800, 7200)]
    assert (np.diff(medians) > 0).all()
    assert (np.diff(law.sigma(np.array([5.0, 60.0, 600.0]), 2e-5)) > 0).all()


def town(vehicles=40, minutes=60, seed=0):
    """Vehicles on a grid of streets, one fix every 15 s; they keep their direction three times of four."""
    rng = np.random.default_rng(seed)
    n = minutes * 4
    x, y = rng.uniform(0, 4000, (2, vehicles))
    heading = rng.integers(0, 4, vehicles)
    out = np.empty((n, 2, vehicles))
    speed = rng.uniform(0, 12, vehicles)
    for i in range(n):
        turn = rng.random(vehicles) < 0.25
        heading = np.where(turn, rng.integers(0, 4, vehicles), heading)
        speed = np.where(rng.random(vehicles) < 0.1, rng.choice([0.0, 8.0, 12.0], vehicles), speed)
        x, y = x + 15 * speed * np.cos(heading * np.pi / 2), y + 15 * speed * np.sin(heading * np.pi / 2)
        x, y = x % 4000, y % 4000
        out[i] = x, y
    t = np.tile(np.arange(n) * 15.0, vehicles)
    start = np.arange(vehicles + 1) * n
    return Tracks(tuple(f"v{k}" for k in range(vehicles)), start, t, out[:, 0].T.ravel(), out[:, 1].T.ravel())


@pytest.mark.parametrize("gap", [30.0, 120.0])
def test_held_out_vehicles_of_a_simulated_town_are_predicted_well(gap):
    _, table = custody(Read(town(), (), ()), gap, number=2000)
    assert set(table) >= {"gap_s", "n", "right_share", "mean_predicted", "ece", "brier", "brier_constant"}
    assert table["ece"] <= 0.05
    assert table["brier"] < 0.85 * table["brier_constant"]
    assert not table["overlaid"]
    low, high = table["intervals"]["right_share"]
    assert low <= table["right_share"] <= high


def test_the_same_command_gives_the_same_numbers():
    read = Read(town(20, 30), (), ())
    assert custody(read, 60.0, number=500)[1] == custody(read, 60.0, number=500)[1]


def test_longer_gaps_are_harder():
    e = [custody(Read(town(), (), ()), gap, number=600)[1]["right_share"] for gap in (30.0, 120.0, 480.0)]
    assert e[0] > e[1] > e[2]


def test_a_vehicle_is_never_among_its_own_look_alikes():
    found, overlaid = units(town(4, 60), overlay=True)
    assert overlaid
    e = episodes(found, 60.0, 200)
    assert np.isfinite(e.along[:, 0]).all()
    assert np.isfinite(e.along).sum(axis=1).max() <= 4


def test_law_without_a_vehicle_is_the_sum_without_its_part():
    played, _ = units(town(12, 30))
    e = episodes(played, 60.0, 600)
    whole = count(e)
    keep = whole.clusters != 3
    alone = count(e.rows(e.cluster != 3))
    assert np.allclose(whole.of(keep).where, alone.of(np.ones(len(alone.clusters), bool)).where)
    assert np.exp(whole.of(keep).density(1.0, np.array([50.0]))) > 0


def test_tempering_finds_the_exponent_under_which_choices_were_made():
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (6000, 8, 3))
    scores[..., 2] = 0
    z = scores @ np.array([0.5, 1.2, 0])
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    true = (p.cumsum(axis=1) > rng.random((6000, 1))).argmax(axis=1)
    row = np.arange(6000)
    scores[row, 0], scores[row, true] = scores[row, true].copy(), scores[row, 0].copy()
    assert temper(scores)[:2] == pytest.approx([0.5, 1.2], abs=0.06)


def test_calibration_error_of_honest_and_of_boastful_numbers():
    rng = np.random.default_rng(0)
    p = rng.random(20_000)
    assert calibration_error(p, rng.random(20_000) < p) < 0.02
    assert calibration_error(np.full(1000, 0.95), rng.random(1000) < 0.5) > 0.4


def test_two_vehicles_are_too_few_to_judge_by():
    with pytest.raises(UsageError, match="three or more"):
        custody(Read(town(2, 60), (), ()), 60.0)
    with pytest.raises(UsageError, match="no length of time"):
        custody(Read(town(12, 30), (), ()), 0.0)


def video(seed=0, frames=600, cars=25):
    """Cars on a plain seen by a camera that drifts, turns and zooms."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(-600, 600, cars) + 1j * rng.uniform(-400, 400, cars)
    v = np.where(rng.random(cars) < 0.7, 0, rng.normal(0, 1.0, cars) + 1j * rng.normal(0, 0.5, cars))
    rows = []
    for f in range(frames):
        turn = np.exp((0.0004 + 0.0006j) * f)
        z = turn * (start + v * f) + (1.5 + 0.8j) * f
        for k in range(cars):
            rows.append((f, k, z[k].real, z[k].imag, 30 * abs(turn), 20 * abs(turn), 1.0))
    a = np.array(rows)
    return Boxes(a[:, 0].astype(int), a[:, 1].astype(int), *a[:, 2:].T, "sim", 30.0), start, v


def test_camera_motion_is_found_from_the_boxes_without_the_one_asked_about():
    boxes, start, _ = video()
    table = dense(boxes, 5)
    steps = camera_motion(table)
    column, zero = np.arange(len(start)), np.zeros(len(start), int)
    moved, turn = carried(steps, table.z[0], zero, 24, column)
    truth = np.exp((0.0004 + 0.0006j) * 120) * start + (1.5 + 0.8j) * 120
    assert np.median(np.abs(moved - truth)) < 10  # the picture moved by 200 px
    assert np.abs(np.angle(turn) - 0.072).max() < 0.02
    at_once, _ = through(steps, camera_motion(table, 24), table.z[0], zero, column)
    assert np.median(np.abs(at_once - truth)) < 10
    hidden = Boxes(
        *(getattr(boxes, n)[boxes.id != 3] for n in ("frame", "id", "x", "y", "w", "h", "score")), "sim", 30.0
    )
    rows = np.arange(len(table.z) - 1)
    out = steps.without(rows, (np.full(len(rows), 3), np.full(len(rows), 5)))[1]
    without = camera_motion(dense(hidden, 5)).without(rows, (np.full(len(rows), 4),))[1]  # 5 is the fifth of the rest
    assert np.allclose(out, without, rtol=0.2, atol=2)


def test_a_rivals_own_way_through_the_gap_tells_nothing():
    boxes, *_ = video()
    jumped = replace(boxes, x=np.where((boxes.id == 5) & (boxes.frame > 60), boxes.x + 60, boxes.x))
    foretold = []
    for b in (boxes, jumped):
        table = dense(b, 5)
        left_out = (np.array([3]), np.array([5]))
        foretold.append(
            through(camera_motion(table), camera_motion(table, 24), table.z[0, [5]], np.array([0]), *left_out)[0][0]
        )
    assert abs(foretold[0] - foretold[1]) < 1.0


def test_what_others_explain_is_taken_from_a_candidate():
    rivals = Rivals(np.array([0, 2, 3]), np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([0.0, np.log(2), 0.0]))
    where = np.log(np.array([0.1, 0.2]))
    found = rivals.explained(where, 3)
    assert found[0] == pytest.approx(-np.log([0.5 + BIRTH, BIRTH, BIRTH]))
    assert found[1] == pytest.approx(-np.log([BIRTH, 0.2 + BIRTH, BIRTH]))
    assert rivals.rows(np.array([1])).explained(where, 3) == pytest.approx(found[1:])
    assert joined([rivals.rows(np.array([0])), rivals.rows(np.array([1]))]).explained(where, 3) == pytest.approx(found)


def test_boxes_become_episodes_with_the_vehicle_first():
    boxes, *_ = video()
    e = box_episodes([boxes], 2.0, 300)
    assert isinstance(e, Episodes)
    assert np.isfinite(e.along[:, 0]).all()
    found = evaluate(e, 2.0)
    assert found.right.mean() > 0.8


@pytest.mark.shared
def test_held_out_cabs_with_days_of_others_overlaid(shared):
    read = read_tracks([shared / "track" / "cabspotting"])
    for gap in (60.0, 420.0):
        _, table = custody(read, gap, number=3000)
        assert table["overlaid"]
        assert table["ece"] <= 0.05
        assert table["brier"] <= 0.85 * table["brier_constant"]


@pytest.mark.shared
def test_held_out_vehicles_in_the_air(shared):
    read = read_tracks(sorted((shared / "track" / "uavdt").glob("M0[14]*_gt_whole.txt")))
    _, table = custody(read, 2.0, number=1500)
    assert table["ece"] <= 0.05
    assert table["brier"] <= 0.9 * table["brier_constant"]
