"""The page of a released copy is the same page: it moves, asks nothing of anybody, and holds no more than the copy."""

import json
import re

from blindspot.stages import release
from publish.release.cases import generated


def test_a_released_page_moves_and_loads_nothing(tmp_path, browser, faults):
    found = release(generated(tmp_path / "case", 11), "public")
    assert found.blocked == ()
    page_file = found.path / "report.html"
    page = browser.new_page(viewport={"width": 390, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    page.wait_for_function("() => document.documentElement.dataset.scene === 'ready'")
    assert page.evaluate(faults) == []
    page.locator("#go").select_option(index=1)
    page.locator("#claim-list button").first.click()
    assert "Claim" in page.locator("#chosen").inner_text()
    assert said == []
    assert asked == [page_file.as_uri()]
    page.close()
    data = json.loads(re.search(r'id="scene-data">(.*?)</script>', page_file.read_text(encoding="utf-8"), re.DOTALL)[1])
    assert data["clips"] == data["watches"] == data["vehicles"] == data["sensors"] == []
    assert data["basemap"]["files"] == []
    assert data["claims"]
