"""People, side by side with peers on one machine in one run. Prints Markdown tables.

python bench/people.py linkage PEOPLE_DATA [--seed N] [--peers]   lists of the reference, half of the true records removed
python bench/people.py mse PEOPLE_DATA                            published tables of multiple systems estimation
python bench/people.py grades PEOPLE_DATA                         Airwars' own grades from the recorded sources
python bench/people.py sudan PEOPLE_DATA                          1,000 draws of the links of three lists, each estimated
python bench/people.py scale ROWS,... PEOPLE_DATA                 `people --match` on two generated lists of ROWS rows each
"""

import collections
import csv
import gzip
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from blindspot.measure.people import link, read_table, undercount
from blindspot.measure.people.evidence import Facts
from blindspot.measure.people.grade import Incident, books, grade
from blindspot.measure.people.linkage import People, names_of
from blindspot.measure.people.names import read_name
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
    recall = (hits / n)[precision >= 0.95].max(initial=0)
    ece, floor = calibration_error(p, right)
    return f"{f1.max():.3f} | {2 * right[sure].sum() / (sure.sum() + n):.3f} | {recall:.2f} | {ece:.3f} ({floor:.3f})"


def calibration_error(p, right):
    """Over links at p >= .05, and what a perfect posterior would show on so few of them."""
    p, right = p[p >= 0.05], right[p >= 0.05]
    bins = np.minimum((p * 10).astype(int), 9)

    def error(came):
        return np.abs(np.bincount(bins, p - came, 10)).sum() / max(1, len(p))

    draw = np.random.default_rng(0).random((200, len(p))) < p
    return error(right), np.mean([error(d) for d in draw])


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
        "| lists | system | best F1 | F1 at p>=.95 | R at P 95 % | ECE (floor) | s | CPU s |\n|---|---|---|---|---|---|---|---|"
    )
    tasks = [("Arabic", "ar", "ar", True), ("Arabic, names only", "ar", "ar", False), ("English-Arabic", "en", "ar", True),
             ("English-Arabic, names only", "en", "ar", False), ("English-English", "en", "en", True)]  # fmt: skip
    common = random.Random(seed).sample([r for r in other if r["pid"] in known], 4000)
    gone = {r["pid"] for r in common[:2000]}
    rest = [r for r in b if r["pid"] not in gone]
    at = {r["pid"]: j for j, r in enumerate(rest)}
    kept = {i: at[r["pid"]] for i, r in enumerate(common) if r["pid"] in at}
    lists = [(name, a, b_half, truth, left, right, facts) for name, left, right, facts in tasks]
    lists.append(("two romanisations", common, rest, kept, "en", "en", True))
    pooled = [
        run(name, people_of(x, left, facts=facts), people_of(y, right, facts=facts), true)
        for name, x, y, true, left, right, facts in lists
    ]
    p, came = (np.concatenate(part) for part in zip(*pooled, strict=True))
    print("| all of them | ours | | | | {:.3f} ({:.3f}) | | |".format(*calibration_error(p, came)), flush=True)
    for folded in (False, True) if peers else ():
        for name, x, y, true, left, right, facts in lists:
            if left == right:
                splink_stock(name, x, y, left, right, true, facts=facts, folded=folded)
    for name, x, y, true, left, right, facts in lists if peers else ():
        if facts:  # it reads names only, whatever else there is
            fuzzy(name, [r[left] for r in x], [r[right] for r in y], true)


def run(name, a, b, truth):
    start, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(2) as executor:
        found = link(a, b, executor)
    k = found.kept
    line = scores(found.pairs[k], found.p[k], truth, len(truth))
    print(
        f"| {name} | ours | {line} | {time.perf_counter() - start:.1f} | {time.process_time() - cpu:.1f} |", flush=True
    )
    return found.p[k], np.array([truth.get(int(i), -1) == int(j) for i, j in found.pairs[k]])


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


def splink_stock(name, a, b, left, right, truth, *, facts, folded):
    """Splink 5 as its tutorial has it: name comparisons on first, second and last token, four blocking rules, EM.

    folded: the tokens are those of our own reading of names, with their compounds joined and spellings folded.
    """
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    def table(rows, field):
        parts = [read_name(r[field]).tokens if folded else r[field].split() for r in rows]
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
    kind = "our tokens" if folded else "stock"
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
        f"| {name} | Splink, {kind} | {line} | {time.perf_counter() - start:.1f} | {time.process_time() - cpu:.1f} |",
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


def scale(sizes, folder):
    """`people --match` on generated lists: wall, CPU seconds and peak memory of the process that a user starts."""
    print(
        "| rows x rows | best F1 | F1 at p>=.95 | R at P 95 % | ECE (floor) | s | CPU s | peak memory |\n|---|---|---|---|---|---|---|---|"
    )
    for n in sizes:
        with tempfile.TemporaryDirectory() as made:
            truth = invented(n, folder, Path(made))
            start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [
                Path(sys.executable).with_name("blindspot"),
                "people",
                "--match",
                f"{made}/a.csv",
                f"{made}/b.csv",
                "--json",
            ]
            with Path(made, "out.json").open("wb") as out:
                subprocess.run(command, stdout=out, check=True)
            took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            found = json.loads(Path(made, "out.json").read_bytes())["links"]
        pairs = np.array([(x["a"], x["b"]) for x in found], dtype=int)
        line = scores(pairs, np.array([x["p"] for x in found]), truth, len(truth))
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"| {n:,} x {n:,} | {line} | {took:.0f} | {cpu:.0f} | {after.ru_maxrss / 2**20:.2f} GB |", flush=True)


def invented(n, folder, out, seed=1):
    """Two lists of n invented people, half of A on B: a.csv, b.csv; returns the truth. Nobody in particular is meant.

    Households of one to eight share father, grandfather and family; given names by Zipf's law over 4,000 of a dictionary
    (the commonest 5 %), families over 60,000, four in five of them made of two dictionary names. B has four parts in
    Arabic; A has two to four, in Arabic (every second row) or Latin letters, misspelt in one token of ten; ages a
    year or two off in a quarter of the rows, blank in a tenth.
    """
    draw = np.random.default_rng(seed)
    words = {}
    with (folder / "names" / "wikidata_en_ar_tokens.tsv").open(encoding="utf-8") as f:
        for latin, arabic, _ in (row.rstrip("\n").split("\t") for row in f):
            token = arabic.replace(" ", "")
            if latin.isalpha() and 3 <= len(token) <= 8:
                words.setdefault(token, latin)
    stock = draw.permutation(sorted(words))
    given, family = stock[:4000], stock[4000:16000]
    second = draw.integers(0, 4000, 60000)
    families = [(f, words[f]) if k % 5 == 0 else (f"{f} {given[second[k]]}", f"{words[f]} {words[given[second[k]]]}")
                for k, f in enumerate(draw.choice(family, 60000))]  # fmt: skip
    total = n + n // 2
    household = np.repeat(np.arange(total), draw.integers(1, 9, total))[:total]
    of_given, of_family = (1 / (np.arange(size) + shift) for size, shift in ((4000, 6.0), (60000, 40.0)))

    def zipf(weight, size):
        return np.searchsorted(np.cumsum(weight / weight.sum()), draw.random(size))

    heads = household[-1] + 1
    father, grandfather, line = (zipf(w, heads)[household] for w in (of_given, of_given, of_family))
    own, ages = zipf(of_given, total), draw.integers(0, 85, total)
    order = draw.permutation(total)  # people of one household stand anywhere on the lists
    on_a, on_b = order[:n], np.r_[order[: n // 2], order[n:]]
    on_b = draw.permutation(on_b)

    def misspelt(token):
        at = draw.integers(1, len(token))
        kind = draw.integers(3)
        return (
            token[:at]
            + (token[at - 1] + token[at:], token[at + 1 :], token[at : at + 1][::-1] + token[at - 1] + token[at + 1 :])[
                kind
            ]
        )

    with (out / "a.csv").open("w", encoding="utf-8", newline="") as f:
        rows = csv.writer(f)
        rows.writerow(["id", "name", "age", "sex"])
        for k, i in enumerate(on_a):
            parts = [given[own[i]], given[father[i]], given[grandfather[i]]]
            last = families[line[i]][k % 2]
            tokens = [*(words[p] if k % 2 else p for p in parts), last]
            length = draw.choice(3, p=(0.1, 0.5, 0.4))
            tokens = [tokens[0], *tokens[1 : 1 + length], tokens[3]]
            tokens = [misspelt(t) if draw.random() < 0.1 and len(t) > 3 else t for t in tokens]
            age = "" if draw.random() < 0.1 else max(0, ages[i] + (draw.integers(-2, 3) if draw.random() < 0.25 else 0))
            rows.writerow([k, " ".join(tokens), age, "mf"[own[i] % 2]])
    with (out / "b.csv").open("w", encoding="utf-8", newline="") as f:
        rows = csv.writer(f)
        rows.writerow(["id", "name_local", "age", "sex"])
        for k, i in enumerate(on_b):
            rows.writerow(
                [
                    k,
                    f"{given[own[i]]} {given[father[i]]} {given[grandfather[i]]} {families[line[i]][0]}",
                    ages[i],
                    "mf"[own[i] % 2],
                ]
            )
    place = np.full(total, -1)
    place[on_b] = np.arange(n)
    return {k: int(place[i]) for k, i in enumerate(on_a) if place[i] >= 0}


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "linkage":
        linkage(Path(rest[0]), int(rest[rest.index("--seed") + 1]) if "--seed" in rest else 0, "--peers" in rest)
    elif what == "scale":
        scale([int(x) for x in rest[0].split(",")], Path(rest[1]))
    else:
        {"mse": mse, "grades": grades, "sudan": sudan}[what](Path(rest[0]))
