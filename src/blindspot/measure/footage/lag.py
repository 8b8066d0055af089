"""Does the telemetry belong to these pictures, and by how many frames is it early or late?

Telemetry predicts how the picture moves from frame to frame: ground points of one frame, seen in the next. The picture's own
motion is measured (`registration`). The lag is the shift between the two series with the least difference; its range is
that of block bootstraps (a steady motion fits at any lag, so its range is wide and the answer is "not measurable").
Positive lag: the telemetry describes a moment that the picture showed so many frames earlier (telemetry is late).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage import geometry as geo

if TYPE_CHECKING:
    from blindspot.measure.footage.footprint import View
    from blindspot.measure.footage.registration import Motion

MOST_LAG = 75  # frames, either way
DRAWS, BLOCK, SEED = 200, 12, 20210829
TOO_WIDE = 6  # frames: a range wider than this is "not measurable"
WINDOW = 5  # pairs whose motion is summed: telemetry often comes in jerks
NOISE = 0.7  # pixels over a window: motion below it says nothing
LONG = (
    3  # windows that are summed to ask whether telemetry belongs: noise and jitter fade there, a wrong story does not
)
BELONGS, FOREIGN = 0.06, 0.12  # judgement: share of the mean square motion that is left where telemetry fits / does not
SHORT = 90  # pairs: with fewer, a lag beyond the clip cannot be excluded, so telemetry is not called foreign


@dataclass(frozen=True, slots=True)
class Lag:
    """frames: the lag, None where it cannot be measured; low, high: its range. matches: whether telemetry describes the
    pictures (None: cannot be told). unexplained: share of the motion that is left at the best lag. why: in words.
    """

    frames: int | None
    low: int | None
    high: int | None
    matches: bool | None
    unexplained: float
    pairs: int
    moved_px: float  # root mean square, per frame
    predicted_px: float
    why: str


def predicted_motion(v: View, rows: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(n - 1, 4) motion of the picture from packet rows[i] to rows[i + 1]: shift right, down, turn, growth, in pixels.

    Ground points under a cross of five image positions of the first packet are projected into the second.
    """
    x, y = np.array([0.0, 0.5, -0.5, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 0.5, -0.5])
    one, two = rows[:-1], rows[1:]
    direction = geo.rays(v.look[one][:, None], v.hfov[one][:, None], v.vfov[one][:, None], x, y)
    hit = geo.meet_ellipsoid(v.origin[one][:, None], direction, v.ground[one][:, None])
    to = np.einsum("nji,nmj->nmi", v.look[two], hit - v.origin[two][:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        px = to[..., 1] / to[..., 0] / np.tan(np.radians(v.hfov[two]) / 2)[:, None] * size[0] / 2
        py = to[..., 2] / to[..., 0] / np.tan(np.radians(v.vfov[two]) / 2)[:, None] * size[1] / 2
    base_x, base_y = x * size[0] / 2, y * size[1] / 2
    dx, dy = px - base_x, py - base_y
    # Least-squares similarity over the symmetric cross: its sums decouple.
    square = (base_x**2 + base_y**2).sum()
    turn = (base_x * dy - base_y * dx).sum(-1) / square
    growth = (base_x * dx + base_y * dy).sum(-1) / square
    arm = np.hypot(*size) / 4
    return np.stack((dx.mean(-1), dy.mean(-1), turn * arm, growth * arm), -1)


def find_lag(v: View, packet_s: np.ndarray, motion: Motion, most: int = MOST_LAG) -> Lag:
    """Compare the two series. packet_s: seconds on the pictures' own time axis per packet, NaN where it has none."""
    size = (motion.width, motion.height)
    known = np.flatnonzero(
        ~np.isnan(packet_s) & ~np.isnan(v.look).any(axis=(1, 2)) & ~np.isnan(v.ground) & (v.hfov > 0)
    )
    if len(known) < 3 or len(motion.shift) < 3:
        return _silent("fewer than three frames with pose")
    known = known[np.argsort(packet_s[known], kind="stable")]
    known = known[np.concatenate(([True], np.diff(packet_s[known]) > 0))]
    at, rate = packet_s[known], predicted_motion(v, known, size)
    if len(at) < 3:
        return _silent("fewer than three frames with pose")
    step = np.diff(at)
    frame = float(np.median(np.diff(motion.pts, axis=1)))
    # Motion per second between packets, summed to a path, so that any two moments can be compared.
    path = np.concatenate((np.zeros((1, 4)), np.cumsum(np.where(np.isnan(rate), 0, rate), axis=0)))
    gaps = np.isnan(rate).any(axis=1) | (step > 5 * np.median(step))
    moved, began, ended = _windows(motion)
    lags = np.arange(-most, most + 1)
    predicted = np.full((len(lags), len(moved), 4), np.nan)
    for row, lag in enumerate(lags.tolist()):
        a, b = began + lag * frame, ended + lag * frame
        inside = (a >= at[0] - 0.5 * frame) & (b <= at[-1] + 0.5 * frame)
        first, last = (np.clip(np.searchsorted(at, s) - 1, 0, len(gaps) - 1) for s in (a + 1e-6, b - 1e-6))
        crossed = np.concatenate(([0], np.cumsum(gaps)))
        inside &= crossed[last + 1] == crossed[first]
        ahead = np.stack([np.interp(b, at, path[:, c]) - np.interp(a, at, path[:, c]) for c in range(4)], -1)
        predicted[row] = np.where(inside[:, None], ahead, np.nan)
    return _decide(lags, moved, predicted)


def _windows(motion: Motion) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(motion summed over WINDOW pairs, first second, last second) of each window; NaN where a pair is missing or wild."""
    shift = motion.shift.copy()
    shift[np.abs(shift).max(axis=1, initial=0.0) > motion.width / 2] = np.nan
    size = min(WINDOW, len(shift))
    moved = np.lib.stride_tricks.sliding_window_view(shift, size, axis=0).sum(axis=-1)
    return moved, motion.pts[: len(moved), 0], motion.pts[size - 1 :, 1]


def _decide(lags: np.ndarray, moved: np.ndarray, predicted: np.ndarray) -> Lag:
    residual = ((moved - predicted) ** 2).sum(-1)
    usable = ~np.isnan(residual)
    counts = usable.sum(axis=1)
    enough = counts >= max(2 * BLOCK, 0.3 * counts.max(initial=0))
    if not enough.any():
        return _silent("too few pairs of frames could be registered")
    cost = np.where(enough, _mean(residual), np.inf)
    best = int(np.argmin(cost))
    own, pairs = usable[best], int(counts[best])
    m, p = (moved[own] ** 2).sum(-1), (predicted[best][own] ** 2).sum(-1)
    moved_px, predicted_px = float(np.sqrt(m.mean())), float(np.sqrt(p.mean()))
    left, share = _left(_summed(moved), _summed(predicted[best]))

    foreign = share > FOREIGN and left > NOISE**2
    frames, low, high, matches = None, None, None, None
    if max(moved_px, predicted_px) < NOISE:
        why = "not measurable: picture and telemetry hardly move"
    elif foreign and counts.max() < SHORT:
        why = "not measurable: the motions differ, but the clip is too short to exclude a longer lag"
    elif foreign:
        matches = False
        why = "the telemetry does not describe these pictures: their motions differ at every lag"
    else:
        low, high = _bootstrap(lags, residual, enough)
        matches = True if share <= BELONGS else None
        if matches is None:
            why = "not measurable: the motions agree in part only"
        elif high - low > TOO_WIDE or best in {0, len(lags) - 1}:
            why = "not measurable: the motion is too steady to tell one lag from another"
        else:
            frames, why = int(lags[best]), "picture motion against telemetry motion"
    return Lag(frames, low, high, matches, share, pairs, moved_px / WINDOW, predicted_px / WINDOW, why)


def _summed(windows: np.ndarray) -> np.ndarray:
    """LONG windows in a row, summed; the windows themselves where there are too few."""
    n = len(windows) - (LONG - 1) * WINDOW
    if n < BLOCK:
        return windows
    total: np.ndarray = np.sum([windows[i * WINDOW : i * WINDOW + n] for i in range(LONG)], axis=0)
    return total


def _left(moved: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """(mean square of what is left, its share of the mean square motion of both)."""
    own = ~np.isnan(moved - predicted).any(axis=1)
    if not own.any():
        return float("nan"), float("nan")
    left = float(((moved[own] - predicted[own]) ** 2).sum(-1).mean())
    energy = float(((moved[own] ** 2).sum(-1) + (predicted[own] ** 2).sum(-1)).mean() / 2)
    return left, left / energy if energy > 0 else float("nan")


def _bootstrap(lags: np.ndarray, residual: np.ndarray, enough: np.ndarray) -> tuple[int, int]:
    """2.5 to 97.5 % of the best lag over resampled blocks of pairs."""
    random = np.random.default_rng(SEED)
    n = residual.shape[1]
    blocks = [np.arange(i, min(i + BLOCK, n)) for i in range(0, n, BLOCK)]
    sums = np.stack([np.nansum(residual[:, b], axis=1) for b in blocks], 1)
    counts = np.stack([(~np.isnan(residual[:, b])).sum(axis=1) for b in blocks], 1)
    found = []
    for _ in range(DRAWS):
        pick = random.integers(0, len(blocks), len(blocks))
        total, count = sums[:, pick].sum(axis=1), counts[:, pick].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            cost = np.where(enough & (count >= BLOCK), total / count, np.inf)
        found.append(lags[int(np.argmin(cost))])
    low, high = np.percentile(found, [2.5, 97.5], method="nearest")
    return int(low), int(high)


def _mean(values: np.ndarray) -> np.ndarray:
    return np.array([row[~np.isnan(row)].mean() if (~np.isnan(row)).any() else np.inf for row in values])


def _silent(why: str) -> Lag:
    return Lag(None, None, None, None, float("nan"), 0, float("nan"), float("nan"), f"not measurable: {why}")
