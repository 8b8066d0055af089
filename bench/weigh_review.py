"""A whole weighing, and a whole review as a person runs it: time and peak memory."""

import csv
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from blindspot.case import open_case
from blindspot.quantities import read_moment
from blindspot.weigh import build, replay, weigh
from world.evidence import as_case, draw, tell, write_case

KABUL = Path(__file__).resolve().parents[1] / "cases" / "kabul-2021-08-29"
FIFTY = 5  # the first seed whose network has 50 variables and 30 weighed reports
DATES = 10
RUNS = 3
WATCH = """
import os, sys, time
start = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
verb = [sys.argv[1], "-c", "import sys; from blindspot.cli import main; sys.exit(main())", *sys.argv[2:]]
_, status, usage = os.wait4(os.posix_spawn(verb[0], verb, os.environ, file_actions=quiet), 0)
print(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


def table():
    print("## A whole weighing\n")
    with tempfile.TemporaryDirectory() as folder:
        case = open_case(_fifty(Path(folder) / "fifty"))
    network = build(case).network
    print(
        f"A simulated case of {len(network.sizes)} variables and {len(network.reports)} weighed reports ({len(case.claims)} claims, {len(case.questions)} linked questions, {len(network.parameters)} ranges, {DATES} dates, two reviewers). `weigh`: posteriors, envelopes, verdicts, weights, flips, levers, what would settle it, scenarios, reviewers, audit; `replay`: every date. Median of {RUNS} runs.\n"
    )
    print("| step | CPU s |\n|---|---|")
    whole = []
    for name, step in (("`weigh`", lambda: weigh(case)), ("`replay`", lambda: replay(case, build(case)))):
        runs = []
        for _ in range(RUNS):
            start = time.process_time()
            step()
            runs.append(time.process_time() - start)
        whole.append(float(np.median(runs)))
        print(f"| {name} | {whole[-1]:.2f} |")
    print(f"| together (asked: 5 s) | {sum(whole):.2f} |\n")
    _reviews()


def _fifty(folder):
    """A case with everything: two linked questions, dates, copies, silence, unknown origins, two reviewers."""
    rng = np.random.default_rng(FIFTY)
    world = draw(rng, questions=(2, 2), facts=(12, 13), sources=(8, 10), claims=(27, 29), copies=10)
    case = as_case(world, tell(world, rng, tries=20_000)[1])
    days = [read_moment(f"2021-09-{day:02d}") for day in rng.integers(1, DATES + 1, len(case.claims))]
    for (key, claim), day in zip(list(case.claims.items()), days, strict=True):
        case.claims[key] = claim.model_copy(update={"public_at": day, "said_at": day})
    write_case(case, folder)
    (folder / "assessments").mkdir()
    for reviewer in ("first", "second"):
        with (folder / "assessments" / f"{reviewer}.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "question", "hypothesis", "fact", "value"])
            for i, ((fact, h), cell) in enumerate(case.expect.items()):
                low, high = np.clip(np.array([cell.value.low, cell.value.high]) + rng.uniform(-0.03, 0.03), 0.01, 0.99)
                rows.writerow([f"{reviewer}-{i}", cell.question, h, fact, f"{low:.3f}-{high:.3f}"])
    return folder


def _reviews():
    print("## The Kabul review, end to end\n")
    print("`blindspot review` in a process of its own, from the start of Python to its end, on a copy of the case.\n")
    print("| run | wall s | CPU s | peak memory MB | asked |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / KABUL.name
        shutil.copytree(KABUL, case, ignore=shutil.ignore_patterns("made", "out"))
        _row("cold, nothing made", case, "15 s, 1 GB")
        claims = (case / "claims.csv").read_text(encoding="utf-8")
        changed = claims.replace(",first_hand,", ",second_hand,", 1)
        if changed == claims:
            raise SystemExit("no claim could be changed")
        (case / "claims.csv").write_text(changed, encoding="utf-8")
        _row("one claim changed (directness)", case, "3 s")
        _row("nothing changed", case, "50 ms of own work")
        _row("`blindspot -h`, to compare", None, "")
    print()


def _row(name, case, asked):
    """One run, started by a small process of its own: the kernel counts a parent's memory as its child's."""
    arguments = ["-h"] if case is None else ["review", str(case)]
    done = subprocess.run(
        [sys.executable, "-S", "-c", WATCH, sys.executable, *arguments], capture_output=True, text=True, check=True
    )
    wall, cpu, kilobytes, status = map(float, done.stdout.split())
    if status:
        raise SystemExit(f"{' '.join(arguments)} ended with status {status:.0f}")
    print(f"| {name} | {wall:.2f} | {cpu:.2f} | {kilobytes / 1024:.0f} | {asked} |", flush=True)
