"""The whole run: outputs, their bytes, and the way back to the row."""

import json
import re
import shutil

from click.testing import CliRunner

from blindspot.cli import cli
from blindspot.stages import review
from folders import GOOD, write_case


def outputs(folder):
    return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_two_runs_give_the_same_bytes(tmp_path):
    folder = write_case(tmp_path / "case")
    review(folder, tmp_path / "a", fresh=True)
    review(folder, tmp_path / "b", fresh=True)
    assert outputs(tmp_path / "a") == outputs(tmp_path / "b")


def test_an_unchanged_case_is_not_made_again_and_a_changed_one_is(tmp_path):
    folder = write_case(tmp_path)
    assert review(folder).made
    assert review(folder).made == ()
    (folder / "claims.csv").write_text(
        GOOD["claims.csv"].replace("K2,2021-08-30,2021-09-10", "K2,2021-08-30,2021-09-11")
    )
    assert review(folder).made
    (folder / "out" / "report.html").unlink()
    assert review(folder).made


def test_the_page_asks_nothing_of_anybody(tmp_path):
    review(write_case(tmp_path))
    page = (tmp_path / "out" / "report.html").read_text()
    assert "default-src 'none'" in page
    assert re.findall(r"<script[^>]*>", page) == ['<script type="application/json" id="scene-data">', "<script>"]
    assert not re.search(r"(?:src|@import|url\()\s*=?\s*[\"']?https?:", page)
    assert not re.search(r"\sstyle=|\son[a-z]+=", page)
    for element in re.findall(r'<svg class="(?:field|map)[^>]*>', page):
        assert ('role="img"' in element and "aria-label=" in element) or 'aria-hidden="true"' in element


def test_typed_text_is_escaped(tmp_path):
    review(
        write_case(
            tmp_path,
            case_toml=GOOD["case.toml"]
            .replace("An invented incident", "<script>x</script>")
            .replace("a bomb", "<img src=x>"),
        )
    )
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.count("<script") == 2  # the data and the program
    assert "<script>x" not in page
    assert "<img" not in page


def test_findings_have_the_keys_of_the_contract(tmp_path):
    review(write_case(tmp_path))
    found = json.loads((tmp_path / "out" / "findings.json").read_text())
    assert {"case", "as_of", "questions"} <= found.keys()
    question = found["questions"][0]
    assert {
        "id",
        "text",
        "hypotheses",
        "naive",
        "verdicts",
        "items",
        "flips",
        "would_settle",
        "audit",
    } <= question.keys()
    assert {"id", "text", "median", "low", "high", "envelope"} <= question["hypotheses"][0].keys()
    assert {v["verdict"] for v in question["verdicts"]} <= {"met", "not met", "unsettled"}
    assert {i["kind"] for i in question["items"]} <= {"claim", "origin", "source", "team"}


def test_the_geopackage_opens_in_a_gis(tmp_path):
    review(write_case(tmp_path))
    from pyogrio import list_layers

    layers = dict(list_layers(tmp_path / "out" / "case.gpkg"))
    assert layers == {"places": "Point", "stops": "Point"}


def test_why_leads_to_the_row(tmp_path):
    result = CliRunner().invoke(cli, ["why", str(write_case(tmp_path)), "weigh", "K2"])
    assert "claims.csv:3: claims K2" in result.output
    assert "origins.csv:3: hit:O2 = 0.6-0.9" in result.output
    assert "sources.csv:3: reliability:S2" in result.output


def test_json_is_alone_on_stdout(tmp_path):
    folder = str(write_case(tmp_path))
    for verb in (
        ["check", folder],
        ["weigh", folder],
        ["replay", folder],
        ["stages"],
        ["why", folder, "weigh"],
        ["review", folder],
    ):
        json.loads(CliRunner().invoke(cli, [*verb, "--json"]).stdout)


def test_the_kabul_case_opens_and_every_date_is_replayed(kabul):
    from blindspot.case import open_case

    case = open_case(kabul)
    assert len(case.questions) == 10
    assert case.dates()[0].isoformat() == "2021-08-29"


def test_a_stage_that_cannot_run_is_a_row_and_holds_up_no_other(tmp_path, kabul):
    """One car's track is no background of ordinary days: no base rate is given, and the review says so."""
    case = shutil.copytree(kabul, tmp_path / "case", ignore=shutil.ignore_patterns("made", "out"))
    (case / "tracks").mkdir(exist_ok=True)
    (case / "tracks" / "one.csv").write_text(
        "id,time,lat,lon\nv,2021-08-29T05:00:00Z,34.53,69.17\nv,2021-08-29T05:05:00Z,34.531,69.171\n", encoding="utf-8"
    )
    done = review(case)
    reason = "under 30 no base rate is given"
    assert [line for line in done.summary if line.startswith("Not done: base-rate: ") and reason in line]
    assert reason in (done.out / "report.html").read_text(encoding="utf-8")
    assert review(case).summary == done.summary
    audit = [row for q in json.loads((done.out / "findings.json").read_text())["questions"] for row in q["audit"]]
    assert any("base-rate:stops" in row["message"] for row in audit)
