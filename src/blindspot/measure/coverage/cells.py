"""For each piece of ground round a place: how long was it seen, when, how finely, and for the rest of the time, why not?

The ground that can matter to a place is cut into at most 32 x 32 blocks; the open cell nearest to the middle of a block
stands for it (a block without one is built over and left out). Each moment of the path is judged as in `seen`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.coverage.seen import REASONS, answers, spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.coverage.seen import Path
    from blindspot.measure.coverage.surface import Surface

BLOCKS = 32
STEPS = 2e9  # crossings that are walked at most; beyond it the table is left out


@dataclass(frozen=True, slots=True)
class Ground:
    """Blocks of ground, arrays (m,); times are seconds UTC, NaN = never seen."""

    east: NDArray[np.float64]
    north: NDArray[np.float64]
    seen_s: NDArray[np.float64]
    perhaps_s: NDArray[np.float64]
    unseen_s: dict[str, NDArray[np.float64]]  # by reason
    looks: NDArray[np.int_]  # separate stretches in which it was, or may have been, seen
    first_seen: NDArray[np.float64]
    last_seen: NDArray[np.float64]
    longest_unseen_s: NDArray[np.float64]
    best_gsd_m: NDArray[np.float64]  # while seen or perhaps seen; NaN = not known


def ground_seen(
    surface: Surface, path: Path, window: tuple[float, float], height: float, size_m: float, slack: float
) -> Ground | None:
    """Every block of open ground over a window of time, for a person of `height`; None where it would take too long."""
    from blindspot.measure.coverage.march import march_cells

    i, j = _middles(surface)
    if not len(i) or len(i) * len(path.time) * max(surface.z.shape) > STEPS:
        return None
    row, column = surface.at(path.east, path.north)
    clear = march_cells(surface.z, i, j, height, np.ascontiguousarray(np.column_stack([row, column, path.up])))
    east, north = surface.x + j * surface.cell, surface.y - i * surface.cell
    sight = clear.astype(float)
    steps = answers(path, east[:, None], north[:, None], slack, (sight, sight), size_m)
    worst, first = steps.min(axis=0), np.argmin(steps, axis=0)
    start, end, moment = (np.array(x) for x in spans(path.time, window, 60.0))
    held = end - start
    there = moment >= 0
    state = np.where(there, worst[:, np.maximum(moment, 0)], 0)  # (m, spans)
    reason = np.where(there, 2 + first[:, np.maximum(moment, 0)], np.where(moment == -1, 0, 1))
    unseen = {name: held @ ((state == 0) & (reason == k)).T for k, name in enumerate(REASONS)}
    open_ = state > 0
    begins = open_ & ~np.column_stack([np.zeros(len(open_), dtype=bool), open_[:, :-1]])
    gsd = np.where(there, path.gsd[np.maximum(moment, 0)], np.nan)
    return Ground(
        np.asarray(east, dtype=float),
        np.asarray(north, dtype=float),
        (state == 2) @ held,
        (state == 1) @ held,
        {k: v for k, v in unseen.items() if v.any()},
        begins.sum(axis=1),
        np.where(open_.any(axis=1), start[open_.argmax(axis=1)], np.nan),
        np.where(open_.any(axis=1), end[open_.shape[1] - 1 - open_[:, ::-1].argmax(axis=1)], np.nan),
        _longest(~open_, held),
        _least(np.where(open_, gsd, np.nan)),
    )


def _middles(surface: Surface) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column of the open cell nearest to the middle of each block."""
    rows, columns = surface.z.shape
    side = int(np.ceil(max(rows, columns) / BLOCKS))
    open_ = surface.open_ground()
    found = []
    for top in range(0, rows, side):
        for left in range(0, columns, side):
            i, j = np.nonzero(open_[top : top + side, left : left + side])
            if len(i):
                k = np.argmin((i - (side - 1) / 2) ** 2 + (j - (side - 1) / 2) ** 2)
                found.append((top + i[k], left + j[k]))
    cells = np.array(found, dtype=np.intp).reshape(-1, 2)
    return np.ascontiguousarray(cells[:, 0]), np.ascontiguousarray(cells[:, 1])


def _longest(closed: NDArray[np.bool_], held: NDArray[np.float64]) -> NDArray[np.float64]:
    """The longest stretch without a break in which each row is closed."""
    best, running = np.zeros(len(closed)), np.zeros(len(closed))
    for k in range(closed.shape[1]):
        running = np.where(closed[:, k], running + held[k], 0.0)
        best = np.maximum(best, running)
    return best


def _least(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(x).any(axis=1), np.nanmin(np.where(np.isfinite(x), x, np.inf), axis=1), np.nan)
