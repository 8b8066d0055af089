"""Files of each format with arbitrary cells: every row is taken or listed with its reason, and no place is invented."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.case.exchange import land, read
from blindspot.quantities import read_moment

HEADERS = {
    "atlos": (
        "slug",
        "latitude",
        "longitude",
        "status",
        "description",
        "date",
        "time",
        "tags",
        "geolocation_resolution",
        "sensitive",
        "source_1",
    ),
    "bellingcat": ("id", "date", "latitude", "longitude", "location", "description", "sources", "associations"),
    "uwazi": ("Title", "Template", "Geolocation", "Life", "Documents"),
    "proofmode": (
        "File Path",
        "File Hash SHA256",
        "DeviceID",
        "Location.Latitude",
        "Location.Longitude",
        "Location.Accuracy",
        "File Created",
    ),
    "csv": ("id", "description", "date", "lat", "lon", "error_m", "url"),
    "auto-archiver": ("link", "archive location", "upload timestamp", "upload title", "hash"),
}
CELL = st.sampled_from(
    [
        "",
        "0",
        "0.0",
        "34.5",
        "-91",
        "69,1",
        "2021-08-29",
        "8/29/2021",
        "99/99/2021",
        "x",
        "=1+1",
        "'=1+1",
        "a|b",
        "34.5|69.1",
        "https://a.example/1,https://b.example",
        "Vicinity",
        "nan",
        "1e400",
    ]
) | st.text(max_size=8)


def check(found, rows):
    spoken_of = {i.row for i in found.items} | {u.row for u in found.untaken}
    assert rows <= spoken_of | {0} or 0 in {u.row for u in found.untaken} or 1 in {u.row for u in found.untaken}
    for item in found.items:
        assert (item.lat is None) == (item.lon is None)
        assert (item.lat, item.lon) != (0, 0)
        assert item.lat is None or (abs(item.lat) <= 90 and abs(item.lon) <= 180)
        assert item.error_m is None or (item.lat is not None and item.error_m >= 0)
        assert not item.when or read_moment(item.when)


@pytest.mark.parametrize("name", sorted(HEADERS))
@given(data=st.data())
def test_tables(tmp_path_factory, name, data):
    header = HEADERS[name]
    rows = data.draw(st.lists(st.tuples(*[CELL] * len(header)), max_size=4))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    lines, at = set(), 2
    for row in rows:
        writer.writerow(row)
        if any(c.strip() for c in row) and "\x00" not in "".join(row):
            lines.add(at)
        at = out.getvalue().count("\n") + 1
    root = tmp_path_factory.mktemp("g")
    path = root / "t.csv"
    path.write_bytes(out.getvalue().replace("\x00", "").encode("utf-8", "replace"))
    found = read(name, path)
    if not any(c in "".join("".join(r) for r in rows) for c in "\r\n\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):
        check(found, lines)
    folder = land(found, path, root / "case")
    kept = list(csv.reader(io.StringIO((folder / "items.csv").read_bytes().decode(), newline="")))
    assert len(kept) == len(found.items) + 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda x: (
        st.lists(x, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "description",
                    "date",
                    "latitude",
                    "longitude",
                    "sources",
                    "associations",
                    "filters",
                    "properties",
                    "geometry",
                    "type",
                    "coordinates",
                    "features",
                    "schema",
                    "name",
                    "paths",
                    "mode",
                    "time",
                ]
            ),
            x,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["timemap", "bellingcat", "geojson", "ftm", "atlos"])
@given(value=JSON)
def test_json_of_any_shape(tmp_path_factory, name, value):
    from blindspot.errors import UsageError

    path = tmp_path_factory.mktemp("j") / "t.json"
    path.write_text(json.dumps(value))
    try:
        found = read(name, path)
    except UsageError as error:
        told = str(error)
    else:
        told = ""
        check(found, set())
    assert "\n" not in told
