"""Numbers tried and reports left out: the preview is what the edited case says, and writes nothing."""

import pytest


def hand(case):
    return {p.name: p.read_bytes() for p in case.iterdir() if p.is_file()}


def median(told, question, hypothesis):
    q = next(q for q in told["questions"] if q["id"] == question)
    return next(h for h in q["hypotheses"] if h["id"] == hypothesis)["median"]


def test_the_first_answer_is_that_of_the_review(browse):
    case = browse.get("weighing").json()
    told = browse.post("whatif", {"full": True}).json()
    assert told["draws"] == case["draws"]["full"]
    assert {q["id"] for q in told["questions"]} == {q["id"] for q in case["questions"]}
    for q in told["questions"]:
        assert abs(sum(h["median"] for h in q["hypotheses"]) - 1) < 0.1


def test_a_number_tried_is_the_number_kept(browse, case):
    before, base = hand(case), browse.post("whatif").json()
    tried = browse.post(
        "whatif", {"numbers": {"hit:O_FEED_AFTER": "0.3-0.35", "false_alarm:O_FEED_AFTER": "0.3-0.35"}}
    ).json()
    assert tried["questions"] != base["questions"]
    assert hand(case) == before
    for column in ("hit", "false_alarm"):
        assert browse.change("origins.csv", "O_FEED_AFTER", column, "0.3-0.35").status_code == 200
    assert browse.post("whatif").json()["questions"] == tried["questions"]


def test_every_number_offered_names_the_cell_that_holds_it(browse):
    numbers = browse.get("weighing").json()["numbers"]
    assert len(numbers) > 100
    for name, number in numbers.items():
        cell = number["cell"]
        if cell["file"] != "case.toml":
            assert browse.cell(cell["file"], cell["key"], cell["column"]) is not None, name


def test_leaving_a_team_out_and_going_back_in_time_move_the_answer(browse):
    base = browse.post("whatif").json()
    without = browse.post("whatif", {"without": ["strike_cell"]}).json()
    early = browse.post("whatif", {"as_of": "2021-08-30"}).json()
    assert without["questions"] != base["questions"]
    assert median(early, "q_driver", "isisk") > 10 * median(base, "q_driver", "isisk")


@pytest.mark.parametrize(
    "asked",
    [
        {"numbers": {"hit:NOBODY": "0.1-0.2"}},
        {"numbers": {"hit:O_FEED_AFTER": "most of the time"}},
        {"numbers": {"hit:O_FEED_AFTER": "0.2-1.4"}},
        {"numbers": {"strength:nobody": "-1"}},
        {"numbers": "x"},
        {"without": "x"},
        {"without": [1]},
        {"as_of": "yesterday"},
        {"as_of": ["2021-08-30"]},
    ],
)
def test_what_is_not_a_number_is_refused_in_words(browse, asked):
    answer = browse.post("whatif", asked)
    assert answer.status_code == 422
    assert answer.json()["error"]
