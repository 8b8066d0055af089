"""How exact and how fast is the weighing, beside pyAgrum and pgmpy in the same run? Prints Markdown.

    make bench-weigh DATA=../shared/data/weigh
    PYTHONPATH=src:tests python bench/weigh.py DATA [--only answers|marginals|sets|review] [--sets N]

DATA holds bif/, legal_bif/ and expected/expected_posteriors.json. Everything runs on one core; times are
CPU seconds of the process, so that a busy machine does not tell on either side.
"""

import argparse
import json
import os
import platform
import time
from pathlib import Path

import numpy as np
import pgmpy
import pyagrum

import weigh_networks as networks
import weigh_peers as peers
import weigh_review as review
from blindspot.weigh import engine

MEMORY = 6e9  # bytes of parameter sets that are held at once
PEER_SECONDS = 0.7  # how long a peer is timed on one network, about


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("data", type=Path)
    ask.add_argument("--only", choices=["answers", "marginals", "sets", "review"])
    ask.add_argument("--sets", type=int, default=10_000)
    given = ask.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, pyAgrum {pyagrum.__version__}, pgmpy {pgmpy.__version__}; {_processor()}, one core\n"
    )
    parts = {
        "answers": lambda: answers(given.data),
        "marginals": lambda: marginals(given.data),
        "sets": lambda: sets(given.data, given.sets),
        "review": review.table,
    }
    for name, part in parts.items():
        if given.only in {None, name}:
            part()


def answers(data):
    """Published posteriors."""
    print("## Published answers\n\n| network | asked | published | ours | difference |\n|---|---|---|---|---|")
    worst, count = 0.0, 0
    for entry in json.loads((data / "expected/expected_posteriors.json").read_text()):
        if entry.get("published") is None:
            continue
        net = next(net for path, net in networks.folder(data) if path.name == Path(entry["file"]).name)
        evidence = {v: net.states[v].index(state) for v, state in entry["evidence"].items()}
        p = ours(net, net.tables, [entry["query"]], evidence)[entry["query"]]
        found = float(p[net.states[entry["query"]].index(entry["state"])])
        difference = abs(found - entry["published"])
        worst, count = max(worst, difference), count + (difference <= 1e-7)
        given = ", ".join(f"{v}={s}" for v, s in entry["evidence"].items()) or "nothing"
        print(
            f"| {net.name} | {entry['query']}={entry['state']} given {given} | {entry['published']:.8g} | {found:.10g} | {difference:.1e} |"
        )
    print(f"\n{count} of 9 published posteriors within 1e-7 (largest difference {worst:.1e}).\n")


def marginals(data):
    """Every marginal of every network against pyAgrum, without evidence and given a possible state of every leaf."""
    print("## Every marginal of every network, against pyAgrum\n")
    print(
        "`file`: pyAgrum reads the BIF itself (it holds some numbers in single precision); `arrays`: it gets our arrays."
    )
    print("Each without evidence / given a possible state of every leaf; the figure is the largest difference.\n")
    print("| network | variables | numbers | width | file | arrays |\n|---|---|---|---|---|---|")
    top, count = np.zeros(4), np.zeros(2, dtype=int)
    for path, net in networks.folder(data):
        world = networks.forward_sample(net)
        told = [{}, {v: world[v] for v in net.leaves}]
        mine = [ours(net, net.tables, list(net.states), evidence) for evidence in told]
        read, why = peers.read_by_pyagrum(path, net)
        peer = peers.PyAgrum(net, list(net.states), {})
        peer.write(peer.prepared(net.tables))
        found = []
        for bn in (read, peer.bn):
            for own, evidence in zip(mine, told, strict=True):
                found.append(_apart(own, peers.posteriors(bn, evidence)))
        top, count = np.fmax(top, found), count + np.array([not why, 1])
        file = f"{found[0]:.1e} / {found[1]:.1e}" + (f" ({why})" if why else "")
        print(
            f"| {net.name} | {len(net.states)} | {net.numbers:,} | {networks.induced_width(net)} | {file} | {found[2]:.1e} / {found[3]:.1e} |",
            flush=True,
        )
    print(
        f"\nRead by pyAgrum as they stand: {count[0]} of {count[1]} networks; largest difference {max(top[:2]):.1e} (asked: 1e-6). Equal arrays: {count[1]} networks, largest difference {max(top[2:]):.1e} (asked: 1e-12).\n"
    )


def sets(data, rows):
    """Many parameter sets: all tables vary; one variable given every leaf, and every variable given every leaf."""
    print(f"## {rows:,} parameter sets, all tables vary\n")
    print(
        "Asked: the first root given every leaf (`one`), every variable given every leaf (`all`). Ours: all sets at once, median of\n"
        "5 runs; `plan` is the order for `one`, found once per structure. Peers: the network is made once (not counted), tables are\n"
        "overwritten in place from arrays in their own layout, one inference a set, the fastest exact engine each offers (pyAgrum:\n"
        f"of three, tried here), on as many sets as take about {PEER_SECONDS:g} s, scaled to {rows:,}. Ratios are of the sums. `differs`: from\n"
        "the peers, on the last of their sets.\n"
    )
    print(
        "| network | variables | numbers a set | width | plan s | one: ours s | pyAgrum s | ratio | pgmpy s | ratio | all: ours s | pyAgrum s | ratio | differs |"
    )
    print("|" + "---|" * 14)
    made = [networks.dense(60, width) for width in (3, 4, 5)]
    small = [
        net
        for net in [*(net for _, net in networks.folder(data)), *made]
        if len(net.states) <= 60 and networks.induced_width(net) <= 5
    ]
    left_out = [net for net in small if net.numbers * rows * 8 > MEMORY]
    ours(made[0], {v: np.ones_like(t) for v, t in made[0].tables.items()}, made[0].roots, {})  # loads the compiled loop
    found = []
    for net in [net for net in small if net not in left_out]:
        found.append(_timed(net, rows))
    one, whole, *ratios = np.array(found).T
    print(f"\nAsked: 0.25 s, 500 x pyAgrum, 1,000 x pgmpy. Of {len(found)} networks:\n")
    print("| | reached | median | worst |\n|---|---|---|---|")
    for name, figures, bound in (("one: plan and sums, s", one, 0.25), ("all: plan and sums, s", whole, 0.25)):
        print(f"| {name} | {sum(figures <= bound)} | {np.median(figures):.4f} | {max(figures):.3f} |")
    for name, figures, bound in zip(
        ("one: x pyAgrum", "one: x pgmpy", "all: x pyAgrum"), ratios, (500, 1000, 500), strict=True
    ):
        print(f"| {name} | {sum(figures >= bound)} | {np.median(figures):,.0f} | {min(figures):,.0f} |")
    print()
    for net in left_out:
        print(
            f"Left out: {net.name}, whose {net.numbers:,} numbers a set would take {net.numbers * rows * 8 / 1e9:.0f} GB to hold."
        )
    print()


def _timed(net, rows):
    drawn = networks.parameter_sets(net, rows)
    asked, rng = [net.roots[0], list(net.states)], np.random.default_rng(1)
    evidence = {v: int(rng.integers(len(net.states[v]))) for v in net.leaves if v != net.roots[0]}
    mine, planning, found = [], [], []
    for query in ([asked[0]], [v for v in asked[1] if v not in evidence]):
        scopes, cut = networks.sliced(net, drawn, evidence)
        runs, plans = [], []
        for _ in range(5):
            engine._planned.cache_clear()  # planning is timed
            start = time.process_time()
            program = engine.plan(scopes, net.sizes, query)
            planned = time.process_time()
            answer = program.marginals(cut, rows)
            runs.append(time.process_time() - planned)
            plans.append(planned - start)
        mine.append(float(np.median(runs)))
        planning.append(float(np.median(plans)))
        found.append({v: p / p.sum(axis=0) for v, p in answer.items()})
    theirs, apart = [], []
    for peer, query in (
        (peers.PyAgrum(net, [asked[0]], evidence), 0),
        (peers.Pgmpy(net, [asked[0]], evidence), 0),
        (peers.PyAgrum(net, list(found[1]), evidence), 1),
    ):
        first = peer.seconds(_first(peer, drawn, 4))[0]
        count = int(np.clip(PEER_SECONDS / max(first, 1e-6), 4, 200))
        taken, last = peer.seconds(_first(peer, drawn, count))
        theirs.append(taken * rows)
        apart.append(_apart({v: p[:, count - 1] for v, p in found[query].items()}, last))
    ratio = [theirs[0] / mine[0], theirs[1] / mine[0], theirs[2] / mine[1]]
    print(
        f"| {net.name} | {len(net.states)} | {net.numbers:,} | {networks.induced_width(net)} | {planning[0]:.4f} | {mine[0]:.4f} | {theirs[0]:.1f} | {ratio[0]:,.0f} | {theirs[1]:.0f} | {ratio[1]:,.0f} | {mine[1]:.4f} | {theirs[2]:.1f} | {ratio[2]:,.0f} | {max(apart):.0e} |",
        flush=True,
    )
    return (mine[0] + planning[0], mine[1] + planning[1], *ratio)


def _first(peer, drawn, count):
    return [peer.prepared({v: t[..., i] for v, t in drawn.items()}) for i in range(count)]


def ours(net, tables, asked, evidence, rows=1):
    """Posteriors of the asked variables: (states,) or (states, rows); an observed one is certain."""
    scopes, cut = networks.sliced(net, tables, evidence)
    hidden = [v for v in asked if v not in evidence]
    found = engine.plan(scopes, net.sizes, hidden).marginals(cut, rows)
    whole = {v: p / p.sum(axis=0) for v, p in found.items()}
    whole |= {v: np.repeat(np.eye(net.sizes[v])[:, [evidence[v]]], rows, axis=1) for v in asked if v in evidence}
    return whole if rows > 1 else {v: p[:, 0] for v, p in whole.items()}


def _apart(mine, theirs):
    return max(float(np.max(np.abs(p - theirs[v]))) for v, p in mine.items() if v in theirs)


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
