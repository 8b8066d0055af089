"""Files of positions -> the tables of `blindspot track`: stops under many settings, gaps with what they may hide.

The p of a stop is the even pool (Stone 1961) of two answers: the share of settings under which it is a stop, and the mean
P(stopped) of its fixes by the hidden Markov chain. Each is given beside it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.measure.track.stops.hidden import gaps
from blindspot.measure.track.stops.hmm import stopped
from blindspot.measure.track.stops.multiverse import grid, multiverse

if TYPE_CHECKING:
    from blindspot.errors import Problem
    from blindspot.measure.track.model import Tracks
    from blindspot.measure.track.stops.hmm import Law


def summarise(
    tracks: Tracks, problems: tuple[Problem, ...] = (), *, min_s: float = 180.0, law: Law | None = None
) -> dict[str, Any]:
    """`{"tracks", "stops", "gaps", "problems", "settings"}` as plain data; times in UTC, places in degrees.

    Tracks on a plane have x, y in metres and lat, lon null. law: of the hidden Markov chain, None for that of these tracks.
    """
    many = multiverse(tracks, grid(min_s))
    p = stopped(tracks, law) if len(tracks.t) else np.zeros(0)
    total = np.concatenate(([0.0], np.cumsum(p)))
    found = many.stops
    chain = (total[found.last + 1] - total[found.first]) / (found.last - found.first + 1)
    degrees = tracks.frame.to_degrees(found.x, found.y) if tracks.frame else None
    rows = []
    for k in range(len(found.first)):
        lat, lon = (float(degrees[0][k]), float(degrees[1][k])) if degrees else (None, None)
        rows.append(
            {
                "track": tracks.ids[int(found.track[k])],
                "start": stamp(found.start[k]),
                "end": stamp(found.end[k]),
                "lat": _round(lat, 6),
                "lon": _round(lon, 6),
                "p": round(float(many.share[k] + chain[k]) / 2, 4),
                "agreement": round(float(many.share[k]), 4),
                "p_stopped": round(float(chain[k]), 4),
            }
            | ({} if degrees else {"x": round(float(found.x[k]), 2), "y": round(float(found.y[k]), 2)})
        )
    holes = gaps(tracks)
    hidden = [
        {
            "track": tracks.ids[int(holes.track[k])],
            "start": stamp(tracks.t[holes.before[k]]),
            "end": stamp(tracks.t[holes.before[k] + 1]),
            "seconds": round(float(holes.seconds[k]), 1),
            "metres": round(float(holes.metres[k]), 1),
            "p_stop": None if np.isnan(holes.p[k]) else round(float(holes.p[k]), 4),
        }
        for k in range(len(holes.before))
    ]
    table = []
    for k, (name, part) in enumerate(tracks):
        low, median, high = many.count_range(k)
        mine = holes.p[(holes.track == k) & ~np.isnan(holes.p)]
        table.append(
            {
                "id": name,
                "points": part.stop - part.start,
                "start": stamp(tracks.t[part.start]),
                "end": stamp(tracks.t[part.stop - 1]),
                "stops": {"low": low, "median": median, "high": high},
                "hidden_stops": {"expected": round(float(mine.sum()), 2), "gaps": int((holes.track == k).sum())},
            }
        )
    return {
        "tracks": table,
        "stops": rows,
        "gaps": hidden,
        "settings": {"runs": len(many.settings), "least_seconds": min_s},
        "problems": [problem_row(problem) for problem in problems],
    }


def joined(parts: list[dict[str, Any]], problems: tuple[Problem, ...]) -> dict[str, Any]:
    """The tables of several parts of the vehicles as one, in order of their names."""
    out: dict[str, Any] = {
        key: sorted(
            (row for part in parts for row in part[key]), key=lambda row: str(row["id" if key == "tracks" else "track"])
        )
        for key in ("tracks", "stops", "gaps")
    }
    return out | {"settings": parts[0]["settings"], "problems": [problem_row(problem) for problem in problems]}


def problem_row(problem: Problem) -> dict[str, Any]:
    """A problem as plain data, keys as in `blindspot check --json`."""
    where = problem.where
    return {
        "file": where.file,
        "row": where.row,
        "column": where.column,
        "what": problem.what,
        "got": problem.got,
        "right": problem.right,
    }


def stamp(seconds: float) -> str:
    """Seconds since 1970 -> `2021-08-29T12:23:00Z`, to the second."""
    return datetime.fromtimestamp(round(float(seconds)), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
