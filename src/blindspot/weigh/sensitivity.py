"""Which numbers matter, and how far can they push the answer?

Tornado: the posterior with one number at the ends of its range, the others in the middle. Variance share: first-order
index Var(E[p | x]) / Var(p), by binning the draws themselves (Sobol 1993; no further runs). Envelope: smallest and
largest posterior over all ranges, by coordinate ascent over their ends from several starts; the posterior is monotone in
each number, so the extreme lies at ends, but coordinate ascent may miss the best corner: the result is "at least this wide".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.draws import WORK
from blindspot.weigh.model import Lever, ValueFlip
from blindspot.weigh.parameters import values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.case.rows import Standard
    from blindspot.weigh.draws import Draws
    from blindspot.weigh.network import Network

BINS = 16
SWEEPS = 3


def at_shares(
    network: Network, shares: NDArray[np.float64], known: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Posteriors with the numbers at these shares of their ranges, (parameters, rows)."""
    return network.posterior(values(network.parameters, shares), shares.shape[1], known)[0]


def levers(
    network: Network, draws: Draws, sample: dict[str, NDArray[np.float64]], known: NDArray[np.float64], most: int = 12
) -> dict[str, list[Lever]]:
    """The numbers with the longest tornado bars, per question, for the asserted hypothesis."""
    free = [i for i, p in enumerate(network.parameters) if not p.fixed]
    shares = np.full((len(network.parameters), 2 * len(free)), 0.5)
    for k, i in enumerate(free):
        shares[i, 2 * k], shares[i, 2 * k + 1] = 0.0, 1.0
    ends = at_shares(network, shares, known) if free else {}
    result: dict[str, list[Lever]] = {}
    for question in network.questions:
        state = network.hypotheses[question].index(network.asserted[question])
        p = sample[f"question:{question}"][state]
        rows = []
        for k, i in enumerate(free):
            low, high = ends[f"question:{question}"][state, 2 * k : 2 * k + 2]
            rows.append((abs(high - low), Lever(network.parameters[i].name, float(low), float(high), 0.0), i))
        rows.sort(key=lambda row: (-row[0], row[1].name))
        result[question] = [
            Lever(x.name, x.at_low, x.at_high, _first_order(draws.shares[i], p)) for _, x, i in rows[:most]
        ]
    return result


def _first_order(share: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    total = float(np.var(p))
    if total <= 0:
        return 0.0
    bins = np.minimum((share * BINS).astype(int), BINS - 1)
    count = np.bincount(bins, minlength=BINS)
    mean = np.bincount(bins, p, BINS) / np.maximum(count, 1)
    noise = BINS * total / len(p)  # what bins of pure chance would show
    return float(max(0.0, (np.sum(count * (mean - p.mean()) ** 2) / len(p) - noise) / total))


def envelope(
    network: Network, draws: Draws, sample: dict[str, NDArray[np.float64]], known: NDArray[np.float64]
) -> dict[str, dict[str, tuple[float, float]]]:
    """(smallest, largest) posterior found for every hypothesis of every question."""
    free = np.array([i for i, p in enumerate(network.parameters) if not p.fixed], dtype=int)
    result: dict[str, dict[str, tuple[float, float]]] = {}
    for question in network.questions:
        name = f"question:{question}"
        result[question] = {}
        for state, hypothesis in enumerate(network.hypotheses[question]):
            p = sample[name][state]
            ends = [_extreme(network, draws, p, known, name, state, free, sign) for sign in (-1.0, 1.0)]
            result[question][hypothesis] = (min(ends[0], float(p.min())), max(ends[1], float(p.max())))
    return result


def _extreme(
    network: Network,
    draws: Draws,
    p: NDArray[np.float64],
    known: NDArray[np.float64],
    name: str,
    state: int,
    free: NDArray[np.int_],
    sign: float,
) -> float:
    """Coordinate ascent over ends: start where the draws point, flip every number that helps, keep what helped."""
    if not len(free):
        return float(p[0])
    centred = draws.shares[free] - 0.5
    slope = centred @ (p - p.mean())
    start = np.full(len(network.parameters), 0.5)
    start[free] = (slope * sign > 0).astype(float)
    best = float(at_shares(network, start[:, None], known)[name][state, 0])
    affordable = WORK // (len(free) * network.program.work * 2 * sum(map(len, network.hypotheses.values())))
    for _ in range(min(SWEEPS, affordable)):
        flipped = np.repeat(start[:, None], len(free), axis=1)
        flipped[free, np.arange(len(free))] = 1 - start[free]
        trial = at_shares(network, flipped, known)[name][state] * sign
        better = trial > best * sign + 1e-12
        if not better.any():
            break
        joint = start.copy()
        joint[free[better]] = 1 - joint[free[better]]
        value = float(at_shares(network, joint[:, None], known)[name][state, 0])
        top = int(np.argmax(trial))
        if value * sign < trial[top]:
            joint, value = flipped[:, top], float(trial[top] * sign)
        start, best = joint, value
    return best


def value_flip(
    network: Network, known: NDArray[np.float64], question: str, standard: Standard, ranked: list[Lever]
) -> ValueFlip | None:
    """The smallest found move, from the middle of the ranges, that takes the asserted hypothesis across the standard.

    Numbers are moved to the end that helps in the order of their tornado bars; the last one only as far as needed.
    """
    state = network.hypotheses[question].index(network.asserted[question])
    threshold = (standard.low + standard.high) / 2
    index = {p.name: i for i, p in enumerate(network.parameters)}
    shares = np.full(len(network.parameters), 0.5)

    def value(s: NDArray[np.float64]) -> NDArray[np.float64]:
        row: NDArray[np.float64] = at_shares(network, s, known)[f"question:{question}"][state]
        return row

    now = float(value(shares[:, None])[0])
    up = now <= threshold
    moved: list[str] = []
    for lever in ranked:
        i = index[lever.name]
        shares[i] = float((lever.at_high > lever.at_low) == up)
        moved.append(lever.name)
        if (float(value(shares[:, None])[0]) > threshold) == up:
            line = np.linspace(0.5, shares[i], 65)
            grid = np.repeat(shares[:, None], len(line), axis=1)
            grid[i] = line
            shares[i] = line[int(np.argmax((value(grid) > threshold) == up))]
            break
    else:
        return None
    moves, distance = [], 0.0
    for name in moved:
        p = network.parameters[index[name]]
        low, high = p.bounds()
        distance += abs(shares[index[name]] - 0.5) * (high - low)
        moves.append((name, float(p.at(np.array(0.5))), float(p.at(np.array(shares[index[name]])))))
    return ValueFlip(tuple(moves), float(distance))
