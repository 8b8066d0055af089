"""How many are on no list at all? Three families of models side by side, never one number.

Log-linear averaging (`loglinear`), decomposable graphs (`graphs`), latent classes (`latentclass`), with Chao's lower bound.
Below three lists nothing is estimated: two lists cannot tell dependence from absence. Every estimate says what its interval
does not cover. Reference: Manrique-Vallier, Ball & Sadinle (2019), arXiv:1906.04763.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.people import graphs, latentclass, loglinear
from blindspot.measure.people.contingency import Table, chao, dependence, inside, patterns

if TYPE_CHECKING:
    from concurrent.futures import Executor

LEVELS = (0.025, 0.5, 0.975)
R_HAT, EFFECTIVE = 1.05, 400.0
WIDEST = 20.0  # ends of the interval of the unseen further apart than this say nothing; judgement
MOST_LISTS = 8
COPIED = 0.01  # a list that stands wholly on another by luck alone less often than this is taken for a copy; judgement
FEW_SHARED = 10  # persons on two lists or more: below that an estimate hangs on each of them; judgement
NOT_COVERED = (
    "people whom no list could ever have named",
    "errors in the linkage of the lists, unless draws of the links were given",
    "lists that copied from one another beyond what the model allows",
    "changes during the period, and people counted who were not of this event",
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A total with its 95 % interval; `converged` is False where the number should not be quoted."""

    name: str
    median: float
    low: float
    high: float
    converged: bool
    says: str


@dataclass(frozen=True, slots=True)
class Undercount:
    """Estimates by model with what the data show bare, and warnings in words."""

    observed: int
    lower_bound: tuple[float, float, float]  # Chao's, with its 95 % interval
    estimates: tuple[Estimate, ...]
    dependence: tuple[tuple[str, str, float, float, float], ...]
    warnings: tuple[str, ...]


def undercount(table: Table, seed: int = 1, executor: Executor | None = None) -> Undercount:
    """Every model on one table. Raises UsageError where the table cannot carry an estimate."""
    k, n = len(table.lists), table.observed
    if k < 3:
        raise UsageError(
            f"{k} list{'s' if k != 1 else ''}: an estimate of the unlisted needs three or more; two lists cannot tell dependence from absence. Add a list, or report the {n} who are listed as a minimum."
        )
    if k > MOST_LISTS:
        raise UsageError(
            f"{k} lists: at most {MOST_LISTS} are estimated together. Join the lists of one recorder into one column."
        )
    warnings: list[str] = []
    _refuse(table, warnings)
    estimates = [_loglinear(table, warnings)]
    if k <= 6:
        estimates.append(_graphs(table, warnings))
    estimates.append(_latent(table, seed, warnings, executor))
    sure = [e for e in estimates if e.converged]
    if len(sure) > 1 and max(e.median for e in sure) > 1.2 * min(e.median for e in sure):
        warnings.append(
            f"The models differ: {min(e.median for e in sure):.0f} to {max(e.median for e in sure):.0f}. Quote the range over models, not one of them."
        )
    if n < 100:
        warnings.append(f"Only {n} persons are listed; intervals from so few are rough.")
    return Undercount(n, chao(table), tuple(estimates), tuple(dependence(table)), tuple(warnings))


def _refuse(table: Table, warnings: list[str]) -> None:
    """Raises UsageError where fewer than three lists were made independently and share persons; else adds what to warn of."""
    on = patterns(len(table.lists)).astype(bool)
    if table.observed == 0:
        raise UsageError("no person stands on any list. Check that 1 means on this list.")
    empty = [name for j, name in enumerate(table.lists) if table.counts[on[:, j]].sum() == 0]
    if empty:
        raise UsageError(f"{', '.join(empty)}: no person stands on it. Take the column out and run again.")
    shared = table.counts[on.sum(axis=1) > 1]
    if shared.sum() == 0:
        raise UsageError("no person stands on two lists: without any overlap the unlisted cannot be estimated.")
    alone = [n for j, n in enumerate(table.lists) if table.counts[on[:, j] & (on.sum(axis=1) > 1)].sum() == 0]
    if alone:
        what = f"{', '.join(alone)}: shares no person with any other list. It covers other people, or its rows were not linked: link it, or take the column out."
        if len(table.lists) - len(alone) < 3:
            raise UsageError(what)
        warnings.append(what)
    copies: dict[str, str] = {}
    for inner, outer, size, luck in inside(table):
        if luck >= COPIED or outer in copies:
            continue
        copies[inner] = f"all {size} persons on {inner} stand on {outer} too"
    told = "; ".join(copies.values())
    left = len(table.lists) - len(copies)
    if copies and left < 3:
        raise UsageError(
            f"{told}: a list within another may be copied from it and is no list of its own. Without it {left} {'is' if left == 1 else 'are'} left, and an estimate needs three. Report the {table.observed} who are listed as a minimum."
        )
    if copies:
        warnings.append(
            f"{told}: it may be copied, and then the estimates are wrong. Run again without {', '.join(copies)}."
        )
    if shared.sum() < FEW_SHARED:
        warnings.append(
            f"Only {shared.sum():.0f} persons stand on two lists or more; every estimate hangs on each of them."
        )


def _loglinear(table: Table, warnings: list[str]) -> Estimate:
    counts = loglinear.table_of(table)
    fitted = loglinear.fit(counts, len(table.lists))
    observed = np.array([float(table.observed)])
    weight = loglinear.weights(fitted, observed)
    if weight.sum() == 0:
        warnings.append("log-linear: no model is identified by these data.")
        return Estimate(
            "log-linear, averaged by AIC", float("nan"), float("nan"), float("nan"), False, "no model identified"
        )
    low, median, high = loglinear.averaged(fitted, weight, LEVELS)[0] + observed
    at = np.exp(fitted.log_unseen[0]) + observed
    heavy = weight[0] > 0.05
    spread = at[heavy].max() / at[heavy].min() if heavy.any() else 1.0
    if spread > 1.5:
        warnings.append(
            f"log-linear: models that fit about equally well range from {at[heavy].min():.0f} to {at[heavy].max():.0f}."
        )
    best = int(np.argmax(weight[0]))
    left_out = int((~loglinear.identified(fitted, observed)).sum())
    says = f"{len(fitted.aic[0])} models, best alone {at[best]:.0f} (weight {weight[0, best]:.2f}); {left_out} left out as not identified"
    return Estimate("log-linear, averaged by AIC", float(median), float(low), float(high), True, says)


def _graphs(table: Table, warnings: list[str]) -> Estimate:
    (low, median, high), at_end = graphs.averaged(table, LEVELS)
    n = table.observed
    loose = high > WIDEST * max(low, 1.0)
    converged = at_end < 0.01 and not loose
    if not converged:
        warnings.append(
            "decomposable graphs: "
            + ("graphs that fit differ beyond use" if loose else "the posterior reaches the end of the grid")
            + "; these data do not bound the number so."
        )
    return Estimate(
        "decomposable graphs",
        median + n,
        low + n,
        high + n,
        converged,
        f"posterior at the end of the grid {at_end:.3f}",
    )


def _latent(table: Table, seed: int, warnings: list[str], executor: Executor | None) -> Estimate:
    chains = latentclass.sample(table, seed, executor=executor)
    n = table.observed
    total = chains.unseen + n
    by_chain = np.quantile(total, LEVELS, axis=1)
    converged = chains.r_hat <= R_HAT and chains.effective >= EFFECTIVE
    low, median, high = np.quantile(total, LEVELS)
    says = f"{len(total)} chains, R-hat {chains.r_hat:.3f}, effective size {chains.effective:.0f}"
    if not converged:
        low, high = by_chain[0].min(), by_chain[2].max()
        warnings.append(
            f"latent classes: not converged ({says}); the chains' medians run from {by_chain[1].min():.0f} to {by_chain[1].max():.0f}, so the interval is their envelope and the median should not be quoted."
        )
    return Estimate("latent classes", float(median), float(low), float(high), bool(converged), says)
