"""Who may have been there, given that nobody, or k persons, were noticed?

Exact for one place and time. For adults i and children j present (`priors`), a person is outdoors with probability o and,
if outdoors, noticed with e (adult and child apart):
  each by himself    P(k | i, j) = sum_m Bin(m; i, o e_a) Bin(k - m; j, o e_c)
  all together       P(k | i, j) = o sum_m Bin(m; i, e_a) Bin(k - m; j, e_c) + (1 - o) [k = 0]
mixed with the weight `together`. What fails for everybody at once (no aircraft, another place in the picture, an operator who
never turned to it) is set apart: with the chance w it did not, and e is then e / w; with 1 - w nobody is noticed. The ranges are drawn as a Latin hypercube, uniform in log-odds; the posterior
over N weighs each draw by how well it foresaw what was seen (Bayes); the spread over draws is kept beside it.
Nobody who is not there is taken to be seen: false alarms belong to the report that claims the sighting.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.presence.model import Both, Posterior, Scene
from blindspot.measure.presence.priors import joint_present
from blindspot.quantities import Range

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 64
SEED = 20210829
_FIELDS = ("children", "home_adult", "home_child", "outdoors", "noticed_adult", "noticed_child", "together")
_EDGE = 1e-6


def posterior(scene: Scene, seen: int | None, draws: int = DRAWS) -> Posterior:
    """The posterior of one scene; `seen` = number of different persons noticed, None = nothing was looked at.

    Raises UsageError where more were seen than could be present.
    """
    given = drawn(scene, draws)
    prior = joint_present(
        np.array(scene.sizes),
        given["households"].astype(int),
        given["children"],
        given["home_adult"],
        given["home_child"],
        given["passers"],
    )
    n = prior.shape[1]
    none = noticing(given, 0, n)
    chance = np.ones_like(prior) if seen is None else none if seen == 0 else noticing(given, seen, n)
    joint = prior * chance
    weight = joint.sum(axis=(1, 2))
    if not weight.sum() > 0:
        raise UsageError(
            f"{seen} persons were seen, but the scene holds at most {2 * (n - 1)}: check households and passers"
        )
    total = _diagonals(n)
    each = np.array([np.bincount(total, p, 2 * n - 1) for p in joint.reshape(draws, -1)], dtype=float)
    before = np.asarray(np.bincount(total, prior.mean(axis=0).ravel(), 2 * n - 1), dtype=float)
    safe = np.where(weight > 0, weight, 1.0)[:, None]
    nobody = prior[:, 0, 0]
    missed = (prior * none).sum(axis=(1, 2)) - nobody
    someone = np.maximum(1 - nobody, 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = np.bincount(total, (prior * chance).sum(axis=0).ravel(), 2 * n - 1) / (before * draws)
    return Posterior(
        seen,
        before,
        each.sum(axis=0) / weight.sum(),
        joint.sum(axis=(0, 1)) / weight.sum(),
        each[:, 0] / safe[:, 0],
        each @ np.arange(2 * n - 1) / safe[:, 0],
        given["outdoors"] * given["noticed_adult"],
        given["outdoors"] * given["noticed_child"],
        1 - missed / someone,
        someone / np.maximum(missed, 1e-12),
        np.full_like(before, np.nan) if seen is None else likelihood,
    )


def both(scene: Scene, seen: int | None, draws: int = DRAWS) -> Both:
    """Each by himself, all together, and as stated: three posteriors side by side."""
    return Both(
        posterior(replace(scene, together=Range(0.0, 0.0)), seen, draws),
        posterior(replace(scene, together=Range(1.0, 1.0)), seen, draws),
        posterior(scene, seen, draws),
    )


def drawn(scene: Scene, draws: int) -> dict[str, NDArray[np.float64]]:
    """Draws of every range of a scene, (draws,) each."""
    shares = _shares(draws)
    found = {}
    for i, name in enumerate(_FIELDS):
        r = getattr(scene, name)
        if isinstance(r, tuple):  # adult and child stand in the same sight line: one share for both
            found[name] = np.interp(shares[_FIELDS.index("noticed_adult")], np.linspace(0, 1, len(r)), r)
        else:
            found[name] = _between(r, shares[i])
    levels = scene.watched
    found["watched"] = (
        np.interp(shares[_FIELDS.index("noticed_adult")], np.linspace(0, 1, len(levels)), levels)
        if isinstance(levels, tuple)
        else np.full(draws, levels.middle)
    )
    h = scene.households
    found["households"] = np.floor(h.low + (h.high + 1 - h.low) * shares[7])
    p = scene.passers
    found["passers"] = p.low + (p.high - p.low) * shares[8]
    return found


def noticing(given: dict[str, NDArray[np.float64]], k: int, n: int) -> NDArray[np.float64]:
    """P(k noticed | i adults, j children), (draws, n, n)."""
    o, t, w = given["outdoors"], given["together"][:, None, None], given["watched"]
    ea, ec = (np.minimum(given[name] / np.maximum(w, _EDGE), 1.0) for name in ("noticed_adult", "noticed_child"))
    found = _noticing(o, t, ea, ec, k, n)
    unseen, w = float(k == 0), w[:, None, None]
    return np.asarray(w * found + (1 - w) * unseen)


def _noticing(
    o: NDArray[np.float64],
    t: NDArray[np.float64],
    ea: NDArray[np.float64],
    ec: NDArray[np.float64],
    k: int,
    n: int,
) -> NDArray[np.float64]:
    """The same where nothing failed for everybody."""
    alone = _two_binomials(o * ea, o * ec, k, n)
    if not t.any():
        return alone
    out = o[:, None, None]
    crowd = out * _two_binomials(ea, ec, k, n) + (1 - out) * float(k == 0)
    return np.asarray((1 - t) * alone + t * crowd)


def quantile(pmf: NDArray[np.float64], share: float) -> int:
    """The least n with P(N <= n) >= share."""
    return int(np.searchsorted(np.cumsum(pmf), share - 1e-12))


def _two_binomials(a: NDArray[np.float64], c: NDArray[np.float64], k: int, n: int) -> NDArray[np.float64]:
    first, second = _binomial(a, k, n), _binomial(c, k, n)
    return np.asarray(np.einsum("dim,djm->dij", first, second[:, :, ::-1]))


def _binomial(p: NDArray[np.float64], k: int, n: int) -> NDArray[np.float64]:
    """Bin(m; i, p) for i < n, m <= k: (draws, n, k + 1)."""
    i, m = np.arange(n)[:, None], np.arange(k + 1)
    p = p[:, None, None]
    return np.asarray(_choose(n, k) * p**m * (1 - p) ** np.maximum(i - m, 0))


@cache
def _choose(n: int, k: int) -> NDArray[np.float64]:
    from scipy.special import comb

    return np.asarray(comb(np.arange(n)[:, None], np.arange(k + 1)))


@cache
def _diagonals(n: int) -> NDArray[np.int_]:
    """Adults + children of each cell of the joint table, flat."""
    return np.add.outer(np.arange(n), np.arange(n)).ravel()


@cache
def _shares(draws: int) -> NDArray[np.float64]:
    """A Latin hypercube (McKay et al. 1979): every range is met evenly."""
    rng = np.random.default_rng(SEED)
    return np.array([(rng.permutation(draws) + rng.random(draws)) / draws for _ in range(len(_FIELDS) + 2)])


def _between(r: Range, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Uniform in log-odds between the ends; a fixed number stays exact."""
    if r.low == r.high:
        return np.full(len(share), r.low)
    low, high = (min(max(x, _EDGE), 1 - _EDGE) for x in (r.low, r.high))
    a, b = np.log(low / (1 - low)), np.log(high / (1 - high))
    return np.asarray(1 / (1 + np.exp(-(a + (b - a) * share))))
