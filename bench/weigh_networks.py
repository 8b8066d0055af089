"""Networks to time and compare on: read from BIF, or made; sliced by evidence; drawn parameter sets."""

import itertools
from dataclasses import dataclass

import numpy as np

from bif import read_bif


@dataclass
class Net:
    name: str
    states: dict  # variable -> labels
    parents: dict  # variable -> variables
    tables: dict  # variable -> array (parents..., variable)

    @property
    def sizes(self):
        return {v: len(labels) for v, labels in self.states.items()}

    @property
    def numbers(self):
        return sum(t.size for t in self.tables.values())

    @property
    def leaves(self):
        inner = {p for over in self.parents.values() for p in over}
        return [v for v in self.states if v not in inner]

    @property
    def roots(self):
        return [v for v in self.states if not self.parents[v]]

    def scope(self, v):
        return (*self.parents[v], v)


def folder(root):
    """All networks of the folder, by name."""
    for path in sorted(root.glob("*bif/*.bif")):
        net = read_bif(path)
        yield path, Net(path.stem, net.states, net.parents, net.tables)


def dense(count, width, states=2, seed=0):
    """A network whose moral graph is a random tree of cliques of width + 1: the hardest of its width."""
    rng = np.random.default_rng(seed)
    names = [f"v{i}" for i in range(count)]
    parents, cliques = {}, []
    for i, v in enumerate(names):
        if i <= width:
            over = names[:i]
        else:
            over = list(cliques[rng.integers(len(cliques))])
            over.pop(rng.integers(len(over)))
        parents[v] = over
        if i >= width:
            cliques.append((*over, v))
    tables = {v: np.empty([states] * (len(parents[v]) + 1)) for v in names}
    labels = [str(k) for k in range(states)]
    return Net(f"made, {count} binary, every clique of {width + 1}", dict.fromkeys(names, labels), parents, tables)


def induced_width(net):
    """Width of elimination by least fill-in on the moral graph: the largest clique, less one."""
    near = {v: set() for v in net.states}
    for v in net.states:
        for u in net.scope(v):
            near[u] |= set(net.scope(v)) - {u}
    width = 0
    while near:
        v = min(near, key=lambda v: (sum(b not in near[a] for a, b in itertools.combinations(sorted(near[v]), 2)), v))
        clique = near.pop(v)
        width = max(width, len(clique))
        for a in clique:
            near[a] |= clique - {a}
            near[a].discard(v)
    return width


def parameter_sets(net, rows, seed=0):
    """`rows` random sets of all tables, each (parents..., variable, rows); every number between about .01 and .99."""
    rng = np.random.default_rng(seed)
    sets = {}
    for v, table in net.tables.items():
        drawn = rng.random((*table.shape, rows))
        drawn += 0.05
        drawn /= drawn.sum(axis=-2, keepdims=True)
        sets[v] = drawn
    return sets


def forward_sample(net, seed=0):
    """One possible world: variable -> state number."""
    rng, world, waiting = np.random.default_rng(seed), {}, list(net.states)
    while waiting:
        v = next(v for v in waiting if all(p in world for p in net.parents[v]))
        waiting.remove(v)
        p = net.tables[v][tuple(world[u] for u in net.parents[v])]
        world[v] = int(np.searchsorted(np.cumsum(p), rng.random() * p.sum(), side="right"))
    return world


def sliced(net, tables, evidence):
    """Scopes and tables with the observed variables cut out: what each peer does inside as well."""
    scopes, cut = [], []
    for v in net.states:
        scope = net.scope(v)
        scopes.append(tuple(u for u in scope if u not in evidence))
        cut.append(tables[v][tuple(evidence.get(u, slice(None)) for u in scope)])
    return scopes, cut
