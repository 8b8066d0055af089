"""The page of a backtest in a browser: nothing is asked for, clipped, overlapped, unnamed or interpreted, at any width."""

from pathlib import Path

import pytest

from blindspot.runs import backtest
from incidents import swap, write_incident

ROOT = Path(__file__).resolve().parents[2]
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle" * 2


@pytest.fixture(scope="module")
def backtests(tmp_path_factory):
    """backtest.html by name: the corpus, one hard incident, one without anything to score."""
    root = tmp_path_factory.mktemp("backtests")
    write_incident(
        root / "hard" / f"mill{LONG[:60]}",
        incident_toml=swap(
            'text = "What was in the van?"', f'text = "{LONG} <b>&amp;</b> \u062e\u0648\u0627\u062c\u0647"'
        ),
        claims_csv=lambda t: t + f"C9,,S3,q_load,arms,,{LONG},,,,,\n",
    )
    write_incident(root / "none" / "mill", incident_toml=swap('date = "2020-06-01"', 'date = "2020-01-01"'))
    for name, corpus in (("corpus", ROOT / "corpus"), ("hard", root / "hard"), ("none", root / "none")):
        backtest(corpus, root / f"out-{name}")
    return {name: root / f"out-{name}" / "backtest.html" for name in ("corpus", "hard", "none")}


@pytest.mark.parametrize("name", ["corpus", "hard", "none"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (800, "dark"), (1400, "light")])
def test_the_page_has_no_fault_at_any_width(backtests, browser, faults, name, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    asked = []
    page.on("request", lambda r: asked.append(r.url))
    page.goto(backtests[name].as_uri())
    found = page.evaluate(faults)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found += page.evaluate(faults)
    page.emulate_media(media="print")
    found += page.evaluate(faults) if width == 800 else []
    context.close()
    assert found == []
    assert asked == [backtests[name].as_uri()]
