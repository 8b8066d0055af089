import json
import random
import shutil
import subprocess

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from blindspot import stages
from blindspot.case import open_case
from blindspot.case.custody import verify
from blindspot.case.custody.chain import read_log
from blindspot.case.labels import Label, highest, may_see, read_label
from blindspot.case.template import new_case
from blindspot.cli import cli
from blindspot.errors import CaseError, UsageError
from blindspot.publish.release.copying import Drawing
from blindspot.publish.release.gate import scan
from blindspot.publish.release.ground import area_km2, cell_of, coarse, read_cell, smallest
from blindspot.publish.release.inference import gap
from blindspot.publish.release.pipeline import release
from blindspot.publish.release.policy import Density_, profile, read_policy
from blindspot.publish.release.scripts import fold, skeleton, sound
from blindspot.publish.release.select import select
from blindspot.publish.release.transforms import band, coarse_time, pseudonym
from blindspot.publish.release.watch import protected_beside
from folders import write_case
from publish.release.canarying import campaign, quick_page, run, switched_off
from publish.release.cases import RULES, generated, video

DENSITY = Density_(buildings_per_km2="400-2000", people_per_building="4-9", basis="judgement")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A generated case released to all three audiences."""
    root = generated(tmp_path_factory.mktemp("made") / "case", 7)
    return root, {a: stages.release(root, a) for a in ("public", "court", "partner")}


def quick(root, audience, out=None):
    """A release with a stand-in for the page, where the page is not what is tested."""
    return release(root, audience, Drawing(quick_page, lambda: {"questions": []}, open_case), out=out)


def text_of(folder):
    return b"\n".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def test_each_audience_gets_a_copy_that_opens_and_verifies_on_both_sides(made):
    root, released = made
    for audience, found in released.items():
        assert found.blocked == ()
        open_case(found.path)
        assert verify(found.path).ok
        assert (found.path / "report.html").is_file()
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=found.path, check=True)
        out = CliRunner().invoke(cli, ["weigh", str(found.path), "--json"])
        assert json.loads(out.output)["questions"], audience
        assert verify(found.path).ok  # what the recipient computes is not part of the copy
        shutil.rmtree(found.path / "made")
        assert {p.stat().st_mtime for p in found.path.rglob("*") if p.is_file()} == {315_532_800}
    assert verify(root).ok
    assert [line.says["audience"] for line in read_log(root)[0]] == ["public", "court", "partner"]


def test_a_changed_byte_of_a_copy_or_its_list_is_found_from_both_sides(made, tmp_path):
    root, _ = made
    copy = tmp_path / "case"
    shutil.copytree(root, copy)
    sums = copy / "out" / "release-court" / "SHA256SUMS"
    lines = sums.read_text().splitlines(keepends=True)
    (sums.parent / lines[0].split()[1]).unlink()
    sums.write_text("".join(lines[1:]))  # consistent in itself: only the case's log tells
    assert verify(sums.parent).ok
    assert [f.path for f in verify(copy).faults] == ["out/release-court/SHA256SUMS"]


def test_the_short_canary_campaign_finds_none_and_shows_that_it_can_fail(tmp_path):
    told = campaign(tmp_path, 250)
    assert told["planted"] >= 250
    assert told["found"] == []
    assert set(told["switched off, audiences caught of 3"].values()) == {3}


def test_what_rests_on_a_withheld_source_stays_behind_with_it(made):
    root, released = made
    whole, copy = open_case(root), open_case(released["public"].path)
    hidden = next(s.id for s in whole.sources.values() if s.anonymity == "unnamed")
    gone = {c.id for c in whole.claims.values() if c.source == hidden}
    assert gone
    assert not gone & copy.claims.keys()
    assert hidden.encode() not in text_of(released["public"].path)
    assert len(copy.sources) == len(whole.sources) - 1
    assert len(open_case(released["court"].path).sources) == len(whole.sources)


def test_pseudonyms_hold_across_audiences_and_tell_nothing(made):
    _, released = made
    ids = [{s for s in open_case(released[a].path).sources if s.startswith("x")} for a in ("public", "court")]
    assert ids[0] <= ids[1]
    assert ids[0]
    one, other = pseudonym(b"a" * 32, "sources.csv", "jane"), pseudonym(b"b" * 32, "sources.csv", "jane")
    assert one != other
    assert len(one) == len(pseudonym(b"a" * 32, "sources.csv", "a name of great length")) == 11


def test_places_keep_one_cell_for_the_life_of_the_case(made):
    _, released = made
    spots = [{(p.lat, p.lon) for p in open_case(r.path).places.values()} for r in released.values()]
    assert spots[0] == spots[1] == spots[2]
    whole = open_case(made[0]).places
    for place in open_case(released["public"].path).places.values():
        true = min(whole.values(), key=lambda p: abs(p.lat - place.lat) + abs(p.lon - place.lon))
        assert place.error_m >= 6_371_000 * 3.14159 / 180 * abs(true.lat - place.lat)


def test_a_second_release_writes_the_same_bytes(made, tmp_path):
    root, released = made
    again = stages.release(root, "public", tmp_path / "again").path
    assert text_of(again) == text_of(released["public"].path)


def test_media_go_as_pixels_only(made):
    import av

    copy = made[1]["public"].path
    with av.open(str(copy / "media" / "v1.mp4")) as film:
        assert [s.type for s in film.streams] == ["video"]
    assert (copy / "media" / "p1.png").read_bytes().startswith(b"\x89PNG")


def test_a_name_typed_into_a_kept_column_blocks_the_release(tmp_path):
    root = generated(tmp_path / "case", 3, media=False)
    facts = (root / "facts.csv").read_text().replace("loading is seen", "Farzane Qaderi saw loading")
    (root / "facts.csv").write_text(facts)
    found = quick(root, "public")
    assert found.path is None
    assert any("watch-list: facts.csv" in line for line in found.blocked)
    assert not (root / "out" / "release-public").exists()
    assert not read_log(root)[0]
    with (root / "release.toml").open("a") as rules:
        rules.write(
            '[[allow]]\nvalue = "Farzane"\nwhy = "x"\n[[allow]]\nvalue = "Qaderi"\nwhy = "published by herself"\n[[allow]]\nvalue = "Farzana Qaderi"\nwhy = "x"\n'
        )
    assert [line for line in quick(root, "public").blocked if "facts.csv: the value itself" in line] == []


def test_positions_and_texts_of_files_that_never_go_are_watched(tmp_path):
    root = generated(tmp_path / "case", 3, media=False)
    (root / "households.csv").write_text("id,place,lat,lon,low,high,note\nh1,home_3,34.11111,69.22222,1,2,\n")
    (root / "sorties.toml").write_text(
        '[[base]]\nid = "b"\nlat = 34.33333\nlon = 69.44444\nnote = "told by a man who worked at the northern gate"\n'
    )
    facts = (root / "facts.csv").read_text().replace("loading is seen", "{}")
    for words in (
        "seen at 34.11112 69.22221",
        "seen at 34.3333 69.4444",
        "he was a man who worked at the northern gate",
    ):
        (root / "facts.csv").write_text(facts.format(words))
        chosen = profile(read_policy(root), "public")
        selection, _ = select(root, chosen, b"s" * 32, {})
        (tmp_path / "copy").mkdir(exist_ok=True)
        (tmp_path / "copy" / "README.txt").write_text(words)
        (root / "release.secret").write_text("ab" * 32)
        watched = [*selection.protected, *protected_beside(root, chosen, [], selection.tables)]
        selection.kept.clear()
        assert "watch-list" in {leak.gate for leak in scan(tmp_path / "copy", watched, selection, chosen)}


COLUMNS = {
    "sources.csv": ["role", "party", "url", "note", "interest", "derives_from", "basis", "by"],
    "claims.csv": ["said_at", "public_at", "origin", "says", "quote_summary", "url", "note", "verified"],
    "places.csv": ["how", "label", "error_m"],
    "stops.csv": ["place", "start", "end", "clock", "activity", "reported_by", "official_reading", "url", "note"],
    "lists/*.csv": ["name", "name_local", "age", "sex", "status", "place", "source", "url", "note"],
}


@settings(max_examples=60)
@given(st.data())
def test_whatever_the_rules_no_canary_comes_out_and_the_copy_opens(tmp_path_factory, data):
    root = generated(tmp_path_factory.mktemp("any") / "case", 11, people=3, claims=4, media=False)
    rules = ['[[table]]\naudience = "court"\nfile = "case.toml"\nkeep = ["id", "title", "date", "question", "place"]\n']
    rules.append('[[table]]\naudience = "court"\nfile = "facts.csv"\nkeep = ["id", "question", "text"]\n')
    rules.append(
        '[[table]]\naudience = "court"\nfile = "origins.csv"\nkeep = ["id", "fact", "kind", "hit", "false_alarm", "opportunity"]\n'
    )
    for file, columns in COLUMNS.items():
        if file not in {"sources.csv", "claims.csv"} and data.draw(st.booleans()):
            continue
        keep = data.draw(st.sets(st.sampled_from(columns)))
        need = {"sources.csv": ["name"], "claims.csv": ["source"], "places.csv": ["name", "lat", "lon", "error_m"]}.get(
            file, []
        )
        without = data.draw(
            st.sampled_from(["", 'without = { role = ["witness"] }', 'only = { id = ["press", "K1", "K2", "K3"] }'])
        )
        condition = (
            without
            if file in {"sources.csv", "claims.csv"} and ("role" not in without or file == "sources.csv")
            else ""
        )
        rules.append(
            f'[[table]]\naudience = "court"\nfile = "{file}"\nkeep = {json.dumps(sorted({"id", *keep, *need}))}\n{condition}\n'
        )
        for column in data.draw(st.sets(st.sampled_from(["id", *columns]), max_size=3)):
            how = data.draw(st.sampled_from(["drop", "pseudonym", "replace"])) if column != "id" else "pseudonym"
            if column in {"note", "url", "clock", "activity", "id", "quote_summary", "name_local", "how"}:
                rules.append(
                    f'[[change]]\naudience = "court"\nfile = "{file}"\ncolumn = "{column}"\nhow = "{how}"\nwhy = "w"\n'
                )
    (root / "release.toml").write_text(RULES + "\n".join(rules))
    try:
        planted, came_out = run(root, root.parent / "run", "court", quick_page)
    except UsageError as error:  # rules under which the copy would not be a case are refused
        if "would not be a valid case" not in str(error):
            raise
        return
    assert planted > 0
    assert came_out == []
    open_case(root.parent / "run" / "copy")


@pytest.mark.parametrize("off", switched_off())
def test_each_gate_by_itself_catches_each_transform_that_fails(off, tmp_path):
    root = generated(tmp_path / "case", 5, people=3, claims=5)
    with switched_off()[off]:
        found = quick(root, "public")
    assert found.path is None
    gates = {line.split(":")[0] for line in found.blocked}
    assert "canary" in gates
    assert gates & {"watch-list", "structure"}
    assert not (root / "out" / "release-public").exists()


def test_labels_are_ordered_within_a_scheme_and_never_converted():
    amber, red = read_label("TLP:AMBER"), read_label("TLP:RED//CHATHAM HOUSE")
    un = read_label("UN:STRICTLY CONFIDENTIAL")
    assert read_label("TLP:WHITE") == Label("TLP", "CLEAR")
    assert highest([amber, red, un]) == (red, un)
    assert may_see(amber, [read_label("TLP:AMBER+STRICT")])
    assert not may_see(read_label("TLP:AMBER+STRICT"), [amber])
    assert not may_see(read_label("UN:UNCLASSIFIED"), [read_label("TLP:RED")])
    assert not may_see(red, [read_label("TLP:RED")])  # a caveat must be allowed by name
    for bad in ("TLP:amber", "AMBER", "NATO:SECRET"):
        with pytest.raises(ValueError, match=r"is not a l"):
            read_label(bad)


def test_a_label_above_the_audience_blocks_until_a_named_reason_lowers_it(tmp_path):
    root = generated(tmp_path / "case", 3, media=False)
    rules = (root / "release.toml").read_text()
    (root / "release.toml").write_text(
        rules.replace('reason = "nothing left in the copy that the label was for"', 'reason = ""')
    )
    with pytest.raises(CaseError, match="problem"):
        quick(root, "public")
    start = rules.index("[[lower]]")
    (root / "release.toml").write_text(rules[:start] + rules[rules.index("[[table]]") :])
    found = quick(root, "public")
    assert any(line.startswith("label: claims.csv is TLP:AMBER") for line in found.blocked)
    (root / "release.toml").write_text(rules)
    assert quick(root, "public").blocked == ()
    logged = read_log(root)[0][-1].says["lowered"]
    assert {"file": "claims.csv", "from": "TLP:AMBER", "to": "TLP:CLEAR"}.items() <= logged[0].items() or len(
        logged
    ) > 1


def test_release_toml_problems_come_with_row_and_column(tmp_path):
    root = write_case(tmp_path / "case")
    (root / "release.toml").write_text(
        '[[audience]]\nid = "public"\ntext = "x"\nmay_see = ["TLP:PINK"]\n\n[[table]]\naudience = "pulbic"\nfile = "../x.csv"\nkeep = ["id"]\n\n[[change]]\naudience = "public"\nfile = "stops.csv"\ncolumn = "start"\nhow = "time"\nto = "week"\nwhy = "x"\n\n[[table]]\naudience = "public"\nfile = "facts.csv"\nkeep = ["id", "*"]\n'
    )
    with pytest.raises(CaseError) as error:
        read_policy(root)
    told = error.value.diagnostics()
    assert "release.toml:4:may_see: is not a level of TLP" in told
    assert "release.toml:7:audience: is not an audience (got 'pulbic')" in told
    assert "release.toml:8:file: leads out of the case" in told
    assert "release.toml:16:to: is not a step of time" in told
    assert "release.toml:22:keep: is no column of facts.csv (got '*'); name one of id, question, text" in told
    (root / "release.toml").write_text('[[audience]]\nid = "public"\ntext = "x"\nmay_see = []\n')
    with pytest.raises(UsageError, match="of public names case"):
        quick(root, "public")
    with pytest.raises(UsageError, match="is no audience"):
        quick(root, "press")
    (root / "release.toml").unlink()
    with pytest.raises(UsageError, match="Nothing leaves a case"):
        quick(root, "public")


def test_footage_with_a_marking_waits_for_a_recorded_authority(tmp_path, shared):
    root = generated(tmp_path / "case", 3, media=False)
    (root / "footage").mkdir()
    shutil.copy(shared / "footage" / "kwiver" / "h264_klv.ts", root / "footage" / "a.ts")
    with (root / "release.toml").open("a") as rules:
        rules.write(
            '[[media]]\naudience = "court"\nfile = "footage/a.ts"\nname = "v1"\nhow = "video"\nlooked_at_by = "A. R."\nwhy = "x"\nend_s = 0.2\n'
        )
    found = quick(root, "court")
    assert any("marking: footage/a.ts carries the security marking UNCLASSIFIED" in line for line in found.blocked)
    with (root / "release.toml").open("a") as rules:
        rules.write(
            '[[authority]]\nfile = "footage/a.ts"\nmarking = "UNCLASSIFIED"\nauthority = "release order 7"\nby = "A. R."\ndate = "2021-10-02"\n'
        )
    assert quick(root, "court").blocked == ()


def test_cells_are_nested_and_hold_k_buildings_and_people():
    rng = random.Random(4)
    for _ in range(200):
        lat, lon, k = rng.uniform(-70, 70), rng.uniform(-180, 180), rng.choice((5, 20, 100))
        cell = coarse("p", lat, lon, k, DENSITY, {})
        assert cell.holds(lat, lon)
        assert area_km2(cell.box) * 400 >= k
        grown = coarse("p", lat, lon, k * 10, DENSITY, {"p": str(cell)})
        assert grown.box[0] <= cell.box[0] < cell.box[2] <= grown.box[2]
        assert read_cell(str(cell)) == cell
        assert cell.larger.holds(lat, lon)
        assert coarse("p", *cell.centre, k, DENSITY, {"p": str(cell)}) == cell
    far = cell_of(10, 10, 12)
    with pytest.raises(UsageError, match="no longer lies in the cell"):
        coarse("p", 50.0, 50.0, 20, DENSITY, {"p": str(far)})


def test_the_ledger_blocks_what_narrows_a_place_below_k():
    wide = {"box": [34.0, 69.0, 34.1, 69.1], "hours": 24.0, "coarse": True}
    other = {"box": [34.099, 69.099, 34.2, 69.2], "hours": 2.0, "coarse": True}
    best, blocked = smallest({"p": other}, [{"p": wide}], 20, DENSITY)
    assert (best["buildings"], best["hours"], best["releases"]) == (4, 2.0, 2)
    assert "mosaic" in blocked[0]
    assert smallest({"p": wide}, [{"p": wide}], 20, DENSITY)[1] == []
    narrow = {"box": [34.0, 69.0, 34.0001, 69.0001], "hours": 1.0, "coarse": False}
    assert smallest({"p": wide}, [{"p": narrow}], 20, DENSITY)[1] == []  # they hold it already: this adds nothing


def test_the_gap_tells_where_a_certainty_would_give_a_source_away():
    def told(p):
        return {"questions": [{"id": "q", "hypotheses": [{"id": "a", "median": p}, {"id": "b", "median": 1 - p}]}]}

    assert not gap(told(0.9), told(0.88))[0]["telling"]
    assert gap(told(0.99), told(0.6))[0]["telling"]


def test_transforms():
    assert coarse_time("2021-08-29T04:15:00Z", "day") == "2021-08-29"
    assert coarse_time("2021-08-29T04:15:00Z", "hour") == "2021-08-29T04:00:00Z/2021-08-29T05:00:00Z"
    assert (
        coarse_time("2021-08-29T23:50:00Z/2021-08-30T00:10:00Z", "day") == "2021-08-29T00:00:00Z/2021-08-31T00:00:00Z"
    )
    assert coarse_time("2021-08-29", "day") == "2021-08-29"
    assert (band("7", "10"), band("12-14", "5"), band("a baby", "10"), band("", "10")) == ("0-9", "10-14", "", "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zemari", "زمری"),
        ("Rahimi", "رحیمی"),
        ("Yusuf", "یوسف"),
        ("Haidari", "Хайдари"),
        ("Farzana", "فرزانه"),
        ("Muhammad", "محمد"),
        ("Khalid", "Халид"),
        ("Giorgos", "Γιοργος"),
    ],
)
def test_skeletons_meet_across_scripts(one, other):
    assert skeleton(fold(one)) == skeleton(fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Zemari", "Zamarai"), ("Mohammed", "Muhammad"), ("Qasim", "Kasem"), ("Yousef", "Yusuf"), ("Sumaya", "Somaya")],
)
def test_spellings_sound_alike(one, other):
    assert sound(fold(one)) == sound(fold(other))


def test_a_new_case_is_blocked_until_its_label_is_lowered(tmp_path):
    root = new_case(tmp_path / "case")
    assert {line.split(":")[0] for line in quick(root, "public").blocked} == {"label"}
    head = (root / "case.toml").read_text().replace("TLP:AMBER", "TLP:CLEAR")
    (root / "case.toml").write_text(head)
    found = quick(root, "public")
    assert found.blocked == ()
    assert "S2" in open_case(found.path).sources


def test_a_target_that_is_not_ours_is_left_alone(made, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(UsageError, match="is not a released copy"):
        quick(made[0], "public", tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_media_outside_the_case_are_refused(tmp_path):
    root = generated(tmp_path / "case", 3)
    (root / "footage" / "flight.mp4").unlink()
    video(tmp_path / "elsewhere.mp4", random.Random(1))
    (root / "footage" / "flight.mp4").symlink_to(tmp_path / "elsewhere.mp4")
    with pytest.raises(UsageError, match="leads out of the case"):
        quick(root, "public")


def test_a_full_disk_releases_nothing(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(small)], capture_output=True).returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        root = generated(tmp_path / "case", 3, media=False)
        with pytest.raises(UsageError, match="is full"):
            quick(root, "public", small / "copy")
        assert not list(small.iterdir())
        assert not read_log(root)[0]
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_kabul_for_the_public_holds_no_relative_or_witness(kabul, tmp_path):
    root = tmp_path / "kabul"
    shutil.copytree(kabul, root, ignore=shutil.ignore_patterns("out", "made", "custody.*", "release.secret"))
    out = CliRunner().invoke(cli, ["release", str(root), "--to", "public", "--json"])
    found = json.loads(out.output)
    assert (out.exit_code, found["blocked"]) == (0, [])
    whole = text_of(root / "out" / "release-public").lower()
    case = open_case(root)
    for source in case.sources.values():
        if source.party == "civilian" and source.role != "unknown":  # not the common root, which is nobody
            assert source.id.lower().encode() not in whole
            assert source.name.lower().encode() not in whole
    for rows in case.lists.values():
        for person in rows.values():
            assert person.name.lower().encode() not in whole or person.name == "unnamed man"
    assert open_case(root / "out" / "release-public").claims.keys() == case.claims.keys()
    assert verify(root).ok
    assert verify(root / "out" / "release-public").ok
