"""Hostile text in every field of every file that people type: the report runs none of it, and no sheet it writes does.

Fields come from the row classes, so a new one is covered by itself. Where a field refuses the text, that is its defence.
"""

import csv
import json
import re
import tomllib
import typing
from datetime import date

import pytest
from pydantic import BaseModel

from blindspot.case import open_case
from blindspot.case.editing.sheet import KINDS
from blindspot.case.gaps import GapAnswer
from blindspot.case.rows import Head, Listed, Rating
from blindspot.case.sorties import Sorties
from blindspot.errors import CaseError
from blindspot.measure.track.settings import Settings
from blindspot.publish.release import fresh
from blindspot.publish.report.drawings import table
from blindspot.publish.report.tables import to_csv
from blindspot.stages import review
from folders import GOOD, write_case

TAGS = '"><img src=x onerror="window.hurt=1"><svg onload="window.hurt=1"></svg><script>window.hurt=1</script></script>'
HURT, LINK = "=HYPERLINK(1)" + TAGS, "javascript:window.hurt=1//" + TAGS
RUNS = re.compile(r"[=@+\t\r]|-(?![\d.e+-]*$)")  # what a spreadsheet would run; a negative number it would not
MARKUP = "document.querySelectorAll('[onerror], [onload], img[src=x], a[href^=javascript]').length"
MORE = {
    "standards.csv": "id,text,low,high,citation\nmine,likely,0.7,0.8,me\n",
    "texts.csv": "id\nstatement.txt\n",
    "tolls.csv": "id,claim,low,high\nN1,K1,3,4\n",
    "links.csv": "id,a,b,decision,by\nD1,a:p1,b:p1,same,me\n",
    "lists/a.csv": "id,status\np1,killed\n",
    "lists/b.csv": "id,status\np1,killed\n",
    "assessments/me.csv": "id,question,hypothesis,value\nR1,q1,bomb,0.4-0.6\n",
    "watch.csv": "id,place,start,end,on_station,in_view,setting,wall_m,width_m,depression_deg,gsd_m,shade,attention,looks\n"
    "w1,P1,2021-08-29T04:00:00Z,2021-08-29T04:20:00Z,0.9-1,0.7-1,courtyard,2-4,6-15,25-60,0.05-0.2,0.4-1,0.3-0.9,1-3\n",
    "households.csv": "id,place,when,households,outdoors,together,seen\nh1,P1,2021-08-29T04:15:00Z,2-4,0.15-0.6,0-0.6,0\n",
    "gap_answers.csv": "id,gap,answer,by\nG1,street-gap-1,none,me\n",
    "sorties.toml": """place = "P1"
turnaround_h = "3-5"
abort = "0.02-0.1"
limits = { speed_kmh = "100-443", endurance_h = "10-37" }
cue = { area_ratio = "5-33", sweep_h = "0.5-4", event_h = "0.5-6" }
base = [{ id = "field", name = "field", lat = 25.1, lon = 51.3 }]
places = [{ id = "P1" }]
closed = [{ polygon = [[60.0, 30.0], [61.0, 30.0], [61.0, 31.0]], standoff_km = 22.0 }]
aircraft = [{ id = "one", name = "one", endurance_h = "27-34", speed_kmh = "235-300" }]
statement = [{ id = "s1", quantity = "transit_share", at_most = 0.6, summary = "most of it" }]
""",
    "tracks.toml": """[[base_rate]]
id = "stops"
seen = 1
listed = "3-20"
[[custody]]
id = "van"
hours = "1"
density_km2 = "10-60"
passes = "0.1-0.6"
driver = "0.5-0.9"
person = "0.5-0.9"
gap = [{ id = "roof", seconds = "1-2" }]
""",
}
FREE = {  # of files without a row class: header and rows, with the columns that are free text
    "counts/yards.csv": (["site", "count_a", "count_b", "basis", "by", "note"], [["", "3", "2"], ["other", "4", "4"], ["third", "1", "2"]]),
    "flight_claims.csv": (["id", "quantity", "value", "unit", "speaker", "quote", "summary", "url", "basis"], [["f1", "endurance", "30", "hours"]]),
    "undercount.csv": (["one", "two", "", "count"], [[*bits, n] for bits, n in zip(("001", "010", "100", "011", "101", "110", "111"), "9876543", strict=True)]),
}  # fmt: skip
LOOKED_UP = {
    "country",
    "icao",
    "marks",
}  # what a stage does not find it refuses, and then the page shows that and no more of it
HEADS = {"case.toml": Head, "sorties.toml": Sorties, "tracks.toml": Settings}


def kind_of(file):
    return (
        Listed
        if file.startswith("lists/")
        else Rating
        if file.startswith("assessments/")
        else {**KINDS, "gap_answers.csv": GapAnswer}.get(file)
    )


def bad(file, name):
    """Hostile text that says where it stood."""
    return f"{LINK if name == 'url' else HURT} {file}:{name}."


def takes(file, row, name):
    """Whether the class of the file accepts hostile text in this field."""
    try:
        kind_of(file).model_validate({**row, name: bad(file, name)})
    except ValueError:
        return False
    return True


def poisoned_table(file, text):
    """The rows with hostile text wherever the class lets it stand, so that a row holds as much of it as it can."""
    rows = list(csv.DictReader(text.splitlines()))
    fields = kind_of(file).model_fields
    for row in rows:
        for name, field in fields.items():
            if name != "id" and (not row.get(name) or field.annotation is str) and takes(file, row, name):
                row[name] = bad(file, name)
    return rows


def poisoned_free(file):
    """Header and rows of a file without a class, with hostile text in each blank or missing cell."""
    header, rows = FREE[file]
    full = [
        [cell or bad(file, column or "name") for cell, column in zip(row + [""] * len(header), header, strict=False)]
        for row in rows
    ]
    return [[column or bad(file, "name") for column in header], *full]


def poisoned_toml(file, text, spared):
    """The file as data with hostile text in each field of each class that lets it stand; a number that stands is left."""
    whole = tomllib.loads(text)

    def into(kind, values):
        for name, field in kind.model_fields.items():
            within = classes(field.annotation)
            if within:
                for item in [values[name]] if isinstance(values.get(name), dict) else values.get(name, ()):
                    into(within[0], item)
            elif name not in {"id", *spared} and (name not in values or field.annotation is str):
                before = dict(values)
                values[name] = bad(file, name)
                try:
                    HEADS[file].model_validate(whole)
                except ValueError:
                    values.clear()
                    values.update(before)

    into(HEADS[file], whole)
    return whole


def classes(annotation):
    """The row classes that an annotation holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [kind for part in typing.get_args(annotation) for kind in classes(part)]


def without(values, name):
    """Take hostile text out of every field of this name; how many there were."""
    held = [
        v for value in values.values() for v in (value if isinstance(value, list) else [value]) if isinstance(v, dict)
    ]
    own = str(values.get(name, "")).startswith((HURT, LINK))
    if own:
        del values[name]
    return own + sum(without(v, name) for v in held)


def toml(data):
    """Data as TOML: whatever it holds in inline tables."""

    def value(v):
        if isinstance(v, dict):
            return "{ " + ", ".join(f"{k} = {value(x)}" for k, x in v.items()) + " }"
        if isinstance(v, list):
            return "[" + ", ".join(map(value, v)) + "]"
        return v.isoformat() if isinstance(v, date) else json.dumps(v)

    return "".join(f"{k} = {value(v)}\n" for k, v in data.items())


def write_rows(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)


def write_hostile(root, spared=LOOKED_UP):
    """A case that is right and hostile, and its review in out/ beside it; what is refused is put back.

    Returns the (file, field) that hold the text.
    """
    clean = GOOD | MORE
    heads = {file: poisoned_toml(file, clean[file], spared) for file in HEADS}
    tables = {file: poisoned_table(file, text) for file, text in clean.items() if kind_of(file)}
    (root / "texts").mkdir(parents=True)
    (root / "texts/statement.txt").write_text(HURT)
    (root / "expect.csv").write_text(clean["expect.csv"])
    for file in FREE:
        write_rows(root / file, poisoned_free(file))
    while True:
        for file, data in heads.items():
            (root / file).write_text(toml(data), encoding="utf-8")
        for file, rows in tables.items():
            names = dict.fromkeys(name for row in rows for name in row)
            write_rows(root / file, [names, *([row.get(n, "") for n in names] for row in rows)])
        try:
            open_case(root)
            review(root, root.parent / "out")
            break
        except CaseError as error:
            mended = 0
            said = {
                (p.where.file, m) for p in error.problems for m in [p.where.column, *re.findall(r":(\w+)\.", p.what)]
            }
            for file, name in said & held(tables):
                first = list(csv.DictReader(clean[file].splitlines()))
                for row, was in zip(tables[file], first, strict=True):
                    row[name], mended = was.get(name, ""), mended + 1
            mended += sum(
                without(heads[p.where.file], (p.where.column or "").rpartition(".")[2])  # closed.0.country
                for p in error.problems
                if p.where.file in heads
            )
            if not mended:
                pytest.fail(error.diagnostics())
    words = {file: (root / file).read_text(encoding="utf-8") for file in [*heads, *FREE]}
    return held(tables) | {
        (file, name) for file, text in words.items() for name in re.findall(rf"{re.escape(file)}:(\w+)\.", text)
    }


def held(tables):
    """(file, field) of the tables that hold the text."""
    return {(file, n) for file, rows in tables.items() for row in rows for n in row if row[n].startswith((HURT, LINK))}


@pytest.mark.parametrize("spared", [LOOKED_UP, set()], ids=["found", "looked for"])
def test_hostile_text_in_every_field_is_shown_and_never_run(tmp_path, browser, spared):
    root = tmp_path / "case"
    found = write_hostile(root, spared)
    assert {file for file, _ in found} == {*GOOD, *MORE, *FREE} - {"expect.csv"}  # whose cells are numbers
    assert {
        ("claims.csv", "quote_summary"),
        ("claims.csv", "url"),
        ("sources.csv", "name"),
        ("lists/a.csv", "name"),
        ("sorties.toml", "summary"),
        ("watch.csv", "sensor"),
    } <= found
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
    text = page.evaluate("document.body.textContent")
    shown = {(f, n) for f, n in found if f"{f}:{n}." in text}
    if spared:  # what each of these files says is on the page, so that it is the page that bears it
        assert {"watch.csv", "households.csv", "flight_claims.csv", "sorties.toml", "tracks.toml", "lists/a.csv"} <= {
            f for f, _ in shown
        }
    assert faults == []
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    context.close()
    sheets = sorted((tmp_path / "out").rglob("*.csv"))
    assert "counts/yards.csv:site." in (tmp_path / "out/tables/counted_sites.csv").read_text(encoding="utf-8")
    for sheet in sheets:
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            running = [cell for row in csv.reader(file) for cell in row if RUNS.match(cell)]
        assert running == [], sheet


def test_a_marked_cell_is_read_as_it_was(tmp_path):
    said = "=1+1, he said"
    marked = fresh.to_csv(["id", "source", "quote_summary"], [{"id": "K1", "source": "S1", "quote_summary": said}])
    assert marked.endswith(f'\nK1,S1,"\'{said}"\n')
    changes = dict.fromkeys(("facts_csv", "expect_csv", "origins_csv"))
    case = open_case(write_case(tmp_path, claims_csv=marked, **changes))
    assert case.claims["K1"].quote_summary == said
    for written in (to_csv([{said: said, "n": -1.5}]), table([{said: [said], "n": -1.5}])):
        assert [*csv.reader(written.splitlines())] == [["'" + said, "n"], ["'" + said, "-1.5"]]
