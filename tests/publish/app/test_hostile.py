"""Text of a case is never markup: every field of every file holds a script, and the pages only show it."""

import csv
import shutil

import pytest

from publish.app.test_browser import go, page, served, settled
from publish.test_hostile_case import write_hostile

__all__ = ["page", "served"]  # fixtures of the browser tests, used here too

HURT = '=1+1"><img src=x onerror="window.hurt=1"><svg onload="window.hurt=1"><script>window.hurt=1</script>'
FREE = {"name", "text", "note", "role", "quote_summary", "label"}
MARKUP = "document.querySelectorAll('[onerror], [onload], img[src=x], main script').length"
SHOWN = "document.body.innerText + [...document.querySelectorAll('input, textarea')].map(e => e.value).join(' ')"
PAGES = ("Weigh", "Tables", "Sheet", "Suggestions", "Gaps", "Stages", "History")


def poison(root, everything):
    """Write HURT into the free text, or into every cell, of every table; returns how many cells."""
    cells = 0
    for path in [*root.glob("*.csv"), *root.glob("lists/*.csv")]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            columns, *rows = list(csv.reader(file))
        for row in rows:
            for n, column in enumerate(columns[: len(row)]):
                if everything or (column in FREE and row[n]):
                    row[n], cells = HURT, cells + 1
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
    return cells


@pytest.mark.parametrize("how", ["free text", "every field", "every file"])
def test_text_of_a_case_is_never_markup(page, case, how):
    if how == "every file":
        shutil.rmtree(case)
        assert len(write_hostile(case)) > 90
    else:
        assert poison(case, how == "every field") > 50
    shown = []
    for name in PAGES:
        go(page, name)
        assert page.evaluate("window.hurt") is None
        assert page.evaluate(MARKUP) == 0
        if "window.hurt=1" in page.evaluate(SHOWN):
            shown.append(name)
        if name == "Tables":
            for file in page.locator(".file-list a").all_inner_texts():
                page.evaluate("f => { location.hash = encodeURIComponent(f); }", file)
                page.locator('.file-list a[aria-current="page"]', has_text=file).wait_for()
                settled(page)
                assert page.evaluate("window.hurt") is None, file
                assert page.evaluate(MARKUP) == 0, file
    assert {"Tables", *(["Weigh"] if how != "every field" else [])} <= set(
        shown
    )  # in every field: a case that does not open
