"""Presence beside published outputs and a plain loop, in one run. Prints Markdown tables.

    python bench/presence.py SHARED_DATA

The oracle is the printed output of unmarked 1.5.0 (R), kept with the shared data; R itself is not needed.
"""

import csv
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.stats import binom, poisson

from blindspot.measure.presence.calibration import calibrate
from blindspot.measure.presence.counts import mixtures, n_mixture, repeated
from blindspot.measure.presence.distance import line_transects, removal
from blindspot.measure.presence.fit import unlink
from blindspot.measure.presence.model import Scene
from blindspot.measure.presence.occupancy import occupancy, royle_nichols
from blindspot.measure.presence.priors import packaged_sizes
from blindspot.measure.presence.scene import posterior, quantile
from blindspot.quantities import Range


def column(path, *names):
    with path.open() as file:
        rows = list(csv.DictReader(file))
    names = names or tuple(rows[0])
    return np.array([[float("nan" if r[n] in {"", "NA"} else r[n]) for n in names] for r in rows])


def scaled(x):
    return (x - np.nanmean(x, axis=0)) / np.nanstd(x, axis=0, ddof=1)


def row(name, fit, estimate, aic):
    off = np.abs(fit.estimate - np.array(estimate)).max() if estimate is not None else float("nan")
    flags = "; ".join(
        f"{n} [{unlink(lo, 'logit'):.3f}, {unlink(hi, 'logit'):.3f}]" for n, (lo, hi) in fit.profiles.items()
    )
    print(f"| {name} | {fit.aic:.4f} | {aic} | {off:.1e} | {flags or '-'} |")


def table(folder):
    y = column(folder / "mallard_y.csv")
    site, ivel, date = (
        column(folder / "mallard_site.csv", "length", "elev", "forest"),
        column(folder / "mallard_ivel.csv"),
        column(folder / "mallard_date.csv"),
    )
    full = repeated(
        y, np.column_stack([np.ones(len(y)), site]), np.stack([np.ones_like(ivel), ivel, date, date**2], axis=2)
    )
    print(
        "| data and model | AIC | unmarked | largest difference of an estimate | flagged, with profile interval |\n|---|---|---|---|---|"
    )
    row(
        "mallard P, covariates",
        n_mixture(full, "poisson", 30),
        [-1.989416, -0.412598, -1.506745, -0.707301, 0.255164, 0.297779, -0.368937, 0.009078],
        511.2066,
    )
    row(
        "mallard NB, covariates",
        n_mixture(full, "negative_binomial", 30),
        [-1.785943, -0.185852, -1.371958, -0.684884, -0.028302, 0.174191, -0.312857, -0.004744, -0.695481],
        477.5695,
    )
    row(
        "mallard ZIP, covariates",
        n_mixture(full, "zero_inflated", 30),
        [-1.143299, -0.363282, -1.378732, -0.536762, 0.070538, 0.309370, -0.337373, 0.007169, -0.055815],
        496.4673,
    )
    plain = mixtures(repeated(y), 50)
    row("mallard P", plain["poisson"], [-1.061209, 0.611153], 631.8909)
    row("mallard NB", plain["negative_binomial"], [-0.753245, -0.101769, -1.976638], 525.4482)
    frogs = repeated(column(folder / "frogs_pfer_bin.csv"))
    row("frogs occupancy (p only)", occupancy(frogs), None, 261.3301)
    row("frogs Royle-Nichols", royle_nichols(frogs, 50), [3.337826, -5.325204], 261.7647)
    det = column(folder / "crossbill_1999.csv", "det991", "det992", "det993")
    cov = scaled(column(folder / "crossbill_1999.csv", "ele", "forest"))
    row("crossbill occupancy", occupancy(repeated(det)), [-0.546120, -0.593961], 511.2538)
    row(
        "crossbill occupancy, covariates",
        occupancy(repeated(det, np.column_stack([np.ones(len(det)), cov[:, 0], cov[:, 0] ** 2, cov[:, 1]]))),
        [0.337222, 1.366486, -1.272707, 0.523660, -0.621363],
        465.5181,
    )
    lines, length = (
        column(folder / "linetran.csv", "dc1", "dc2", "dc3", "dc4"),
        column(folder / "linetran.csv", "Length")[:, 0] * 1000,
    )
    for key, estimate, aic in (
        ("halfnormal", [-0.171055, 2.386380], 164.7524),
        ("exponential", [0.062204, 2.543560], 164.6863),
        ("hazard", [-0.119379, 2.125978, 0.314872], 167.0218),
        ("uniform", [-0.622766], 183.3407),
    ):
        row(f"line transects {key}", line_transects(lines, np.array([0.0, 5, 10, 15, 20]), length, key), estimate, aic)
    birds = column(folder / "ovenbird_removal.csv")
    row(
        "ovenbird removal",
        removal(
            birds, np.column_stack([np.ones(len(birds)), scaled(column(folder / "ovenbird_cov.csv", "ufc", "trba"))])
        ),
        [0.102368, 0.100294, -0.170861, 0.287576],
        326.1387,
    )
    return y, full


def speed(y, full):
    n_mixture(full, "poisson", 30)
    start = time.process_time()
    for _ in range(10):
        n_mixture(full, "poisson", 30)
    ours = (time.process_time() - start) / 10
    seen = y[np.isfinite(y).all(axis=1)]
    n = np.arange(31)

    def plain(x):
        mean, p = np.exp(x[0]), 1 / (1 + np.exp(-x[1]))
        site = poisson.pmf(n, mean) * np.prod(binom.pmf(seen[:, :, None], n, p), axis=1)
        return -np.log(site.sum(axis=1)).sum()

    start = time.process_time()
    minimize(plain, np.zeros(2), method="BFGS")
    theirs = time.process_time() - start
    start = time.process_time()
    n_mixture(repeated(seen), "poisson", 30)
    small = time.process_time() - start
    print(
        f"\nmallard with 8 parameters and standard errors: {ours:.4f} CPU-s a fit (unmarked's C engine took 0.724 on another machine: not a ratio of one run)"
    )
    print(
        f"mallard with 2 parameters: {small:.4f} CPU-s, a plain scipy likelihood in the same run {theirs:.3f} ({theirs / small:.0f} times)"
    )


def scenes():
    r = Range
    wide = Scene(
        r(1, 1),
        packaged_sizes("urban"),
        r(0.38, 0.47),
        r(0.5, 0.85),
        r(0.6, 0.95),
        r(0.15, 0.5),
        r(0.2, 0.7),
        r(0.1, 0.5),
        r(0, 0.8),
    )
    posterior(wide, 0)
    start = time.perf_counter()
    for _ in range(50):
        posterior(wide, 0)
    print(f"\none place, 64 draws of the box: {(time.perf_counter() - start) / 50 * 1000:.2f} ms")
    print(
        "\n| one urban household, 80 % at home, all outdoors | LR of none seen (empty : occupied) | reference |\n|---|---|---|"
    )
    one = replace(
        wide, children=r(0.42, 0.42), home_adult=r(0.8, 0.8), home_child=r(0.8, 0.8), outdoors=r(1, 1), together=r(0, 0)
    )
    for d, ref in ((0.015, 1.09), (0.11, 1.89), (0.58, 26)):
        found = posterior(replace(one, noticed_adult=r(d, d), noticed_child=r(d, d)), 0)
        print(f"| noticed {d} | {found.lr_none[0]:.2f} | {ref} |")
    found = posterior(replace(one, noticed_adult=r(0.11, 0.11), noticed_child=r(0.11, 0.11)), 1)
    print(
        f"\none seen at 0.11: mean {found.mean_after[0]:.2f} present (6.3), P(5 or more) {found.after[5:].sum():.3f} (0.74), median {quantile(found.after, 0.5)}"
    )
    print(
        "\n| calibration over simulated scenes | scenes | Kolmogorov-Smirnov p | chi-squared p, 20 bins |\n|---|---|---|---|"
    )
    box = replace(wide, households=r(1, 2))
    cases = (
        ("each by himself", replace(box, together=r(0, 0)), None),
        ("common cause", replace(box, together=r(0.3, 1)), None),
        ("all together, passers-by", replace(box, together=r(1, 1), passers=r(0, 2)), None),
        (
            "common cause read as independent (must fail)",
            replace(box, outdoors=r(0.5, 0.5), noticed_adult=r(0.9, 0.9), noticed_child=r(0.9, 0.9), together=r(1, 1)),
            r(0, 0),
        ),
    )
    for name, truth, wrong in cases:
        got = calibrate(truth, truth if wrong is None else replace(truth, together=wrong), 2000, seed=11)
        print(f"| {name} | 2000 | {got.p_kolmogorov:.3g} | {got.p_chi_squared:.3g} |")


if __name__ == "__main__":
    folder = Path(sys.argv[1]) / "presence"
    speed(*table(folder))
    scenes()
