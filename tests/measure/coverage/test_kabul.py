"""The first case: the 60 per cent with what it rests on, the statement that cannot hold, before and after, what was visible."""

import json

import pytest
from click.testing import CliRunner

from blindspot.cli import cli


@pytest.fixture(scope="module")
def case(kabul, tmp_path_factory):
    import shutil

    return shutil.copytree(kabul, tmp_path_factory.mktemp("k") / "kabul", ignore=shutil.ignore_patterns("made", "out"))


def said(*args):
    result = CliRunner().invoke(cli, [str(a) for a in args])
    assert result.exit_code == 0, result.exception
    return result.stdout


def test_sorties_reproduces_sixty_per_cent_and_says_from_what(case):
    text = said("sorties", case, "--all")
    assert "CANNOT   nyt8h" in said("sorties", case)
    assert "60% from al_udeid at 370 km/h is 21.1 h in the air" in text
    assert "CANNOT   nyt8h" in text
    assert "it needs 586 km/h, the fastest is 443 km/h" in text
    assert "not together with kurilla_share" in text
    rests = text[text.index("rests on") :]
    assert "turnaround, hours: 3-5 (judgement" in rests
    assert "closed: Iran: 22.224 km stand-off" in rests


def test_one_orbit_takes_more_and_sees_less_after_the_withdrawal(case):
    found = json.loads(said("sorties", case, "--json"))
    crew = {
        r["phase"]: r["aircraft_for_orbit"] for r in found["routes"] if r["place"] == "kabul" and r["aircraft"] == "mq9"
    }
    assert crew["before the withdrawal"] == [2, 2]
    assert crew["after the withdrawal"][1] >= 4
    alone = {o["phase"]: o["cover"][0]["hours_unwatched_per_day"] for o in found["orbits"] if o["aircraft"] == "mq9"}
    assert alone["before the withdrawal"][1] < 5
    assert alone["after the withdrawal"][0] > 10


def test_the_weighing_takes_the_computed_chance_and_does_not_lean_the_wrong_way(case):
    assert "coverage:courtyard" in said("why", case, "weigh", "O_LAST_SCAN")
    steps = [s for s in json.loads(said("replay", case, "--json"))["steps"] if s["question"] == "q_seen_before"]
    before = [s for s in steps if "2021-08-30" <= s["date"] < "2021-11-03"]
    assert len(before) > 5
    for step in before:
        median = {h["id"]: h["median"] for h in step["hypotheses"]}
        assert median["visible"] > median["not_visible"], step["date"]
