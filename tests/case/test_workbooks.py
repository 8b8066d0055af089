"""A recorder's list may be a workbook: the same persons, and problems at the row a spreadsheet shows."""

import csv
import shutil

import pytest

from blindspot.case import open_case
from blindspot.case.exchange.xlsx import write_xlsx
from blindspot.errors import CaseError


def as_workbook(kabul, folder, change=lambda rows: None):
    case = shutil.copytree(kabul, folder / "case", ignore=shutil.ignore_patterns("made", "out"))
    path = case / "lists" / "nbc-2021-08-31.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    change(rows)
    path.with_suffix(".xlsx").write_bytes(write_xlsx({"list": rows}))
    path.unlink()
    return case


def test_a_list_as_workbook_is_the_same_list(kabul, tmp_path):
    there = open_case(as_workbook(kabul, tmp_path)).lists["nbc-2021-08-31"]
    assert there == open_case(kabul).lists["nbc-2021-08-31"]


def test_a_wrong_cell_is_named_by_its_row(kabul, tmp_path):
    def change(rows):
        rows[3][rows[0].index("status")] = "gone"

    with pytest.raises(CaseError) as told:
        open_case(as_workbook(kabul, tmp_path, change))
    assert [(p.where.file, p.where.row, p.where.column) for p in told.value.problems] == [
        ("lists/nbc-2021-08-31.xlsx", 4, "status")
    ]


def test_what_is_no_workbook_is_said_to_be_none(kabul, tmp_path):
    case = as_workbook(kabul, tmp_path)
    (case / "lists" / "nbc-2021-08-31.xlsx").write_bytes(b"nonsense")
    with pytest.raises(CaseError) as told:
        open_case(case)
    assert "not a workbook" in told.value.diagnostics()
