"""The relief recursion in machine code: loaded only where sorties are simulated."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def fly(aircraft, transit, station, turnaround, aborts):  # type: ignore[no-untyped-def]
    """One orbit held by `aircraft` aircraft through len(station) sorties.

    transit, station, turnaround: hours per sortie (transit one way). aborts: 0 = flown as planned, else the share of the
    way out at which it turned back. The aircraft that is ready first flies next; it leaves so as to arrive when the one
    on station must go, or as soon as it can. A spare is called when the abort is known.
    Returns hours covered, hours elapsed, hours in transit, hours in the air, longest gap.
    """
    ready = np.zeros(aircraft)
    leaves = 0.0  # when the one on station goes
    known = 0.0  # when the last abort was known
    covered = 0.0
    moving = 0.0
    flown = 0.0
    gap = 0.0
    first = 0.0
    for i in range(station.size):
        k = 0
        for j in range(1, aircraft):
            if ready[j] < ready[k]:
                k = j
        start = leaves - transit[i]
        start = max(start, ready[k])
        start = max(start, known)
        if i == 0:
            start = 0.0
            first = transit[i]
            leaves = first
        if aborts[i] > 0.0:
            out = aborts[i] * transit[i]
            known = start + out
            moving += 2.0 * out
            flown += 2.0 * out
            ready[k] = start + 2.0 * out + turnaround[i]
            continue
        arrives = start + transit[i]
        gap = max(gap, arrives - leaves)
        covered += station[i]
        leaves = arrives + station[i]
        moving += 2.0 * transit[i]
        flown += 2.0 * transit[i] + station[i]
        ready[k] = leaves + transit[i] + turnaround[i]
    return covered, leaves - first, moving, flown, gap
