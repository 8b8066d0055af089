"""How do thousands of telemetry rows stand in a page of a few hundred kilobytes? As whole numbers, each the step from the one before.

A column is `{"by": scale, "d": [first, step, step, ...]}`: value k = (sum of the first k+1 numbers) / scale, null = not known and
no step. Columns that mostly step evenly are runs: `{"by": scale, "runs": [step, count, step, count, ...]}`.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEGREES = 10_000_000  # 1e-7 degrees is a centimetre


def steps(values: NDArray[np.float64], scale: float) -> dict[str, Any]:
    """A column of real numbers, NaN = not known, rounded to 1/scale."""
    known = np.isfinite(values)
    whole = np.round(np.where(known, values, 0.0) * scale).astype(np.int64)
    out: list[int | None] = [None] * len(values)
    last = 0
    for i in np.flatnonzero(known).tolist():
        out[i] = int(whole[i]) - last
        last = int(whole[i])
    return {"by": scale, "d": out}


def runs(values: NDArray[np.int64], scale: float = 1) -> dict[str, Any]:
    """A column of whole numbers that mostly step evenly."""
    apart = np.diff(values, prepend=0).tolist()
    return {"by": scale, "runs": [n for step, group in groupby(apart) for n in (int(step), sum(1 for _ in group))]}


def values(column: dict[str, Any]) -> list[float | None]:
    """A column read back."""
    out: list[float | None] = []
    total = 0
    if "runs" in column:
        pairs = column["runs"]
        for step, times in zip(pairs[::2], pairs[1::2], strict=True):
            for _ in range(times):
                total += step
                out.append(total / column["by"])
        return out
    for step in column["d"]:
        total += step or 0
        out.append(None if step is None else total / column["by"])
    return out
