"""Any table that a person or a spreadsheet has written: what is not touched keeps its bytes, what is touched reads back."""

import csv
import io
import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blindspot.case import editing
from blindspot.case.custody.chain import read_log
from blindspot.case.editing import Change
from blindspot.case.editing.sheet import Draft
from blindspot.errors import UsageError

COLUMNS = ("id", "name", "role", "note")
ODD = st.sampled_from(
    ["", " ", ",", '"', '""', "a\nb", "x\r\ny", "زمری", "\u200fמים\u200e", "\u2028", "'=1+1", "é\u0301", "a,b"]
)
TEXT = ODD | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
TYPED = TEXT.filter(lambda text: not set(text) & set("\r\n"))


@st.composite
def tables(draw):
    """Bytes of a table as odd as they come: BOM, quotes where none are needed, blank lines, mixed line ends, no last one."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    out = [",".join(COLUMNS)]
    for n in range(draw(st.integers(1, 5))):
        cells = [f"K{n}", *(draw(TEXT) for _ in COLUMNS[1:])]
        quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
        text = io.StringIO(newline="")
        csv.writer(text, quoting=quoting, lineterminator="\r\n").writerow(cells)
        out += [text.getvalue().removesuffix("\r\n"), *([""] * draw(st.integers(0, 1)))]
    last = draw(st.sampled_from(["", end, end + end]))
    bom = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return bom + (end.join(out) + last).encode()


def cells_of(raw):
    found = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    return [row for row in found if any(cell.strip() for cell in row)]


def folder(tmp_path_factory, raw):
    root = tmp_path_factory.mktemp("case")
    (root / "case.toml").write_text('id = "x"\n')
    (root / "sources.csv").write_bytes(raw)
    return root


@given(tables(), st.integers(0, 4), st.sampled_from(COLUMNS[1:]), TYPED)
def test_one_cell_is_changed_and_every_other_record_keeps_its_bytes(raw, at, column, new):
    draft = Draft("sources.csv", raw)
    assert draft.bytes() == raw
    before, wanted = list(draft.texts), cells_of(raw)
    at %= len(wanted) - 1
    place = draft.find(f"K{at}")
    draft.set(place, {column: new})
    wanted[at + 1][COLUMNS.index(column)] = new
    assert cells_of(draft.bytes()) == wanted
    assert [i for i, (a, b) in enumerate(zip(before, draft.texts, strict=True)) if a != b] in ([], [place])
    assert draft.bytes().startswith(b"\xef\xbb\xbf") == raw.startswith(b"\xef\xbb\xbf")


STEP = st.tuples(st.sampled_from(["cell", "id", "add", "remove", "rows"]), st.integers(0, 9), st.sampled_from(COLUMNS[1:]), TYPED)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(tables(), st.lists(STEP, min_size=1, max_size=6))
def test_any_changes_are_taken_back_and_made_again(tmp_path_factory, raw, steps):
    root = folder(tmp_path_factory, raw)
    states = [cells_of(raw)]
    for n, step in enumerate(steps):
        change = as_change(editing.read_sheet(root, "sources.csv"), n, *step)
        if change is None:
            continue
        editing.apply(root, change, "ana")
        states.append(cells_of((root / "sources.csv").read_bytes()))
    for state in reversed(states[:-1]):
        editing.undo(root, "ben")
        assert cells_of((root / "sources.csv").read_bytes()) == state
    for state in states[1:]:
        editing.redo(root, "ben")
        assert cells_of((root / "sources.csv").read_bytes()) == state
    says = [line.says for line in read_log(root)[0]]
    assert len(says) == 3 * (len(states) - 1)
    assert all(a["after"] == b["before"] for a, b in itertools.pairwise(says))


def as_change(sheet, n, kind, at, column, text):
    if kind == "add":
        return Change("add", "sources.csv", f"N{n}", new=json.dumps({"id": f"N{n}", column: text}))
    if not sheet.rows:
        return None
    line = sheet.rows[at % len(sheet.rows)]
    row = dict(zip(sheet.columns, line.cells, strict=True))
    if kind == "remove":
        return Change("remove", "sources.csv", line.key, old=json.dumps(row))
    if kind == "id":
        return Change("cell", "sources.csv", line.key, "id", row["id"], f"R{n}")
    if kind == "cell":
        same = row[column] == text
        return None if same else Change("cell", "sources.csv", line.key, column, row[column], text)
    rows = [{"key": line.key, "old": row, "new": row | {column: text}}, {"key": f"N{n}", "old": None, "new": {"id": f"N{n}"}}]  # fmt: skip
    return Change("rows", "sources.csv", new=json.dumps(rows))


def test_rows_without_an_id_of_their_own_are_named_by_their_line(tmp_path_factory):
    root = folder(tmp_path_factory, b"id,name,note\nA,one,\n\n,two,\nA,three,\n")
    assert [line.key for line in editing.read_sheet(root, "sources.csv").rows] == ["A", "#4", "#5"]
    editing.apply(root, Change("cell", "sources.csv", "#4", "id", "", "B"), "ana")
    editing.undo(root, "ana")
    editing.apply(root, Change("remove", "sources.csv", "#4", old=json.dumps({"name": "two"})), "ana")
    editing.undo(root, "ana")
    assert (root / "sources.csv").read_bytes() == b"id,name,note\nA,one,\n\n,two,\nA,three,\n"


def test_a_row_named_by_its_line_is_refused_once_the_file_has_changed(tmp_path_factory):
    root = folder(tmp_path_factory, b"id,name,note\nA,one,\n,two,\n,three,\n")
    seen = editing.read_sheet(root, "sources.csv").version
    editing.apply(root, Change("remove", "sources.csv", "#3", old=json.dumps({"name": "two"})), "ana")
    with pytest.raises(UsageError, match="known by its line only"):
        editing.apply(root, Change("cell", "sources.csv", "#3", "note", "", "meant for two", version=seen), "ben")
    assert b"meant" not in (root / "sources.csv").read_bytes()


def test_rows_with_more_cells_than_the_header_are_mended_first(tmp_path_factory):
    raw = b"id,name\nA,one,EXTRA\n"
    root = folder(tmp_path_factory, raw)
    with pytest.raises(UsageError, match=r"sources\.csv:2: has 3 cells"):
        editing.apply(root, Change("cell", "sources.csv", "A", "url", "", "u"), "ana")
    with pytest.raises(UsageError, match="more cells"):
        editing.apply(root, Change("remove", "sources.csv", "A", old=json.dumps({"id": "A", "name": "one"})), "ana")
    assert (root / "sources.csv").read_bytes() == raw


@pytest.mark.parametrize("raw", [b"\xff\xfe", b'id,name\n"a', b'id\n"a"b\n'])
def test_what_is_not_a_table_is_refused_in_words(tmp_path_factory, raw):
    root = folder(tmp_path_factory, raw)
    with pytest.raises(UsageError, match=r"sources\.csv"):
        editing.read_sheet(root, "sources.csv")


def test_expectations_by_hypothesis_alone_stay_so(tmp_path_factory):
    root = folder(tmp_path_factory, b"id\n")
    (root / "expect.csv").write_bytes(b"hypothesis,f\nh,0.1\n")
    new = json.dumps({"question": "q", "hypothesis": "g"})
    editing.apply(root, Change("add", "expect.csv", "q/g", new=new), "ana")
    editing.apply(root, Change("cell", "expect.csv", "q/g", "f", "", "0.2"), "ana")
    assert (root / "expect.csv").read_bytes() == b"hypothesis,f\nh,0.1\ng,0.2\n"
    editing.undo(root, "ana")
    editing.undo(root, "ana")
    assert (root / "expect.csv").read_bytes() == b"hypothesis,f\nh,0.1\n"
