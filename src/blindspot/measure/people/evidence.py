"""What do age and sex say for two rows being one person? Log-likelihood ratios against a random row of the other list.

Ages are intervals in years ("child", "about 30", "7 months"). Two points are compared by the class of their difference,
P(class | same) over the share of B's ages in that class; a wide interval by whether it holds the other's age.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EDGES = np.array([0.51, 1.51, 3.01, 6.01, 12.01])  # years: same, one apart, ..., beyond
WIDE = 3.0  # an interval wider than this is a statement such as "child", not an age
MALE, FEMALE = 1, 2


@dataclass(frozen=True, slots=True)
class Facts:
    """Age interval (years, NaN unknown) and sex (0 unknown) per row."""

    low: np.ndarray
    high: np.ndarray
    sex: np.ndarray


@dataclass(frozen=True, slots=True)
class Compared:
    """Per pair: class of the age difference (-1 unknown) and of sex (0 same, 1 other, -1 unknown), and their chance in B."""

    age: np.ndarray
    age_chance: np.ndarray
    sex: np.ndarray
    sex_chance: np.ndarray


CLASSES = len(EDGES) + 3  # differences, beyond, inside a wide interval, outside one


def compare(a: Facts, b: Facts, pairs: np.ndarray) -> Compared:
    """Classes and chances of the pairs (P, 2)."""
    x, y = pairs[:, 0], pairs[:, 1]
    wide = (a.high[x] - a.low[x] > WIDE) | (b.high[y] - b.low[y] > WIDE)
    middle_a, middle_b = (a.low + a.high) / 2, (b.low + b.high) / 2
    known = ~(np.isnan(middle_a[x]) | np.isnan(middle_b[y]))
    apart = np.abs(middle_a[x] - middle_b[y])
    age = np.searchsorted(EDGES, np.nan_to_num(apart))
    age = np.where(wide, len(EDGES) + np.where((a.low[x] <= b.high[y]) & (b.low[y] <= a.high[x]), 1, 2), age)
    age = np.where(known, age, -1)
    points = np.sort(middle_b[~np.isnan(middle_b) & (b.high - b.low <= WIDE)])
    chance = np.where(wide, _inside(a, b, x, y, points), _ring(middle_a[x], age, points))
    sex = np.where((a.sex[x] == 0) | (b.sex[y] == 0), -1, (a.sex[x] != b.sex[y]).astype(int))
    count = np.bincount(b.sex, minlength=3).astype(float)
    share = (count[1:] + 1) / (count[1:].sum() + 2)
    own = share[np.maximum(0, a.sex[x] - 1)]
    return Compared(age, np.where(known, chance, 1.0), sex, np.where(sex == 0, own, 1 - own))


def ratio(classes: np.ndarray, chance: np.ndarray, m: np.ndarray) -> np.ndarray:
    """The logarithm of m[class] over the chance; 0 where unknown."""
    found: np.ndarray = np.where(classes < 0, 0.0, np.log(m)[np.maximum(classes, 0)] - np.log(chance))
    return found


def _ring(centre: np.ndarray, kind: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Share of B's ages whose difference from `centre` is of that class."""
    bounds = np.array([0.0, *EDGES, 999.0])
    k = np.clip(kind, 0, len(EDGES))
    centre = np.nan_to_num(centre)
    n = len(points)

    def within(radius: np.ndarray) -> np.ndarray:
        inside: np.ndarray = np.searchsorted(points, centre + radius, "right") - np.searchsorted(
            points, centre - radius, "left"
        )
        return inside

    inner = np.where(k == 0, 0, within(bounds[k]))
    found: np.ndarray = (within(bounds[k + 1]) - inner + 1.0) / (n + 6.0)
    return found


def _inside(a: Facts, b: Facts, x: np.ndarray, y: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Share of B's ages that a wide interval holds, or lets out where the pair disagrees."""
    of_a = a.high[x] - a.low[x] >= b.high[y] - b.low[y]
    low, high = np.where(of_a, a.low[x], b.low[y]), np.where(of_a, a.high[x], b.high[y])
    held = np.searchsorted(points, np.nan_to_num(high), "right") - np.searchsorted(points, np.nan_to_num(low), "left")
    share = (held + 1.0) / (len(points) + 2.0)
    agree = (a.low[x] <= b.high[y]) & (b.low[y] <= a.high[x])
    found: np.ndarray = np.where(agree, share, 1 - share)
    return found
