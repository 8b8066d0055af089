"""What must hold for every case, whatever its numbers."""

import json
from datetime import date

import numpy as np
import pytest

from blindspot.case import open_case
from blindspot.quantities import offer
from blindspot.weigh import build, findings, replay, replayed, weigh
from blindspot.weigh.draws import drawn
from blindspot.weigh.network import origin_table
from folders import GOOD, write_case


def posteriors(folder, **options):
    built = build(open_case(folder), **options)
    network = built.network
    draws = drawn(network, 256)
    return network, network.posterior(draws.numbers, draws.rows)[0]


@pytest.mark.parametrize("claim", ["K1", "K2", "K3", "K5"])
def test_a_perfect_copy_changes_no_posterior(tmp_path, claim):
    row = next(line for line in GOOD["claims.csv"].splitlines() if line.startswith(claim + ","))
    cells = row.split(",")
    copy = ",".join(
        ["K9", "2021-09-01", "2021-09-01", "S2", cells[4], cells[5], "second_hand", claim, "", cells[9], cells[10]]
    )
    _, before = posteriors(write_case(tmp_path / "a"))
    _, after = posteriors(write_case(tmp_path / "b", claims_csv=GOOD["claims.csv"] + copy + "\n"))
    for name, values in before.items():
        np.testing.assert_allclose(after[name], values, atol=1e-12)


def test_order_of_rows_changes_no_byte(tmp_path):
    mixed = {}
    for file in ("sources.csv", "facts.csv", "origins.csv", "claims.csv", "expect.csv"):
        head, *rows = GOOD[file].splitlines()
        mixed[file.replace(".", "_")] = "\n".join([head, *reversed(rows)]) + "\n"
    one = json.dumps(findings(weigh(open_case(write_case(tmp_path / "a")))))
    two = json.dumps(findings(weigh(open_case(write_case(tmp_path / "b", **mixed)))))
    assert one == two


def test_many_reports_never_weigh_more_than_their_origin(tmp_path):
    sources = "id,name,reliability\n" + "".join(f"S{i},s,C\n" for i in range(1, 41))
    claims = "id,said_at,public_at,source,origin,says,directness\n" + "".join(
        f"K{i},2021-08-29,2021-08-29,S{i},O1,yes,first_hand\n" for i in range(1, 41)
    )
    origins = "id,fact,kind,team,hit,false_alarm,opportunity\nO1,F1,video,,0.88,0.15,\n"
    expect = "question,hypothesis,F1,F2\nq1,bomb,0.999999,0.5\nq1,water,0.000001,0.5\nq1,other,0.000001,0.5\n"
    folder = write_case(
        tmp_path, sources_csv=sources, claims_csv=claims, origins_csv=origins, expect_csv=expect, stops_csv=None
    )
    network, after = posteriors(folder)
    draws = drawn(network, 256)
    before, _ = network.posterior(draws.numbers, 256, np.zeros(40))
    ratio = (after["question:q1"][0] / after["question:q1"][1]) / (before["question:q1"][0] / before["question:q1"][1])
    assert ratio.max() <= 0.88 / 0.15 + 1e-3
    assert ratio.min() > 0.88 / 0.15 - 0.05


def test_absence_without_opportunity_has_no_weight_and_is_named(tmp_path):
    folder = write_case(tmp_path, claims_csv="id,source,origin,says\nK1,S2,O3,no\n")
    case = open_case(folder)
    assert not build(case).network.reports
    notes = weigh(case).answers[0].audit
    assert any(n.check == "negative evidence without opportunity" and "K1" in n.ids for n in notes)


def test_negative_evidence_has_the_ratio_of_the_reference(tmp_path):
    """LR(absent : present) = (1 - fa) / (1 - d), d = opportunity x hit."""
    origins = "id,fact,kind,team,hit,false_alarm,opportunity\nO2,F2,site_visit,,0.9,0.02,0.5\n"
    expect = "question,hypothesis,F1,F2\nq1,bomb,0.5,0.999999\nq1,water,0.5,0.000001\nq1,other,0.5,0.000001\n"
    folder = write_case(tmp_path, origins_csv=origins, expect_csv=expect, claims_csv="id,source,origin,says,directness\nK2,S2,O2,no,first_hand\n", stops_csv=None,
                        sources_csv="id,name,reliability\nS2,s,1\n", case_toml=GOOD["case.toml"] + '[model]\nother = "0.1"\n')  # fmt: skip
    network, after = posteriors(folder)
    slip = drawn(network, 256).numbers["slip:first_hand"]
    d, fa = 0.45, 0.02
    want = ((1 - fa) * (1 - slip) + fa * slip) / ((1 - d) * (1 - slip) + d * slip)
    np.testing.assert_allclose(after["question:q1"][1] / after["question:q1"][0], want, rtol=1e-4)


@pytest.mark.parametrize(("says", "opportunity"), [("yes", "0.01"), ("no", "0.01"), ("yes", "0"), ("no", "0")])
def test_whoever_could_hardly_have_told_speaks_for_neither_side(tmp_path, says, opportunity):
    """hit x opportunity below the false alarm: the report has a ratio of 1, and its yes never counts against the fact."""
    origins = f"id,fact,kind,team,hit,false_alarm,opportunity\nO2,F2,site_visit,,0.9,0.02,{opportunity}\n"
    expect = "question,hypothesis,F1,F2\nq1,bomb,0.5,0.9\nq1,water,0.5,0.1\nq1,other,0.5,0.5\n"
    said = f"id,source,origin,says,directness\nK2,S2,O2,{says},first_hand\n"
    folder = write_case(
        tmp_path,
        origins_csv=origins,
        expect_csv=expect,
        claims_csv=said,
        stops_csv=None,
        sources_csv="id,name,reliability\nS2,s,1\n",
    )
    network, after = posteriors(folder)
    nothing, _ = network.posterior(drawn(network, 256).numbers, 256, np.zeros(1))
    np.testing.assert_allclose(after["question:q1"], nothing["question:q1"], rtol=1e-12)


@pytest.mark.parametrize(("d", "ratio"), [(0.05, 1.03), (0.2, 1.22), (0.5, 1.96), (0.9, 9.8), (0.99, 98)])
def test_absence_weighs_what_the_contract_publishes(d, ratio):
    numbers = {name: np.asarray(v) for name, v in (("hit:o", 1.0), ("false_alarm:o", 0.02), ("opportunity:o", d))}
    (no_absent, _), (no_present, _) = origin_table("f", "o", None, "none", opportunity=True).make(numbers, {})
    assert no_absent / no_present == pytest.approx(ratio, rel=0.005)


def test_a_half_filled_column_has_no_weight_and_is_listed(tmp_path):
    folder = write_case(
        tmp_path, expect_csv="question,hypothesis,F1,F2\nq1,bomb,very likely,0.8-0.95\nq1,water,likely,\n"
    )
    case = open_case(folder)
    assert {r.fact for r in build(case).network.reports} == {"fact:F1", "fact:K5"}
    assert any(n.check == "pseudo-diagnosticity" and "F2" in n.ids for n in weigh(case).answers[0].audit)


def test_a_computed_reference_is_used_and_a_missing_one_is_named(tmp_path):
    origins = GOOD["origins.csv"].replace("0.5-0.8", "coverage:yard")
    case = open_case(write_case(tmp_path, origins_csv=origins))
    assert "K2" not in {r.id for r in build(case).network.reports}
    given = offer("coverage", "yard", np.linspace(0.5, 0.8, 101), ["in view 0.5-0.8, judgement"])
    network = build(case, {str(given): given}).network
    assert "K2" in {r.id for r in network.reports}
    number = next(p for p in network.parameters if p.name == "opportunity:O2")
    assert (number.low, number.high, number.basis) == (0.5, 0.8, "coverage:yard: in view 0.5-0.8, judgement")
    assert number.at(np.array([0.0, 0.25, 1.0])) == pytest.approx([0.5, 0.575, 0.8])


def test_the_last_date_of_a_replay_is_the_whole_case(tmp_path):
    case = open_case(write_case(tmp_path))
    steps = [s for s in replay(case, build(case)) if s.question == "q1"]
    assert [s.date for s in steps] == ["2021-08-29", "2021-08-30", "2021-08-31", "2021-09-10", "2021-09-17"]
    assert steps[-1].over["bomb"].median == pytest.approx(weigh(case).answers[0].posteriors[0].over.median, abs=0.01)
    assert steps[3].moved_by == "O2"


def test_what_is_not_yet_public_does_not_count(tmp_path):
    case = open_case(write_case(tmp_path))
    early = weigh(case, date(2021, 9, 9))
    assert "K2" not in {i.id for i in early.answers[0].items}


def test_posteriors_sum_to_one_and_lie_within_the_envelope(tmp_path):
    for answer in weigh(open_case(write_case(tmp_path))).answers:
        assert sum(answer.naive.values()) == pytest.approx(1)
        for p in answer.posteriors:
            assert p.envelope[0] <= p.over.low <= p.over.median <= p.over.high <= p.envelope[1]


def test_a_partial_copy_of_a_perfect_copy_hangs_on_the_head(tmp_path):
    head = GOOD["claims.csv"].splitlines()[0] + ",copied"
    rows = [
        "K1,2021-08-29,2021-08-29,S1,O1,yes,first_hand,,,,,",
        "K2,2021-08-30,2021-08-30,S2,O1,yes,first_hand,K1,,,,",
    ]
    chains = {}
    for name, of in (("copy", "K2"), ("head", "K1")):
        last = f"K3,2021-08-31,2021-08-31,S3,O1,yes,first_hand,{of},,,,0.4-0.8"
        chains[name] = posteriors(write_case(tmp_path / name, claims_csv="\n".join([head, *rows, last]) + "\n"))
    assert [r.copy_of for r in chains["copy"][0].reports] == [None, "K1"]
    for name, p in chains["copy"][1].items():
        np.testing.assert_array_equal(p, chains["head"][1][name])


def test_a_partial_copy_of_a_claim_without_weight_speaks_for_itself(tmp_path):
    head = GOOD["claims.csv"].splitlines()[0] + ",copied"
    rows = [
        "K1,2021-08-29,2021-08-29,S1,O1,no,first_hand,,,,,",
        "K3,2021-08-31,2021-08-31,S3,O1,yes,first_hand,K1,,,,0.4-0.8",
    ]
    network, _ = posteriors(write_case(tmp_path, claims_csv="\n".join([head, *rows]) + "\n"))
    assert [(r.id, r.copy_of, r.copied) for r in network.reports] == [("K3", None, None)]


def test_a_claim_without_a_date_counts_today_only_and_is_named(tmp_path):
    """It cannot be said to have been known on any day: a view of a day is the same without it, and today's says so."""
    more = GOOD["claims.csv"] + "K9,,,S2,O3,yes,first_hand,,,,\n"
    plain = open_case(write_case(tmp_path / "plain"))
    undated = open_case(write_case(tmp_path / "undated", claims_csv=more))
    assert weighed(undated, date(2021, 12, 31)) == pytest.approx(weighed(plain, date(2021, 12, 31)), abs=0.01)
    assert weighed(undated)["q1:bomb"] > weighed(plain)["q1:bomb"] + 0.02
    notes = [n for n in weigh(undated).answers[0].audit if n.check == "undated"]
    assert [(n.ids, "claims.csv:7" in n.message) for n in notes] == [(("K9",), True)]
    assert not [n for a in weigh(plain).answers for n in a.audit if n.check == "undated"]
    found = replayed(undated, replay(undated, build(undated)))
    assert found["undated"] == [{"id": "K9", "where": "claims.csv:7"}]
    assert not [s for s in found["steps"] if "K9" in s["new_claims"]]


def weighed(case, day=None):
    return {f"{a.id}:{p.id}": p.over.median for a in weigh(case, day).answers for p in a.posteriors}
