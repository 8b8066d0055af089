"""kill -9 at random moments of ingest and release, and at every single step of the writing. Run as a module for the long campaign."""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from blindspot.case import open_case
from blindspot.case.custody import ingest, verify
from blindspot.case.custody.chain import read_log
from blindspot.publish.release import pipeline
from blindspot.publish.release.copying import Drawing
from publish.release.canarying import quick_page
from publish.release.cases import generated

# What a kill may leave: a part, a copy without its line, a log short of its last line. Nothing else.
PASSING = ("is left of an interrupted ingest", "does not name it (an interrupted ingest", "ends in the middle of line", "does not end as custody.head says", "custody.jsonl is missing", "the later one was interrupted")  # fmt: skip
COPY, EXCHANGED = "out/release-public", pipeline.exchanged
DRAWING = Drawing(quick_page, lambda: {"questions": []}, open_case)


def in_child(work, after_s: float | None = None) -> float:
    """Run in a forked process; kill it after that time. Returns how long it ran."""
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.perf_counter() - start


def check(root: Path, evidence: dict[str, bytes], again: Path, *, stood: bool) -> list[str]:
    """What is wrong after a kill; then one more ingest must put everything right."""
    wrong = []
    for fault in verify(root).faults:
        if not any(words in fault.what for words in PASSING) and not (
            fault.path == "custody.jsonl" and "is missing" in fault.what
        ):
            wrong.append(f"{fault.path}: {fault.what}")
    for name, data in evidence.items():
        if (root / name).read_bytes() != data:
            wrong.append(f"{name} was lost")
    released = {line.says["sums"] for line in read_log(root)[0] if line.act == "release"}
    for sums in [*(root / "out").glob("**/SHA256SUMS"), *(root / "out").glob(".*/**/SHA256SUMS")]:
        import hashlib

        if hashlib.sha256(sums.read_bytes()).hexdigest() not in released:
            wrong.append(f"{sums.parent} is sealed and not in the ledger")
        if not verify(sums.parent).ok:
            wrong.append(f"{sums.parent} is sealed and half-written")
    if stood and pipeline.exchanged is EXCHANGED and not (root / COPY).exists():
        wrong.append(f"{COPY} has gone")
    lines = len(read_log(root)[0])
    ingest(root, [again])
    if len(read_log(root)[0]) <= lines:
        wrong.append("the log did not go on")
    if list((root / "out").glob(".*")):
        pipeline.release(root, "public", DRAWING)
    if stood and not (root / COPY).exists():
        wrong.append(f"{COPY} has gone for good")
    wrong += [f"after the next ingest: {f.path}: {f.what}" for f in verify(root).faults]
    wrong += [f"{left} is left" for left in (root / "out").glob(".*")]
    return wrong


def campaign(folder: Path, kills: int, seed: int = 1) -> tuple[int, int, list[str]]:
    """How many kills were made, how many of them hit a running process, and what went wrong."""
    rng = random.Random(seed)
    root = generated(folder / "case", seed, media=False, people=3, claims=4)
    clip = folder / "clip"
    clip.write_bytes(rng.randbytes(3_000_000))
    works = {"ingest": lambda: ingest(root, [clip]), "release": lambda: pipeline.release(root, "public", DRAWING)}
    usual = {}
    for name, work in works.items():
        usual[name] = in_child(work)
        usual[name] = in_child(work)
    evidence: dict[str, bytes] = {}
    wrong: list[str] = []
    hit = 0
    for n in range(kills):
        name = "ingest" if n % 2 else "release"
        clip.write_bytes(rng.randbytes(rng.choice((1_000, 300_000, 3_000_000))))
        lines, stood = len(read_log(root)[0]), (root / COPY).exists()
        in_child(works[name], rng.uniform(0, 1.15 * usual[name]))
        hit += len(read_log(root)[0]) == lines
        wrong += [f"kill {n} of {name}: {what}" for what in check(root, evidence, clip, stood=stood)]
        if n % 50 == 49:  # a log of thousands of lines would only slow the campaign down
            shutil.rmtree(root)
            root = generated(root, seed + n, media=False, people=3, claims=4)
            evidence = {}
        else:
            evidence = {f"evidence/{p.name}": p.read_bytes() for p in (root / "evidence").iterdir()}
    return kills, hit, wrong


def step_by_step(folder: Path, name: str) -> tuple[int, list[str]]:
    """Stop dead before, and in the middle of, every single write, sync, rename and removal. Returns the steps and what went wrong."""
    steps, wrong, n = 0, [], 0
    while True:
        root = generated(folder / f"{name}-{n}", 1, media=False, people=3, claims=4)
        first, clip = (
            folder / "DSC_00417.bin",
            folder / "DSC_00418.bin",
        )  # names that no text holds, or the release is blocked
        first.write_bytes(b"first")
        clip.write_bytes(b"second" * 1000)
        ingest(root, [first])
        if name == "release":
            first_copy = pipeline.release(root, "public", DRAWING)  # which the next one is to replace
            if first_copy.path is None:
                return steps, [f"nothing was released: {first_copy.blocked}"]
        evidence = {f"evidence/{p.name}": p.read_bytes() for p in (root / "evidence").iterdir()}
        left = folder / "finished"
        left.unlink(missing_ok=True)

        def work(root=root, clip=clip, left=left, n=n):
            stop_at(n)
            ingest(root, [clip]) if name == "ingest" else pipeline.release(root, "public", DRAWING)
            left_file = os.open(left, os.O_CREAT | os.O_WRONLY)
            os.close(left_file)

        in_child(work)
        if left.exists() and n % 2 == 0:  # an odd step stops only where there is a write to halve
            shutil.rmtree(root)
            return steps, wrong
        wrong += [f"step {n}: {what}" for what in check(root, evidence, clip, stood=name == "release")]
        shutil.rmtree(root)
        steps, n = steps + 1, n + 1


def stop_at(n: int) -> None:
    """Let the process die at its nth touch of the disk: an even one before it, an odd one of a write after half of it."""
    count = [0]

    def dying(real, half=None):
        def call(*args, **kwargs):
            if count[0] == n // 2 and n % 2 == 0:
                os._exit(9)
            if count[0] == n // 2 and half is not None:
                half(*args)
                os._exit(9)
            count[0] += 1
            return real(*args, **kwargs)

        return call

    write, replace = os.write, os.replace
    os.write = dying(write, lambda file, data: write(file, bytes(data)[: len(data) // 2]))
    os.fsync = dying(os.fsync)
    os.rename, os.replace, os.unlink = dying(os.rename), dying(replace), dying(os.unlink)
    os.rmdir, os.link = dying(os.rmdir), dying(os.link)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        count, struck, faults = campaign(Path(place), int(sys.argv[1]) if len(sys.argv) > 1 else 500)
        walked = {name: step_by_step(Path(place), name) for name in ("ingest", "release")}
        pipeline.exchanged = lambda *_: False
        walked["release, nothing swapped"] = step_by_step(Path(place), "release")
    print(f"{count} kills, {struck} before the work was on record, {len(faults)} wrong {faults[:3]}")  # noqa: T201
    print({name: f"{steps} steps, {len(w)} wrong {w[:3]}" for name, (steps, w) in walked.items()})  # noqa: T201
    sys.exit(bool(faults) or any(w for _, w in walked.values()))
