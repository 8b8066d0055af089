"""At a given ground sample distance, would a person be made out at all, and as a person?

Target Task Performance (Vollmerhausen & Jacobs 2004): with x = N / N50 resolved pixels over the critical dimension,
P = x^E / (1 + x^E), E = 2.7 + 0.7 x. The critical dimension is the root of height times width as seen from about 45
degrees: adult 0.85 m, child of five 0.53 m (our calculation). N50 in pixels is twice Johnson's cycles: to detect that
something is there 2 (1.0 +/- 0.25 cycles), to recognise it as a person 8 (4.0 +/- 0.8). Without attention and time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.quantities import Range

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ADULT, CHILD = 0.85, 0.53  # m
DETECT, RECOGNISE = 2.0, 8.0  # pixels over the critical dimension for one half
SPREAD = {DETECT: Range(1.5, 2.5), RECOGNISE: Range(6.4, 9.6)}  # Johnson's spread, in pixels
BASIS = "TTPF with Johnson's criteria, from recognised as a person to something detected"


def task_probability(gsd_m: ArrayLike, size_m: float, n50: ArrayLike) -> NDArray[np.float64]:
    """P(the task succeeds) for a thing of `size_m` at `gsd_m` metres per pixel."""
    x = size_m / np.asarray(gsd_m, dtype=float) / np.asarray(n50, dtype=float)
    # x^E / (1 + x^E) = 1 / (1 + exp(-E log x)): no overflow for very fine pixels
    return np.asarray(1 / (1 + np.exp(-np.clip((2.7 + 0.7 * x) * np.log(x), -700, 700))))


def resolved(gsd_m: Range, size_m: float) -> Range:
    """From "recognised as a person" at the coarse end to "something detected" at the fine end."""
    low = task_probability(gsd_m.high, size_m, SPREAD[RECOGNISE].high)
    high = task_probability(gsd_m.low, size_m, SPREAD[DETECT].low)
    return Range(float(low), float(high))


def resolved_draws(
    gsd_m: Range, size_m: float, gsd: NDArray[np.float64], task: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The same for shares (0-1) of the ranges of resolution and of the task, both even in log."""
    return task_probability(
        gsd_m.low * (gsd_m.high / gsd_m.low) ** gsd,
        size_m,
        SPREAD[DETECT].low * (SPREAD[RECOGNISE].high / SPREAD[DETECT].low) ** task,
    )
