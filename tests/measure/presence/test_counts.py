"""Every row of the reference table: real outputs of unmarked 1.5.0 (R), to 1e-3."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, nbinom, poisson

from blindspot.errors import UsageError
from blindspot.measure.presence.counts import mixtures, n_mixture, posterior_n, repeated
from blindspot.measure.presence.distance import line_transects, removal
from blindspot.measure.presence.fit import unlink
from blindspot.measure.presence.occupancy import occupancy, royle_nichols

CLOSE = 1e-3


def column(path, *names):
    with path.open() as file:
        rows = list(csv.DictReader(file))
    names = names or tuple(rows[0])
    return np.array([[float("nan" if r[n] in {"", "NA"} else r[n]) for n in names] for r in rows])


def scaled(x):
    return (x - np.nanmean(x, axis=0)) / np.nanstd(x, axis=0, ddof=1)


@pytest.fixture(scope="module")
def mallard(shared):
    folder = shared / "presence"
    y = column(folder / "mallard_y.csv")
    site = column(folder / "mallard_site.csv", "length", "elev", "forest")
    ivel, date = column(folder / "mallard_ivel.csv"), column(folder / "mallard_date.csv")
    X = np.column_stack([np.ones(len(y)), site])
    V = np.stack([np.ones_like(ivel), ivel, date, date**2], axis=2)
    return repeated(y, X, V), repeated(y)


@pytest.fixture(scope="module")
def frogs(shared):
    return repeated(column(shared / "presence" / "frogs_pfer_bin.csv"))


@pytest.fixture(scope="module")
def crossbill(shared):
    path = shared / "presence" / "crossbill_1999.csv"
    return column(path, "det991", "det992", "det993"), scaled(column(path, "ele", "forest"))


FULL = {
    "poisson": (
        511.2066,
        [-1.989416, -0.412598, -1.506745, -0.707301, 0.255164, 0.297779, -0.368937, 0.009078],
        [0.2445330, 0.1344187, 0.2467051, 0.1617314, 0.2239978, 0.1772752, 0.1521161, 0.0885561],
    ),
    "negative_binomial": (
        477.5695,
        [-1.785943, -0.185852, -1.371958, -0.684884, -0.028302, 0.174191, -0.312857, -0.004744, -0.695481],
        [0.28125075, 0.21418587, 0.29250556, 0.21631784, 0.28458637, 0.22732732, 0.14673164, 0.08066527, 0.36363379],
    ),
    "zero_inflated": (
        496.4673,
        [-1.143299, -0.363282, -1.378732, -0.536762, 0.070538, 0.309370, -0.337373, 0.007169, -0.055815],
        [0.32854028, 0.16258756, 0.26176265, 0.19274657, 0.25809053, 0.18488029, 0.14775927, 0.08324176, 0.37788828],
    ),
}


@pytest.mark.shared
@pytest.mark.parametrize("mixture", FULL)
def test_mallard_with_covariates(mallard, mixture):
    aic, estimate, error = FULL[mixture]
    fit = n_mixture(mallard[0], mixture, 30)
    assert fit.aic == pytest.approx(aic, abs=CLOSE)
    assert fit.estimate == pytest.approx(estimate, abs=CLOSE)
    assert fit.error == pytest.approx(error, abs=CLOSE)
    assert not fit.flags


@pytest.mark.shared
def test_mallard_without_covariates_and_never_one_mixture_alone(mallard):
    found = mixtures(mallard[1], 50)
    assert found["poisson"].aic == pytest.approx(631.8909, abs=CLOSE)
    assert found["poisson"].estimate == pytest.approx([-1.061209, 0.611153], abs=CLOSE)
    assert found["negative_binomial"].aic == pytest.approx(525.4482, abs=CLOSE)
    assert found["negative_binomial"].estimate == pytest.approx([-0.753245, -0.101769, -1.976638], abs=CLOSE)
    assert next(iter(found)) != "poisson"
    for k in (30, 100, 200):
        assert n_mixture(mallard[1], "negative_binomial", k).aic == pytest.approx(525.4482, abs=CLOSE)
    assert float((posterior_n(mallard[1], found["poisson"], 50) @ np.arange(51)).sum()) == pytest.approx(
        81.31384, rel=1e-4
    )
    theirs = replace(found["poisson"], estimate=np.array([-1.0612092, 0.6111531]))  # unmarked stops 2e-4 short
    assert float((posterior_n(mallard[1], theirs, 50) @ np.arange(51)).sum()) == pytest.approx(81.31384, abs=CLOSE)


@pytest.mark.shared
def test_frogs_runs_to_the_edge_and_says_so(frogs):
    fit = occupancy(frogs)
    # unmarked stops at logit psi = 8.77 with AIC 261.3301. The likelihood rises on towards psi = 1: at its estimate ours
    # is the same, and our own end is no worse.
    assert 2 * fit._likelihood(np.array([8.765548, -1.922225]))[0] + 4 == pytest.approx(261.3301, abs=CLOSE)
    assert 261.3301 - 0.005 < fit.aic <= 261.3301
    assert fit.estimate[1] == pytest.approx(-1.922225, abs=CLOSE)
    assert fit.natural("psi0") == pytest.approx(1, abs=CLOSE)
    assert "no upper end" in fit.flags[0]
    low, high = fit.profiles["psi0"]
    assert low == pytest.approx(1.38026, abs=CLOSE)
    assert unlink(low, "logit") == pytest.approx(0.80, abs=0.005)
    assert unlink(high, "logit") == 1
    assert royle_nichols(frogs, 50).estimate == pytest.approx([3.337826, -5.325204], abs=CLOSE)
    assert royle_nichols(frogs, 50).aic == pytest.approx(261.7647, abs=CLOSE)


@pytest.mark.shared
def test_crossbill(crossbill):
    y, site = crossbill
    plain = occupancy(repeated(y))
    assert plain.aic == pytest.approx(511.2538, abs=CLOSE)
    assert plain.estimate == pytest.approx([-0.546120, -0.593961], abs=CLOSE)
    X = np.column_stack([np.ones(len(y)), site[:, 0], site[:, 0] ** 2, site[:, 1]])
    fit = occupancy(repeated(y, X))
    assert fit.aic == pytest.approx(465.5181, abs=CLOSE)
    assert fit.estimate == pytest.approx([0.337222, 1.366486, -1.272707, 0.523660, -0.621363], abs=CLOSE)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("key", "aic", "estimate"),
    [
        ("halfnormal", 164.7524, [-0.171055, 2.386380]),
        ("exponential", 164.6863, [0.062204, 2.543560]),
        ("hazard", 167.0218, [-0.119379, 2.125978, 0.314872]),
        # unmarked counts two parameters for the uniform key, which has one: its AIC is 183.3407
        ("uniform", 183.3407 - 2, [-0.622766]),
    ],
)
def test_line_transects(shared, key, aic, estimate):
    path = shared / "presence" / "linetran.csv"
    y, length = column(path, "dc1", "dc2", "dc3", "dc4"), column(path, "Length")[:, 0] * 1000
    fit = line_transects(y, np.array([0.0, 5, 10, 15, 20]), length, key)
    assert fit.aic == pytest.approx(aic, abs=CLOSE)
    assert fit.estimate == pytest.approx(estimate, abs=CLOSE)


@pytest.mark.shared
def test_ovenbird_removal(shared):
    y = column(shared / "presence" / "ovenbird_removal.csv")
    cov = scaled(column(shared / "presence" / "ovenbird_cov.csv", "ufc", "trba"))
    fit = removal(y, np.column_stack([np.ones(len(y)), cov]))
    assert fit.aic == pytest.approx(326.1387, abs=CLOSE)
    assert fit.estimate == pytest.approx([0.102368, 0.100294, -0.170861, 0.287576], abs=CLOSE)
    assert fit.error == pytest.approx([0.1185431, 0.1262615, 0.1353444, 0.2327227], abs=CLOSE)


def plain_likelihood(y, mixture, x, k):
    """The same sum written out site by site, count by count."""
    mean, p = np.exp(x[0]), unlink(x[1], "logit")
    total = 0.0
    for row in y:
        site = 0.0
        for n in range(k + 1):
            prior = poisson.pmf(n, mean)
            if mixture == "negative_binomial":
                r = np.exp(x[2])
                prior = nbinom.pmf(n, r, r / (r + mean))
            elif mixture == "zero_inflated":
                psi = unlink(x[2], "logit")
                prior = (1 - psi) * prior + psi * (n == 0)
            site += prior * np.prod(binom.pmf(row[np.isfinite(row)], n, p))
        total -= np.log(site)
    return total


@given(
    st.sampled_from(sorted(FULL)),
    st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=2), min_size=2, max_size=4),
    st.floats(-1, 2),
    st.floats(-2, 2),
    st.floats(-2, 2),
)
def test_likelihood_and_gradient_against_the_plain_sum(mixture, rows, a, b, c):
    from blindspot.measure.presence.counts import _likelihood

    y = np.array(rows, dtype=float)
    x = np.array([a, b] if mixture == "poisson" else [a, b, c])
    nll = _likelihood(repeated(y), mixture, 25)
    value, slope = nll(x)
    assert value == pytest.approx(plain_likelihood(y, mixture, x, 25), rel=1e-9)
    for i in range(len(x)):
        h = np.eye(len(x))[i] * 1e-5
        assert slope[i] == pytest.approx((nll(x + h)[0] - nll(x - h)[0]) / 2e-5, abs=1e-4)


@pytest.mark.parametrize(
    "call",
    [
        lambda: repeated(np.array([[1.5, 0]])),
        lambda: repeated(np.array([[-1.0, 0]])),
        lambda: repeated(np.full((2, 2), np.nan)),
        lambda: n_mixture(repeated(np.array([[3.0, 2]])), most=2),
        lambda: occupancy(repeated(np.array([[2.0, 0]]))),
        lambda: occupancy(repeated(np.zeros((3, 2)))),
        lambda: removal(np.zeros((3, 2))),
        lambda: line_transects(np.ones((2, 3)), np.array([0.0, 5]), np.ones(2)),
        lambda: line_transects(np.ones((2, 1)), np.array([0.0, 5]), np.ones(2), "cubic"),
    ],
)
def test_bad_input_is_one_clear_line(call):
    with pytest.raises(UsageError) as error:
        call()
    assert "\n" not in str(error.value)
