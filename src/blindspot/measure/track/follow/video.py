"""A video, what people marked in it, what a detector proposed -> the path, who placed each box, and a card for every loss.

The machine goes on from a person's mark until it says LOST; only the next mark goes on from there. A detector, where the
reviewer has one, never decides: its boxes are followed as objects, and those in view where a person took the vehicle up again
are listed beside the gap as what the choice was made from.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.follow.keyframes import agreement, gaps_opened, smooth
from blindspot.measure.track.follow.many import follow_many
from blindspot.measure.track.follow.one import Follower

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blindspot.measure.track.follow.keyframes import GapOpened, Keyframe, Path
    from blindspot.measure.track.follow.one import Picture, Sight
    from blindspot.measure.track.model import Boxes


def follow_video(
    pictures: Iterable[Picture], fps: float, marks: Sequence[Keyframe], proposals: Boxes | None = None
) -> tuple[dict[str, Any], Path | None]:
    """`{"frames", "states", "gaps", "objects", "problems"}` and the smoothed path (None without marks).

    pictures: grey, at full size, in order, the first is number 0. Raises UsageError where a mark lies outside the video.
    """
    objects = follow_many(proposals).boxes if proposals is not None and len(proposals.frame) else None
    sights, count = followed(pictures, fps, marks)
    found: dict[str, Any] = {"frames": count, "states": _states(sights), "gaps": [], "objects": [], "problems": []}
    if objects is not None:
        ids, boxes = np.unique(objects.id, return_counts=True)
        found["objects"] = [{"id": int(i), "boxes": int(n)} for i, n in zip(ids, boxes, strict=True)]
    if not marks:
        return found, None
    found["gaps"] = [_card(k, gap, marks, fps, objects) for k, gap in enumerate(gaps_opened(sights), 1)]
    return found, smooth(marks, sights)


def followed(pictures: Iterable[Picture], fps: float, marks: Sequence[Keyframe]) -> tuple[list[Sight], int]:
    """The claim for every picture from the first mark on, and how many pictures there are."""
    by_frame = {m.frame: m for m in sorted(marks, key=lambda m: m.when)}
    follower = Follower(fps=fps)
    sights: list[Sight] = []
    count = 0
    for i, picture in enumerate(pictures):
        count = i + 1
        if i in by_frame:
            m = by_frame[i]
            sights.append(replace(follower.mark(picture, (m.x, m.y, m.w, m.h)), frame=i))
        elif sights:
            sights.append(replace(follower.step(picture), frame=i))
    late = max(by_frame, default=-1)
    if late >= count:
        raise UsageError(f"a mark is of picture {late}, but the video has {count} pictures (the first is 0).")
    return sights, count


def _states(sights: Sequence[Sight]) -> dict[str, int]:
    out: dict[str, int] = {}
    for s in sights:
        out[str(s.state)] = out.get(str(s.state), 0) + 1
    return out


def _card(number: int, gap: GapOpened, marks: Sequence[Keyframe], fps: float, objects: Boxes | None) -> dict[str, Any]:
    """One loss: how long, why, who took it up again and from what choice."""
    again = min((m for m in marks if m.frame > gap.lost), key=lambda m: m.frame, default=None)
    candidates = []
    if objects is not None and again is not None:
        for k in np.flatnonzero(objects.frame == again.frame):
            away = float(np.hypot(objects.x[k] - again.x, objects.y[k] - again.y))
            box = {n: round(float(getattr(objects, n)[k]), 1) for n in ("x", "y", "w", "h", "score")}
            candidates.append({"id": int(objects.id[k]), **box, "from_mark_px": round(away, 1)})
    return {
        "id": f"gap-{number}",
        "last_seen": gap.last_seen,
        "lost": gap.lost,
        "failed": list(gap.failed),
        "resumed": again.frame if again else None,
        "seconds": round((again.frame - gap.last_seen) / fps, 2) if again else None,
        "taken": again.same if again else "",
        "who": again.who if again else "",
        "why": again.why if again else "",
        "candidates": sorted(candidates, key=lambda c: c["from_mark_px"]),
    }


def path_rows(path: Path) -> list[dict[str, Any]]:
    """The path as plain data, a row for each picture."""
    columns = {n: np.round(getattr(path, n), 2).tolist() for n in ("x", "y", "w", "h", "error_px")}
    return [
        {"frame": int(f), **{n: columns[n][k] for n in columns}, "by": path.by[k]} for k, f in enumerate(path.frame)
    ]


def compared(first: Sequence[Keyframe], second: Sequence[Keyframe]) -> dict[str, Any]:
    """Two reviewers' logs: kappa of their choices at gaps, and how far apart their smoothed paths lie, in box widths.

    Raises UsageError where both are by one person, or a log holds no mark.
    """
    kappa, choices = agreement(first, second)
    a, b = smooth(first), smooth(second)
    _, i, j = np.intersect1d(a.frame, b.frame, return_indices=True)
    apart = np.hypot(a.x[i] - b.x[j], a.y[i] - b.y[j]) / np.sqrt(a.w[i] * a.h[i])
    return {
        "reviewers": [sorted({m.who for m in log}) for log in (first, second)],
        "choices": choices,
        "kappa": None if np.isnan(kappa) else round(kappa, 4),
        "disagree": [
            {"frame": m.frame, "first": m.same, "second": n.same}
            for m in first
            for n in second
            if m.frame == n.frame and m.same and n.same and m.same != n.same
        ],
        "pictures": len(i),
        "apart_boxes": {"median": round(float(np.median(apart)), 3), "high": round(float(np.quantile(apart, 0.95)), 3)}
        if len(i)
        else None,
        "marks": [[asdict(m) for m in log] for log in (first, second)],
    }
