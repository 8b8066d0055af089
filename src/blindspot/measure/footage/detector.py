"""What does a detector of the reviewer's own make of the pictures? Runs an ONNX model that the user brings; none is shipped.

The model takes one picture (1, 3, height, width), float32, 0 to 1, RGB, and gives rows of boxes (n, 6) or (1, n, 6): left, top,
right, bottom in pixels of its input, score, class number. Its boxes are proposals with the model's own score, no finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.footage.frames import pictures

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Proposal:
    """One box: picture number, seconds of PTS, left, top, right, bottom in pixels of the full picture, score, class number."""

    picture: int
    pts: float
    box: tuple[float, float, float, float]
    score: float
    kind: int


def propose(video: Path, model: Path, *, every: int = 10, most: int = 100, least: float = 0.25) -> list[Proposal]:
    """Boxes of at least a score on every n-th picture. Raises UsageError where the model or its runtime cannot be used."""
    session, (height, width) = _open(model)
    name = session.get_inputs()[0].name
    found: list[Proposal] = []
    import cv2

    for i, picture in enumerate(pictures(video, every=every, most=most, colour=True, widest=10**5)):
        shown = cv2.resize(picture.pixels, (width, height), interpolation=cv2.INTER_AREA)
        given = np.ascontiguousarray(shown.transpose(2, 0, 1)[None], np.float32) / 255
        rows = np.asarray(session.run(None, {name: given})[0], float)
        if rows.ndim not in {2, 3} or rows.shape[-1] != 6:
            raise UsageError(
                f"{model}: gives {rows.shape}; a detector must give rows of left, top, right, bottom, score, class"
            )
        rows = rows.reshape(-1, 6)
        grow = np.array([picture.pixels.shape[1] / width, picture.pixels.shape[0] / height] * 2) / np.array(
            picture.scale * 2
        )
        for row in rows[rows[:, 4] >= least]:
            left, top, right, bottom = (row[:4] * grow).tolist()
            found.append(Proposal(i * every, picture.pts, (left, top, right, bottom), float(row[4]), int(row[5])))
    return found


def _open(model: Path) -> tuple[Any, tuple[int, int]]:
    """A session on one thread, and the height and width that the model wants (480 x 640 where it takes any)."""
    try:
        import onnxruntime
    except ImportError as error:
        raise UsageError("a detector needs onnxruntime: pip install 'blindspot[onnx]'") from error
    if not model.is_file():
        raise UsageError(f"{model}: there is no such file")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except _refusals(onnxruntime) as error:
        raise UsageError(f"{model}: cannot be loaded as an ONNX model ({str(error).splitlines()[0][:120]})") from error
    shape = session.get_inputs()[0].shape
    if len(shape) != 4:
        raise UsageError(f"{model}: takes {shape}; a detector must take (1, 3, height, width)")
    return session, tuple(
        side if isinstance(side, int) else other for side, other in zip(shape[2:], (480, 640), strict=True)
    )  # type: ignore[return-value]


def _refusals(runtime: Any) -> tuple[type[BaseException], ...]:
    """The errors of the runtime, which have no base of their own."""
    state = runtime.capi.onnxruntime_pybind11_state
    return tuple(
        getattr(state, name)
        for name in ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented")
    )
