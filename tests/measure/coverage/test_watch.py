"""A watch from end to end: files, intervals with reasons, the chance of being noticed, and every wrong input."""

import csv
import json
import math
import re
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from blindspot.cli import cli
from blindspot.errors import BlindspotError, CaseError, UsageError
from blindspot.measure.coverage.opportunity import Factor, correlated_looks, either, mixed, opportunity
from blindspot.measure.coverage.reading import read_path, read_surface
from blindspot.measure.coverage.resolution import ADULT, CHILD, task_probability
from blindspot.measure.coverage.seen import Path, hours_by_reason, timeline
from blindspot.quantities import Range
from folders import write_case
from geotiff import write_geotiff

ONE = Range(1.0, 1.0)
START = datetime(2021, 8, 29, 12, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("gsd", "adult", "child"), [(0.05, 0.96, 0.73), (0.10, 0.55, 0.21), (0.20, 0.13, 0.04), (0.30, 0.04, 0.01)]
)
def test_recognition_of_adult_and_child_by_resolution(gsd, adult, child):
    assert float(task_probability(gsd, ADULT, 8.0)) == pytest.approx(adult, abs=0.011)
    assert float(task_probability(gsd, CHILD, 8.0)) == pytest.approx(child, abs=0.011)


def test_the_product_of_fixed_factors_is_exact():
    made = opportunity(
        "coverage:x",
        [Factor("on station", Range(0.5, 0.5), "a"), Factor("sight", Range(0.4, 0.4), "b", each_look=True)],
        Range(2, 2),
        Range(0.5, 0.5),
    )
    want = 0.5 * (0.5 * 0.4 + 0.5 * (1 - 0.6**2))
    assert (made.low, made.median, made.high) == pytest.approx((want,) * 3)
    assert made.envelope.low == pytest.approx(want)
    assert "on station 0.5 (a)" in made.chain[0]
    assert made.offered()["id"] == "x"


@given(st.floats(0.001, 0.999), st.floats(1, 50), st.floats(0, 1))
def test_correlated_looks_lie_between_one_look_and_independent_looks(p, n, shared):
    found = float(correlated_looks(np.array(p), np.array(n), np.array(shared)))
    assert p - 1e-12 <= found <= 1 - (1 - p) ** n + 1e-12


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=5), st.floats(1, 5))
def test_draws_stay_inside_the_envelope(pairs, looks):
    factors = [Factor(f"f{i}", Range(min(p), max(p)), "x", each_look=i % 2 == 0) for i, p in enumerate(pairs)]
    made = opportunity("coverage:x", factors, Range(1, looks))
    assert made.envelope.low - 1e-5 <= made.samples.min()
    assert made.samples.max() <= made.envelope.high + 1e-5
    assert np.all(np.diff(made.quantiles) >= 0)


def test_two_watches_and_two_kinds_of_person():
    a, b = (opportunity("coverage:x", [Factor("f", Range(p, p), "x")], ONE) for p in (0.2, 0.6))
    both = either("coverage:x", [a, b])
    assert 0.6 < both.median < 1 - 0.8 * 0.4
    assert mixed("coverage:x", a, b).samples.mean() == pytest.approx(0.4)
    with pytest.raises(UsageError, match="between 0 and 1"):
        opportunity("coverage:x", [Factor("f", Range(0.5, 1.5), "x")], ONE)
    with pytest.raises(UsageError, match="no factor"):
        opportunity("coverage:x", [], ONE)


def straight(n=10, **changes):
    given = {
        "time": START + 10.0 * np.arange(n), "east": np.linspace(-500, 500, n), "north": np.full(n, 300.0),
        "up": np.full(n, 1000.0), "aim_east": np.zeros(n), "aim_north": np.zeros(n), "radius": np.full(n, 50.0),
        "gsd": np.full(n, 0.1), "attended": np.ones(n),
    }  # fmt: skip
    return Path(**(given | {k: np.asarray(v, dtype=float) for k, v in changes.items()}))


def test_every_moment_has_its_reason_and_the_first_one_counts():
    aim = np.zeros(10)
    aim[2] = 200.0
    gsd = np.full(10, 0.1)
    gsd[4] = 9.0
    attended = np.ones(10)
    attended[5] = 0
    radius = np.full(10, 50.0)
    radius[6] = np.nan
    path = straight(aim_east=aim, gsd=gsd, attended=attended, radius=radius)
    high = np.ones(10)
    high[3] = 0
    found = timeline(path, (0, 0, 5), (high, high), (START - 60, START + 160), ADULT)
    assert [(i.state, i.reason) for i in found] == [
        ("not seen", "not on station"),
        ("seen", ""),
        ("not seen", "not pointed"),
        ("not seen", "hidden"),
        ("not seen", "too coarse"),
        ("not seen", "not attended"),
        ("perhaps", "not pointed"),
        ("seen", ""),
        ("not seen", "not on station"),
    ]
    assert sum(hours_by_reason(found).values()) == pytest.approx(220 / 3600)
    assert all(a.end == b.start for a, b in pairwise(found))


def test_a_pause_is_no_record_and_errors_leave_it_open():
    time = START + np.array([0, 10, 20, 200, 210])
    path = straight(5, time=time)
    found = timeline(path, (0, 0, 5), (np.ones(5), np.ones(5)), (START, START + 220), ADULT)
    assert [i.reason for i in found] == ["", "no record", ""]
    assert found[1].start == START + 80
    loose = timeline(path, (0, 0, 5), (np.ones(5), np.ones(5)), (START, START + 220), ADULT, pointing_error_m=100)
    assert loose[0].state == "perhaps"
    for bad in (
        straight(5, time=time[::-1]),
        straight(5, gsd=[0.1, -1, 0.1, 0.1, 0.1]),
        straight(5, east=[np.nan] * 5),
    ):
        with pytest.raises(UsageError):
            timeline(bad, (0, 0, 5), (np.ones(5), np.ones(5)), (START, START + 220), ADULT)
    with pytest.raises(UsageError, match="ends before"):
        timeline(path, (0, 0, 5), (np.ones(5), np.ones(5)), (START, START), ADULT)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"keys": [(1024, 1), (1025, 1)]}, "no coordinate system"),
        ({"keys": [(1024, 2), (2048, 4326)]}, "degrees"),
        ({"nodata": -9999.0}, "hold no height"),
        ({"cells": (1.0, 2.0)}, "square"),
    ],
)
def test_a_raster_that_cannot_be_used_says_why(tmp_path, options, says):
    z = np.ones((8, 9))
    z[3, 3] = -9999.0
    with pytest.raises(UsageError, match=says) as error:
        read_surface(write_geotiff(tmp_path / "z.tif", z, **options))
    assert "\n" not in str(error.value)


def test_a_raster_is_read_where_it_lies(tmp_path, shared):
    z = np.arange(72.0).reshape(8, 9)
    found = read_surface(write_geotiff(tmp_path / "z.tif", z, 2.0, 500.0, 900.0))
    assert np.array_equal(found.z, z)
    assert (found.x, found.y, found.cell, found.crs) == (501.0, 899.0, 2.0, "EPSG:32642")
    city = read_surface(shared / "coverage" / "synthetic_city_1000.tif")
    assert (city.z.shape, city.crs, city.x) == ((1000, 1000), "EPSG:32642", 500000.5)
    for raw in (b"no tiff", b"II*\0", (tmp_path / "z.tif").read_bytes()[:100]):
        (tmp_path / "bad.tif").write_bytes(raw)
        with pytest.raises(UsageError):
            read_surface(tmp_path / "bad.tif")


def test_a_path_that_cannot_be_used_says_where(tmp_path):
    def local(lat, lon):
        return lon, lat

    for text, says in (
        ("time,lat,lon\n", "height_m"),
        ("time,lat,lon,height_m\n2021-08-29T12:00:00,1,2,3\n", "p.csv:2:time: has no time zone"),
        ("time,lat,lon,height_m\n2021-08-29T12:00:00Z,1,x,3\n", "p.csv:2:lon: is not a number"),
        ("time,lat,lon,height_m\n2021-08-29T12:00:00Z,100,2,3\n", "swapped"),
        ("time,lat,lon,height_m\n2021-08-29T12:00:00Z,1,,3\n", "p.csv:2:lon: is blank"),
        ("time,lat,lon,height_m\n", "holds no moment"),
        (
            "time,lat,lon,height_m,atended\n2021-08-29T12:00:00Z,1,2,3,1\n",
            "p.csv:1:atended: is not a column; write attended",
        ),
        ("time,lat,lon,height_m,attended\n2021-08-29T12:00:00Z,1,2,3,yes\n", "p.csv:2:attended: is not a number"),
        ("time,lat,lon,height_m,attended\n2021-08-29T12:00:00Z,1,2,3,7\n", "p.csv:2:attended: is 1 (somebody watched)"),
        (
            "time,lat,lon,height_m\n2021-08-29T12:00:09Z,1,2,3\n2021-08-29T12:00:09Z,1,2,3\n",
            "p.csv:3:time: is not later",
        ),
        ("time,lat,lon,height_m\n2021-08-29T12:00:00Z,a,b,3\n", "p.csv:2:lon: is not a number"),
    ):
        (tmp_path / "p.csv").write_text(text)
        with pytest.raises(BlindspotError) as found:
            read_path(tmp_path, "p.csv", local)
        assert says in found.value.diagnostics()


WATCH = (
    "id,place,start,end,surface,ground,path,setting,wall_m,width_m,depression_deg,gsd_m,attention,orbit_km,altitude_m\n"
)


@pytest.fixture
def world(tmp_path):
    """A simulated incident whose truth is known: a yard between walls, a sensor on a circle that looks away for a while."""
    n = 120
    ground = np.full((n, n), 100.0)
    z = ground.copy()
    z[40:80, 40:80] += 5.0  # a block
    z[50:70, 50:70] = 100.0  # with a yard in it
    to_map = Transformer.from_crs("EPSG:32642", "EPSG:4326", always_xy=True)
    lon, lat = to_map.transform(500060.0, 3829940.0)
    root = write_case(
        tmp_path / "case", places_csv=f"id,name,lat,lon,error_m,how,label\nP1,gate,{lat},{lon},3,derived,\n"
    )
    write_geotiff(root / "surface" / "z.tif", z)
    write_geotiff(root / "surface" / "ground.tif", ground)
    (root / "tracks").mkdir()
    truth = []
    with (root / "tracks" / "p.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["time", "lat", "lon", "height_m", "aim_lat", "aim_lon", "radius_m", "gsd_m", "attended"])
        for k in range(60):
            turn = 2 * math.pi * k / 60
            far = 300.0 if k < 30 else 3000.0  # steep, then flat: the yard's walls hide it
            x, y = to_map.transform(500060 + far * math.sin(turn), 3829940 + far * math.cos(turn))
            aim = lat + (0.01 if 10 <= k < 20 else 0)
            when = datetime.fromtimestamp(START + 10 * k, tz=UTC).isoformat()
            out.writerow([when, y, x, 100 + 900, aim, lon, 60, 0.1, 1])
            truth.append("not pointed" if 10 <= k < 20 else "" if far == 300 else None)
    (root / "watch.csv").write_text(
        WATCH
        + "W1,P1,2021-08-29T12:00:00Z,2021-08-29T12:10:00Z,surface/z.tif,surface/ground.tif,tracks/p.csv,,,,,0.1,0.5-0.9,,\n"
    )
    (root / "households.csv").write_text("id,place,when,households,outdoors,seen\nH1,P1,2021-08-29T12:00:00Z,1,0.5,0\n")
    return root, truth


def run(*args):
    found = CliRunner().invoke(cli, [str(a) for a in args], catch_exceptions=True)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return json.loads(found.stdout) if "--json" in args else found.stdout


def test_the_simulated_watch_recovers_its_truth(world):
    root, _ = world
    found = run("coverage", root, "--json")
    (place,) = found["places"]
    spans = place["watches"][0]["seen"]
    states = {}
    for s in spans:
        a, b = (datetime.fromisoformat(s[k]).timestamp() - START for k in ("start", "end"))
        for k in range(round(a / 10), round(b / 10)):
            states[k] = (s["state"], s["reason"])
    assert all(states[k] == ("seen", "") for k in (*range(10), *range(20, 30)))
    assert all(states[k] == ("not seen", "not pointed") for k in range(10, 20))
    # From 3 km away and 900 m up a wall of 5 m hides (5 - 1.7) / 0.3 = 11 m: a yard of 20 m is in sight in part
    assert all(states[k][0] == "seen" for k in range(30, 60))
    assert place["child"]["median"] < place["adult"]["median"]
    assert place["watches"][0]["map"]["block_m"] > 0
    who = run("presence", root, "--json")["places"][0]
    assert who["present"]["low"] <= who["present"]["median"] <= who["present"]["high"]
    assert who["lr_none_seen"][0] >= 1


def test_workers_and_a_cluster_give_the_same_numbers(world, tmp_path):
    from distributed import LocalCluster

    root, _ = world
    alone = run("coverage", root, "--json")
    (root / "made").rename(tmp_path / "kept")
    assert run("coverage", root, "--json", "--workers", "2") == alone
    (root / "made").rename(tmp_path / "kept2")
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as cluster:
        assert run("coverage", root, "--json", "--cluster", cluster.scheduler_address) == alone


def test_pictures_are_whole_and_say_the_same(world, tmp_path):
    import xml.etree.ElementTree as ET

    root, _ = world
    for verb in ("coverage", "presence"):
        run(verb, root, "-o", tmp_path / "out")
    files = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert {"blind-spots-P1-W1.svg", "timeline-P1.svg", "seen-P1.csv", "present-H1.svg"} <= set(files)
    for name in files:
        text = (tmp_path / "out" / name).read_text()
        if name.endswith(".svg"):
            assert ET.fromstring(text).get("aria-label")
            assert "<script" not in text


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("W1,nowhere,,,,,,open,,,,,,,", "watch.csv:2:place: is not the id of a place"),
        ("W1,P1,,,,,,courtyard,3,,40,,,,", "needs wall_m, width_m"),
        ("W1,P1,,,,,,courtyard,3,8,95,,,,", "watch.csv:2:depression_deg: is outside 1-90 degrees"),
        ("W1,P1,,,,,,open,,,,100,,,", "watch.csv:2:gsd_m: is outside"),
        ("W1,P1,,,surface/none.tif,,,,,,,,,3,900", "watch.csv:2:surface: names a file that is not there"),
        ("W1,P1,,,../z.tif,,,,,,,,,3,900", "lies outside the case folder"),
        ("W1,P1,,,surface/z.tif,,,,,,,,,,", "a surface needs path"),
        ("W1,P1,2021-08-29T12:00:00Z,2021-08-29T11:00:00Z,,,,open,,,,,,,", "ends before it begins"),
        ("W1,P1,,,,,,,,,,,,,", "bounds nothing"),
    ],
)
def test_a_wrong_watch_is_named_by_row_and_column(world, row, says):
    root, _ = world
    (root / "watch.csv").write_text(WATCH + row + "\n")
    found = CliRunner().invoke(cli, ["coverage", str(root)])
    assert isinstance(found.exception, CaseError)
    assert says in found.exception.diagnostics()
    assert not (root / "made" / "coverage.json").exists()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("H1,P1,2021-08-29,1,0.5,0", "needs an hour"),
        ("H1,P1,2021-08-29T12:00:00Z,1.5,0.5,0", "whole numbers"),
        ("H1,P1,2021-08-29T12:00:00Z,,0.5,0", "holds nobody"),
        ("H1,P1,2021-08-29T12:00:00Z,1,2,0", "outside 0-1"),
        ("H1,P9,2021-08-29T12:00:00Z,1,0.5,0", "households.csv:2:place"),
        ("H1,P1,2021-08-29T12:00:00Z,1,0.5,99", "households.csv:2: 99 persons were seen, but"),
        ("H1,P1,2021-08-29T12:00:00Z,0,0.5,0", "holds nobody"),
    ],
)
def test_a_wrong_household_is_named_by_row(world, row, says):
    root, _ = world
    (root / "households.csv").write_text("id,place,when,households,outdoors,seen\n" + row + "\n")
    found = CliRunner().invoke(cli, ["presence", str(root)])
    assert says in found.exception.diagnostics()


def test_without_its_file_a_verb_says_what_to_write(tmp_path):
    root = write_case(tmp_path / "case")
    for verb, file in (("sorties", "sorties.toml"), ("coverage", "watch.csv"), ("presence", "households.csv")):
        found = CliRunner().invoke(cli, [verb, str(root)])
        assert isinstance(found.exception, UsageError)
        assert file in str(found.exception)


def test_a_video_with_telemetry_is_a_path(tmp_path):
    from blindspot.measure.coverage.clips import path_from_clip
    from blindspot.measure.footage.generate import Plan, Scene, make_clip

    scene = Scene()
    file = tmp_path / "clip.ts"
    make_clip(file, Plan(scene=scene, frames=90, size=(128, 96)))
    change = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lat_0={scene.lat} +lon_0={scene.lon} +units=m", always_xy=True
    )
    path = path_from_clip(file, lambda lat, lon: change.transform(lon, lat))
    assert len(path.time) > 10
    assert np.all(np.diff(path.time) > 0)
    assert np.median(np.hypot(path.east, path.north)) == pytest.approx(scene.radius, rel=0.1)
    assert np.median(path.up) == pytest.approx(scene.ground + scene.above, abs=60)
    assert np.nanmedian(np.hypot(path.aim_east, path.aim_north)) < scene.extent / 2
    slant = math.hypot(scene.radius, scene.above)
    wide = slant * math.radians(scene.hfov)
    assert 0.3 * wide < np.nanmedian(path.radius) < 1.5 * wide
    assert wide / 128 * 0.8 < np.nanmedian(path.gsd) < wide / 128 * 3


def test_many_stretches_are_summed_up_and_few_are_printed(world):
    root, _ = world
    file = root / "tracks" / "p.csv"
    header, *rows = file.read_text().splitlines()
    away = [
        ",".join(v if k != 4 else str(float(v) + 0.01 * (i % 2)) for k, v in enumerate(r.split(",")))
        for i, r in enumerate(rows)
    ]
    file.write_text("\n".join([header, *away]) + "\n")
    said = run("coverage", root)
    assert sum(line.startswith("  W1  2021") for line in said.splitlines()) == 12
    assert "stretches more" in said
    assert "minutes: " in said


def test_a_path_that_does_not_say_who_watched_leaves_that_to_attention(world):
    root, _ = world
    file = root / "tracks" / "p.csv"
    file.write_text("\n".join(line.rpartition(",")[0] for line in file.read_text().splitlines()) + "\n")
    (place,) = run("coverage", root, "--json")["places"]
    pointed = place["watches"][0]["factors"][0]
    assert (pointed["low"], pointed["high"]) == pytest.approx((50 / 60, 50 / 60), abs=1e-4)
    watch = root / "watch.csv"
    watch.write_text(watch.read_text().replace(",0.1,0.5-0.9,", ",0.1,,"))
    (place,) = run("coverage", root, "--json")["places"]
    pointed = place["watches"][0]["factors"][0]
    assert (pointed["low"], pointed["high"]) == pytest.approx((0, 50 / 60), abs=1e-4)
    assert place["adult"]["median"] > 0.1  # what is open is drawn evenly


def test_heights_above_ground_in_place_of_above_the_zero_are_refused(world):
    root, _ = world
    file = root / "tracks" / "p.csv"
    file.write_text(file.read_text().replace(",1000,", ",90,"))
    found = CliRunner().invoke(cli, ["coverage", str(root)])
    assert "lie at or below the ground of the place, 100 m" in found.exception.diagnostics()


def test_looks_that_do_not_fit_into_the_time_are_refused(world):
    root, _ = world
    (root / "watch.csv").write_text(
        "id,place,start,end,path,looks,looks_apart_s\n"
        "W1,P1,2021-08-29T12:00:00Z,2021-08-29T12:10:00Z,tracks/p.csv,3,400\nW2,P1,,,,3,4\n"
    )
    found = CliRunner().invoke(cli, ["coverage", str(root)])
    assert "looks_apart_s needs a path" in found.exception.diagnostics()
    (root / "watch.csv").write_text("\n".join((root / "watch.csv").read_text().splitlines()[:2]) + "\n")
    found = CliRunner().invoke(cli, ["coverage", str(root)])
    assert "3 looks 400 s apart take at least 800 s" in found.exception.diagnostics()


def test_every_step_of_a_long_run_is_told_with_its_count(world):
    from blindspot.stages import Review

    root, _ = world
    (root / "counts").mkdir()
    (root / "counts" / "lanes.csv").write_text(
        "site,count_a,count_b\n" + "".join(f"s{k},{k % 3},{k % 2}\n" for k in range(20))
    )
    for stage, steps in (("coverage", [5]), ("presence", [5, 1]), ("counts", [3])):
        told = []
        Review(root, fresh=True, progress=told.append).result(stage)
        counted = [
            tuple(map(int, found.groups()))
            for words in told[2:]
            if (found := re.search(r"\((\d+) of (\d+) done\)$", words))
        ]
        assert counted == [(k, n) for n in steps for k in range(n)]
