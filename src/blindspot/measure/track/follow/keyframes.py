"""What people marked, kept as evidence: who, when, why; the way between marks smoothed both ways; do two people agree?

A keyframe is never changed, only followed by another of the same picture. Between keyframes the path is the
Rauch-Tung-Striebel smoother (1965) of the marks (and, if given, of the machine's FOLLOWED boxes), so that each box says
whether a person, the machine, or only the smoother placed it. Two reviewers who marked without seeing one another's marks
agree on the identity at gaps by Cohen's kappa.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path as File

    from blindspot.measure.track.follow.one import Sight
    from blindspot.measure.track.model import Floats

ACCELERATION = 0.3  # pixels per frame^2, one deviation: what a car and an unsteady camera do (judgement)
MARK_PX, MACHINE_PX = 2.0, 4.0  # one deviation of a mark, of a FOLLOWED box


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A mark by a person: picture, box (middle, width, height), who, when in UTC, why; `same` answers a gap card."""

    frame: int
    x: float
    y: float
    w: float
    h: float
    who: str
    when: str
    why: str
    same: str = ""  # id of the candidate that was taken for the vehicle after a gap; blank where no choice was made


@dataclass(frozen=True, slots=True)
class GapOpened:
    """The follower lost the vehicle: last picture it was followed in, last that it coasted to, the tests that failed."""

    last_seen: int
    lost: int
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """Boxes between the first and the last mark. by: "person", "machine" or "smoother"; error_px one deviation."""

    frame: np.ndarray
    x: Floats
    y: Floats
    w: Floats
    h: Floats
    error_px: Floats
    by: tuple[str, ...]


def log_line(mark: Keyframe) -> str:
    """A keyframe as a line of the log (JSON), for an append-only file."""
    return json.dumps(asdict(mark), ensure_ascii=False, sort_keys=True)


def read_log(lines: Iterable[str]) -> tuple[Keyframe, ...]:
    """Keyframes of a log. Raises UsageError that names the line."""
    out = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            mark = Keyframe(**json.loads(line))
            np.array([mark.frame, mark.x, mark.y, mark.w, mark.h], float)
        except (ValueError, TypeError) as error:
            raise UsageError(f"keyframe log, line {number}: is no keyframe ({error}).") from error
        if not (mark.who and mark.when and mark.why):
            raise UsageError(f"keyframe log, line {number}: says not who, when and why; each mark needs all three.")
        out.append(mark)
    return tuple(out)


def open_log(path: File) -> tuple[Keyframe, ...]:
    """The keyframes of a log on disk. Raises UsageError."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such log; `blindspot track mark {path} ...` begins one.")
    return read_log(path.read_text(encoding="utf-8").splitlines())


def add_mark(log: File, frame: int, box: str, who: str, when: str, why: str, same: str = "") -> int:
    """Append a mark; how many the log then holds. `box`: `x,y,w,h`. Raises UsageError, and adds nothing then."""
    try:
        x, y, w, h = (float(part) for part in box.split(","))
    except ValueError as error:
        raise UsageError(f"--box {box}: is no box; write X,Y,W,H in pixels, as 320,180,28,14.") from error
    if not (w > 0 and h > 0 and np.isfinite([x, y, w, h]).all()):
        raise UsageError(f"--box {box}: width and height must be above 0.")
    if not (who.strip() and why.strip()):
        raise UsageError("a mark says who made it and why: give --who and --why.")
    before = open_log(log) if log.is_file() else ()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        file.write(log_line(Keyframe(frame, x, y, w, h, who, when, why, same)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return len(before) + 1


def gaps_opened(sights: Sequence[Sight]) -> tuple[GapOpened, ...]:
    """Every loss in a run of the follower: each opens a gap card."""
    out, last = [], -1
    for before, now in pairwise(sights):
        last = before.frame if before.state == "FOLLOWED" else last
        if now.state == "LOST" and before.state != "LOST":
            out.append(GapOpened(last, now.frame, now.failed))
    return tuple(out)


def smooth(marks: Sequence[Keyframe], sights: Sequence[Sight] = ()) -> Path:
    """The path through the marks, both ways in time. Of two marks of one picture the later counts. Raises UsageError."""
    if not marks:
        raise UsageError("no keyframe: mark the vehicle in one picture at least.")
    kept = {m.frame: m for m in sorted(marks, key=lambda m: (m.frame, m.when))}
    machine = {s.frame: s for s in sights if s.state == "FOLLOWED"}
    frames = np.arange(min(kept), max(kept) + 1)
    known = sorted(kept)
    w = np.interp(frames, known, [kept[f].w for f in known])
    h = np.interp(frames, known, [kept[f].h for f in known])
    measured = np.full((len(frames), 2), np.nan)
    error = np.full(len(frames), np.inf)
    by = []
    for i, f in enumerate(frames.tolist()):
        if f in kept:
            measured[i], error[i] = (kept[f].x, kept[f].y), MARK_PX
            by.append("person")
        elif f in machine:
            measured[i], error[i] = machine[f].box[:2], MACHINE_PX
            by.append("machine")
        else:
            by.append("smoother")
    place, spread = _rts(measured, error)
    return Path(frames, place[:, 0], place[:, 1], w, h, spread, tuple(by))


def agreement(first: Sequence[Keyframe], second: Sequence[Keyframe]) -> tuple[float, int]:
    """Cohen's kappa of the choices that two reviewers made at the same gaps, and how many. NaN under two choices.

    Raises UsageError where both logs are by the same person.
    """
    if {m.who for m in first} & {m.who for m in second}:
        raise UsageError(
            "the second review is by the same person; agreement needs two who did not see each other's marks."
        )
    a = {m.frame: m.same for m in first if m.same}
    b = {m.frame: m.same for m in second if m.same}
    shared = sorted(set(a) & set(b))
    if len(shared) < 2:
        return float("nan"), len(shared)
    observed = float(np.mean([a[f] == b[f] for f in shared]))
    names = {*a.values(), *b.values()}
    chance = sum(
        float(np.mean([a[f] == n for f in shared])) * float(np.mean([b[f] == n for f in shared])) for n in names
    )
    return (1.0 if chance == 1 else (observed - chance) / (1 - chance)), len(shared)


def _rts(measured: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Constant-velocity Kalman filter forward and Rauch-Tung-Striebel backward; both axes share their covariance."""
    n = len(measured)
    f = np.array([[1.0, 1.0], [0.0, 1.0]])
    q = ACCELERATION**2 * np.array([[0.25, 0.5], [0.5, 1.0]])
    m, p = np.zeros((n, 2, 2)), np.zeros((n, 2, 2))  # (place, speed) x axis
    mp, pp = np.zeros((n, 2, 2)), np.zeros((n, 2, 2))
    mean, cov = np.vstack([measured[0], [0.0, 0.0]]), np.diag([error[0] ** 2, 100.0])
    for i in range(n):
        if i:
            mean, cov = f @ mean, f @ cov @ f.T + q
        mp[i], pp[i] = mean, cov
        if i and np.isfinite(error[i]):
            gain = cov[:, :1] / (cov[0, 0] + error[i] ** 2)
            mean, cov = mean + gain * (measured[i] - mean[0]), cov - gain @ cov[:1]
        m[i], p[i] = mean, cov
    for i in range(n - 2, -1, -1):
        g = p[i] @ f.T @ np.linalg.inv(pp[i + 1])
        m[i] = m[i] + g @ (m[i + 1] - mp[i + 1])
        p[i] = p[i] + g @ (p[i + 1] - pp[i + 1]) @ g.T
    return m[:, 0], np.sqrt(p[:, 0, 0])
