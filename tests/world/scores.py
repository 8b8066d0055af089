"""How often do ranges hold, and how good are stated probabilities? Shares with their sampling error, Brier and log scores."""

from collections import defaultdict

import numpy as np
from scipy.stats import beta

SURE = 0.01  # nobody is scored as more certain than this
STATED_BY = {"ours": "median", "naive": "naive", "blind": "blind"}


def by_question(rows):
    """Rows of a campaign by question."""
    found = defaultdict(list)
    for row in rows:
        found[row["question"]].append(row)
    return dict(found)


def column(rows, name):
    return np.array([row[name] for row in rows], dtype=float)


def held(rows):
    """Share of ranges that hold the truth, its 95 % interval (Clopper & Pearson 1934), and the shares of truths below and above; NaN of none."""
    low, high, truth = (column(rows, name) for name in ("low", "high", "truth"))
    known = np.isfinite(truth)
    n = int(known.sum())
    if not n:
        return (np.nan,) * 5
    # what is printed is rounded, and so is what is asked of it
    under, over = (truth < low - 1e-9)[known], (truth > high + 1e-9)[known]
    k = n - int(under.sum() + over.sum())
    a = float(beta.ppf(0.025, k, n - k + 1)) if k else 0.0
    b = float(beta.ppf(0.975, k + 1, n - k)) if k < n else 1.0
    return k / n, a, b, float(under.mean()), float(over.mean())


def scores(rows):
    """Brier and log scores of the events of a question: ours, naive, blind; and what always stating the share would score."""
    so = column(rows, "so")
    known = np.isfinite(so)
    if not known.any():
        return {}
    found = {}
    for who, name in STATED_BY.items():
        p = column(rows, name)[known]
        if np.isfinite(p).all():
            found[who] = {"brier": float(np.mean((p - so[known]) ** 2)), "log": float(_log(p, so[known]).mean())}
    share = np.full(int(known.sum()), so[known].mean())
    found["constant"] = {"brier": float(np.mean((share - so[known]) ** 2)), "log": float(_log(share, so[known]).mean())}
    return found


def better(rows, other, resamples=4000, seed=20210829):
    """Difference in Brier, other minus ours, with its 5-95 % paired bootstrap over incidents."""
    so, p, q = column(rows, "so"), column(rows, "median"), column(rows, STATED_BY[other])
    each = (q - so) ** 2 - (p - so) ** 2
    each = each[np.isfinite(each)]
    rng = np.random.default_rng(seed)
    means = each[rng.integers(0, len(each), (resamples, len(each)))].mean(axis=1)
    return float(each.mean()), *(float(v) for v in np.quantile(means, [0.05, 0.95]))


def _log(p, so):
    p = np.clip(p, SURE, 1 - SURE)
    return -(so * np.log(p) + (1 - so) * np.log(1 - p))
