"""The laws of the small case hold on the real one: copies change nothing, order changes no byte."""

import csv
import json
import random
import shutil

import numpy as np
import pytest

from blindspot.case import open_case
from blindspot.stages import review
from blindspot.weigh import build
from blindspot.weigh.draws import drawn
from blindspot.weigh.known import known_reports

TABLES = ("claims.csv", "sources.csv", "origins.csv", "facts.csv", "expect.csv", "places.csv", "stops.csv")


def copied(kabul, folder):
    return shutil.copytree(kabul, folder, ignore=shutil.ignore_patterns("out", "made"))


def posteriors(folder):
    case = open_case(folder)
    built = build(case)
    draws = drawn(built.network, 64)
    found, _ = built.network.posterior(draws.numbers, draws.rows, known_reports(case, built, None))
    return {name: p for name, p in found.items() if name.startswith("question:")}


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def write(path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def test_perfect_copies_of_any_claims_change_no_posterior(kabul, tmp_path):
    folder = copied(kabul, tmp_path / "case")
    before = posteriors(folder)
    header, rows = read(folder / "claims.csv")
    at = {name: i for i, name in enumerate(header)}
    sources = [row[at["source"]] for row in rows]
    more = []
    for i, row in enumerate(rows):
        if row[at["says"]] and not row[at["copy_of"]]:
            again = list(row)
            again[at["id"]] = f"COPY{i}"
            again[at["copy_of"]], again[at["copied"]] = row[at["id"]], ""
            again[at["source"]] = sources[(7 * i) % len(sources)]
            more.append(again)
    assert len(more) > 80
    write(folder / "claims.csv", header, rows + more)
    after = posteriors(folder)
    assert max(np.abs(after[name] - before[name]).max() for name in before) <= 1e-12


@pytest.mark.long
def test_order_of_rows_changes_no_byte_of_any_output(kabul, tmp_path):
    a, b = copied(kabul, tmp_path / "a"), copied(kabul, tmp_path / "b")
    for file in TABLES:
        header, rows = read(b / file)
        random.Random(3).shuffle(rows)
        write(b / file, header, rows)
    for folder in (a, b):
        review(folder)
    outputs = [{p.relative_to(f): p.read_bytes() for p in (f / "out").rglob("*") if p.is_file()} for f in (a, b)]
    assert outputs[0] == outputs[1]
    json.loads(outputs[0][next(p for p in outputs[0] if p.name == "findings.json")])
