"""How likely is each link, if a person stands at most once on each list? Marginals of a weighted matching.

Edges have odds against "not linked". Belief propagation for matchings (Bayati, Shah & Sharma 2008; Bethe marginals of the
monomer-dimer model) passes from row to column and back the odds that the other end is still free. On a forest it is
exact; elsewhere it is an approximation that keeps the sums over every row and column at or below one.
"""

from __future__ import annotations

import numpy as np


def marginals(row: np.ndarray, column: np.ndarray, log_odds: np.ndarray, rounds: int = 60) -> np.ndarray:
    """P(link) per edge (E,), from its log-odds taken alone. Rows and columns are numbered from 0."""
    if not len(row):
        return np.empty(0)
    odds = np.exp(np.clip(log_odds, -60, 60))
    n, m = int(row.max()) + 1, int(column.max()) + 1
    to_column = np.ones(len(row))  # P(the row is free for this edge), as the column hears it
    to_row = np.ones(len(row))
    for _ in range(rounds):
        heard = odds * to_row
        fresh_column = 1 / (1 + np.maximum(0.0, np.bincount(row, heard, n)[row] - heard))
        heard = odds * to_column
        fresh_row = 1 / (1 + np.maximum(0.0, np.bincount(column, heard, m)[column] - heard))
        change = max(np.abs(fresh_column - to_column).max(), np.abs(fresh_row - to_row).max())
        to_column = 0.5 * (to_column + fresh_column)
        to_row = 0.5 * (to_row + fresh_row)
        if change < 1e-6:
            break
    joint = odds * to_column * to_row
    found: np.ndarray = joint / (1 + joint)
    return found


def assign(row: np.ndarray, column: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Edges of a one-to-one linkage, best first: indices into the edges. Ties are broken by row, then column."""
    order = np.lexsort((column, row, -p))
    free_row, free_column = np.ones(row.max(initial=-1) + 1, bool), np.ones(column.max(initial=-1) + 1, bool)
    kept = []
    for e in order:
        if free_row[row[e]] and free_column[column[e]]:
            free_row[row[e]] = free_column[column[e]] = False
            kept.append(e)
    return np.array(kept, dtype=np.int64)
