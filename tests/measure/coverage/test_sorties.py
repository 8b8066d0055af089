"""Routes, shares, orbits and statements against the public figures and against plain references."""

import heapq
import json
from concurrent.futures import ProcessPoolExecutor
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from blindspot.errors import UsageError
from blindspot.measure.coverage import claims, fleet
from blindspot.measure.coverage.aircraft import KMH, Aircraft
from blindspot.measure.coverage.borders import airport, country
from blindspot.measure.coverage.routes import NAUTICAL_MILE, Route, closed_zone, shortest_routes
from blindspot.measure.coverage.sorties import aircraft_for_orbit, sortie, transit_share
from blindspot.quantities import Range


@pytest.fixture(scope="module")
def iran():
    return closed_zone(country("Iran"), 12 * NAUTICAL_MILE)


@pytest.mark.shared
@pytest.mark.parametrize(("miles", "label"), [(12, "avoid Iran +12 nm"), (25, "avoid Iran +25nm")])
def test_route_lengths_are_those_of_the_reference_table(shared, miles, label):
    table = json.loads((shared / "coverage" / "routes_gulf_to_afghanistan.json").read_text())
    rows = {tuple(k.split("|")[1:]): v for k, v in table.items() if k.startswith(label + "|") and v[0] > 0}
    bases = {b: way[0][::-1] for (b, _), (_, way) in rows.items()}
    places = {p: way[-1][::-1] for (_, p), (_, way) in rows.items()}
    found = shortest_routes(bases, places, [closed_zone(country("Iran"), miles * NAUTICAL_MILE)])
    for key, (km, _) in rows.items():
        assert found[key].km == pytest.approx(km, rel=0.005), key


def test_a_route_never_enters_the_zone_and_is_no_shorter_than_the_geodesic(iran):
    from pyproj import Geod
    from shapely.geometry import LineString

    ends = {"a": airport("OTBH")}, {"b": airport("OAKB")}
    route, open_ = shortest_routes(*ends, [iran])["a", "b"], shortest_routes(*ends)["a", "b"]
    assert open_.km == pytest.approx(2017.2, rel=1e-3)
    assert route.metres > open_.metres
    geod = Geod(ellps="WGS84")
    core = iran.buffer(-0.001)  # about 100 m: way-points are rounded to 10 m
    for (x, y), (u, v) in zip(route.points[:-1], route.points[1:], strict=True):
        middle = geod.npts(x, y, u, v, 200)
        assert not core.intersects(LineString(middle))


def test_an_end_inside_closed_airspace_is_refused(iran):
    with pytest.raises(UsageError, match="inside closed airspace"):
        shortest_routes({"tehran": (35.7, 51.4)}, {"kabul": (34.6, 69.2)}, [iran])


def test_share_of_the_article():
    assert transit_share(2342e3, 370 * KMH, 21.1) == pytest.approx(0.600, abs=5e-4)


@pytest.mark.parametrize(("transit", "stay", "need"), [(20.0, 10.0, 4), (12.0, 8.0, 4), (0.23, 19.77, 2)])
def test_aircraft_for_one_orbit_in_the_three_public_cases(transit, stay, need):
    assert aircraft_for_orbit(transit, stay, 4.0) == need


def test_an_aircraft_that_cannot_reach_says_so():
    short = Aircraft("x", "x", Range(5, 6), Range(100 * KMH, 120 * KMH))
    found = sortie(Route("a", "b", 1e6, ()), short, Range(3, 5))
    assert (found.reach, found.transit_share.low, found.on_station_h.high) == ("never", 1.0, 0.0)
    assert found.aircraft_for_orbit == (None, None)
    with pytest.raises(UsageError, match="cannot reach"):
        fleet.simulate_cover(fleet.Plan(5, Range(8, 9), 1.0, 4.0), 2)


@given(st.floats(1e5, 4e6), st.floats(150, 500), st.floats(5, 40), st.floats(0, 3))
def test_sortie_holds_share_and_stay_of_the_closed_form(metres, kmh, hours, reserve):
    plane = Aircraft("x", "x", Range(hours, hours), Range(kmh * KMH, kmh * KMH), Range(reserve, reserve))
    found = sortie(Route("a", "b", metres, ()), plane, Range(4, 4))
    trip = 2 * metres / 1000 / kmh
    stay = hours - reserve - trip
    assert found.on_station_h.low == pytest.approx(max(stay, 0), abs=1e-9)
    assert found.transit_share.low == pytest.approx(trip / (trip + stay) if stay > 0 else 1.0)


def plain_relief(aircraft, d):
    """The same fleet as an event list: a heap of when each aircraft is ready."""
    ready = [(0.0, k) for k in range(aircraft)]
    leaves = known = 0.0
    covered = first = 0.0
    for i in range(len(d.station)):
        at, k = heapq.heappop(ready)
        start = max(at, known, leaves - d.transit[i])
        if i == 0:
            start, first = 0.0, d.transit[0]
            leaves = first
        if d.aborts[i] > 0:
            known = start + d.aborts[i] * d.transit[i]
            heapq.heappush(ready, (start + 2 * d.aborts[i] * d.transit[i] + d.turnaround[i], k))
            continue
        covered += d.station[i]
        leaves = start + d.transit[i] + d.station[i]
        heapq.heappush(ready, (leaves + d.transit[i] + d.turnaround[i], k))
    return covered / (leaves - first)


@pytest.mark.parametrize("aircraft", [1, 2, 4, 6])
def test_relief_agrees_with_an_event_list(aircraft):
    plan = fleet.Plan(6.33, Range(18.0, 20.0), 1.0, 4.0)
    d = fleet.draw(plan, 5000, np.random.SeedSequence(fleet.SEED).spawn(1)[0])
    assert fleet.simulate_cover(plan, aircraft, 5000).covered == pytest.approx(plain_relief(aircraft, d), rel=1e-12)


def test_cover_near_the_reference_table_and_equal_for_any_number_of_workers():
    plan = fleet.Plan(2342 / 370, Range(18.0, 20.0), 1.0, 4.0)
    one, three = (fleet.simulate_cover(plan, m, 250_000) for m in (1, 3))
    assert one.covered == pytest.approx(0.26, abs=0.03)
    assert three.covered == pytest.approx(0.75, abs=0.05)
    with ProcessPoolExecutor(2) as pool:
        assert fleet.simulate_cover(plan, 3, 250_000, executor=pool) == three


WIDE = claims.Limits(Range(100 * KMH, 443 * KMH), Range(10, 37), Range(3, 5))
UDEID = {"udeid": Route("udeid", "kabul", 2342e3, ())}


def said(key, quantity, low, high, *bases):
    return claims.Statement(key, quantity, low, high, bases)


def test_the_three_figures_of_one_hearing_hold_together_exactly():
    three = [
        said("share", "transit_share", 2 / 3, 2 / 3),
        said("hours", "endurance_h", 30, 30),
        said("every", "takeoff_interval_h", 10, 10),
    ]
    answers, sets = claims.solve(three, UDEID, WIDE)
    assert all(a.holds and a.stretch == 1 and len(a.together) == 2 for a in answers)
    assert sets[0].speed.low / KMH == pytest.approx(234.2, abs=0.1)


@pytest.mark.parametrize(("km", "holds", "needs"), [(2342, False, 585.5), (1571, True, 392.8)])
def test_eight_hours_there_and_back(km, holds, needs):
    (answer,), _ = claims.solve([said("8h", "round_trip_h", 0, 8)], {"b": Route("b", "p", km * 1e3, ())}, WIDE)
    assert answer.holds is holds
    assert answer.needs / KMH == pytest.approx(needs, abs=0.1)
    assert (answer.stretch > 1) is not holds


def test_statements_that_contradict_are_named_with_their_factor():
    pair = [said("low", "transit_share", 0, 0.5), said("high", "transit_share", 0.6, 1)]
    answers, sets = claims.solve(pair, UDEID, WIDE)
    assert answers[0].against[0][0] == ("high",)
    assert answers[0].against[0][1] == pytest.approx(np.sqrt(0.6 / 0.5), abs=1e-3)
    assert {s.ids for s in sets} == {("low",), ("high",)}


BOUNDS = {
    "transit_share": (0.05, 1),
    "endurance_h": (10, 40),
    "takeoff_interval_h": (1, 30),
    "round_trip_h": (5, 30),
    "speed_kmh": (120, 500),
    "range_km": (1500, 14000),
    "aircraft_per_orbit": (2, 8),
}


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(sorted(BOUNDS)), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=5))
def test_sets_that_hold_agree_with_linear_programming(drawn):
    statements = []
    for i, (quantity, a, b) in enumerate(drawn):
        low, high = BOUNDS[quantity]
        least, most = sorted((low + (high - low) * a, low + (high - low) * b))
        statements.append(said(f"s{i}", quantity, least, most + 1e-3 * (high - low)))
    _, sets = claims.solve(statements, UDEID, WIDE)
    listed = [set(s.ids) for s in sets]
    for mask in product((False, True), repeat=len(statements)):
        chosen = [s for s, keep in zip(statements, mask, strict=True) if keep]
        if not chosen:
            continue
        rows = claims._rows(chosen, "udeid", UDEID["udeid"], WIDE)
        scale = np.abs(rows[:, :2]).max(axis=1)
        # The room left over: a clear yes or no, away from the rounding at an exact touch.
        room = linprog(
            [0, 0, -1], np.column_stack([rows[:, :2], scale]), rows[:, 2], bounds=[(0, 1e3), (0, 1e3), (-1e3, 1e3)]
        )
        if room.x is not None and abs(room.x[2]) > 1e-6:
            assert any({s.id for s in chosen} <= ids for ids in listed) is bool(room.x[2] > 0)
