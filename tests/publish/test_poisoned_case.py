"""A case that hurts: markup, SVG and spreadsheet formulas in every free field of every file, as the row classes name them."""

import csv
import io
import json
import re
import tomllib

import pytest
from pydantic import TypeAdapter, ValidationError

from blindspot.case import open_case, rows, tolls
from blindspot.stages import review
from folders import write_hard_case

HURT = '=1+1"><img src=x onerror="window.hurt=1"><svg onload="window.hurt=1"></script><script>window.hurt=1</script>'
FILES = {
    "sources.csv": rows.Source,
    "facts.csv": rows.Fact,
    "origins.csv": rows.Origin,
    "claims.csv": rows.Claim,
    "places.csv": rows.Place,
    "stops.csv": rows.Stop,
    "standards.csv": rows.Standard,
    "tolls.csv": tolls.Toll,
    "lists/*.csv": rows.Listed,
    "assessments/*.csv": rows.Rating,
}
HEAD = {"question": rows.Question, "hypothesis": rows.Hypothesis, "finding": rows.Finding}


def free(kind):
    """The fields of a row class that take any text; a field added to a class is here by itself."""
    found = []
    for name, field in kind.model_fields.items():
        if field.annotation is not str or name == "id":
            continue
        try:
            TypeAdapter(field.rebuild_annotation()).validate_python(HURT)
        except ValidationError:
            continue
        found.append(name)
    return found


def poison_table(path, kind):
    header, *records = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    more = [name for name in free(kind) if name not in header]
    out = [[*header, *more]]
    for cells in records:
        out.append([HURT if name in free(kind) else cell for name, cell in zip(header, cells, strict=True)])
        out[-1] += [HURT] * len(more)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(out)
    return len(free(kind)) * len(records)


def poison_head(data, kind):
    made = dict.fromkeys(free(kind), HURT)
    for name, value in data.items():
        if isinstance(value, list) and name in HEAD:
            made[name] = [poison_head(entry, HEAD[name]) for entry in value]
        elif name not in made:
            made[name] = value
    return made


def toml(value):
    """A value as TOML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    root = write_hard_case(tmp_path_factory.mktemp("poisoned") / "case")
    cells = 0
    for pattern, kind in FILES.items():
        for path in sorted(root.glob(pattern)):
            cells += poison_table(path, kind)
    head = poison_head(tomllib.loads((root / "case.toml").read_text(encoding="utf-8")), rows.Head)
    (root / "case.toml").write_text("".join(f"{k} = {toml(v)}\n" for k, v in head.items()), encoding="utf-8")
    assert cells > 50
    case = open_case(root)
    assert case.head.title == case.head.summary == case.head.question[0].text == HURT
    assert case.head.question[0].hypothesis[0].by == case.head.finding[0].note == HURT
    return review(root, fresh=True).out


def test_the_row_classes_have_free_fields_and_every_one_is_meant():
    assert {"name", "role", "party", "url", "note", "basis", "by"} <= set(free(rows.Source))
    assert {"title", "clock", "actor", "summary", "handling"} <= set(free(rows.Head))


def test_the_page_shows_it_and_runs_nothing(poisoned, browser):
    said, asked = [], []
    page = browser.new_page()
    page.on("console", lambda m: said.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    address = (poisoned / "report.html").as_uri()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.wait_for_timeout(1000)
    assert page.evaluate("window.hurt") is None
    assert page.evaluate("document.querySelectorAll('[onerror], [onload], img[src=x]').length") == 0
    bad = "[...document.querySelectorAll('a[href]')].filter(a => !/^(https?:|#|mailto:)/.test(a.getAttribute('href'))).map(a => a.getAttribute('href'))"
    assert [h for h in page.evaluate(bad) if re.match(r"\s*(javascript|data|vbscript):", h, re.IGNORECASE)] == []
    assert HURT in page.evaluate("document.body.textContent")
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert said == []
    page.close()


def test_no_cell_of_a_written_table_is_a_formula(poisoned):
    tables = sorted(poisoned.rglob("*.csv"))
    assert tables
    hurt = 0
    for path in tables:
        for cells in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
            assert not [
                c for c in cells if c[:1] in set("=+@\t\r") or (c[:1] == "-" and not re.fullmatch(r"-[\d.e+-]+|-", c))
            ]
            hurt += sum(HURT in c for c in cells)
    assert hurt
