"""Draws of a network's numbers, and its posteriors for many subsets of its reports at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.model import Spread
from blindspot.weigh.parameters import draw, values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from blindspot.weigh.network import Network

TINY = 1e-12
WORK = 2**26  # multiplications allowed for one step of the review, about a third of a second
FEWEST = 16  # draws behind a median and its 5-95 % at least
_ROWS = 2**16  # rows of one call: bounds memory at about 2**16 x numbers x 8 bytes


@dataclass(frozen=True, slots=True)
class Draws:
    """Shares of every range (parameters, rows), and the numbers that they stand for."""

    shares: NDArray[np.float64]
    numbers: dict[str, NDArray[np.float64]]
    rows: int

    def first(self, rows: int) -> Draws:
        """The first rows: again a balanced set, as `rows` is a power of two."""
        rows = min(rows, self.rows)
        return Draws(self.shares[:, :rows], {k: v[..., :rows] if v.ndim else v for k, v in self.numbers.items()}, rows)

    def rows_at(self, at: Sequence[int]) -> Draws:
        """These rows."""
        return Draws(self.shares[:, at], {k: v[..., at] if v.ndim else v for k, v in self.numbers.items()}, len(at))


def drawn(network: Network, rows: int) -> Draws:
    """`rows` draws of every number of the network."""
    shares = draw(network.parameters, rows)
    return Draws(shares, values(network.parameters, shares), rows)


def middle(network: Network) -> Draws:
    """One draw: every number at the middle of its range, without a row axis, so that it serves any number of rows."""
    shares = np.full((len(network.parameters), 1), 0.5)
    return Draws(shares, {name: value.reshape(()) for name, value in values(network.parameters, shares).items()}, 1)


def subsets(
    network: Network,
    draws: Draws,
    masks: NDArray[np.float64],
    shown: Sequence[Mapping[str, NDArray[np.float64]]] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Posteriors for each mask of kept reports: name -> (masks, states, rows). `masks` is (masks, reports)."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    block = max(1, _ROWS // draws.rows)
    for start in range(0, len(masks), block):
        part = masks[start : start + block]
        n = len(part)
        numbers = {k: np.tile(v, n) if v.ndim else v for k, v in draws.numbers.items()}
        keep = np.repeat(part.T, draws.rows, axis=1)
        told = None
        if shown is not None:
            leaves = {name for row in shown for name in row}
            told = {
                leaf: np.repeat(
                    np.stack([row.get(leaf, np.ones(2)) for row in shown[start : start + block]], axis=1),
                    draws.rows,
                    axis=1,
                )
                for leaf in leaves
            }
        posterior, _ = network.posterior(numbers, n * draws.rows, keep, told)
        for name, value in posterior.items():
            found.setdefault(name, []).append(value.reshape(len(value), n, draws.rows).transpose(1, 0, 2))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def affordable(network: Network, masks: int, most: int, *, work: int = WORK) -> int:
    """Draws per mask (a power of two, at least 16, at most `most`) that keep a step of the review within `work`.

    Small networks get `most`; only where sources tie many questions together does the count fall.
    """
    rows = most
    while rows > FEWEST and rows * masks * network.program.work > work:
        rows //= 2
    return rows


def spreads(values_: NDArray[np.float64]) -> list[Spread]:
    """Median and 5-95 % of each row."""
    low, mid, high = np.quantile(values_, [0.05, 0.5, 0.95], axis=-1).tolist()
    return [Spread(*three) for three in zip(mid, low, high, strict=True)]


def ban(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """log10 odds of a probability."""
    p = np.clip(p, TINY, 1 - TINY)
    odds: NDArray[np.float64] = np.log10(p / (1 - p))
    return odds


def dropping(network: Network, ids: Sequence[str]) -> NDArray[np.float64]:
    """The mask that leaves out these claims, origins, sources, teams or facts; what copies a left-out claim goes with it."""
    out = {r.id for r in network.reports if {r.id, r.origin, r.source, r.team, r.fact.removeprefix("fact:")} & set(ids)}
    while True:
        more = {r.id for r in network.reports if r.copy_of in out} - out
        if not more:
            break
        out |= more
    return np.array([0.0 if r.id in out else 1.0 for r in network.reports])
