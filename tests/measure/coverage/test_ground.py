"""Pieces of ground over time, outlines of buildings as a surface, rasters in other units: each against a plain reckoning."""

import json
import math
from datetime import UTC, datetime

import numpy as np
import pytest
from click.testing import CliRunner
from pyproj import Transformer

from blindspot.cli import cli
from blindspot.errors import BlindspotError, UsageError
from blindspot.measure.coverage.cells import ground_seen
from blindspot.measure.coverage.footprints import read_footprints
from blindspot.measure.coverage.reading import read_surface
from blindspot.measure.coverage.resolution import ADULT
from blindspot.measure.coverage.seen import Path, hours_by_reason, timeline
from blindspot.measure.coverage.sight import place_cells, place_marched
from blindspot.measure.coverage.surface import Surface
from cities import city, plain_sight
from folders import write_case
from geotiff import write_geotiff

START = datetime(2021, 8, 29, 12, 0, tzinfo=UTC).timestamp()


def flight(n=40, seed=0):
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 5, n)
    gsd = rng.choice([0.1, 0.3, 3.0, np.nan], n)
    return Path(
        START + np.cumsum(rng.choice([5.0, 5.0, 90.0], n)), 30 + 900 * np.sin(turn), -30 + 900 * np.cos(turn),
        rng.uniform(200, 700, n), np.full(n, 30.0), np.full(n, -30.0), rng.choice([12.0, 60.0, np.nan], n), gsd,
        rng.choice([0.0, 1.0, np.nan], n),
    )  # fmt: skip


def test_each_piece_of_ground_is_judged_as_a_place_is():
    surface, path = city(), flight()
    window = (START - 30, START + 1500)
    found = ground_seen(surface, path, window, 1.7, ADULT, 3.0)
    assert len(found.east) > 100
    for k in range(0, len(found.east), 17):
        east, north = found.east[k], found.north[k]
        row, column = round(-north), round(east)
        clear = [float(plain_sight(surface.z, 1.7, -n, e, u, row, column)) for e, n, u in path.positions]
        spans = timeline(path, (east, north, 0.0), (np.array(clear),) * 2, window, ADULT, 3.0)
        hours = hours_by_reason(spans)
        assert found.seen_s[k] == pytest.approx(3600 * hours.get("seen", 0))
        assert found.perhaps_s[k] == pytest.approx(3600 * hours.get("perhaps", 0))
        for reason, x in found.unseen_s.items():
            assert x[k] == pytest.approx(3600 * hours.get(reason, 0)), reason
        seen = [s for s in spans if s.state != "not seen"]
        assert found.looks[k] == sum(
            i == 0 or spans[spans.index(s) - 1].state == "not seen" for i, s in enumerate(seen)
        )
        if seen:
            assert (found.first_seen[k], found.last_seen[k]) == (seen[0].start, seen[-1].end)
        gaps, run = [0.0], 0.0
        for s in spans:
            run = run + s.end - s.start if s.state == "not seen" else 0.0
            gaps.append(run)
        assert found.longest_unseen_s[k] == pytest.approx(max(gaps))
    total = found.seen_s + found.perhaps_s + sum(found.unseen_s.values())
    assert total == pytest.approx(np.full(len(total), window[1] - window[0]))


def test_a_place_is_marched_to_exactly():
    surface = city(2)
    cells = place_cells(surface, 30.0, -30.0, 6.0)
    positions = flight(12).positions
    found = place_marched(surface, cells, positions, 1.1)
    for p, (e, n, u) in enumerate(positions):
        plain = np.mean([plain_sight(surface.z, 1.1, -n, e, u, i, j) for i, j in cells])
        assert found[p] == pytest.approx(plain)


def shadow(surface, azimuth=90.0, elevation=45.0):
    """How many metres east of the wall lie hidden from the west."""
    from blindspot.measure.coverage.horizon import code, horizon

    hidden = ~(code(math.tan(math.radians(elevation))) > horizon(surface, azimuth))
    return hidden.sum(axis=1).max() * surface.cell


@pytest.mark.parametrize(
    ("keys", "x", "y", "unit", "heights"),
    [
        ([(1024, 1), (1025, 1), (3072, 32642)], 516000.0, 3824000.0, 1.0, 1.0),
        ([(1024, 1), (1025, 1), (3072, 3857)], 7700000.0, 4100000.0, math.cos(math.radians(34.5)), 1.0),
        ([(1024, 1), (1025, 1), (3072, 2263), (4099, 9003)], 980000.0, 200000.0, 0.3048, 0.3048),
    ],
)
def test_lengths_are_true_metres_in_any_projection(tmp_path, keys, x, y, unit, heights):
    z = np.zeros((40, 80))
    z[:, 60] = 20.0
    surface = read_surface(write_geotiff(tmp_path / "z.tif", z, 1.0, x, y, keys=keys))
    assert surface.cell == pytest.approx(unit, rel=3e-3)
    assert shadow(surface) == pytest.approx(20 * heights, abs=1.6 * unit)
    back = Transformer.from_crs(surface.crs, "EPSG:4326", always_xy=True)
    lon, lat = back.transform(x + 10.5, y - 5.5)
    assert surface.at(*surface.local(lat, lon)) == pytest.approx((5.0, 10.0), abs=1e-3)
    assert surface.degrees(*surface.local(lat, lon)) == pytest.approx((lat, lon))


def test_cells_a_little_off_square_are_put_on_a_square_grid(tmp_path):
    z = np.add.outer(np.arange(200.0), np.zeros(100))
    found = read_surface(write_geotiff(tmp_path / "z.tif", z, cells=(2.0, 2.02)))
    assert found.cell == 2.0
    assert found.z[-1, 0] == 199.0
    at = found.at(500100.0, 3830000.0 - 2.02 * 150)  # the top of row 150 stays where it is
    assert found.z[round(at[0]), 0] == pytest.approx(150, abs=1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"keys": [(1024, 1), (3072, 2263)]}, "lies in feet"),
        ({"keys": [(1024, 1), (3072, 32767)]}, "no EPSG code"),
        ({"keys": [(1024, 1), (3072, 4326)]}, "is no projection"),
        ({"keys": [(1024, 1), (3072, 19999)]}, "is not known"),
        ({"high": 29000.0}, "holds a height of 29000 m"),
        ({"high": -9999.0}, "declare it as no-data"),
        ({"nodata": "none"}, "is not a number"),
    ],
)
def test_a_raster_that_would_be_read_wrongly_is_refused(tmp_path, change, said):
    z = np.zeros((6, 6))
    z[2, 2] = change.pop("high", 0.0)
    with pytest.raises(UsageError, match=said):
        read_surface(write_geotiff(tmp_path / "z.tif", z, **change))


LAT, LON = 34.56, 69.18


def outlines(path, buildings, crs=None, column="height"):
    """GeoJSON of square buildings given as (metres east, metres north, side, height) of the place."""
    step_n, step_e = 1 / 110_940, 1 / (111_320 * math.cos(math.radians(LAT)))
    features = []
    for east, north, side, height in buildings:
        w, s, e, n = (
            LON + east * step_e,
            LAT + north * step_n,
            LON + (east + side) * step_e,
            LAT + (north + side) * step_n,
        )
        ring = [[w, s], [e, s], [e, n], [w, n], [w, s]]
        features.append(
            {"type": "Feature", "properties": {column: height}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **(crs or {})}))
    return path


def test_outlines_of_buildings_become_a_surface(tmp_path):
    file = outlines(tmp_path / "b.geojson", [(20, -30, 60, 12.0), (-200, 0, 10, 30.0)])
    surface = read_footprints(file, LAT, LON)
    assert surface.crs == "EPSG:32642"
    at = [round(k) for k in surface.at(*surface.local(LAT, LON))]
    assert surface.z[at[0], at[1]] == 0.0
    assert surface.z[at[0], at[1] + 50] == 12.0
    assert (surface.z == 12).sum() == pytest.approx(3600, rel=0.02)
    assert not surface.open_ground()[at[0], at[1] + 50]
    levels = read_footprints(outlines(tmp_path / "l.geojson", [(20, -30, 60, 4)], column="building:levels"), LAT, LON)
    assert levels.z.max() == 12.0


@pytest.mark.parametrize(
    ("buildings", "column", "said"),
    [
        ([(20, 0, 10, None)], "height", "1 of 1 buildings near the place have no height"),
        ([(20, 0, 10, -3.0)], "height", "are the heights in metres"),
        ([(20, 0, 10, 5.0)], "colour", "has no column of heights"),
        ([(9000, 0, 10, 5.0)], "height", "within 1500 m of the place"),
        ([], "height", "outline"),
    ],
)
def test_outlines_that_cannot_be_used_say_why(tmp_path, buildings, column, said):
    with pytest.raises(UsageError, match=said):
        read_footprints(outlines(tmp_path / "b.geojson", buildings, column=column), LAT, LON)


def test_a_file_that_is_no_map_says_so(tmp_path):
    (tmp_path / "b.gpkg").write_text("hello")
    with pytest.raises(UsageError, match="cannot be read as outlines"):
        read_footprints(tmp_path / "b.gpkg", LAT, LON)


def case(tmp_path, row, path_rows=None, start="2021-08-29T12:00:00Z", end="2021-08-29T12:02:00Z"):
    header = "id,place,start,end,surface,ground,path,orbit_km,altitude_m,attention\n"
    root = write_case(
        tmp_path / "case",
        places_csv=f"id,name,lat,lon,error_m,how,label\nP1,gate,{LAT},{LON},2,derived,\n",
        watch_csv=header + f"W1,P1,{start},{end},{row},0.5\n",
    )
    if path_rows is not None:
        (root / "flights").mkdir(exist_ok=True)
        text = "time,lat,lon,height_m,aim_lat,aim_lon,radius_m,gsd_m,attended\n" + "".join(path_rows)
        (root / "flights" / "p.csv").write_text(text)
    return root


def test_a_wall_to_the_east_hides_the_place_from_the_east_only(tmp_path):
    rows = [
        f"2021-08-29T12:00:{s:02d}Z,{LAT},{LON + (0.03 if s >= 30 else -0.03)},1500,{LAT},{LON},50,0.1,1\n"
        for s in range(0, 60, 5)
    ]
    root = case(tmp_path, "surface/b.geojson,,flights/p.csv,,", rows, end="2021-08-29T12:01:00Z")
    outlines(root / "surface" / "b.geojson", [(4, -40, 80, 30.0)])
    result = CliRunner().invoke(cli, ["coverage", str(root), "--json"])
    assert result.exit_code == 0, result.exception
    watch = json.loads(result.stdout)["places"][0]["watches"][0]
    assert [(i["state"], i["reason"]) for i in watch["seen"]] == [("seen", ""), ("not seen", "hidden")]
    assert watch["seen"][0]["bearing_deg"][0] == pytest.approx(270, abs=0.1)
    assert watch["ground"]
    said = CliRunner().invoke(cli, ["coverage", str(root)]).stdout
    assert "from 270 degrees at 3.1 km, 0.1 m per pixel" in said


@pytest.mark.parametrize(
    ("row", "rows", "said"),
    [
        ("surface/b.geojson,surface/b.geojson,,3,2000", None, "leave `ground` empty"),
        (
            ",,flights/p.csv,,",
            ["2021-08-29T12:00:00Z,69.18,34.56,1500,,,,,\n"],
            "latitude and longitude in their columns",
        ),
        (",,flights/p.csv,,", [f"2021-08-28T12:00:00Z,{LAT},{LON},1500,,,,,\n"], "outside start and end"),
        (",,flights/p.csv,,", [f"2021-08-29T12:00:00Z,{LAT},{LON},,,,,,\n"], "flights/p.csv:2:height_m: is blank"),
        (
            ",,flights/p.csv,,",
            [f"2021-08-29T12:0{k}:00Z,{LAT},{LON},900,,,,,\n" for k in (1, 0)],
            "flights/p.csv:3:time: is not later than",
        ),
        (",,flights/p.csv,,", [], "flights/p.csv: holds no moment"),
        (",,flights/p.csv,,", [f"2021-08-29T12:00:00Z,{LAT},{LON},1e9,,,,,\n"], "beyond any aircraft"),
    ],
)
def test_a_watch_that_does_not_fit_says_why_and_writes_nothing(tmp_path, row, rows, said):
    root = case(tmp_path, row, rows)
    outlines(root / "surface" / "b.geojson", [(4, -40, 80, 30.0)])
    before = sorted(p for p in root.rglob("*"))
    result = CliRunner().invoke(cli, ["coverage", str(root), "-o", str(tmp_path / "out")])
    assert isinstance(result.exception, BlindspotError), result.output
    assert said in result.exception.diagnostics()
    assert {p.where.file for p in result.exception.problems} == {said.split(":")[0] if "p.csv" in said else "watch.csv"}
    assert sorted(p for p in root.rglob("*") if "made" not in p.parts) == before
    assert not (tmp_path / "out").exists()


def test_a_surface_that_ends_near_the_place_says_so(tmp_path):
    root = case(tmp_path, "surface/z.tif,,,3,2000")
    there = Transformer.from_crs("EPSG:4326", "EPSG:32642", always_xy=True).transform(LON, LAT)
    z = np.zeros((60, 60))
    z[5:9, 5:9] = 40.0
    write_geotiff(root / "surface" / "z.tif", z, 1.0, there[0] - 30, there[1] + 30)
    chain = json.loads(CliRunner().invoke(cli, ["coverage", str(root), "--json"]).stdout)["places"][0]["chain"]
    assert any("what stands beyond is not reckoned with" in line for line in chain)
    assert Surface(z, 1.0).degrees is not None


def test_a_cell_without_end_is_said_in_a_short_line(tmp_path):
    import csv

    root = case(tmp_path, ",,flights/p.csv,,", ['"' + "x" * 200_000])
    before = csv.field_size_limit(131_072)  # of the whole process: readers of other tools' files raise it
    try:
        for limit in (131_072, 10**7):
            csv.field_size_limit(limit)
            told = CliRunner().invoke(cli, ["coverage", str(root)]).exception.diagnostics()
            assert "flights/p.csv:2: is not CSV" in told
            assert len(told) < 600
    finally:
        csv.field_size_limit(before)
