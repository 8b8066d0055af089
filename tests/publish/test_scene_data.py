"""The scene as plain data: columns come back, what points at what is what the rows say, and nothing in it becomes code."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.case import open_case
from blindspot.errors import CaseError
from blindspot.publish.report import lanes
from blindspot.publish.report.columns import runs, steps, values
from blindspot.publish.report.scene_moves import moves
from blindspot.publish.report.script import PARTS, digest, inert, policy, program
from blindspot.stages import Review
from folders import GOOD, write_case
from publish.scenes import write_scene

degrees = st.one_of(st.floats(-180, 180), st.just(math.nan))


@given(st.lists(degrees, max_size=60))
def test_a_column_comes_back_to_a_centimetre(found):
    back = values(steps(np.array(found, float), 10_000_000))
    assert len(back) == len(found)
    for a, b in zip(found, back, strict=True):
        assert (b is None) == math.isnan(a)
        assert b is None or abs(a - b) <= 0.51e-7


@given(st.lists(st.integers(-1, 10**7), max_size=60))
def test_runs_come_back(found):
    assert values(runs(np.array(found, np.int64))) == found


def test_even_steps_take_no_room():
    assert runs(np.arange(0, 3003 * 108_000, 3003))["runs"] == [0, 1, 3003, 107_999]


@given(st.text())
def test_no_text_leaves_the_data(text):
    found = inert({"a": text, text: [text]})
    assert not set("<>&\u2028\u2029") & set(found)
    assert json.loads(found) == {"a": text, text: [text]}


def test_the_policy_names_what_runs_and_nothing_else():
    rules = dict(rule.split(" ", 1) for rule in policy("a", script="b").split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'{digest('b')}'"
    assert rules["style-src"] == f"'{digest('a')}'"
    assert "unsafe" not in " ".join(rules.values())
    assert not {"connect-src", "frame-src", "worker-src", "font-src"} & rules.keys()  # default-src forbids them
    assert "script-src" not in policy("a")
    assert "'self'" not in policy("a", script="b")
    assert "media-src data: blob: 'self' file:" in policy("a", script="b", beside=True)


def test_the_program_parses_nothing_and_asks_nobody():
    text = program().replace("http://www.w3.org/2000/svg", "")
    assert len(PARTS) == 7
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "XMLHttpRequest",
    ):
        assert word not in text, word
    for word in ("WebSocket", "import(", "http://", "https://", "localStorage", "cookie", "sendBeacon"):
        assert word not in text, word


def test_lanes_hold_every_stop_gap_watch_and_clip(tmp_path):
    write_scene(tmp_path)
    case = open_case(tmp_path)
    from blindspot.case.surveillance import open_watches

    moved, said = moves(case, list(open_watches(case)[0].values()))
    assert said == []
    assert [v["id"] for v in moved["vehicles"]] == ["van"]
    assert [s["id"] for s in moved["sensors"]] == ["uav.csv"]
    assert [(b - a) / 1000 for a, b in moved["vehicles"][0]["gaps"]] == [35.0]  # fixes each second but for this
    from blindspot.stages import review

    review(tmp_path)
    table = (tmp_path / "out" / "tables" / "scene.csv").read_text(encoding="utf-8")
    for item in ("stop:T1", "stop:T2", "track:van", "watch:w1", "clip:clip1"):
        assert item in table
    prints = (tmp_path / "out" / "tables" / "footprints.csv").read_text(encoding="utf-8").splitlines()
    assert len(prints) == 91
    assert prints[1].startswith("clip.ts,0,2020-09-13T12:26:40.000000Z,")


@pytest.mark.parametrize(("column", "value"), [("place", "nowhere"), ("stop", "T9")])
def test_a_fact_that_points_nowhere_is_said_with_its_cell(tmp_path, column, value):
    facts = (
        GOOD["facts.csv"]
        .replace("id,question,text", f"id,question,text,{column}")
        .replace("loading", f"loading,{value}")
        .replace("residue", "residue,")
    )
    with pytest.raises(CaseError) as raised:
        open_case(write_case(tmp_path, facts_csv=facts))
    assert f"facts.csv:2:{column}: is not the id of a {column}" in str(raised.value.problems[0])


def test_place_and_stop_of_a_fact_change_no_weight(tmp_path):
    plain = Review(write_case(tmp_path / "a")).result("weigh")
    facts = (
        GOOD["facts.csv"]
        .replace("id,question,text", "id,question,text,place,stop")
        .replace("loading", "loading,P1,T1")
        .replace("residue", "residue,,")
    )
    placed = Review(write_case(tmp_path / "b", facts_csv=facts)).result("weigh")
    assert placed == plain


def test_numbers_of_stops_at_the_edges_stay_in_the_figure():
    span = (0, 1000)
    bars = [
        {"item": f"stop:{n}", "short": str(n), "start": at, "end": at, "style": "said", "state": "x", "why": ""}
        for n, at in enumerate((0, 1, 500, 999, 1000))
    ]
    drawn = str(lanes._draw("a", {"id": "said", "numbers": True}, bars, span, None))
    assert drawn.count('text-anchor="start"') == 2
    assert drawn.count('text-anchor="end"') == 2
    assert drawn.count("<text") == 5
