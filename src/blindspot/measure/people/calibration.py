"""What posterior does a score deserve? Measured against people who are absent from B for certain.

They are of two kinds. A decoy has the given name and sex of one row of A, the other parts of another, and an age within ten years of that
other: a relative who does not exist. A runner-up is a row of A with a likely link that is taken away: what it scores with its own record gone
is what a person of its name, spelling and family gets by chance. With f the density of the best scores of A, that of the absent is f (1 - p):
the posterior p(s) = logistic(slope (s - even)) is the one under which the scores of the absent are most likely, each counting once;
even the best score leaves a doubt (`doubts`). No label is used. After target-decoy search (Elias & Gygi 2007) and local false discovery
rates (Efron 2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blindspot.measure.people.evidence import WIDE, Facts

LIKELY = 0.5
FLOOR = -8.0  # nats: the score of a row without any candidate
SLOPES = np.exp(np.linspace(np.log(0.3), np.log(2.0), 39))
EVEN = np.linspace(-6.0, 10.0, 65)  # scores at which a link may be as likely as not
# What no score can take away: recorders give one victim the details of another, and without an age a namesake of the same
# family cannot be told apart. Judgement; docs/methods/people.md says what labels choose.
DOUBT, DOUBT_WITHOUT_AGE = 0.02, 0.04
STEADY = 40.0  # how strongly the slope is held near 1 and the even score near 0, in decoys: judgement
LUMPED = -2.0  # scores below are one: no link is in question there, and their spread should not bend the slope
_BINS = np.linspace(LUMPED, 40.0, 337)


@dataclass(frozen=True, slots=True)
class Scale:
    """Posterior = (1 - doubt) logistic(shift + slope * score), doubt by `doubts`; share: of A on B."""

    shift: float
    slope: float
    share: float


def decoys(
    names: dict[str, tuple[tuple[str, ...], ...]], facts: Facts, rows: np.ndarray
) -> tuple[dict[str, tuple[tuple[str, ...], ...]], Facts]:
    """len(rows) decoys, named for the rows given; the donors of the other parts are drawn with a fixed seed."""
    random = np.random.default_rng(20210829)
    written = np.zeros(len(facts.sex), dtype=int)  # in which scripts a row has a name of parts
    for k, tokens in enumerate(names.values()):
        written |= np.array([len(t) > 1 for t in tokens], dtype=int) << k
    other = np.empty(len(rows), dtype=np.int64)
    for kind in np.unique(written[rows]):
        to = np.flatnonzero(written[rows] == kind)
        other[to] = random.choice(np.flatnonzero(written == kind), len(to))
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for script, tokens in names.items():
        made: list[tuple[str, ...]] = []
        for i, j in zip(rows, other, strict=True):
            given, rest = tokens[i], tokens[j]
            made.append((given[0], *rest[1:]) if given and len(rest) > 1 and i != j else ())
        found[script] = tuple(made)
    shift = random.uniform(1.0, 10.0, len(rows)) * random.choice([-1.0, 1.0], len(rows))
    low, high = facts.low[other], facts.high[other]
    shift = np.where(high - low > WIDE, 0.0, np.where(low + shift < 0, -shift, shift))
    return found, Facts(low + shift, high + shift, facts.sex[rows])


def fit(real: np.ndarray, absent: np.ndarray, share: float, doubt: float) -> Scale:
    """Slope and even score of highest likelihood, both held near the model's own where there are few rows.

    real, absent: best scores of the rows of A, and of people known to be absent. log L = sum over the absent of log(1 - p) - N_absent
    log(sum over rows of A of (1 - p)).
    """
    at = (_BINS[1:] + _BINS[:-1]) / 2
    of_real, of_absent = (np.histogram(np.clip(x, _BINS[0], _BINS[-1]), _BINS)[0] for x in (real, absent))
    own = -np.log(share / (1 - share))
    weight = min(1.0, len(real) / 200)  # a short list lends few absent, and those are much alike
    best, found = -np.inf, Scale(-own, 1.0, share)
    for slope in SLOPES:
        left = doubt + (1 - doubt) / (1 + np.exp(np.clip(slope * (at[None, :] - EVEN[:, None]), -60, 60)))
        value = weight * (np.log(left) @ of_absent - len(absent) * np.log(left @ of_real + 1e-9))
        value -= 0.5 * STEADY * np.log(slope) ** 2 + 0.5 * STEADY * ((EVEN - own) / 6.0) ** 2
        k = int(np.argmax(value))
        if value[k] > best:
            best = float(value[k])
            present = 1 - float(left[k] @ of_real) / max(1, len(real))
            found = Scale(float(-slope * EVEN[k]), float(slope), float(np.clip(present, 0.02, 0.98)))
    return found


def doubts(age: np.ndarray) -> np.ndarray:
    """What the best score of a pair leaves open, by the class of its ages (P,), -1 where one has none."""
    return np.where(age < 0, DOUBT_WITHOUT_AGE, DOUBT)


def tops(row: np.ndarray, score: np.ndarray, rows: int) -> np.ndarray:
    """The best score of each row, FLOOR where it has none."""
    found = np.full(rows, FLOOR)
    np.maximum.at(found, row, score)
    return found


def runners_up(row: np.ndarray, score: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The best score that is left to each row with a likely link (p > 0.5) once that link is taken away, FLOOR where none is."""
    linked = p > LIKELY  # one pair of a row at most
    left: np.ndarray = tops(row[~linked], score[~linked], int(row.max(initial=-1)) + 1)[row[linked]]
    return left


def chosen(n: int, most: int = 6000) -> np.ndarray:
    """Rows of A that lend their given name to a decoy, or teach: all, or `most` drawn with a fixed seed, in order.

    Drawn and not evenly spaced: lists have a rhythm (by page, by source, by script) that even steps can fall in with.
    """
    return np.arange(n) if n <= most else np.sort(np.random.default_rng(19690615).choice(n, most, replace=False))
