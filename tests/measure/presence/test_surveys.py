"""Repeated counts from the command line: every model with its flags and ranges, and every wrong cell named."""

import csv
import json
import random

import numpy as np
import pytest
from click.testing import CliRunner

from blindspot.cli import cli
from folders import write_case


def run(*args):
    return CliRunner().invoke(cli, [str(a) for a in args])


def found(path, *args):
    result = run("presence", "--counts", path, "--json", *args)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["counts"][0]


def write(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def value(model, name):
    return next(p for p in model["parameters"] if p["name"] == name)


def by_model(table):
    return {m["model"].split()[-1]: m for m in table["models"]}


@pytest.mark.shared
def test_mallard_as_unmarked_prints_it(shared, tmp_path):
    folder = shared / "presence"
    y, site = rows_of(folder / "mallard_y.csv"), rows_of(folder / "mallard_site.csv")
    visits = {"ivel": rows_of(folder / "mallard_ivel.csv"), "date": rows_of(folder / "mallard_date.csv")}
    visits["date2"] = [["NA" if v == "NA" else float(v) ** 2 for v in row] for row in visits["date"]]
    header = ["site", *(f"count_{k}" for k in "abc"), "abundance_elev", "abundance_length", "abundance_forest"]
    header += [f"detection_{x}_{k}" for x in visits for k in "abc"]
    rows = [[i, *y[i], *site[i], *visits["ivel"][i], *visits["date"][i], *visits["date2"][i]] for i in range(len(y))]
    models = by_model(found(write(tmp_path / "mallard.csv", header, rows)))
    assert [models[m]["aic"] for m in ("poisson", "negative_binomial", "zero_inflated")] == pytest.approx(
        [511.2066, 477.5695, 496.4673], abs=1e-3
    )
    assert value(models["poisson"], "lambda0")["estimate"] == pytest.approx(-1.989416, abs=1e-3)
    assert value(models["poisson"], "lambda1")["says"] == "factor per unit of elev on the number per site"
    assert value(models["negative_binomial"], "p2")["estimate"] == pytest.approx(-0.312857, abs=1e-3)
    plain = by_model(found(write(tmp_path / "plain.csv", header[:4], [r[:4] for r in rows])))
    total = plain["poisson"]["total"]
    assert total["low"] < 81.31 < total["high"]  # sum of E(N | y) by unmarked


@pytest.mark.shared
def test_frogs_at_the_edge_carry_a_flag_and_a_profile_interval(shared, tmp_path):
    path = shared / "presence" / "frogs_pfer_bin.csv"
    file = write(
        tmp_path / "frogs.csv",
        ["site", "count_1", "count_2", "count_3"],
        [[i, *r] for i, r in enumerate(rows_of(path))],
    )
    models = by_model(found(file))
    psi = value(models["occupancy"], "psi0")
    assert (psi["interval"], psi["flagged"]) == ("profile", True)
    assert (psi["low"], psi["high"]) == pytest.approx((0.80, 1.0), abs=2e-3)
    assert models["occupancy"]["flags"]
    assert models["royle-nichols"]["aic"] == pytest.approx(261.7647, abs=1e-3)
    rn = {p["name"]: p for p in models["royle-nichols"]["parameters"]}
    assert rn["lambda0"]["flagged"]
    assert rn["lambda0"]["high"] is None
    assert rn["r0"]["low"] == 0
    said = run("presence", "--counts", file).stdout
    assert "AT THE EDGE: profile interval" in said
    assert "moves with the N summed over" in said


@pytest.mark.shared
def test_passes_and_bands(shared, tmp_path):
    folder = shared / "presence"
    oven = [
        [c[0], *y, *c[1:]]
        for y, c in zip(rows_of(folder / "ovenbird_removal.csv"), rows_of(folder / "ovenbird_cov.csv"), strict=True)
    ]
    table = found(
        write(tmp_path / "o.csv", ["site", *(f"pass_{k}" for k in range(4)), "abundance_ufc", "abundance_trba"], oven)
    )
    assert table["models"][0]["aic"] == pytest.approx(326.1387, abs=1e-3)
    assert [value(table["models"][0], n)["estimate"] for n in ("lambda0", "lambda1", "lambda2", "p")] == pytest.approx(
        [0.102368, 0.100294, -0.170861, 0.287576], abs=1e-3
    )
    assert len(table["scaled"]) == 2  # ufc and trba stand in per cent: taken in standard deviations, and said
    lines = [[i, 1000 * float(r[4]), *r[:4]] for i, r in enumerate(rows_of(folder / "linetran.csv"))]
    table = found(
        write(tmp_path / "l.csv", ["site", "length_m", "band_0_5", "band_5_10", "band_10_15", "band_15_20"], lines)
    )
    got = {m["model"]: m["aic"] for m in table["models"]}
    assert got["distance halfnormal"] == pytest.approx(164.7524, abs=1e-3)
    assert got["distance hazard"] == pytest.approx(167.0218, abs=1e-3)
    assert next(iter(got)) == "distance exponential"  # best first


@pytest.mark.long
def test_the_stated_ranges_hold_the_number_that_was_there(tmp_path):
    """90 % ranges of each site and of the whole, over simulated readers who each count a part of those present."""
    rng = np.random.default_rng(7)
    site_hits, sites, whole = 0, 0, 0
    for k in range(10):
        n = rng.poisson(6, 60)
        y = rng.binomial(n[:, None], 0.6, (60, 4))
        table = found(
            write(tmp_path / f"{k}.csv", ["site", *(f"count_{r}" for r in "abcd")], [[i, *r] for i, r in enumerate(y)])
        )
        model = by_model(table)["poisson"]
        site_hits += sum(s["low"] <= t <= s["high"] for s, t in zip(model["sites"], n, strict=True))
        sites += 60
        lam = value(model, "lambda0")
        whole += lam["low"] <= 6 <= lam["high"]
    assert 0.87 <= site_hits / sites <= 0.98
    assert whole >= 8  # of 10; 95 % ranges: fewer have a chance of 1 %


def test_counts_that_cannot_tell_many_from_few_are_flagged_and_give_no_total(tmp_path):
    """Counts of one site that differ as much as those of two sites: any K fits better than the one before."""
    rows = [["a", 0, 3], ["b", 1, 1], ["c", 0, 3], ["d", 2, 1], ["e", 0, 3], ["f", 0, 1]]
    for model in found(write(tmp_path / "few.csv", ["site", "count_1", "count_2"], rows))["models"]:
        number, chance = value(model, "lambda0"), value(model, "p0")
        assert (number["interval"], number["high"]) == ("profile", None)
        assert (chance["interval"], chance["low"]) == ("profile", 0.0)
        assert number["low"] > 0.5
        assert (model["total"], model["sites"]) == (None, [])
        assert all("edge" in flag for flag in model["flags"])
    large = [["a", 990, 1010], ["b", 1130, 1120], ["c", 1055, 1038]]  # many is not the same as at the edge
    poisson = by_model(found(write(tmp_path / "many.csv", ["site", "count_1", "count_2"], large)))["poisson"]
    assert "has run off" not in " ".join(poisson["flags"])


def test_counts_of_a_case_stand_beside_its_households_and_in_check(tmp_path):
    root = write_case(tmp_path / "case")
    (root / "counts").mkdir()
    write(
        root / "counts" / "readers.csv",
        ["site", "count_ann", "count_ben"],
        [["yard", 2, 3], ["lane", 0, 1], ["roof", 1, 1]],
    )
    assert run("check", root).exit_code == 0
    result = run("presence", root, "--json")
    assert [c["file"] for c in json.loads(result.stdout)["counts"]] == ["counts/readers.csv"]
    (root / "counts" / "readers.csv").write_text("site,count_a,count_b\nyard,2,-1\nyard,x,1.5\n", encoding="utf-8")
    result = run("check", root)
    said = result.exception.diagnostics()
    for where in (
        "counts/readers.csv:2:count_b: is not a count",
        "counts/readers.csv:3:count_a: is not a number",
        "counts/readers.csv:3:count_b: is not a count",
        "counts/readers.csv:3:site: is already the site of row 2",
    ):
        assert where in said
    assert "nothing was written" in said


WRONG = {
    "site,count_1\na,1\n": "count_1: stands alone",
    "site,count_1,pass_1\na,1,1\n": "mixes counts, passes and bands",
    "count_1,count_2\n1,2\n": "site: is missing from the header",
    "site,count_1,count_2,elevation\na,1,2,3\n": "elevation: is not a column of this file",
    "site,pass_1,pass_2\na,1,\n": ":2:pass_2: is empty",
    "site,band_0_5,band_5_10\na,1,1\n": "length_m: is missing",
    "site,length_m,band_0_5,band_6_10\na,100,1,1\n": "begin it at 5 m",
    "site,length_m,band_5_0,band_5_10\na,100,1,1\n": "band_5_0: is not a band",
    "site,length_m,band_0_5,band_5_10\na,0,1,1\n": "is not a length",
    "site,count_1,count_2\na,0,0\nb,0,0\n": "nothing was ever counted",
    "site,pass_1,pass_2\na,0,0\n": "nothing was ever found",
    "site,length_m,band_0_5,band_5_10\na,9,0,0\n": "nothing was ever found",
    "site,count_1,count_2\na,,\n": "no site has a count",
    "site,count_1,count_2\na,99999,1\n": "from 0 to 5000",
    "site,count_1,count_2\n": "holds no site",
    "site,count_1,count_2\na,1\n": "has 2 cells",
    "": "is empty",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_every_wrong_file_gets_a_clear_line(tmp_path, text, said):
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    result = run("presence", "--counts", tmp_path / "c.csv")
    assert result.exit_code == 2 or result.exception is not None
    from blindspot.errors import BlindspotError

    assert isinstance(result.exception, BlindspotError), result.output
    assert said in result.exception.diagnostics()


@pytest.mark.long
def test_mutated_files_give_numbers_or_clear_lines(tmp_path):
    from blindspot.errors import BlindspotError

    rng = random.Random(4)
    cells = [
        "",
        "NA",
        "0",
        "1",
        "3",
        "-2",
        "1e9",
        "nan",
        "inf",
        "x",
        "0.5",
        "5000",
        "\u0661",
        '"',
        "1,2",
        "2021-08-29",
        "NULL",
    ]
    header = ["site", "count_1", "count_2", "abundance_x", "detection_y_1", "detection_y_2", "note"]
    for k in range(10):
        rows = [
            [f"s{i}", rng.randint(0, 2), rng.randint(0, 3), rng.random(), rng.random(), rng.random(), ""]
            for i in range(6)
        ]
        top = list(header)
        for _ in range(rng.randint(1, 4)):
            rng.choice(rows)[rng.randrange(7)] = rng.choice(cells)
        if rng.random() < 0.3:
            top[rng.randrange(7)] = rng.choice(["site", "count_3", "pass_1", "detection_y", "band_0_5", "", "length_m"])
        result = run("presence", "--counts", write(tmp_path / f"{k}.csv", top, rows), "--json")
        assert result.exception is None or isinstance(result.exception, BlindspotError | SystemExit), result.exception


def test_without_a_case_or_a_file_the_verb_says_what_to_give():
    result = run("presence")
    assert "name a case" in str(result.exception)
    assert "there" in run("presence", "--counts", "no-such.csv").exception.diagnostics()
