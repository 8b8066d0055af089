"""Linkage on invented people: the names are drawn from a short stock, no real person is meant."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.measure.people import calibration, link, linkage, links, retrieval
from blindspot.measure.people.evidence import Facts
from blindspot.measure.people.linkage import People, names_of
from blindspot.measure.people.matching import assign, marginals
from blindspot.measure.people.views import views_of

STOCK = [
    "karim:كريم",
    "salim:سليم",
    "jamil:جميل",
    "basim:باسم",
    "tariq:طارق",
    "nadim:نديم",
    "wasim:وسيم",
    "habib:حبيب",
    "samir:سمير",
    "latif:لطيف",
    "munir:منير",
    "rashid:رشيد",
    "sabri:صبري",
    "fadil:فاضل",
    "hatim:حاتم",
    "qasim:قاسم",
    "zahir:زاهر",
    "nabil:نبيل",
    "adnan:عدنان",
    "marwan:مروان",
]


def town(n, seed):
    random = np.random.default_rng(seed)
    pick = random.integers(0, len(STOCK), (n, 4))
    return [[STOCK[k].split(":") for k in row] for row in pick], random.integers(0, 80, n)


def people(names, ages, prefix):
    low = np.asarray(ages, float)
    facts = Facts(low, low + 0.999, np.ones(len(low), dtype=int))
    return People(tuple(f"{prefix}{i}" for i in range(len(low))), names_of(names), facts)


@pytest.fixture(scope="module")
def lists():
    """300 of A, of whom the first 150 stand on B among 2,000; A is in Latin letters without one generation, B in Arabic."""
    parts, ages = town(2150, 3)
    a = [(" ".join(p[0] for p in (r[0], r[1], r[3])), "") for r in parts[:300]]
    b = [("", " ".join(p[1] for p in r)) for r in parts[:150] + parts[300:]]
    return people(a, ages[:300], "a"), people(b, np.r_[ages[:150], ages[300:]], "b")


def test_people_are_found_across_scripts_and_the_absent_are_not(lists):
    found = link(*lists)
    right = found.pairs[:, 0] == found.pairs[:, 1]
    sure = found.kept & (found.p > 0.5)
    truth = right & (found.pairs[:, 0] < 150)
    assert (sure & truth).sum() >= 0.85 * 150
    assert (sure & truth).sum() / sure.sum() >= 0.9
    assert 0.4 <= found.scale.share <= 0.65


def test_workers_change_nothing(lists):
    with ThreadPoolExecutor(2) as executor:
        one, two = link(*lists), link(*lists, executor)
    assert np.array_equal(one.p, two.p)
    assert np.array_equal(one.pairs, two.pairs)


def test_a_long_list_is_linked_in_blocks_as_well_as_at_once(lists, monkeypatch):
    """120 rows teach, the other 180 are scored in blocks of 50: the same people are found, for any worker."""
    whole = link(*lists)
    monkeypatch.setattr(linkage, "TEACH", 120)
    monkeypatch.setattr(linkage, "BLOCK", 50)
    said = []
    found = link(*lists, progress=said.append)
    with ThreadPoolExecutor(2) as executor:
        assert np.array_equal(link(*lists, executor).p, found.p)
    assert said[-1] == "linked 300 of 300 rows"

    def sure(made):
        return {tuple(pair) for pair in made.pairs[made.kept & (made.p > 0.8)].tolist()}

    assert len(sure(found) & sure(whole)) >= 0.95 * max(len(sure(whole)), len(sure(found)))


def test_no_link_is_beyond_doubt(lists):
    assert link(*lists).p.max() <= 0.98


def test_one_to_one(lists):
    made = links(link(*lists), *lists)
    for side in ("a", "b"):
        seen = [x[side] for x in made["links"]]
        assert len(seen) == len(set(seen))
    assert all(0.05 <= x["p"] <= 1 for x in made["links"])


def test_a_sibling_is_a_relative_and_not_the_same(lists):
    a, b = lists
    sibling = a.names["latin"][0]
    given = next(n for n in a.names["latin"] if n[0] != sibling[0])[0]
    names = {"latin": ((given, *sibling[1:]), *a.names["latin"][150:]), "arabic": ((),) * 151}
    facts = Facts(*(np.r_[x[0], x[150:]] for x in (a.facts.low + 3, a.facts.high + 3, a.facts.sex)))
    found = link(People(tuple(map(str, range(151))), names, facts), b)
    here = (found.pairs[:, 0] == 0) & (found.pairs[:, 1] == 0)
    assert found.p[here].max(initial=0.0) < 0.2


def test_lists_without_a_common_script_or_name_give_nothing():
    nobody = People(("1",), {"latin": ((),), "arabic": ((),)}, Facts(*np.full((2, 1), np.nan), np.zeros(1, int)))
    assert links(link(nobody, nobody), nobody, nobody)["links"] == []


@given(st.lists(st.floats(-4, 4), min_size=4, max_size=4))
def test_marginals_on_a_path_are_exact(odds):
    """Two rows, three columns in a chain: all matchings counted one by one."""
    row, column = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2])
    total, each = 0.0, np.zeros(4)
    for used in itertools.product((0, 1), repeat=4):
        on = np.flatnonzero(used)
        if len(set(row[on])) == len(on) == len(set(column[on])):
            weight = np.exp(np.array(odds)[on].sum())
            total += weight
            each[on] += weight
    assert marginals(row, column, np.array(odds)) == pytest.approx(each / total, abs=1e-4)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(-5, 5)),
        min_size=1,
        max_size=20,
        unique_by=lambda t: t[:2],
    )
)
def test_no_row_is_linked_more_than_once(edges):
    row, column, odds = (np.array(x) for x in zip(*edges, strict=True))
    p = marginals(row, column, odds)
    assert np.all((p >= 0) & (p <= 1))
    kept = assign(row, column, p)
    assert len(set(row[kept])) == len(kept) == len(set(column[kept]))


def test_a_list_that_alternates_scripts_is_learnt_in_both():
    """An even step through such a list meets one script only; those who teach and lend names are drawn."""
    rows = calibration.chosen(100_000, 50_000)
    assert abs((rows % 2).mean() - 0.5) < 0.01
    names = {
        "latin": tuple((f"g{i}", f"f{i}") if i % 2 else () for i in range(400)),
        "arabic": tuple(() if i % 2 else (f"ج{i}", f"ع{i}") for i in range(400)),
    }
    facts = Facts(np.full(400, 30.0), np.full(400, 30.9), np.zeros(400, dtype=int))
    made, _ = calibration.decoys(names, facts, np.arange(400))
    named = sum(bool(a) or bool(b) for a, b in zip(made["latin"], made["arabic"], strict=True))
    assert named >= 395


def test_a_runner_up_is_what_a_linked_row_scores_without_its_link():
    row, score = np.array([0, 0, 1, 2, 2]), np.array([9.0, 3.0, 8.0, 1.0, 0.5])
    got = calibration.runners_up(row, score, np.array([0.99, 0.01, 0.9, 0.4, 0.3]))
    assert got.tolist() == [3.0, calibration.FLOOR]  # row 2 has no likely link


def test_runners_up_that_score_high_make_the_scale_more_careful():
    """Where people with their record gone still score 6, a score of 6 is no longer worth what the decoys alone would say."""
    draw = np.random.default_rng(1)
    real = np.r_[draw.normal(12, 2, 500), draw.normal(0, 1.5, 500)]
    low, high = draw.normal(0, 1.5, 1000), draw.normal(4, 2, 500)
    plain, careful = calibration.fit(real, low, 0.5, 0.02), calibration.fit(real, np.r_[low, high], 0.5, 0.02)
    assert careful.shift + careful.slope * 6 < plain.shift + plain.slope * 6


def test_a_long_list_looks_at_the_spellings_worth_most_first(lists):
    """The more rows a spelling stands in, the higher the worth from which spellings are looked at."""
    a, b = lists
    (view,) = views_of(a, b)
    true = [(i, i) for i in range(150)]
    every = {tuple(pair) for pair in view.candidates(np.arange(300)).tolist()}
    assert sum(pair in every for pair in true) >= 145
    looks = retrieval._looks(view.near.start, view.near.other, view.near.level, view.held.start)
    tokens = view.left.rows[0]
    bars = [retrieval._bar.py_func(tokens, 3, view.worth, looks * scale) for scale in (1, 100, 10_000)]
    assert bars[0] <= bars[1] <= bars[2]
    assert bars[2] > 0
