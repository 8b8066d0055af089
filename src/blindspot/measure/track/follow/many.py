"""Detections of many objects -> who is who, frame after frame, with every bridged gap marked.

Per object a box with constant-velocity Kalman filters of its middle; all predictions move with the median jump of the
picture before boxes are assigned (Jonker-Volgenant on overlap, then nearest of like size). Since this looks back, an object
that is confirmed later keeps its first boxes, and short losses are filled by straight lines that are marked as such. One
identity out of here says nothing of custody: each bridged gap is a gap card (`custody`).
After Bewley et al. 2016 (SORT) and Zhang et al. 2022 (two rounds of assignment).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.track.follow import kernels
from blindspot.measure.track.model import Boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.model import Ints


@dataclass(frozen=True, slots=True)
class Followed:
    """Boxes with identities, sorted by frame; `filled` marks those between two sights; gaps: (k, 3) id, last seen, seen again."""

    boxes: Boxes
    filled: NDArray[np.bool_]
    gaps: Ints


def follow_many(
    boxes: Boxes, *, least_overlap: float = 0.2, patience: int = 30, confirm: int = 3, fill: int = 20
) -> Followed:
    """Identities for the detections of one video (their own ids are ignored).

    patience: frames out of sight after which an object is a new one. confirm: boxes that make an object; what has fewer is
    taken for a false alarm and left out. fill: longest gap that is filled.
    """
    order = np.argsort(boxes.frame, kind="stable")
    frame, x, y, w, h, score = (getattr(boxes, n)[order] for n in ("frame", "x", "y", "w", "h", "score"))
    first = np.append(np.flatnonzero(np.diff(frame, prepend=-1)), len(frame)).astype(np.int64)
    label = kernels.run(first, frame, x, y, w, h, least_overlap, patience)
    keep = np.bincount(label, minlength=1)[label] >= confirm if label.size else np.zeros(0, bool)
    frame, x, y, w, h, score, label = (v[keep] for v in (frame, x, y, w, h, score, label))
    by = np.lexsort((frame, label))
    frame, x, y, w, h, score, label = (v[by] for v in (frame, x, y, w, h, score, label))
    hole = np.flatnonzero((np.diff(label) == 0) & (np.diff(frame) > 1))
    gaps = np.column_stack([label[hole], frame[hole], frame[hole + 1]]) if hole.size else np.zeros((0, 3), np.int64)
    hole = hole[frame[hole + 1] - frame[hole] <= fill]
    count = frame[hole + 1] - frame[hole] - 1
    a = np.repeat(hole, count)
    step = np.arange(len(a)) - np.repeat(np.cumsum(count) - count, count) + 1
    share = step / (frame[a + 1] - frame[a])
    new = [v[a] + share * (v[a + 1] - v[a]) for v in (x, y, w, h, score)]
    frame, label = np.concatenate([frame, frame[a] + step]), np.concatenate([label, label[a]])
    x, y, w, h, score = (np.concatenate(pair) for pair in zip((x, y, w, h, score), new, strict=True))
    filled = np.arange(len(frame)) >= len(frame) - len(a)
    by = np.lexsort((label, frame))
    _, dense = np.unique(label, return_inverse=True)
    out = Boxes(frame[by], dense[by].astype(np.int64), x[by], y[by], w[by], h[by], score[by], boxes.name, boxes.fps)
    return Followed(out, filled[by], gaps)


def named(boxes: Boxes) -> tuple[Boxes, list[str]]:
    """The boxes that have an identity; where none has, objects are followed first, and that is said."""
    known = boxes.id >= 0
    if not known.any():
        says = "boxes have no identities: objects are followed first, so a switch of the tracker counts as a vehicle"
        return follow_many(boxes).boxes, [says]
    columns = {name: getattr(boxes, name)[known] for name in ("frame", "id", "x", "y", "w", "h", "score")}
    return replace(boxes, **columns), []
