"""Ordinary vehicle-days where no tracks exist: errand, delivery and taxi days on a street graph.

Every number is a range drawn per vehicle-day, so that the answer is a range and not one town. Stops per day: taxi 14 of
3 minutes or more (5 taxis of Cabspotting, 113 vehicle-days), delivery 20-60 (parcel vans stand 60 % of their round: Allen et
al. 2018), errands 3-8 (travel surveys count 3-4 trips per private vehicle and day). Destinations follow a power law over
places of the town (Gonzalez, Hidalgo & Barabasi 2008), whose exponent is drawn from 0.6-1.2; routes are shortest paths at
18-35 km/h. The watched places are destinations too: `busy` gives them the rank of the town's most visited tenth, otherwise
they are as likely as any other; the truth is not known and both are reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.track.model import Frame, Tracks

if TYPE_CHECKING:
    from blindspot.measure.track.model import Floats, Ints

KINDS = ("errand", "delivery", "taxi")
STOPS = {"errand": (3, 8), "delivery": (20, 60), "taxi": (10, 20)}  # per day
DWELL_S = {"errand": (300, 5400), "delivery": (120, 900), "taxi": (180, 1800)}
BLOCK_M = 250.0  # spacing of the streets where no OSM extract is given (judgement)
EVERY_S = 30.0
DESTINATIONS, HOMES = 250, 60
SEED = 20210829


@dataclass(frozen=True, slots=True)
class Streets:
    """A street graph: nodes in metres, edges between nodes with their lengths."""

    x: Floats
    y: Floats
    edges: Ints  # (edges, 2)
    metres: Floats


def grid_streets(x: Floats, y: Floats, margin_m: float = 3000.0, seed: int = SEED) -> Streets:
    """Crooked streets about the places of a case: a grid of BLOCK_M, each crossing moved by up to a quarter of a block."""
    rng = np.random.default_rng(seed)
    wide = max(np.ptp(x), np.ptp(y)) + 2 * margin_m
    step = max(BLOCK_M, wide / 90)  # at most some 8,000 crossings
    gx = np.arange(x.min() - margin_m, x.max() + margin_m + step, step)
    gy = np.arange(y.min() - margin_m, y.max() + margin_m + step, step)
    nx, ny = np.meshgrid(gx, gy)
    px = nx.ravel() + rng.uniform(-step / 4, step / 4, nx.size)
    py = ny.ravel() + rng.uniform(-step / 4, step / 4, ny.size)
    number = np.arange(nx.size).reshape(nx.shape)
    edges = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    edges = edges[rng.random(len(edges)) < 0.9]  # a tenth of the blocks has no street through
    return Streets(px, py, edges, np.hypot(px[edges[:, 0]] - px[edges[:, 1]], py[edges[:, 0]] - py[edges[:, 1]]))


@dataclass(frozen=True, slots=True)
class Routes:
    """Shortest paths from every destination and home of the town. watched: the crossing of each watched place."""

    streets: Streets
    watched: Ints
    town: Ints
    homes: Ints
    row: dict[int, int]  # node -> row of back
    back: Ints  # (destinations, nodes) the node before, on the way from the row's node


def routes(streets: Streets, places_x: Floats, places_y: Floats, *, seed: int = SEED) -> Routes:
    """The town's destinations and the ways between them; only what a route can reach is a destination."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components, dijkstra
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(seed)
    n = len(streets.x)
    i, j = streets.edges.T
    graph = coo_matrix((np.tile(streets.metres, 2), (np.r_[i, j], np.r_[j, i])), shape=(n, n)).tocsr()
    _, part = connected_components(graph, directed=False)
    main = np.flatnonzero(part == np.bincount(part).argmax())
    _, near = cKDTree(np.column_stack([streets.x[main], streets.y[main]])).query(np.column_stack([places_x, places_y]))
    chosen = rng.permutation(main)
    town, homes = chosen[:DESTINATIONS], chosen[DESTINATIONS : DESTINATIONS + HOMES]
    homes = homes if len(homes) else town
    nodes = np.unique(np.concatenate([town, homes, main[near]]))
    _, back = dijkstra(graph, indices=nodes, return_predecessors=True)
    return Routes(
        streets, main[near], town, homes, {int(node): k for k, node in enumerate(nodes)}, np.asarray(back, np.int64)
    )


def synthetic_days(
    roads: Routes,
    frame: Frame | None,
    *,
    vehicles: int = 60,
    busy: bool = False,
    start_s: float = 0.0,
    hours: float = 14.0,
    seed: int = SEED,
) -> Tracks:
    """One day of each of so many vehicles, a third of each kind, with a fix every 30 s from start_s (s since 1970).

    The day begins and ends at home.
    """
    rng = np.random.default_rng([seed, int(busy)])
    streets = roads.streets
    grid = np.arange(0.0, hours * 3600.0, EVERY_S)
    names, xs, ys = [], [], []
    for v in range(vehicles):
        kind = KINDS[v % 3]
        targets = _targets(roads.town, roads.watched, busy, rng)
        weight = (1.0 + np.arange(len(targets))) ** -rng.uniform(0.6, 1.2)
        count = int(rng.integers(*STOPS[kind], endpoint=True))
        home = int(rng.choice(roads.homes))
        order = rng.choice(targets, size=count, p=weight / weight.sum())
        visits = np.concatenate([[home], order[np.insert(np.diff(order) != 0, 0, True)], [home]])
        if kind == "delivery":  # a round: drops in order of their bearing from the depot
            bearing = np.arctan2(streets.y[visits[1:-1]] - streets.y[home], streets.x[visits[1:-1]] - streets.x[home])
            visits[1:-1] = visits[1:-1][np.argsort(bearing)]
        t, x, y = _drive(roads, visits, DWELL_S[kind], rng)
        names.append(f"{kind}-{v:03d}")
        xs.append(np.interp(grid, t, x) + rng.normal(0, 5, len(grid)))
        ys.append(np.interp(grid, t, y) + rng.normal(0, 5, len(grid)))
    start = np.arange(vehicles + 1, dtype=np.int64) * len(grid)
    return Tracks(tuple(names), start, np.tile(start_s + grid, vehicles), np.concatenate(xs), np.concatenate(ys), frame)


def _targets(town: Ints, watched: Ints, busy: bool, rng: np.random.Generator) -> Ints:
    """Destinations in order of how much they draw; each vehicle has an order of its own, half of it shared by the town."""
    own = town.astype(float).argsort()  # the town's order
    rank = 0.5 * own + 0.5 * rng.permutation(len(town))
    places = town[np.argsort(rank)]
    top = max(len(places) // 10, 1)
    for node in np.unique(watched):
        places = np.insert(places, rng.integers(0, top if busy else len(places) + 1), node)
    return places


def _drive(
    roads: Routes, visits: Ints, dwell: tuple[int, int], rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Times and places along the day: stand, go by the shortest path, stand."""
    streets = roads.streets
    now = 0.0
    points = [(0.0, float(streets.x[visits[0]]), float(streets.y[visits[0]]))]
    low, high = np.log(dwell[0]), np.log(dwell[1])
    for a, b in pairwise(visits):
        path = [int(b)]
        while path[-1] != a and roads.back[roads.row[int(a)], path[-1]] >= 0:
            path.append(int(roads.back[roads.row[int(a)], path[-1]]))
        speed = rng.uniform(18, 35) / 3.6
        side = rng.normal(0, 20, 2)  # parked beside the crossing
        now += float(np.exp(rng.uniform(low, high)))
        points.append((now, points[-1][1], points[-1][2]))
        for node in path[::-1][1:]:
            px, py = float(streets.x[node]), float(streets.y[node])
            if node == b:
                px, py = px + side[0], py + side[1]
            now += max(float(np.hypot(px - points[-1][1], py - points[-1][2])) / speed, 1.0)
            points.append((now, px, py))
    points.append((now + dwell[1], points[-1][1], points[-1][2]))
    t, x, y = np.array(points).T
    return t, x, y
