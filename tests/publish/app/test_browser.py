"""The app in Debian's chromium: every control, by mouse and by keys alone; no request but to this machine."""

import json
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
    try:
        page.goto(served[0])
        settled(page)
        yield page
    finally:
        context.close()
    assert page.faults == []


def until(page, said, timeout=240_000):
    """Wait until an expression is true. Playwright's own waiting needs eval, which the policy of the app forbids."""
    end = time.monotonic() + timeout / 1000
    while time.monotonic() < end:
        if page.evaluate(f"Boolean({said})"):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {said}; {page.locator('#told').inner_text()}")


def settled(page):
    """Wait until the page has all it asked for."""
    page.locator('#here[aria-busy="false"]').wait_for(timeout=240_000)


def go(page, name):
    """Go to a page of the app and wait until it has all it asked for."""
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()
    page.locator("h1.page", has_text=name).wait_for()
    settled(page)


def open_table(page, file):
    go(page, "Tables")
    page.get_by_role("link", name=file).click()
    until(page, f"document.querySelector('table.cells')?.getAttribute('aria-label') === '{file}'")


def status(page, words):
    until(page, f"document.querySelector('.answers p[role=status]').textContent.includes('{words}')")


def log_of(case):
    path = case / "custody.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_a_slider_moves_the_answer_and_keep_writes_it(page, served):
    number = page.locator("#numbers > li").first
    name = number.get_attribute("data-number")
    before, written = page.locator("ul.bars").inner_text(), log_of(served[1])
    number.locator("input[type=range]").nth(1).focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    status(page, "nothing is written")
    settled(page)
    assert page.locator("ul.bars").inner_text() != before
    number.get_by_role("button", name="Back").click()
    status(page, "The case as it stands")
    settled(page)
    assert page.locator("ul.bars").inner_text() == before
    assert log_of(served[1]) == written
    number.locator("input[type=text]").first.fill("0.11")
    number.locator("input[type=text]").first.press("Enter")
    page.locator(f'li[data-number="{name}"]').get_by_role("button", name="Keep").click()
    settled(page)
    (edit,) = log_of(served[1])[len(written) :]
    assert edit["act"] == "edit"
    assert "0.11" in json.dumps(edit)


def test_a_number_that_another_changed_is_not_written_over_unseen(page, served):
    number = page.locator('#numbers > li[data-number^="hit:"], #numbers > li[data-number^="false_alarm:"]').first
    column, _, key = number.get_attribute("data-number").partition(":")
    low = number.locator("input[type=text]").first
    low.fill("0.011")
    low.press("Enter")
    status(page, "1 change")
    settled(page)
    page.route("**/api/version*", lambda route: None)  # it does not hear of the change by itself
    sheet = editing.read_sheet(served[1], "origins.csv")
    old = next(line for line in sheet.rows if line.key == key).cells[sheet.columns.index(column)]
    editing.apply(
        served[1], editing.Change("cell", "origins.csv", key, column, old, "0.02-0.03", sheet.version), "another"
    )
    number.get_by_role("button", name="Keep").click()
    until(
        page,
        "document.querySelector('#told').textContent.includes('changed by somebody else meanwhile: it is 0.02-0.03')",
    )
    assert "0.02-0.03" in (served[1] / "origins.csv").read_text(encoding="utf-8")
    page.unroute("**/api/version*")


def test_switches_dates_and_search(page):
    page.locator("#switches input[type=checkbox]").first.uncheck()
    status(page, "1 change")
    page.get_by_label("As known on").focus()
    page.keyboard.press("Home")
    status(page, "2 changes")
    page.get_by_label("Find a number of the case").fill("reliability:")
    assert page.locator("#numbers > li").count() > 5
    page.get_by_label("Find a claim, an origin").fill("O_FEED")
    assert page.locator("#switches li").count() > 1
    page.locator("#reset").click()
    status(page, "as it stands")
    page.locator("button.q").nth(2).click()
    assert page.locator("li[data-chosen] button.q").count() == 1


def test_a_table_by_keys_alone(page, served):
    open_table(page, "sources.csv")
    page.locator('table.cells td[tabindex="0"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type("a name <img src=x onerror=alert(1)> زمری")
    page.keyboard.press("Enter")
    until(page, "[...document.querySelectorAll('table.cells bdi')].some(b => b.textContent.includes('onerror'))")
    assert page.locator("img").count() == 0
    until(page, "document.querySelector('td:focus')")
    settled(page)  # what was typed stands in the cell at once, and in the file before the answer
    assert "زمری" in (served[1] / "sources.csv").read_text(encoding="utf-8")
    page.keyboard.press("Enter")
    page.keyboard.type("thrown away")
    page.keyboard.press("Escape")
    assert "thrown away" not in page.locator("table.cells").inner_text()
    page.get_by_role("button", name="Undo").click()
    until(page, "![...document.querySelectorAll('table.cells bdi')].some(b => b.textContent.includes('onerror'))")


def test_a_problem_stands_beside_its_cell(page):
    open_table(page, "origins.csv")
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
    page.get_by_role("link", name="Tables").click()
    for _ in range(1200):
        if held:
            break
        page.wait_for_timeout(50)
    page.evaluate("location.hash = 'origins.csv'")
    until(page, "document.querySelector('table.cells')?.getAttribute('aria-label') === 'origins.csv'")
    held[0].continue_()
    settled(page)
    assert page.locator("table.cells").get_attribute("aria-label") == "origins.csv"
    assert page.get_by_role("link", name="origins.csv").get_attribute("aria-current") == "page"


def test_what_is_begun_while_a_change_is_on_its_way_is_left_alone(page, served):
    open_table(page, "sources.csv")
    held = []

    def hold(route):
        held.append(route)

    page.route("**/api/change", hold)
    page.locator('td[data-row="0"][data-column="1"]').dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type("a slow one")
    box = page.get_by_label("id of the new row")
    box.click()
    box.type("half an i")
    held[0].continue_()
    until(page, "document.querySelector('td[data-row=\"0\"][data-column=\"1\"]').textContent === 'a slow one'")
    settled(page)
    assert "a slow one" in (served[1] / "sources.csv").read_text(encoding="utf-8")
    assert box.input_value() == "half an i"
    assert box.evaluate("e => e === document.activeElement")


def test_text_of_a_file_that_another_changed_stays_in_its_box(page, served):
    go(page, "Tables")
    page.get_by_role("link", name="case.toml").click()
    box = page.get_by_role("textbox", name="case.toml")
    path = served[1] / "case.toml"
    box.fill(path.read_text(encoding="utf-8") + "# mine\n")
    path.write_text(path.read_text(encoding="utf-8") + "# theirs\n", encoding="utf-8")
    until(page, "document.querySelector('#told').textContent.includes('case.toml has changed meanwhile')")
    assert box.input_value().endswith("# mine\n")
    page.get_by_role("button", name="Save").click()
    until(page, "document.querySelector('#told').textContent.includes('still in the box')")
    assert path.read_text(encoding="utf-8").endswith("# theirs\n")
    page.faults[:] = [f for f in page.faults if "409" not in f]
    box.fill(box.input_value().replace("# mine\n", ""))  # as it was: nothing of mine is lost by reading theirs
    path.write_text(path.read_text(encoding="utf-8") + "# again\n", encoding="utf-8")
    until(page, "document.querySelector('textarea.whole').value.endsWith('# again\\n')")


def test_a_conflict_shows_both_values(page, served):
    open_table(page, "sources.csv")
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
    box.get_by_role("button", name="Write mine").press("Enter")
    settled(page)
    until(page, "document.querySelector('td[data-row=\"0\"][data-column=\"1\"]').textContent === 'mine'")
    assert ",mine," in path.read_text(encoding="utf-8")
    page.faults[:] = [f for f in page.faults if "409" not in f]  # the conflict itself, as the browser tells it


def test_a_row_is_added_and_removed(page, served):
    open_table(page, "sources.csv")
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
    until(page, "document.querySelector('iframe')?.contentDocument?.querySelector('h1')", timeout=240_000)
    page.faults[:] = [f for f in page.faults if "404" not in f]  # the first look, before it was drawn


def test_a_stage_runs_and_is_cancelled(page):
    go(page, "Stages")
    page.locator("#run-presence").click()
    until(
        page,
        "document.querySelector('button.cancel:not([hidden])') || document.querySelector('#here').textContent.includes('done, ')",
    )
    page.evaluate(
        "document.querySelector('button.cancel:not([hidden])')?.click()"
    )  # it may be done before anybody can stop it
    until(page, "/cancelled|done/.test(document.querySelector('#here').textContent)")
    go(page, "History")
    go(page, "Gaps")
    assert page.locator(".gap").count()
    go(page, "Suggestions")
    assert "Nothing waits" in page.locator("#here").inner_text()


@pytest.mark.parametrize("name", ["Weigh", "Report", "Tables", "Sheet", "Suggestions", "Gaps", "Stages", "History"])
def test_pages_fit_a_phone(page, name):
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, name)
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
