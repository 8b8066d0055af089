"""A map of the user's own lies under the case: every format, cut, simplified, held to a budget; what cannot be read is said."""

import base64
import bz2
import json

import cv2
import numpy as np
import pytest
import shapely

from blindspot.publish.report import basemap as module
from blindspot.publish.report.basemap import basemap
from blindspot.publish.report.context import bounds, context
from blindspot.publish.report.ground import letters
from geotiff import write_geotiff

BOX = (69.17, 34.55, 69.19, 34.57)
OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="34.560" lon="69.178"/><node id="2" lat="34.562" lon="69.182"/><node id="3" lat="34.558" lon="69.184"/>
<node id="4" lat="34.5601" lon="69.1801"/><node id="5" lat="34.5603" lon="69.1801"/><node id="6" lat="34.5603" lon="69.1804"/><node id="7" lat="34.5601" lon="69.1804"/>
<node id="8" lat="50.0" lon="10.0"/><node id="9" lat="50.1" lon="10.1"/>
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="name" v="نام &lt;b&gt;"/></way>
<way id="2"><nd ref="4"/><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="4"/><tag k="building" v="yes"/></way>
<way id="3"><nd ref="8"/><nd ref="9"/><tag k="highway" v="residential"/></way>
</osm>"""


def write_vectors(path, driver, **options):
    """A river and a wood as one layer of a GDAL format."""
    import pyarrow as pa
    from pyogrio import write_arrow

    shapes = [shapely.LineString([(69.175, 34.56), (69.185, 34.561)]), shapely.LineString([(10, 50), (10.1, 50)])]
    table = pa.table(
        {"waterway": ["river", "river"], "geometry": pa.array([shapely.to_wkb(s) for s in shapes], pa.binary())}
    )
    write_arrow(
        table,
        path,
        layer="ground",
        driver=driver,
        geometry_name="geometry",
        geometry_type="LineString",
        crs="EPSG:4326",
        **options,
    )


@pytest.mark.parametrize("packed", [False, True])
def test_an_extract_of_openstreetmap_gives_streets_and_houses_near_the_case(tmp_path, packed):
    if packed:
        (tmp_path / "town.osm.bz2").write_bytes(bz2.compress(OSM.encode()))
    else:
        (tmp_path / "town.osm").write_text(OSM, encoding="utf-8")
    found, said = basemap(tmp_path, BOX)
    assert said == []
    assert [line[0] for line in found["lines"]] == ["major"]
    assert found["lines"][0][1:3] == pytest.approx([69.178, 34.56], abs=1e-4)
    assert [area[0] for area in found["areas"]] == ["building"]
    assert "<" not in json.dumps(found)  # names of the map do not reach the page


@pytest.mark.parametrize(
    ("name", "driver"),
    [("a.gpkg", "GPKG"), ("a.geojson", "GeoJSON"), ("a.fgb", "FlatGeobuf"), ("a.shp", "ESRI Shapefile")],
)
def test_vectors_of_every_kind_are_cut_to_the_surroundings(tmp_path, name, driver):
    write_vectors(tmp_path / name, driver)
    found, said = basemap(tmp_path, BOX)
    assert said == []
    assert [line[0] for line in found["lines"]] == ["water"]
    assert found["lines"][0][1:] == pytest.approx([69.175, 34.56, 69.185, 34.561], abs=1e-5)


def test_vector_tiles_in_one_file_are_read(tmp_path):
    write_vectors(tmp_path / "a.pmtiles", "PMTiles", MAXZOOM="14", MINZOOM="10")
    found, said = basemap(tmp_path, BOX)
    assert said == []
    assert found["lines"]
    assert {line[0] for line in found["lines"]} == {"water"}
    xs = [x for line in found["lines"] for x in line[1::2]]
    assert min(xs) == pytest.approx(69.175, abs=1e-3)
    assert max(xs) == pytest.approx(69.185, abs=1e-3)


def test_a_picture_is_laid_where_it_belongs(tmp_path):
    from pyproj import Transformer

    z = np.full((400, 400), 200, np.uint8)
    z[100:120, 300:320] = 10  # a dark spot
    east, north = Transformer.from_crs("EPSG:4326", "EPSG:32642", always_xy=True).transform(69.18, 34.56)
    left, top = east - 800, north + 800
    write_geotiff(tmp_path / "view.tif", z, 4.0, left, top, 32642)
    found, said = basemap(tmp_path, BOX)
    assert said == []
    p = found["picture"]
    image = cv2.imdecode(np.frombuffer(base64.b64decode(p["src"].split(",")[1]), np.uint8), cv2.IMREAD_GRAYSCALE)
    row, column = np.unravel_index(image.argmin(), image.shape)
    rows, columns = np.nonzero(image < 80)
    lon = p["west"] + (columns.mean() + 0.5) / image.shape[1] * (p["east"] - p["west"])
    lat = p["north"] + (rows.mean() + 0.5) / image.shape[0] * (p["south"] - p["north"])
    true = Transformer.from_crs("EPSG:32642", "EPSG:4326", always_xy=True).transform(left + 310 * 4, top - 110 * 4)
    assert abs(lon - true[0]) * 91_000 < 12
    assert abs(lat - true[1]) * 111_000 < 12
    assert image[row, column] < 60
    assert len(p["src"]) < 600_000


def test_the_budget_keeps_the_largest_shapes(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_POINTS", 40)
    random = np.random.default_rng(3)
    lines = [
        {
            "type": "Feature",
            "properties": {"highway": "track"},
            "geometry": {"type": "LineString", "coordinates": [[69.18, 34.56], [69.18 + float(s), 34.56]]},
        }
        for s in random.uniform(1e-4, 5e-3, 60)
    ]
    (tmp_path / "many.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": lines}))
    found, said = basemap(tmp_path, BOX)
    assert sum(len(line) // 2 for line in found["lines"]) <= 40
    assert min(line[3] for line in found["lines"]) > 69.183
    assert "left out" in said[0]


@pytest.mark.parametrize("name", ["a.osm", "a.gpkg", "a.geojson", "a.pmtiles", "a.tif", "a.osm.bz2", "a.osm.pbf"])
@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"\0" * 300])
def test_what_cannot_be_read_is_said_and_stops_nothing(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    found, said = basemap(tmp_path, BOX)
    assert found["lines"] == found["areas"] == []
    assert len(said) <= 1
    assert all(line.startswith(f"basemap/{name}: ") for line in said)


def test_no_folder_and_no_place_are_no_map(tmp_path):
    assert basemap(tmp_path / "none", BOX) == ({"lines": [], "areas": [], "picture": None, "files": []}, [])
    (tmp_path / "town.osm").write_text(OSM)
    assert "no place" in basemap(tmp_path, None)[1][0]


def test_borders_and_airfields_orient_to_a_kilometre_only():
    found = context(bounds([(34.56, 69.18), (25.1, 51.3)]))
    assert found["lines"]
    assert found["airfields"]
    numbers = [v for line in found["lines"] for v in line] + [v for field in found["airfields"] for v in field]
    assert all(round(v, 2) == v for v in numbers)
    assert context(None) == {"lines": [], "airfields": []}
    assert len(json.dumps(found)) < 200_000


def test_letters_go_on_past_two():
    found = letters([{"id": str(i)} for i in range(2000)])
    assert len(set(found.values())) == 2000
    assert (found["701"], found["702"]) == ("ZZ", "AAA")
