"""The peers, used as their manuals advise for repeated runs: one network, tables overwritten in place, one inference a set.

Each takes tables that already lie in its own memory layout, so that a set costs it the copy alone.
"""

import re
import tempfile
import time
from pathlib import Path

import numpy as np
import pyagrum as gum
from pgmpy.factors.discrete import TabularCPD
from pgmpy.inference import VariableElimination
from pgmpy.models import DiscreteBayesianNetwork

gum.initRandom(1)
ENGINES = (gum.VariableElimination, gum.LazyPropagation, gum.ShaferShenoyInference)


class PyAgrum:
    def __init__(self, net, asked, evidence):
        self.net, self.asked, self.evidence = net, asked, evidence
        self.bn = gum.BayesNet()
        for v, labels in net.states.items():
            self.bn.add(gum.RangeVariable(v, v, 0, len(labels) - 1))
        for v, over in net.parents.items():
            for parent in over:
                self.bn.addArc(parent, v)
        self.tensors = {v: self.bn.cpt(v) for v in net.states}
        self.layout = {
            v: [net.scope(v).index(name) for name in reversed(tensor.names)] for v, tensor in self.tensors.items()
        }
        self.engine = None

    def prepared(self, tables):
        return [(self.tensors[v], np.ascontiguousarray(t.transpose(self.layout[v]))) for v, t in tables.items()]

    def write(self, prepared):
        for tensor, table in prepared:
            tensor.fillWith(table)

    def start(self, engine):
        self.engine = engine(self.bn)
        self.engine.setNumberOfThreads(1)
        self.engine.setTargets(set(self.asked))
        self.engine.setEvidence(self.evidence)

    def answer(self):
        self.engine.setEvidence(self.evidence)  # makes it forget what it knows of the tables
        self.engine.makeInference()
        return [self.engine.posterior(v) for v in self.asked]

    def seconds(self, sets):
        """Seconds per set with its fastest exact engine, and its last answers."""
        best = None
        for engine in ENGINES:
            self.write(sets[0])
            self.start(engine)
            self.answer()
            taken = _taken(lambda one: (self.write(one), self.answer()), sets[: max(2, len(sets) // 5)])
            best = min(best or (taken, engine), (taken, engine), key=lambda pair: pair[0])
        self.start(best[1])
        taken = _taken(lambda one: (self.write(one), self.answer()), sets)
        return taken, {v: p.toarray() for v, p in zip(self.asked, self.answer(), strict=True)}


class Pgmpy:
    def __init__(self, net, asked, evidence):
        self.asked, self.evidence = asked, evidence
        model = DiscreteBayesianNetwork()
        model.add_nodes_from(net.states)
        model.add_edges_from((p, v) for v, over in net.parents.items() for p in over)
        self.cpds = {}
        for v, over in net.parents.items():
            sizes = [len(net.states[p]) for p in over]
            flat = np.full((len(net.states[v]), int(np.prod(sizes))), 1 / len(net.states[v]))
            self.cpds[v] = TabularCPD(v, len(net.states[v]), flat, over or None, sizes or None)
        model.add_cpds(*self.cpds.values())
        self.engine = VariableElimination(model)

    def prepared(self, tables):
        return [(self.cpds[v], np.ascontiguousarray(np.moveaxis(t, -1, 0))) for v, t in tables.items()]

    def one(self, prepared):
        for cpd, table in prepared:
            cpd.values = table
        return self.engine.query(self.asked, self.evidence, show_progress=False)  # "greedy", its fastest order

    def seconds(self, sets):
        self.one(sets[0])
        taken = _taken(self.one, sets)
        return taken, {self.asked[0]: self.one(sets[-1]).values}


def _taken(one, sets):
    start = time.process_time()
    for each in sets:
        one(each)
    return (time.process_time() - start) / len(sets)


def read_by_pyagrum(path, net):
    """The network as pyAgrum itself reads it, and what it refused at first: it knows no labels such as `Asy/Patch` or `<5`."""
    try:
        return gum.loadBN(str(path)), ""
    except gum.GumException:
        odd = sorted({label for labels in net.states.values() for label in labels if not re.fullmatch(r"\w+", label)})
        text = path.read_text()
        for k, label in enumerate(odd):
            text = re.sub(rf"(?<=[{{,(\s]){re.escape(label)}(?=[\s,)}}])", f"label{k}", text)
        with tempfile.TemporaryDirectory() as folder:
            mended = Path(folder) / path.name
            mended.write_text(text)
            return gum.loadBN(
                str(mended)
            ), f"refused as it stands; read with the labels {', '.join(f'`{label}`' for label in odd)} renamed"


def posteriors(bn, evidence):
    engine = gum.LazyPropagation(bn)
    engine.setEvidence(evidence)
    engine.makeInference()
    return {v: engine.posterior(v).toarray() for v in bn.names()}
