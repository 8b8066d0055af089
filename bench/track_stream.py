"""`blindspot track` on more fixes than fit in memory: fixes a second, peak memory of the process.

python bench/track_stream.py [FIXES] [csv|parquet]     default 100000000 csv; the file is made in the folder for temporary files

A thousand made vehicles that stop and go, rows in order of time, so that the vehicles are interleaved row by row.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

VEHICLES, EVERY_S, BLOCK = 1000, 15, 1000


def blocks(fixes):
    """BLOCK moments of all vehicles at a time: 150 s moving, 270 s standing and so on, each with a phase of its own."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 20_000, (2, VEHICLES))
    heading, phase = rng.uniform(0, 6.3, VEHICLES), rng.integers(0, 28, VEHICLES)
    names = np.array([f"v{k:04d}" for k in range(VEHICLES)])
    for first in range(0, fixes // VEHICLES, BLOCK):
        moment = np.arange(first, min(first + BLOCK, fixes // VEHICLES))[:, None]
        moving = (moment + phase) % 28 < 10
        turns = np.cumsum(rng.normal(0, 0.2, moving.shape), axis=0) + heading
        step = moving * 120.0
        px, py = x + np.cumsum(step * np.cos(turns), axis=0), y + np.cumsum(step * np.sin(turns), axis=0)
        x, y, heading = px[-1], py[-1], turns[-1]
        noisy = [v + rng.normal(0, 5, v.shape) for v in (px, py)]
        yield pa.table(
            {
                "vehicle": np.tile(names, len(moment)),
                "time": (1_630_000_000 + EVERY_S * np.repeat(moment, VEHICLES)),
                "lat": np.round(34.5 + noisy[1].ravel() / 111_195, 6),
                "lon": np.round(69.1 + noisy[0].ravel() / 91_600, 6),
            }
        )


def main(fixes, kind):
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"fixes.{kind}"
        made = blocks(fixes)
        first = next(made)
        make = pc.CSVWriter if kind == "csv" else pq.ParquetWriter
        with make(path, first.schema) as writer:
            writer.write_table(first)
            for table in made:
                writer.write_table(table)
        size = path.stat().st_size
        start = time.perf_counter()
        command = [Path(sys.executable).with_name("blindspot"), "track", str(path), "--json"]
        out = Path(folder) / "out.json"
        with out.open("wb") as sink:
            done = subprocess.run(command, stdout=sink, check=False)
        took = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = json.loads(out.read_bytes())
    n = sum(t["points"] for t in found["tracks"])
    print(
        f"| {kind} | {fixes:,} | {size / 1e9:.2f} | {done.returncode} | {n:,} | {len(found['tracks']):,} | {len(found['stops']):,} "
        f"| {took:.0f} | {used.ru_utime + used.ru_stime:.0f} | {fixes / took:,.0f} | {used.ru_maxrss / 1e6:.2f} |"
    )


if __name__ == "__main__":
    print("| file | fixes | GB | exit | read | vehicles | stops | s | CPU-s | fixes/s | peak GB |\n|" + "---|" * 11)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000_000, sys.argv[2] if len(sys.argv) > 2 else "csv")
