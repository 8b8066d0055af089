"""Flights, watches, presence and repeated counts on the page: each figure with its numbers in words and its table."""

import csv
import re

import pytest


@pytest.fixture(scope="module")
def air(pages):
    return pages["air"].read_text(encoding="utf-8"), pages["air"].parent / "tables"


def rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_figure_has_its_numbers_in_words(air):
    text, _ = air
    labels = re.findall(r'aria-label="([^"]*)"', text)
    for start in (
        "Routes: 1 ", "Chance of finding over 24 hours of search", "W_path: ", "Blind spots of W_path", "Number present at yard",
    ):  # fmt: skip
        assert any(label.startswith(start) for label in labels), start
    for said in (
        "at the edge: profile interval",
        "no lower end",
        "all together",
        "each by himself",
        "hours flown per hour there",
    ):
        assert said in text, said


def test_the_strip_and_the_table_tell_the_same_moments(air):
    text, tables = air
    moments = rows(tables, "moments")
    assert [m["reason"] for m in moments if m["state"] == "not seen"][:2] == ["not on station", "not attended"]
    assert {m["reason"] for m in moments} >= {"not pointed", "too coarse", "not on station"}
    figure = re.search(r'<svg class="field "[^>]*aria-label="W_path: [^"]*">(.*?)</svg>', text)
    assert figure[1].count("<rect") == len(moments)
    ground = rows(tables, "ground_seen")
    assert ground
    assert all(float(g["seen_s"]) + float(g["perhaps_s"]) <= 480 for g in ground)


def test_tables_hold_what_the_figures_show(air):
    _, tables = air
    curve = rows(tables, "cueing")
    assert float(curve[0]["cued_low"]) == 0
    for r in curve:
        assert float(r["uncued_low"]) <= float(r["uncued_exponential_low"]) + 1e-9
        assert float(r["uncued_exponential_high"]) <= float(r["uncued_high"]) + 1e-9
    assert {o["base"] for o in rows(tables, "orbits")} == {"far", "near"}
    present = rows(tables, "present")[0]
    assert float(present["all_together_lr_none_seen_high"]) < float(present["each_by_himself_lr_none_seen_high"])
    assert sum(float(d["after"]) for d in rows(tables, "present_distribution")) == pytest.approx(1, abs=1e-3)
    assert {c["model"].split()[-1] for c in rows(tables, "counts")} == {"poisson", "negative_binomial", "zero_inflated"}
    assert rows(tables, "statements_tested")[0]["holds"] == "False"
