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
SLOPE_ROWS = 512


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
    targets = [
        (q, state, sign)
        for q in network.questions
        for state in range(len(network.hypotheses[q]))
        for sign in (-1.0, 1.0)
    ]
    drawn = np.array([np.max(sign * sample[f"question:{q}"][state]) for q, state, sign in targets])
    best = np.maximum(drawn, _ascent(network, draws, sample, known, free, targets)) if len(free) else drawn
    found: dict[str, dict[str, tuple[float, float]]] = {q: {} for q in network.questions}
    for k in range(0, len(targets), 2):
        q, state, _ = targets[k]
        found[q][network.hypotheses[q][state]] = (float(-best[k]), float(best[k + 1]))
    return found


def _ascent(
    network: Network,
    draws: Draws,
    sample: dict[str, NDArray[np.float64]],
    known: NDArray[np.float64],
    free: NDArray[np.int_],
    targets: list[tuple[str, int, float]],
) -> NDArray[np.float64]:
    """Sign x extreme for each target, all climbing together: start where the draws point, flip what helps, keep it.

    As many numbers are tried per sweep as `WORK` allows, those with the steepest slopes first.
    """

    def values_at(shares: NDArray[np.float64], each: int) -> NDArray[np.float64]:
        """(targets, each) from columns that stand target after target."""
        p = at_shares(network, shares, known)
        rows = [
            sign * p[f"question:{q}"][state, k * each : (k + 1) * each] for k, (q, state, sign) in enumerate(targets)
        ]
        return np.array(rows)

    centred = draws.shares[free, :SLOPE_ROWS] - 0.5
    slope = {q: sample[f"question:{q}"][:, :SLOPE_ROWS] @ centred.T for q in network.questions}
    slopes = np.array([sign * slope[q][state] for q, state, sign in targets])
    corners = np.full((len(targets), len(network.parameters)), 0.5)
    corners[:, free] = slopes > 0
    best = values_at(corners.T, 1)[:, 0]
    tried = min(len(free), WORK // (2 * network.program.work * len(targets)))
    order = np.argsort(-np.abs(slopes), axis=1, kind="stable")[:, :tried]
    for _ in range(SWEEPS if tried else 0):
        columns = np.repeat(corners, tried, axis=0)
        at = free[order].ravel()
        columns[np.arange(len(at)), at] = 1 - columns[np.arange(len(at)), at]
        trial = values_at(columns.T, tried)
        better = trial > best[:, None] + 1e-12
        if not better.any():
            break
        joint = corners.copy()
        rows, which = np.nonzero(better)
        joint[rows, free[order[rows, which]]] = 1 - joint[rows, free[order[rows, which]]]
        together = values_at(joint.T, 1)[:, 0]
        top = trial.argmax(axis=1)
        single = columns.reshape(len(targets), tried, -1)[np.arange(len(targets)), top]
        highest = trial[np.arange(len(targets)), top]
        step = np.maximum(together, highest)
        moved = step > best
        corners[moved] = np.where((together >= highest)[:, None], joint, single)[moved]
        best = np.maximum(best, step)
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

    def value(columns: NDArray[np.float64]) -> NDArray[np.float64]:
        row: NDArray[np.float64] = at_shares(network, columns, known)[f"question:{question}"][state]
        return row

    path = np.repeat(shares[:, None], len(ranked) + 1, axis=1)  # column k: the first k numbers moved
    up = float(value(shares[:, None])[0]) <= threshold
    for k, lever in enumerate(ranked):
        path[index[lever.name], k + 1 :] = float((lever.at_high > lever.at_low) == up)
    across = (value(path) > threshold) == up
    across[0] = False
    if not across.any():
        return None
    last = int(np.argmax(across))
    shares, moved = path[:, last - 1].copy(), [lever.name for lever in ranked[:last]]
    i = index[moved[-1]]
    line = np.linspace(0.5, path[i, last], 65)
    grid = np.repeat(shares[:, None], len(line), axis=1)
    grid[i] = line
    shares[i] = line[int(np.argmax((value(grid) > threshold) == up))]
    moves, distance = [], 0.0
    for name in moved:
        p = network.parameters[index[name]]
        low, high = p.bounds()
        distance += abs(shares[index[name]] - 0.5) * (high - low)
        moves.append((name, float(p.at(np.array(0.5))), float(p.at(np.array(shares[index[name]])))))
    return ValueFlip(tuple(moves), float(distance))
