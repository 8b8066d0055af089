"""Words stand with the right numbers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.case.scales import describe


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "almost no chance (under 1 %)"),
        (0.003, "almost no chance (under 1 %)"),
        (0.0099, "almost no chance (under 1 %)"),
        (0.01, "almost no chance (01-05 %)"),
        (0.049, "almost no chance (01-05 %)"),
        (0.05, "very unlikely (05-20 %)"),
        (0.5, "roughly even chance (45-55 %)"),
        (0.97, "almost certain (95-99 %)"),
        (0.99, "almost certain (95-99 %)"),
        (0.9901, "almost certain (over 99 %)"),
        (1.0, "almost certain (over 99 %)"),
    ],
)
def test_a_word_stands_with_the_numbers_that_hold(probability, words):
    assert describe(probability) == words


@given(st.floats(0, 1))
def test_the_numbers_beside_the_word_always_hold_the_probability(probability):
    found = re.search(r"\((?:(under|over) (\d+)|(\d+)-(\d+)) %\)$", describe(probability))
    if found[1] == "under":
        assert probability < int(found[2]) / 100
    elif found[1] == "over":
        assert probability > int(found[2]) / 100
    else:
        assert int(found[3]) / 100 <= probability <= int(found[4]) / 100


def test_words_follow_the_order_of_the_scale():
    said = list(dict.fromkeys(describe(i / 1000).partition(" (")[0] for i in range(1001)))
    assert said == [
        "almost no chance",
        "very unlikely",
        "unlikely",
        "roughly even chance",
        "likely",
        "very likely",
        "almost certain",
    ]
