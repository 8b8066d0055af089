"""Blind rating: sealed first, whole columns, the answer last, others' ratings only then."""

import json

from blindspot.case import open_case
from blindspot.weigh import weigh

Q = "q_trunk"


def start(browse, name):
    assert browse.post("reviewer", {"name": name}).status_code == 200
    return browse.get("sheet", question=Q).json()


def gut(sheet, value="0.2-0.4"):
    return {h["id"]: value for h in sheet["hypotheses"] if h["id"] != "other"}


def fill(browse, sheet, value):
    for fact in sheet["facts"]:
        done = browse.post("column", {"question": Q, "fact": fact["id"], "values": gut(sheet, value)})
        assert done.status_code == 200, done.text
    return browse.get("sheet", question=Q).json()


def test_nothing_is_asked_before_the_seal(browse):
    sheet = start(browse, "ana")
    assert not sheet["sealed"]
    assert sheet["answer"] is None
    fact = sheet["facts"][0]["id"]
    assert browse.post("column", {"question": Q, "fact": fact, "values": gut(sheet)}).status_code == 422


def test_the_seal_is_in_the_log_and_cannot_be_broken(browse, case):
    sheet = start(browse, "ana")
    assert browse.post("seal", {"question": Q, "values": {}}).status_code == 422
    assert browse.post("seal", {"question": Q, "values": gut(sheet)}).json()["sealed"]
    assert browse.post("seal", {"question": Q, "values": gut(sheet, "0.9")}).status_code == 422
    log = (case / "custody.jsonl").read_text(encoding="utf-8")
    assert '"act":"seal"' in log
    assert "0.2-0.4" not in json.dumps([json.loads(x) for x in log.splitlines() if '"act":"seal"' in x])


def test_a_seal_that_was_changed_outside_is_told(browse, case):
    sheet = start(browse, "ana")
    assert not browse.post("seal", {"question": Q, "values": gut(sheet)}).json()["broken"]
    path = case / "assessments" / "ana.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.2-0.4", "0.8", 1), encoding="utf-8")
    assert browse.get("sheet", question=Q).json()["broken"]
    told = browse.get("version").json()["concerns"]
    assert told == [f"assessments/ana.csv: the rows of {Q} are not the ones that line 2 of the log seals"]
    weighed = next(a for a in weigh(open_case(case)).answers if a.id == Q)
    assert [n.check for n in weighed.audit if n.severity == "error"] == ["broken seal"]
    path.write_text(path.read_text(encoding="utf-8").replace("0.8", "0.2-0.4", 1), encoding="utf-8")
    assert browse.get("version").json()["concerns"] == []


def test_a_damaged_log_is_told_and_nothing_is_built_on_it(browse, case):
    assert browse.change("sources.csv", *next_cell(browse)).status_code == 200
    log = case / "custody.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace('"who"', '"WHO"', 1), encoding="utf-8")
    assert browse.get("version").json()["concerns"][0].startswith("custody.jsonl: ")
    assert browse.change("sources.csv", *next_cell(browse)).status_code == 422


def next_cell(browse):
    sheet = browse.get("table", file="sources.csv").json()
    return sheet["rows"][0]["key"], "name", sheet["rows"][0]["cells"][sheet["columns"].index("name")] + " x"


def test_the_answer_stays_hidden_until_every_column_is_full(browse):
    sheet = start(browse, "ana")
    browse.post("seal", {"question": Q, "values": gut(sheet)})
    for i, fact in enumerate(sheet["facts"]):
        half = dict(list(gut(sheet).items())[:1])
        assert browse.post("column", {"question": Q, "fact": fact["id"], "values": half}).status_code == 422
        told = browse.post("column", {"question": Q, "fact": fact["id"], "values": gut(sheet)}).json()
        assert (told["answer"] is not None) == (i == len(sheet["facts"]) - 1)


def test_a_second_reviewer_sees_the_first_only_when_done(opened):
    a, b = opened(), opened()
    for browser, name, value in ((a, "ana", "0.2-0.4"), (b, "ben", "0.7-0.9")):
        sheet = start(browser, name)
        assert sheet["others"] == []
        browser.post("seal", {"question": Q, "values": gut(sheet)})
        assert "0.2-0.4" not in json.dumps(browser.get("sheet", question=Q).json()["facts"])
        done = fill(browser, sheet, value)
    assert [o["reviewer"] for o in done["others"]] == ["ana"]
    assert done["others"][0]["overlap"] == 0
    assert b.get("table", file="assessments/ana.csv").status_code == 422


def test_names_that_are_paths_are_refused(browse):
    for name in ("../ana", "a/b", "", ".x", "a" * 80):
        assert browse.post("reviewer", {"name": name}).status_code == 422
