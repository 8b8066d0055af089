"""Is a large page quick in the hand? 2,000 places, 10,000 rows of telemetry, one hour of footprints, in headless Chromium.

Measures the size of the page without media, the time from opening to the first moment at which it answers, and how many
redraws a second it makes while the moment is scrubbed. Run: python bench/page.py [--write]
"""

import csv
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from blindspot.measure.footage.generate.make import EPOCH_US, Plan, klv_packets
from blindspot.stages import review

PLACES, ROWS, SECONDS = 2000, 10_000, 3600
HEAD = """id = "large"
title = "A page of 2,000 places"
date = "2020-09-13"
time = "2020-09-13T13:00:00Z"
place = "P0"
handling = "TLP:CLEAR"
[[question]]
id = "q1"
text = "What was it?"
  [[question.hypothesis]]
  id = "a"
  text = "one thing"
  [[question.hypothesis]]
  id = "b"
  text = "another"
"""


def write_large(root: Path) -> None:
    """The case: places at random about the scene, telemetry without pictures over an hour, 200 claims."""
    random = np.random.default_rng(1)
    (root / "footage").mkdir(parents=True)
    (root / "case.toml").write_text(HEAD)
    rate = ROWS / SECONDS
    plan = Plan(frames=ROWS, rate=rate, targets=False)
    packets = klv_packets(plan, np.arange(ROWS) / rate)
    (root / "footage" / "hour.klv").write_bytes(b"".join(packets))
    tables = {
        "sources.csv": ("id,name,reliability", [("S1", "somebody", "C")]),
        "facts.csv": ("id,question,text,place,stop", [("F1", "q1", "a flash", "P0", "")]),
        "expect.csv": ("question,hypothesis,F1", [("q1", "a", "0.8-0.95"), ("q1", "b", "0.01-0.05")]),
        "origins.csv": ("id,fact,kind,hit,false_alarm", [("O1", "F1", "video", "0.6-0.9", "0.1-0.4")]),
        "claims.csv": (
            "id,said_at,public_at,source,origin,says,quote_summary",
            [
                (
                    f"K{i}",
                    "2020-09-13",
                    f"2020-09-{14 + i % 15}",
                    "S1",
                    "O1",
                    "yes",
                    f"a flash, said for the {i}th time",
                )
                for i in range(200)
            ],
        ),
        "places.csv": (
            "id,name,lat,lon,error_m",
            [
                (f"P{i}", f"house {i}", round(34.5 + 0.02 * y, 6), round(69.2 + 0.02 * x, 6), 20)
                for i, (x, y) in enumerate(random.normal(size=(PLACES, 2)))
            ],
        ),
        "stops.csv": (
            "id,place,start,end,activity",
            [(f"T{i}", f"P{i}", f"2020-09-13T12:{27 + i:02d}:00Z", "", "stops") for i in range(20)],
        ),
    }
    for name, (columns, rows) in tables.items():
        with (root / name).open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns.split(","))
            writer.writerows(rows)


SCRUB = """() => new Promise(done => {
  const slider = document.querySelector('#moment'), low = Number(slider.min), high = Number(slider.max);
  let n = 0; const start = performance.now();
  const step = () => {
    n += 1;
    slider.value = low + (high - low) * ((n * 0.00137) % 1);
    slider.dispatchEvent(new Event('input'));
    if (performance.now() - start < 4000) requestAnimationFrame(step); else done(n / ((performance.now() - start) / 1000));
  };
  requestAnimationFrame(step);
})"""
READY = "() => document.documentElement.dataset.scene === 'ready'"
ANSWERS = "() => { document.querySelector('#step-on').click(); return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(document.querySelector('#clock-local').textContent)))); }"


def measure(page_file: Path, runs: int = 5) -> dict:
    from playwright.sync_api import sync_playwright

    opened, answered, rates = [], [], []
    with sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(runs):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.goto("about:blank")
            start = time.perf_counter()
            page.goto(page_file.as_uri(), wait_until="commit")
            page.wait_for_selector("html[data-scene=ready]")
            opened.append(time.perf_counter() - start)
            page.evaluate(ANSWERS)
            answered.append(time.perf_counter() - start)
            rates.append(page.evaluate(SCRUB))
            context.close()
        browser.close()
    return {
        "ready_s": statistics.median(opened),
        "answers_s": statistics.median(answered),
        "redraws": statistics.median(rates),
        "worst_redraws": min(rates),
        "slowest_s": max(answered),
    }


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    write_large(folder / "case")
    start = time.process_time()
    out = review(folder / "case").out
    made = time.process_time() - start
    found = measure(out / "report.html")
    size = (out / "report.html").stat().st_size
    scene = json.loads(out.joinpath("report.html").read_text().split('id="scene-data">')[1].split("</script>")[0])
    rows = sum(c["rows"]["n"] for c in scene["clips"] if c["rows"])
    span = (scene["span"][1] - scene["span"][0]) / 1000
    begins = EPOCH_US / 1e6
    load = os.getloadavg()[0]
    table = f"""# The page, large

A case of {len(scene["places"]):,} places, {rows:,} rows of telemetry with footprints over {SECONDS / 3600:g} h ({span:,.0f} s on the timeline from {begins:.0f}), 200 claims;
headless Chromium without a graphics card, medians of 5, load of the shared machine {load:.1f} on {os.cpu_count()} cores. `python bench/page.py --write` makes this page.

| what | asked | found |
|---|---|---|
| size of the page, no media in it | <= 5 MB | {size / 1e6:.2f} MB |
| from opening to an answered button | <= 2 s | {found["answers_s"]:.2f} s (slowest {found["slowest_s"]:.2f}) |
| redraws a second while scrubbing | >= 30 | {found["redraws"]:.0f} (worst run {found["worst_redraws"]:.0f}) |
| review of that case, CPU seconds | | {made:.1f} |
"""
    print(table)
    if "--write" in sys.argv:
        Path(__file__).with_name("results").joinpath("page.md").write_text(table)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
