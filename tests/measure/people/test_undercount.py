import csv
import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from blindspot.errors import CaseError, UsageError
from blindspot.measure.people import graphs, latentclass, loglinear, read_table, undercount
from blindspot.measure.people.contingency import Table, chao, dependence, inside, patterns, tabulate


def independent(n, rates, seed=1):
    """A town of n people, each on list j with rate j, by chance alone."""
    on = np.random.default_rng(seed).random((n, len(rates))) < np.array(rates)
    kept = on[on.any(axis=1)].astype(int)
    return tabulate(tuple("ABCDE"[: len(rates)]), kept, np.ones(len(kept)))


@pytest.mark.long
def test_a_known_town_is_covered_by_every_model():
    found = undercount(independent(5000, (0.3, 0.4, 0.25, 0.35)))
    for e in found.estimates:
        assert e.low <= 5000 <= e.high, e
    assert found.lower_bound[0] == pytest.approx(5000, rel=0.1)


def test_fit_against_a_plain_optimiser():
    table = independent(800, (0.3, 0.4, 0.25))
    x = patterns(3)[1:]
    design = np.c_[np.ones(7), x, x[:, 0] * x[:, 1]]
    n = table.counts[1:]
    best = minimize(lambda b: np.exp(design @ b).sum() - n @ (design @ b), np.r_[5.0, -1, -1, -1, 0], method="BFGS")
    fitted = loglinear.fit(table.counts[None, :], 3, np.array([[1, 0, 0]]))
    assert fitted.log_unseen[0, 0] == pytest.approx(best.x[0], abs=1e-3)


def test_decomposable_graphs_are_counted():
    assert [len(graphs.decomposable(k)) for k in (2, 3, 4, 5)] == [2, 8, 61, 822]


def test_chao_by_hand():
    table = Table(("a", "b"), np.array([0.0, 10, 20, 6]))
    estimate, low, high = chao(table)
    assert estimate == pytest.approx(36 + 0.5 * 30**2 / 12)
    assert 36 < low < estimate < high


def test_lists_that_copy_show_their_dependence():
    random = np.random.default_rng(2)
    on = random.random((4000, 3)) < 0.3
    on[:, 1] |= on[:, 0] & (random.random(4000) < 0.6)
    rows = on[on.any(axis=1)].astype(int)
    ratio = {(a, b): r for a, b, r, *_ in dependence(tabulate(("a", "b", "c"), rows, np.ones(len(rows))))}
    assert ratio["a", "b"] > 2 > ratio["a", "c"] > 0.5


def test_chains_that_disagree_are_found_out():
    random = np.random.default_rng(0)
    same = random.normal(size=(4, 2000))
    assert latentclass.rank_r_hat(same) < 1.01
    assert latentclass.effective_size(same) > 6000
    assert latentclass.rank_r_hat(same + np.array([[0], [0], [0], [3]])) > 1.2


def test_the_same_seed_gives_the_same_chains():
    table = independent(600, (0.3, 0.4, 0.25))
    one, two = (latentclass.sample(table, 5, kept=50, thin=2, burn=50).unseen for _ in range(2))
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a,b,count\n1,0,5\n0,1,4\n1,1,2\n", "three or more"),
        ("a,b,c,count\n1,0,0,5\n0,1,0,4\n0,0,1,2\n", "without any overlap"),
        ("a,b,c,count\n1,0,0,5\n0,1,0,4\n1,1,0,2\n", "no person stands on it"),
        ("a,b,c,count\n1,1,1,100\n", "1 is left"),
        ("a,b,c,count\n1,1,0,100\n1,1,1,40\n0,0,1,60\n", "all 140 persons on b stand on a too"),
        ("a,b,c,count\n1,0,0,120\n0,0,1,90\n1,1,0,40\n1,0,1,35\n1,1,1,15\n", "all 55 persons on b"),
        ("a,b,c,count\n1,0,0,120\n0,1,0,80\n0,0,1,90\n1,1,0,30\n", "c: shares no person"),
        ("a,b,c,count\n0,0,0,9\n", "no person stands on any list"),
        ("name,age\nx,3\n", "no column of 0 and 1"),
        ("a,b,c,count\n", "no rows"),
    ],
)
def test_refusals_say_why(tmp_path, text, what):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(UsageError, match=what):
        undercount(read_table(tmp_path / "t.csv"))


def test_a_short_list_within_another_by_luck_is_no_copy():
    table = Table(("a", "b", "c"), np.array([0.0, 50, 0, 2, 20, 30, 0, 0]))  # b names two people, both on a
    assert [name for name, *_, luck in inside(table) if luck < 0.01] == []
    copied = Table(("a", "b", "c"), np.array([0.0, 50, 0, 40, 60, 30, 0, 0]))
    (one,) = inside(copied)
    assert one[:3] == ("b", "a", 40)
    assert one[3] < 0.01


def test_a_list_written_twice_in_the_header_and_a_foreign_encoding_are_named(tmp_path):
    (tmp_path / "t.csv").write_text("a,a,b,count\n1,0,0,5\n")
    with pytest.raises(CaseError) as error:
        read_table(tmp_path / "t.csv")
    assert str(error.value.problems[0].where) == "t.csv:1:a"
    (tmp_path / "t.csv").write_bytes("a,b,c,count\n1,0,0,5\né,0,0,5\n".encode("latin-1"))
    with pytest.raises(UsageError, match=r"t\.csv:3: is not UTF-8"):
        read_table(tmp_path / "t.csv")


def test_wrong_cells_are_named(tmp_path):
    (tmp_path / "t.csv").write_text("a,b,c,count\n1,0,2,5\n0,1,0,-4\n")
    with pytest.raises(CaseError) as error:
        read_table(tmp_path / "t.csv")
    assert [str(p.where) for p in error.value.problems] == ["t.csv:2:c", "t.csv:3:count"]


def test_one_row_per_person_is_counted(tmp_path):
    with (tmp_path / "t.csv").open("w", newline="") as f:
        csv.writer(f).writerows([["a", "b", "c", "age"], [1, 0, 0, 30], [1, 0, 0, 40], [0, 1, 1, 5]])
    table = read_table(tmp_path / "t.csv")
    assert table.lists == ("a", "b", "c")
    assert table.observed == 3


@pytest.mark.long
def test_published_tables(shared):
    mse = shared / "people" / "mse"
    kosovo = undercount(read_table(mse / "kosovo_1999_lcmcr.csv"))
    latent = kosovo.estimates[-1]
    assert latent.converged
    assert abs(latent.median / 10_356 - 1) < 0.05
    assert latent.low <= 10_356 <= latent.high
    gaza = read_table(mse / "gaza_lancet_3lists_table.csv")
    fitted = loglinear.fit(gaza.counts[None, :], 3)
    weight = loglinear.weights(fitted, np.array([gaza.counts.sum()]))
    total = loglinear.averaged(fitted, weight, (0.5,))[0, 0] + gaza.counts.sum()
    assert abs(total / 64_260 - 1) < 0.03


def test_tables_are_fitted_together_as_one_by_one():
    tables = np.stack([independent(500, (0.3, 0.4, 0.25), s).counts for s in range(3)])
    together = loglinear.fit(tables, 3)
    for i, table in enumerate(tables):
        assert together.log_unseen[i] == pytest.approx(loglinear.fit(table[None, :], 3).log_unseen[0], abs=1e-6)
    assert len(together.pairs) == len(list(itertools.product((0, 1), repeat=3)))


def test_links_that_are_sure_join_and_links_that_are_not_do_not():
    from blindspot.measure.people.draws import tables

    on, pairs = np.array([0, 1, 2, 2, 0]), np.array([[0, 1], [1, 2], [2, 3]])
    sure = tables(on, pairs, np.ones((1, 3)), 3, 1)[0]
    never = tables(on, pairs, np.zeros((1, 3)), 3, 1)[0]
    assert sure[0b111] == 1
    assert sure[0b001] == 1
    assert sure.sum() == 2
    assert list(never[[1, 2, 4]]) == [2, 1, 2]


def test_doubt_about_links_widens_the_estimate():
    from blindspot.measure.people.draws import estimate_draws, tables

    random = np.random.default_rng(4)
    on = np.repeat([0, 1, 2], 300)
    pairs = np.array(
        [(i, j) for i, j in zip(range(120), range(300, 420), strict=True)] + [(i, 600 + i) for i in range(60, 160)]
    )
    doubt = random.uniform(0.3, 0.9, (60, len(pairs)))
    drawn = estimate_draws(tables(on, pairs, doubt, 3, 2), 3)
    again = estimate_draws(tables(on, pairs, doubt, 3, 2), 3)
    assert np.array_equal(drawn.totals, again.totals, equal_nan=True)
    low, high = drawn.spread()
    assert low < drawn.mixture()[1] < high


@pytest.mark.parametrize("cell", ["4999999999999999999990", "²", "-1", "1e3"])
def test_a_cell_that_is_no_count_is_named(tmp_path, cell):
    (tmp_path / "t.csv").write_text(f"a,b,c,count\n1,0,0,{cell}\n0,1,1,5\n", encoding="utf-8")
    with pytest.raises(CaseError) as found:
        read_table(tmp_path / "t.csv")
    assert [(p.where.row, p.where.column) for p in found.value.problems] == [(2, "count")]


_CELLS = {"100": 50, "010": 60, "001": 40, "110": 20, "101": 15, "011": 18, "111": 9}


@pytest.mark.parametrize(
    "lines",
    [
        ["A,B,C,persons", *(f"{','.join(x)},{n}" for x, n in _CELLS.items())],
        ["A;B;C;count", *(f"{';'.join(x)};{n}" for x, n in _CELLS.items())],
        ["history,Freq", *(f"{x},{n}" for x, n in _CELLS.items())],
        ["A,B,C,count", *(f"{','.join('yes' if m == '1' else 'No' for m in x)},{n}" for x, n in _CELLS.items())],
    ],
)
def test_tables_of_other_shapes_are_read_alike(tmp_path, lines):
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    table = read_table(path)
    assert table.observed == sum(_CELLS.values())
    assert len(table.lists) == 3
    assert table.counts[0b011] == _CELLS["110"]


def test_two_columns_of_numbers_are_asked_about(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("A,B,C,year,persons\n1,0,0,1999,5\n0,1,0,2000,6\n1,1,1,2001,7\n", encoding="utf-8")
    with pytest.raises(UsageError, match="year, persons"):
        read_table(path)


def test_a_model_that_needs_an_empty_pattern_is_left_out():
    """With nobody on all three lists the model of all pairs puts nobody on no list, without bound: it says nothing."""
    x = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]])
    table = tabulate(("A", "B", "C"), x, np.array([50, 60, 40, 20, 15, 18]))
    fitted = loglinear.fit(loglinear.table_of(table), 3)
    kept = loglinear.identified(fitted, np.array([203.0]))[0]
    assert kept.sum() == 7
    assert not kept[-1]
