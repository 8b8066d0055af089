"""The same name in a neighbouring incident; all names are invented."""

import json

from click.testing import CliRunner
from tests.folders import write_case

from blindspot.case import open_case
from blindspot.cli import cli
from blindspot.measure.people.nearby import nearby

HEAD = "id,name,name_local,age,sex,status,date\n"


def case_on(root, name, day, rows):
    folder = write_case(root / name)
    text = (
        (folder / "case.toml")
        .read_text()
        .replace('"mill-lane"', f'"{name}"')
        .replace('date = "2021-08-29"', f'date = "{day}"')
    )
    (folder / "case.toml").write_text(text)
    (folder / "lists").mkdir()
    (folder / "lists" / "one.csv").write_text(HEAD + rows, encoding="utf-8")
    return folder


def test_a_name_of_two_incidents_is_shown_in_any_script_and_the_injured_never(tmp_path):
    here = case_on(
        tmp_path, "here", "2021-08-29", "r1,Karim Salim Habib,,30,male,killed,\nr2,Basim Tariq,,30,male,injured,\n"
    )
    there = case_on(
        tmp_path, "there", "2021-08-27", "x1,,كريم سليم حبيب,30,male,killed,\nx2,Basim Tariq,,30,male,killed,\n"
    )
    got = nearby(open_case(here), [open_case(there)])
    assert [f["ids"] for f in got] == [["here/one:r1", "there/one:x1"]]
    assert "2021-08-27" in got[0]["message"]


def test_beyond_three_days_and_single_names_say_nothing(tmp_path):
    here = case_on(tmp_path, "here", "2021-08-29", "r1,Karim Salim,,30,male,killed,\nr2,Tariq,,30,male,killed,\n")
    early = case_on(tmp_path, "early", "2021-08-25", "x1,Karim Salim,,30,male,killed,\n")
    next_day = case_on(tmp_path, "next", "2021-08-28", "x1,Tariq,,30,male,killed,\n")
    assert nearby(open_case(here), [open_case(early), open_case(next_day)]) == []


def test_two_days_within_one_case_are_shown(tmp_path):
    rows = "r1,Karim Salim,,30,male,killed,2021-08-29\nr2,Karim Selim,,31,male,killed,1400-06-06\nr3,Karim Salim,,30,male,killed,\n"
    got = nearby(open_case(case_on(tmp_path, "here", "2021-08-29", rows)))
    assert [f["ids"] for f in got] == [["here/one:r1", "here/one:r2"]]


def test_the_verb_compares_with_the_folders_beside(tmp_path):
    here = case_on(tmp_path, "here", "2021-08-29", "r1,Karim Salim,,30,male,killed,\n")
    case_on(tmp_path, "there", "2021-08-30", "x1,Karim Saleem,,30,male,killed,\n")
    got = CliRunner().invoke(cli, ["people", str(here), "--beside", str(tmp_path), "--json"])
    assert [c["ids"] for c in json.loads(got.output)["checks"] if c["check"] == "name-nearby"] == [
        ["here/one:r1", "there/one:x1"]
    ]
