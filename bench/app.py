"""How soon does a moved handle show, and how fast are edits taken? `python bench/app.py`; results in bench/results/app.md.

The app is started as a user starts it, on a copy of the Kabul case, and driven by Debian's chromium: a handle of the first
number is moved by one step, and the time is taken until the answers have been drawn again, on the page itself.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median

MOVES, CLIENTS, EDITS = 60, 5, 100
CASE = Path(__file__).resolve().parents[1] / "cases" / "kabul-2021-08-29"
TIMED = """async () => {
  const list = document.querySelector('ul.bars'), handle = document.querySelector('#numbers input[type=range]');
  const start = performance.now(), before = +list.dataset.seen;
  handle.value = +handle.value + (+handle.value < 0 ? 0.05 : -0.05);
  handle.dispatchEvent(new Event('input', { bubbles: true }));
  while (+list.dataset.seen === before) await new Promise(requestAnimationFrame);
  return [performance.now() - start, +list.dataset.draws];
}"""


def latency(link: str) -> tuple[list[float], list[float]]:
    """Milliseconds from a moved handle to redrawn answers: while it moves, and at rest (all draws of a review)."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(link)
        page.wait_for_selector("ul.bars li")
        page.wait_for_timeout(2000)
        moved = [page.evaluate(TIMED) for _ in range(MOVES)]
        rest = [page.evaluate(TIMED.replace("'input'", "'change'")) for _ in range(15)]
        browser.close()
    return [ms for ms, _ in moved][5:], [ms for ms, draws in rest if draws > 1000]


class Client:
    """A browser without a window."""

    def __init__(self, base: str, path: str) -> None:
        self.base = base
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open
        page = self.open(base + path).read().decode()
        self.csrf = page.split('name="csrf" content="')[1].split('"')[0]

    def post(self, name: str, body: dict) -> dict:
        headers = {"X-CSRF-Token": self.csrf, "Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self.base}/api/{name}", json.dumps(body).encode(), headers)
        return json.load(self.open(asked))


def edits(base: str, first: Client) -> float:
    """Seconds for all edits of all clients."""
    clients = [Client(base, first.post("invite", {})["path"]) for _ in range(CLIENTS)]

    def work(k: int) -> None:
        for i in range(EDITS):
            key = f"bench_{k}_{i}"
            clients[k].post(
                "change", {"kind": "add", "file": "sources.csv", "key": key, "new": {"id": key, "name": key}}
            )

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, range(CLIENTS)))
    return time.perf_counter() - start


def opened(case: Path) -> tuple[subprocess.Popen, str]:
    command = [str(Path(sys.executable).with_name("blindspot")), "open", str(case), "--no-browser"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    return running, running.stdout.readline().strip()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        case = shutil.copytree(CASE, Path(folder) / "case", ignore=shutil.ignore_patterns("made", "out"))
        running, link = opened(case)
        try:
            moving, rest = latency(link)
        finally:
            running.terminate()
        running, link = opened(case)
        try:
            base, _, path = link.partition("/?")
            seconds = edits(base, Client(base, "/?" + path))
        finally:
            running.terminate()
        log = [json.loads(x) for x in (case / "custody.jsonl").read_text().splitlines()]
        in_log = [e["key"] for e in log if e["act"] == "edit"]
        in_file = [x.split(",")[0] for x in (case / "sources.csv").read_text().splitlines() if x.startswith("bench_")]
    load = os.getloadavg()[0]
    print(
        f"handle moved -> answers redrawn: median {median(moving):.0f} ms, worst {max(moving):.0f} ms, of {len(moving)} (load {load:.1f})"
    )
    print(f"at rest, all draws: median {median(rest):.0f} ms of {len(rest)}")
    print(
        f"{len(in_file)} edits by {CLIENTS} clients in {seconds:.1f} s; order of log and file equal: {in_log == in_file}"
    )


if __name__ == "__main__":
    main()
