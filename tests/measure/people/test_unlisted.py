"""The unlisted of a case: estimated where lists can carry it, refused with a reason where not."""

import csv
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from blindspot.case import open_case
from blindspot.cli import cli
from blindspot.errors import CaseError
from blindspot.measure.people import findings
from blindspot.measure.people.unlisted import unlisted


def persons(shares, n, seed=1):
    rng = np.random.default_rng(seed)
    on = rng.random((n, len(shares))) < np.array(shares)
    return [{"lists": [f"l{k}" for k in np.flatnonzero(row)]} for row in on if row.any()]


def test_a_handful_of_persons_is_refused_with_a_reason(kabul):
    found = unlisted(kabul, findings(open_case(kabul))["persons"])
    assert set(found) == {"refused"}
    assert "10 persons on 8 lists" in found["refused"]


@pytest.mark.long
def test_independent_lists_give_the_number_of_all(tmp_path):
    found = unlisted(tmp_path, persons((0.5, 0.4, 0.6), 400))
    best = next(m for m in found["models"] if "log-linear" in m["name"])
    assert best["low"] <= 400 <= best["high"]
    assert found["from"] == "lists/"
    assert "take names from one another" in found["warnings"][0]


def test_two_lists_are_refused(tmp_path):
    assert "refused" in unlisted(tmp_path, persons((0.5, 0.5), 200))


def test_a_list_of_a_case_that_lies_within_another_is_refused_and_does_not_stop_the_case(tmp_path):
    found = [
        p | {"lists": sorted({*p["lists"], "l0"})} if "l1" in p["lists"] else p for p in persons((0.4, 0.3, 0.4), 300)
    ]
    assert "on l1 stand on l0 too" in unlisted(tmp_path, found)["refused"]


@pytest.mark.long
def test_the_table_of_a_case_comes_first_and_is_shown_on_the_page(kabul, tmp_path):
    case = shutil.copytree(kabul, tmp_path / "case", ignore=shutil.ignore_patterns("made", "out"))
    rows = [
        ["a", "b", "c", "count"],
        [1, 0, 0, 80],
        [0, 1, 0, 60],
        [0, 0, 1, 90],
        [1, 1, 0, 20],
        [1, 0, 1, 30],
        [0, 1, 1, 25],
        [1, 1, 1, 9],
    ]
    with (case / "undercount.csv").open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    shown = CliRunner().invoke(cli, ["review", str(case)], standalone_mode=False)
    assert shown.exception is None
    page = (case / "out" / "report.html").read_text(encoding="utf-8")
    assert "How many are on no list" in page
    assert "314 are on at least one list" in page
    assert (case / "out" / "tables" / "undercount.csv").read_text().count("\n") == 4


def test_a_wrong_table_is_named(tmp_path):
    (tmp_path / "undercount.csv").write_text("a,b,c,count\n1,0,2,5\n0,1,1,many\n")
    with pytest.raises(CaseError) as told:
        unlisted(tmp_path, [])
    assert any(p.where.row == 3 for p in told.value.problems)
