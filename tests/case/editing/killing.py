"""kill -9 while a case is edited: `python case/editing/killing.py 200` kills that often; files valid, log whole, nothing torn.

A child adds and changes rows as fast as it can and prints each one that is done; it is killed at a random moment. After every kill the
next writer must find: every change that was said to be done, the log whole, the file equal to what the last line of the log says.
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blindspot.case import editing
from blindspot.case.custody import verify
from blindspot.case.editing import Change

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


if __name__ == "__main__":
    raise SystemExit(1 if campaign(int(sys.argv[1])) else 0)
