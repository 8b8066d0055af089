"""Where is a vehicle after so many seconds unseen, and how does it move then? Counts of vehicles of the background.

f(along, across | speed class before): counts over log distance and angle to the direction of travel, smoothed, per unit
area. m(class after, turn | class before, still or moved): counts of the vehicle itself over counts of the others, a
likelihood ratio. s(size), h(width over height): the same for the box in footage. All are sums over vehicles, so a law without one
of them is the sum without its part: leave-vehicle-out costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.custody.episodes import Episodes
    from blindspot.measure.track.model import Floats, Ints

# Lengths of 5 m per second: standing for a logger (under 0.5 m/s), walking pace, then up to main road and motorway.
CLASSES = (0.1, 0.25, 0.5, 1.0, 1.6, 2.5, 4.0)
RADII = np.geomspace(0.25, 20_000.0, 44)  # edges in lengths: 1 m to 100 km, a factor of 1.3 apart
KINDS = len(CLASSES) + 1
ANGLES = 8  # of half a circle: left and right are alike
TURNS = 4
SIZES = np.array([-0.8, -0.4, -0.2, -0.1, -0.05, 0.05, 0.1, 0.2, 0.4, 0.8])  # edges of log size ratio
SCENE_PRIOR = 50.0  # vehicles of the same scene that weigh as much as all the others (judgement)
WIDTH = 1.5  # bins: smoothing of log distance, a factor of 1.5 (judgement)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by cluster, additive. where (C, K, R, A); same and other (C, K, 3, K, T); the rest (C, S)."""

    clusters: Ints
    scenes: Ints  # (C,)
    where: Floats
    same: Floats
    other: Floats
    size_same: Floats
    size_other: Floats
    shape_same: Floats
    shape_other: Floats

    def of(self, keep: NDArray[np.bool_], scene: int | None = None) -> Law:
        """The law of some clusters; of a scene, where other vehicles of that scene lead and the rest fills in."""
        where = self.where[keep].sum(axis=0)
        if scene is not None:
            here = self.where[keep & (self.scenes == scene)].sum(axis=0)
            where = here + SCENE_PRIOR * where / np.maximum(where.sum(axis=(1, 2), keepdims=True), 1.0)
        same, other = self.same[keep].sum(axis=0), self.other[keep].sum(axis=0)
        return Law(
            _density(where),
            _ratio(same, other, axes=(2, 3)),
            _ratio(self.size_same[keep].sum(axis=0), self.size_other[keep].sum(axis=0), axes=(0,)),
            _ratio(self.shape_same[keep].sum(axis=0), self.shape_other[keep].sum(axis=0), axes=(0,)),
        )


@dataclass(frozen=True, slots=True)
class Law:
    """Log densities and log ratios, looked up per candidate."""

    where: Floats  # (K, R, A) log of density per square length
    motion: Floats  # (K, 3, K, T)
    size: Floats  # (S,)
    shape: Floats  # (S,)

    def scores(self, e: Episodes) -> Floats:
        """Log f, log m, log s, log h and -log of what others explain, of every candidate, (E, V, 5); -inf where there is none."""
        before, r, a, after, turn, moved, s, h = _bins(e)
        b = before[:, None]
        rest = np.zeros(r.shape) if e.rivals is None else e.rivals.explained(self.where, r.shape[1])
        out = np.stack(
            [self.where[b, r, a], self.motion[b, moved, after, turn], self.size[s], self.shape[h], rest], axis=-1
        )
        out[~np.isfinite(e.along)] = -np.inf
        return out

    def density(self, before: float, distance: Floats) -> Floats:
        """F at a distance in any direction, per square length: the mean over angles. `before` in lengths/s."""
        k = int(np.searchsorted(CLASSES, before))
        r = np.clip(np.searchsorted(RADII, distance) - 1, 0, len(RADII) - 2)
        out: Floats = np.exp(self.where[k]).mean(axis=1)[r]
        return out


def count(e: Episodes, more: Episodes | None = None) -> Counts:
    """Counts of every cluster in the episodes; displacements from `more` where given (episodes without candidates)."""
    clusters, first, c = np.unique(e.cluster, return_index=True, return_inverse=True)
    before, r, a, after, turn, moved, s, h = _bins(e)
    n, present = len(clusters), np.isfinite(e.along)
    where = np.zeros((n, KINDS, len(RADII) - 1, ANGLES))
    if more is None:
        np.add.at(where, (c, before, r[:, 0], a[:, 0]), 1.0)
    else:
        known = np.isin(more.cluster, clusters)
        mb, mr, ma, *_ = _bins(more)
        mc = np.searchsorted(clusters, more.cluster[known])
        np.add.at(where, (mc, mb[known], mr[known, 0], ma[known, 0]), 1.0)
    same, other = (np.zeros((n, KINDS, 3, KINDS, TURNS)) for _ in range(2))
    np.add.at(same, (c, before, moved[:, 0], after[:, 0], turn[:, 0]), 1.0)
    looks = [np.zeros((n, len(SIZES) + 1)) for _ in range(4)]
    np.add.at(looks[0], (c, s[:, 0]), 1.0)
    np.add.at(looks[2], (c, h[:, 0]), 1.0)
    rest = present.copy()
    rest[:, 0] = False
    i, j = np.nonzero(rest)
    np.add.at(other, (c[i], before[i], moved[i, j], after[i, j], turn[i, j]), 1.0)
    np.add.at(looks[1], (c[i], s[i, j]), 1.0)
    np.add.at(looks[3], (c[i], h[i, j]), 1.0)
    return Counts(clusters, e.scene[first], where, same, other, *looks)


def cells(speed: Floats, along: Floats, across: Floats) -> Ints:
    """The cell of `Law.where`, counted through, of displacements in lengths; speed before in lengths/s. For `Rivals`."""
    r, a, _ = _polar(along, across)
    out: Ints = (np.searchsorted(CLASSES, speed) * (len(RADII) - 1) + r) * ANGLES + a
    return out


def _polar(along: Floats, across: Floats) -> tuple[Ints, Ints, Floats]:
    """Bin of distance, bin of angle, distance."""
    with np.errstate(invalid="ignore"):
        r = np.nan_to_num(np.hypot(along, across))
        angle = np.nan_to_num(np.abs(np.arctan2(across, along)))
    rb = np.clip(np.searchsorted(RADII, r) - 1, 0, len(RADII) - 2)
    return rb, np.clip((angle / np.pi * ANGLES).astype(np.int64), 0, ANGLES - 1), r


def _bins(e: Episodes) -> tuple[Ints, ...]:
    before = np.searchsorted(CLASSES, e.before)
    rb, ab, r = _polar(e.along, e.across)
    with np.errstate(invalid="ignore"):
        out = np.hypot(e.out_along, e.out_across)
        turned = np.abs(np.arctan2(e.out_across, e.out_along))
    after = np.searchsorted(CLASSES, np.nan_to_num(out))
    turn = np.clip((np.nan_to_num(turned) / np.pi * TURNS).astype(np.int64), 0, TURNS - 1)
    turn = np.where((after == 0) | (before == 0)[:, None], 0, turn)
    moved = np.digitize(r, (4.0, 60.0))  # within 20 m, within 300 m, further
    size, shape = (np.searchsorted(SIZES, np.nan_to_num(v)) for v in (e.size, e.shape))
    return before, rb, ab, after, turn, moved, size, shape


def _density(where: Floats) -> Floats:
    """Smoothed counts -> log density per square length."""
    from scipy.ndimage import gaussian_filter1d

    smooth = gaussian_filter1d(where, WIDTH, axis=1, mode="nearest")
    # Angles: a standing vehicle has no direction; a moving one is smoothed by a bin, and shrunk to its own mean over
    # angles by ten vehicles' worth of counts.
    radial = smooth.sum(axis=2, keepdims=True)
    pooled = radial.sum(axis=0, keepdims=True)
    radial = radial + 5.0 * pooled / max(float(pooled.sum()), 1e-9) + 1e-3
    angle = gaussian_filter1d(smooth, 0.7, axis=2, mode="nearest")
    angle[0] = 0.0
    share = (angle + 10.0 * radial / radial.sum(axis=1, keepdims=True) / ANGLES) / (
        angle.sum(axis=2, keepdims=True) + 10.0 * radial / radial.sum(axis=1, keepdims=True)
    )
    total = radial.sum(axis=1, keepdims=True)
    area = np.pi * (RADII[1:] ** 2 - RADII[:-1] ** 2)[None, :, None] / ANGLES
    out: Floats = np.log(radial / total * share / area)
    return out


def _ratio(same: Floats, other: Floats, axes: tuple[int, ...]) -> Floats:
    """Log of P(bin | the vehicle) / P(bin | another), each shrunk to the others' shares by 20 counts."""
    other = other + 0.5
    q = other / other.sum(axis=axes, keepdims=True)
    p = (same + 20.0 * q) / (same.sum(axis=axes, keepdims=True) + 20.0)
    out: Floats = np.log(p / q)
    return out
