"""Every number on the page leads to a row."""

import html
import re
import shlex

import pytest

from blindspot.case import open_case
from blindspot.errors import UsageError
from blindspot.publish.why import explain
from blindspot.publish.why.trace import Trace, trace
from blindspot.quantities import offer
from blindspot.rooms import offers
from blindspot.stages import STAGES, Review, review, stage
from blindspot.weigh import build
from folders import GOOD, write_case, write_hard_case, write_one_claim


def asked(case, *ids):
    return explain(case, "weigh", "", "", {}, ids)["rows"]


def offered(folder):
    """What the stages of a case offer to the weighing."""
    run = Review(folder)
    return offers({s.name: run.result(s.name) for s in run.before(stage("report")) if s.run is not None})


def follow(case, ids):
    """Each id is known and leads to a row or a number (the network is built once for all of them)."""
    computed = offered(case.root)
    numbers = [p.name for p in build(case, computed).network.parameters]
    for key in sorted(ids):
        if key in computed:
            assert computed[key].says, f"{key}: does not say how it came about"
            continue
        found = Trace()
        assert trace(case, numbers, key, found), f"{key}: is not known"
        assert found.rows or found.numbers or found.standards or found.defaults, f"{key}: leads nowhere"


def on_page(text):
    """Every id that the page prints, and the ids of every command."""
    ids = {html.unescape(i) for i in re.findall(r'data-why="([^"]*)"', text)}
    commands = [shlex.split(html.unescape(c)) for c in re.findall(r'<code class="command">([^<]*)</code>', text)]
    return ids, commands


def test_every_id_on_the_page_leads_to_a_row(reviewed):
    folder, out = reviewed
    case = open_case(folder)
    ids, commands = on_page((out / "report.html").read_text())
    assert len(ids) > 500
    assert len(commands) > 20
    follow(case, ids)
    stages = {s.name for s in STAGES}
    for verb, why, name, of, *keys in commands:
        assert (verb, why, name) == ("blindspot", "why", case.head.id)
        assert of in stages
        follow(case, keys)
    assert asked(case, *commands[0][4:])
    rows = explain(case, "weigh", "", "", {}, ["coverage:courtyard"], offered(folder))["rows"]
    assert any(r["what"].startswith("opportunity:O_LAST_SCAN") for r in rows)
    assert any("line of sight" in r["basis"] for r in rows if r["where"] == "stage coverage")


@pytest.mark.parametrize("write", [write_hard_case, write_one_claim])
def test_every_id_of_an_odd_case_leads_to_a_row(tmp_path, write):
    folder = write(tmp_path)
    review(folder)
    ids, commands = on_page((folder / "out" / "report.html").read_text())
    follow(open_case(folder), ids)
    for command in commands:
        follow(open_case(folder), command[4:])


def test_each_kind_of_number_on_the_page_has_an_id(reviewed):
    folder, out = reviewed
    case = open_case(folder)
    ids, _ = on_page((out / "report.html").read_text())
    q = next(iter(case.questions))
    kinds = {
        "posterior": f"{q}:{case.asserted(q)}",
        "replay point": f"{q}@{case.dates()[0]}",
        "origin": next(iter(case.origins)),
        "source": next(c.source for c in case.claims.values()),
        "claim": next(iter(case.claims)),
        "fact": next(iter(case.facts)),
        "place": next(iter(case.places)),
        "stop": next(iter(case.stops)),
        "person": "nyt-2021-09-10/nyt_01",
        "list": "nyt-2021-09-10",
        "standard": case.head.standards[0],
        "prior": f"prior:{q}/other",
        "expectation": "expect:{}/{}".format(*next(iter(case.expect))),
        "finding": "finding:0",
        "scenario": "lens open",
        "team": "strike_cell",
    }
    missing = {kind: key for kind, key in kinds.items() if key not in ids}
    assert not missing
    # All that is set as code is an id, a command or the name of a file: nothing else looks like an id.
    text = (out / "report.html").read_text()
    assert set(re.findall(r"<code ([a-z-]+)", text)) == {"data-why", "class"}
    assert set(re.findall(r'<code class="([^"]*)"', text)) == {"command", "file"}
    assert "<code>" not in text


def test_a_probability_leads_down_to_claims_and_sources(tmp_path):
    case = open_case(write_case(tmp_path))
    said = {r["what"] for r in asked(case, "q1:bomb")}
    assert {"case q1", "case q1:bomb", "facts F1", "origins O2", "claims K2", "claims K4", "sources S3"} <= said
    assert any(w.startswith("expect:F1/water = 0.55-0.8") for w in said)
    assert "fresh = 0.1-0.5" in said  # K4 speaks of an unknown origin
    assert "claims K5" not in said  # it speaks to the other question


def test_a_point_of_the_replay_leads_to_what_was_public_then(tmp_path):
    case = open_case(write_case(tmp_path))
    said = {r["what"] for r in asked(case, "q1@2021-08-30")}
    assert "claims K3 (new on that date)" in said
    assert "claims K1" in said
    assert not any("K2" in w or "K4" in w for w in said)
    assert "case finding:0" in {r["what"] for r in asked(case, "q1@2021-09-17")}


def test_a_number_leads_to_its_own_cell(tmp_path):
    case = open_case(write_case(tmp_path))
    assert [(r["where"], r["what"]) for r in asked(case, "expect:F2/bomb")] == [
        ("facts.csv:3", "facts F2"),
        ("expect.csv:2:F2", "expect:F2/bomb = 0.8-0.95"),
    ]
    assert {r["what"] for r in asked(case, "hit:O1")} == {"origins O1", "hit:O1 = 0.6-0.9"}
    assert {r["where"] for r in asked(case, "more-likely-than-not")} == {"scales.toml"}
    assert {r["what"] for r in asked(case, "prior:q2/attack|water")} >= {"prior:q2/attack|water = 0.02-0.1"}


def test_an_equal_share_leads_to_the_account_it_was_left_blank_for(tmp_path):
    case = open_case(write_case(tmp_path))
    assert {r["what"] for r in asked(case, "prior:q1/bomb")} == {"case q1", "case q1:bomb"}


@pytest.mark.parametrize("key", ["nothing", "q1:nothing", "q1@yesterday", "q9@2021-08-29", "hit:O9", "prior:q1/x", ""])
def test_an_id_that_is_nowhere_is_said_to_be_nowhere(tmp_path, key):
    case = open_case(write_case(tmp_path))
    with pytest.raises(UsageError, match="nothing in this case has that id"):
        asked(case, key)


def test_ids_of_a_rated_and_listed_case_are_followed(tmp_path):
    folder = write_case(tmp_path / "case")
    (folder / "lists").mkdir()
    (folder / "lists" / "paper.csv").write_text("id,name,status,source\np1,A,killed,S2\n")
    (folder / "assessments").mkdir()
    for reviewer in ("anna", "omar"):
        (folder / "assessments" / f"{reviewer}.csv").write_text(
            "id,question,hypothesis,fact,value\nr1,q1,bomb,F1,0.8-0.9\nr2,q1,water,F1,0.5-0.7\n"
        )
    (folder / "claims.csv").write_text(GOOD["claims.csv"].replace("S2,O2,no,first_hand", "S2,O3,no,first_hand"))
    review(folder, tmp_path / "out")
    case = open_case(folder)
    ids, _ = on_page((tmp_path / "out" / "report.html").read_text())
    assert {"paper", "paper/p1", "anna", "omar"} <= ids
    follow(case, ids)


def test_a_computed_number_tells_its_derivation(tmp_path):
    folder = write_case(tmp_path, origins_csv=GOOD["origins.csv"].replace("0.05-0.2,0.5-0.8", "0.05-0.2,coverage:yard"))
    case = open_case(folder)
    made = offer("coverage", "yard", [0.2, 0.3, 0.4], ["seen for 6 of 45 minutes."])
    rows = explain(case, "weigh", "", "", {}, ["opportunity:O2"], {"coverage:yard": made})["rows"]
    assert any("opportunity:O2 = 0.2-0.4" in r["what"] and "seen for 6 of 45 minutes." in r["basis"] for r in rows)


def test_a_computed_number_is_found_from_its_own_stage_with_and_without_its_prefix(tmp_path):
    case = open_case(write_case(tmp_path))
    computed = {"custody:van": offer("custody", "van", (0.1, 0.2, 0.3), ("a step",))}
    asked = [explain(case, "custody", "", "1", {}, [i], computed)["rows"] for i in ("van", "custody:van")]
    assert asked[0] == asked[1] != []
    with pytest.raises(UsageError, match="Did you mean custody:van"):
        explain(case, "weigh", "", "1", {}, ["custody:vann"], computed)
