"""How often is the best candidate the right one, and does P(same) say so? Asked of vehicles that were held out.

P(k) is proportional to exp(sum_j w_j score_j): logarithmic pooling of the displacement law, the motion after, the size and
what other vehicles explain, each tempered by its own exponent (w = 1 would be the raw likelihood, which is over-confident for long gaps since vehicles
share roads and hot spots). The exponents are those under which the right candidates of the fitting vehicles are most
likely, scored by laws that do not hold them (cross-fitting). Folds are by vehicle.
In footage the other vehicles of the same file lend their law (`Counts.of`), the vehicle itself never.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.custody.law import count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blindspot.measure.track.custody.episodes import Episodes
    from blindspot.measure.track.custody.law import Counts
    from blindspot.measure.track.model import Floats, Ints

FOLDS = 5
RIDGE = 0.5  # pulls an exponent to 1 where few episodes speak (in units of log-likelihood)
BINS = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """predicted: P of the best candidate; right: whether it is the vehicle; cluster: who it is. All (E,)."""

    gap_s: float
    predicted: Floats
    right: NDArray[np.bool_]
    cluster: Ints
    group: Ints  # (E,) what is drawn anew for intervals: the vehicle, in footage the file
    exponents: Floats  # (folds, 5)

    def measures(self, rows: NDArray[np.int64] | None = None) -> dict[str, float]:
        """right_share, mean_predicted, ece, brier, brier_constant of all or some episodes."""
        p, y = (self.predicted, self.right) if rows is None else (self.predicted[rows], self.right[rows])
        share = float(y.mean())
        return {
            "right_share": share,
            "mean_predicted": float(p.mean()),
            "ece": calibration_error(p, y),
            "brier": float(np.mean((p - y) ** 2)),
            "brier_constant": share * (1 - share),
        }

    def intervals(self, resamples: int = 400, seed: int = 20210829) -> dict[str, tuple[float, float]]:
        """5 % and 95 % of each measure over clusters drawn anew."""
        rng = np.random.default_rng(seed)
        members = [np.flatnonzero(self.group == c) for c in np.unique(self.group)]
        drawn = []
        for _ in range(resamples):
            pick = rng.integers(len(members), size=len(members))
            drawn.append(self.measures(np.concatenate([members[k] for k in pick])))
        return {
            key: (float(np.quantile([d[key] for d in drawn], 0.05)), float(np.quantile([d[key] for d in drawn], 0.95)))
            for key in drawn[0]
        }

    def reliability(self) -> list[dict[str, float]]:
        """The diagram: mean predicted, share right and number in ten equal bins."""
        k = np.minimum((self.predicted * BINS).astype(int), BINS - 1)
        return [
            {
                "predicted": float(self.predicted[k == b].mean()),
                "right": float(self.right[k == b].mean()),
                "n": int((k == b).sum()),
            }
            for b in range(BINS)
            if (k == b).any()
        ]


def calibration_error(p: Floats, y: NDArray[np.bool_]) -> float:
    """Expected calibration error, ten equal bins (Naeini et al. 2015)."""
    k = np.minimum((p * BINS).astype(int), BINS - 1)
    return float(sum(abs(p[k == b].mean() - y[k == b].mean()) * np.mean(k == b) for b in range(BINS) if (k == b).any()))


def evaluate(e: Episodes, gap_s: float, more: Episodes | None = None, *, seed: int = 20210829) -> Evaluation:
    """Every episode judged by a law and exponents of other vehicles; displacements are counted in `more` too.

    Raises UsageError where fewer than three vehicles can be hidden.
    """
    if len(np.unique(e.cluster)) < 3:
        raise UsageError(
            f"{len(np.unique(e.cluster))} vehicle(s) can be hidden for {gap_s:g} s and seen again; three or more are needed, "
            "two to learn from and one to judge."
        )
    counts = count(e, more)
    fold = _folds(e, seed)
    names = np.unique(fold)
    at = {int(c): k for k, c in enumerate(counts.clusters)}
    owner = np.zeros(len(counts.clusters), np.int64)
    owner[[at[int(c)] for c in e.cluster]] = fold
    predicted, right, exponents = np.zeros(len(e)), np.zeros(len(e), bool), []
    for test in names:
        inner = []
        for g in names[names != test]:
            keep = (owner != test) & (owner != g)
            inner.append(_scores(counts, keep if keep.any() else owner != test, e.rows(fold == g)))
        weights = temper(np.concatenate(inner))
        exponents.append(weights)
        held = fold == test
        p = _softmax(_weigh(_scores(counts, owner != test, e.rows(held)), weights))
        predicted[held] = p.max(axis=1)
        right[held] = p.argmax(axis=1) == 0
    group = e.scene if len(np.unique(e.scene)) > 1 else e.cluster
    return Evaluation(gap_s, predicted, right, e.cluster, group, np.array(exponents))


def _scores(counts: Counts, keep: NDArray[np.bool_], e: Episodes) -> Floats:
    """Scores by the law of each episode's scene; one law where all is one scene."""
    scenes = np.unique(counts.scenes)
    if len(scenes) == 1:
        return counts.of(keep).scores(e)
    out = np.empty((*e.along.shape, 5))
    for scene in np.unique(e.scene):
        mine = e.scene == scene
        out[mine] = counts.of(keep, int(scene)).scores(e.rows(mine))
    return out


def temper(scores: Floats) -> Floats:
    """The exponents w >= 0 under which column 0 is most likely, (5,): conditional logit, Newton steps (McFadden 1974)."""
    w = np.ones(scores.shape[-1])
    present = np.isfinite(scores[..., 0])
    x = np.where(present[..., None], scores, 0.0)
    free = np.abs(x).max(axis=(0, 1)) > 1e-9
    for _ in range(30):
        p = _softmax(_weigh(scores, w))
        mean = np.einsum("ev,evf->ef", p, x)
        gradient = (x[:, 0] - mean).sum(axis=0) - RIDGE * (w - 1)
        centred = x - mean[:, None, :]
        hessian = np.einsum("ev,evf,evg->fg", p, centred, centred) + RIDGE * np.eye(len(w))
        step = np.where(free, np.linalg.solve(hessian, gradient), 0.0)
        w = np.clip(w + np.clip(step, -0.5, 0.5), 0.0, 3.0)
        if np.abs(step).max() < 1e-6:
            break
    return w


def _weigh(scores: Floats, w: Floats) -> Floats:
    present = np.isfinite(scores[..., 0])
    return np.where(present, np.where(present[..., None], scores, 0.0) @ w, -np.inf)


def _softmax(z: Floats) -> Floats:
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z)
    out: Floats = p / p.sum(axis=1, keepdims=True)
    return out


def _folds(e: Episodes, seed: int) -> Ints:
    """The fold of every episode; clusters stay whole."""
    clusters = np.unique(e.cluster)
    place = np.random.default_rng(seed).permutation(len(clusters)) % min(FOLDS, len(clusters))
    out: Ints = place[np.searchsorted(clusters, e.cluster)].astype(np.int64)
    return out
