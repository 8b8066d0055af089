"""Learn how letters stand for one another, from public dictionaries of names. Writes the packaged table of costs.

python bench/people_letters.py NAMES_FOLDER OUT.npz  (NAMES_FOLDER holds tfp_dict_ar_en.csv and wikidata_en_ar_tokens.tsv)

No list of casualties and no linked pair is used. Hard EM: align every pair of spellings at the lowest cost, count which
symbols stand against which, take the cost of a pair as its surprise beyond the most usual reading of either symbol.
"""

import collections
import csv
import itertools
import sys
from pathlib import Path

import numpy as np

from blindspot.measure.people.letters import GAP, path_of
from blindspot.measure.people.names import read_name
from blindspot.measure.people.scripts import ARABIC, COARSE, INDEX, SYMBOLS, symbols

SMOOTH, MOST = 0.5, 6.0


def main(folder: Path, out: Path) -> None:
    cross = dictionary(folder)
    tables = {}
    for name, pairs in (("cross", cross), ("arabic", same_script(cross, 0)), ("latin", same_script(cross, 1))):
        codes = [(code(a), code(b), w) for a, b, w in pairs]
        cost = start()
        for _ in range(10):
            counts = np.zeros_like(cost)
            total = 0.0
            for a, b, w in codes:
                found, path = path_of(a, b, cost)
                if found > 1.2 * max(len(a), len(b)):
                    continue  # a translation or another name rather than a spelling
                total += w * found
                for i, j in path:
                    counts[i, j] += w
                    if i != j:
                        counts[j, i] += w
            cost = surprise(counts)
        print(name, len(codes), round(total / sum(w for *_, w in codes), 4))
        tables[name] = np.round(cost * 10).astype(np.uint8)
    np.savez_compressed(out, **tables)


def dictionary(folder: Path) -> list[tuple[str, str, float]]:
    """(Arabic symbols, Latin symbols, weight)."""
    found = collections.Counter()
    with (folder / "tfp_dict_ar_en.csv").open(encoding="utf-8") as f:
        for row in csv.reader(f):
            if len(row) == 2:
                add(found, row[0], row[1], 1.0)
    with (folder / "wikidata_en_ar_tokens.tsv").open(encoding="utf-8") as f:
        for line in f:
            latin, arabic, n = line.rstrip("\n").split("\t")
            add(found, arabic.replace(" ", ""), latin, 0.25 * min(4.0, float(n)))
    return [(a, b, w) for (a, b), w in found.items()]


def add(found: collections.Counter, arabic: str, latin: str, weight: float) -> None:
    a, b = read_name(arabic).tokens, read_name(latin).tokens
    if len(a) == len(b) == 1:
        x, y = symbols(a[0]), symbols(b[0])
        if x and y and x[0] in ARABIC and y[0] not in ARABIC:
            found[x, y] += weight


def same_script(cross: list[tuple[str, str, float]], side: int) -> list[tuple[str, str, float]]:
    """Two spellings in one script that stand for the same token in the other."""
    groups = collections.defaultdict(dict)
    for row in cross:
        groups[row[1 - side]][row[side]] = row[2]
    found = []
    for spellings in groups.values():
        total = sum(spellings.values())
        for (x, w), (y, v) in itertools.islice(itertools.combinations(sorted(spellings.items()), 2), 60):
            found.append((x, y, w * v / total))
    return found


def code(text: str) -> np.ndarray:
    return np.array([INDEX[s] for s in text], dtype=np.uint8)


def start() -> np.ndarray:
    """Symbols of one coarse class cost little, weak letters come and go, all else costs 3."""
    n = len(SYMBOLS)
    cost = np.full((n + 1, n + 1), 3.0)
    coarse = np.array([*COARSE, -2])
    cost[coarse[:, None] == coarse[None, :]] = 0.7
    np.fill_diagonal(cost, 0.0)
    cost[GAP, :] = cost[:, GAP] = np.where(coarse == -1, 0.5, 2.5)
    cost[GAP, GAP] = 0.0
    return cost


def surprise(counts: np.ndarray) -> np.ndarray:
    """-log of a pair's count over the largest count of either symbol: the usual reading costs nothing."""
    c = counts + SMOOTH
    c[GAP, GAP] = SMOOTH
    by_row = -np.log(c / c.max(axis=1, keepdims=True))
    by_column = -np.log(c / c.max(axis=0, keepdims=True))
    cost = np.minimum(by_row, by_column)
    cost[-1, :], cost[:, -1] = by_column[-1, :], by_row[:, -1]  # against nothing: what the symbol itself usually meets
    np.fill_diagonal(cost, 0.0)
    return np.clip(cost, 0.0, MOST)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
