"""Every trap that the formats are known for, one test each."""

import csv
import hashlib
import json
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blindspot.case.cells import inert, plain
from blindspot.case.exchange import IMPORTS, read
from blindspot.case.exchange.archiver import literal
from blindspot.case.exchange.model import Imported, coordinates, utc_prefix
from blindspot.case.exchange.tables import write_csv
from blindspot.case.exchange.xlsx import read_xlsx, write_xlsx
from blindspot.errors import UsageError
from blindspot.quantities import read_moment

SAMPLES = (
    ("atlos", "atlos/*"), ("auto-archiver", "auto-archiver/csv*"), ("auto-archiver", "auto-archiver/*.tsr"), ("auto-archiver", "auto-archiver/timestamp*"),
    ("auto-archiver", "auto-archiver/*.json"), ("bellingcat", "timemap/bell*"), ("timemap", "timemap/[ase]*.json"), ("uwazi", "uwazi/*.csv"), ("ftm", "aleph-ftm/*son"),
    ("ftm", "aleph-ftm/*.csv"), ("datashare", "datashare/*"), ("tak", "tak/*"), ("codec", "codec*"), ("proofmode", "proof*"),
)  # fmt: skip


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def why(found):
    return " | ".join(u.why for u in found.untaken)


@pytest.mark.parametrize(("name", "glob"), SAMPLES)
def test_every_sample_is_read_or_says_what_it_is(shared, name, glob):
    paths = sorted((shared / "platforms").glob(glob))
    assert paths
    for path in paths:
        found = read(name, path)
        assert found.items or found.untaken, path.name
        for item in found.items:
            assert not item.when or read_moment(item.when)
            assert (item.lat is None) == (item.lon is None)


def test_atlos_formula_guard_precision_and_unknown_place(shared):
    first, second = read("atlos", shared / "platforms/atlos/atlos_export_synthetic.csv").items
    assert (first.error_m, first.sources) == (100.0, ("https://example.org/a", "https://example.org/b"))
    assert second.text == "=SYNTHETIC formula-escaped text"
    assert (second.lat, second.lon, second.error_m, second.when) == (None, None, None, "")


def test_atlos_needs_its_case_sensitive_columns_and_takes_a_byte_order_mark(tmp_path):
    assert "case-sensitive" in why(read("atlos", write(tmp_path / "a.csv", "Status,description,sensitive\nx,y,z\n")))
    found = read(
        "atlos",
        write(
            tmp_path / "b.csv",
            '\ufeffstatus,description,sensitive,latitude,longitude,geolocation_resolution\nTo Do,text,Not Sensitive,"34.5° N",69.1,Exact\n',
        ),
    )
    assert (found.items[0].lat, found.items[0].error_m) == (34.5, 10.0)


def test_atlos_zip_hashes_are_verified_and_a_changed_file_is_not_taken(tmp_path):
    good, meta = b"film", {"id": "m1", "source_url": "https://example.org", "artifacts": []}
    for state, data in (("verified", good), ("does not match", b"changed")):
        meta["artifacts"] = [{"type": "media", "file_hash_sha256": hashlib.sha256(good).hexdigest()}]
        path = tmp_path / f"{state[:4]}.zip"
        with zipfile.ZipFile(path, "w") as z:
            z.writestr(
                "e/ABC/metadata.json",
                json.dumps({"description": "an incident", "latitude": None, "longitude": None, "date": "2021-08-29"}),
            )
            z.writestr("e/ABC/ABC-1/metadata.json", json.dumps(meta))
            z.writestr("e/ABC/ABC-1/media_ABC-1.mp4", data)
            z.writestr("../evil.txt", "x")
        found = read("atlos", path)
        source = next(i for i in found.items if i.kind == "source")
        assert state in source.hashes[0]
        assert ("does not have the SHA-256" in why(found)) == (state == "does not match")
        assert "path traversal" in why(found)


@pytest.mark.parametrize(
    "cell",
    [
        "__import__('os').system('x')",
        "datetime.datetime.now()",
        "(lambda: 1)()",
        "[x for x in (1,)]",
        "{**{}}",
        "datetime.datetime(2026, 13, 1)",
        "open('x')",
        "1+1",
        "f'{1}'",
        "a",
        "(" * 5000,
    ],
)
def test_archiver_cells_are_never_run(cell):
    with pytest.raises(ValueError, match=r"is|holds|unpacks"):
        literal(cell)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=6), x, max_size=4),
        max_leaves=12,
    )
)
def test_archiver_literals_come_back_as_python_wrote_them(value):
    assert literal(repr(value)) == value


def test_archiver_sheet_with_several_addresses_a_hash_and_a_formula(tmp_path):
    path = tmp_path / "sheet.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([
            ["link", "archive status", "archive location", "thumbnail", "upload timestamp", "upload title", "text content", "hash"],
            ["https://a.example/1", "[cached] x: success", "https://s.example/1\nhttps://s.example/2", '=IMAGE("https://s.example/t")', "2021-08-29T12:53:00+00:00", "t", "", "SHA-256:" + "ab" * 32],
            ["", "", "", "", "", "", "x", ""],
        ])  # fmt: skip
    found = read("auto-archiver", path)
    item = found.items[0]
    assert item.sources == ("https://a.example/1", "https://s.example/1", "https://s.example/2")
    assert item.hashes[0].startswith("SHA-256:abab")
    assert item.when == "2021-08-29T12:53:00Z"
    assert "has no link" in why(found)


def test_timestamp_tokens_say_how_to_verify_them(shared):
    folder = shared / "platforms/auto-archiver"
    bare = read("auto-archiver", folder / "timestamp_token_http-timestamp-identrust-com").items[0]
    reply = read("auto-archiver", folder / "valid_timestamp.tsr").items[0]
    assert "-token_in" in bare.fields["verify"]
    assert "-token_in" not in reply.fields["verify"]
    assert (bare.when, bare.hashes) == (reply.when, reply.hashes)  # the same stamp, once as a token and once as a reply
    assert "was not checked" in reply.text


def test_timemap_dirt_is_named(shared):
    found = read("timemap", shared / "platforms/timemap")
    events = [i for i in found.items if i.kind == "event"]
    assert len(events) == 11
    assert "is used and never defined" in why(found)
    assert any("13.45" in u.what for u in found.untaken)
    nowhere = next(i for i in events if "legislation" in i.text)
    assert nowhere.lat is None
    assert nowhere.lon is None
    assert events[0].when == "2015-10-10"
    assert "zone not given" in events[0].when_note


def test_timemap_decimal_commas_and_days_that_are_none(tmp_path):
    rows = [
        {"description": "a", "date": "13/45/2015", "latitude": "31,5", "longitude": "34,25"},
        {"description": "", "date": "01/02/2015"},
        {"description": "c", "latitude": "0", "longitude": "0.0"},
    ]
    found = read("timemap", write(tmp_path / "events.json", json.dumps(rows)))
    assert (found.items[0].lat, found.items[0].lon, found.items[0].when) == (31.5, 34.25, "")
    assert "has no description" in why(found)
    assert found.items[1].lat is None
    assert "unknown place" in why(found)


def test_bellingcat_unknown_stays_unknown_and_commas_are_told(tmp_path, shared):
    for name in ("csv", "json"):
        items = read("bellingcat", shared / f"platforms/timemap/bellingcat_download_synthetic.{name}").items
        assert [i.lat for i in items] == [49.85005, None]
        assert items[0].error_m is None
        assert items[0].tags == ("Type of area affected=Residential",)
    path = tmp_path / "d.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ["id", "date", "latitude", "longitude", "location", "description", "sources", "associations"],
                ["1", "2/24/2022", "", "", "", "x", "https://a.example/1,2,https://b.example", "a=b,c=d"],
            ]
        )
    found = read("bellingcat", path)
    assert found.items[0].sources == ("https://a.example/1,2", "https://b.example")
    assert found.items[0].tags == ("a=b", "c=d")
    assert "joined by commas" in why(found)


def test_uwazi_ranges_of_both_kinds_padded_headers_and_nested_values(tmp_path):
    text = "Title , Life, geolocation_geolocation, kinds\nA, 2001-01-01~2002-01-01, 34.5|69.1, a::b|c\nB, 2001-01-01:2002-01-01, 0|0,\nC, ~2002-01-01, ,\n, , ,\n"
    found = read("uwazi", write(tmp_path / "u.csv", text))
    a, b, c = found.items
    assert a.when == b.when == "2001-01-01/2002-01-01"
    assert (a.lat, a.lon) == (34.5, 69.1)
    assert b.lat is None
    assert c.when == ""
    assert a.fields["kinds"] == ["a::b", "c"]
    assert "open on one side" in why(found)


def test_ftm_dates_are_no_more_precise_than_given_and_lines_that_are_none_are_listed(tmp_path):
    lines = [
        json.dumps({"id": "e", "schema": "Event", "properties": {"date": ["2021-08"], "name": ["x"]}}),
        "{broken",
        json.dumps({"id": "f"}),
        json.dumps({"id": "d", "schema": "Document", "properties": {"contentHash": ["a" * 40]}}),
    ]
    found = read("ftm", write(tmp_path / "e.json", "\n".join(lines)))
    assert found.items[0].when == "2021-08-01/2021-08-31"
    assert found.items[1].hashes[0].startswith("SHA-1:")
    assert [u.row for u in found.untaken] == [2, 3]


def test_datashare_rows_with_unescaped_quotes_are_read_or_listed(tmp_path, shared):
    header = (shared / "platforms/datashare/batch_search_synthetic.csv").read_text().splitlines()[0]
    cells = ['the "drone" strike', "u", "id", "r", "t", "1", "/p", "/", "", "1"]
    good = ",".join(f'"{c}"' for c in cells)
    cells[0] = 'a","b'
    bad = ",".join(f'"{c}"' for c in cells)
    found = read("datashare", write(tmp_path / "d.csv", f"{header}\n{good}\n{bad}"))
    assert found.items[0].tags == ('the "drone" strike',)
    assert found.untaken[0].row == 3


def test_proofmode_identities_are_kept_apart(tmp_path, shared):
    names = json.loads((shared / "platforms/proofmode_columns.json").read_text())
    path = tmp_path / "p.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [names, [f"secret-{n}" if n in {"DeviceID", "Wifi MAC", "CellInfo", "IPv4"} else "" for n in names]]
        )
    item = read("proofmode", path).items[0]
    assert set(item.restricted) == {"DeviceID", "Wifi MAC", "CellInfo", "IPv4"}
    assert "secret" not in json.dumps(item.fields) + item.text


def test_tak_unknown_error_unlisted_files_and_path_traversal(tmp_path, shared):
    item = read("tak", shared / "platforms/tak/datapackage_synthetic.zip").items[0]
    assert (item.lat, item.error_m) == (34.5331, None)
    path = tmp_path / "p.zip"
    cot = "<event uid='u' type='a' start='2021-08-29T12:53:00Z'><point lat='0' lon='0' ce='5' le='1'/></event>"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr(
            "MANIFEST/manifest.xml",
            "<M><Contents><Content zipEntry='u/u.cot'/><Content zipEntry='gone.cot'/></Contents></M>",
        )
        z.writestr("u/u.cot", cot)
        z.writestr("extra.cot", cot)
        z.writestr("../../x.cot", cot)
    found = read("tak", path)
    assert len(found.items) == 1
    assert found.items[0].lat is None
    assert all(
        w in why(found)
        for w in ("is not named in the manifest", "path traversal", "not in the package", "unknown place")
    )


def test_maps_longitude_first_shapes_without_places_links_not_followed(tmp_path):
    kml = "<kml><NetworkLink><Link><href>https://x.example/k</href></Link></NetworkLink><Placemark id='a'><name>n</name><TimeStamp><when>2021-08</when></TimeStamp><Point><coordinates>69.1,34.5,0</coordinates></Point></Placemark><Placemark><LineString><coordinates>1,2 3,4</coordinates></LineString></Placemark></kml>"
    found = read("kml", write(tmp_path / "m.kml", kml))
    assert (found.items[0].lat, found.items[0].lon, found.items[0].when) == (34.5, 69.1, "2021-08-01/2021-08-31")
    assert found.items[1].lat is None
    assert "never followed" in why(found)
    with zipfile.ZipFile(tmp_path / "m.kmz", "w") as z:
        z.writestr("doc.kml", kml)
    assert [i.lat for i in read("kml", tmp_path / "m.kmz").items] == [34.5, None]
    geo = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [69.1, 34.5]}, "properties": {}},
            {"type": "Feature", "geometry": None, "properties": None},
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": []}, "properties": {}},
            7,
        ],
    }
    found = read("geojson", write(tmp_path / "g.json", json.dumps(geo)))
    assert [i.lat for i in found.items] == [34.5, None, None]
    assert len(found.untaken) == 3
    found = read(
        "geojson", write(tmp_path / "c.json", json.dumps({**geo, "crs": {"properties": {"name": "EPSG:3857"}}}))
    )
    assert not found.items
    gpx = "<gpx><wpt lat='34.5' lon='69.1'><time>2021-08-29T12:53:00Z</time><name>w</name></wpt><trk><trkseg><trkpt lat='1' lon='2'><time>2021-08-29T12:53:00Z</time></trkpt><trkpt lat='1' lon='3'><time>2021-08-29T12:54:00Z</time></trkpt></trkseg></trk></gpx>"
    point, track = read("gpx", write(tmp_path / "t.gpx", gpx)).items
    assert point.when == "2021-08-29T12:53:00Z"
    assert track.when == "2021-08-29T12:53:00Z/2021-08-29T12:54:00Z"


@pytest.mark.parametrize("name", sorted(IMPORTS))
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x01\x02",
        b"PK\x03\x04broken",
        b"\xff\xfe\x00",
        b"{]",
        b'{"a": NaN}',
        b'a,b\n"x',
        "é;ü\n1;2;3\n".encode("cp1252"),
    ],
)
def test_no_format_breaks_on_rubbish(tmp_path, name, raw):
    for suffix in (".csv", ".json", ".zip", ".kmz", ".xlsx", ".tsr"):
        path = tmp_path / f"x{suffix}"
        path.write_bytes(raw)
        told = ""
        try:
            found = read(name, path)
        except UsageError as error:
            told = str(error)
        else:
            assert isinstance(found, Imported)
        assert "\n" not in told


@given(st.text(max_size=30))
def test_a_cell_is_guarded_against_spreadsheets_and_comes_back(cell):
    guarded = inert(cell)
    assert plain(guarded) == cell
    assert not guarded or guarded[0] not in "=@\t\r" or guarded[0] == "'"


def test_numbers_stay_numbers_and_formulas_do_not():
    assert inert("-5.2") == "-5.2"
    assert inert("-cmd|'/c calc'!A1").startswith("'")
    assert write_csv(["a"], [["=1+1"]]) == "a\n'=1+1\n"


CELLS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="".join(map(chr, range(32))) + "\ufffe\uffff"),
    max_size=12,
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5))
def test_a_workbook_comes_back_cell_by_cell(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("x") / "t.xlsx"
    path.write_bytes(write_xlsx({"one": rows, "two": [["=1+1"]]}))
    found = read_xlsx(path, Imported("xlsx"))
    assert found["one"] == rows
    assert found["two"] == [["=1+1"]]
    assert write_xlsx({"one": rows}) == write_xlsx({"one": rows})


def test_spreadsheet_days_shared_strings_and_formulas(tmp_path):
    sheet = '<worksheet><sheetData><row><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>date</t></is></c></row><row><c r="A2"><f>1+1</f><v>2</v></c><c r="C2" s="1"><v>44437.5</v></c></row></sheetData></worksheet>'
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as z:
        z.writestr("xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="rId1"/></sheets></workbook>')
        z.writestr("xl/worksheets/sheet1.xml", sheet)
        z.writestr("xl/sharedStrings.xml", "<sst><si><t>description</t></si></sst>")
        z.writestr("xl/styles.xml", '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>')
    into = Imported("xlsx")
    assert read_xlsx(tmp_path / "b.xlsx", into)["S"] == [["description", "", "date"], ["2", "", "2021-08-29 12:00:00"]]
    item = read("xlsx", tmp_path / "b.xlsx").items[0]
    assert (item.text, item.when) == ("2", "2021-08-29")


@given(st.text(max_size=12), st.text(max_size=12))
def test_coordinates_are_two_numbers_on_earth_or_unknown(lat, lon):
    into = Imported("x")
    found = coordinates(lat, lon, 1, into)
    assert found == (None, None) or (abs(found[0]) <= 90 and abs(found[1]) <= 180 and found != (0, 0))


@given(st.floats(-90, 90).filter(lambda x: abs(x) > 1e-3), st.floats(-180, 180))
def test_good_coordinates_come_through(lat, lon):
    into = Imported("x")
    assert coordinates(repr(lat), repr(lon), 1, into) == (lat, lon)
    assert not into.untaken


@example("9999")
@example("9999-12-31")
@given(st.text("0123456789-T:Z ", max_size=20))
def test_a_utc_prefix_is_a_moment_or_blank(text):
    found = utc_prefix(text)
    assert not found or read_moment(found)


def test_reading_another_tools_file_leaves_the_limit_of_the_process_alone(tmp_path):
    import csv

    from blindspot.case.exchange.model import Imported
    from blindspot.case.exchange.tables import read_csv

    before = csv.field_size_limit()
    long = "x" * (before + 1)
    (tmp_path / "long.csv").write_text(f"id,text\n1,{long}\n", encoding="utf-8")
    assert read_csv(tmp_path / "long.csv", Imported("csv"))[1] == [(2, ["1", long])]
    (tmp_path / "open.csv").write_text('id,text\n1,"open', encoding="utf-8")
    read_csv(tmp_path / "open.csv", Imported("csv"))
    assert csv.field_size_limit() == before
