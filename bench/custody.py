"""How fast is `ingest` beside two passes of sha256sum over the same file, and how much memory does it take?

    python bench/custody.py [--mb 512] [--runs 3] [--folder DIR] [--memory-gb 0]

Each round times both in turn on the same file in the page cache. `--memory-gb 20` takes in a sparse file of that size in a
process of its own and prints the most memory it held.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blindspot.case.custody import ingest

_WATCHED = """
import resource, sys
from blindspot.case.custody import ingest
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
ingest(sys.argv[1], sys.argv[2:])
print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def fresh_case(folder: Path) -> Path:
    case = folder / "case"
    shutil.rmtree(case, ignore_errors=True)
    case.mkdir()
    (case / "case.toml").write_text('id = "bench"\n')
    return case


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--mb", type=int, default=512)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--folder", type=Path, default=None)
    ask.add_argument("--memory-gb", type=float, default=0)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        clip = folder / "clip.bin"
        with clip.open("wb") as file:
            for _ in range(given.mb):
                file.write(os.urandom(1 << 20))
        ours, twice, copied, quick = [], [], [], []
        for _ in range(given.runs):
            os.sync()
            start = time.perf_counter()
            for _ in range(2):
                subprocess.run(["sha256sum", clip], check=True, capture_output=True)
            twice.append(time.perf_counter() - start)
            start = time.perf_counter()
            for _ in range(2):
                subprocess.run(["openssl", "dgst", "-sha256", clip], check=True, capture_output=True)
            quick.append(time.perf_counter() - start)
            start = time.perf_counter()
            shutil.copyfile(clip, folder / "copy")
            with (folder / "copy").open("rb") as file:
                os.fsync(file.fileno())
            subprocess.run(["sha256sum", clip, folder / "copy"], check=True, capture_output=True)
            copied.append(time.perf_counter() - start)
            (folder / "copy").unlink()
            case = fresh_case(folder)
            os.sync()
            start = time.perf_counter()
            ingest(case, [clip])
            ours.append(time.perf_counter() - start)
        print("| what | median s | MB/s of the file | speed against sha256sum twice |")
        print("|---|---|---|---|")
        base = statistics.median(twice)
        rows = (
            ("sha256sum twice, no copy", twice),
            ("openssl dgst -sha256 twice, no copy", quick),
            ("cp, fsync, sha256sum of both", copied),
            ("blindspot ingest (copy, fsync, read back)", ours),
        )
        for name, times in rows:
            t = statistics.median(times)
            ratio = statistics.median(b / a for a, b in zip(times, twice, strict=True))
            print(f"| {name} | {t:.2f} | {given.mb / t:.0f} | {ratio:.0%} |")
        print(f"\n{given.mb} MB, {given.runs} rounds, base {base:.2f} s")
        if given.memory_gb:
            case = fresh_case(folder)
            large = folder / "large"
            with large.open("wb") as file:
                file.truncate(int(given.memory_gb * 1e9))
            out = subprocess.run(
                [sys.executable, "-c", _WATCHED, case, large], check=True, capture_output=True, text=True
            )
            before, after = (int(x) / 1024 for x in out.stdout.split())
            print(f"\nmemory at {given.memory_gb:g} GB: {before:.0f} MB before, {after:.0f} MB at most while taking in")


if __name__ == "__main__":
    main()
