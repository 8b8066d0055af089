"""Bad folders: every problem at its place, exit 2, nothing written, never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blindspot.case import open_case
from blindspot.cli import cli
from blindspot.errors import BlindspotError, CaseError
from folders import GOOD, write_case

BAD = [
    (
        "case_toml",
        GOOD["case.toml"].replace('date = "2021-08-29"', 'date = "2999-01-01"'),
        "case.toml:1:date: lies in the future",
    ),
    (
        "case_toml",
        GOOD["case.toml"].replace('given = "q1"', 'given = "q2"'),
        "case.toml:13:given: makes the questions depend on themselves",
    ),
    ("case_toml", GOOD["case.toml"].replace("0.6-0.9", "0.9-0.6"), "is upside down; write 0.6-0.9"),
    ("case_toml", GOOD["case.toml"].replace("0.6-0.9", "0.6-1.9"), "is outside 0-1"),
    ("case_toml", "id = [", "case.toml:1"),
    ("case_toml", "standards = []\n" + GOOD["case.toml"], "case.toml:1:standards: is empty; write at least one"),
    ("case_toml", None, "case.toml: is missing"),
    ("claims_csv", None, "claims.csv: is missing"),
    ("claims_csv", "", "claims.csv: is empty"),
    (
        "claims_csv",
        GOOD["claims.csv"].replace(",S2,", ",S9,"),
        "claims.csv:3:source: is not the id of a source (got 'S9')",
    ),
    (
        "claims_csv",
        GOOD["claims.csv"].replace("O1,yes", "O9,yes"),
        "claims.csv:2:origin: is not the id of an origin (got 'O9')",
    ),
    (
        "claims_csv",
        GOOD["claims.csv"].replace("K2,2021-08-30,2021-09-10", "K2,2021-08-30,2021-08-29"),
        "claims.csv:3:public_at: is before it was said",
    ),
    (
        "claims_csv",
        GOOD["claims.csv"]
        .replace("first_hand,,,,\nK2", "first_hand,K3,,,\nK2")
        .replace("S1,O2,yes,first_hand,,", "S1,O2,yes,first_hand,K1,"),
        "makes a claim a copy of itself",
    ),
    ("claims_csv", GOOD["claims.csv"].replace("weak", "huge"), "claims.csv:6:strength: is not a strength"),
    (
        "claims_csv",
        GOOD["claims.csv"].replace("2021-08-29,2021-08-29", "2021-08-29T10:00,2021-08-29"),
        "has no time zone",
    ),
    ("claims_csv", GOOD["claims.csv"] + "K6,too,few\n", "claims.csv:7: has 3 cells, the header has 11"),
    (
        "claims_csv",
        GOOD["claims.csv"] + GOOD["claims.csv"].splitlines()[1] + "\n",
        "claims.csv:7:id: is already the id of row 2",
    ),
    ("sources_csv", GOOD["sources.csv"].replace("name", "nam"), "sources.csv:1:nam: is not a column of this file"),
    ("sources_csv", "id\nS1\n", "sources.csv:1:name: is missing from the header"),
    ("sources_csv", GOOD["sources.csv"].replace(",C,", ",Q,"), "sources.csv:2:reliability: is not on the scale"),
    (
        "sources_csv",
        GOOD["sources.csv"].replace("q1:bomb", "q1:bmb"),
        "sources.csv:2:interest: is not question:hypothesis",
    ),
    (
        "origins_csv",
        GOOD["origins.csv"].replace("0.6-0.9,0.1-0.4", "0.9-0.6,0.1-0.4"),
        "origins.csv:2:hit: is upside down; write 0.6-0.9",
    ),
    ("origins_csv", GOOD["origins.csv"].replace("0.1-0.4", "0.1-4"), "origins.csv:2:false_alarm: is outside 0-1"),
    (
        "expect_csv",
        GOOD["expect.csv"].replace("q1,water", "q1,watr"),
        "expect.csv:3:hypothesis: is not a hypothesis of q1",
    ),
    ("places_csv", GOOD["places.csv"].replace("34.5", "134.5"), "places.csv:2:lat"),
]


@pytest.mark.parametrize(("file", "text", "message"), BAD, ids=[f"{i}" for i in range(len(BAD))])
def test_each_problem_is_named_at_its_place(tmp_path, file, text, message):
    folder = write_case(tmp_path / "case", **{file: text})
    result = CliRunner().invoke(cli, ["review", str(folder)])
    assert isinstance(result.exception, BlindspotError)
    assert message in result.exception.diagnostics()
    assert not (folder / "out").exists()
    assert not (folder / "made").exists()


def test_all_problems_at_once(tmp_path):
    folder = write_case(
        tmp_path,
        claims_csv=GOOD["claims.csv"].replace(",S2,", ",S9,"),
        origins_csv=GOOD["origins.csv"].replace("0.1-0.4", "0.1-4"),
    )
    with pytest.raises(CaseError) as caught:
        open_case(folder)
    assert {p.where.file for p in caught.value.problems} >= {"claims.csv", "origins.csv"}


def test_wrong_encoding_names_the_line(tmp_path):
    folder = write_case(tmp_path)
    (folder / "sources.csv").write_bytes(b"id,name\nS1,caf\xe9\n")
    with pytest.raises(CaseError) as caught:
        open_case(folder)
    assert "sources.csv:2: is not UTF-8" in caught.value.diagnostics()


def test_exit_status_and_silence_on_stdout(tmp_path):
    folder = write_case(tmp_path, sources_csv=None)
    run = subprocess.run([Path(sys.executable).with_name("blindspot"), "check", folder], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (2, "")
    assert "sources.csv: is missing" in run.stderr


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(GOOD)), st.integers(0, 400), st.text(max_size=6), st.integers(0, 5))
def test_damaged_folders_never_end_in_a_traceback(tmp_path, file, place, inserted, dropped):
    text = GOOD[file]
    damaged = text[:place] + inserted + text[place + dropped :]
    folder = write_case(tmp_path, **{file.replace(".", "_"): None})
    (folder / file).write_bytes(damaged.encode("utf-8", "surrogatepass"))
    result = CliRunner().invoke(cli, ["check", str(folder)])
    assert result.exception is None or isinstance(result.exception, BlindspotError)


def test_a_hundred_thousand_rows_are_read(tmp_path):
    rows = "".join(f"K{i},2021-08-29,2021-08-29,S1,O1,yes,first_hand,,,,\n" for i in range(100_000))
    case = open_case(write_case(tmp_path, claims_csv=GOOD["claims.csv"].splitlines()[0] + "\n" + rows))
    assert len(case.claims) == 100_000


def test_a_case_that_asks_nothing_is_reviewed_all_the_same(tmp_path):
    (tmp_path / "case.toml").write_text('id = "x"\ntitle = "t"\ndate = "2021-08-29"\n')
    (tmp_path / "sources.csv").write_text("id,name\n")
    (tmp_path / "claims.csv").write_text("id,source\n")
    result = CliRunner().invoke(cli, ["review", str(tmp_path)])
    assert "asks no question yet" in result.output


def test_a_new_case_is_right_as_it_stands(tmp_path):
    runner = CliRunner()
    assert runner.invoke(cli, ["new", str(tmp_path / "n")]).exit_code == 0
    assert runner.invoke(cli, ["check", str(tmp_path / "n")]).exit_code == 0
    assert isinstance(runner.invoke(cli, ["new", str(tmp_path / "n")]).exception, BlindspotError)


def test_expect_may_begin_with_the_hypothesis_alone(tmp_path):
    text = "hypothesis,F1,F2\nbomb,very likely,0.8-0.95\nwater,likely,0.01-0.05\n"
    assert open_case(write_case(tmp_path / "a", expect_csv=text)).expect == open_case(write_case(tmp_path / "b")).expect
    with pytest.raises(CaseError) as caught:
        open_case(write_case(tmp_path / "c", expect_csv=text.replace("F2", "F7").replace("water,", "attack,")))
    places = {str(p.where) for p in caught.value.problems}
    assert places == {"expect.csv:2:F7", "expect.csv:3:hypothesis", "expect.csv:3:F7"}


WRONG_ROW = {  # a row that is wrong by itself, and named by rows elsewhere
    "origins.csv": ("O1,F1,video,cell,0.6-0.9,", "O1,F1,video,cell,6-9,"),
    "sources.csv": ("S1,first,C,q1:bomb", "S1,,C,q1:bomb"),
    "facts.csv": ("F1,q1,loading", "F1,q1,"),
    "places.csv": ("P1,gate,34.5,", "P1,gate,134.5,"),
    "claims.csv": ("K1,2021-08-29,2021-08-29,", "K1,when,2021-08-29,"),
}


@pytest.mark.parametrize("file", WRONG_ROW)
@pytest.mark.parametrize("whole", [False, True], ids=["row", "header"])
def test_one_wrong_row_is_one_problem(tmp_path, file, whole):
    """Who names a row that stands there is not wrong for that row; nor where the whole table cannot be read."""
    files = {
        "tolls_csv": "id,claim,source,origin,status,low,high\nT1,K1,S1,O1,killed,3,4\n",
    }
    assert open_case(write_case(tmp_path / "good", **files))
    text = files.get(file.replace(".", "_"), GOOD[file])
    right, wrong = ("id,", "no_such_column,") if whole else WRONG_ROW[file]
    assert right in text
    files[file.replace(".", "_")] = text.replace(right, wrong, 1)
    with pytest.raises(CaseError) as caught:
        open_case(write_case(tmp_path / "bad", **files))
    assert {p.where.file for p in caught.value.problems} == {file}
    assert whole or len(caught.value.problems) == 1


@pytest.mark.parametrize("head", ["id = 3\n", "id = [", "id = 'x'\ntitle = 'x'\ndate = 2021\n", None])
def test_a_wrong_case_toml_hides_nothing_of_the_other_files(tmp_path, head):
    """What hangs between the tables is told in the same run; what rests on case.toml alone is not called wrong."""
    claims = GOOD["claims.csv"]
    assert ",S1," in claims
    assert open_case(write_case(tmp_path / "good"))
    with pytest.raises(CaseError) as caught:
        open_case(write_case(tmp_path / "bad", case_toml=head, claims_csv=claims.replace(",S1,", ",S77,", 1)))
    said = [str(p) for p in caught.value.problems]
    assert {p.where.file for p in caught.value.problems} == {"case.toml", "claims.csv"}, said
    others = [line for line in said if line.startswith("claims.csv")]
    assert len(others) == 1, said
    assert "is not the id of a source (got 'S77')" in others[0]


def test_a_reference_to_an_origin_is_named_in_words(tmp_path):
    claims = GOOD["claims.csv"]
    assert ",O1," in claims
    with pytest.raises(CaseError) as caught:
        open_case(write_case(tmp_path / "bad", claims_csv=claims.replace(",O1,", ",O77,", 1)))
    assert any("is not the id of an origin" in str(p) for p in caught.value.problems)
