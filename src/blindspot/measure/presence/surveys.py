"""counts/*.csv -> every model that suits the counts, as plain tables: estimates, ranges, flags, and what each site holds.

Counts made afresh take three N-mixtures, or, where none is above 1, occupancy and Royle-Nichols; passes take removal; bands
along a line take four detection functions. No model stands alone where several fit the same counts. Ranges are estimate
+/- 1.96 standard errors on the link scale, except of flagged parameters: theirs is the 95 % profile interval (`fit`).
An N-mixture is fitted once more with twice the N summed over: where the estimate follows, it is at the edge too
(Dennis, Morgan & Ridout 2015: the likelihood cannot tell many, each rarely seen, from fewer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import CaseError, Problem, UsageError, Where
from blindspot.measure.presence.counts import MIXTURES, n_mixture, posterior_n, repeated
from blindspot.measure.presence.distance import KEYS, line_transects, removal
from blindspot.measure.presence.fit import Fit, unlink
from blindspot.measure.presence.occupancy import in_use, occupancy, royle_nichols
from blindspot.measure.presence.scene import quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from blindspot.case.counts import Counts

RN_MOST = 50  # N summed over where only detection is known
BEYOND = 100  # N is summed to the largest count and at least this many more
_SHIFT = 0.05  # of an estimate on the link scale when N is summed twice as far
_LARGE = 25.0  # a covariate beyond this is taken in standard deviations about its mean
_CELLS = 20_000_000  # sites x N of one array: 160 MB
SAYS = {
    "lambda": "number per site",
    "p": "chance that one who is there is counted",
    "psi": "chance that a site is in use",
    "r": "chance that one who is there is detected",
    "alpha": "dispersion: the smaller, the more the sites differ",
    "density": "number per hectare",
    "sigma": "metres over which finding falls off",
    "rate": "metres over which finding falls off",
    "shape": "steepness of the fall",
}


def survey_tables(
    files: Sequence[Counts], executor: Executor | None = None, progress: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """The `counts` of `blindspot presence`; `progress` is told each model. Raises CaseError with every file that cannot be worked out."""
    tasks = [(c, name) for c in files for name in _models(c)]
    run = map if executor is None else executor.map
    results = iter(run(_attempt, [c for c, _ in tasks], [name for _, name in tasks]))
    fitted: list[dict[str, Any] | str] = []
    for c, name in tasks:
        progress(f"{c.file}: {name} ({len(fitted)} of {len(tasks)} done)")
        fitted.append(next(results))
    wrong = {c.file: x for (c, _), x in zip(tasks, fitted, strict=True) if isinstance(x, str)}
    if wrong:
        raise CaseError(Problem(Where(file), said) for file, said in wrong.items())
    made = [(c.file, x) for (c, _), x in zip(tasks, fitted, strict=True) if isinstance(x, dict)]
    return {"counts": [_table(c, [x for file, x in made if file == c.file]) for c in files]}


def _table(c: Counts, models: list[dict[str, Any]]) -> dict[str, Any]:
    kept = _kept(c)
    return {
        "file": c.file,
        "kind": c.kind,
        "sites": int(kept.sum()),
        "columns": list(c.labels),
        "found": int(np.nansum(np.array(c.y)[kept])),
        "sites_with_none": int((np.nansum(np.array(c.y)[kept], axis=1) == 0).sum()),
        "left_out": [s for s, k in zip(c.sites, kept, strict=True) if not k],
        "scaled": [_told(x, v) for x, v in (*c.abundance.items(), *c.detection.items()) if _scale(v) is not None],
        "models": sorted(models, key=lambda m: m["aic"]),
    }


def _models(c: Counts) -> tuple[str, ...]:
    if c.kind == "passes":
        return ("removal",)
    if c.kind == "bands":
        return KEYS
    return ("occupancy", "royle-nichols") if np.nanmax(np.array(c.y), initial=0) <= 1 else MIXTURES


def _attempt(c: Counts, model: str) -> dict[str, Any] | str:
    """One model of one file as a record, or what stands against it in words: a task that any process can do."""
    try:
        return {"passes": _removal, "bands": _distance}[c.kind](c, model) if c.kind != "counts" else _visits(c, model)
    except UsageError as error:
        return str(error)


def _visits(c: Counts, model: str) -> dict[str, Any]:
    data = repeated(np.array(c.y), _design(c), _detection(c))
    if data.most == 0:
        raise UsageError(
            "nothing was ever counted: counts alone then say nothing of how many were missed; "
            "say in households.csv how well a person would have been noticed"
        )
    names = _names(c)
    if model == "occupancy":
        fit = occupancy(data)
        sites = [{"site": s, "p_in_use": round(float(p), 5)} for s, p in zip(_sites(c), in_use(data, fit), strict=True)]
        return _record(fit, names, fit.flags, {}, sites)
    if model == "royle-nichols":
        few, many = royle_nichols(data, RN_MOST), royle_nichols(data, 2 * RN_MOST)
        return _record(few, names, *_edge(few, many, RN_MOST), [])
    k = data.most + max(data.most, BEYOND)
    if len(data.y) * 2 * k > _CELLS:
        raise UsageError(f"{len(data.y)} sites with counts up to {data.most} take too much memory; split the file")
    fit = n_mixture(data, model, k)
    flags, profiles = _edge(fit, n_mixture(data, model, 2 * k), k)
    if profiles:  # how many there are then follows from how far N is summed, at every site too
        return _record(fit, names, flags, profiles, [])
    weights = posterior_n(data, fit, k)
    sites = [
        {"site": s, "counted": int(y.max()), **_spread(w), "p_none": round(float(w[0]), 5)}
        for s, y, w in zip(_sites(c), data.y, weights, strict=True)
    ]
    return _record(fit, names, flags, {}, sites, _sum(weights))


def _edge(fit: Fit, further: Fit, k: int) -> tuple[tuple[str, ...], dict[str, tuple[float, float]]]:
    """Flags and profile intervals of a fit with N summed to k, beside the same fit with twice as many."""
    flags, profiles = list(fit.flags), {}
    for name, link, x, y in zip(fit.names, fit.links, fit.estimate.tolist(), further.estimate.tolist(), strict=True):
        if abs(x - y) <= _SHIFT or name in fit.profiles:
            continue
        low, high = fit.profile(name)
        profiles[name] = (low, np.inf) if y > x else (-np.inf, high)
        flags.append(
            f"{name}: moves with the N summed over ({unlink(x, link):.3g} to {k}, {unlink(y, link):.3g} to {2 * k}); "
            f"at the edge of its range, no {'upper' if y > x else 'lower'} end"
        )
    return tuple(flags), profiles


def _removal(c: Counts, _: str) -> dict[str, Any]:
    from scipy.stats import poisson

    kept = _kept(c)
    y, X = np.array(c.y)[kept], _design(c)[kept]
    fit = removal(y, X)
    missed = np.exp(X @ fit.estimate[:-1]) * (1 - fit.natural("p")) ** y.shape[1]
    total = y.sum(axis=1)
    sites = [
        {
            "site": s,
            "counted": int(t),
            **{k: int(t + poisson.ppf(q, m)) for k, q in _LEVELS.items()},
            "p_none": round(float(np.exp(-m)) if t == 0 else 0.0, 5),
        }
        for s, t, m in zip(_sites(c), total, missed, strict=True)
    ]
    whole = {k: int(total.sum() + poisson.ppf(q, missed.sum())) for k, q in _LEVELS.items()}
    return _record(fit, _names(c), fit.flags, {}, sites, whole)


def _distance(c: Counts, key: str) -> dict[str, Any]:
    y = np.array(c.y)
    if not y.sum():
        raise UsageError("nothing was ever found: the data say nothing of how many were missed")
    fit = line_transects(y, np.array(c.breaks), np.array(c.length_m), key)
    return _record(fit, {}, fit.flags, {}, [])


def _record(
    fit: Fit,
    names: dict[str, str],
    flags: Iterable[str],
    profiles: dict[str, tuple[float, float]],
    sites: list[dict[str, Any]],
    total: dict[str, int] | None = None,
) -> dict[str, Any]:
    known = fit.profiles | profiles
    return {
        "model": fit.model,
        "aic": round(fit.aic, 4),
        "parameters": [_parameter(fit, i, names, known) for i in range(len(fit.names))],
        "flags": [flag for name in known for flag in flags if flag.startswith(f"{name}:")],
        "total": total,
        "sites": sites,
    }


def _parameter(fit: Fit, i: int, names: dict[str, str], profiles: dict[str, tuple[float, float]]) -> dict[str, Any]:
    name, x, error = fit.names[i], float(fit.estimate[i]), float(fit.error[i])
    low, high = profiles.get(name, (x - 1.96 * error, x + 1.96 * error))
    stem, effect = name.rstrip("0123456789"), name in names
    says = SAYS.get(stem, "")
    if stem == "psi" and fit.model.startswith("n-mixture"):
        says = "share of sites that can hold nobody"
    if effect:
        says = f"factor per unit of {names[name]} on the {'odds of the ' if fit.links[i] == 'logit' else ''}{says}"
    elif f"{stem}1" in names and f"{stem}1" in fit.names:
        says += ", every covariate at 0"
    link = "log" if effect else fit.links[i]  # an effect is a factor, on the number or on the odds
    return {
        "name": name,
        "says": says,
        "link": fit.links[i],
        "estimate": round(x, 6),
        "error": _finite(error),
        "value": _finite(unlink(x, link)),
        "low": _finite(unlink(low, link)),
        "high": _finite(unlink(high, link)),
        "interval": "profile" if name in profiles else "wald",
        "flagged": name in profiles,
    }


_LEVELS = {"median": 0.5, "low": 0.05, "high": 0.95}


def _spread(pmf: NDArray[np.float64]) -> dict[str, int]:
    return {k: quantile(pmf, q) for k, q in _LEVELS.items()}


def _sum(weights: NDArray[np.float64]) -> dict[str, int]:
    """Quantiles of the sum over sites of independent numbers, by one Fourier transform."""
    n = len(weights) * (weights.shape[1] - 1) + 1
    logs = np.zeros(n // 2 + 1, dtype=complex)
    for w in weights:
        logs += np.log(np.fft.rfft(w, n) + 1e-300)
    pmf = np.maximum(np.fft.irfft(np.exp(logs), n), 0)
    return _spread(pmf / pmf.sum())


def _finite(x: float) -> float | None:
    return round(x, 6) if np.isfinite(x) else None


def _design(c: Counts) -> NDArray[np.float64]:
    return np.column_stack([np.ones(len(c.sites)), *(_scaled(v) for v in c.abundance.values())])


def _detection(c: Counts) -> NDArray[np.float64]:
    return np.stack([np.ones((len(c.sites), len(c.labels))), *(_scaled(v) for v in c.detection.values())], axis=2)


def _names(c: Counts) -> dict[str, str]:
    """Effects of covariates by the name of their parameter; the first of each kind is the level itself."""
    first = "psi" if c.kind == "counts" and len(_models(c)) == 2 else "lambda"
    found = {f"{s}{i}": x for s in {first, "lambda"} for i, x in enumerate(c.abundance, 1)}
    return found | {f"{s}{i}": x for s in ("p", "r") for i, x in enumerate(c.detection, 1)}


def _kept(c: Counts) -> NDArray[np.bool_]:
    if c.kind == "counts":
        return repeated(np.array(c.y), _design(c), _detection(c)).kept
    return np.asarray(np.isfinite(_design(c)).all(axis=1))


def _sites(c: Counts) -> list[str]:
    return [s for s, k in zip(c.sites, _kept(c), strict=True) if k]


def _scale(values: Any) -> tuple[float, float] | None:
    """Mean and spread by which a covariate is scaled; None = taken as it stands."""
    x = np.asarray(values, dtype=float)
    x = x[np.isfinite(x)]
    if not x.size or np.abs(x).max() <= _LARGE or x.std() == 0:
        return None
    return float(x.mean()), float(x.std(ddof=1))


def _scaled(values: Any) -> NDArray[np.float64]:
    x, by = np.asarray(values, dtype=float), _scale(values)
    return x if by is None else (x - by[0]) / by[1]


def _told(name: str, values: Any) -> str:
    mean, spread = _scale(values) or (0.0, 1.0)
    return f"{name} in units of its standard deviation {spread:.4g} about its mean {mean:.4g}"
