"""The same interruptions in footage: boxes with identities, lengths in roots of the box area, camera motion from the boxes.

A similarity from the boxes follows the larger part that moves alike; in moving traffic that is the traffic, and "standing"
then means moving with it. The law is fitted on other files in the same units, so it says what that is worth.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.track.custody.episodes import SEED, Episodes, turned
from blindspot.measure.track.custody.law import cells
from blindspot.measure.track.custody.rivals import Rivals, joined
from blindspot.measure.track.follow.camera import camera_motion, carried, dense, through

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.measure.track.follow.camera import Dense, Motion
    from blindspot.measure.track.model import Boxes, Floats, Ints

STEP_S = 1 / 6  # s between frames used: 5 of 30
BEFORE_S = 1 / 3  # over which speeds are read


def box_episodes(
    videos: Sequence[Boxes], gap_s: float, number: int, *, alone: bool = False, seed: int = SEED
) -> Episodes:
    """About `number` interruptions spread over the videos. scene: the video.

    alone: without the other candidates, to fit a displacement law on many more.
    """
    rng = np.random.default_rng([seed, round(gap_s * 1000)])
    share = np.array([len(np.unique(v.id)) for v in videos], float)
    wanted = np.maximum(np.round(number * share / share.sum()), 1).astype(int)
    parts = []
    for k, (video, most) in enumerate(zip(videos, wanted, strict=True)):
        found = _of_video(video, gap_s, int(most), rng, k, alone=alone)
        if found is not None and len(found):
            parts.append(found)
    if not parts:
        none = np.zeros((0, 1))
        no = np.zeros(0, np.int64)
        return Episodes(no, no, np.zeros(0), none, none, none, none, none, none)
    wide = max(part.along.shape[1] for part in parts)
    one: list[Any] = [
        np.concatenate([getattr(part, name) for part in parts]) for name in ("cluster", "scene", "before")
    ]
    many: list[Any] = [
        np.concatenate([_widen(getattr(part, name), wide) for part in parts])
        for name in ("along", "across", "out_along", "out_across", "size", "shape")
    ]
    rivals = None if alone else joined([part.rivals for part in parts if part.rivals is not None])
    return replace(Episodes(*one, *many), rivals=rivals)


def _of_video(
    video: Boxes, gap_s: float, most: int, rng: np.random.Generator, scene: int, *, alone: bool
) -> Episodes | None:
    step = max(round(STEP_S * video.fps), 1)
    table = dense(video, step)
    rows, back = max(round(gap_s * video.fps / step), 1), max(round(BEFORE_S * video.fps / step), 1)
    seen = np.isfinite(table.z)
    last = len(table.z) - rows
    if last <= back:
        return None
    row, column = np.nonzero(seen[back:last] & seen[: last - back] & seen[back + rows :])
    row = row + back
    if not len(row):
        return None
    pick = np.sort(rng.permutation(len(row))[:most])
    row, column = row[pick], column[pick]
    steps, leap = camera_motion(table), camera_motion(table, rows)
    ids = np.arange(table.z.shape[1])
    seconds = back * step / video.fps
    z0 = table.z[row, column]
    earlier, _ = carried(steps, table.z[row - back, column], row - back, back, column)
    velocity = (z0 - earlier) / seconds
    here, turn = through(steps, leap, z0, row, column)
    velocity = velocity * turn
    # The order of candidates: the vehicle itself first.
    order = np.argsort(ids[None, :] != column[:, None], axis=1, kind="stable")
    order = order[:, :1] if alone else order
    after = np.take_along_axis(table.z[row + rows], order, axis=1)
    size, aspect = (np.take_along_axis(v[row + rows], order, axis=1) for v in (table.size, table.aspect))
    out = np.full(after.shape, np.nan + 0j)
    e, k = np.nonzero(np.isfinite(after) & (row + rows + back < len(table.z))[:, None])
    on = row[e] + rows
    moved, _ = carried(steps, after[e, k], on, back, order[e, k])
    out[e, k] = (table.z[on + back, order[e, k]] - moved) / seconds
    out = np.where(np.isfinite(out), out, velocity[:, None] * 0)
    zoom = np.abs(turn)
    length = table.size[row, column] * zoom
    sets = [after.real, after.imag, out.real, out.imag]
    found = turned(
        scene * 1_000_000 + column.astype(np.int64),
        np.full(len(row), scene),
        np.column_stack([here.real, here.imag]),
        np.column_stack([velocity.real, velocity.imag]),
        sets,
        (np.log(size / length[:, None]), np.log(aspect / table.aspect[row, column][:, None])),
        length,
    )
    return (
        found
        if alone
        else replace(found, rivals=_rivals(table, (steps, leap), row, column, (back, seconds), after, length))
    )


def _rivals(
    table: Dense,
    motion: tuple[Motion, Motion],
    row: Ints,
    column: Ints,
    back: tuple[int, float],
    after: NDArray[np.complex128],
    length: Floats,
) -> Rivals:
    """The other vehicles of the row before the gap against the candidates. back: rows and seconds over which speeds are read.

    The camera is told without the vehicle asked about and without the rival, so that neither's way through the gap helps.
    """
    steps, leap = motion
    others = np.isfinite(table.z[row])
    others[np.arange(len(row)), column] = False
    e, j = np.nonzero(others)
    z, left_out = table.z[row[e], j], (column[e], j)
    here, turn = through(steps, leap, z, row[e], *left_out)
    earlier, _ = carried(steps, table.z[row[e] - back[0], j], row[e] - back[0], back[0], *left_out)
    velocity = np.nan_to_num((z - earlier) / back[1] * turn)  # not seen earlier: taken to stand
    size = table.size[row[e], j] * np.abs(turn)
    speed = np.abs(velocity)
    heading = np.where(speed > 0, velocity / np.maximum(speed, 1e-12), 1.0)
    pair, candidate = np.nonzero(np.isfinite(after[e]))
    away = (after[e[pair], candidate] - here[pair]) * heading[pair].conj() / size[pair]
    count = np.bincount(e[pair], minlength=len(row))
    return Rivals(
        np.concatenate(([0], np.cumsum(count))).astype(np.int64),
        candidate.astype(np.int64),
        cells(speed[pair] / size[pair], away.real, away.imag),
        2 * np.log(length[e[pair]] / size[pair]),
    )


def _widen(table: Floats, wide: int) -> Floats:
    return np.pad(table, ((0, 0), (0, wide - table.shape[1])), constant_values=np.nan)
