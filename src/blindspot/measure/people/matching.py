"""How likely is each link, if a person stands at most once on each list? Marginals of a weighted matching.

Edges have odds against "not linked". Belief propagation for matchings (Bayati, Shah & Sharma 2008; Bethe marginals of the
monomer-dimer model) passes from row to column and back the odds that the other end is still free. On a forest it is
exact; elsewhere it is an approximation that keeps the sums over every row and column at or below one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_STILL = 1e-6  # messages that change by less have settled
_NOTHING = -30.0  # log-odds below which an edge takes nothing from its neighbours


def marginals(row: np.ndarray, column: np.ndarray, log_odds: np.ndarray, rounds: int = 60) -> np.ndarray:
    """P(link) per edge (E,), from its log-odds taken alone. Rows and columns are numbered from 0."""
    found = np.zeros(len(row))
    at = np.flatnonzero(log_odds > _NOTHING)
    if len(at):
        odds = np.exp(np.minimum(log_odds[at], 60.0))
        n, m = int(row.max()) + 1, int(column.max()) + 1
        found[at] = _passed(row[at], column[at], odds, np.empty(n), np.empty(m), rounds)
    return found


@njit(cache=True, nogil=True)
def _passed(row: Any, column: Any, odds: Any, of_row: Any, of_column: Any, rounds: int) -> Any:
    to_column = np.ones(len(row))  # P(the row is free for this edge), as the column hears it
    to_row = np.ones(len(row))
    for _ in range(rounds):
        of_row[:] = 0.0
        of_column[:] = 0.0
        for e in range(len(row)):
            of_row[row[e]] += odds[e] * to_row[e]
            of_column[column[e]] += odds[e] * to_column[e]
        change = 0.0
        for e in range(len(row)):
            fresh_column = 1 / (1 + max(0.0, of_row[row[e]] - odds[e] * to_row[e]))
            fresh_row = 1 / (1 + max(0.0, of_column[column[e]] - odds[e] * to_column[e]))
            change = max(change, abs(fresh_column - to_column[e]), abs(fresh_row - to_row[e]))
            to_column[e] = 0.5 * (to_column[e] + fresh_column)
            to_row[e] = 0.5 * (to_row[e] + fresh_row)
        if change < _STILL:
            break
    joint = odds * to_column * to_row
    return joint / (1 + joint)


def assign(row: np.ndarray, column: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Edges of a one-to-one linkage, best first: indices into the edges. Ties are broken by row, then column."""
    order = np.lexsort((column, row, -p))
    kept: np.ndarray = order[_first(row[order], column[order], row.max(initial=-1) + 1, column.max(initial=-1) + 1)]
    return kept


@njit(cache=True, nogil=True)
def _first(row: Any, column: Any, rows: int, columns: int) -> Any:
    """Of edges in order: those whose row and column no earlier one took."""
    taken_row, taken_column = np.zeros(rows, dtype=np.bool_), np.zeros(columns, dtype=np.bool_)
    found = np.zeros(len(row), dtype=np.bool_)
    for e in range(len(row)):
        if not (taken_row[row[e]] or taken_column[column[e]]):
            taken_row[row[e]] = taken_column[column[e]] = found[e] = True
    return found
