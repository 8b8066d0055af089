"""What happened in the gap: how probable is it that the vehicle stopped there, unseen, for three minutes or longer?

A logistic regression on the length of the gap, the straight distance across it and the speeds just before and after
(slack: a vehicle that could have driven the distance in half the time spent the other half somewhere). Fitted on gaps cut
into unbroken stretches of taxi tracks, where the detector (50 m, 180 s) says what happened; coefficients and the figures
on vehicles left out are in hidden.json, made by bench/track_fit.py. The answer for gaps over 40 minutes is None.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from blindspot.measure.track.model import Floats, Ints, Tracks

LEAST_S, MOST_S = 180.0, 2400.0
UNBROKEN_S = 1800.0  # the longest gap that any setting of the multiverse calls unbroken
HALT_MS = 0.7  # slower than this between two fixes looks like standing still (noise of 20 m each in a minute)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps in order of track and time. p is P(a stop of 3 min or more lies in it), NaN where the law does not reach."""

    track: Ints
    before: Ints  # number of the last fix before
    seconds: Floats
    metres: Floats
    p: Floats


def gaps(tracks: Tracks, least_s: float | None = None) -> Gaps:
    """Every interruption of `least_s` or longer (default: five minutes, or three usual intervals of the track up to half an hour)."""
    inner = np.ones(max(len(tracks.t) - 1, 0), bool)
    inner[tracks.start[1:-1] - 1] = False
    dt = np.diff(tracks.t)
    least: Floats | float = least_s or 300.0
    if least_s is None:
        usual = [np.median(dt[s.start : s.stop - 1]) if s.stop - s.start > 1 else 0.0 for _, s in tracks]
        least = np.clip(3 * np.array(usual, float), 300.0, UNBROKEN_S)[tracks.of[:-1]] if len(tracks.t) else 300.0
    before = np.flatnonzero(inner & (dt >= least)).astype(np.int64)
    seconds, metres, speeds = across(tracks, before, before + 1)
    p = probability(seconds, metres, speeds)
    return Gaps(np.searchsorted(tracks.start, before, side="right") - 1, before, seconds, metres, p)


def across(tracks: Tracks, before: Ints, after: Ints) -> tuple[Floats, Floats, Floats]:
    """Seconds and metres from fix to fix, and four speeds (4, gaps): over one and two intervals before, and after.

    At the end of a track the speed across the gap stands in for the missing one.
    """

    def speed(a: Ints, b: Ints) -> Floats:
        dt = tracks.t[b] - tracks.t[a]
        away = _distance(tracks, a, b)
        out: Floats = np.where(dt > 0, away / np.where(dt > 0, dt, 1.0), np.nan)
        return out

    k = np.searchsorted(tracks.start, before, side="right") - 1
    low, high = tracks.start[k], tracks.start[k + 1] - 1
    seconds, metres = tracks.t[after] - tracks.t[before], _distance(tracks, before, after)
    found = np.array(
        [
            speed(np.maximum(before - 1, low), before),
            speed(np.maximum(before - 2, low), before),
            speed(after, np.minimum(after + 1, high)),
            speed(after, np.minimum(after + 2, high)),
        ]
    )
    return seconds, metres, np.where(np.isnan(found), metres / np.maximum(seconds, 1e-9), found)


def features(seconds: Floats, metres: Floats, speeds: Floats) -> Floats:
    """The columns of the regression, (gaps, 25)."""
    b1, b2, a1, a2 = np.log1p(speeds)
    s = np.log1p(metres / seconds)
    length = np.log(seconds / 600.0)
    near = np.log1p(metres / 50.0)
    halts = speeds[[0, 2]] < HALT_MS
    columns = [s, s**2, s**3, length, length**2, b1, b2, a1, a2, b1 * a1, b2 * s, a2 * s]
    columns += [halts[0], halts[1], halts[0] & halts[1], near, near**2, metres < 60, metres < 150]
    columns += [length * s, length * s**2, length * near, length * halts[0], length * halts[1], length**2 * s]
    return np.column_stack([np.asarray(c, float) for c in columns])


def probability(seconds: Floats, metres: Floats, speeds: Floats) -> Floats:
    """P(a stop of three minutes or more), NaN over MOST_S and 0 under LEAST_S."""
    law = _law()
    z = (features(np.clip(seconds, LEAST_S, MOST_S), metres, speeds) - law["mean"]) / law["sd"]
    p = 1 / (1 + np.exp(-(law["intercept"] + z @ law["weights"])))
    return np.where(seconds > MOST_S, np.nan, np.where(seconds < LEAST_S, 0.0, p))


@cache
def _law() -> dict[str, Any]:
    found = json.loads(files("blindspot.measure.track.stops").joinpath("hidden.json").read_text(encoding="utf-8"))
    return {key: np.array(found[key]) for key in ("mean", "sd", "weights", "intercept")}


def _distance(tracks: Tracks, a: Ints, b: Ints) -> Floats:
    scale = tracks.frame.stretch(tracks.y[a]) if tracks.frame else 1.0
    return np.hypot((tracks.x[b] - tracks.x[a]) * scale, tracks.y[b] - tracks.y[a])
