"""What would counting every report as its own observation say?

Naive counting multiplies, for each hypothesis, the chances of all reports as if each had an origin of its own:
P(h) prod_r P(r | h), with P(r | h) = sum over F, O, mode at the middle of every range. Copies count in full. It is
shown beside the origin-aware answer because it is what a reader of many reports does unawares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.draws import middle

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from blindspot.weigh.build import Built


class Naive:
    """Naive posteriors for any set of known claims."""

    def __init__(self, built: Built) -> None:
        network = built.network
        self._network = network
        self._copies = built.copies
        one = middle(network)
        n = len(network.reports)
        self._ratios: dict[str, tuple[str, NDArray[np.float64]]] = {}
        none, _ = network.posterior(one.numbers, 1, np.zeros(n))
        only, _ = network.posterior(one.numbers, n, np.eye(n)) if n else ({}, None)
        for i, report in enumerate(network.reports):
            name = f"question:{report.question}"
            with np.errstate(divide="ignore", invalid="ignore"):
                self._ratios[report.id] = report.question, np.nan_to_num(only[name][:, i] / none[name][:, 0], nan=1.0)

    def speaks(self, claim: str) -> tuple[str, NDArray[np.float64]] | None:
        """The question that a weighed claim speaks to, and P(report | h) by hypothesis up to a factor; None for others."""
        return self._ratios.get(claim)

    def posteriors(self, known: Collection[str]) -> dict[str, dict[str, float]]:
        """P(hypothesis) per question, given the ids of the claims that are known (perfect copies among them)."""
        network = self._network
        likelihood = {q: np.zeros(len(network.hypotheses[q])) for q in network.questions}
        for key, (question, ratio) in self._ratios.items():
            times = (key in known) + sum(copy in known for copy in self._copies.get(key, ()))
            likelihood[question] += times * np.log(np.maximum(ratio, 1e-300))
        told = {f"question:{q}": np.exp(x - x.max()) for q, x in likelihood.items()}
        found, _ = network.posterior(middle(network).numbers, 1, np.zeros(len(network.reports)), told)
        return {
            q: dict(zip(network.hypotheses[q], map(float, found[f"question:{q}"][:, 0]), strict=True))
            for q in network.questions
        }
