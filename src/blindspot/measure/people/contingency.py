"""How many persons stand on which lists? The table that multiple systems estimation starts from, and what it shows bare.

A table is a count per pattern of lists, pattern 0 (on no list) unknown. Chao's (1987) lower bound and the odds ratio of each
pair of lists need no model and stand beside every estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Table:
    """`counts[x]` for pattern x, bit j set where list j names the person; counts[0] is 0 and means nothing."""

    lists: tuple[str, ...]
    counts: np.ndarray  # (2**k,) float

    @property
    def observed(self) -> int:
        """Persons on at least one list."""
        return int(self.counts.sum())


def patterns(k: int) -> np.ndarray:
    """(2**k, k) of 0 and 1: which lists a pattern is on."""
    found: np.ndarray = (np.arange(2**k)[:, None] >> np.arange(k)) & 1
    return found


def tabulate(lists: tuple[str, ...], rows: np.ndarray, counts: np.ndarray) -> Table:
    """A table from rows (R, k) of 0 and 1 and their counts (R,)."""
    code = (rows.astype(np.int64) << np.arange(len(lists))).sum(axis=1)
    found = np.bincount(code, counts, 2 ** len(lists)).astype(float)
    found[0] = 0.0
    return Table(lists, found)


def chao(table: Table) -> tuple[float, float, float]:
    """Lower bound of the number of persons with its 95 % interval (estimate, low, high).

    n + (k-1)/k f1^2 / (2 f2), f_i seen on i lists, bias-corrected where f2 is 0; variance and lognormal interval of the unseen after Chao (1987).
    """
    on = patterns(len(table.lists)).sum(axis=1)
    f1, f2 = float(table.counts[on == 1].sum()), float(table.counts[on == 2].sum())
    n, k = float(table.counts.sum()), len(table.lists)
    c = (k - 1) / k
    if f2 > 0:
        r = f1 / f2
        unseen = c * f1 * f1 / (2 * f2)
        variance = f2 * (c / 2 * r**2 + c**2 * r**3 + c**2 / 4 * r**4)
    else:
        unseen = c * f1 * (f1 - 1) / 2
        variance = c * f1 * (f1 - 1) / 2 + c**2 * f1 * (2 * f1 - 1) ** 2 / 4 - c**2 * f1**4 / (4 * max(n + unseen, 1.0))
    if unseen <= 0:
        return n, n, n
    spread = float(np.exp(1.96 * np.sqrt(np.log1p(max(variance, 0.0) / unseen**2))))
    return n + unseen, n + unseen / spread, n + unseen * spread


def inside(table: Table) -> list[tuple[str, str, int, float]]:
    """Lists that name nobody whom another list does not name: (inner, outer, persons on inner, chance of that by luck alone).

    The chance is that of as many draws from the persons whom a third list names, where such a list stands; 0 where both are the same.
    """
    x = patterns(len(table.lists)).astype(bool)
    found = []
    for i, inner in enumerate(table.lists):
        for j, outer in enumerate(table.lists):
            size = table.counts[x[:, i]].sum()
            if i == j or not size or table.counts[x[:, i] & ~x[:, j]].sum() > 0:
                continue
            same = table.counts[x[:, j] & ~x[:, i]].sum() == 0
            if same and i < j:
                continue
            third = np.delete(x, [i, j], axis=1).any(axis=1)
            of, hit = table.counts[third].sum(), table.counts[third & x[:, j]].sum()
            found.append((inner, outer, int(size), 0.0 if same else float(((hit + 1) / (of + 2)) ** size)))
    return found


def dependence(table: Table) -> list[tuple[str, str, float, float, float]]:
    """Odds ratio of each pair of lists among those seen on another list (so that all four cells are seen), 95 % interval.

    With three lists or more. Above 1 the two lists tend to name the same people, and an estimate that ignores it is low.
    """
    x = patterns(len(table.lists))
    found = []
    for i in range(len(table.lists)):
        for j in range(i):
            elsewhere = (np.delete(x, [i, j], axis=1).sum(axis=1)) > 0
            cell = [
                table.counts[elsewhere & (x[:, i] == a) & (x[:, j] == b)].sum() + 0.5 for a in (0, 1) for b in (0, 1)
            ]
            log = np.log(cell[0] * cell[3] / (cell[1] * cell[2]))
            half = 1.96 * np.sqrt(sum(1 / c for c in cell))
            ratio, low, high = (float(np.exp(log + d)) for d in (0, -half, half))
            found.append((table.lists[j], table.lists[i], ratio, low, high))
    return found
