"""How many stops, under every reasonable meaning of the word?

The detector runs under a grid of settings about the least duration asked for: two families, five radii, five durations,
four longest gaps (200 settings). The answer is the range of the counts, and for each fix the share of settings under which
it lies in a stop. A stop of the list is a run of fixes on which at least half of the settings agree. (Multiverse analysis:
Steegen et al. 2016, Perspectives on Psychological Science 11, 702.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.track.stops.detect import FAMILIES, Setting, intervals, stops_at

if TYPE_CHECKING:
    from blindspot.measure.track.model import Floats, Ints, Tracks
    from blindspot.measure.track.stops.detect import Stops

# Radii from the error of a good logger to that of an aerial track without tie points; shares of the least duration within
# which witnesses and loggers round; longest gaps that one would still call unbroken. Judgement.
RADII_M = (30.0, 50.0, 75.0, 100.0, 150.0)
DURATIONS = (2 / 3, 5 / 6, 1.0, 7 / 6, 4 / 3)
GAPS_S = (300.0, 600.0, 900.0, 1800.0)


@dataclass(frozen=True, slots=True)
class Multiverse:
    """Counts (settings, tracks), agreement per fix (n,), and the stops on which at least half of the settings agree."""

    settings: tuple[Setting, ...]
    counts: Ints
    agreement: Floats
    stops: Stops
    share: Floats  # of settings, mean over the fixes of each stop

    def count_range(self, track: int) -> tuple[float, float, float]:
        """5 %, 50 %, 95 % of the number of stops of a track over the settings."""
        low, median, high = np.quantile(self.counts[:, track], [0.05, 0.5, 0.95], method="nearest")
        return float(low), float(median), float(high)


def grid(min_s: float = 180.0) -> tuple[Setting, ...]:
    """The 200 settings about a least duration."""
    return tuple(
        Setting(radius, min_s * part, gap, family)
        for family in FAMILIES
        for radius in RADII_M
        for part in DURATIONS
        for gap in GAPS_S
    )


def multiverse(tracks: Tracks, settings: tuple[Setting, ...] | None = None) -> Multiverse:
    """The detector under every setting."""
    settings = settings or grid()
    n = len(tracks.t)
    change = np.zeros(n + 1)
    counts = np.zeros((len(settings), len(tracks)), np.int64)
    for row, setting in enumerate(settings):
        first, last = intervals(tracks, setting)
        np.add.at(change, first, 1.0)
        np.add.at(change, last + 1, -1.0)
        counts[row] = np.diff(np.searchsorted(first, tracks.start))
    agreement = np.cumsum(change[:-1]) / len(settings)
    found = _runs(tracks, agreement >= 0.5, agreement, min(s.min_s for s in settings))
    total = np.concatenate(([0.0], np.cumsum(agreement)))
    share = (total[found.last + 1] - total[found.first]) / (found.last - found.first + 1)
    return Multiverse(settings, counts, agreement, found, share)


def _runs(tracks: Tracks, inside: np.ndarray, agreement: Floats, least_s: float) -> Stops:
    """Runs of fixes inside, cut at the ends of tracks and where the agreement falls into a dip between two fixes."""
    n = len(inside)
    cut = np.zeros(n + 1, bool)
    cut[tracks.start] = True
    cut[1:n] |= np.diff(inside)
    # Two stops that touch: between neighbouring fixes more time passes than any setting allows, or the place changes.
    if n > 1:
        apart = np.hypot(np.diff(tracks.x), np.diff(tracks.y)) > 2 * max(RADII_M)
        cut[1:n] |= apart | (np.diff(tracks.t) > np.median(GAPS_S))
    edges = np.flatnonzero(cut)
    first, last = edges[:-1], edges[1:] - 1
    keep = inside[first] & (tracks.t[last] - tracks.t[first] >= least_s) if n else np.zeros(0, bool)
    first, last = first[keep].astype(np.int64), last[keep].astype(np.int64)
    return stops_at(tracks, first, last, agreement)
