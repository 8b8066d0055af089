"""Several looks at a place: what do they share, and in how many of them was the place in the picture at all?

Two different things keep looks from being independent, and they are kept apart here.
*The eye.* What hides a person from one look (a roof, a shadow, an expectation) hides him from the next. The share s of that
cause is common to all looks: with it a first verdict stands, so that any number of looks count as one.
*The camera.* Where a path shows when the place was in the picture, a look shows it or not by the moment at which it falls. Of n
looks K fall into the stretches in view; with r the chance that one look notices a person in the picture,

  P(noticed) = E_K [ s r 1(K > 0) + (1 - s) (1 - (1 - r)^K) ]

A verdict on a picture without the place is none: s is no part of the camera's share. P(K = k) follows from the stretches, the
length T of the window and the time d between one look and the next: the first look falls anywhere, the train of looks runs on from
the end of the window to its beginning (so that each look by itself is as likely to fall anywhere), and

  P(K = k; d) = (1/T) |{ u in [0, T) : exactly k of u, u + d, ..., u + (n - 1) d (mod T) lie in view }|

d = 0: all in one go, the least that can be noticed (K is 0 or n; the bracket is concave in K). d = T/n: evenly over the window.
Where d is not known it is drawn evenly between these. For two looks the mean of that is two moments independent of one
another, whose distance round the window is even between 0 and T/2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.quantities import Range

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST = 64  # moments that stand for any larger number of looks
_CELLS = 4096  # equal parts of the window in whose middles the first look is tried; the distance is rounded to them


@dataclass(frozen=True, slots=True)
class InView:
    """When a place was in the picture: stretches (start, end), surely and at most, in seconds of the window."""

    window: tuple[float, float]
    surely: tuple[tuple[float, float], ...]
    at_most: tuple[tuple[float, float], ...]  # holds `surely`
    apart_s: Range | None = None  # between one look and the next; None = not known

    @property
    def length(self) -> float:
        """Seconds of the window."""
        return self.window[1] - self.window[0]

    @property
    def share(self) -> Range:
        """Share of the window in view, from surely to at most."""
        low, high = (sum(b - a for a, b in runs) / self.length for runs in (self.surely, self.at_most))
        return Range(low, max(low, min(high, 1.0)))

    def says(self) -> str:
        """The line of the derivation."""
        runs = self.at_most
        stretches = f"{len(runs)} stretch{'' if len(runs) == 1 else 'es'}"
        longest = f", the longest {max(b - a for a, b in runs):,.0f} s" if runs else ""
        apart = f"{self.apart_s} s apart" if self.apart_s else "from all in one go to evenly over the time"
        return f"they fall {apart}, beginning at any moment; the place was in the picture in {stretches}{longest}"

    def distances(self, n: Floats, share: Floats) -> Floats:
        """Seconds between one look and the next for n looks, (D,): `share` (0-1) of the way between the least and the most."""
        most = self.length / np.maximum(n, 2.0)
        if self.apart_s is None:
            return share * most
        return np.minimum(self.apart_s.low + share * (self.apart_s.high - self.apart_s.low), most)


def correlated_looks(p: Floats, n: Floats, shared: Floats) -> Floats:
    """P(noticed in at least one of n looks), each with chance p, when the share `shared` of the cause is common to all."""
    return np.asarray(shared * p + (1 - shared) * -np.expm1(n * np.log1p(-np.minimum(p, 1 - 1e-12))))


@dataclass(frozen=True, slots=True)
class Met:
    """How many looks met the place in the picture, for D draws: P(k of m) for the whole numbers m on both sides of each draw's n."""

    n: Floats  # (D,) looks
    sides: tuple[tuple[Floats, NDArray[np.int64], Floats], ...]  # weight (D,), m (D,), P(k of m) (D, most + 1)


def met(view: InView, t: Floats, n: Floats, apart_s: Floats) -> Met:
    """Count the looks that fall `apart_s` seconds from one another while the place comes and goes, arrays (D,).

    `t`: share of the window in view, between the ends of `view.share`; what is open (errors of pointing) is open for all stretches at
    once. Between whole numbers of looks the share of looks in view is interpolated. Stretches below a thousandth of the window are met
    roughly. Cost grows with the number of different distances (2,048 at most) x looks x 4,096.
    """
    low, high = view.share.low, view.share.high
    open_ = np.zeros_like(t) if high == low else np.clip((t - low) / (high - low), 0, 1)
    most = min(MOST, int(np.ceil(n.max())))
    fewer = np.minimum(np.floor(n), most).astype(np.int64)
    more = np.minimum(fewer + 1, most)
    part = np.where(fewer < most, n - fewer, 0.0)
    sides = [(1 - part, fewer, np.zeros((len(n), most + 1))), (part, more, np.zeros((len(n), most + 1)))]
    cells = np.rint(apart_s / view.length * _CELLS).astype(np.int64)
    for runs, weight in ((view.surely, 1 - open_), (view.at_most, open_)):
        if not weight.any():
            continue
        inside = _inside(runs, view.window)
        for cell in np.unique(cells):
            here = np.flatnonzero(cells == cell)
            table = _counted(inside, int(cell), int(more[here].max()))
            for _, m, found in sides:
                found[here, : table.shape[1]] += weight[here, None] * table[m[here]]
    return Met(n, tuple(sides))


def timed_looks(counts: Met, p: Floats, shared: Floats) -> Floats:
    """P(noticed), (D,): `p` = P(one look notices | in the picture), `shared` = share of its cause common to all looks."""
    found = np.zeros_like(p)
    for weight, m, chance in counts.sides:
        k = np.arange(chance.shape[1])
        eye = correlated_looks(p[:, None], counts.n[:, None] * k / m[:, None], np.zeros(1))
        noticed = shared[:, None] * p[:, None] * (k > 0) + (1 - shared[:, None]) * eye
        found += weight * (chance * noticed).sum(axis=1)
    return found


def _inside(runs: tuple[tuple[float, float], ...], window: tuple[float, float]) -> NDArray[np.int64]:
    """1 where the middle of a part of the window lies in a run."""
    middles = window[0] + (window[1] - window[0]) * (np.arange(_CELLS) + 0.5) / _CELLS
    return np.searchsorted(np.array(runs, dtype=float).reshape(-1), middles, side="right") % 2


def _counted(inside: NDArray[np.int64], apart: int, most: int) -> Floats:
    """(m to `most`, k to `most`): P(k of m looks, `apart` parts from one another, fall into the runs)."""
    table = np.zeros((most + 1, most + 1))
    hits = np.zeros_like(inside)
    for m in range(1, most + 1):
        hits = hits + np.roll(inside, -apart * (m - 1))
        table[m] = np.bincount(hits, minlength=most + 1) / len(inside)
    return table


def timed_ends(share: Range, p: Range, looks: Range, shared: Range) -> tuple[float, float]:
    """The least and the greatest that any times of the looks allow, each look falling anywhere by itself.

    Least: all in one go, t [s p + (1 - s)(1 - (1 - p)^n)]. Greatest: as many in view as on average, always (Jensen, the bracket
    being concave in K): s p min(1, n t) + (1 - s)(1 - (1 - p)^(n t)).
    """
    least = share.low * float(correlated_looks(*(np.array(x) for x in (p.low, looks.low, shared.high))))
    t, n, s = share.high, looks.high, shared.low
    eye = float(correlated_looks(np.array(p.high), np.array(n * t), np.array(0.0)))
    return least, s * p.high * min(1.0, n * t) + (1 - s) * eye
