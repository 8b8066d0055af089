"""Every format gives the same fixes; what is wrong gets a line; what is written can be read again; the verbs run."""

import contextlib
import json
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from click.testing import CliRunner

from blindspot.cli import cli
from blindspot.errors import UsageError
from blindspot.measure.track.baserate.synthetic import grid_streets
from blindspot.measure.track.custody.report import custody
from blindspot.measure.track.mapmatch import match
from blindspot.measure.track.model import Read, Tracks
from blindspot.measure.track.pictures import hundred_days, reliability
from blindspot.measure.track.read import read_tracks
from blindspot.measure.track.read.osm import read_streets
from blindspot.measure.track.summary import stamp, summarise
from blindspot.measure.track.verbs import track_files

LAT, LON = [34.5, 34.501, 34.502], [69.1, 69.101, 69.102]
TIMES = ["2021-08-29T04:15:00Z", "2021-08-29T04:16:00Z", "2021-08-29T04:17:00Z"]
GX = "xmlns:gx='http://www.google.com/kml/ext/2.2'"
ROWS = list(zip(TIMES, LAT, LON, strict=True))
FORMATS = {
    "a.csv": "vehicle,time,lat,lon\n" + "".join(f"a,{t},{y},{x}\n" for t, y, x in ROWS),
    "semicolon.csv": "ID;Timestamp;Latitude;Longitude\n" + "".join(f"a;{t};{y};{x}\n" for t, y, x in ROWS),
    "ais.csv": "MMSI,BaseDateTime,LAT,LON,SOG\n" + "".join(f"a,{t},{y},{x},3\n" for t, y, x in ROWS),
    "cab.txt": "".join(f"{y} {x} 1 {1630210500 + 60 * k}\n" for k, (_, y, x) in enumerate(ROWS)),
    "milliseconds.csv": "id,timestamp,lon,lat\n" + "".join(f"a,{1630210500000 + 60000 * k},{x},{y}\n" for k, (_, y, x) in enumerate(ROWS)),
    "noheader.csv": "".join(f"7,{t},{x},{y}\n" for t, y, x in [(t, y, x + 60) for t, y, x in ROWS]),
    "a.gpx": "<?xml version='1.0'?><gpx xmlns='http://www.topografix.com/GPX/1/1'><trk><name>a</name><trkseg>"
    + "".join(f"<trkpt lat='{y}' lon='{x}'><time>{t}</time></trkpt>" for t, y, x in ROWS)
    + "</trkseg></trk></gpx>",
    "a.kml": f"<kml xmlns='http://www.opengis.net/kml/2.2' {GX}><Placemark><name>a</name><gx:Track>"
    + "".join(f"<when>{t}</when>" for t in TIMES)
    + "".join(f"<gx:coord>{x} {y} 0</gx:coord>" for _, y, x in ROWS)
    + "</gx:Track></Placemark></kml>",
    "a.cot": "".join(f"<event uid='a' time='{t}' type='a'><point lat='{y}' lon='{x}' hae='0' ce='9' le='9'/></event>\n" for t, y, x in ROWS),
    "points.geojson": json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "a", "time": t}, "geometry": {"type": "Point", "coordinates": [x, y]}} for t, y, x in ROWS]}),
    "line.geojson": json.dumps({"type": "Feature", "properties": {"id": "a", "times": TIMES}, "geometry": {"type": "LineString", "coordinates": [[x, y] for _, y, x in ROWS]}}),
    "wrapped.cot": "<?xml version='1.0'?>\n<events>" + "".join(f"<event uid='a' time='{t}'><point lat='{y}' lon='{x}'/></event>" for t, y, x in ROWS) + "</events>",
    "parts.geojson": json.dumps({"type": "Feature", "properties": {"id": "a", "coordinateProperties": {"times": [TIMES[:1], TIMES[1:]]}}, "geometry": {"type": "MultiLineString", "coordinates": [[[x, y] for _, y, x in part] for part in (ROWS[:1], ROWS[1:])]}}),
    "a.mfjson": json.dumps({"type": "Feature", "id": "a", "temporalGeometry": {"type": "MovingPoint", "datetimes": TIMES, "coordinates": [[x, y] for _, y, x in ROWS]}}),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_gives_the_same_fixes(tmp_path, name):
    (tmp_path / name).write_text(FORMATS[name])
    tracks = read_tracks([tmp_path / name]).tracks
    lat, lon = tracks.degrees()
    assert [stamp(t) for t in tracks.t] == TIMES
    assert lat == pytest.approx(LAT, abs=1e-7)
    assert lon - (60 if name == "noheader.csv" else 0) == pytest.approx(LON, abs=1e-7)
    assert tracks.ids in {("a",), ("cab",), ("7",)}


def test_parquet_is_read_with_its_zone(tmp_path):
    t = pa.array([1630210500000, 1630210560000], pa.timestamp("ms", "UTC"))
    pq.write_table(pa.table({"id": ["a", "a"], "time": t, "lat": LAT[:2], "lon": LON[:2]}), tmp_path / "a.parquet")
    assert [stamp(s) for s in read_tracks([tmp_path / "a.parquet"]).tracks.t] == TIMES[:2]


MINUTES = range(15, 18)
LOGGERS = {  # heads as trackers, AIS archives and taxi sets write them; zones not named where theirs are not
    "danish.csv": ("# Timestamp,Type of mobile,MMSI,Latitude,Longitude\n", "29/08/2021 04:{m}:00,Class A,a,{y},{x}\n"),
    "hub.csv": ("mmsi;tstamp;latitude;longitude\n", "a;2021-08-29 04:{m}:00 GMT;{y};{x}\n"),
    "parts.csv": ("vehicle_no,date_time_utc,gps_lat,lat_long_ok,lon_wgs84\n", "a,2021-08-29T04:{m}:00Z,{y},1,{x}\n"),
    "two.csv": ("id,date,time,lat,lon\n", "a,2021-08-29,04:{m}:00,{y},{x}\n"),
    "noon.csv": ("id,time,lat,lon\n", "a,08/29/2021 04:{m}:00 AM,{y},{x}\n"),
    "german.csv": ("id;time;lat;lon\n", "a;29.08.2021 04:{m};{yc};{xc}\n"),
    "american.csv": ("id,time,lat,lon\n", "a,08/29/2021 04:{m},{y},{x}\n"),
    "traccar.csv": ("deviceTime,valid,latitude,longitude,altitude\n", "2021-08-29 04:{m}:00,true,{y},{x},1800\n"),
    "phone.csv": ("tst,lat,lon,acc\n", "16302{s},{y},{x},5\n"),
    "comma.csv": ("id;time;lat;lon\n", "a;2021-08-29T04:{m}:00Z;{yc};{xc}\n"),
}


@pytest.mark.parametrize("name", sorted(LOGGERS))
def test_heads_of_loggers_are_known(tmp_path, name):
    head, row = LOGGERS[name]
    rows = [
        row.format(m=m, y=y, x=x, s=10500 + 60 * (m - 15), yc=str(y).replace(".", ","), xc=str(x).replace(".", ","))
        for m, y, x in zip(MINUTES, LAT, LON, strict=True)
    ]
    (tmp_path / name).write_text(head + "".join(rows))
    read = read_tracks([tmp_path / name])
    assert [stamp(t) for t in read.tracks.t] == TIMES
    assert read.tracks.degrees()[0] == pytest.approx(LAT, abs=1e-7)
    assert read.tracks.degrees()[1] == pytest.approx(LON, abs=1e-7)
    assert len(read.tracks.ids) == 1
    if "/" in row:
        first = "month" if name in ("american.csv", "noon.csv") else "day"
        assert f"with the {first} first" in " ".join(map(str, read.problems))


def test_other_encodings_are_read(tmp_path):
    (tmp_path / "wide.csv").write_text(FORMATS["a.csv"].replace("a,", "\u06a9\u0627\u0628\u0644,"), encoding="utf-16")
    read = read_tracks([tmp_path / "wide.csv"])
    assert read.tracks.ids == ("\u06a9\u0627\u0628\u0644",)
    assert not read.problems
    (tmp_path / "wide.geojson").write_text(FORMATS["line.geojson"], encoding="utf-16")
    assert len(read_tracks([tmp_path / "wide.geojson"]).tracks.t) == 3
    old = FORMATS["a.gpx"].replace("'?>", "' encoding='ISO-8859-1'?>", 1).replace("<name>a", "<name>caf\xe9")
    (tmp_path / "old.gpx").write_text(old, encoding="latin-1")
    assert read_tracks([tmp_path / "old.gpx"]).tracks.ids == ("caf\xe9",)
    (tmp_path / "torn.csv").write_bytes(FORMATS["a.csv"].encode("utf-16")[:-1])
    with pytest.raises(UsageError, match="starts as UTF-16"):
        read_tracks([tmp_path / "torn.csv"])


def test_a_kmz_is_read_where_it_lies(tmp_path):
    with ZipFile(tmp_path / "a.kmz", "w") as packed:
        packed.writestr("doc.kml", FORMATS["a.kml"])
    assert read_tracks([tmp_path / "a.kmz"]).tracks.degrees()[0] == pytest.approx(LAT, abs=1e-7)
    whole = (tmp_path / "a.kmz").read_bytes()
    (tmp_path / "torn.kmz").write_bytes(whole[:-30])
    with pytest.raises(UsageError, match="zip that cannot be read"):
        read_tracks([tmp_path / "torn.kmz"])
    with ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("a.csv", FORMATS["a.csv"])
    with pytest.raises(UsageError, match="without a KML"):
        read_tracks([tmp_path / "other.zip"])


def geoparquet(path, points, crs, encoding="WKB"):
    head = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": {"encoding": encoding, "crs": crs}}}
    table = pa.table({"id": ["a"] * len(points), "time": TIMES[: len(points)], "geom": shapely.to_wkb(points)})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(head)}), path)


def test_geoparquet_is_read_in_its_reference_system(tmp_path):
    points = shapely.points(LON, LAT)
    geoparquet(tmp_path / "a.parquet", points, None)
    assert read_tracks([tmp_path / "a.parquet"]).tracks.degrees()[0] == pytest.approx(LAT, abs=1e-7)
    x, y = pyproj.Transformer.from_crs(4326, 32642, always_xy=True).transform(LON, LAT)
    geoparquet(tmp_path / "utm.parquet", shapely.points(x, y), pyproj.CRS(32642).to_json_dict())
    assert read_tracks([tmp_path / "utm.parquet"]).tracks.degrees()[1] == pytest.approx(LON, abs=1e-7)
    geoparquet(tmp_path / "line.parquet", [shapely.LineString(zip(LON, LAT, strict=True))], None)
    geoparquet(tmp_path / "arrow.parquet", points, None, encoding="point")
    for name, words in (("line", "holds a LINESTRING"), ("arrow", "written as point; WKB")):
        with pytest.raises(UsageError, match=words):
            read_tracks([tmp_path / f"{name}.parquet"])


def test_what_looks_changed_about_is_named_and_not_changed(tmp_path):
    rows = [f"a,{1630210500 + 60 * k},{34.5 + k / 1000},{69.1 + k / 1000}\n" for k in range(9)]
    turned = [f"b,{1630210500 + 60 * k},{69.1 + k / 1000},{34.5 + k / 1000}\n" for k in range(9)]
    tracks, lines = said(tmp_path, HEAD + "".join(rows[:4] + [r.replace("b", "a") for r in turned[4:6]] + rows[6:]))
    assert "2 fixes reached faster than 100 m/s, kept; latitude and longitude look changed about there" in lines
    assert tracks.degrees()[0][4] == pytest.approx(69.104)
    tracks, lines = said(tmp_path, HEAD + "".join(rows + turned))
    assert "1 track(s) lie where others here would" in lines
    assert "(got 'b')" in lines
    assert tracks.degrees()[0][-1] == pytest.approx(69.108)
    _, lines = said(
        tmp_path, HEAD + "".join(rows + [r.replace("b,", "c,") for r in turned] + [r.replace("a,", "d,") for r in rows])
    )
    assert "(got 'c')" in lines
    _, lines = said(tmp_path, HEAD + "".join(rows + [r.replace("a,", "d,") for r in rows]))
    assert "changed about" not in lines


def test_what_is_guessed_of_a_table_is_said(tmp_path):
    (tmp_path / "xy.csv").write_text(
        "id,t,x,y\n" + "".join(f"a,{1630210500 + k},{69.1 + k / 1000},{34.5}\n" for k in range(9))
    )
    assert "look like degrees" in str(read_tracks([tmp_path / "xy.csv"]).problems[0])
    (tmp_path / "old.csv").write_bytes("id,time,lat,lon\ncaf\xe9,2021-08-29T04:15:00Z,34.5,69.1\n".encode("latin-1"))
    read = read_tracks([tmp_path / "old.csv"])
    assert read.tracks.ids == ("caf\xe9",)
    assert "Latin-1" in str(read.problems[0])
    (tmp_path / "twice.csv").write_text("id,time,lat,lat,lon\na,1630210500,34.5,0,69.1\n")
    assert read_tracks([tmp_path / "twice.csv"]).tracks.degrees()[0] == pytest.approx([34.5])
    (tmp_path / "true.csv").write_text("1,true,39.9123,116.3123,1630210500\n1,false,39.9124,116.3124,1630210560\n")
    assert read_tracks([tmp_path / "true.csv"]).tracks.degrees()[1] == pytest.approx([116.3123, 116.3124])
    (tmp_path / "day.csv").write_text("id,time,lat,lon\na,04:15:00,34.5,69.1\n")
    with pytest.raises(UsageError, match="without a date"):
        read_tracks([tmp_path / "day.csv"])


def said(tmp_path, text, **options):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    read = read_tracks([path], **options)
    return read.tracks, "\n".join(map(str, read.problems))


HEAD = "id,time,lat,lon\n"


@pytest.mark.parametrize(
    ("rows", "words", "fixes"),
    [
        ("a,2021-08-29T04:16:00Z,34.5,69.1\na,2021-08-29T04:15:00Z,34.5,69.1\n", "bad.csv:3: 1 fix earlier", 2),
        ("a,2021-08-29T04:16:00Z,34.5,69.1\na,2021-08-29T04:16:00Z,34.6,69.1\n", "at a time already given", 1),
        ("a,0,34.5,69.1\na,1630210500,34.5,69.1\n", "time 0", 1),
        ("a,2021-08-29T04:16:00Z,0,0\na,2021-08-29T04:17:00Z,34.5,69.1\n", "bad.csv:2: 1 fix at 0, 0", 1),
        ("a,2021-08-29T04:16:00Z,169.1,34.5\na,2021-08-29T04:17:00Z,34.5,69.1\n", "changed about; not applied", 1),
        ("a,2021-08-29T04:16:00Z,34.5,69.1\n", "track(s) of one fix", 1),
        ("a,2021-08-29 04:16:00,34.5,69.1\na,2021-08-29 04:17:00,34.5,69.1\n", "without a zone; read as UTC", 2),
        ("a,2021-08-29T04:16:00,34.5,69.1\na,2021-08-29T04:17:00Z,34.5,69.1\n", "some times name a zone", 2),
        ("a,2021-08-29T04:16:00+04:30,34.5,69.1\na,2021-08-29T04:17:00Z,34.5,69.1\n", "times in 2 zones (+00:00, +04:30)", 2),
        ("a,9e19,34.5,69.1\na,1630210500,34.5,69.1\n", "that no calendar shows", 1),
        ("a,yesterday,34.5,69.1\na,2021-08-29T04:17:00Z,34.5,69.1\n", "without a readable time", 1),
        ("a,2021-08-29T04:16:00Z,north,69.1\na,2021-08-29T04:17:00Z,34.5,69.1\n", "without a readable position", 1),
        ("a,2021-08-29T04:16:00Z,34.5\na,2021-08-29T04:17:00Z,34.5,69.1\n", "another number of columns", 1),
    ],
)  # fmt: skip
def test_what_is_wrong_gets_a_line(tmp_path, rows, words, fixes):
    tracks, lines = said(tmp_path, HEAD + rows)
    assert words in lines
    assert len(tracks.t) == fixes


def test_a_jump_there_and_back_is_left_out_and_one_that_stays_is_named(tmp_path):
    row = "a,2021-08-29T04:{:02d}:00Z,{},69.1\n"
    spike = HEAD + "".join(row.format(k, 34.5 if k != 3 else 36.5) for k in range(8))
    tracks, lines = said(tmp_path, spike)
    assert "1 fix that jump away and back" in lines
    assert len(tracks.t) == 7
    stays = HEAD + "".join(row.format(k, 34.5 if k < 4 else 36.5) for k in range(8))
    tracks, lines = said(tmp_path, stays)
    assert "1 fix reached faster" in lines
    assert len(tracks.t) == 8


def test_the_zone_that_is_named_is_applied(tmp_path):
    text = HEAD + "a,2021-08-29 04:15:00,34.5,69.1\na,2021-08-29 04:16:00,34.5,69.1\n"
    tracks, lines = said(tmp_path, text, utc_offset="+04:30")
    assert stamp(tracks.t[0]) == "2021-08-28T23:45:00Z"
    assert "zone" not in lines
    with pytest.raises(UsageError, match="not an offset"):
        said(tmp_path, text, utc_offset="Kabul")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "no columns of positions"),
        ("<gpx><trk>", "not XML"),
        ("<!DOCTYPE gpx [<!ENTITY a 'b'>]><gpx/>", "entities"),
        ("<html/>", "GPX, KML and CoT are read"),
        ("{", "not JSON"),
        ("lat,lon\n34,69\n", "no column of times"),
        ("id,time,lat,lon\n", "names columns and holds no rows"),
        ("\0\0\0", "no text and no Parquet"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, text, words):
    (tmp_path / "x").write_text(text)
    with pytest.raises(UsageError, match=words):
        read_tracks([tmp_path / "x"])
    with pytest.raises(UsageError, match="no such file"):
        read_tracks([tmp_path / "nowhere"])


def test_reported_stops_of_a_case_are_fixes_with_gaps_between(tmp_path):
    (tmp_path / "case.toml").write_text("")
    with pytest.raises(UsageError, match="without tracks"):
        read_tracks([tmp_path])
    (tmp_path / "places.csv").write_text("id,name,lat,lon\noffice,Office,34.5,69.1\nbank,Bank,,\n")
    (tmp_path / "stops.csv").write_text(
        "id,place,start,end\ns1,office,2021-08-29T04:15:00Z,2021-08-29T04:20:00Z\ns2,bank,2021-08-29T05:00:00Z,\n"
        "s3,office,2021-08-29T06:00:00Z,\ns4,,2021-08-29T07:00:00Z,\n"
    )
    read = read_tracks([tmp_path])
    assert read.tracks.ids == ("reported stops",)
    assert [stamp(t)[11:16] for t in read.tracks.t] == ["04:15", "04:20", "06:00"]
    assert "stops.csv:3: 2 reported stop(s) without a known place or time" in str(read.problems[0])
    assert summarise(read.tracks)["gaps"][-1]["seconds"] == 6000


def test_mot_and_sdd_text_become_boxes(tmp_path):
    (tmp_path / "mot.txt").write_text("1,7,10,20,30,40,1,-1,-1\n2,7,12,20,30,40,1,-1,-1\nx\n")
    (tmp_path / "sdd.txt").write_text(
        '7 10 20 40 60 1 0 0 0 "Car"\n7 12 20 42 60 2 0 0 0 "Car"\n7 0 0 1 1 3 1 0 0 "Car"\n'
    )
    for name in ("mot.txt", "sdd.txt"):
        read = read_tracks([tmp_path / name], fps=25)
        (boxes,) = read.boxes
        assert boxes.x.tolist() == [25, 27]
        assert boxes.id.tolist() == [7, 7]
        assert boxes.fps == 25
    assert "no box" in str(read_tracks([tmp_path / "mot.txt"]).problems[0])


def drive(minutes=60):
    t = np.arange(minutes * 4) * 15.0 + 1630210500
    x = np.where(t < t[0] + 1200, 5 * (t - t[0]), 6000.0)
    lat, lon = 34.5 + 0 * x, 69.1 + x / 91_600
    return "id,time,lat,lon\n" + "".join(f"a,{int(s)},{p:.7f},{q:.7f}\n" for s, p, q in zip(t, lat, lon, strict=True))


def test_what_is_written_can_be_read_again_and_is_the_same_twice(tmp_path):
    (tmp_path / "a.csv").write_text(drive())
    first = track_files([tmp_path / "a.csv"], out=tmp_path / "one")
    track_files([tmp_path / "a.csv"], out=tmp_path / "two")
    assert len(first["files"]) == 4
    original = read_tracks([tmp_path / "a.csv"]).tracks
    for name in ("tracks.geojson", "tracks.mfjson", "fixes.parquet", "tracks.gpkg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    for name in ("tracks.mfjson", "fixes.parquet"):
        again = read_tracks([tmp_path / "one" / name]).tracks
        assert np.allclose(again.t, original.t)
        assert np.allclose(again.degrees(), original.degrees(), atol=1e-6)
    assert not list((tmp_path / "one").glob(".*"))
    (tmp_path / "line.geojson").write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": json.loads((tmp_path / "one" / "tracks.geojson").read_text())["features"][:1],
            }
        )
    )
    again = read_tracks([tmp_path / "line.geojson"]).tracks
    assert again.ids == original.ids
    assert np.allclose(again.t, original.t)
    assert np.allclose(again.degrees(), original.degrees(), atol=1e-6)
    layers = dict(pyogrio.list_layers(tmp_path / "one" / "tracks.gpkg").tolist())
    assert layers == {"fixes": "Point", "tracks": "LineString", "stops": "Point"}
    _, fixes = pyogrio.read_arrow(tmp_path / "one" / "tracks.gpkg", layer="fixes")
    points = shapely.from_wkb(fixes["geom" if "geom" in fixes.column_names else "geometry"].to_pylist())
    assert np.allclose([shapely.get_y(points), shapely.get_x(points)], original.degrees(), atol=1e-6)
    assert [stamp(t) for t in original.t] == fixes["time"].to_pylist()
    _, stops = pyogrio.read_arrow(tmp_path / "one" / "tracks.gpkg", layer="stops")
    assert stops["start"].to_pylist() == [row["start"] for row in first["stops"]]


def test_files_for_a_map_need_a_place_on_the_earth(tmp_path):
    (tmp_path / "a.csv").write_text("t,x,y\n0,1,1\n10,2,2\n")
    found = track_files([tmp_path / "a.csv"])
    assert found["tracks"][0]["points"] == 1  # time 0 means unknown
    with pytest.raises(UsageError, match="on a plane"):
        track_files([tmp_path / "a.csv"], out=tmp_path / "out")


def test_verbs_print_one_object_and_end_with_2_on_bad_input(tmp_path):
    (tmp_path / "a.csv").write_text(drive())
    ran = CliRunner().invoke(cli, ["track", str(tmp_path / "a.csv"), "--json"])
    found = json.loads(ran.stdout)
    assert found["tracks"][0]["stops"]["median"] == 1
    assert found["stops"][0]["p"] > 0.5
    assert "200" not in ran.stdout.split("\n")[0][:10]
    shown = CliRunner().invoke(cli, ["track", str(tmp_path / "a.csv")])
    assert "stops" in shown.output
    for arguments in (["track", "nowhere.csv"], ["track", "custody", str(tmp_path / "a.csv"), "--gap", "60"]):
        assert isinstance(CliRunner().invoke(cli, arguments).exception, UsageError)


def test_streets_of_an_extract_and_tracks_on_them(tmp_path):
    pytest.importorskip("leuvenmapmatching")
    nodes = "".join(f'<node id="{k}" lat="34.5" lon="{69.1 + 0.002 * k}"/>' for k in range(20))
    refs = "".join(f'<nd ref="{k}"/>' for k in range(20))
    way = f'<way id="1">{refs}<tag k="highway" v="residential"/></way><way id="2"><nd ref="0"/><nd ref="5"/></way>'
    (tmp_path / "a.osm").write_text(f"<osm>{nodes}{way}</osm>")
    (tmp_path / "a.csv").write_text(drive(10))
    tracks = read_tracks([tmp_path / "a.csv"]).tracks
    streets = read_streets(tmp_path / "a.osm", tracks.frame)
    assert len(streets.edges) == 19
    found = match(tracks, streets)
    assert np.isfinite(found.off_m).mean() > 0.9
    assert np.nanmax(found.off_m) < 1
    (tmp_path / "b.osm").write_text("<osm/>")
    with pytest.raises(UsageError, match="no drivable street"):
        read_streets(tmp_path / "b.osm", tracks.frame)
    assert len(grid_streets(np.array([0.0]), np.array([0.0])).x) > 100


def test_drawings_say_their_numbers():
    rng = np.random.default_rng(0)
    n, vehicles = 120, 12
    t = np.tile(np.arange(n) * 15.0, vehicles)
    x = np.cumsum(rng.normal(0, 60, (vehicles, n)), axis=1).ravel()
    tracks = Tracks(tuple(map(str, range(vehicles))), np.arange(vehicles + 1) * n, t, x, x[::-1])
    drawn = reliability(custody(Read(tracks, (), ()), 60.0, number=300)[1])
    assert drawn.startswith("<svg")
    assert "After 60 s unseen" in drawn
    days = hundred_days({"of_100_ordinary_days": [2.0, 10.7, 34.1], "seen": 3})
    assert days.count(f'fill="{"#1f5f8b"}"') == 2
    assert days.count("url(#h)") == 32
    assert summarise(tracks)["tracks"][0]["points"] == n


def test_mutated_files_are_answered_in_lines(tmp_path):
    rng = np.random.default_rng(7)
    seeds = [*FORMATS.values(), "1,7,10,20,30,40,1,-1,-1\n2,7,12,20,30,40,1,-1,-1\n", "t,x,y\n5,1,1\n10,2,2\n"]
    tokens = [",", "\n", '"', "nan", "inf", "1e308", "null", "true", ";", "+14:00", "9" * 20, "{", "]", "<", "lat", " ", "\t", "181", "POINT(1 2)", "1/13/2021", "25:61:61", "\udcff"]  # fmt: skip
    for _ in range(120):
        text = seeds[rng.integers(len(seeds))]
        for _ in range(rng.integers(1, 6)):
            i = int(rng.integers(len(text) + 1))
            j = i + int(rng.integers(0, 8)) * int(rng.random() < 0.5)
            text = text[:i] + tokens[rng.integers(len(tokens))] * int(rng.random() < 0.7) + text[j:]
        (tmp_path / "m").write_bytes(text.encode("utf-8", "surrogateescape"))
        with contextlib.suppress(UsageError):
            track_files([tmp_path / "m"])
