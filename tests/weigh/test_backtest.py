"""The backtest: what is shown on a day, scores against hand-worked numbers, intervals, fits, and the page."""

import csv
import io
import json
import math
import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from click.testing import CliRunner

from blindspot.case.incidents import code, read_corpus, read_incident
from blindspot.cli import cli
from blindspot.runs import backtest
from blindspot.weigh import weigh
from blindspot.weigh.backtest import replay_incident, results
from blindspot.weigh.backtest.fitting import GRID, inconsistency, left_one_out
from blindspot.weigh.backtest.methods import counted, equal
from blindspot.weigh.backtest.model import LAGS, Followed
from blindspot.weigh.backtest.questions import until_finding, wilson
from blindspot.weigh.backtest.scoring import brier, log_score, mean_over, overconfident
from incidents import ROOT, add, swap, write_incident

RUN = CliRunner()


def replayed(folder):
    problems = []
    incident = read_incident(folder, problems)
    assert not problems
    return replay_incident(folder.name, code(incident).case)


DRAWN = 2e-3  # a row more in a case shifts which draws its ranges get, so medians of 4,096 draws move by a little


def same(a, b, ours=0.0):
    """Whether two questions were answered alike: exactly, but for the draws of ours."""
    return all(
        x.as_of == y.as_of
        and x.claims == y.claims
        and all(np.allclose(x.by[m], y.by[m], rtol=0, atol=ours if m == "ours" else 1e-12) for m in x.by)
        for x, y in zip(a.said.values(), b.said.values(), strict=True)
    )


@pytest.fixture(scope="module")
def corpus():
    read = read_corpus(ROOT / "corpus")
    return [replay_incident(name, case) for name, case in read.cases.items()]


# What is shown on a day


def test_each_day_shows_what_was_public_and_nothing_from_the_finding_on(tmp_path):
    asked = replayed(write_incident(tmp_path / "mill")).asked[0]
    start = date(2020, 3, 1)
    assert {lag: s.as_of for lag, s in asked.said.items()} == {
        "+1": start + timedelta(1), "+7": start + timedelta(7), "+30": start + timedelta(30), "day before": date(2020, 5, 31)
    }  # fmt: skip
    assert [s.claims for s in asked.said.values()] == [3, 4, 4, 4]  # the neighbours were public on 5 March
    late = "C9,2020-03-01,S3,q_load,arms,,was there,O_STREET,,,,2020-06-01"
    assert same(asked, replayed(write_incident(tmp_path / "late", claims_csv=add(late))).asked[0], DRAWN)
    early = late.replace("2020-06-01", "2020-05-31")
    assert not same(asked, replayed(write_incident(tmp_path / "early", claims_csv=add(early))).asked[0], DRAWN)


def test_a_finding_before_the_day_asked_for_puts_its_eve_there(tmp_path):
    asked = replayed(
        write_incident(tmp_path / "mill", incident_toml=swap('date = "2020-06-01"', 'date = "2020-03-04"'))
    ).asked[0]
    assert [s.as_of.day for s in asked.said.values()] == [2, 3, 3, 3]
    assert [s.held_back for s in asked.said.values()] == [False, True, True, False]
    assert asked.days == 3


def test_a_claim_without_a_date_is_never_shown(tmp_path):
    plain = replayed(write_incident(tmp_path / "mill"))
    undated = replayed(
        write_incident(tmp_path / "undated", claims_csv=add("C9,,S3,q_load,arms,,was there,O_STREET,,,,"))
    )
    assert same(plain.asked[0], undated.asked[0], DRAWN)
    assert [key for key, why in undated.left_out if "without any date" in why] == ["undated/C9"]


def test_a_dated_copy_of_an_undated_claim_counts_from_its_own_day(tmp_path):
    folder = write_incident(
        tmp_path / "mill",
        claims_csv=lambda t: swap("C1,2020-03-01,S1", "C1,,S1")(
            swap("The van carried arms,,seen,2020-03-01", "The van carried arms,,seen,")(t)
        ),
    )
    case = code(read_incident(folder, [])).case
    case = replace(case, claims=case.claims | {"C3": case.claims["C3"].model_copy(update={"copy_of": "C1"})})
    found = replay_incident("mill", case)
    assert ("mill/C1", "claim without any date: it is not known when it was public") in found.left_out
    said = found.asked[0].said["+1"]
    assert said.claims == 2  # C2, and C3 which copies C1
    alone = replace(case, claims={k: c for k, c in case.claims.items() if k not in {"C1", "C3"}})
    assert said.by["ours"][0] > replay_incident("mill", alone).asked[0].said["+1"].by["ours"][0]


def test_the_answers_do_not_know_the_finding(tmp_path):
    flour = replayed(write_incident(tmp_path / "a")).asked[0]
    arms = replayed(
        write_incident(tmp_path / "b", incident_toml=swap('hypothesis = "flour"', 'hypothesis = "arms"'))
    ).asked[0]
    assert same(flour, arms)
    assert (flour.finding, arms.finding) == ("flour", "arms")


def test_what_is_scored_is_what_weigh_prints():
    read = read_corpus(ROOT / "corpus")
    for name in ("radda-2013", "granai-2009", "kabul-2021"):
        case = read.cases[name]
        for asked in replay_incident(name, case).asked[:2]:
            said = asked.said["+7"]
            answer = next(a for a in weigh(case, said.as_of).answers if a.id == asked.question)
            middle = np.array([p.over.median for p in answer.posteriors])
            assert np.array_equal(said.by["ours"], middle / middle.sum())
            assert [(p.over.low, p.over.high) for p in answer.posteriors] == list(zip(said.low, said.high, strict=True))
            assert list(answer.naive.values()) == pytest.approx(list(said.by["naive"]))


# The other methods


def test_baselines_say_what_they_stand_for(tmp_path):
    asked = replayed(write_incident(tmp_path / "mill")).asked[0]
    first = asked.said["+1"]
    arms, flour, other = (asked.hypotheses.index(h) for h in ("arms", "flour", "other"))
    assert first.by["official"][arms] == pytest.approx(0.95)
    assert first.by["official"][flour] == pytest.approx(0.025)
    assert first.by["equal"][arms] == first.by["equal"][flour]
    assert first.by["equal"][other] == pytest.approx(0.1026, abs=1e-3)
    assert first.by["naive"][arms] > first.by["ours"][arms] > first.by["equal"][arms]
    # three claims of letters C, D and E are against flour; the neighbours (B) later against arms
    assert first.against[flour] == pytest.approx(1 + 0.707 + 0.707)
    assert asked.said["+7"].against[arms] == pytest.approx(1.414)
    for said in asked.said.values():
        for p in said.by.values():
            assert p.sum() == pytest.approx(1)


def test_without_an_official_all_accounts_are_equal(tmp_path):
    only = write_incident(
        tmp_path / "mill", claims_csv=lambda t: "\n".join(x for x in t.splitlines() if x[:2] in {"id", "C4"}) + "\n"
    )
    said = replayed(only).asked[0].said["+30"]
    assert np.array_equal(said.by["official"], said.by["equal"])


def test_inconsistencies_become_probabilities():
    names = ("a", "b", "other")
    flat = counted(np.array([0.0, 3.0, 0.0]), names, 0.0)
    assert np.allclose(flat, equal(names))
    steep = counted(np.array([0.0, 3.0, 0.0]), names, 1.0)
    assert steep[0] / steep[1] == pytest.approx(math.exp(3))
    assert steep[2] == flat[2]


# Scores, by hand


def test_scores_by_hand():
    p = np.array([0.7, 0.2, 0.1])
    y = np.array([1.0, 0.0, 0.0])
    assert brier(p, y) == pytest.approx(0.5 * (0.09 + 0.04 + 0.01))
    assert brier(np.array([0.7, 0.3]), np.array([0.0, 1.0])) == pytest.approx(0.49)  # the usual (p - y)^2
    assert brier(p, np.array([0.5, 0.5, 0.0])) == pytest.approx(
        0.5 * (brier(p, y) + brier(p, np.array([0.0, 1.0, 0.0])))
    )
    assert log_score(p, y) == pytest.approx(-math.log(0.7))
    assert log_score(np.array([0.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(-math.log(1e-3))
    assert overconfident(np.array([0.96, 0.04]), 1)
    assert not overconfident(np.array([0.96, 0.04]), 0)
    assert not overconfident(np.array([0.95, 0.05]), 1)


def test_a_soft_label_is_best_met_by_itself():
    y = np.array([0.675, 0.2, 0.125])
    rng = np.random.default_rng(1)
    others = [rng.dirichlet(np.ones(3)) for _ in range(200)]
    assert all(brier(y, y) <= brier(p, y) for p in others)
    assert all(log_score(y, y) <= log_score(p, y) for p in others)


def test_intervals_are_over_incidents_not_over_questions():
    rng = np.random.default_rng(4)
    effect = rng.normal(0, 1, 20)
    values = [effect[i] for i in range(20) for _ in range(10)]
    names = [f"i{i:02d}" for i in range(20) for _ in range(10)]
    clustered = mean_over(values, names)
    single = mean_over(list(effect), [f"i{i:02d}" for i in range(20)])
    assert (clustered.low, clustered.high) == pytest.approx((single.low, single.high))
    spread = np.std(effect) / math.sqrt(20)
    assert clustered.high - clustered.low == pytest.approx(2 * 1.96 * spread, rel=0.1)
    assert mean_over([0.25] * 6, ["a", "a", "b", "b", "c", "c"]).low == 0.25


def test_a_95_percent_interval_holds_the_mean_about_as_often():
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(200):
        effect = rng.normal(0, 1, 30)
        values = np.repeat(effect, 3) + rng.normal(0, 1, 90)
        found = mean_over(list(values), [f"i{i:02d}" for i in range(30) for _ in range(3)])
        held += found.low <= 0 <= found.high
    assert 176 <= held <= 198  # 95 % of 200 within three standard deviations, less what percentile intervals of 30 lack


def test_waiting_times_against_the_published_example():
    """Remission times of 21 patients on 6-MP (Freireich 1963), the textbook example of Kaplan-Meier."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    day = date(2000, 1, 1)
    last = day + timedelta(400)
    rows = [Followed(f"e{i}", day, day + timedelta(t), contested=False) for i, t in enumerate(ended)]
    rows += [Followed(f"c{i}", last - timedelta(t), None, contested=False) for i, t in enumerate(censored)]
    steps = {s["days"]: s for s in until_finding(rows, last)[0]["steps"]}
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {t: round(s["waiting"], 3) for t, s in steps.items()} == published
    assert (steps[6]["at_risk"], steps[10]["at_risk"]) == (21, 15)
    assert (steps[23]["low"], steps[23]["high"]) == pytest.approx(
        (0.188, 0.680), abs=2e-3
    )  # log-log, as survival::survfit
    assert until_finding(rows, last)[0]["median"] == 23


def test_wilson_against_published_intervals():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


# Fitted on the others


def test_a_fitted_number_does_not_know_its_own_incident(corpus):
    asked = [a for r in corpus for a in r.asked]
    fitted = left_one_out(asked, inconsistency)
    turned = [replace(a, label=a.label[::-1].copy()) if a.incident == "kabul-2021" else a for a in asked]
    again = left_one_out(turned, inconsistency)
    assert again["kabul-2021"] == fitted["kabul-2021"]
    assert any(again[name] != fitted[name] for name in fitted)
    assert set(fitted.values()) <= set(GRID)


# The corpus


def test_the_corpus_gives_the_numbers_of_the_page_in_docs(corpus):
    found = results(corpus)
    assert (found["incidents"], found["questions"], found["questions_with_contested"]) == (31, 39, 74)
    assert len(found["left_out"]) == 35
    assert {x["why"] for x in found["left_out"]} == {
        "its finding is contested: only among the scores with contested findings"
    }
    page = (ROOT / "docs" / "backtest.md").read_text()
    rows = {(p["against"], p["findings"], p["lag"]): p for p in found["paired"]}
    primary = rows["naive", "settled", "all four"]
    assert f"{primary['brier']:+.4f} | {primary['brier_low']:+.4f} to {primary['brier_high']:+.4f}" in page
    scores = {(s["method"], s["lag"]): s for s in found["scores"]}
    assert len(scores) == len(found["scores"])
    for method in found["methods"]:
        for lag in (*LAGS, "all four"):
            s = scores[method, lag]
            assert s["low"] <= s["brier"] <= s["high"]
            assert s["n"] == 39
    wrong = found["overconfident_wrong"]
    assert f"ours {wrong['ours']}, naive {wrong['naive']}" in page


def test_rows_of_the_same_answer_sum_to_one(corpus):
    found = results(corpus)
    sums = {}
    for row in found["answers"]:
        for m in found["methods"]:
            key = (row["incident"], row["question"], row["lag"], m)
            sums[key] = sums.get(key, 0) + row[m]
        assert row["low"] <= row["high"]
    assert all(abs(total - 1) < 1e-5 for total in sums.values())


@pytest.mark.long
def test_two_workers_and_another_run_give_the_same_bytes(tmp_path):
    names = ("kabul-2021", "radda-2013", "basra-majid-2003", "zarqawi-2006")
    for name in names:
        (tmp_path / name).mkdir()
        for file in (ROOT / "corpus" / name).glob("*.*"):
            (tmp_path / name / file.name).write_bytes(file.read_bytes())
    one = RUN.invoke(cli, ["backtest", str(tmp_path), "--json", "-o", str(tmp_path / "out")])
    page = (tmp_path / "out" / "backtest.html").read_bytes()
    two = RUN.invoke(cli, ["backtest", str(tmp_path), "--json", "--workers", "2", "-o", str(tmp_path / "out")])
    assert one.exit_code == two.exit_code == 0
    assert one.stdout == two.stdout
    assert (tmp_path / "out" / "backtest.html").read_bytes() == page
    assert json.loads(one.stdout)["incidents"] == 4


@pytest.mark.long
@pytest.mark.shared
def test_the_shared_incidents_score_as_the_corpus_made_from_them(shared, corpus):
    found = backtest(shared / "incidents")
    ours = results(corpus)
    assert found["scores"] == ours["scores"]
    assert found["paired"] == ours["paired"]
    assert found["sensitivity"]


# It can tell: a made-up corpus in which copies mislead, and one in which they do not


def made_up(root, misled, n=24):
    """Incidents in which six officials repeat one video, and one neighbour saw otherwise; `misled`: the neighbours were right."""
    for i in range(n):
        lines = [
            f"D{k},2020-03-01,S2,q_load,arms,,saw video,O_FEED,,,,2020-03-0{1 + k % 2}"
            for k in range(6 if i % 4 else 1)
        ]
        write_incident(
            root / f"i{i:02d}",
            claims_csv=lambda t, lines=lines: t + "\n".join(lines) + "\n",
            incident_toml=swap('hypothesis = "flour"', f'hypothesis = "{"flour" if misled else "arms"}"'),
        )
    return root


def test_a_corpus_in_which_copies_mislead_shows_it_and_one_in_which_they_do_not_shows_that(tmp_path):
    for misled, sign in ((True, -1), (False, 1)):
        found = backtest(made_up(tmp_path / str(misled), misled))
        gap = next(
            p for p in found["paired"] if (p["against"], p["findings"], p["lag"]) == ("naive", "settled", "all four")
        )
        assert gap["brier"] * sign > 0
        assert gap["brier_low"] * sign > 0
        assert gap["brier_high"] * sign > 0


# The page and its tables


def test_the_page_has_its_limits_first_no_script_and_every_table_its_limits(tmp_path):
    write_incident(
        tmp_path / "in" / "mill",
        incident_toml=swap('text = "What was in the van?"', 'text = "<script>alert(1)</script>"'),
    )
    result = RUN.invoke(cli, ["backtest", str(tmp_path / "in"), "-o", str(tmp_path / "out")])
    assert result.exit_code == 0
    assert result.stdout.startswith("! Selected incidents")
    page = (tmp_path / "out" / "backtest.html").read_text()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not re.search(r"<(img|iframe|link|object)", page)
    assert page.index("Before any number") < page.index("Brier")
    for section in re.findall(
        r"<h2 id=\"(?:scores|differences|sure|ranges|carried|first|wait|answers)\">.*?(?=<h2|$)", page, re.DOTALL
    ):
        assert "Selected incidents, coded with hindsight" in section.split("<table")[0].split("<figure")[0]
    for table in (tmp_path / "out" / "tables").glob("*.csv"):
        lines = table.read_text().splitlines()
        assert lines[0].startswith("# Selected incidents"), table.name
    rows = [x for x in (tmp_path / "out" / "tables" / "scores.csv").read_text().splitlines() if not x.startswith("#")]
    assert {"method", "lag", "brier", "log", "n", "low", "high"} <= set(
        next(iter(csv.DictReader(io.StringIO("\n".join(rows)))))
    )


def test_json_has_the_keys_of_the_contract_and_nothing_else_is_printed(tmp_path):
    write_incident(tmp_path / "mill")
    found = json.loads(RUN.invoke(cli, ["backtest", str(tmp_path), "--json"]).stdout)
    assert {"incidents", "questions", "scores", "overconfident_wrong", "left_out"} <= set(found)
    assert {"method", "lag", "brier", "log", "n", "low", "high"} <= set(found["scores"][0])
    assert all(isinstance(n, int) for n in found["overconfident_wrong"].values())


def test_as_cases_writes_cases_that_score_the_same(tmp_path):
    write_incident(tmp_path / "in" / "mill")
    written = json.loads(
        RUN.invoke(cli, ["backtest", str(tmp_path / "in"), "--as-cases", str(tmp_path / "cases"), "--json"]).stdout
    )
    assert written["written"] == [str(tmp_path / "cases" / "mill")]
    a, b = backtest(tmp_path / "in"), backtest(tmp_path / "cases")
    assert a["scores"] == b["scores"]


def test_contested_and_conflicting_findings_are_scored_apart(tmp_path):
    contested = write_incident(
        tmp_path / "a" / "mill", incident_toml=swap("contested = false", "contested = true")
    ).parent
    found = backtest(contested)
    assert (found["questions"], found["questions_with_contested"]) == (0, 1)
    assert found["scores"] == []
    label = {r["hypothesis"]: r["label"] for r in found["answers"] if r["lag"] == "+1"}
    assert label["flour"] == pytest.approx(0.8973, abs=1e-3)  # confidence high: very likely, in the middle in log-odds
    second = '\n[[finding]]\nquestion = "q_load"\nhypothesis = "arms"\nby = "another body"\ndate = "2020-07-01"\n'
    both = write_incident(tmp_path / "b" / "mill", incident_toml=lambda t: t + second).parent
    found = backtest(both)
    assert (found["questions"], found["questions_with_contested"]) == (0, 1)
    assert {r["found_on"] for r in found["answers"]} == {"2020-06-01"}
    assert {r["hypothesis"] for r in found["answers"] if r["found"]} == {"arms"}


def test_questions_with_one_claim_or_none_are_scored_and_named(tmp_path):
    one = lambda t: "\n".join(x for x in t.splitlines() if x[:2] in {"id", "C4"}) + "\n"  # noqa: E731
    late = lambda t: one(t).replace("2020-03-05", "2020-07-01")  # noqa: E731
    write_incident(tmp_path / "one", claims_csv=one)
    write_incident(tmp_path / "late", claims_csv=late)
    found = backtest(tmp_path)
    assert found["questions"] == 2
    told = {x["id"]: x["what"] for x in found["notes"]}
    assert told["one/q_load"].startswith("one claim was public")
    assert told["late/q_load"].startswith("nothing was public")
    prior = [r for r in found["answers"] if r["incident"] == "late" and r["hypothesis"] == "arms"]
    assert all(r["ours"] == pytest.approx(r["equal"], abs=0.01) for r in prior)


def test_one_incident_gives_no_interval(tmp_path):
    write_incident(tmp_path / "mill")
    found = backtest(tmp_path)
    gap = next(p for p in found["paired"] if p["against"] == "naive")
    assert (gap["brier_low"], gap["brier_high"]) == (-1, 1)
    assert all((s["low"], s["high"]) == (0, 1) for s in found["scores"])
    assert "Incidents with settled findings: 1 only" in found["limits"][-1]


def test_the_cases_that_people_rated_by_hand_are_replayed_too():
    found = backtest(ROOT / "cases")
    assert found["incidents"] >= 1
    assert {a["incident"] for a in found["answers"]} >= {"kabul-2021-08-29"}
    assert any("has not been computed" in x["why"] for x in found["left_out"])  # rows that rest on other rooms
