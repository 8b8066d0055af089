"""Who is at home, and who is outdoors? Households of invented families, and their day by the hour.

size         1 + a Poisson number whose mean differs from family to family (gamma); one adult at least
away         a person who goes out that day leaves and comes back at hours of his own
outdoors     each by himself, or (with `together`) all of the place in or all out
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.example.looking import Crowd

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 18
BINS = ((1, 2), (3, 4), (5, 6), (7, 8), (9, 11), (12, 14), (15, 18))
SURVEYED = 400  # households of the table that the case holds


@dataclass(frozen=True, slots=True)
class Customs:
    """How the people of the town live; the world's own numbers."""

    mean_size: float
    children: float  # P(a member other than the first is a child)
    out_adult: float  # P(goes out that day)
    out_child: float
    outdoors: float
    together: float


def sizes(rng: np.random.Generator, customs: Customs, n: int) -> NDArray[np.int64]:
    """Sizes of n households."""
    mean = rng.gamma(4.0, (customs.mean_size - 1) / 4.0, n)
    return np.minimum(1 + rng.poisson(mean), LARGEST)


def survey(rng: np.random.Generator, customs: Customs) -> list[tuple[int, int, float]]:
    """Bins of household sizes as a survey of the town found them: from, to, per cent."""
    found = sizes(rng, customs, SURVEYED)
    return [(a, b, round(100 * float(np.mean((found >= a) & (found <= b))), 2)) for a, b in BINS]


def gather(
    rng: np.random.Generator, customs: Customs, households: NDArray[np.int64], hour: float, guests: float = 0.0
) -> Crowd:
    """The people at one place at a local hour; `households`: how many live there, one entry per telling."""
    tellings = len(households)
    of_house = np.repeat(np.arange(tellings), households)
    size = sizes(rng, customs, len(of_house))
    first = np.repeat(np.cumsum(size) - size, size)
    head = np.arange(int(size.sum())) == first
    of = np.repeat(of_house, size)
    child = ~head & (rng.random(len(of)) < customs.children)
    home = at_home(rng, customs, child, hour)
    came = rng.poisson(guests, tellings)
    of = np.concatenate([of[home], np.repeat(np.arange(tellings), came)])
    child = np.concatenate([child[home], rng.random(int(came.sum())) < customs.children])
    flock = rng.random(tellings) < customs.together
    all_out = rng.random(tellings) < customs.outdoors
    alone = rng.random(len(of)) < customs.outdoors
    return Crowd(tellings, of, child, np.where(flock[of], all_out[of], alone))


def at_home(rng: np.random.Generator, customs: Customs, child: NDArray[np.bool_], hour: float) -> NDArray[np.bool_]:
    """Whether each is at home at a local hour."""
    n = len(child)
    goes = rng.random(n) < np.where(child, customs.out_child, customs.out_adult)
    leaves = np.where(child, rng.normal(7.5, 0.4, n), rng.normal(8.0, 1.2, n))
    back = np.where(child, rng.normal(12.7, 0.7, n), rng.normal(16.0, 1.5, n))
    return np.asarray(~(goes & (leaves <= hour) & (hour < back)))
