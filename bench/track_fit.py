"""Fit the numbers that ship with the room `track`, and print how they do on what was left out.

python bench/track_fit.py hidden CAB_FILES...     P(stop in a gap) -> src/blindspot/measure/track/stops/hidden.json
python bench/track_fit.py spread CAB_FILES...     displacement law, tempering, crowding -> custody/displacement.json
python bench/track_fit.py reliability CAB_FILES...  the law judged on vehicles left out -> custody/reliability.json
python bench/track_fit.py stops GOAL_FOLDER       the hidden Markov chain (numbers are copied into hmm.py by hand)
"""

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.stats import rankdata

from blindspot.measure.track.custody.report import custody
from blindspot.measure.track.custody.spread import spread_of
from blindspot.measure.track.read import read_tracks
from blindspot.measure.track.stops import hidden, hmm
from blindspot.measure.track.stops.detect import Setting, stops

ROOT = Path(__file__).resolve().parents[1] / "src" / "blindspot" / "measure" / "track"


def ece(p, truth, bins=10):
    """Expected calibration error, ten equal bins."""
    k = np.minimum((p * bins).astype(int), bins - 1)
    return float(
        sum(abs(p[k == i].mean() - truth[k == i].mean()) * np.mean(k == i) for i in range(bins) if (k == i).any())
    )


def auc(p, truth):
    """Area under the ROC curve."""
    ranks, n = rankdata(p), truth.sum()
    return float((ranks[truth].sum() - n * (n + 1) / 2) / (n * (len(truth) - n)))


def f1(p, truth):
    """F1 of p >= 0.5."""
    said = p >= 0.5
    return float(2 * (said & truth).sum() / (said.sum() + truth.sum()))


def cut_gaps(tracks, seconds, number, rng):
    """Gaps cut into stretches without a fix missing for two minutes: first and last fix, whether a stop of 3 min lies in it."""
    found = stops(tracks, Setting())
    before, after, truth = [], [], []
    for _ in range(number * 40):
        if len(before) == number:
            break
        k = rng.integers(len(tracks))
        low, high = tracks.start[k], tracks.start[k + 1]
        if high - low < 20:
            continue
        i = rng.integers(low + 3, high - 5)
        j = low + np.searchsorted(tracks.t[low:high], tracks.t[i] + seconds)
        if j + 3 >= high or tracks.t[j] - tracks.t[i] > seconds + 120 or np.diff(tracks.t[i - 3 : j + 4]).max() > 120:
            continue
        mine = found.track == k
        inside = np.minimum(found.end[mine], tracks.t[j]) - np.maximum(found.start[mine], tracks.t[i])
        before.append(i), after.append(j), truth.append(bool((inside >= 180).any()))
    return np.array(before), np.array(after), np.array(truth)


def logistic(X, y, ridge=1.0):
    """Ridge logistic regression on standardised columns: (mean, sd, intercept, weights)."""
    mean, sd = X.mean(0), X.std(0) + 1e-9
    Z = np.column_stack([np.ones(len(X)), (X - mean) / sd])

    def loss(b):
        u = Z @ b
        p = 1 / (1 + np.exp(-u))
        return np.sum(np.logaddexp(0, u) - y * u) + ridge * b[1:] @ b[1:] / 2, Z.T @ (p - y) + ridge * np.r_[0, b[1:]]

    b = minimize(loss, np.zeros(Z.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x
    return mean, sd, b[0], b[1:]


def fit_hidden(paths):
    tracks = read_tracks(paths).tracks
    rng = np.random.default_rng(20210829)
    lengths = (180, 300, 450, 600, 900, 1200, 1800, 2400)
    parts = [cut_gaps(tracks, s, 3000, rng) for s in lengths]
    X, y, cab, asked = [], [], [], []
    for s, (before, after, truth) in zip(lengths, parts, strict=True):
        X.append(hidden.features(*hidden.across(tracks, before, after)))
        y.append(truth), cab.append(tracks.of[before]), asked.append(np.full(len(truth), s))
    X, y, cab, asked = np.vstack(X), *map(np.concatenate, (y, cab, asked))
    p = np.zeros(len(y))
    for k in np.unique(cab):
        mean, sd, b0, b = logistic(X[cab != k], y[cab != k])
        p[cab == k] = 1 / (1 + np.exp(-(b0 + (X[cab == k] - mean) / sd @ b)))
    rows = {}
    print("| gap s | n | share | AUC | ECE | ECE by vehicle left out |\n|---|---|---|---|---|---|")
    for s in lengths:
        m = asked == s
        by = [ece(p[m & (cab == k)], y[m & (cab == k)]) for k in np.unique(cab)]
        rows[s] = {"n": int(m.sum()), "share": y[m].mean(), "auc": auc(p[m], y[m]), "ece": ece(p[m], y[m])}
        print(
            f"| {s} | {m.sum()} | {y[m].mean():.3f} | {auc(p[m], y[m]):.3f} | {ece(p[m], y[m]):.3f} | {min(by):.3f}-{max(by):.3f} |"
        )
    mean, sd, b0, b = logistic(X, y)
    out = {
        "source": "Cabspotting (Piorkowski, Sarafijanovic-Djukic & Grossglauser 2009, CC BY 4.0), 5 taxis; bench/track_fit.py hidden",
        "left_out": {str(s): {k: round(float(v), 4) for k, v in row.items()} for s, row in rows.items()},
        "mean": np.round(mean, 6).tolist(),
        "sd": np.round(sd, 6).tolist(),
        "intercept": round(float(b0), 6),
        "weights": np.round(b, 6).tolist(),
    }
    (ROOT / "stops" / "hidden.json").write_text(json.dumps(out, indent=1) + "\n")


def fit_spread(paths):
    law = spread_of(read_tracks(paths).tracks, "")
    source = "Cabspotting (Piorkowski, Sarafijanovic-Djukic & Grossglauser 2009, CC BY 4.0), 5 taxis; bench/track_fit.py spread"
    out = {"source": source, "gaps_s": law.gaps_s.tolist(), "tau": np.round(law.tau, 3).tolist()}
    out |= {"crowding": np.round(law.crowd, 4).tolist(), "metres": np.round(law.metres, 1).tolist()}
    (ROOT / "custody" / "displacement.json").write_text(json.dumps(out) + "\n")
    print("| gap s | median m | 90 % m | tau | crowding |\n|---|---|---|---|---|")
    for k, gap in enumerate(law.gaps_s):
        print(
            f"| {gap:.0f} | {law.metres[k, 25]:.0f} | {law.metres[k, 45]:.0f} | {law.tau[k]:.2f} | {law.crowd[k]:.2f} |"
        )


def fit_reliability(paths):
    read = read_tracks(paths)
    rows = []
    for gap in (30, 60, 180, 420, 900):
        table = custody(read, float(gap))[1]
        keys = (
            "gap_s",
            "n",
            "vehicles",
            "right_share",
            "mean_predicted",
            "ece",
            "brier",
            "brier_constant",
            "reliability",
        )
        rows.append({key: table[key] for key in keys} | {"ece_interval": table["intervals"]["ece"]})
        print(f"| {gap} | {table['right_share']} | {table['mean_predicted']} | {table['ece']} |")
    source = "Cabspotting (Piorkowski, Sarafijanovic-Djukic & Grossglauser 2009, CC BY 4.0), 5 taxis, each judged by laws fitted on the others, among days of others; bench/track_fit.py reliability"
    (ROOT / "custody" / "reliability.json").write_text(json.dumps({"source": source, "gaps": rows}) + "\n")


def fit_stops(folder):
    files = sorted(Path(folder).glob("trajectory_*.csv"))
    both = []
    for half in (files[::2], files[1::2]):
        tracks = read_tracks(half).tracks
        labels = {}
        for path in half:
            with path.open() as f:
                rows = list(csv.DictReader(f))
            t = [np.datetime64(r["timestamp"], "ns").astype("int64") / 1e9 for r in rows]
            labels[path.stem] = dict(zip(np.round(t, 3), [r["groundtruth"] == "OnFoot" for r in rows], strict=True))
        truth = np.array([labels[n][round(s, 3)] for n, part in tracks for s in tracks.t[part]])
        both.append((tracks, truth))
    (train, truth), (test, truth_test) = both
    one = np.ones_like(train.x)
    pairs = [(0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0), (2, 3), (3, 2), (1, 3), (1, 2)]
    start = np.log([3, 0.8, 0.02, 0.003, 0.003, 0.05, 0.005, 0.005, 0.03, 0.03, 0.001, 0.001])

    def law(b):
        rates = np.zeros((4, 4))
        for (i, j), rate in zip(pairs, np.exp(b[2:]), strict=True):
            rates[i, j] = rate
        return replace(
            hmm.FITTED, error_m=float(np.exp(b[0])), foot=float(np.exp(b[1])), rates=tuple(map(tuple, rates))
        )

    def loss(b):
        p = np.clip(hmm.posterior(train.start, train.t, train.x, train.y, one, law(b), 900.0)[0], 1e-6, 1 - 1e-6)
        return -np.mean(np.where(truth, np.log(p), np.log(1 - p))) + 0.001 * np.sum((b - start) ** 2)

    best = law(minimize(loss, start, method="L-BFGS-B", options={"maxiter": 30}).x)
    print(best)
    for name, tracks, said in (("train", train, truth), ("test", test, truth_test)):
        p = hmm.stopped(tracks, best)
        print(f"{name}: F1 {f1(p, said):.3f}, ECE {ece(p, said):.3f}, n {len(p)}")


if __name__ == "__main__":
    {
        "hidden": fit_hidden,
        "spread": fit_spread,
        "reliability": fit_reliability,
        "stops": lambda paths: fit_stops(paths[0]),
    }[sys.argv[1]](sys.argv[2:])
