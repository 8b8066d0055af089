"""How many people could be at a place, before anything was seen there? Households, their sizes, and who is at home.

The size of a household is drawn from a table with bins (uniform inside a bin); any table with the columns size_from,
size_to and a share replaces the packaged one. A member is a child with probability c and is at home with a probability
that depends on the hour. With p(s) the sizes, the number of adults and children at home in H households, and of
passers-by (Poisson with mean m), have the generating function
  G(x, y) = [sum_s p(s) (q + a x + b y)^s]^H exp(m ((1-c)(x-1) + c (y-1))),  a = (1-c) home_adult, b = c home_child, q = 1-a-b
whose values at roots of unity give every probability by one inverse Fourier transform: exact, no sampling of people.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.quantities import Range

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHOLE = 150  # people: of as many or fewer every number is kept
MOST = 600  # people at one place: five seconds of one core and 1.1 GB
LARGEST = 200  # members of one household
TABLES = ("national", "urban", "rural")
CHILDREN = Range(0.38, 0.47)  # ALCS 2013-14, urban: 3.1 of 7.3 are 0-14; a tenth either way is judgement
CHILDREN_BASIS = "ALCS 2013-14: 3.1 of 7.3 members are under 15 (urban); a tenth either way is judgement"


@cache
def packaged_sizes(table: str = "urban") -> tuple[float, ...]:
    """P(size = 0, 1, 2, ...) of an Afghan household: `national`, `urban` or `rural`."""
    if table not in TABLES:
        raise UsageError(
            f"{table}: is not a packaged table of households; the tables are {', '.join(TABLES)}, or a CSV file"
        )
    return tuple(sizes_from(_packaged("households_afghanistan.csv"), table).tolist())


def sizes_from(rows: list[dict[str, str]], column: str) -> NDArray[np.float64]:
    """P(size = 0, 1, ...) from rows with size_from, size_to and a share in `column` (any unit).

    Raises UsageError where a bin is upside down or the shares do not add up to something.
    """
    try:
        bins = [(int(r["size_from"]), int(r["size_to"]), float(r[column])) for r in rows]
    except (KeyError, ValueError) as error:
        raise UsageError(f"a table of households needs size_from, size_to and {column} as numbers ({error})") from error
    if (
        not bins
        or any(a < 0 or b < a or not 0 <= share < np.inf for a, b, share in bins)
        or sum(s for *_, s in bins) <= 0
    ):
        raise UsageError("a table of households needs bins with size_from <= size_to and shares above 0")
    if max(b for _, b, _ in bins) > LARGEST:
        raise UsageError(f"a table of households holds one of more than {LARGEST} members; is size_to a share?")
    found = np.zeros(max(b for _, b, _ in bins) + 1)
    for a, b, share in bins:
        found[a : b + 1] += share / (b - a + 1)
    return np.asarray(found / found.sum())


def at_home(hour: float) -> dict[str, tuple[Range, str]]:
    """The packaged range for `adult` and `child` at a local hour (0-24), with its basis."""
    found = {}
    for row in _packaged("at_home_afghanistan.csv"):
        if float(row["hour_from"]) <= hour % 24 < float(row["hour_to"]):
            found[row["group"]] = (Range(float(row["low"]), float(row["high"])), row["basis"])
    return found


def joint_present(
    sizes: NDArray[np.float64],
    households: NDArray[np.int_],
    children: NDArray[np.float64],
    home_adult: NDArray[np.float64],
    home_child: NDArray[np.float64],
    passers: NDArray[np.float64],
) -> NDArray[np.float64]:
    """P(adults = i, children = j present), (draws, n, n); all arguments but `sizes` are (draws,).

    Raises UsageError where more than 600 could be there: the work grows with the square of the number.
    """
    at_home = (1 - children) * home_adult + children * home_child
    n = _most(sizes, households, at_home, passers) + 1
    x = np.exp(-2j * np.pi * np.arange(n) / n)[:, None]
    y = x[: n // 2 + 1, 0][None, :]  # the transform of real numbers: half of it is enough
    a = ((1 - children) * home_adult)[:, None, None]
    b = (children * home_child)[:, None, None]
    z = (1 - a - b) + a * x + b * y
    one = np.full_like(z, sizes[-1])
    for share in sizes[-2::-1]:  # Horner
        one *= z
        one += share
    g = one ** households[:, None, None]
    if passers.max() > 0:
        c = children[:, None, None]
        g *= np.exp(passers[:, None, None] * ((1 - c) * (x - 1) + c * (y - 1)))
    found = np.maximum(np.fft.irfft2(g, s=(n, n), axes=(1, 2)), 0.0)
    return np.asarray(found / found.sum(axis=(1, 2), keepdims=True))


def _most(
    sizes: NDArray[np.float64], households: NDArray[np.int_], at_home: NDArray[np.float64], passers: NDArray[np.float64]
) -> int:
    """The number present to reckon with: all that could be, or, of many, the mean and nine standard deviations."""
    most = (len(sizes) - 1) * int(households.max()) + _tail(float(passers.max()))
    if most > WHOLE:
        size = np.arange(len(sizes))
        mean = float(size @ sizes)
        spread = float(size**2 @ sizes) - mean**2
        expected = households * mean * at_home + passers
        variance = households * (spread * at_home**2 + mean * at_home * (1 - at_home)) + passers
        most = min(most, int(np.ceil((expected + 9 * np.sqrt(variance)).max())))
    if most > MOST:
        raise UsageError(
            f"up to {most} people could be there; at most {MOST} are reckoned with exactly. Divide the place, or narrow households and passers"
        )
    return most


def _tail(mean: float) -> int:
    """Passers-by to allow for: beyond it a Poisson variable goes less than once in a million."""
    return 0 if mean == 0 else int(np.ceil(mean + 6 * np.sqrt(mean) + 6))


def _packaged(name: str) -> list[dict[str, str]]:
    text = files("blindspot.measure.presence").joinpath(f"data/{name}").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
