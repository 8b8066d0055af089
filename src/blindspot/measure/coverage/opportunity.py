"""Could they have told? The chance that a person was noticed, as a product of ranges with its working shown.

  P(one look) = line of sight x resolved x attention (x outdoors ...)
  P(noticed)  = on station x in view x [ s p + (1 - s) (1 - (1 - p)^n) ]
Several looks are not independent: with the share s of the cause common to all n looks they count as one; field tests of
searchers, where a second one raises detection by 1.3 and a third adds nothing (Koester 2018), put s at 0.4 or more. Where a path
shows when the place was in the picture, each look meets it or not by its moment (`looks`).
Every factor is drawn uniformly in log-odds between its ends, or worked out from drawn measures; `weigh` takes the quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.coverage.looks import correlated_looks, met, timed_ends, timed_looks
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.measure.coverage.looks import InView

DRAWS = 4096
SEED = 20210829
SHARED = Range(0.4, 1.0)
SHARED_BASIS = "Koester 2018: a second searcher multiplies detection by 1.3, a third adds nothing; upper end judgement"
PHYSICAL = ("wall", "width", "depression", "gsd", "task")  # measures that are drawn before any factor
ATTENTION = "attention"  # the factor that fails partly for everybody at once
_COLUMNS = 24
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Factor:
    """One link of the chain: a probability between two ends and where it comes from."""

    name: str
    range: Range  # the least and the greatest that can be
    basis: str
    each_look: bool = False  # False: it holds for the whole watch
    view: InView | None = None  # of a look: when the place was in the picture; it fails for everybody at once
    samples: NDArray[np.float64] | None = None  # (4096,) where it was worked out from drawn measures (`physical`)


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A computed probability that `weigh` can refer to as `stage:id`: its range, samples and derivation."""

    id: str  # for example coverage:courtyard
    low: float  # 5 % of the draws
    median: float
    high: float  # 95 %
    envelope: Range  # the least and the greatest that the ranges allow
    samples: NDArray[np.float64]  # (4096,), draw by draw
    chain: tuple[str, ...]  # the derivation, a line per step
    shared: NDArray[np.float64] | None = None  # (4096,) of that, P(what fails for everybody at once did not); None: 1

    def offered(self) -> dict[str, object]:
        """What a stage hands to the weighing (`quantities.Offer`): id without its stage, quantiles, derivation."""
        return {
            "id": self.id.partition(":")[2],
            "quantiles": [round(float(q), 6) for q in self.quantiles],
            "says": list(self.chain),
        }

    @property
    def quantiles(self) -> NDArray[np.float64]:
        """0, 1, ..., 100 per cent of the draws."""
        return np.asarray(np.quantile(self.samples, np.linspace(0, 1, 101)))

    @property
    def shared_levels(self) -> tuple[float, ...]:
        """`shared` beside each of the quantiles: its mean over the draws near it."""
        if self.shared is None:
            return (1.0,) * 101
        ordered = self.shared[np.argsort(self.samples, kind="stable")]
        return tuple(float(part.mean()) for part in np.array_split(ordered, 101))


def opportunity(
    key: str, factors: Sequence[Factor], looks: Range, shared: Range = SHARED, shared_basis: str = SHARED_BASIS
) -> Opportunity:
    """The offer of one place. Raises UsageError for a factor outside 0-1, no look at all, or no factor."""
    if not factors:
        raise UsageError(f"{key}: no factor is given; nothing can be said of what could be seen")
    for f in factors:
        if f.range.low < 0 or f.range.high > 1:
            raise UsageError(f"{key}: {f.name} is {f.range}; a probability lies between 0 and 1")
    if looks.low < 1:
        raise UsageError(f"{key}: looks is {looks}; a watch holds at least one look")
    shares = _drawn(len(PHYSICAL) + len(factors) + 4)[len(PHYSICAL) :]
    drawn = [_drawn_factor(f, shares[i]) for i, f in enumerate(factors)]
    last = shares[len(factors) :]
    n = np.exp(np.log(looks.low) + (np.log(looks.high) - np.log(looks.low)) * last[0])
    common = shared.low + (shared.high - shared.low) * last[1]
    watch, look, everybody = _products(factors, drawn, last[2])
    counts = [met(f.view, x, n, f.view.distances(n, last[3])) for f, x in zip(factors, drawn, strict=True) if f.view]

    def noticed(p: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(watch * (timed_looks(counts[0], p, common) if counts else correlated_looks(p, n, common)))

    ends = _ends(factors, looks, shared)
    return offer(key, noticed(look), ends, _chain(factors, looks, shared, shared_basis), noticed(everybody))


def _drawn_factor(f: Factor, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4096,): worked out already, or evenly (a measured share of the time), or uniform in log-odds."""
    if f.samples is not None:
        return f.samples
    return f.range.low + (f.range.high - f.range.low) * share if f.view is not None else between(f.range, share)


def _products(
    factors: Sequence[Factor], drawn: Sequence[NDArray[np.float64]], split: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(4096,) each: P(the watch as a whole), P(one look notices, in the picture), and P(of a look, what fails for everybody did not).

    An aircraft that is not there sees nobody, however many are there. Attention is partly of that kind: whoever does not turn to a
    place misses all in it, whoever turns to it may still pass over one of them. How it splits has not been measured: the common part is
    attention to a power between 0 and 1.
    """
    watch, look, everybody = np.ones(DRAWS), np.ones(DRAWS), np.ones(DRAWS)
    for f, x in zip(factors, drawn, strict=True):
        if not f.each_look:
            watch = watch * x
        elif f.view is None:
            look = look * x
            everybody = everybody * (x**split if f.name == ATTENTION else 1.0)
    return watch, look, everybody


def _ends(factors: Sequence[Factor], looks: Range, shared: Range) -> Range:
    """The least and the greatest that the ranges allow."""

    def product(end: str, *, each_look: bool) -> float:
        return float(np.prod([getattr(f.range, end) for f in factors if f.each_look is each_look and f.view is None]))

    watch, look = (Range(*(product(end, each_look=each) for end in ("low", "high"))) for each in (False, True))
    for f in factors:
        if f.view is not None:
            low, high = timed_ends(f.range, look, looks, shared)
            return Range(watch.low * low, watch.high * high)
    low, high = (
        float(correlated_looks(np.array(p), np.array(n), np.array(s)))
        for p, n, s in ((look.low, looks.low, shared.high), (look.high, looks.high, shared.low))
    )
    return Range(watch.low * low, watch.high * high)


def offer(
    key: str,
    samples: NDArray[np.float64],
    envelope: Range,
    chain: Sequence[str],
    shared: NDArray[np.float64] | None = None,
) -> Opportunity:
    """An offer from samples."""
    low, median, high = (float(x) for x in np.quantile(samples, [0.05, 0.5, 0.95]))
    last = f"= {key}: median {median:.3g}, 5-95 % {low:.3g}-{high:.3g}, at most {envelope.low:.3g}-{envelope.high:.3g}"
    return Opportunity(key, low, median, high, envelope, samples, (*chain, last), shared)


def either(key: str, offers: Sequence[Opportunity], shared: Range = SHARED) -> Opportunity:
    """Several watches of one place: noticed in at least one, between "the same cause" (the best) and independent."""
    if len(offers) == 1:
        return replace(offers[0], id=key)
    common = (shared.low + shared.high) / 2
    stack = np.stack([o.samples for o in offers])
    samples = common * stack.max(axis=0) + (1 - common) * (1 - np.prod(1 - stack, axis=0))
    lows, highs = np.array([o.envelope.low for o in offers]), np.array([o.envelope.high for o in offers])
    chain = [line for o in offers for line in o.chain]
    chain.append(f"noticed in at least one of {len(offers)} watches, {common:.2g} of the cause shared")
    whole = 1 - np.prod([1 - (np.ones_like(samples) if o.shared is None else o.shared) for o in offers], axis=0)
    return offer(key, samples, Range(float(lows.max()), float(1 - np.prod(1 - highs))), chain, whole)


def physical() -> dict[str, NDArray[np.float64]]:
    """Shares (0-1) of the ranges of the measured quantities, (4096,) each: the same for every factor of a watch, so that
    a high wall both hides and shades.
    """
    return dict(zip(PHYSICAL, _drawn(len(PHYSICAL)), strict=True))


def mixed(key: str, first: Opportunity, second: Opportunity) -> Opportunity:
    """One person who is as likely of the first kind as of the second: draws in turn."""
    odd = np.arange(DRAWS) % 2 == 1
    e, f = first.envelope, second.envelope
    both = Range(min(e.low, f.low), max(e.high, f.high))
    return offer(key, np.where(odd, second.samples, first.samples), both, (*first.chain, *second.chain))


def between(r: Range, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Uniform in log-odds between the ends; a fixed number stays exact."""
    if r.low == r.high:
        return np.full(len(share), r.low)
    low, high = (min(max(x, _EDGE), 1 - _EDGE) for x in (r.low, r.high))
    a, b = np.log(low / (1 - low)), np.log(high / (1 - high))
    return np.asarray(1 / (1 + np.exp(-(a + (b - a) * share))))


def _chain(factors: Sequence[Factor], looks: Range, shared: Range, basis: str) -> list[str]:
    ordered = [f for f in factors if not f.each_look] + [f for f in factors if f.each_look]
    lines, before = [], ""
    for i, f in enumerate(ordered):
        numbers = f"{f.range.low:.3g}-{f.range.high:.3g}" if f.range.low < f.range.high else f"{f.range.low:.3g}"
        if f.samples is not None:
            low, high = np.quantile(f.samples, [0.05, 0.95])
            numbers += f", 5-95 % of draws {low:.3g}-{high:.3g}"
        lines.append(f"{'x ' if i else ''}{f.name} {numbers} ({'as above' if f.basis == before else f.basis})")
        before = f.basis
    if looks.high > 1:
        lines.append(f"looks {looks}, of which {shared} of the cause is shared ({basis})")
        lines += [f.view.says() for f in ordered if f.view is not None]
    return lines


def _drawn(columns: int) -> NDArray[np.float64]:
    """The first columns of one Latin hypercube (McKay et al. 1979), (columns, 4096): every column holds each of 4096
    equal slices once, and does not depend on how many are asked for.
    """
    return _hypercube()[:columns]


@cache
def _hypercube() -> NDArray[np.float64]:
    rng = np.random.default_rng(SEED)
    return np.array([(rng.permutation(DRAWS) + rng.random(DRAWS)) / DRAWS for _ in range(_COLUMNS)])
