"""A file that is read in parts says what the whole says, and its lines are the same."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from blindspot.cli import cli
from blindspot.errors import UsageError
from blindspot.measure.track import verbs
from blindspot.measure.track.read import spool, tables
from blindspot.measure.track.read.faults import Faults
from blindspot.measure.track.verbs import track_files


def many(vehicles=12, moments=240):
    """Interleaved rows of vehicles that stop and go, with everything that can be wrong with them; zones in time only."""
    rng = np.random.default_rng(1)
    rows = ["id,time,lat,lon"]
    x, y = rng.uniform(0, 9000, (2, vehicles))
    for m in range(moments):
        for v in range(vehicles):
            x[v] += 80.0 * ((m + 7 * v) % 60 < 30)
            t = 1_630_210_500 + 15 * m
            lat = 34.5 + (y[v] + rng.normal(0, 4)) / 111_195
            rows.append(f"v{v},{t},{lat:.6f},{69.1 + (x[v] + rng.normal(0, 4)) / 91_600:.6f}")
    rows.insert(50, "v1,1630210500,120.5,34.5")  # changed about
    rows.insert(900, "v2,0,34.5,69.1")
    rows.insert(1500, "v3,1630210500,34.5,69.1")  # late, and double
    rows.insert(2000, "v4,soon,34.5,69.1")
    rows.append("alone,1630210500,34.5,69.1")
    return "\n".join(rows) + "\n"


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(verbs, "LARGE_BYTES", 0)
    monkeypatch.setattr(spool, "PART_BYTES", 20_000)
    monkeypatch.setattr(tables, "BATCH_BYTES", 4_000)


def test_parts_give_what_the_whole_gives(tmp_path, request):
    (tmp_path / "a.csv").write_text(many())
    whole = track_files([tmp_path / "a.csv"])
    request.getfixturevalue("small_parts")
    told = []
    parts = track_files([tmp_path / "a.csv"], progress=told.append)
    assert sum(t.startswith("part ") for t in told) > 3
    assert parts["tracks"] == whole["tracks"]
    assert [(s["track"], s["start"], s["end"], s["agreement"]) for s in parts["stops"]] == [
        (s["track"], s["start"], s["end"], s["agreement"]) for s in whole["stops"]
    ]
    assert [s["p"] for s in parts["stops"]] == pytest.approx([s["p"] for s in whole["stops"]], abs=0.1)
    assert len(parts["stops"]) > 20
    by = [sorted(found["problems"], key=lambda p: p["what"]) for found in (whole, parts)]
    assert by[0] == by[1]
    says = " ".join(p["what"] for p in by[1])
    for words in ("changed about", "time 0", "earlier than", "already given", "readable time", "one fix"):
        assert words in says


def test_parts_of_two_files_join_the_tracks_of_one_vehicle(tmp_path, small_parts):
    head, *rows = many().splitlines()
    good = [r for r in rows if r.startswith("v5,")]
    (tmp_path / "a.csv").write_text("\n".join([head, *good[:100]]) + "\n")
    (tmp_path / "b.csv").write_text("\n".join([head, *good[100:]]) + "\n")
    found = track_files([tmp_path / "b.csv", tmp_path / "a.csv"], out=tmp_path / "out")
    assert [(t["id"], t["points"]) for t in found["tracks"]] == [("v5", 240)]
    assert not found["problems"]
    table = pq.read_table(tmp_path / "out" / "fixes.parquet")
    assert table.num_rows == 240
    assert (tmp_path / "out" / "stops.gpkg").is_file()
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_the_verb_in_parts_and_its_end_on_bad_input(tmp_path, small_parts):
    (tmp_path / "a.csv").write_text(many(3, 60))
    ran = CliRunner().invoke(cli, ["track", str(tmp_path / "a.csv"), "--json"])
    assert ran.exit_code == 0
    assert len(json.loads(ran.stdout)["tracks"]) == 5
    (tmp_path / "b.csv").write_text("id,time,lat,lon\na,soon,1,2\n")
    with pytest.raises(UsageError, match="No position"):
        track_files([tmp_path / "b.csv"])


def test_a_word_among_numbers_far_down_is_one_line_and_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "BATCH_BYTES", 2_000)
    text = many(4, 200)
    (tmp_path / "a.csv").write_text(text.replace("v4,soon,34.5,69.1\n", ""))
    clean = track_files([tmp_path / "a.csv"])
    lines = text.replace("v4,soon,34.5,69.1\n", "").splitlines()
    lines.insert(700, "v1,1630210500,north,69.1")
    lines.insert(760, "v1,1630210500,34.5")
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    found = track_files([tmp_path / "a.csv"])
    assert found["tracks"] == clean["tracks"]
    says = [(p["row"], p["what"]) for p in found["problems"]]
    assert (701, "1 fix without a readable position, left out") in says
    assert any("1 row(s) with another number of columns" in what for _, what in says)


def test_faults_count_by_kind_and_keep_the_first_row():
    faults = Faults()
    faults.add("a", "{fixes} wrong", row=9)
    faults.add("a", "{fixes} wrong", row=4, got="x", n=2)
    faults.no_zone("a", 3, 2)
    faults.offsets["a"] = {"+0000"}
    lines = [str(p) for p in faults.problems(zone_given=False)]
    assert lines[0] == "a:4: 3 fixes wrong (got 'x')"
    assert "read as UTC" in lines[1]
    assert "some do not" in lines[2]
    assert len(faults.problems(zone_given=True)) == 2
