"""k of n against the hypergeometric law, intervals, refusals, and the figures of the reference."""

import numpy as np
import pytest
from scipy.stats import hypergeom

from blindspot.case import open_case
from blindspot.errors import CaseError, UsageError
from blindspot.measure.track.baserate.rate import Watched, base_rate, likelihood_ratio
from blindspot.measure.track.baserate.synthetic import grid_streets, routes, synthetic_days
from blindspot.measure.track.baserate.visits import Days, Visit, vehicle_days, visited
from blindspot.measure.track.case import base_rates
from blindspot.measure.track.model import Tracks
from blindspot.measure.track.read import read_tracks
from blindspot.quantities import Range
from folders import GOOD, write_case


def some_days(vehicles=6, each=10, stops=8, seed=0):
    """Days whose stops lie on 30 spots 1 km apart."""
    rng = np.random.default_rng(seed)
    n = vehicles * each
    of = np.repeat(np.arange(n), stops)
    spot = rng.integers(0, 30, len(of))
    names = tuple(f"v{k}" for k in range(vehicles))
    return Days(
        names, np.repeat(np.arange(vehicles), each), of, spot * 1000.0, np.zeros(len(of)), np.full(n, 24.0)
    ), spot


def test_a_visit_is_a_stop_within_the_radius():
    days, _ = some_days()
    x, y = np.array([0.0, 1040.0, 500.0]), np.zeros(3)
    want = [
        [
            bool((np.hypot(days.x[days.of == d] - a, days.y[days.of == d] - b) <= 50).any())
            for a, b in zip(x, y, strict=True)
        ]
        for d in range(len(days))
    ]
    assert visited(days, x, y, 50.0).tolist() == want


def test_drawn_places_follow_the_hypergeometric_law():
    days, _ = some_days()
    n = 5
    rate = base_rate(days, Visit(radius_m=10), n)
    table = visited(days, days.x, days.y, 10.0)
    owner = days.vehicle[days.of]
    for d in range(0, len(days), 7):
        others = owner != days.vehicle[d]
        want = hypergeom.pmf(np.arange(n + 1), int(others.sum()), int(table[d, others].sum()), n)
        assert np.abs(rate.exactly[d] - want).max() < 0.02  # 20,000 draws: 5 standard errors are 0.018
    assert np.allclose(rate.exactly.sum(axis=1), 1)


def test_fixed_places_are_counted_day_by_day():
    days, spot = some_days()
    places = tuple(Watched(str(k), k * 1000.0, 0.0) for k in (3, 7, 11))
    rate = base_rate(days, Visit(radius_m=10), 3, places)
    for d in range(len(days)):
        count = len({3, 7, 11} & set(spot[days.of == d].tolist()))
        assert rate.exactly[d, count] == 1
    low, high = rate.span()
    assert ((low <= rate.at_least()) & (rate.at_least() <= high)).all()
    assert high[3] > 0


def test_own_stops_are_never_drawn_as_places():
    # Each vehicle stops only where no other does: none can be seen at another's place.
    of = np.arange(40)
    vehicle = np.repeat(np.arange(4), 10)
    days = Days(tuple("abcd"), vehicle, of, vehicle * 5000.0, np.zeros(40), np.full(40, 24.0))
    assert base_rate(days, Visit(), 5).at_least()[1] == 0


def test_fewer_than_thirty_days_are_refused():
    days, _ = some_days(vehicles=2, each=10)
    with pytest.raises(UsageError, match="under 30"):
        base_rate(days, Visit(), 3)


def test_a_wider_radius_a_longer_list_and_passes_make_more_matches():
    days, _ = some_days()
    near, wide = (base_rate(days, Visit(radius_m=r), 5).at_least() for r in (10, 1100))
    assert (wide[1:] >= near[1:]).all()
    longer = base_rate(days, Visit(radius_m=10), 10).at_least()
    assert (longer[1:6] >= near[1:]).all()


def test_likelihood_ratio_of_a_pattern_that_ordinary_days_show_is_small():
    days, _ = some_days()
    rate = base_rate(days, Visit(radius_m=10), 5)
    common, rare = (np.median(likelihood_ratio(rate, k, Range(0.2, 0.6))) for k in (1, 4))
    assert common < 2 < rare


def test_days_are_local_days_with_enough_data():
    t = np.arange(0, 86_400.0 * 2, 60.0)
    tracks = Tracks(("a",), np.array([0, len(t)]), t, np.zeros_like(t), np.zeros_like(t))
    assert len(vehicle_days(tracks, Visit())) == 2
    assert len(vehicle_days(tracks, Visit(), utc_offset_s=12 * 3600)) == 3
    assert len(vehicle_days(tracks, Visit(), utc_offset_s=12 * 3600, least_hours=13)) == 1
    assert len(vehicle_days(tracks, Visit("pass"), hours=(8, 16))) == 2


def test_synthetic_days_are_the_same_every_time_and_stop_as_often_as_their_kind():
    x, y = np.array([0.0, 3000.0]), np.array([0.0, 1000.0])
    roads = routes(grid_streets(x, y), x, y)
    first, second = (synthetic_days(roads, None, vehicles=30) for _ in range(2))
    assert np.array_equal(first.x, second.x)
    days = vehicle_days(first, Visit(), least_hours=1)
    count = np.bincount(days.of, minlength=len(days))
    kind = np.array([first.ids[v].split("-")[0] for v in days.vehicle])
    assert 3 <= np.mean(count[kind == "errand"]) <= 11
    assert 8 <= np.mean(count[kind == "taxi"]) <= 22
    assert np.mean(count[kind == "delivery"]) > np.mean(count[kind == "taxi"])
    places = tuple(Watched(str(k), float(roads.streets.x[k]), float(roads.streets.y[k])) for k in roads.watched)
    busy = vehicle_days(synthetic_days(roads, None, vehicles=60, busy=True), Visit(), least_hours=1)
    quiet = vehicle_days(synthetic_days(roads, None, vehicles=60), Visit(), least_hours=1)
    assert base_rate(busy, Visit(), 2, places).at_least()[1] > base_rate(quiet, Visit(), 2, places).at_least()[1]


def test_a_case_without_tracks_gets_a_synthetic_answer_with_its_assumptions(tmp_path):
    text = '[[base_rate]]\nid = "stops"\nseen = 2\nlisted = "3-10"\nbasis = "judgement: test"\n'
    places = GOOD["places.csv"] + "P2,shop,34.52,69.12,50,x,\nP3,mill,34.51,69.13,50,x,\n"
    root = write_case(tmp_path / "c", places_csv=places)
    (root / "tracks.toml").write_text(text)
    (found, table), *rest = base_rates(open_case(root)).values()
    assert not rest
    assert set(table) >= {"places", "visit", "background", "p_at_least", "lr"}
    assert [row["k"] for row in table["p_at_least"]] == list(range(1, 11))
    assert all(row["low"] <= row["median"] <= row["high"] for row in table["p_at_least"])
    assert table["background"]["synthetic"]
    assert any("synthetic" in p["what"] for p in table["problems"])
    assert found.p_seen.low <= found.p_seen.high
    (root / "tracks.toml").write_text('[[base_rate]]\nid = "stops"\nvisit = "glance"\n')
    with pytest.raises(CaseError, match="problem"):
        base_rates(open_case(root))


def test_tracks_of_the_town_are_counted_at_the_places_of_the_case(tmp_path):
    # 40 vehicles, one day each; every fourth stands ten minutes at P1, every eighth at P1 and P2.
    rows = ["vehicle,time,lat,lon"]
    spots = {"home": (34.55, 69.2), "P1": (34.5, 69.1), "P2": (34.52, 69.12)}
    for v in range(40):
        stays = ["home"] + (["P1"] if v % 4 == 0 else []) + (["P2"] if v % 8 == 0 else []) + ["home"] * 40
        for q, s in enumerate(stays):
            for m in range(0, 12, 2):
                lat, lon = spots[s]
                rows.append(f"v{v:02d},2021-08-29T{4 + (q * 15 + m) // 60:02d}:{(q * 15 + m) % 60:02d}:00Z,{lat},{lon}")
    places = GOOD["places.csv"].replace("34.5,69.1,50", "34.5,69.1,20") + "P2,shop,34.52,69.12,20,x,\n"
    stops = GOOD["stops.csv"] + "T2,P2,2021-08-29T05:15:00Z,,camera,waits,S2,,,\n"
    root = write_case(tmp_path / "c", places_csv=places, stops_csv=stops)
    (root / "tracks").mkdir()
    (root / "tracks" / "town.csv").write_text("\n".join(rows))
    (_, table), *_ = base_rates(open_case(root)).values()
    assert table["background"] == {"vehicles": 40, "vehicle_days": 40, "synthetic": False}
    assert [round(row["median"], 3) for row in table["p_at_least"]] == [0.25, 0.125]
    assert all(row["low"] < row["median"] < row["high"] for row in table["p_at_least"])


@pytest.mark.shared
def test_cabspotting_figures_of_the_reference(shared):
    tracks = read_tracks([shared / "track" / "cabspotting"]).tracks
    visit = Visit()
    days = vehicle_days(tracks, visit, utc_offset_s=-7 * 3600)
    assert 105 <= len(days) <= 120  # 113
    assert 13 <= len(days.of) / len(days) <= 15  # 14 stops of 3 minutes a day
    # The city without the airport 20 km south of it.
    lat, lon = tracks.frame.to_degrees(days.x, days.y)
    city = (lat > 37.70) & (lat < 37.82) & (lon > -122.52) & (lon < -122.36)
    days = Days(days.vehicles, days.vehicle, days.of[city], days.x[city], days.y[city], days.hours)
    rate = base_rate(days, visit, 5)
    low, high = rate.span()
    for k, reference in ((1, 0.405), (2, 0.114), (3, 0.021)):
        assert low[k] - 0.01 <= reference <= high[k] + 0.01
    total, number = rate.by_vehicle()
    assert (total[:, 3:].sum(axis=1) / number).max() < 0.06
