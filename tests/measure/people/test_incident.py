import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.folders import write_case

from blindspot.case import open_case
from blindspot.cli import cli
from blindspot.errors import BlindspotError, CaseError
from blindspot.measure.people import findings, read_list
from blindspot.measure.people.grade import Incident, books, grade
from blindspot.measure.people.incident import Row, group
from blindspot.measure.people.names import read_name

HEAD = "id,name,name_local,age,sex,status,date,group_size,source\n"


def case_of(tmp_path, lists, tolls=None, links=None):
    root = write_case(tmp_path / "case", tolls_csv=tolls, links_csv=links)
    (root / "lists").mkdir()
    for name, text in lists.items():
        (root / "lists" / f"{name}.csv").write_text(HEAD + text, encoding="utf-8")
    return open_case(root)


def test_kabul_has_ten_persons_and_keeps_two_girls_apart(kabul):
    found = findings(open_case(kabul))
    assert len(found["persons"]) == 10
    of = {n: p["id"] for p in found["persons"] for n in p["names"]}
    assert of["Somaya"] == of["Sumaya"] != of["Malika"] == of["Malika Ahmadi"]
    assert len({of[n] for n in ("Zemari Ahmadi", "Ezmari Ahmadi", "Zamarai Ahmadi", "Zemerai Ahmadi")}) == 1
    assert of["Naser"] == of["Ahmad Naser"]
    assert {("Malika Ahmadi", "Sumaya")} <= {tuple(u["names"]) for u in found["unresolved_because"]}
    driver = next(p for p in found["persons"] if p["id"] == of["Zemari Ahmadi"])
    assert driver["age"] == [37, 45]
    assert driver["age_conflict"]
    assert found["toll"]["killed"]["low"] <= 10 <= found["toll"]["killed"]["high"]


def test_the_grade_of_kabul_changes_on_the_day_of_the_admission(kabul):
    case = open_case(kabul)

    def on(day):
        return [g["grade"] for g in findings(case, day)["grades"] if g["rule_book"].startswith("airwars")][-1]

    assert on(date(2021, 9, 16)) == "Fair"
    assert on(date(2021, 9, 17)) == "Confirmed"


def test_a_day_in_the_past_sees_only_the_lists_of_then(kabul):
    early = findings(open_case(kabul), date(2021, 8, 30))
    assert {name for p in early["persons"] for name in p["lists"]} <= {
        "la-times-2021-08-30",
        "nyt-2021-08-30",
        "washington-post-2021-08-30",
    }
    assert all(s["date"] <= "2021-08-30" for s in early["by_source"])


def test_the_living_are_never_named(tmp_path):
    case = case_of(
        tmp_path,
        {
            "one": "r1,Karim Salim,,30,male,killed,,,S1\nr2,Basim Tariq,,20,male,injured,,,S1\nr3,Nadim Wasim,,9,male,missing,,,S1\nr4,Habib Samir,,9,male,,,,S1\n"
        },
    )
    found = findings(case)
    assert found["withheld"] == {"injured": 1, "missing": 1, "status_not_given": 1}
    text = json.dumps(found)
    for name in ("Basim", "Nadim", "Habib"):
        assert name not in text


def test_a_decision_comes_before_any_number(tmp_path):
    lists = {"one": "r1,Karim Salim,,30,male,killed,,,S1\n", "two": "r1,Karim Salim,,31,male,killed,,,S2\n"}
    assert len(findings(case_of(tmp_path / "x", lists))["persons"]) == 1
    links = "id,a,b,decision,by,note\nD1,one:r1,two:r1,different,reviewer,two cousins\n"
    found = findings(case_of(tmp_path / "y", lists, links=links))
    assert len(found["persons"]) == 2
    assert found["decisions"][0]["decision"] == "different"


def test_two_rows_of_one_list_stay_two_people(tmp_path):
    found = findings(
        case_of(tmp_path, {"one": "r1,Karim Salim,,30,male,killed,,,S1\nr2,Karim Salim,,31,male,killed,,,S1\n"})
    )
    assert len(found["persons"]) == 2


def test_groups_widen_the_toll(tmp_path):
    found = findings(
        case_of(
            tmp_path,
            {"one": "r1,Karim Salim,,30,male,killed,,,S1\nr2,three children of the family,,child,,killed,,,S1\n"},
        )
    )
    assert found["toll"]["killed"]["high"] == 4
    assert found["toll"]["children"]["high"] == 3


def test_groups_are_read_in_the_script_they_stand_in(tmp_path):
    rows = "r1,,سه کودک,,,killed,,,S1\nr2,,خمسة نساء,,,killed,,,S1\nr3,dozens of people,,,,killed,,,S1\nr4,unidentified bodies,,,,killed,,,S1\n"
    found = findings(case_of(tmp_path, {"one": rows}))
    assert found["persons"] == []
    assert {u["row"]: (u["size"], u["age"]) for u in found["unnamed"]} == {
        "one:r1": ([3, 3], [0.0, 18.0]),
        "one:r2": ([5, 5], [18.0, 120.0]),
        "one:r3": ([24, 99], None),
        "one:r4": ([2, 9], None),
    }
    told = {p["row"]: p["what"] for p in found["problems"] if p["column"] == "name" and p["row"]}
    assert set(told) == {4, 5}
    assert "24-99 (judgement)" in told[4]
    assert found["toll"]["children"]["low"] >= 3


def test_one_who_is_named_beside_a_group_is_a_person_and_the_others_are_counted(tmp_path):
    found = findings(case_of(tmp_path, {"one": "r1,Ahmad and his two sons,,40,male,killed,,,S1\n"}))
    assert [p["age"] for p in found["persons"]] == [[40, 40]]
    assert [u["size"] for u in found["unnamed"]] == [[2, 2]]
    assert found["toll"]["killed"]["low"] == found["toll"]["killed"]["high"] == 3
    assert any("names a person and counts 3" in p["what"] for p in found["problems"])


def test_a_group_size_that_differs_from_the_words_is_said(tmp_path):
    found = findings(
        case_of(tmp_path, {"one": "r1,three children,,,,killed,,5,S1\nr2,at least ten people,,,,killed,,,S1\n"})
    )
    assert {(p["row"], p["column"]) for p in found["problems"]} >= {(2, "group_size"), (3, "name")}
    assert found["toll"]["killed"]["high"] == 15


def test_a_date_of_another_calendar_that_lies_before_the_incident_is_said_with_its_original(tmp_path):
    rows = "r1,Karim Salim,,30,male,killed,7 سنبله 1400,,S1\nr2,Omar Zaid,,30,male,killed,7 اسد 1400,,S1\n"
    (one,) = [p for p in findings(case_of(tmp_path, {"one": rows}))["problems"] if p["column"] == "date"]
    assert one["row"] == 3
    assert "2021-07-29" in one["what"]
    assert "7 اسد 1400" in one["got"]


def test_unnamed_of_two_lists_may_be_the_same_people(tmp_path):
    groups = {
        "a-2021-08-29": "1,,,,,killed,,6,S1\n",
        "b-2021-08-30": "1,,,,,killed,,6,S1\n",
    }
    killed = findings(case_of(tmp_path, groups))["toll"]["killed"]
    assert killed["low"] < 8
    assert killed["high"] < 12


def test_a_list_without_names_and_signs_of_direction_are_named(tmp_path):
    lists = {
        "a-2021-08-29": "1,,,30,,killed,,,S1\n2,unknown,,,,killed,,,S1\n",
        "b-2021-08-30": "1,\u202eAli Karim,,30,,killed,,,S1\n2,three children,,,,killed,,,S1\n",
    }
    found = findings(case_of(tmp_path, lists))
    assert [p["file"] for p in found["problems"] if "no row" in p["what"]] == ["lists/a-2021-08-29"]
    assert any("direction" in p["what"] for p in found["problems"])
    assert found["persons"][0]["names"] == ["Ali Karim"]
    assert [(s["low"], s["high"]) for s in found["by_source"]] == [(2, 2), (4, 4)]


def test_the_summary_can_be_pasted(kabul):
    run = CliRunner().invoke(cli, ["people", str(kabul)])
    assert run.exit_code == 0, run.output
    assert len(run.stdout.splitlines()) <= 20
    assert "Fair (2021-08-29) -> Confirmed (2021-09-17)" in run.stdout
    every = CliRunner().invoke(cli, ["people", str(kabul), "--all"])
    assert len(every.stdout.splitlines()) > 40


def test_doubtful_cells_are_named_and_cost_nothing_else(tmp_path):
    found = findings(
        case_of(
            tmp_path,
            {
                "one": "r1,Karim Salim,,200,male,killed,,,S1\nr2,Basim Tariq,,4,male,killed,,,S1\nr3,Basim Tariq,,4,male,killed,,,S1\n"
            },
        )
    )
    assert [(p["file"], p["row"], p["column"]) for p in found["problems"]] == [
        ("lists/one.csv", 2, "age"),
        ("lists/one.csv", 4, "id"),
    ]
    assert len(found["persons"]) == 2


def test_parts_above_the_whole_are_seen(tmp_path):
    tolls = "id,source,public_at,who,low,high\nT1,S1,2021-08-30,all,3,3\nT2,S1,2021-08-30,children,5,5\n"
    found = findings(case_of(tmp_path, {"one": "r1,Karim Salim,,30,male,killed,,,S1\n"}, tolls))
    assert [c["check"] for c in found["checks"]][:1] == ["part-above-whole"]


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        (Incident(), "Weak"),
        (Incident(origins=frozenset("ab"), actors=frozenset("x")), "Fair"),
        (Incident(origins=frozenset("ab"), actors=frozenset("xy")), "Contested"),
        (Incident(origins=frozenset("a"), admissions=frozenset("m")), "Confirmed"),
        (Incident(denied=True), "Discounted"),
    ],
)
def test_airwars_rules(incident, expected):
    assert grade(incident, books()["airwars"]).grade == expected


def test_a_grade_names_what_would_change_it():
    got = grade(Incident(origins=frozenset({"o1", "o2"})), books()["airwars"])
    assert got.flips == (("o1", "Weak"), ("o2", "Weak"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a,b\n1,2\n", "no column of names"),
        ("id,name\n1,\n2,unnamed man\n", "no row has a name"),
        ("id,name\n", "no rows"),
    ],
)
def test_lists_that_cannot_be_linked_say_why(tmp_path, text, what):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(BlindspotError, match=what):
        CliRunner().invoke(
            cli, ["people", "--match", str(tmp_path / "a.csv"), str(tmp_path / "a.csv")], catch_exceptions=False
        )


def test_mixed_encodings_are_named_with_their_line(tmp_path):
    (tmp_path / "a.csv").write_bytes("id,name\n1,علي\n2,".encode() + "علي".encode("cp1256") + b"\n")
    with pytest.raises(CaseError) as told:
        read_list(tmp_path / "a.csv")
    assert told.value.diagnostics().startswith("a.csv:3: is not UTF-8, or mixes encodings")


def test_every_wrong_line_of_a_list_is_named_at_once(tmp_path):
    (tmp_path / "t.csv").write_text("id,name\n1\n2,Omar Zaid\n3,a,b\n", encoding="utf-8")
    with pytest.raises(CaseError) as told:
        read_list(tmp_path / "t.csv")
    assert [p.where.row for p in told.value.problems] == [2, 4]
    (tmp_path / "t.csv").write_text("id,name\n1,Omar\n", encoding="utf-16")
    with pytest.raises(CaseError, match="1 problem") as told:
        read_list(tmp_path / "t.csv")
    assert "UTF-16" in told.value.problems[0].what


def test_rows_of_a_long_list_that_describe_people_are_not_linked_and_said(tmp_path):
    (tmp_path / "t.csv").write_text("id,name\n1,Omar Zaid\n2,three children\n3,\n", encoding="utf-8")
    got = read_list(tmp_path / "t.csv")
    assert list(got.people.names["latin"]) == [("omar", "zaid"), (), ()]
    assert any("2 rows give no name" in p.what for p in got.problems)


def test_what_is_no_folder_of_a_case_is_said(tmp_path):
    (tmp_path / "a.csv").write_text("id,name\n1,x\n")
    for path, what in ((tmp_path / "a.csv", "is a file"), (tmp_path / "none", "no such folder")):
        with pytest.raises(BlindspotError, match=what):
            CliRunner().invoke(cli, ["people", str(path)], standalone_mode=False, catch_exceptions=False)


def test_match_prints_one_json_object(tmp_path):
    names = [
        f"{a} {b} {c}"
        for a in ("Karim", "Salim", "Jamil")
        for b in ("Basim", "Tariq", "Nadim")
        for c in ("Habib", "Samir", "Latif")
    ]
    for file in ("a.csv", "b.csv"):
        (tmp_path / file).write_text(
            "id,name,age,sex\n"
            + "".join(f"{i},{n},{i + 5},m\n" for i, n in enumerate(names))
            + "99,Adnan Nabil,200,m\n"
        )
    got = CliRunner().invoke(
        cli, ["people", "--match", str(Path(tmp_path / "a.csv")), str(tmp_path / "b.csv"), "--json"]
    )
    found = json.loads(got.output)
    assert all(x["a"] == x["b"] for x in found["links"])
    assert len(found["links"]) >= 25
    assert "a.csv:29:age" in found["problems"][0]


def test_a_row_that_gives_two_scripts_is_compared_in_the_one_it_shares():
    """A family spells in both, a hospital in Arabic: the same letters are the same man, however the Latin came out."""
    latin, arabic = read_name("Derrimman Dumofan").tokens, read_name("دارريممان دوموفان").tokens
    hospital = Row("hospital", "h1", "دارريممان دوموفان", arabic, (29.0, 30.0), 1)
    alone = Row("family", "f1", "Derrimman Dumofan", latin, (29.0, 30.0), 1)
    both = Row("family", "f1", "Derrimman Dumofan", latin, (29.0, 30.0), 1, arabic)
    assert group([alone, hospital], {}).pairs.get((0, 1), 0.0) < 0.5
    assert group([both, hospital], {}).pairs[0, 1] > 0.9
    assert group([hospital, both], {}).pairs[0, 1] > 0.9


def test_the_local_spelling_of_a_list_is_read(tmp_path):
    family = "f1,Derrimman Dumofan,دارريممان دوموفان,29,male,killed,2021-08-29\n"
    hospital = "h1,,دارريممان دوموفان,29,male,killed,2021-08-29\n"
    root = write_case(tmp_path / "case")
    (root / "lists").mkdir()
    for name, row in (("family", family), ("hospital", hospital)):
        (root / "lists" / f"{name}.csv").write_text("id,name,name_local,age,sex,status,date\n" + row, encoding="utf-8")
    assert len(findings(open_case(root))["persons"]) == 1
