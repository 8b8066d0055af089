"""What was the vehicle in the last picture before a loss, and what could be it in the pictures after? Boxes for a person to compare.

The gap is where the follower said LOST. Before it: the box of the last picture in which it was FOLLOWED. After it: every object
that a detector or a person boxed and that was not seen elsewhere while the vehicle itself was seen (two things seen at once are not
one), each in the largest of its first pictures; without boxes, the mark by which a person took the vehicle up again. Nothing is
ranked by likeness: the order is that of appearance, and the choice is a person's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.track.follow.keyframes import gaps_opened
from blindspot.measure.track.follow.many import follow_many
from blindspot.measure.track.follow.video import followed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blindspot.measure.track.follow.keyframes import GapOpened, Keyframe
    from blindspot.measure.track.follow.one import Picture, Sight
    from blindspot.measure.track.model import Boxes

MOST = 12  # candidates of one gap; what appears later is counted
CLEAR_S = 0.5  # of an object's first pictures the largest within so long is shown
NEAR = 1.0  # root of the vehicle's area within which a box is taken for the vehicle's own


@dataclass(frozen=True, slots=True)
class Side:
    """A box in one picture. object: "vehicle", or the number of the object. x, y: its middle; pixels of the source."""

    object: str
    frame: int
    x: float
    y: float
    w: float
    h: float
    by: str  # who placed it: person, machine, boxes


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss of view. after: candidates in the order of their appearance; more: how many of them are not shown."""

    id: str
    seconds: float | None
    failed: tuple[str, ...]
    taken: str
    who: str
    why: str
    before: Side
    after: tuple[Side, ...]
    more: int


def from_zero(boxes: Boxes) -> Boxes:
    """Boxes whose first picture is number 0: MOT text counts from 1, marks from 0; told apart by the least number."""
    return boxes if (boxes.frame == 0).any() else replace(boxes, frame=boxes.frame - 1)


def losses(
    pictures: Iterable[Picture], fps: float, marks: Sequence[Keyframe], proposals: Boxes | None = None
) -> list[Loss]:
    """Every loss of the marked vehicle with its two sides. Raises UsageError where a mark lies outside the video."""
    sights, _ = followed(pictures, fps, marks)
    objects = follow_many(proposals).boxes if proposals is not None and len(proposals.frame) else None
    seen = {s.frame: s for s in sights if s.state == "FOLLOWED"}
    marked = {m.frame: m for m in marks}
    return [_loss(f"gap-{n}", gap, seen, marked, objects, fps) for n, gap in enumerate(gaps_opened(sights), 1)]


def _loss(
    name: str, gap: GapOpened, seen: dict[int, Sight], marked: dict[int, Keyframe], objects: Boxes | None, fps: float
) -> Loss:
    again = marked.get(min((frame for frame in marked if frame > gap.lost), default=-1))
    after = [] if objects is None else _candidates(objects, seen, gap, fps)
    if not after and again is not None:
        after = [Side("vehicle", again.frame, again.x, again.y, again.w, again.h, "person")]
    seconds = round((again.frame - gap.last_seen) / fps, 2) if again else None
    said = (again.same, again.who, again.why) if again else ("", "", "")
    by = "person" if gap.last_seen in marked else "machine"
    before = Side("vehicle", gap.last_seen, *seen[gap.last_seen].box, by)
    return Loss(name, seconds, gap.failed, *said, before, tuple(after[:MOST]), max(0, len(after) - MOST))


def _candidates(objects: Boxes, seen: dict[int, Sight], gap: GapOpened, fps: float) -> list[Side]:
    late = (objects.frame > gap.lost) & ~np.isin(objects.id, _seen_apart(objects, seen, gap.last_seen))
    out = []
    for k in np.unique(objects.id[late]).tolist():
        rows = np.flatnonzero(late & (objects.id == k))
        rows = rows[objects.frame[rows] <= objects.frame[rows].min() + round(CLEAR_S * fps)]
        best = int(rows[np.argmax(objects.w[rows] * objects.h[rows])])
        x, y, w, h = (float(getattr(objects, n)[best]) for n in ("x", "y", "w", "h"))
        out.append(Side(str(k), int(objects.frame[best]), x, y, w, h, "boxes"))
    return sorted(out, key=lambda s: (s.frame, s.x))


def _seen_apart(objects: Boxes, seen: dict[int, Sight], last: int) -> list[int]:
    """Objects with a box elsewhere than the vehicle's, in a picture in which the vehicle was followed."""
    apart = set()
    for k in np.flatnonzero(objects.frame <= last).tolist():
        sight = seen.get(int(objects.frame[k]))
        if sight is None:
            continue
        x, y, w, h = sight.box
        if np.hypot(objects.x[k] - x, objects.y[k] - y) > NEAR * np.sqrt(w * h):
            apart.add(int(objects.id[k]))
    return sorted(apart)
