"""The page in a browser: nothing is asked for, clipped, overlapped, unnamed or interpreted, at any width, and on paper."""

import json
import re

import pytest

from blindspot.case import open_case
from blindspot.publish.report import publish
from blindspot.stages import review
from folders import ARABIC, MARKUP, write_case

NAMES = ("kabul", "hard", "one", "many", "air")
OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture
def visit(browser, pages):
    """Open a page and watch it: (page, what it said on the console, what it asked for)."""
    contexts = []

    def go(name, width, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(pages[name].as_uri())
        return page, said, asked

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (390, "light"), (820, "light"), (1280, "dark")])
def test_nothing_is_wrong_at_any_width(visit, faults, pages, name, width, scheme):
    page, said, asked = visit(name, width, scheme)
    assert page.evaluate(faults) == []
    page.evaluate(OPEN)
    assert page.evaluate(faults) == []
    assert said == []
    assert asked == [pages[name].as_uri()]


@pytest.mark.parametrize("name", ["kabul", "hard", "air"])
def test_it_prints_with_what_it_folds_on_white(visit, faults, name):
    page, said, _ = visit(name, 700, "dark")
    page.emulate_media(media="print")
    assert page.evaluate(faults) == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    folded = "[...document.querySelectorAll('details:not(.bulk,.weight)')].filter(d => !d.open)"
    assert page.evaluate(f"{folded}.length") > 5
    assert page.evaluate(f"{folded}.filter(d => !d.lastElementChild.checkVisibility()).length") == 0
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert said == []


def test_keys_reach_and_open_what_folds(visit):
    page, _, _ = visit("kabul", 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "A"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.evaluate("document.querySelector('details.weight summary').focus()")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details.weight').open")


def test_a_link_to_a_folded_row_opens_it(visit):
    page, _, _ = visit("kabul", 1280)
    page.evaluate("location.hash = '#claim-K018'")
    page.wait_for_function("document.getElementById('claim-K018').checkVisibility()")


def test_names_run_in_their_own_direction(visit):
    page, _, _ = visit("hard", 390)
    page.evaluate(OPEN)
    found = page.evaluate(
        "n => [...document.querySelectorAll('bdi')].filter(b => b.textContent === n).map(b => getComputedStyle(b).direction)",
        ARABIC,
    )
    assert len(found) > 5
    assert set(found) == {"rtl"}


def test_markup_in_a_field_stays_text(visit):
    page, said, _ = visit("hard", 1280)
    page.evaluate(OPEN)
    shown = page.evaluate("document.body.textContent")
    assert shown.count(MARKUP) > 50
    assert "alert(1)" in shown
    assert page.evaluate("document.querySelectorAll('a[href^=javascript]').length") == 0
    assert said == []


def test_the_page_is_small_enough_to_send(pages):
    assert pages["kabul"].stat().st_size < 1_500_000


def test_the_answer_stands_first_in_words_with_numbers(pages):
    text = pages["kabul"].read_text(encoding="utf-8")
    lead = re.search(r'class="answer lead">(.*?)</p>', text, re.DOTALL)
    assert lead
    assert "on none of 10 questions does the account under test meet" in lead[1]
    assert text.index(lead[0]) < text.index("<h2")
    words = re.search(r'class="answer">(.*?)</p>', text, re.DOTALL)
    assert words
    assert re.search(r"almost certain \(95-99 %\): <b>9\d to 9\d\s%</b>, median 9\d\s%", words[1])


def test_every_figure_has_its_table(reviewed):
    _, out = reviewed
    written = {p.stem for p in (out / "tables").iterdir()}
    assert written >= {
        "questions",
        "verdicts",
        "replay",
        "replay_verdicts",
        "items",
        "levers",
        "naive",
        "scenarios",
        "audit",
    }
    assert written >= {
        "claims",
        "sources",
        "bases",
        "speakers",
        "stops",
        "places",
        "legs",
        "persons",
        "priors",
        "expect",
    }
    named = set(re.findall(r"tables/(\w+)\.csv", (out / "report.html").read_text(encoding="utf-8")))
    assert named <= written


def test_nothing_later_stands_on_a_page_of_an_earlier_day(tmp_path):
    from datetime import date

    out = review(write_case(tmp_path), as_of=date(2021, 8, 30)).out
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "as known on 30 Aug 2021" in text
    assert 'id="claim-K1"' in text
    assert 'id="claim-K2"' not in text  # public on 10 September
    assert "an inquiry" not in text  # found on 17 September
    assert "K2" not in (out / "tables" / "claims.csv").read_text(encoding="utf-8")


def test_a_case_without_a_question_has_a_page(tmp_path):
    folder = write_case(
        tmp_path,
        case_toml='id = "x"\ntitle = "No question yet"\ndate = "2021-08-29"\n',
        sources_csv="id,name\nS1,one\n",
        claims_csv="id,source\nK1,S1\n",
        **dict.fromkeys(("facts_csv", "expect_csv", "origins_csv", "places_csv", "stops_csv")),
    )
    out = tmp_path / "out"
    publish(
        open_case(folder),
        {"weigh": {"case": "x", "as_of": None, "questions": []}, "replay": {"case": "x", "steps": []}},
        out,
        [],
    )
    assert "asks no question yet" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p style='width:2000px'>x</p>", "the page scrolls sideways"),
        ("<p style='width:40px;overflow:hidden;white-space:nowrap'>long long text</p>", "clips its text"),
        ("<p style='width:40px;white-space:nowrap'>long long long text</p>", "is wider than its box"),
        (
            "<svg role='img' aria-label='a'><text x='9' y='20'>one</text><text x='20' y='20'>two</text></svg>",
            "labels collide",
        ),
        (
            "<figure style='display:grid'><svg style='grid-area:1/1'><text y='14'>one</text></svg><p style='grid-area:1/1;margin:0'>text</p></figure>",
            "a label lies on the text beside it",
        ),
        ("<svg role='img' aria-label='a'><text x='-9' y='20'>one</text></svg>", "a label leaves the page"),
        ("<svg><text x='9' y='20'>one</text></svg>", "figure without a name"),
        ("<h3>x</h3>", "heading skips a level"),
        ("<a href='#gone'>x</a>", "link to nowhere"),
        ("<a href='javascript:1'>x</a>", "link to nowhere"),
        ("<p id='a'>x</p><p id='a'>x</p>", "twice the id"),
        ("<p><img alt='x' src='data:'></p>", "does not belong here"),
        ("<div class='scene'><img alt='x' src='x.png'></div>", "loads from elsewhere"),
        ("<script src='data:,'></script>", "a script that does not belong here"),
        ("<div class='scene'><button></button></div>", "control without a name"),
        ("<div class='scene'><button tabindex='-1'>x</button></div>", "control that no key reaches"),
        ("<p class='soft' style='color:#999'>x</p>", "contrast of .soft"),
        ("<div class='scroll' role='region' aria-label='x'></div>", "cannot be scrolled by key"),
        ("<table><tr><th>x</th></tr></table>", "header cell without a scope"),
    ],
)
def test_the_list_of_faults_finds_each(browser, faults, body, fault):
    page = browser.new_page(viewport={"width": 390, "height": 600})
    page.set_content(f"<body style='margin:0;background:#fff'><main><h1>x</h1>{body}</main>")
    assert any(found.startswith(fault) for found in page.evaluate(faults))
    page.close()


def test_every_section_says_how_it_can_be_challenged(pages):
    for name in ("kabul", "hard", "one"):
        text = pages[name].read_text(encoding="utf-8")
        for section in re.findall(r"<section.*?</section>", text, re.DOTALL):
            title = re.search(r"<h2[^>]*>(.*?)</h2>", section, re.DOTALL)
            assert "To challenge" in section or "challenge it:" in section or 'id="challenge"' in section, title[1]


def test_the_opening_names_what_alone_carries_a_verdict(reviewed, pages):
    found = json.loads((reviewed[1] / "findings.json").read_text(encoding="utf-8"))["questions"]
    alone = [ids[0] for q in found for ids in q["flips"] if len(ids) == 1]
    opening = re.search(r"<header>.*?</header>", pages["kabul"].read_text(encoding="utf-8"), re.DOTALL)[0]
    assert alone
    assert re.findall(r'data-why="(\w+)"', opening) == alone
    assert 'href="#scene"' in opening
