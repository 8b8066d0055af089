"""Tracks or boxes and a length of gap -> the table of `track custody`: how often right, and how well said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import Problem, UsageError, Where
from blindspot.measure.track.custody.episodes import OTHERS, SEED, episodes, units
from blindspot.measure.track.custody.evaluate import Evaluation, evaluate
from blindspot.measure.track.custody.footage import box_episodes
from blindspot.measure.track.follow.many import named
from blindspot.measure.track.summary import problem_row

if TYPE_CHECKING:
    from blindspot.measure.track.model import Read

NUMBER = 6000  # interruptions judged
MORE = 30_000  # displacements in footage, where each file has a law of its own


def custody(
    read: Read, gap_s: float, *, number: int = NUMBER, overlay: bool | None = None, seed: int = SEED
) -> tuple[Evaluation, dict[str, Any]]:
    """The evaluation and its table, keys as in the contract. Raises UsageError where too few vehicles can be hidden."""
    if not gap_s > 0:
        raise UsageError(f"--gap {gap_s:g}: is no length of time; write seconds above 0.")
    problems = list(read.problems)
    if read.boxes and not len(read.tracks.t):
        boxes = []
        for each in read.boxes:
            known, said = named(each)
            boxes.append(known)
            problems += [Problem(Where(each.name), says) for says in said]
        e = box_episodes(boxes, gap_s, number, seed=seed)
        found = evaluate(e, gap_s, box_episodes(boxes, gap_s, MORE, alone=True, seed=seed), seed=seed)
        overlaid, kind = False, "boxes, camera motion from the boxes"
    else:
        played, overlaid = units(read.tracks, overlay=overlay)
        e = episodes(played, gap_s, number, others=OTHERS if overlaid else None, seed=seed)
        found = evaluate(e, gap_s, seed=seed)
        kind = "vehicle-days of other vehicles laid over one clock" if overlaid else "vehicles as they ran at one time"
        dt = np.diff(read.tracks.t)[np.diff(read.tracks.of) == 0]
        if dt.size and np.median(dt) > gap_s:
            says = f"fixes are {np.median(dt):.0f} s apart: positions after a gap of {gap_s:g} s are interpolated"
            problems.append(Problem(Where("tracks"), says, None, "ask for a gap longer than that"))
    measures, spans = found.measures(), found.intervals(seed=seed)
    table: dict[str, Any] = {
        "gap_s": gap_s,
        "n": len(found.predicted),
        **{key: round(value, 4) for key, value in measures.items()},
        "intervals": {key: [round(low, 4), round(high, 4)] for key, (low, high) in spans.items()},
        "vehicles": len(np.unique(found.cluster)),
        "candidates": round(float(np.isfinite(e.along).sum(axis=1).mean()), 1),
        "background": kind,
        "overlaid": overlaid,
        "tempering": [round(float(v), 3) for v in found.exponents.mean(axis=0)],
        "reliability": [{k: round(v, 4) for k, v in row.items()} for row in found.reliability()],
        "problems": [problem_row(p) for p in problems],
    }
    return found, table
