"""Words and labels hold for any numbers, not only for those of one case."""

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from blindspot.case.scales import between, percent
from blindspot.publish.report.ground import bar_metres, ground, letters
from blindspot.publish.report.timeline import APART, stacked
from blindspot.publish.report.words import ban, clock, linked, moves, when
from blindspot.quantities import read_moment

probability = st.floats(0, 1)


@given(probability)
def test_a_per_cent_is_never_0_or_100(p):
    assert percent(p) not in {"0\u00a0%", "100\u00a0%"}


@given(probability, probability)
def test_a_range_in_words_holds_its_ends(a, b):
    low, high = sorted((a, b))
    words = between(low, high)
    numbers = [int(n) for n in re.findall(r"\d+", words)]
    if words.startswith("under"):
        assert high < 0.01
    elif words.startswith("over"):
        assert low > 0.99
    elif words.startswith("up to"):
        assert low < 0.01
        assert abs(high * 100 - numbers[0]) <= 0.5 + 1e-9
    elif words.endswith("or more"):
        assert high > 0.99
        assert abs(low * 100 - numbers[0]) <= 0.5 + 1e-9
    else:
        assert abs(low * 100 - numbers[0]) <= 1
        assert abs(high * 100 - numbers[-1]) <= 1


@given(st.floats(-9, 9))
def test_a_weight_is_written_with_its_sign(x):
    text = ban(x)
    assert float(text.replace("\N{MINUS SIGN}", "-")) == float(f"{x:.2f}") + 0
    assert text == "0.00" or text[0] in "+\N{MINUS SIGN}"


def test_a_move_is_never_from_a_number_to_itself():
    assert moves(0.0031, 0.0083) == "from 0.31\u00a0% to 0.83\u00a0%"
    assert moves(0.2, 0.5) == "from 20\u00a0% to 50\u00a0%"


@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from(["A", "B", "1", "12"])), max_size=40))
def test_flags_on_one_line_stand_apart(flags):
    placed = stacked([(x, letter, "move") for x, letter in flags])
    assert sorted((x, letter) for x, letter, *_ in placed) == sorted(flags)
    for (x, _, _, level), (y, _, _, other) in itertools.combinations(placed, 2):
        assert level != other or abs(x - y) >= APART


def place(i, east, north, error):
    return {"id": f"P{i}", "name": f"place {i}", "east_m": east, "north_m": north, "error_m": error, "incident": i == 0}


distance = st.floats(-5e5, 5e5)


@given(st.lists(st.tuples(distance, distance, st.floats(0, 1e5)), min_size=1, max_size=40))
def test_every_place_and_its_error_lie_on_the_map(found):
    places = [place(i, *row) for i, row in enumerate(found)]
    picture = ground(places, [])
    high = float(re.search(r'viewBox="0 0 400 (\d+)"', picture)[1])
    for x, y, r in re.findall(r'class="error" cx="([-\d.]+)" cy="([-\d.]+)" r="([\d.]+)"', picture):
        assert -0.2 <= float(x) - float(r) <= float(x) + float(r) <= 400.2
        assert -0.2 <= float(y) - float(r) <= float(y) + float(r) <= high
    marks = re.findall(r'class="place" cx="([\d.]+)%" cy="([\d.]+)%"', picture)
    assert len(marks) == len(places) - 1
    assert all(0 <= float(v) <= 100 for pair in marks for v in pair)


def test_the_labels_of_a_dense_map_do_not_touch_on_the_narrowest_page():
    places = [place(i, 40.0 * (i % 6), 35.0 * (i // 6), 10) for i in range(36)]
    legs = [{"leg": i + 1, "from": f"P{i}", "to": f"P{i + 7}", "between": i % 2} for i in range(20)]
    picture = str(ground(places, legs))
    high = 280 * float(re.search(r'viewBox="0 0 400 (\d+)"', picture)[1]) / 400
    labels = [
        (float(x) * 2.8, float(y) * high / 100, words)
        for x, y, words in re.findall(
            r'<text class="(?:name|s)" x="([\d.]+)%" y="([\d.]+)%" dy="0.35em" text-anchor="middle">(\w+)<', picture
        )
    ]
    assert {words for *_, words in labels} >= set(letters(places).values())
    for (x, y, a), (u, v, b) in itertools.combinations(labels, 2):
        assert abs(x - u) >= 4.5 * len(a + b) or abs(y - v) >= 17


def test_letters_are_single():
    found = letters([{"id": str(i)} for i in range(200)])
    assert len(set(found.values())) == 200
    assert (found["0"], found["25"], found["26"], found["27"]) == ("A", "Z", "AA", "AB")


@given(st.floats(1e-6, 1e3))
def test_the_scale_bar_is_round_and_fits(unit):
    length = bar_metres(unit)
    assert 400 / 3 / 10 <= length * unit <= 400 / 3
    assert f"{length:e}"[0] in "125"


def test_times_stay_as_precise_as_given():
    assert when(read_moment("2021-08-29"), "+04:30") == "29 Aug 2021"
    assert when(None, "+04:30") == "unknown"
    assert when(read_moment("2021-08-29T20:00:00Z"), "+04:30") == "29 Aug 2021, 20:00\u00a0UTC (00:30\u00a0local)"
    start, end = read_moment("2021-08-29T04:30:00Z"), read_moment("2021-08-29T05:00:00Z")
    assert clock(start, end, "+04:30") == "04:30 to 05:00\u00a0UTC (09:00 to 09:30\u00a0local)"
    assert clock(start, None, "+00:00") == "04:30\u00a0UTC"


def test_ids_in_a_sentence_are_marked_whole_and_the_rest_escaped():
    text = linked("O1, O10 and <b> rest on a; O1.", ["O1", "O10", "a"], "q1", ["a"])
    assert text == (
        '<code data-why="O1">O1</code>, <code data-why="O10">O10</code> and &lt;b&gt; rest on '
        '<code data-why="q1:a">a</code>; <code data-why="O1">O1</code>.'
    )
