import json

import pytest
from click.testing import CliRunner

from blindspot import stages
from blindspot.case import open_case
from blindspot.case.suggestions import suggested
from blindspot.cli import cli
from blindspot.errors import UsageError
from folders import write_case

ARTICLE = 'Two officials who had seen the footage said the car "exploded twice". A third official who reviewed the video said a child was near the gate.\n'


def run(*args):
    result = CliRunner().invoke(cli, [str(a) for a in args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_folder_gives_the_keys_of_the_design(tmp_path):
    (tmp_path / "a.txt").write_text(ARTICLE)
    found = json.loads(run("statements", tmp_path, "--json").output)
    assert {"statements", "edges", "garbled", "origins"} <= set(found)
    assert {"text_id", "start", "end", "speaker", "anonymity", "basis", "quoted"} <= set(found["statements"][0])
    assert found["origins"][0]["artefact"] == "footage"
    assert len(found["origins"][0]["statements"]) == 2
    assert "Proposed shared origins" in run("statements", tmp_path).output


def test_suggestions_wait_until_they_are_accepted(tmp_path):
    case = write_case(tmp_path / "c", texts_csv="id,public_at,source,kind\na.txt,2021-09-01,Herald,article\n")
    (case / "texts").mkdir()
    (case / "texts" / "a.txt").write_text(ARTICLE)
    before = (case / "claims.csv").read_bytes()
    run("statements", case)
    assert (case / "claims.csv").read_bytes() == before
    claim = suggested(case, "claims")[0]
    assert (claim["public_at"], claim["basis"], claim["directness"]) == ("2021-09-01", "saw_video", "first_hand")
    run("statements", case, "--accept", claim["source"], "--accept", claim["id"])
    opened = open_case(case)
    assert opened.claims[claim["id"]].source == claim["source"]
    assert len(opened.claims) == 6
    with pytest.raises(UsageError, match="no such suggestion"):
        run("statements", case, "--accept", claim["id"])


def test_a_text_that_was_public_later_is_left_out_and_a_second_run_comes_from_the_store(tmp_path):
    case = write_case(tmp_path / "c", texts_csv="id,public_at\na.txt,2021-09-01\n")
    (case / "texts").mkdir()
    (case / "texts" / "a.txt").write_text(ARTICLE)
    assert not json.loads(run("statements", case, "--json", "--as-of", "2021-08-31").output)["statements"]
    first = run("statements", case, "--json").output
    assert first == run("statements", case, "--json").output
    again = stages.Review(case)
    again.result("statements")
    assert again.ran == []


def test_a_case_without_texts_and_a_folder_without_texts_say_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="texts"):
        run("statements", write_case(tmp_path / "c"))
    (tmp_path / "f").mkdir()
    with pytest.raises(UsageError, match="no text that can be read"):
        run("statements", tmp_path / "f")


def test_import_and_export_by_name(tmp_path, shared):
    case = write_case(tmp_path / "c")
    found = json.loads(
        run("import", "atlos", shared / "platforms/atlos/atlos_export_synthetic.csv", case, "--json").output
    )
    assert len(found["items"]) == 2
    assert (case / "imports").is_dir()
    assert "not in it" in run("export", "ftm", case).output
    run("export", "blindspot", case)
    run("import", "blindspot", case / "out/export-blindspot/case.blindspot.json", tmp_path / "back")
    assert open_case(tmp_path / "back").claims == open_case(case).claims
    with pytest.raises(UsageError, match="is not a format"):
        run("import", "word", case / "claims.csv", case)


def test_all_takes_sources_and_claims_and_leaves_origins_that_lack_their_fact(tmp_path):
    case = write_case(tmp_path / "c")
    (case / "texts").mkdir()
    (case / "texts" / "a.txt").write_text(ARTICLE)
    run("statements", case)
    run("statements", case, "--accept", "all")
    assert len(open_case(case).claims) == 7
    assert [o["id"] for o in suggested(case, "origins")] == ["P1"]


def test_a_cell_that_a_spreadsheet_would_run_is_guarded_in_the_suggestions(tmp_path):
    case = write_case(tmp_path / "c")
    (case / "texts").mkdir()
    (case / "texts" / "a.txt").write_text('"=HYPERLINK(1)+1 is what we saw," said Hana Merrow.\n')
    run("statements", case)
    raw = (case / "out" / "suggestions" / "claims.csv").read_text()
    assert ",=HYPERLINK" not in raw
    assert "HYPERLINK" in suggested(case, "claims")[0]["quote_summary"]
