"""Another program saves while five processes edit: `python case/editing/beside.py 500`.

It knows no lock of ours. Every row of it must be in the file, or in what was kept aside, which `verify` tells. A row of ours may
be missing only where the other program saved what it had read before; then the log has it, and the states do not follow each other.
"""

import contextlib
import itertools
import json
import multiprocessing
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from blindspot.case import editing
from blindspot.case.custody import verify
from blindspot.case.custody.chain import read_log
from blindspot.case.editing import Change, swap
from blindspot.errors import BlindspotError
from case.editing.killing import case

SAVING = """
import os, random, sys, time
rng = random.Random(1)
path, saves, way = sys.argv[1], int(sys.argv[2]), sys.argv[3]
kept_open = open(path, "a")
if way != "kept open":
    kept_open.close()
for i in range(saves):
    row = f"out{i},o,\\n"
    if way == "append":
        with open(path, "a") as file:
            file.write(row)
    elif way == "kept open":
        kept_open.write(row)
        kept_open.flush()
    elif way == "in place":  # as a plain editor does: the file is empty for a moment
        with open(path, "r+") as file:
            text = file.read()
            file.seek(0)
            file.truncate()
            file.flush()
            time.sleep(0.001)
            file.write(text + row)
    else:  # as vim and office programs do: another file takes the name, unless the first has changed since it was read
        while True:
            seen = os.stat(path)
            with open(path) as file, open(path + ".theirs", "w") as theirs:
                theirs.write(file.read() + row)
            now = os.stat(path)
            if (seen.st_ino, seen.st_mtime_ns, seen.st_size) == (now.st_ino, now.st_mtime_ns, now.st_size):
                break
        os.replace(path + ".theirs", path)
    time.sleep(rng.uniform(0.002, 0.05))
"""
WAYS = ("append", "in place", "renamed", "kept open")
MEANS = {  # what a system may lack, and how it is taken away
    "leases": ("_lease", lambda *_: None),
    "exchange": ("exchanged", lambda *_: False),
    "links": ("_link", lambda *_: None),
}


@dataclass
class Found:
    """What became of the rows of both sides."""

    made: int = 0  # changes of ours that were said to be done
    given_up: int = 0  # changes of ours refused: the other program saved again and again, or a conflict was shown
    aside: int = 0  # rows of the other program that are kept aside
    overwritten: int = 0  # rows of ours that the other program overwrote; the log has them
    lost: int = 0  # rows of the other program that are nowhere
    wrong: tuple[str, ...] = ()  # what verify says beyond that


def beside(saves: int, way: str, lacking: tuple[str, ...] = ()) -> Found:
    """Let one program save in its way some forty times a second, on a system that lacks these means, and look for every row."""
    fork = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory() as folder:
        root, over, told = case(Path(folder)), fork.Event(), fork.SimpleQueue()
        with subprocess.Popen([sys.executable, "-c", SAVING, str(root / "sources.csv"), str(saves), way]) as other:
            editors = [fork.Process(target=_edit, args=(root, f"in{k}x", lacking, over, told)) for k in range(5)]
            for each in editors:
                each.start()
            other.wait()
            over.set()
            done = [told.get() for _ in editors]
            for each in editors:
                each.join()
        editing.recover(root)
        return _counted(root, done, [f"out{i}" for i in range(saves)])


def _edit(root, lead, lacking, over, told):
    done, given_up = [], 0
    with contextlib.ExitStack() as stack:
        for name in lacking:
            stack.enter_context(mock.patch.object(swap, *MEANS[name]))
        for i in itertools.count():
            if over.is_set():
                break
            try:
                editing.apply(root, Change("add", "sources.csv", f"{lead}{i}", new=json.dumps({"id": f"{lead}{i}"})), "ana")  # fmt: skip
                done.append(f"{lead}{i}")
            except (
                BlindspotError
            ):  # it is written again and again; or the other program has read ours and saved it as its own
                given_up += 1
    told.put((done, given_up))


def _counted(root: Path, done: list[tuple[list[str], int]], theirs: list[str]) -> Found:
    there = {line.key for line in editing.read_sheet(root, "sources.csv").rows}
    beside_it = [*root.glob("sources.csv.outside-*")]
    aside = {line.partition(",")[0] for path in beside_it for line in path.read_text().splitlines()}
    ours = [key for keys, _ in done for key in keys]
    lines = read_log(root)[0]
    void = {line.says["of"] for line in lines if line.act == "edit-void"}
    logged = Counter(line.says["key"] for line in lines if line.act == "edit" and line.n not in void)
    found = verify(root)
    wrong = [f"{f.path}: {f.what}" for f in found.faults]
    wrong += [f"{key}: {logged[key]} times in the log" for key in ours if logged[key] != 1]
    missing = [key for key in theirs if key not in there]
    told = [p for p in beside_it if any(p.name in r for r in found.remarks)]
    wrong += ["verify is silent of what is aside"] if not told and any(key in aside for key in missing) else []
    return Found(
        len(ours),
        sum(n for _, n in done),
        sum(key in aside for key in missing),
        sum(key not in there for key in ours),
        sum(key not in aside for key in missing),
        tuple(wrong),
    )


if __name__ == "__main__":
    bad = False
    for without in ((), ("exchange",), ("leases",), ("leases", "exchange"), ("leases", "exchange", "links")):
        for each in WAYS:
            result = beside(int(sys.argv[1]), each, without)
            bad |= bool(result.wrong or (not without and result.lost))  # editing.md says what others cannot promise
            sys.stdout.write(f"{each}, without {' and '.join(without) or 'nothing'}: {result}\n")
            sys.stdout.flush()
    raise SystemExit(bad)
