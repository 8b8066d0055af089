"""A change touches what it names and nothing else; nobody's change is lost; the log tells every one."""

import csv
import io
import itertools
import json
import shutil
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.case import editing
from blindspot.case.custody import verify
from blindspot.case.editing import Change, ConflictError
from blindspot.case.editing.sheet import Draft
from blindspot.errors import UsageError

HEAD = "id,name,role,note\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "case.toml").write_text('id = "x"\ntitle = "t"\ndate = "2020-01-01"\n')
    (tmp_path / "claims.csv").write_text("id,source\n")
    (tmp_path / "sources.csv").write_bytes(
        '\ufeffid,name,role,note\r\nS1,"a, quoted",x,"one ""two"""\r\n\r\nS2,زمری,,\r\n'.encode()
    )
    return tmp_path


def raw(root):
    return (root / "sources.csv").read_bytes()


def cell(key, column, old, new, file="sources.csv"):
    return Change("cell", file, key, column, old, new)


def test_untouched_rows_keep_every_byte(root):
    before = raw(root).split(b"\r\n")
    editing.apply(root, cell("S2", "role", "", "witness"), "ana")
    after = raw(root).split(b"\r\n")
    assert [a for a, b in zip(before, after, strict=True) if a != b] == ["S2,زمری,,".encode()]
    assert "S2,زمری,witness,".encode() in after
    assert verify(root).ok


def test_a_changed_cell_is_a_conflict_with_both_values_and_nothing_is_written(root):
    editing.apply(root, cell("S1", "role", "x", "y"), "ana")
    before = raw(root), (root / "custody.jsonl").read_bytes()
    with pytest.raises(ConflictError) as told:
        editing.apply(root, cell("S1", "role", "x", "z"), "ben")
    assert told.value.theirs == "y"
    assert (raw(root), (root / "custody.jsonl").read_bytes()) == before


def test_changes_of_different_cells_of_one_row_both_go_through(root):
    editing.apply(root, cell("S1", "role", "x", "y"), "ana")
    editing.apply(root, cell("S1", "name", "a, quoted", "b"), "ben")
    assert editing.read_sheet(root, "sources.csv").rows[0].cells[:3] == ("S1", "b", "y")


def test_undo_and_redo_give_back_every_cell(root):
    states = [rows(root)]
    changes = [
        cell("S1", "role", "x", "y"),
        Change("add", "sources.csv", "S3", new=json.dumps({"id": "S3", "name": "new"})),
        Change("remove", "sources.csv", "S2", old=json.dumps({"id": "S2", "name": "زمری"})),
        Change("text", "case.toml", old=editing.read_text(root, "case.toml")[1], new='id = "y"\n'),
    ]
    for change in changes:
        editing.apply(root, change, "ana")
        states.append(rows(root))
    for state in reversed(states[:-1]):
        editing.undo(root, "ana")
        assert sorted(rows(root)) == sorted(state)
    with pytest.raises(UsageError):
        editing.undo(root, "ana")
    for state in states[1:]:
        editing.redo(root, "ana")
        assert sorted(rows(root)) == sorted(state)
    assert len(editing.history(root)) == 12
    assert verify(root).ok


def rows(root):
    return [line.cells for line in editing.read_sheet(root, "sources.csv").rows] + [((root / "case.toml").read_text(),)]


def test_undo_after_somebody_elses_change_is_a_conflict(root):
    editing.apply(root, cell("S1", "role", "x", "y"), "ana")
    path = root / "sources.csv"
    path.write_bytes(path.read_bytes().replace(b",y,", b",z,"))
    with pytest.raises(ConflictError):
        editing.undo(root, "ana")
    assert b",z," in path.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        Change("cell", "../x.csv", "a", "b"),
        Change("cell", "/etc/passwd", "a", "b"),
        Change("cell", "custody.jsonl", "a", "b"),
        Change("cell", "lists/../sources.csv", "S1", "role", "x", "y"),
        Change("cell", "lists/..csv/x.csv", "S1", "role", "x", "y"),
        Change("cell", "sources.csv", "S1", "nonsense", "", "y"),
        Change("cell", "sources.csv", "S1", "role", "x", "a\nb"),
        Change("cell", "sources.csv", "S1", "role", "x", "a\0b"),
        Change("cell", "sources.csv", "S1", "role", "x", "a" * 30_000),
        Change("cell", "sources.csv", "S1", "role", "x", "\ud800"),
        Change("add", "sources.csv", "S9", new="[]"),
        Change("add", "sources.csv", "S9", new='{"id": 4}'),
        Change("add", "sources.csv", "", new="{}"),
        Change("rows", "sources.csv", new="[1]"),
        Change("text", "sources.csv", new="x"),
        Change("shred", "sources.csv", "S1"),
    ],
)
def test_what_cannot_be_a_change_is_refused_and_writes_nothing(root, change):
    before = sorted((p.name, p.read_bytes()) for p in root.rglob("*") if p.is_file() and "custody" not in p.name)
    with pytest.raises(UsageError):
        editing.apply(root, change, "ana")
    assert (
        sorted((p.name, p.read_bytes()) for p in root.rglob("*") if p.is_file() and "custody" not in p.name) == before
    )


def test_of_five_writers_nothing_is_lost_and_the_log_has_the_order_of_the_states(root):
    def work(k):
        for i in range(20):
            key = f"N{k}x{i}"
            editing.apply(root, Change("add", "sources.csv", key, new=json.dumps({"id": key, "name": key})), f"w{k}")

    threads = [threading.Thread(target=work, args=(k,)) for k in range(5)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(editing.read_sheet(root, "sources.csv").rows) == 102
    edits = [json.loads(x) for x in (root / "custody.jsonl").read_text().splitlines()]
    chain = [(e["before"], e["after"]) for e in edits if e["act"] == "edit"]
    assert all(a[1] == b[0] for a, b in itertools.pairwise(chain))
    assert chain[-1][1] == editing.read_sheet(root, "sources.csv").version


def test_a_program_that_saves_meanwhile_is_not_overwritten(root, monkeypatch):
    """Another program saves the whole file just after ours has read it."""
    from blindspot.case.editing import changing as module

    path, real, saved = root / "sources.csv", module._write, []

    def slow(data, target):
        real(data, target)
        if not saved:
            saved.append(1)
            path.write_bytes(path.read_bytes() + b"S7,outside,,\r\n")

    monkeypatch.setattr(module, "_write", slow)
    editing.apply(root, cell("S2", "role", "", "witness"), "ana")
    keys = [line.key for line in editing.read_sheet(root, "sources.csv").rows]
    assert keys == ["S1", "S2", "S7"]
    assert "S2,زمری,witness,".encode() in path.read_bytes()


def test_an_interrupted_change_is_finished_or_said_to_be_void(root, monkeypatch):
    from blindspot.case.editing import changing as module

    class KilledError(Exception):
        pass

    def killed(*_, **__):
        raise KilledError

    for outside in (False, True):
        key = f"K{outside}"
        before = raw(root)
        with monkeypatch.context() as patch:
            patch.setattr(module, "put", killed)
            with pytest.raises(KilledError):
                editing.apply(root, Change("add", "sources.csv", key, new=json.dumps({"id": key, "name": "x"})), "ana")
        assert raw(root) == before
        if outside:
            (root / "sources.csv").write_bytes(before + b"OUT,side,,\r\n")
        editing.recover(root)
        keys = [line.key for line in editing.read_sheet(root, "sources.csv").rows]
        assert (key in keys) == (not outside)
        assert not list(root.glob(".*.part"))
        log = (root / "custody.jsonl").read_text()
        assert ("edit-void" in log) == outside
    assert verify(root).ok


CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r\n"), max_size=12).filter(
    lambda s: not any(ord(c) < 32 or ord(c) == 127 for c in s)
)


@given(
    st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=6),
    CELL,
    st.integers(0, 5),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_file_reads_back_with_the_one_cell_changed(tmp_path_factory, rows_, new, at, end):
    rows_ = [[f"K{i}", *cells[1:]] for i, cells in enumerate(rows_)]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([["id", "name", "role", "note"], *rows_])
    draft = Draft("sources.csv", out.getvalue().encode())
    assert draft.bytes() == out.getvalue().encode()
    if not rows_:
        return
    at %= len(rows_)
    draft.set(draft.find(f"K{at}"), {"note": new})
    rows_[at][3] = new
    found = list(csv.reader(io.StringIO(draft.bytes().decode(), newline=""), strict=True))
    assert found == [["id", "name", "role", "note"], *rows_]


def test_a_column_of_a_fact_and_a_missing_known_column_are_added(kabul, tmp_path):
    case = shutil.copytree(kabul, tmp_path / "case", ignore=shutil.ignore_patterns("made", "out"))
    editing.apply(case, Change("column", "expect.csv", column="f_new"), "ana")
    assert editing.read_sheet(case, "expect.csv").columns[-1] == "f_new"
    sheet = editing.read_sheet(case, "claims.csv")
    assert "retracted_at" not in sheet.columns
    editing.apply(case, cell(sheet.rows[0].key, "retracted_at", "", "2021-09-17", "claims.csv"), "ana")
    assert editing.read_sheet(case, "claims.csv").columns[-1] == "retracted_at"
    editing.undo(case, "ana")
    editing.undo(case, "ana")
    assert (case / "expect.csv").read_bytes() == (kabul / "expect.csv").read_bytes()


def test_seals_hold_and_say_when_they_do_not(root):
    editing.seal(root, "ana", "q", {"a": "0.2-0.4", "b": "likely"}, "ana")
    assert editing.sealed(root, "ana", "q")
    assert not editing.sealed(root, "ben", "q")
    with pytest.raises(UsageError):
        editing.seal(root, "ana", "q", {"a": "0.9"}, "ana")
    from blindspot.case.editing.assess import broken_seals

    assert broken_seals(root) == []
    path = root / "assessments" / "ana.csv"
    path.write_text(path.read_text().replace("0.2-0.4", "0.8"))
    assert broken_seals(root) == ["ana: q"]


def test_a_column_of_ratings_is_one_change_and_replaces_the_earlier_one(root):
    editing.rate(root, "ana", "q", "f", {"a": "0.2", "b": "0.3"}, "ana")
    editing.rate(root, "ana", "q", "f", {"a": "0.2", "b": "0.5"}, "ana")
    held = {r["hypothesis"]: r["value"] for r in editing.read_assessment(root, "ana")}
    assert held == {"a": "0.2", "b": "0.5"}
    assert len(editing.history(root)) == 2
    assert all("0.5" not in e.what for e in editing.history(root))
