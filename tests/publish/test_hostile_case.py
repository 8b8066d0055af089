"""Hostile text in every field of every file that people type: the report runs none of it, and no sheet it writes does.

Fields come from the row classes, so a new one is covered by itself. Where a field refuses the text, that is its defence.
"""

import csv
import json
import re
import tomllib

import pytest
from click.testing import CliRunner

from blindspot.case import open_case
from blindspot.case.editing.sheet import KINDS
from blindspot.case.rows import Finding, Head, Hypothesis, Listed, Question, Rating
from blindspot.cli import cli
from blindspot.errors import CaseError
from folders import GOOD

TAGS = '"><img src=x onerror="window.hurt=1"><svg onload="window.hurt=1"></svg><script>window.hurt=1</script></script>'
HURT, LINK = "=HYPERLINK(1)" + TAGS, "javascript:window.hurt=1//" + TAGS
RUNS = re.compile(r"[=@+\t\r]|-(?![\d.e+-]*$)")  # what a spreadsheet would run; a negative number it would not
MARKUP = "document.querySelectorAll('[onerror], [onload], img[src=x], a[href^=javascript]').length"
MORE = {
    "standards.csv": "id,text,low,high,citation\nmine,likely,0.7,0.8,me\n",
    "texts.csv": "id\nstatement.txt\n",
    "tolls.csv": "id,claim,low,high\nN1,K1,3,4\n",
    "links.csv": "id,a,b,decision,by\nD1,a:p1,b:p1,same,me\n",
    "lists/a.csv": "id\np1\n",
    "lists/b.csv": "id\np1\n",
    "assessments/me.csv": "id,question,hypothesis,value\nR1,q1,bomb,0.4-0.6\n",
}


def kind_of(file):
    return Listed if file.startswith("lists/") else Rating if file.startswith("assessments/") else KINDS.get(file)


def bad(name):
    return LINK if name == "url" else HURT


def takes(kind, row, name):
    """Whether the class accepts hostile text in this field."""
    try:
        kind.model_validate({**row, name: bad(name)})
    except ValueError:
        return False
    return True


def poisoned_table(kind, text):
    """The rows with hostile text wherever the class lets it stand, and the fields that hold it."""
    rows = list(csv.DictReader(text.splitlines()))
    fields = {name for row in rows for name in kind.model_fields if name != "id" and takes(kind, row, name)}
    for row in rows:
        row.update({name: bad(name) for name in fields if takes(kind, row, name) and not row.get(name)})
        free = [name for name in fields if takes(kind, row, name) and kind.model_fields[name].annotation is str]
        row.update({name: bad(name) for name in free})
    return rows, fields


def poisoned_head():
    """case.toml with hostile text in every free field of each of its classes."""
    data = tomllib.loads(GOOD["case.toml"])

    def into(kind, values, whole):
        for name, field in kind.model_fields.items():
            if name == "id" or (name in values and field.annotation is not str):
                continue
            before = dict(values)
            values[name] = bad(name)
            try:
                Head.model_validate(whole)
            except ValueError:
                values.clear()
                values.update(before)

    into(Head, data, data)
    for question in data["question"]:
        into(Question, question, data)
        for hypothesis in question["hypothesis"]:
            into(Hypothesis, hypothesis, data)
    for finding in data["finding"]:
        into(Finding, finding, data)
    return data


def toml(data, head=""):
    lines, tables = [], []
    for name, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                tables += [f"[[{head}{name}]]", toml(item, f"{head}{name}.")]
        elif isinstance(value, dict):
            lines.append(f"{name} = {{ {', '.join(f'{k} = {json.dumps(v)}' for k, v in value.items())} }}")
        else:
            lines.append(f"{name} = {json.dumps(value)}")
    return "\n".join([*lines, *tables])


def write_hostile(root):
    """A case that is right and hostile; cells that the crosscheck refuses are put back. Returns (file, field) that hold the text."""
    head, tables = poisoned_head(), {}
    for file, text in (GOOD | MORE).items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = kind_of(file)
        if kind is None:
            path.write_text(toml(head) if file == "case.toml" else text)
        else:
            tables[file] = poisoned_table(kind, text)[0]
    (root / "texts").mkdir()
    (root / "texts/statement.txt").write_text(HURT)
    while True:
        for file, rows in tables.items():
            names = dict.fromkeys(name for row in rows for name in row)
            with (root / file).open("w", newline="", encoding="utf-8") as out:
                writer = csv.DictWriter(out, names)
                writer.writeheader()
                writer.writerows(rows)
        try:
            open_case(root)
            break
        except CaseError as error:
            mended = 0
            for file, name in {(p.where.file, p.where.column) for p in error.problems} & held(tables):
                first = list(csv.DictReader((GOOD | MORE)[file].splitlines()))
                for row, was in zip(tables[file], first, strict=True):
                    row[name], mended = was.get(name, ""), mended + 1
            if not mended:
                pytest.fail(error.diagnostics())
    return held(tables)


def held(tables):
    """(file, field) of the tables that hold the text."""
    return {(file, n) for file, rows in tables.items() for row in rows for n in row if row[n] in {HURT, LINK}}


def test_hostile_text_in_every_field_is_shown_and_never_run(tmp_path, browser):
    root = tmp_path / "case"
    found = write_hostile(root)
    assert len({file for file, _ in found}) >= 8, found
    assert {
        ("claims.csv", "quote_summary"),
        ("claims.csv", "url"),
        ("sources.csv", "name"),
        ("lists/a.csv", "name"),
    } <= found
    assert (root / "case.toml").read_text().count("=HYPERLINK(1)") > 20
    result = CliRunner().invoke(cli, ["review", str(root), "-o", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    report = next((tmp_path / "out").rglob("report.html"))
    context = browser.new_context()
    page, faults, asked = context.new_page(), [], []
    page.on("console", lambda m: faults.append(m.text))
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on("request", lambda r: asked.append(r.url))
    page.goto(report.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_function("() => document.documentElement.dataset.scene === 'ready'")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.hurt") is None
    assert page.evaluate(MARKUP) == 0
    assert "=HYPERLINK(1)" in page.evaluate("document.body.textContent")
    assert faults == []
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    context.close()
    sheets = sorted((tmp_path / "out").rglob("*.csv"))
    assert sheets
    for sheet in sheets:
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            running = [cell for row in csv.reader(file) for cell in row if RUNS.match(cell)]
        assert running == [], sheet
