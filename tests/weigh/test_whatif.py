"""What-if answers are what the edited case would say, to the last digit."""

import csv
import shutil

import pytest

from blindspot import rooms
from blindspot.case import open_case
from blindspot.quantities import Range
from blindspot.stages import Review, stage
from blindspot.weigh import weigh, what_if

ROWS = 4096


@pytest.fixture(scope="module")
def known(kabul, tmp_path_factory):
    folder = shutil.copytree(
        kabul, tmp_path_factory.mktemp("whatif") / "case", ignore=shutil.ignore_patterns("made", "out")
    )
    run = Review(folder)
    results = {s.name: run.result(s.name) for s in run.before(stage("weigh")) if s.run}
    return folder, run.case, rooms.offers(results)


def edited(folder, file, key, column, value):
    path = folder / file
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    at = rows[0].index(column)
    for row in rows:
        if row[0] == key:
            row[at] = value
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)


def test_nothing_changed_is_the_weighing_itself(known):
    _, case, offers = known
    told = {a.id: a for a in weigh(case, None, offers).answers}
    found = what_if(case, offers, rows=ROWS)
    for q, over in found.over.items():
        for p in told[q].posteriors:
            assert over[p.id].median == pytest.approx(p.over.median, abs=1e-12)
            assert over[p.id].low == pytest.approx(p.over.low, abs=1e-12)
        assert found.naive[q] == pytest.approx(told[q].naive, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "file", "key", "column"),
    [
        ("hit:O_FEED_AFTER", "origins.csv", "O_FEED_AFTER", "hit"),
        ("reliability:centcom_first", "sources.csv", "centcom_first", "reliability"),
    ],
)
def test_a_number_replaced_is_the_cell_edited(known, tmp_path, name, file, key, column):
    folder, case, offers = known
    copy = shutil.copytree(folder, tmp_path / "case")
    edited(copy, file, key, column, "0.31-0.47")
    there = what_if(open_case(copy), offers, rows=512)
    here = what_if(case, offers, {name: Range(0.31, 0.47)}, rows=512)
    before = what_if(case, offers, rows=512)
    assert here.over == there.over
    assert here.naive == there.naive
    assert here.over != before.over


def test_an_expectation_moves_the_unrated_rest_with_it(known, tmp_path):
    folder, case, offers = known
    fact, hypothesis = next((f, h) for f, h in case.expect if h != "other")
    copy = shutil.copytree(folder, tmp_path / "case")
    path = copy / "expect.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    at = rows[0].index(fact)
    question = case.facts[fact].question
    for row in rows:
        if row[:2] == [question, hypothesis]:
            row[at] = "0.02-0.98"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    here = what_if(case, offers, {f"expect:{fact}/{hypothesis}": Range(0.02, 0.98)}, rows=256)
    assert here.over == what_if(open_case(copy), offers, rows=256).over


def test_leaving_out_is_deleting_the_claims(known, tmp_path):
    folder, case, offers = known
    origin = "O_FEED_AFTER"
    copy = shutil.copytree(folder, tmp_path / "case")
    for name in ("tolls.csv", "links.csv"):
        (copy / name).unlink(missing_ok=True)
    path = copy / "claims.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    at = rows[0].index("origin")
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(r for r in rows if r[at] != origin)
    deleted = what_if(open_case(copy), offers, rows=4096).over
    left = what_if(case, offers, without=[origin], rows=4096).over
    # Deleting rows also drops their numbers, so that the draws differ: the medians agree within the noise of the draws.
    for q, over in left.items():
        for h, spread in over.items():
            assert spread.median == pytest.approx(deleted[q][h].median, abs=0.02)


def test_an_unknown_number_is_refused(known):
    _, case, offers = known
    with pytest.raises(KeyError):
        what_if(case, offers, {"hit:NOBODY": Range(0.1, 0.2)}, rows=64)
