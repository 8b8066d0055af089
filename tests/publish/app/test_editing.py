"""Cells, conflicts, undo, invalid states; five browsers at once."""

import json
import threading

import pytest

from blindspot.case import open_case


def test_a_cell_is_written_and_taken_back(browse, case):
    done = browse.change("sources.csv", "centcom_first", "note", "changed, with “quotes”, commas and زمری")
    assert done.status_code == 200, done.text
    assert open_case(case).sources["centcom_first"].note == "changed, with “quotes”, commas and زمری"
    assert browse.post("undo").status_code == 200
    assert open_case(case).sources["centcom_first"].note != "changed, with “quotes”, commas and زمری"
    assert browse.post("redo").status_code == 200
    assert open_case(case).sources["centcom_first"].note.startswith("changed")
    told = browse.get("history").json()["changes"]
    assert len(told) == 3


def test_of_two_browsers_neither_loses_a_change(opened):
    a, b = opened(), opened()
    seen = b.cell("sources.csv", "centcom_first", "note")
    assert a.change("sources.csv", "centcom_first", "note", "from a").status_code == 200
    lost = b.change("sources.csv", "centcom_first", "note", "from b", old=seen)
    assert lost.status_code == 409
    assert lost.json()["theirs"] == "from a"
    assert lost.json()["yours"] == "from b"
    assert a.cell("sources.csv", "centcom_first", "note") == "from a"
    assert (
        b.change(
            "sources.csv",
            "centcom_first",
            "url",
            "https://example.org",
            old=b.cell("sources.csv", "centcom_first", "url"),
        ).status_code
        == 200
    )


def test_an_editor_outside_is_not_overwritten(browse, case):
    path = case / "sources.csv"
    seen = browse.cell("sources.csv", "centcom_first", "note")
    path.write_text(
        path.read_text(encoding="utf-8").replace("centcom_first,", "centcom_first,", 1) + "", encoding="utf-8"
    )
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(
        "".join(lines) + "outside,someone outside,witness,,named,B,none,,,,,\n".replace(",,,,,\n", ",,,\n"),
        encoding="utf-8",
    )
    assert browse.change("sources.csv", "centcom_first", "note", "inside", old=seen).status_code == 200
    assert "someone outside" in path.read_text(encoding="utf-8")
    assert "inside" in path.read_text(encoding="utf-8")


def test_a_wrong_cell_is_kept_marked_and_the_last_valid_answer_stands(browse):
    before = browse.post("whatif", {"full": False}).json()
    assert browse.change("origins.csv", "O_FEED_AFTER", "hit", "perhaps").status_code == 200
    problems = browse.get("table", file="origins.csv").json()["problems"]
    assert [p["column"] for p in problems] == ["hit"]
    assert browse.get("version").json()["problems"] >= 1
    after = browse.post("whatif", {"full": False}).json()
    assert after["questions"] == before["questions"]
    assert browse.post("undo").status_code == 200
    assert browse.get("version").json()["problems"] == 0


@pytest.mark.long
def test_500_edits_from_5_browsers_are_all_there_and_in_the_order_of_the_log(opened, case):
    browsers = [opened() for _ in range(5)]
    faults = []

    def work(k):
        for i in range(100):
            key = f"new_{k}_{i}"
            cells = {"id": key, "name": f"source {k} {i}", "anonymity": "named"}
            answer = browsers[k].post("change", {"kind": "add", "file": "sources.csv", "key": key, "new": cells})
            if answer.status_code != 200:
                faults.append(answer.text)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(5)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert faults == []
    sources = open_case(case).sources
    assert sum(key.startswith("new_") for key in sources) == 500
    in_file = [
        r["key"] for r in browsers[0].get("table", file="sources.csv").json()["rows"] if r["key"].startswith("new_")
    ]
    log = [json.loads(line) for line in (case / "custody.jsonl").read_text(encoding="utf-8").splitlines()]
    in_log = [entry["key"] for entry in log if entry["act"] == "edit"]
    assert in_log == in_file
