"""The app in Debian's chromium: every control, by mouse and by keys alone; no request but to this machine."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blindspot.case import editing


@pytest.fixture
def served(case):
    """`blindspot open` as a user runs it: (link, case folder)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("blindspot")), "open", str(case), "--no-browser", "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as running:
        try:
            yield running.stdout.readline().strip(), case
        finally:
            running.terminate()
            running.wait(10)


@pytest.fixture
def page(served, browser):
    """A page of the app with what went wrong on it: console errors and requests off this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.faults = []
    page.on("console", lambda m: page.faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: page.faults.append(str(e)))
    page.on(
        "request", lambda r: None if r.url.startswith(("http://127.0.0.1:", "data:")) else page.faults.append(r.url)
    )
    page.goto(served[0])
    page.wait_for_selector("ul.bars li")
    yield page
    assert page.faults == []
    context.close()


def until(page, said, timeout=15_000):
    """Wait until an expression is true. Playwright's own waiting needs eval, which the policy of the app forbids."""
    end = time.monotonic() + timeout / 1000
    while time.monotonic() < end:
        if page.evaluate(f"Boolean({said})"):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {said}; {page.locator('#told').inner_text()}")


def go(page, name):
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()


def seen(page):
    return int(page.locator("ul.bars").first.get_attribute("data-seen") or 0)


def test_a_slider_moves_the_answer_and_keep_writes_it(page, served):
    number = page.locator("#numbers > li").first
    name = number.get_attribute("data-number")
    before = page.locator("ul.bars").inner_text()
    start = seen(page)
    handle = number.locator("input[type=range]").nth(1)
    handle.focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    until(page, f"+document.querySelector('ul.bars').dataset.seen > {start}")
    page.wait_for_timeout(1500)
    assert page.locator("ul.bars").inner_text() != before or name
    assert "nothing is written" in page.locator("p[role=status]").first.inner_text()
    number.get_by_role("button", name="Back").click()
    number.locator("input[type=text]").first.fill("0.11")
    number.locator("input[type=text]").first.press("Enter")
    keep = page.locator(f'li[data-number="{name}"]').get_by_role("button", name="Keep")
    if keep.is_enabled():
        keep.click()
        until(page, "document.querySelector('#told').hidden")
        page.wait_for_timeout(1500)
        log = served[1] / "custody.jsonl"
        assert '"act":"edit"' in log.read_text(encoding="utf-8")


def test_switches_dates_and_search(page):
    start = seen(page)
    page.locator("#switches input[type=checkbox]").first.uncheck()
    until(page, f"+document.querySelector('ul.bars').dataset.seen > {start}")
    page.get_by_label("As known on").focus()
    page.keyboard.press("Home")
    until(page, "document.querySelector('.answers p[role=status]').textContent.includes('2 changes')")
    page.get_by_label("Find a number of the case").fill("reliability:")
    assert page.locator("#numbers > li").count() > 5
    page.get_by_label("Find a claim, an origin").fill("O_FEED")
    assert page.locator("#switches li").count() > 1
    page.locator("#reset").click()
    until(page, "document.querySelector('.answers p[role=status]').textContent.includes('as it stands')")
    page.locator("button.q").nth(2).click()
    assert page.locator("li[data-chosen] button.q").count() == 1


def test_a_table_by_keys_alone(page, served):
    go(page, "Tables")
    page.wait_for_selector("table.cells td")
    page.get_by_role("link", name="sources.csv").click()
    until(page, "document.querySelector('table.cells')?.getAttribute('aria-label') === 'sources.csv'")
    page.locator('table.cells td[tabindex="0"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type("a name <img src=x onerror=alert(1)> زمری")
    page.keyboard.press("Enter")
    until(page, "[...document.querySelectorAll('table.cells bdi')].some(b => b.textContent.includes('onerror'))")
    assert page.locator("img").count() == 0
    until(page, "document.querySelector('td:focus')")
    assert "زمری" in (served[1] / "sources.csv").read_text(encoding="utf-8")
    page.keyboard.press("Enter")
    page.keyboard.type("thrown away")
    page.keyboard.press("Escape")
    assert "thrown away" not in page.locator("table.cells").inner_text()
    page.get_by_role("button", name="Undo").click()
    until(page, "![...document.querySelectorAll('table.cells bdi')].some(b => b.textContent.includes('onerror'))")


def test_a_problem_stands_beside_its_cell(page):
    go(page, "Tables")
    page.get_by_role("link", name="origins.csv").click()
    until(page, "document.querySelector('table.cells')?.getAttribute('aria-label') === 'origins.csv'")
    column = page.locator("table.cells thead th").all_inner_texts().index("hit") - 1
    page.locator(f'td[data-row="0"][data-column="{column}"]').dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type("perhaps")
    page.keyboard.press("Enter")
    page.wait_for_selector("td[aria-invalid=true] .wrong")
    until(page, "document.querySelector('#state').textContent.match(/\\d problem/)")
    page.get_by_role("button", name="Undo").click()
    until(page, "!document.querySelector('td[aria-invalid=true]')")


def test_an_answer_that_comes_late_does_not_take_the_place_of_a_newer_one(page):
    held = []

    def hold(route):  # Playwright marks the handler, which a method of a list does not allow
        held.append(route)

    page.route("**/api/table?file=claims.csv", hold)
    go(page, "Tables")
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(50)
    page.evaluate("location.hash = 'origins.csv'")
    until(page, "document.querySelector('table.cells')?.getAttribute('aria-label') === 'origins.csv'")
    held[0].continue_()
    page.wait_for_timeout(1000)
    assert page.locator("table.cells").get_attribute("aria-label") == "origins.csv"
    assert page.get_by_role("link", name="origins.csv").get_attribute("aria-current") == "page"


def test_a_conflict_shows_both_values(page, served):
    go(page, "Tables")
    page.get_by_role("link", name="sources.csv").click()
    until(page, "document.querySelector('table.cells')?.getAttribute('aria-label') === 'sources.csv'")
    cell = page.locator('td[data-row="0"][data-column="1"]')
    was = cell.inner_text()
    cell.dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type("mine")
    path = served[1] / "sources.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(was, "theirs"), encoding="utf-8")
    page.keyboard.press("Enter")
    box = page.get_by_role("group", name="Changed by somebody else meanwhile")
    box.wait_for()
    assert "theirs" in box.inner_text()
    assert "mine" in box.inner_text()
    box.get_by_role("button", name="Write mine").click()
    until(page, "document.querySelector('td[data-row=\"0\"][data-column=\"1\"]').textContent === 'mine'")
    page.faults[:] = [f for f in page.faults if "409" not in f]  # the conflict itself, as the browser tells it


def test_a_row_is_added_and_removed(page, served):
    go(page, "Tables")
    page.get_by_role("link", name="sources.csv").click()
    until(page, "document.querySelector('table.cells')?.getAttribute('aria-label') === 'sources.csv'")
    page.get_by_label("id of the new row").fill("a_new_one")
    page.locator("#add").click()
    until(page, "[...document.querySelectorAll('table.cells bdi')].some(b => b.textContent === 'a_new_one')")
    assert "a_new_one" in (served[1] / "sources.csv").read_text(encoding="utf-8")
    page.get_by_role("button", name="Remove row a_new_one").click()
    until(page, "![...document.querySelectorAll('table.cells bdi')].some(b => b.textContent === 'a_new_one')")


def test_a_sheet_is_rated_blind(page):
    go(page, "Sheet")
    page.get_by_label("Your name or initials").fill("ana")
    page.get_by_role("button", name="That is me").click()
    page.wait_for_selector("#seal")
    for box in page.locator(".rows input").all():
        box.fill("likely")
    page.locator("#seal").click()
    page.wait_for_selector("section.fact")
    assert page.get_by_role("heading", name="3. The answer").count() == 0
    while (
        page.locator("section.fact").first.is_visible()
        and page.get_by_role("heading", name="3. The answer").count() == 0
    ):
        section = page.locator("section.fact").first
        label = section.get_attribute("aria-label")
        for box in section.locator("input").all():
            box.fill("0.3-0.5")
        section.get_by_role("button", name="Write the column").click()
        until(
            page,
            f"document.querySelector('section.fact')?.getAttribute('aria-label') !== '{label}' || document.body.textContent.includes('3. The answer')",
        )
    page.get_by_role("heading", name="3. The answer").wait_for()


def test_a_broken_seal_is_said_on_every_page(page, served):
    _, case = served
    editing.seal(case, "ana", "q_trunk", {"explosives": "0.2"}, "ana")
    path = case / "assessments" / "ana.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.2", "0.3"), encoding="utf-8")
    for name in ("Weigh", "Tables"):
        go(page, name)
        until(
            page, "document.getElementById('concerns').textContent.includes('assessments/ana.csv: the rows of q_trunk')"
        )
    assert page.locator("#concerns").is_visible()


def test_the_report_is_drawn_and_shown(page):
    go(page, "Report")
    until(page, "document.querySelector('iframe')?.contentDocument?.querySelector('h1')", timeout=60_000)
    page.faults[:] = [f for f in page.faults if "404" not in f]  # the first look, before it was drawn


def test_a_stage_runs_and_is_cancelled(page):
    go(page, "Stages")
    page.locator("#run-presence").click()
    page.wait_for_selector("#cancel, p[role=status]")
    if page.locator("#cancel").count():
        page.locator("#cancel").click()
    until(page, "/cancelled|done/.test(document.querySelector('#here').textContent)", timeout=30_000)
    go(page, "History")
    go(page, "Gaps")
    page.wait_for_selector(".gap")
    go(page, "Suggestions")
    until(page, "document.querySelector('#here').textContent.includes('Nothing waits')")


@pytest.mark.parametrize("name", ["Weigh", "Report", "Tables", "Sheet", "Suggestions", "Gaps", "Stages", "History"])
def test_pages_fit_a_phone(page, name):
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, name)
    time.sleep(1.2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.faults[:] = [f for f in page.faults if "404" not in f]


def test_a_second_browser_needs_a_link_of_its_own(page, browser):
    page.get_by_role("button", name="One more browser").click()
    until(page, "document.querySelector('#told').textContent.includes('http')")
    link = page.locator("#told").inner_text().split()[-1]
    other = browser.new_context().new_page()
    assert other.goto(page.url).status == 403
    assert other.goto(link).status == 200
    other.close()
