"""Are the numbers those of independent decoders, and of geometry that can be checked?"""

import ast
import csv
import json

import numpy as np
import pytest

from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage import tags as g
from blindspot.measure.footage.footprint import footprints, targets_to_ground, view
from blindspot.measure.footage.nested import plain
from blindspot.measure.footage.reading import read_footage
from blindspot.measure.footage.security import highest_marking

SIZE = (640, 480)


@pytest.fixture(scope="module")
def osh(shared):
    return read_footage(shared / "footage/osh-sample-stream.ts")


@pytest.fixture(scope="module")
def kwiver(shared):
    return read_footage(shared / "footage/kwiver/h264_klv.ts")


def test_all_values_of_the_osh_clip_equal_three_decoders(osh, shared):
    t = osh.telemetry[0]
    assert len(t) == 277
    assert not t.flags.any()
    texts, n = {}, 0
    for row in csv.DictReader((shared / "footage/reference/osh_reference.csv").read_text().splitlines()):
        tag, want, p = g.BY_NUMBER[int(row["tag"])], ast.literal_eval(row["stanag4609"]), int(row["packet"])
        if tag.coding == g.TEXT:
            got = texts.setdefault(tag.name, t.text(tag.name))[p]
            assert got == want or float(got) == want  # the reference has the text "0" as a number
        elif tag.number == 2:
            assert t.time_us[p] == want
        else:
            assert t.numbers[tag.name][p] == pytest.approx(want, rel=1e-9, abs=1e-9)
        n += 1
    assert n == 8587


def test_every_scalar_tag_equals_the_oracle(kwiver, shared):
    t = kwiver.telemetry[0]
    wanted = json.loads((shared / "footage/reference/kwiver_0601_expected.json").read_text())
    del wanted["65"]  # the stream says 17, the table of the oracle 13
    assert len(wanted) == 108
    for number, entry in wanted.items():
        tag, want = g.BY_NUMBER[int(number)], entry["value"]
        if tag.coding == g.TEXT:
            assert t.text(tag.name)[0] == want
        elif tag.coding == g.TIME:
            assert (t.time_us if tag.number == 2 else t.times[tag.name])[0] == want
        else:
            assert t.numbers[tag.name][0] == pytest.approx(want, rel=1e-9), tag.name


def test_every_tag_from_1_to_142_is_in_the_table_and_was_read(kwiver):
    assert [tag.number for tag in g.TAGS] == list(range(1, 143))
    assert set(kwiver.telemetry[0].items) == {str(i) for i in range(1, 143)} - {"66", "98"}


def test_packs_are_read(kwiver):
    coded = kwiver.telemetry[0].coded
    assert plain("sensor_frame_rate", coded["sensor_frame_rate"].values[0]) == {"numerator": 60000, "denominator": 1001}
    assert plain("country_codes", coded["country_codes"].values[0])["overflight"] == "CAN"
    assert plain("waypoints", coded["waypoints"].values[0])[0]["at"]["hae"] == 200
    assert plain("view_domain", coded["view_domain"].values[0])["azimuth"] == {"start": 210, "range": 300}
    assert all("problem" not in str(plain(name, v)) for name, c in coded.items() for v in c.values)


def test_frame_centre_is_reproduced_within_what_the_coding_allows(osh):
    t = osh.telemetry[0]
    f = footprints(t, view(t, SIZE), SIZE)
    # 0.0055 degrees of heading and 0.3 m of height at 4 km are 0.3 m on the ground.
    assert np.median(f.centre_gap) < 0.2
    assert f.centre_gap.max() < 0.32
    assert f.corner_gap.max() < 10
    target_width = 2 * f.slant_range * np.tan(np.radians(t.number("sensor_horizontal_fov") / 2))
    assert np.abs(target_width - t.number("target_width")).max() < 0.2


def test_targets_are_read_and_their_pixels_meet_the_ground_where_they_should(osh, shared):
    t = osh.telemetry[0]
    rows = list(csv.DictReader((shared / "footage/reference/osh_vmti_reference.csv").read_text().splitlines()))
    ref = {(int(r["packet"]), int(r["target_id"])): r for r in rows}
    assert len(t.targets) == len(rows)
    assert t.targets.legacy.all()
    lat, lon = targets_to_ground(view(t, SIZE), t.targets, SIZE)
    located = 0
    for i in range(len(t.targets)):
        r = ref[int(t.targets.packet[i]), int(t.targets.id[i])]
        if not r["lat"]:
            assert t.targets.located[i] == ""
            continue
        located += 1
        there = np.array(float(r["lat"])), np.array(float(r["lon"]))
        assert geo.ground_distance(t.targets.lat[i], t.targets.lon[i], *there) < 1e-3
        assert geo.ground_distance(lat[i], lon[i], *there) < 0.81
    assert located == sum(1 for r in rows if r["lat"])


def test_real_universal_sets_are_read(shared):
    found = read_footage(shared / "footage/kwiver/aphill_short.ts")
    t = found.telemetry[0]
    assert len(t) == 48
    assert t.number("sensor_latitude")[0] == pytest.approx(38.252336)
    assert t.text("platform_designation")[0] == "ABCD"
    assert found.ledger.parts["decoded"] == found.size
    sei = found.pictures[256][:, 2]
    # Written in nanoseconds; 110 s before the telemetry's own time.
    assert t.time_us[0] - sei[0] == pytest.approx(109.8e6, abs=0.2e6)


def test_packets_by_themselves_and_a_file_without_telemetry(shared):
    folder = shared / "footage"
    alone = read_footage(folder / "jmisb-0903.bin")
    assert alone.packets == 5
    assert len(alone.telemetry[0].targets) == 10
    good = read_footage(folder / "klvdata-DynamicOnlyMISMMSPacketData.bin")
    assert good.telemetry[0].flags.tolist() == [0]
    wrong = read_footage(folder / "klvdata-DynamicConstantMISMMSPacketData.bin")
    assert wrong.ledger.parts["flagged"] == 228  # its checksum is wrong; its 25 items are kept all the same
    assert wrong.telemetry[0].text("mission_id") == ["Mission 12"]
    none = read_footage(folder / "kwiver/h264_no_klv.ts")
    assert none.packets == 0
    assert none.ledger.parts["decoded"] == none.size


def test_the_highest_marking_is_kept(osh, kwiver):
    assert highest_marking(osh.telemetry) == ("UNCLASSIFIED", None)
    assert highest_marking(kwiver.telemetry) == ("UNCLASSIFIED", None)
