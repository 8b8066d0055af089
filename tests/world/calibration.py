"""Do stated probabilities come true as often as they say? Cases of the simulated world, weighed, against what was so.

Simulation-based calibration (Cook, Gelman & Rubin 2006; Talts et al. 2018) in its form for events: when the truth is drawn
from the prior and the evidence from the story, P(answer | evidence) must be right on average at every level.

    ECE = sum over bins b of  n_b / n  |mean stated probability in b - share that was so in b|     (15 bins of equal width)

Even a perfect forecaster has an ECE above 0 in a finite sample; `floor` draws what it would have. A sharper check, for the
same stated p: sum (y - p)^2 weighed by bin is chi-squared (Hosmer & Lemeshow 1980, with known p: one degree per bin).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import chi2

from blindspot.weigh.build import build
from blindspot.weigh.draws import drawn
from blindspot.weigh.naive import Naive
from world.evidence import as_case, draw, tell

BINS = 15
ROWS = 512
SEED = 20210829


@dataclass(frozen=True)
class Outcome:
    """One question of one case: what was stated for the asserted answer, and whether it was so."""

    case: int
    so: bool
    exact: float  # P(asserted | evidence) at the true numbers
    naive: float  # the same numbers, every report as its own observation
    ranges: (
        tuple | None
    )  # 5 %, median, 95 % over the stated ranges; every fourth case, since most of the time goes here
    copies: int
    features: frozenset


def outcome(index, seed=SEED):
    """Case number `index` of a campaign, and one of its questions: the same whoever runs it."""
    rng = np.random.default_rng([seed, index])
    world = draw(rng)
    truth, said = tell(world, rng)
    case = as_case(world, said)
    built = build(case)
    network = built.network
    question = network.questions[rng.integers(len(network.questions))]
    asserted = network.asserted[question]
    name, k = f"question:{question}", network.hypotheses[question].index(asserted)
    point = tuple(replace(p, low=world.numbers[p.name], high=world.numbers[p.name]) for p in network.parameters)
    at_truth = replace(built, network=replace(network, parameters=point))
    exact, _ = network.posterior({p.name: np.asarray(p.low) for p in point}, 1)
    ranges = None
    if index % 4 == 0:
        draws = drawn(network, ROWS)
        over, _ = network.posterior(draws.numbers, ROWS)
        ranges = tuple(float(x) for x in np.quantile(over[name][k], [0.05, 0.5, 0.95]))
    return Outcome(
        index,
        truth[question] == asserted,
        float(exact[name][k, 0]),
        Naive(at_truth).posteriors(set(case.claims))[question][asserted],
        ranges,
        sum(bool(w.copy_of) for w in world.claims.values()),
        _features(world, said),
    )


def _features(world, said):
    words = world.claims.values()
    has = {w.kind for w in words}
    has |= {"partial copy" for w in words if w.copy_of and not w.perfect}
    has |= {"perfect copy" for w in words if w.perfect}
    has |= {"no" for s in said.values() if s == "no"}
    has |= {f"lens {lens}" for _, team, lens in world.origins.values() if team}
    has |= {"interest" for gains in world.sources.values() if gains}
    has |= {"linked questions" for _, given, _ in world.questions.values() if given}
    has |= {"other not rated" for _, rated in world.facts.values() if not rated}
    return frozenset(has)


@dataclass(frozen=True)
class Reliability:
    """Per bin: how many, what was stated on average, what share was so."""

    count: np.ndarray
    stated: np.ndarray
    was_so: np.ndarray
    spread: np.ndarray  # sum of p (1 - p)

    @property
    def ece(self):
        return float(np.sum(self.count * np.abs(self.stated - self.was_so)) / self.count.sum())

    @property
    def chance(self):
        """P(as large a chi-squared | the stated probabilities are right)."""
        full = self.spread > 1e-9
        z2 = (self.count * (self.was_so - self.stated))[full] ** 2 / self.spread[full]
        return float(chi2.sf(z2.sum(), full.sum()))


def reliability(p, so, bins=BINS):
    """Stated probabilities and what was so, in equal-width bins; empty bins are left out."""
    p, so = np.asarray(p, dtype=float), np.asarray(so, dtype=float)
    index = np.minimum((p * bins).astype(int), bins - 1)
    count, total, hits, spread = (np.bincount(index, w, bins) for w in (np.ones_like(p), p, so, p * (1 - p)))
    kept = count > 0
    return Reliability(count[kept], total[kept] / count[kept], hits[kept] / count[kept], spread[kept])


def floor(p, times=400, seed=SEED):
    """ECE of a perfect forecaster who states these p: (mean, 95 % point)."""
    p, rng = np.asarray(p, dtype=float), np.random.default_rng(seed)
    found = [reliability(p, rng.random(len(p)) < p).ece for _ in range(times)]
    return float(np.mean(found)), float(np.quantile(found, 0.95))


def brier(p, so):
    return float(np.mean((np.asarray(p) - np.asarray(so, dtype=float)) ** 2))


def held(found):
    """Share of questions whose stated 5-95 % range holds the posterior at the true numbers."""
    return float(np.mean([o.ranges[0] <= o.exact <= o.ranges[2] for o in found if o.ranges]))
