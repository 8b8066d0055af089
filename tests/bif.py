"""BIF networks for tests and benches: variables, states, tables in the order (parents..., child)."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass
class Bif:
    states: dict[str, list[str]]
    parents: dict[str, list[str]]
    tables: dict[str, np.ndarray]

    @property
    def scopes(self):
        return [(*self.parents[v], v) for v in self.states]

    @property
    def arrays(self):
        return [self.tables[v] for v in self.states]


def read_bif(path: Path) -> Bif:
    text = re.sub(r"//.*", "", path.read_text(encoding="utf-8", errors="replace"))
    states, parents, tables = {}, {}, {}
    for name, body in re.findall(
        r"variable\s+\"?([^\s\"{]+)\"?\s*\{(.*?)\n?\}\s*(?=variable|probability|$)", text, re.DOTALL
    ):
        labels = re.search(r"\{(.*?)\}", body, re.DOTALL)[1]
        states[name] = [s.strip().strip('"') for s in labels.split(",") if s.strip()]
    for head, body in re.findall(r"probability\s*\(([^)]*)\)\s*\{(.*?)\}", text, re.DOTALL):
        child, _, given = head.partition("|")
        child = child.strip().strip('"')
        over = [p.strip().strip('"') for p in given.split(",") if p.strip()]
        parents[child] = over
        shape = [len(states[p]) for p in over] + [len(states[child])]
        table = np.full(shape, np.nan)
        number = r"[0-9.eE+-]+"
        for row in filter(None, map(str.strip, body.split(";"))):
            if row.startswith("table"):
                values = np.array([float(x) for x in re.findall(number, row[5:])])
                table = values.reshape(shape[-1:] + shape[:-1]) if over else values
                table = np.moveaxis(table, 0, -1) if over else table
                continue
            key, rest = re.match(r"\((.*?)\)\s*(.*)", row, re.DOTALL).groups()
            index = tuple(states[p].index(k.strip().strip('"')) for p, k in zip(over, key.split(","), strict=True))
            table[index] = [float(x) for x in re.findall(number, rest)]
        tables[child] = table
    return Bif(states, parents, {v: tables[v] for v in states})
