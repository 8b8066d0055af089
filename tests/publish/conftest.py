import shutil
from pathlib import Path

import pytest

from blindspot.stages import review
from folders import write_air_case, write_hard_case, write_many_claims, write_one_claim


@pytest.fixture(scope="session")
def reviewed(kabul, once):
    """The Kabul case, copied and reviewed once: (case folder, out folder)."""

    def make(root):
        folder = shutil.copytree(kabul, root / "case", ignore=shutil.ignore_patterns("made", "out"))
        review(folder, root / "out", fresh=True)

    root = once("kabul", make)
    return root / "case", root / "out"


CASES = {"hard": write_hard_case, "one": write_one_claim, "many": write_many_claims, "air": write_air_case}


@pytest.fixture(scope="session")
def pages(reviewed, once):
    """report.html by name: the Kabul case, one that tries the page, one claim, 200 claims, aircraft."""
    made = {"kabul": reviewed[1] / "report.html"}
    for name, write in CASES.items():
        root = once(f"page-{name}", lambda root, write=write: review(write(root / "case"), root / "out", fresh=True))
        made[name] = root / "out/report.html"
    return made


@pytest.fixture(scope="session")
def browser():
    """Debian's chromium, driven by playwright; nothing is downloaded."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is absent: `make test` installs it")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is absent: apt-get install chromium fonts-noto-core")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def faults():
    """The script that lists what is wrong with a page."""
    return (Path(__file__).parent / "browser.js").read_text(encoding="utf-8")
