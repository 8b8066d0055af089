"""axe-core finds nothing serious on any page of the app."""

import pytest

from publish.app.test_browser import page, served, settled
from publish.test_axe import AXE, FOUND

__all__ = ["page", "served"]  # fixtures of the browser tests, used here too

ADDRESSES = ("weigh", "reported", "tables", "sheet", "suggestions", "gaps", "stages", "history")


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is absent: npm install --no-save --prefix .axe axe-core")
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious_in_the_app(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    root = page.url.rsplit("/", 1)[0]
    found = {}
    for address in ADDRESSES:
        page.goto(f"{root}/{address}")
        settled(page)
        # The policy of the app forbids eval and inline script; what the browser runs for a test is neither.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        if serious := page.evaluate(FOUND):
            found[address] = serious
    page.faults[:] = [f for f in page.faults if "404" not in f]  # the report, looked for before it was drawn
    assert found == {}
