"""How far apart are two spellings of a name part, in whatever scripts? A weighted edit distance over symbols.

The cost of setting one symbol against another, or against nothing, is its surprise beyond the most usual reading,
-log(n(x,y) / max n), counted over public name dictionaries (bench/people_letters.py; Palestine Datasets, Unlicense, and
Merhav & Ash 2018, doi:10.48550/arXiv.1806.03489, MIT). 0: read as usual; about 1: common variant; above 3: another name.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numba import njit

from blindspot.measure.people.scripts import INDEX, SYMBOLS, symbols

GAP = len(SYMBOLS)  # nothing stands against the symbol
LONGEST = 24  # symbols of one token that are compared


def costs(first: str, second: str) -> np.ndarray:
    """The packaged table for two scripts ("arabic" or "latin"), (S + 1, S + 1), symmetric, in nats; the last row and column
    stand for no symbol.
    """
    name = first if first == second else "cross"
    with as_file(files("blindspot.measure.people").joinpath("data", "letters.npz")) as path, np.load(path) as packed:
        return np.asarray(packed[name], dtype=np.float32) / np.float32(10)


def encode(tokens: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Tokens as rows of symbol numbers, (T, LONGEST) uint8, and their lengths."""
    rows = np.zeros((len(tokens), LONGEST), dtype=np.uint8)
    lengths = np.zeros(len(tokens), dtype=np.int64)
    for i, token in enumerate(tokens):
        row = [INDEX[s] for s in symbols(token)[:LONGEST]]
        rows[i, : len(row)] = row
        lengths[i] = len(row)
    return rows, lengths


@njit(cache=True, nogil=True)
def distance(a: Any, na: int, b: Any, nb: int, cost: Any, most: float) -> float:
    """Lowest total cost of turning row a into row b; stops, with a number above `most`, where it must exceed it."""
    gap = cost.shape[0] - 1
    line = np.empty(nb + 1, dtype=np.float32)
    line[0] = 0.0
    for j in range(nb):
        line[j + 1] = line[j] + cost[gap, b[j]]
    for i in range(na):
        before = line[0]
        line[0] = before + cost[a[i], gap]
        least = line[0]
        for j in range(nb):
            here = min(before + cost[a[i], b[j]], line[j + 1] + cost[a[i], gap], line[j] + cost[gap, b[j]])
            before = line[j + 1]
            line[j + 1] = here
            least = min(least, here)
        if least > most:
            return float(least)
    return float(line[nb])


@njit(cache=True, nogil=True)
def path_of(a: Any, b: Any, cost: Any) -> tuple[float, Any]:
    """The distance and the pairs of symbols on its path, GAP for none."""
    na, nb, gap = len(a), len(b), cost.shape[0] - 1
    table = np.zeros((na + 1, nb + 1))
    for i in range(na):
        table[i + 1, 0] = table[i, 0] + cost[a[i], gap]
    for j in range(nb):
        table[0, j + 1] = table[0, j] + cost[gap, b[j]]
    for i in range(na):
        for j in range(nb):
            table[i + 1, j + 1] = min(
                table[i, j] + cost[a[i], b[j]], table[i, j + 1] + cost[a[i], gap], table[i + 1, j] + cost[gap, b[j]]
            )
    path = []
    i, j = na, nb
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + cost[a[i - 1], b[j - 1]]:
            i, j = i - 1, j - 1
            path.append((int(a[i]), int(b[j])))
        elif i and table[i, j] == table[i - 1, j] + cost[a[i - 1], gap]:
            i -= 1
            path.append((int(a[i]), gap))
        else:
            j -= 1
            path.append((gap, int(b[j])))
    return table[na, nb], path
