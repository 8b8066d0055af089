"""People, side by side with peers on one machine in one run. Prints Markdown tables.

python bench/people.py linkage PEOPLE_DATA [--seed N] [--peers]   lists of the reference, half of the true records removed
python bench/people.py mse PEOPLE_DATA                            published tables of multiple systems estimation
python bench/people.py grades PEOPLE_DATA                         Airwars' own grades from the recorded sources
python bench/people.py sudan PEOPLE_DATA                          1,000 draws of the links of three lists, each estimated
python bench/people.py scale ROWS PEOPLE_DATA                            two generated lists of ROWS rows
"""

import collections
import csv
import gzip
import random
import re
import resource
import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from blindspot.measure.people import link, read_table, undercount
from blindspot.measure.people.evidence import Facts
from blindspot.measure.people.grade import Incident, books, grade
from blindspot.measure.people.linkage import People, names_of
from blindspot.measure.people.readings import read_age, read_sex


def rows_of(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def people_of(rows, field, *, facts):
    def age(row):
        try:
            return (read_age(row.get("age") or "") if facts else None) or (np.nan, np.nan)
        except ValueError:
            return np.nan, np.nan

    ages = np.array([age(r) for r in rows])
    sexes = [read_sex(r.get("gender") or r.get("sex") or "") if facts else 0 for r in rows]
    names = names_of([(r[field], "") for r in rows])
    return People(tuple(str(i) for i in range(len(rows))), names, Facts(ages[:, 0], ages[:, 1], np.array(sexes)))


def scores(pairs, p, truth, n):
    """Best F1, F1 at p >= .95, recall at precision 95 %, calibration error over links at p >= .05."""
    right = np.array([truth.get(int(i), -1) == int(j) for i, j in pairs])
    order = np.argsort(-p, kind="stable")
    hits, made = np.cumsum(right[order]), np.arange(1, len(p) + 1)
    f1, precision = 2 * hits / (made + n), hits / made
    sure = p >= 0.95
    bins = np.minimum((p * 10).astype(int), 9)
    shown = p >= 0.05
    ece = sum(abs((p - right)[shown & (bins == b)].sum()) for b in range(10)) / max(1, shown.sum())
    recall = (hits / n)[precision >= 0.95].max(initial=0)
    return f"{f1.max():.3f} | {2 * right[sure].sum() / (sure.sum() + n):.3f} | {recall:.2f} | {ece:.3f}"


def linkage(folder, seed, peers):
    a = rows_of(folder / "persons" / "airwars_gaza_victims.csv")
    b = rows_of(folder / "persons" / "moh_2025-06-15_ibc.csv")
    other = rows_of(folder / "persons" / "moh_2024-08-31_tfp.csv")
    known = {r["pid"] for r in b}
    a = [r for r in a if r["moh_pid"] in known]
    absent = set(random.Random(seed).sample(sorted({r["moh_pid"] for r in a}), len({r["moh_pid"] for r in a}) // 2))
    b_half = [r for r in b if r["pid"] not in absent]
    place = {r["pid"]: j for j, r in enumerate(b_half)}
    truth = {i: place[r["moh_pid"]] for i, r in enumerate(a) if r["moh_pid"] in place}
    print(f"{len(a)} labelled rows, {len(truth)} with a true record among {len(b_half)}; seed {seed}\n")
    print(
        "| lists | system | best F1 | F1 at p>=.95 | R at P 95 % | ECE | s | CPU s |\n|---|---|---|---|---|---|---|---|"
    )
    tasks = [("Arabic", "ar", "ar", True), ("Arabic, names only", "ar", "ar", False), ("English-Arabic", "en", "ar", True),
             ("English-Arabic, names only", "en", "ar", False), ("English-English", "en", "en", True)]  # fmt: skip
    for name, left, right, facts in tasks:
        run(name, people_of(a, left, facts=facts), people_of(b_half, right, facts=facts), truth)
        if peers:
            fuzzy(name, [r[left] for r in a], [r[right] for r in b_half], truth)
            if left == right:
                splink_stock(name, a, b_half, left, right, truth, facts=facts)
    common = random.Random(seed).sample([r for r in other if r["pid"] in known], 4000)
    gone = {r["pid"] for r in common[:2000]}
    rest = [r for r in b if r["pid"] not in gone]
    place = {r["pid"]: j for j, r in enumerate(rest)}
    truth = {i: place[r["pid"]] for i, r in enumerate(common) if r["pid"] in place}
    run("two romanisations", people_of(common, "en", facts=True), people_of(rest, "en", facts=True), truth)
    if peers:
        splink_stock("two romanisations", common, rest, "en", "en", truth, facts=True)


def run(name, a, b, truth):
    start, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(2) as executor:
        found = link(a, b, executor)
    k = found.kept
    line = scores(found.pairs[k], found.p[k], truth, len(truth))
    print(
        f"| {name} | ours | {line} | {time.perf_counter() - start:.1f} | {time.process_time() - cpu:.1f} |", flush=True
    )


def fuzzy(name, left, right, truth):
    """rapidfuzz on plain text: marks off, Arabic letters as Latin by Unicode name where the scripts differ."""
    from rapidfuzz import fuzz, process

    def plain(text):
        t = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
        if cross and re.search("[\u0600-\u06ff]", t):
            from unidecode import unidecode

            t = unidecode(t)
        return t

    cross = bool(re.search("[\u0600-\u06ff]", left[0])) != bool(re.search("[\u0600-\u06ff]", right[0]))
    start, cpu = time.perf_counter(), time.process_time()
    sample = range(0, len(left), 4)  # a quarter of A: it scores every pair of rows
    targets = [plain(t) for t in right]
    best = [process.extractOne(plain(left[i]), targets, scorer=fuzz.token_sort_ratio) for i in sample]
    pairs = np.array([(i, m[2]) for i, m in zip(sample, best, strict=True)])
    kept = {i: j for i, j in truth.items() if i % 4 == 0}
    line = scores(pairs, np.array([m[1] / 100 for m in best]), kept, len(kept))
    print(
        f"| {name} | rapidfuzz token_sort (every 4th row) | {line} | {time.perf_counter() - start:.1f} | {time.process_time() - cpu:.1f} |",
        flush=True,
    )


def splink_stock(name, a, b, left, right, truth, *, facts):
    """Splink 5 as its tutorial has it: name comparisons on first, second and last token, four blocking rules, EM."""
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    def table(rows, field):
        parts = [r[field].split() for r in rows]
        return pa.table(
            {
                "unique_id": list(range(len(rows))),
                "first": [p[0] if p else None for p in parts],
                "second": [p[1] if len(p) > 2 else None for p in parts],
                "last": [p[-1] if len(p) > 1 else None for p in parts],
                "age": pa.array([int(v[0]) if (v := age_of(r)) else None for r in rows], pa.int64()),
                "sex": [(r.get("gender") or r.get("sex") or " ")[0].strip() or None for r in rows],
            }
        )

    def age_of(row):
        try:
            return read_age(row.get("age") or "")
        except ValueError:
            return None

    start, cpu = time.perf_counter(), time.process_time()
    comparisons = [
        cl.JaroWinklerAtThresholds("first"),
        cl.JaroWinklerAtThresholds("second"),
        cl.JaroWinklerAtThresholds("last"),
    ]
    if facts:
        comparisons += [cl.ExactMatch("age"), cl.ExactMatch("sex")]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[
            block_on("first", "last"),
            block_on("first", "second"),
            block_on("second", "last"),
            block_on("last", "age"),
        ],
    )
    api = DuckDBAPI()
    linker = Linker(
        [api.register(table(a, left), table_name="a"), api.register(table(b, right), table_name="b")], settings
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first", "last"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("second"))
    found = linker.inference.predict(threshold_match_probability=0.01).as_record_list()
    found.sort(key=lambda r: -r["match_probability"])
    used_a, used_b, kept = set(), set(), []
    for r in found:
        i, j = (r["unique_id_l"], r["unique_id_r"])
        if i not in used_a and j not in used_b:
            used_a.add(i)
            used_b.add(j)
            kept.append((i, j, r["match_probability"]))
    line = scores(np.array([k[:2] for k in kept]), np.array([k[2] for k in kept]), truth, len(truth))
    print(
        f"| {name} | Splink, stock | {line} | {time.perf_counter() - start:.1f} | {time.process_time() - cpu:.1f} |",
        flush=True,
    )


def mse(folder):
    published = {
        "kosovo_1999_lcmcr": "10,356 (9,002-12,122)",
        "UKdat_5": "10,000-13,000",
        "UKdat": "10,000-13,000",
        "gaza_lancet_3lists_table": "64,260 (55,298-78,525)",
    }
    print("| table | published | seed | model | estimate | converged | s |\n|---|---|---|---|---|---|---|")
    for name, said in published.items():
        for seed in (1, 2):
            start = time.perf_counter()
            with ThreadPoolExecutor(2) as executor:
                found = undercount(read_table(folder / "mse" / f"{name}.csv"), seed, executor)
            took = time.perf_counter() - start
            for e in found.estimates:
                print(
                    f"| {name} | {said} | {seed} | {e.name} | {e.median:,.0f} ({e.low:,.0f}-{e.high:,.0f}) | {e.converged} ({e.says}) | {took:.1f} |",
                    flush=True,
                )


def sudan(folder, draws=1000):
    """Khartoum, three lists: duplicates and overlaps drawn with the probabilities of their scores; no covariates."""
    from blindspot.measure.people.draws import estimate_draws, tables

    curve = collections.defaultdict(list)
    for r in rows_of(folder / "mse" / "sudan_score_probs.csv"):
        curve[r["par"], r["score"]].append((float(r["p_cum"]), float(r["prob"])))
    links, records = (
        rows_of(folder / "mse" / "sudan_candidate_links.csv"),
        rows_of(folder / "mse" / "sudan_records.csv"),
    )
    print("| Khartoum | published | median of draws | over draws | s |\n|---|---|---|---|---|")
    for name, said, cause in (
        ("all causes", "61,202 (22,286-209,152)", ""),
        ("intentional injury", "26,024 (12,571-58,704)", "intentional injury"),
    ):
        kept = [r for r in records if r["loc_death"] == "Khartoum" and cause in r["cod"]]
        at = {r["dup_id"]: i for i, r in enumerate(kept)}
        found = [
            (at[r["parent_id"]], at[r["dup_id"]], "d", r["dup_score"])
            for r in kept
            if r["parent_id"] != r["dup_id"] and r["parent_id"] in at
        ]
        found += [
            (at[x["match1_id"]], at[x["match2_id"]], "o", x["ovrlp_score"])
            for x in links
            if x["match1_id"] in at and x["match2_id"] in at
        ]
        u = np.random.default_rng(1).random((draws, 2, 6))  # one position on each curve for each draw
        p = np.stack(
            [
                np.interp(u[:, int(kind == "o"), int(score)], *np.transpose(curve[kind, score]))
                for *_, kind, score in found
            ],
            axis=1,
        )
        start = time.perf_counter()
        on = np.array([int(r["list"][-1]) - 1 for r in kept])
        drawn = estimate_draws(tables(on, np.array([f[:2] for f in found]), p, 3, 7), 3)
        low, middle, high = drawn.mixture()
        least, most = drawn.spread()
        print(
            f"| {name} | {said} | {middle:,.0f} ({low:,.0f}-{high:,.0f}) | {least:,.0f}-{most:,.0f} | {time.perf_counter() - start:.1f} |"
        )


def grades(folder):
    """Distinct publishers stand for origins here: the archive does not say who copied whom."""
    sources = collections.defaultdict(set)
    for r in rows_of(folder / "incidents" / "airwars_syria_sources.csv.gz"):
        sources[r["code"]].add(re.sub(r"\W+", "", (r["author"] or r["name"]).casefold()))
    book = books()["airwars"]
    pairs = []
    for r in rows_of(folder / "incidents" / "airwars_syria_incidents.csv.gz"):
        if not r["grade"] or r["code"] not in sources or "," in r["grade"]:
            continue
        conceded = "credible" in r["bell_assess"].split("|") or float(r["conceded_max"] or 0) > 0
        incident = Incident(
            origins=frozenset(sources[r["code"]]) if r["civ_harm_reported"] != "No" else frozenset(),
            admissions=frozenset({"conceded"}) if conceded else frozenset(),
            actors=frozenset(f"actor {i}" for i in range(int(float(r["n_bell"] or 0)))),
            denied=r["civ_harm_reported"] == "No",
        )
        pairs.append((r["grade"].strip(), grade(incident, book).grade))
    truth, got = zip(*pairs, strict=True)
    names = sorted(set(truth) | set(got))
    agree = np.mean([t == g for t, g in pairs])
    chance = sum((truth.count(n) / len(pairs)) * (got.count(n) / len(pairs)) for n in names)
    print(
        f"{len(pairs)} graded incidents with a source list: accuracy {agree:.3f}, kappa {(agree - chance) / (1 - chance):.3f}"
    )
    for n in names:
        tp = sum(t == g == n for t, g in pairs)
        print(f"  {n}: F1 {2 * tp / max(1, truth.count(n) + got.count(n)):.2f} ({truth.count(n)})")


def scale(n, folder):
    """Names dealt at random from a dictionary; every second row of A is on B with one letter changed."""
    draw = np.random.default_rng(1)
    with (folder / "names" / "tfp_dict_ar_en.csv").open(encoding="utf-8") as f:
        words = {row[1] for row in csv.reader(f) if len(row) == 2 and row[1].isalpha() and len(row[1]) > 2}
    stock = draw.permutation(sorted(words))  # names of a public dictionary, dealt at random: no one in particular
    weight = 1 / np.arange(5, len(stock) + 5)
    pick = draw.choice(len(stock), (n + n // 2, 4), p=weight / weight.sum())
    names = [" ".join(stock[k] for k in row) for row in pick]
    ages = draw.integers(0, 90, len(names)).astype(float)
    a_rows, b_rows = np.arange(n), np.r_[np.arange(0, n, 2), np.arange(n, n + n // 2)]
    altered = [m[:-1] + "a" if i % 3 == 0 else m for i, m in enumerate(names)]

    def made(rows, texts):
        return People(
            tuple(map(str, rows)),
            names_of([(texts[r], "") for r in rows]),
            Facts(ages[rows], ages[rows] + 0.999, np.zeros(len(rows), int)),
        )

    a, b = made(a_rows, names), made(b_rows, altered)
    start, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(2) as executor:
        found = link(a, b, executor)
    truth = {i: i // 2 for i in range(0, n, 2)}
    k = found.kept
    line = scores(found.pairs[k], found.p[k], truth, len(truth))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"| {n} x {len(b_rows)} | {line} | {time.perf_counter() - start:.1f} s | {time.process_time() - cpu:.1f} CPU s | {memory:.2f} GB |"
    )


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "linkage":
        linkage(Path(rest[0]), int(rest[rest.index("--seed") + 1]) if "--seed" in rest else 0, "--peers" in rest)
    elif what == "scale":
        scale(int(rest[0]), Path(rest[1]))
    else:
        {"mse": mse, "grades": grades, "sudan": sudan}[what](Path(rest[0]))
