"""axe-core finds nothing serious on any page. It is fetched by .ci/run, used here, and no part of the project."""

from pathlib import Path

import pytest

from blindspot.stages import review
from publish.scenes import write_scene

AXE = Path(__file__).resolve().parents[2] / ".axe" / "node_modules" / "axe-core" / "axe.min.js"
FOUND = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(' | '))"""


@pytest.fixture(scope="module")
def filmed(once):
    def make(root):
        write_scene(root / "case")
        review(root / "case", root / "out", fresh=True)

    return once("axe", make) / "out/report.html"


@pytest.mark.parametrize("name", ["kabul", "hard", "many", "filmed"])
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_serious(browser, pages, filmed, name, width, scheme):
    if not AXE.is_file():
        pytest.skip("axe-core is absent: npm install --no-save --prefix .axe axe-core")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto((filmed if name == "filmed" else pages[name]).as_uri() + "#claim=K2")
    page.wait_for_function("() => document.documentElement.dataset.scene === 'ready'")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(FOUND) == []
    context.close()
