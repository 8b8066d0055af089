"""Does the posterior tell the truth as often as it says? Simulation-based calibration (Talts et al. 2018).

Scenes are drawn from the prior, people are noticed or missed in them, and the true number is located in the posterior
made from what was noticed: u = P(N < true) + v P(N = true) with v uniform (the randomised form for whole numbers). If
prior, likelihood and posterior belong together, u is uniform. Tested by Kolmogorov and Smirnov's statistic and by
chi-squared over 20 equal bins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.presence.scene import _between, posterior

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from blindspot.measure.presence.model import Scene

BINS = 20
_CHUNK = 100


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ranks of the truth in 0-1 and the chance of ranks as uneven as these if all were well (two tests)."""

    ranks: NDArray[np.float64]
    p_kolmogorov: float
    p_chi_squared: float


def calibrate(
    truth: Scene, model: Scene, scenes: int, seed: int, draws: int = 256, executor: Executor | None = None
) -> Calibration:
    """Ranks over `scenes` scenes drawn from `truth` and read with `model`; the same for any executor."""
    from scipy.stats import chisquare, kstest

    sizes = [min(_CHUNK, scenes - start) for start in range(0, scenes, _CHUNK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    n = len(sizes)
    run = map if executor is None else executor.map
    ranks = np.concatenate(list(run(_ranks, [truth] * n, [model] * n, sizes, seeds, [draws] * n)))
    counts = np.histogram(ranks, BINS, (0, 1))[0]
    return Calibration(ranks, float(kstest(ranks, "uniform").pvalue), float(chisquare(counts).pvalue))


def simulate(scene: Scene, rng: np.random.Generator) -> tuple[int, int]:
    """One true number present and the number noticed, person by person: an independent road to the same model."""
    u = rng.random(9)
    c, ha, hc, o, ea, ec, t = (
        float(_between(getattr(scene, name), u[i : i + 1])[0])
        for i, name in enumerate(
            ("children", "home_adult", "home_child", "outdoors", "noticed_adult", "noticed_child", "together")
        )
    )
    h = scene.households
    households = int(np.floor(h.low + (h.high + 1 - h.low) * u[7]))
    members = int(rng.choice(len(scene.sizes), households, p=scene.sizes).sum())
    child = rng.random(members) < c
    home = rng.random(members) < np.where(child, hc, ha)
    present = child[home]
    passers = rng.poisson(scene.passers.low + (scene.passers.high - scene.passers.low) * u[8])
    present = np.concatenate([present, rng.random(passers) < c])
    shared = rng.random() < t
    out = np.full(len(present), rng.random() < o) if shared else rng.random(len(present)) < o
    seen = out & (rng.random(len(present)) < np.where(present, ec, ea))
    return len(present), int(seen.sum())


def _ranks(truth: Scene, model: Scene, scenes: int, seed: np.random.SeedSequence, draws: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    found: dict[int, NDArray[np.float64]] = {}
    ranks = np.empty(scenes)
    for i in range(scenes):
        true, seen = simulate(truth, rng)
        if seen not in found:
            found[seen] = posterior(model, seen, draws).after
        after = found[seen]
        ranks[i] = after[:true].sum() + rng.random() * after[true]
    return ranks
