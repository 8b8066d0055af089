"""kill -9 while a case is edited: `python case/editing/killing.py 500`.

A child adds and changes rows as fast as it can and prints each one that is done; it is killed at a random moment, or dies at every
single touch of the disk in turn. The next writer must find every change that was said to be done, the log whole, the file
equal to what the last line of the log says.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blindspot.case import editing
from blindspot.case.custody import verify
from blindspot.case.custody.chain import read_log
from blindspot.case.editing import Change
from case.custody.killing import in_child, stop_at

CHILD = """
import json, sys
from pathlib import Path
from blindspot.case import editing
from blindspot.case.editing import Change
root, lead = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
i = 0
while True:
    key = f"{lead}x{i}"
    editing.apply(root, Change("add", "sources.csv", key, new=json.dumps({"id": key, "name": "n" * 50})), "child")
    print(key, flush=True)
    editing.apply(root, Change("cell", "sources.csv", key, "note", "", "changed"), "child")
    i += 1
"""


def case(folder: Path) -> Path:
    root = folder / "case"
    root.mkdir()
    (root / "case.toml").write_text('id = "x"\ntitle = "t"\ndate = "2020-01-01"\n')
    (root / "claims.csv").write_text("id,source\n")
    (root / "sources.csv").write_text("id,name,note\nS1,first,\n")
    return root


def campaign(kills: int, seed: int = 1) -> list[str]:
    rng, faults, torn = random.Random(seed), [], 0
    with tempfile.TemporaryDirectory() as folder:
        root = case(Path(folder))
        told = set()
        for k in range(kills):
            if k % 20 == 19:  # a new case now and then, so that the log does not grow without end
                root.rename(Path(folder) / f"old{k}")
                root, told = case(Path(folder)), set()
            with subprocess.Popen(
                [sys.executable, "-c", CHILD, str(root), f"k{k}"], stdout=subprocess.PIPE, text=True
            ) as child:
                child.stdout.readline()
                time.sleep(rng.uniform(0, 0.06))
                child.send_signal(signal.SIGKILL)
                told |= {line.strip() for line in child.stdout}
            torn += bool(list(root.glob(".*.part")))
            editing.apply(
                root, Change("add", "sources.csv", f"after{k}", new=json.dumps({"id": f"after{k}"})), "parent"
            )
            sheet = editing.read_sheet(root, "sources.csv")
            missing = told - {line.key for line in sheet.rows}
            edits = [json.loads(x) for x in (root / "custody.jsonl").read_text().splitlines()]
            last = [e for e in edits if e["act"] == "edit"][-1]
            if missing or not verify(root).ok or last["after"] != sheet.version or list(root.glob(".*.part")):
                faults.append(f"kill {k}: missing {sorted(missing)}, verify {verify(root).faults}")
        sys.stdout.write(f"{kills} kills, {torn} of them within a change, {len(faults)} faults\n")
    return faults


def step_by_step(folder: Path) -> tuple[int, list[str]]:
    """Die before, and in the middle of, every single write, sync, rename and removal of four changes. Returns the steps and what went wrong."""
    wrong, n = [], 0
    while True:
        root = case(folder)
        done = folder / "done"
        done.write_text("")

        def work(root=root, done=done, n=n):
            file = os.open(done, os.O_WRONLY | os.O_APPEND)
            write = os.write
            stop_at(n)
            for k, act in enumerate(ACTS):
                act(root)
                write(file, str(k).encode())

        in_child(work)
        finished = done.read_text()
        if len(finished) == len(ACTS) and n % 2 == 0:  # an odd step stops only where there is a write to halve
            return n, wrong
        editing.recover(root)
        found = [line.says for line in read_log(root)[0] if line.act == "edit"]
        for file in ("sources.csv", "assessments/ana.csv"):
            states = [e["after"] for e in found if e["file"] == file]
            if states and states[-1] != editing.read_sheet(root, file).version:
                wrong.append(f"step {n}: {file} is not as its last line of the log says")
        if len(found) < len(finished):
            wrong.append(f"step {n}: {finished} were done, {len(found)} are in the log")
        editing.apply(root, Change("add", "sources.csv", "after", new='{"id": "after"}'), "parent")
        wrong += [f"step {n}: {f.path}: {f.what}" for f in verify(root).faults]
        if list(root.glob("**/.*.part")):
            wrong.append(f"step {n}: something is left beside the files")
        shutil.rmtree(root)
        n += 1


ACTS = (
    lambda root: editing.apply(root, Change("cell", "sources.csv", "S1", "note", "", "x"), "child"),
    lambda root: editing.undo(root, "child"),
    lambda root: editing.rate(root, "ana", "q", "f", {"h": "0.2"}, "child"),
    lambda root: editing.seal(root, "ana", "q", {"h": "0.2"}, "child"),
)


if __name__ == "__main__":
    faults = campaign(int(sys.argv[1]))
    with tempfile.TemporaryDirectory() as place:
        steps, wrong = step_by_step(Path(place))
    sys.stdout.write(f"{steps} steps, {len(wrong)} wrong {wrong[:3]}\n")
    raise SystemExit(bool(faults or wrong))
