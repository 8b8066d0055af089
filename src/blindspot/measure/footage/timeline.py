"""How do several clips lie on one timeline? Each by its own clocks, with the spread between them; none is moved to fit another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.footage.stills import utc

if TYPE_CHECKING:
    from blindspot.measure.footage.clip import Clip


def timeline(clips: list[Clip]) -> list[dict[str, Any]]:
    """A row per clip and absolute clock: first and last reading in microseconds since 1970 and in words, and how far it is from
    the clip's other absolute clocks (seconds; null for a single one). A clip without an absolute clock has a row that says so.
    """
    rows: list[dict[str, Any]] = []
    for clip in clips:
        absolute = [c for c in clip.clocks if c.absolute and np.isfinite(c.first)]
        for clock in absolute:
            others = [o.first for o in absolute if o is not clock]
            apart = max((abs(clock.first - other) / 1e6 for other in others), default=None)
            rows.append(
                {"clip": clip.name, "clock": clock.name, "start_us": int(clock.first), "end_us": int(clock.last),
                 "start": utc(clock.first), "end": utc(clock.last), "apart_s": apart}
            )  # fmt: skip
        if not absolute:
            rows.append(
                {
                    "clip": clip.name,
                    "clock": "none: it cannot be placed in time",
                    "start_us": None,
                    "end_us": None,
                    "start": "",
                    "end": "",
                    "apart_s": None,
                }
            )
    return sorted(rows, key=lambda r: (r["start_us"] is None, r["start_us"] or 0, r["clip"]))
