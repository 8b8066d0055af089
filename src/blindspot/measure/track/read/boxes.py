"""Boxes of footage as text: MOT challenge, UAVDT, SDD. frame, id, left, top, width, height, and what follows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.track.model import Boxes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.track.read.faults import Faults

SDD = re.compile(r'^\d+ -?\d+ -?\d+ -?\d+ -?\d+ \d+ [01] [01] [01] "')


def looks_like_boxes(line: str) -> bool:
    """Whether the first line of a file is a row of MOT text (six or more numbers) or of SDD annotations."""
    if SDD.match(line):
        return True
    cells = line.strip().split(",")
    if not 6 <= len(cells) <= 11:
        return False
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        return False
    whole = all(v == int(v) for v in values[:2])
    return whole and abs(values[0]) < 1e7 and values[4] > 0 and values[5] > 0 and "." not in cells[0]


def read_boxes(path: Path, line: str, fps: float, faults: Faults) -> Boxes:
    """The boxes of one file in order of frame. Rows that are no boxes are left out and counted."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if SDD.match(line):
        a = np.array([r.split(" ")[:9] for r in lines if SDD.match(r)], dtype=np.float64)
        a = a[a[:, 6] == 0]  # lost: out of view
        left, top, right, bottom = a[:, 1], a[:, 2], a[:, 3], a[:, 4]
        return _boxes(path, a[:, 5], a[:, 0], left, top, right - left, bottom - top, np.ones(len(a)), fps)
    good: list[list[float]] = []
    for number, text in enumerate(lines, 1):
        try:
            values = [float(cell) for cell in text.split(",")[:7]]
        except ValueError:
            values = []
        if len(values) < 6 or values[4] <= 0 or values[5] <= 0 or not np.isfinite(values).all():
            if text.strip():
                faults.add(path.name, "{n} row(s) that are no box, left out", row=number)
            continue
        good.append([*values, 1.0][:7])
    a = np.array(good, dtype=np.float64).reshape(-1, 7)
    return _boxes(path, a[:, 0], a[:, 1], a[:, 2], a[:, 3], a[:, 4], a[:, 5], a[:, 6], fps)


def boxes_of(rows: Sequence[tuple[float, ...]], name: str, fps: float) -> Boxes:
    """Detections without identities: picture, left, top, right, bottom, score."""
    f, left, top, right, bottom, score = np.array(rows, dtype=np.float64).reshape(-1, 6).T
    return _boxes(Path(name), f, np.full(len(f), -1), left, top, right - left, bottom - top, score, fps)


def _boxes(path: Path, frame: object, number: object, *rest: object) -> Boxes:
    left, top, w, h, score, fps = rest
    f, i = np.asarray(frame, np.int64), np.asarray(number, np.int64)
    order = np.lexsort((i, f))
    left, top, w, h, score = (np.asarray(v, np.float64)[order] for v in (left, top, w, h, score))
    return Boxes(f[order], i[order], left + w / 2, top + h / 2, w, h, score, path.stem, float(fps))  # type: ignore[arg-type]
