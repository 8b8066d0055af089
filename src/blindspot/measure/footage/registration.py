"""How did the picture move from frame to frame? Corners tracked by optical flow, a similarity fitted by RANSAC.

Shi-Tomasi corners away from burnt-in marks, pyramidal Lucas-Kanade there and back (points that do not return are dropped),
then shift of the picture's middle, turn and growth, each in pixels: turn and growth as seen at a quarter of the diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.footage.frames import pictures

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from blindspot.measure.footage.frames import Picture

FEWEST = 12  # points that must agree


@dataclass(frozen=True, slots=True)
class Motion:
    """Picture motion between neighbouring pictures, a row per pair: (n, 4) shift right, shift down, turn, growth, in pixels of
    the full picture; NaN where it could not be told. pts: (n, 2) seconds of the two pictures. inliers: points that agreed.
    matrix: (n, 2, 3) the similarity in pixels of the picture as registered. width, height: of the full picture.
    """

    shift: np.ndarray
    pts: np.ndarray
    inliers: np.ndarray
    matrix: np.ndarray
    width: int
    height: int
    scale: tuple[float, float]


def hud_mask(samples: list[np.ndarray]) -> np.ndarray:
    """Burnt-in marks: 255 where to look, 0 where the picture stands still with sharp edges while the scene changes.

    samples: grey pictures spread over the clip, at least 5; with fewer, or in a still scene, nothing is masked.
    """
    import cv2

    open_mask = np.full(samples[0].shape, 255, np.uint8)
    if len(samples) < 5:
        return open_mask
    stack = np.stack(samples).astype(np.float32)
    spread = stack.std(axis=0)
    if np.median(spread) < 4:  # grey levels: a scene that hardly changes cannot show what stands still in it
        return open_mask
    middle = np.median(stack, axis=0)
    edges = cv2.magnitude(cv2.Sobel(middle, cv2.CV_32F, 1, 0), cv2.Sobel(middle, cv2.CV_32F, 0, 1))
    still = (cv2.boxFilter(spread, -1, (3, 3)) < 0.35 * np.median(spread)) & (edges > 60)
    grown = cv2.dilate(cv2.morphologyEx(still.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5))), np.ones((9, 9)))
    if grown.mean() > 0.4:  # a mask that eats the picture is no mask
        return open_mask
    open_mask[grown > 0] = 0
    return open_mask


def between(a: np.ndarray, b: np.ndarray, mask: np.ndarray | None) -> tuple[np.ndarray, int]:
    """(2, 3) similarity that carries picture a onto b, and how many points agree; NaN where too few do."""
    import cv2

    nothing = np.full((2, 3), np.nan), 0
    corners = cv2.goodFeaturesToTrack(a, 250, 0.01, 8, mask=mask)
    if corners is None or len(corners) < FEWEST:
        return nothing
    unset: Any = None  # OpenCV makes the array itself
    there, ok, _ = cv2.calcOpticalFlowPyrLK(a, b, corners, unset, winSize=(17, 17), maxLevel=4)
    back, ok2, _ = cv2.calcOpticalFlowPyrLK(b, a, there, unset, winSize=(17, 17), maxLevel=4)
    good = (ok[:, 0] == 1) & (ok2[:, 0] == 1) & (np.abs(back - corners).max(axis=(1, 2)) < 0.7)
    if good.sum() < FEWEST:
        return nothing
    cv2.setRNGSeed(0)
    matrix, inliers = cv2.estimateAffinePartial2D(corners[good], there[good], ransacReprojThreshold=1.5)
    if matrix is None or inliers.sum() < FEWEST:
        return nothing
    return matrix, int(inliers.sum())


def picture_motion(path: Path, size: tuple[int, int], *, start: float | None = None, most: int = 400) -> Motion:
    """Motion through at most so many pictures of a file from a PTS on."""
    mask = mask_of(path, most)
    return motion_of(pictures(path, start=start, most=most), size, mask)


def mask_of(path: Path, frames: int) -> np.ndarray | None:
    """The mask of burnt-in marks from 24 pictures spread over so many frames; None where there is no picture."""
    samples = [p.pixels for p in pictures(path, most=24, every=max(1, frames // 24))]
    return hud_mask(samples) if samples else None


def motion_of(frames: Iterable[Picture], size: tuple[int, int], mask: np.ndarray | None) -> Motion:
    """Motion between neighbouring pictures."""
    before: Picture | None = None
    shifts, stamps, counts, matrices = [], [], [], []
    scale = (1.0, 1.0)
    for frame in frames:
        scale = frame.scale
        if before is not None and before.pixels.shape == frame.pixels.shape:
            fits = mask is not None and mask.shape == frame.pixels.shape
            matrix, n = between(before.pixels, frame.pixels, mask if fits else None)
            shifts.append(four(matrix, frame.pixels.shape[1], frame.pixels.shape[0], scale))
            stamps.append((before.pts, frame.pts))
            counts.append(n)
            matrices.append(matrix)
        before = frame
    return Motion(
        np.array(shifts).reshape(-1, 4), np.array(stamps).reshape(-1, 2), np.array(counts, np.int64),
        np.array(matrices).reshape(-1, 2, 3), size[0], size[1], scale,
    )  # fmt: skip


def four(matrix: np.ndarray, width: float, height: float, scale: tuple[float, float]) -> np.ndarray:
    """Shift of the middle right and down, turn and growth, in pixels of the full picture, of a (2, 3) similarity."""
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    moved = matrix[:, :2] @ middle + matrix[:, 2] - middle
    turn = np.arctan2(matrix[1, 0], matrix[0, 0])
    growth = np.hypot(matrix[0, 0], matrix[1, 0]) - 1
    arm = np.hypot(width / scale[0], height / scale[1]) / 4
    return np.array([moved[0] / scale[0], moved[1] / scale[1], turn * arm, growth * arm])
