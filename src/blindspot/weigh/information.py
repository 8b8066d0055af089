"""What would settle it? The value of observations that nobody has reported yet.

Expected bits: mutual information I(Q; X | reports) of a leaf X. Verdict changes: sum over x of P(x) [verdict differs].
EVPI and EVSI are under a two-number loss (false finding : missed finding; Howard 1966).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.draws import Draws, subsets
from blindspot.weigh.model import Settles
from blindspot.weigh.verdicts import share_above, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blindspot.case.rows import Standard
    from blindspot.weigh.network import Network

_YES = np.array([0.0, 1.0])
_NO = np.array([1.0, 0.0])


def bits(p: NDArray[np.float64], axis: int = 0) -> NDArray[np.float64]:
    """Entropy in bits along an axis."""
    with np.errstate(divide="ignore", invalid="ignore"):
        h: NDArray[np.float64] = -np.sum(np.where(p > 0, p * np.log2(p), 0.0), axis=axis)
    return h


def loss(p: NDArray[np.float64], costs: Mapping[str, float]) -> NDArray[np.float64]:
    """Expected loss of the better decision: to find, or not to find."""
    return np.minimum((1 - p) * costs.get("false_finding", 1.0), p * costs.get("missed_finding", 1.0))


def would_settle(
    network: Network, draws: Draws, known: NDArray[np.float64], standard: Standard, costs: Mapping[str, float]
) -> tuple[dict[str, list[Settles]], dict[str, float]]:
    """Per question, the leaves by expected bits; and the value of knowing the answer outright (EVPI)."""
    shown: list[Mapping[str, NDArray[np.float64]]] = [{}]
    for leaf in network.leaves:
        shown += [{leaf: _NO}, {leaf: _YES}]
    found = subsets(network, draws, np.repeat(known[None, :], len(shown), axis=0), shown)
    result: dict[str, list[Settles]] = {}
    perfect: dict[str, float] = {}
    for question in network.questions:
        q = found[f"question:{question}"]
        state = network.hypotheses[question].index(network.asserted[question])
        before, now = bits(q[0]), word(share_above(q[0, state], standard))
        perfect[question] = float(np.mean(loss(q[0, state], costs)))
        rows = []
        for k, leaf in enumerate(network.leaves):
            yes = found[leaf][0, 1]
            after = [q[1 + 2 * k], q[2 + 2 * k]]
            gain = float(np.mean(before - (1 - yes) * bits(after[0]) - yes * bits(after[1])))
            changes = sum(
                float(np.mean(w))
                for w, a in ((1 - yes, after[0]), (yes, after[1]))
                if word(share_above(a[state], standard)) != now
            )
            worth = float(
                np.mean(
                    loss(q[0, state], costs)
                    - (1 - yes) * loss(after[0][state], costs)
                    - yes * loss(after[1][state], costs)
                )
            )
            rows.append(Settles(leaf.partition(":")[2], max(0.0, gain), changes, max(0.0, worth)))
        result[question] = sorted(rows, key=lambda row: (-row.expected_bits, row.id))
    return result, perfect


def expected_bits(network: Network, numbers: Mapping[str, NDArray[np.float64]]) -> dict[str, dict[str, float]]:
    """I(report; Q) for each report before anything is known, numbers in the middle of their ranges.

    With P(r) and P(q | r) of what it did say, the other answer follows from P(q) = P(r) P(q | r) + (1 - P(r)) P(q | not r).
    """
    n = len(network.reports)
    if n == 0:
        return {q: {} for q in network.questions}
    found, log_z = network.posterior(numbers, n + 1, np.hstack([np.eye(n), np.zeros((n, 1))]))
    chance = np.exp(log_z[:n] - log_z[n])
    result = {}
    for question in network.questions:
        p = found[f"question:{question}"]
        prior, said = p[:, n:], p[:, :n]
        other = np.clip((prior - chance * said) / np.maximum(1 - chance, 1e-12), 0, 1)
        gain = bits(prior) - chance * bits(said) - (1 - chance) * bits(other)
        result[question] = {r.id: float(max(0.0, g)) for r, g in zip(network.reports, gain, strict=True)}
    return result
