import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.case import open_case
from blindspot.case.cells import plain
from blindspot.case.custody.chain import read_log
from blindspot.case.exchange import EXPORTS, export, land, read, restore
from blindspot.case.exchange.model import Imported, Item
from blindspot.case.store import hand_files
from blindspot.case.suggestions import accept, suggested
from blindspot.errors import CaseError, UsageError
from folders import write_case


def put(made, folder):
    for name, data in made.files.items():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_our_own_export_comes_back_byte_for_byte(kabul, tmp_path):
    put(export("blindspot", open_case(kabul)), tmp_path)
    restore(tmp_path / "case.blindspot.json", tmp_path / "back")
    assert hand_files(tmp_path / "back") == hand_files(kabul)
    for name in hand_files(kabul):
        assert (tmp_path / "back" / name).read_bytes() == (kabul / name).read_bytes()


def test_a_workbook_of_a_case_comes_back_as_the_same_case(kabul, tmp_path):
    put(export("xlsx", open_case(kabul)), tmp_path)
    restore(tmp_path / "case.xlsx", tmp_path / "back")
    a, b = open_case(kabul), open_case(tmp_path / "back")
    for table in ("head", "sources", "facts", "origins", "claims", "expect", "places", "stops", "lists", "ratings"):
        assert getattr(a, table) == getattr(b, table), table


def test_a_changed_export_and_a_foreign_name_are_refused_and_nothing_is_written(tmp_path):
    case = open_case(write_case(tmp_path / "c"))
    whole = json.loads(export("blindspot", case).files["case.blindspot.json"])
    whole["files"]["claims.csv"] += "x"
    (tmp_path / "a.json").write_text(json.dumps(whole))
    with pytest.raises(UsageError, match="was changed after the export"):
        restore(tmp_path / "a.json", tmp_path / "out")
    text = "x"
    import hashlib

    (tmp_path / "b.json").write_text(
        json.dumps(
            {
                "version": whole["version"],
                "files": {"lists/../../evil.csv": text},
                "sha256": {"lists/../../evil.csv": hashlib.sha256(text.encode()).hexdigest()},
            }
        )
    )
    with pytest.raises(UsageError, match="is not a file of a case"):
        restore(tmp_path / "b.json", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_tables_come_back_cell_by_cell(kabul):
    files = export("csv", open_case(kabul)).files
    for name in hand_files(kabul):
        if name.endswith(".csv"):
            ours = [
                [plain(c) for c in r]
                for r in csv.reader(io.StringIO(files[name.replace("/", "--")].decode(), newline=""))
            ]
            given_ = [
                r for r in csv.reader(io.StringIO((kabul / name).read_text(), newline="")) if any(c.strip() for c in r)
            ]
            assert ours == given_


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_every_export_is_the_same_every_time_and_says_what_it_loses(kabul, name):
    case = open_case(kabul)
    made = export(name, case)
    assert made.files == export(name, case).files
    assert made.lost or name == "blindspot"


def test_exports_for_others_read_back_with_the_importers(kabul, tmp_path):
    case = open_case(kabul)
    ftm = read("ftm", put(export("ftm", case), tmp_path / "f") / "case.ftm.json")
    assert not ftm.untaken
    assert {i.id for i in ftm.items if i.kind == "claim"} == {f"claim-{k}" for k in case.claims}
    geo = read("geojson", put(export("geojson", case), tmp_path / "g") / "case.geojson")
    assert {i.id: (i.lat, i.lon, i.error_m) for i in geo.items if i.id in case.places} == {
        p.id: (p.lat, p.lon, p.error_m) for p in case.places.values()
    }
    time = read("timemap", put(export("timemap", case), tmp_path / "t"))
    events = {i.id: i for i in time.items if i.kind == "event"}
    for key, claim in case.claims.items():
        when = claim.said_at or claim.public_at
        assert events[key].when == (f"{when.day}" if when else "")
    assert all(e.lat != 0 for e in events.values())


ITEMS = st.builds(
    Item, id=st.from_regex(r"[a-z]{1,6}", fullmatch=True), kind=st.just("event"), text=st.text(max_size=20).map(str.strip),
    lat=st.none() | st.floats(-89, 89), lon=st.just(None), sources=st.lists(st.just("https://a.example"), max_size=2).map(tuple),
)  # fmt: skip


@given(st.lists(ITEMS, max_size=5))
def test_what_lands_is_what_was_taken(tmp_path_factory, items):
    root = tmp_path_factory.mktemp("land")
    (root / "in.csv").write_text("x")
    folder = land(Imported("csv", items=items), root / "in.csv", root / "case")
    rows = list(csv.DictReader(io.StringIO((folder / "items.csv").read_bytes().decode(), newline="")))
    assert [plain(r["id"]) for r in rows] == [i.id for i in items]
    assert all(r["lon"] == "" for r in rows)
    assert not suggested(root / "case", "places")


def test_a_place_enters_the_case_only_when_accepted_and_only_with_its_error(shared, tmp_path):
    case = write_case(tmp_path / "c")
    land(
        read("atlos", shared / "platforms/atlos/atlos_export_synthetic.csv"),
        shared / "platforms/atlos/atlos_export_synthetic.csv",
        case,
    )
    before = (case / "places.csv").read_text()
    assert [s["id"] for s in suggested(case, "places")] == ["atlos-ABC123"]
    accept(case, ["atlos-ABC123"])
    assert open_case(case).places["atlos-ABC123"].error_m == 100.0
    assert (case / "places.csv").read_text().startswith(before.rstrip("\n"))
    assert [line.says["file"] for line in read_log(case)[0] if line.act == "edit"] == ["places.csv"]
    assert not suggested(case, "places")
    land(
        read("bellingcat", shared / "platforms/timemap/bellingcat_download_synthetic.json"),
        shared / "platforms/timemap/bellingcat_download_synthetic.json",
        case,
    )
    held = (case / "places.csv").read_text()
    assert accept(case, ["all"]) == {}  # what is not complete waits
    with pytest.raises(CaseError, match="problem"):
        accept(case, ["bellingcat-CIV0001"])
    assert (case / "places.csv").read_text() == held
    assert len(read_log(case)[0]) == 1
    assert not list((case / "out").glob(".trial-*"))
    assert [s["id"] for s in suggested(case, "places")] == ["bellingcat-CIV0001"]
    with pytest.raises(UsageError, match="no such suggestion"):
        accept(case, ["nobody"])
