import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.measure.people.letters import GAP, costs, distance, encode
from blindspot.measure.people.scripts import ARABIC, INDEX


def apart(a, b, scripts=("latin", "latin")):
    (x, y), (n, m) = encode([a, b])
    return distance(x, n, y, m, costs(*scripts), 1e9)


def reference(a, b, cost):
    """Plain edit distance with costs, as a table."""
    table = np.zeros((len(a) + 1, len(b) + 1), dtype=np.float32)
    table[1:, 0] = np.cumsum([cost[x, GAP] for x in a])
    table[0, 1:] = np.cumsum([cost[GAP, y] for y in b])
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i, j] = min(
                table[i - 1, j - 1] + cost[x, y], table[i - 1, j] + cost[x, GAP], table[i, j - 1] + cost[GAP, y]
            )
    return table[-1, -1]


@given(
    st.text(alphabet=ARABIC, min_size=1, max_size=9), st.text(alphabet="abdefghijklmnrstuwyz", min_size=1, max_size=9)
)
def test_against_the_table(a, b):
    cost = costs("arabic", "latin")
    x, y = ([INDEX[s] for s in t] for t in (a, b))
    got = distance(np.array(x, np.uint8), len(x), np.array(y, np.uint8), len(y), cost, 1e9)
    assert got == pytest.approx(reference(x, y, cost), abs=1e-4)


@given(st.text(alphabet="abdefghijklmnrstuwyz", max_size=9), st.text(alphabet="abdefghijklmnrstuwyz", max_size=9))
def test_symmetric_and_zero_on_itself(a, b):
    assert apart(a, b) == pytest.approx(apart(b, a), abs=1e-4)
    assert apart(a, a) == 0


@pytest.mark.parametrize(
    ("near", "far"), [(("somaya", "sumaya"), ("sumaya", "malika")), (("naser", "nasser"), ("naser", "hayat"))]
)
def test_variants_are_nearer_than_other_names(near, far):
    assert apart(*near) < apart(*far)


def test_across_scripts():
    assert apart("ahmed", "احمد", ("latin", "arabic")) < 2 < apart("ahmed", "سليم", ("latin", "arabic"))


def test_it_stops_early_above_the_bound():
    (x, y), (n, m) = encode(["farzad", "sumaya"])
    assert distance(x, n, y, m, costs("latin", "latin"), 1.0) > 1.0
