"""The example of `blindspot new NAME --example`: the same bytes from a seed, clean, and every room has its part of it."""

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from blindspot import stages
from blindspot.case import open_case
from blindspot.cli import cli
from blindspot.errors import UsageError
from blindspot.example import WAYS, Options, new_example, telling
from blindspot.example.happening import happen
from blindspot.publish.release.policy import read_policy

SEEDS = range(24)
pytestmark = pytest.mark.xdist_group("example")  # told once


def files(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    root = tmp_path_factory.mktemp("example") / "case"
    assert CliRunner().invoke(cli, ["new", str(root), "--example"]).exit_code == 0
    return root


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path, example):
    new_example(tmp_path / "again")
    new_example(tmp_path / "other", Options(2))
    one, again, other = files(example), files(tmp_path / "again"), files(tmp_path / "other")
    assert one == again
    assert {name for name in one if name.startswith("footage/")} == {"footage/yard.ts"}
    assert all(
        one[name] != other[name] for name in ("claims.csv", "truth.json", "footage/yard.ts", "tracks/background.csv")
    )
    assert sum(map(len, one.values())) < 5_000_000


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_makes_a_clean_case(tmp_path, seed):
    hard = (tuple(WAYS)[seed % len(WAYS)],) if seed % 2 else ()
    new_example(tmp_path / "case", Options(seed, hard, footage=False))
    open_case(tmp_path / "case")
    read_policy(tmp_path / "case")


def test_the_review_uses_every_room_and_says_nothing_was_left_undone(example, tmp_path):
    done = stages.review(example, tmp_path / "out")
    marked = {
        "gaps"
    }  # pictures of losses of view are for films in which a person has marked a vehicle; this one has none
    assert set(done.made) == {s.name for s in stages.STAGES} - {"check"} - marked
    page = (done.out / "report.html").read_text(encoding="utf-8")
    for stage in stages.STAGES:
        assert not stage.lacks or stage.name in marked or stage.lacks not in page
    results = {
        s.name: json.loads((example / "made" / f"{s.name}.json").read_text())
        for s in stages.STAGES
        if s.run and s.name not in marked
    }
    assert not [row for q in results["weigh"]["questions"] for row in q["audit"] if row["severity"] == "error"]
    assert results["footage"]["files"][0]["clock"]["telemetry_matches_picture"] is not False
    assert {(e["a"], e["b"]) for e in results["statements"]["edges"]} >= {("courier.txt", "morning-wire.txt")}
    assert any("harbour-page.txt" in (e["a"], e["b"]) for e in results["statements"]["edges"])
    assert results["people"]["decisions"]
    assert not results["base-rate"]["base_rates"][0]["background"]["synthetic"]
    assert any(not s["holds"] for s in results["sorties"]["statements"])
    offered = {f"{name}:{o['id']}" for name, r in results.items() for o in r.get("offers", ())}
    assert offered >= {"base-rate:stops", "custody:car", "coverage:yard", "presence:yard", "footage:yard"}


def test_the_truth_is_read_by_no_stage(example, tmp_path):
    root = tmp_path / "case"
    shutil.copytree(example, root, ignore=shutil.ignore_patterns("made", "out"))
    before = stages.Review(root).made_from(stages.stage("report"))
    (root / "truth.json").write_text("{}")
    assert stages.Review(root).made_from(stages.stage("report")) == before
    assert "truth.json" not in before.files


def test_nothing_is_overwritten_and_an_unknown_way_is_named(tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match="exists already"):
        new_example(tmp_path / "there")
    done = CliRunner().invoke(cli, ["new", str(tmp_path / "case"), "--example", "--hard", "fog"])
    assert isinstance(done.exception, UsageError)
    assert "gaps, resolution, copies, hidden, lens" in str(done.exception)
    assert not (tmp_path / "case").exists()
    assert CliRunner().invoke(cli, ["new", str(tmp_path / "case"), "--no-footage"]).exit_code == 2


@pytest.fixture(scope="module")
def told():
    """Incidents of the same seeds, plain and hard in each way."""
    return {
        way: [happen(Options(seed, (way,) if way else (), footage=False)) for seed in range(12)] for way in ("", *WAYS)
    }


def mean(found, what):
    return float(np.mean([what(incident) for incident in found]))


@pytest.mark.long
def test_longer_gaps_lose_the_car(told):
    assert mean(told["gaps"], lambda i: i.chances["custody:car"]) < 0.5 * mean(
        told[""], lambda i: i.chances["custody:car"]
    )


@pytest.mark.parametrize("way", ["resolution", "hidden"])
@pytest.mark.long
def test_coarse_pictures_and_hidden_people_lower_what_is_noticed(told, way):
    assert mean(told[way], lambda i: i.chances["yard:any"]) < 0.75 * mean(told[""], lambda i: i.chances["yard:any"])


@pytest.mark.long
def test_hidden_people_are_as_many_and_seen_outdoors_less(told):
    present, out = (lambda i: len(i.yard.crowd.of)), (lambda i: i.customs.outdoors)
    assert mean(told["hidden"], present) == mean(told[""], present)
    assert mean(told["hidden"], out) < 0.5 * mean(told[""], out)


@pytest.mark.long
def test_a_biased_lens_raises_false_alarms(told):
    def false(incident):
        return telling.false_alarm(incident.told.known, "o_feed_load", primed=incident.told.primed)

    assert mean(told["lens"], lambda i: i.told.primed) > mean(told[""], lambda i: i.told.primed) + 0.3
    assert mean(told["lens"], false) > mean(told[""], false) + 0.05


@pytest.mark.long
def test_more_copies_are_more_claims_and_no_more_observations(told):
    plain, more = told[""][0], told["copies"][0]
    assert len(more.told.claims) == len(plain.told.claims) + 10
    assert {c[3] for c in more.told.claims} == {c[3] for c in plain.told.claims}


def test_the_example_can_be_released_with_its_film(example, tmp_path):
    found = stages.release(shutil.copytree(example, tmp_path / "case"), "public")
    assert found.path is not None, found.blocked
    assert (found.path / "media" / "yard.mp4").is_file()
    page = (found.path / "report.html").read_text(encoding="utf-8")
    assert "the yard in the last seconds before the strike" in page
    assert "yard.ts" not in page
    for verb in ("verify", "check"):
        assert CliRunner().invoke(cli, [verb, str(found.path)]).exit_code == 0
