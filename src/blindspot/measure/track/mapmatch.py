"""On which streets did it drive? Tracks matched to an OSM extract by LeuvenMapMatching, a hidden Markov chain over streets.

The chain has non-emitting states, so that fixes further apart than a block are joined by the likeliest way (Meert &
Verbeke 2018, after Newson & Krumm 2009). The library is an extra (`pip install blindspot[roads]`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from blindspot.measure.track.baserate.synthetic import Streets
    from blindspot.measure.track.model import Floats, Ints, Tracks


@dataclass(frozen=True, slots=True)
class Matched:
    """Fixes on streets: position on the street and how far the fix lies off, NaN where none was found; the ways driven.

    way: numbers of street nodes along each track, one array per track.
    """

    x: Floats
    y: Floats
    off_m: Floats
    way: tuple[Ints, ...]


def match(tracks: Tracks, streets: Streets, *, error_m: float = 20.0, most_m: float = 150.0) -> Matched:
    """Every track on the streets. error_m: one deviation of a fix; most_m: no street further off than this is taken.

    Raises UsageError where the library is not installed.
    """
    try:
        from leuvenmapmatching.map.inmem import InMemMap
        from leuvenmapmatching.matcher.distance import DistanceMatcher
    except ImportError as error:
        raise UsageError("matching to roads needs LeuvenMapMatching: pip install 'blindspot[roads]'.") from error
    logging.getLogger("be.kuleuven.cs.dtai.mapmatching").setLevel(logging.ERROR)  # it advises an index on every run
    roads = InMemMap("streets", use_latlon=False, use_rtree=False, index_edges=False)
    for k, (x, y) in enumerate(zip(streets.x.tolist(), streets.y.tolist(), strict=True)):
        roads.add_node(k, (y, x))
    for a, b in streets.edges.tolist():
        roads.add_edge(a, b)
        roads.add_edge(b, a)
    out = np.full((3, len(tracks.t)), np.nan)
    ways: list[Ints] = []
    for _, part in tracks:
        path = list(zip(tracks.y[part].tolist(), tracks.x[part].tolist(), strict=True))
        nodes: list[int] = []
        begin = 0
        while begin < len(path):  # a stretch off the map is left out, and the matching begins anew behind it
            matcher = DistanceMatcher(
                roads,
                max_dist=most_m,
                obs_noise=error_m,
                min_prob_norm=1e-3,
                non_emitting_states=True,
                max_lattice_width=10,
            )
            _, last = matcher.match(path[begin:])
            for m in matcher.lattice_best or []:
                if m.edge_o.is_point():
                    at = part.start + begin + m.obs
                    y, x = m.edge_m.pi
                    out[:, at] = x, y, np.hypot(x - tracks.x[at], y - tracks.y[at])
                nodes += [n for n in (m.edge_m.l1, m.edge_m.l2) if n is not None and (not nodes or nodes[-1] != n)]
            begin += max(int(last), 0) + 1
        ways.append(np.array(nodes, np.int64))
    return Matched(out[0], out[1], out[2], tuple(ways))
