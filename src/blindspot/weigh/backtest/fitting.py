"""One number fitted on the other incidents: the slope of an ACH count, or the power to which a method's answers are raised.

Leave-one-incident-out: the number used for an incident minimises the log score of all other incidents, over a fixed grid, so
that the same numbers come out on every machine. Tempering p^t / sum p^t (t < 1: less sure) is scored beside the methods as
stated, to tell apart what comes from being less sure and what comes from weighing otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.backtest.methods import counted
from blindspot.weigh.backtest.scoring import log_score

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from blindspot.weigh.backtest.model import Asked, Said

GRID = tuple(float(x) for x in np.geomspace(0.02, 8, 121))
Answer = "Callable[[Asked, Said, float], NDArray[np.float64]]"


def inconsistency(asked: Asked, said: Said, b: float) -> NDArray[np.float64]:
    """ACH with slope b."""
    return counted(said.against, asked.hypotheses, b)


def tempered(method: str) -> Callable[[Asked, Said, float], NDArray[np.float64]]:
    """A method's answers to the power t."""

    def made(_: Asked, said: Said, t: float) -> NDArray[np.float64]:
        raised = np.maximum(said.by[method], 1e-12) ** t
        return np.asarray(raised / raised.sum())

    return made


def left_one_out(
    asked: Sequence[Asked], answer: Callable[[Asked, Said, float], NDArray[np.float64]]
) -> dict[str, float]:
    """Per incident, the number that serves all other incidents best; 1 where there are no others with a settled finding."""
    incidents = sorted({a.incident for a in asked})
    loss = {name: np.zeros(len(GRID)) for name in incidents}
    settled = [a for a in asked if not a.contested]
    for a in settled:
        for said in a.said.values():
            loss[a.incident] += [log_score(answer(a, said, x), a.label) for x in GRID]
    total = np.sum(list(loss.values()), axis=0) if loss else np.zeros(len(GRID))
    others = {name: any(a.incident != name for a in settled) for name in incidents}
    return {name: GRID[int(np.argmin(total - loss[name]))] if others[name] else 1.0 for name in incidents}
