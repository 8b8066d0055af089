"""What `verify` says of edits; what stays private; who may take what back; several processes at once."""

import errno
import itertools
import json
import multiprocessing
import stat
import threading
import time

import pytest

from blindspot.case import editing
from blindspot.case.custody import verify
from blindspot.case.custody.chain import read_log
from blindspot.case.editing import Change, ConflictError, changing, swap
from blindspot.errors import UsageError

TEXT = "id,name,note\nS1,one,\nS2,two,\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "case.toml").write_text('id = "x"\ntitle = "t"\ndate = "2020-01-01"\n')
    (tmp_path / "claims.csv").write_text("id,source\n")
    (tmp_path / "sources.csv").write_text(TEXT)
    return tmp_path


def note(root, old, new, key="S1"):
    return editing.apply(root, Change("cell", "sources.csv", key, "note", old, new), "ana")


def test_a_file_changed_outside_is_a_remark_and_no_fault(root):
    note(root, "", "a")
    assert verify(root).remarks == ()
    (root / "sources.csv").write_text("id,name,note\nS1,one,outside\n")
    found = verify(root)
    assert found.ok
    assert [r for r in found.remarks if r.startswith("sources.csv: was changed outside Blindspot since line 1")]


def test_any_changed_byte_of_a_line_of_an_edit_is_found(root):
    note(root, "", "a")
    editing.seal(root, "ana", "q", {"h": "0.2"}, "ana")
    assert verify(root).ok
    log = root / "custody.jsonl"
    whole = log.read_bytes()
    for at in range(len(whole)):
        log.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not verify(root).ok, at
    log.write_bytes(whole)
    assert verify(root).ok


def test_a_broken_seal_is_a_fault(root):
    editing.seal(root, "ana", "q", {"h": "0.2"}, "ana")
    path = root / "assessments" / "ana.csv"
    for text in (path.read_text().replace("0.2", "0.3"), "id,question\n", "not\nq,h\0"):
        path.write_text(text)
        assert [f.path for f in verify(root).faults] == ["assessments/ana.csv"]
    path.unlink()
    assert [f.path for f in verify(root).faults] == ["assessments/ana.csv"]


def test_what_is_left_of_a_change_is_a_fault_until_it_is_finished(root, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(changing, "sync_folder", killed)
        with pytest.raises(KeyboardInterrupt):
            note(root, "", "a")
    assert [(f.path, "was interrupted" in f.what) for f in verify(root).faults] == [("sources.csv", True)]
    editing.recover(root)
    assert verify(root).ok


def test_a_change_under_way_is_waited_for_and_is_no_fault(root):
    note(root, "", "a")
    other = threading.Thread(target=lambda: [note(root, *pair) for pair in itertools.pairwise("abcdefghijklmnop")])
    other.start()
    found = []
    while other.is_alive():
        found.append(verify(root))
    assert len(found) > 3
    assert [f.faults for f in found if not f.ok] == []
    assert {r for f in found for r in f.remarks} <= {"the case was written to while it was read; verify again when that is done"}  # fmt: skip


def test_a_seal_is_not_taken_back_and_its_reviewer_may_still_rate(root):
    note(root, "", "a")
    editing.seal(root, "ana", "q", {"h": "0.2"}, "ana")
    editing.undo(root, "ben")
    assert editing.read_sheet(root, "sources.csv").rows[0].cells == ("S1", "one", "")
    assert editing.broken_seals(root) == []
    with pytest.raises(UsageError, match="no change to take back"):
        editing.undo(root, "ben")
    with pytest.raises(UsageError, match="nothing to seal"):
        editing.seal(root, "ben", "q", {}, "ben")


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a..b", ".a", "a\0", "زمری", "a" * 41])
def test_a_reviewers_name_is_an_id(root, name):
    for act in (editing.read_assessment, lambda r, n: editing.seal(r, n, "q", {"h": "0.2"}, n)):
        with pytest.raises(UsageError):
            act(root, name)
    assert not (root / "assessments").exists()


def test_ratings_typed_by_hand_with_few_columns_are_read_and_replaced(root):
    (root / "assessments").mkdir()
    (root / "assessments" / "ana.csv").write_text("id,question,hypothesis,value\n,q,h,0.2\n,q,g,0.3\n,q,k,0.4\n")
    assert [r["fact"] for r in editing.read_assessment(root, "ana")] == ["", "", ""]
    editing.seal(root, "ana", "q", {"h": "0.5"}, "ana")
    assert [(r["id"], r["hypothesis"], r["value"]) for r in editing.read_assessment(root, "ana")] == [("q.felt.h", "h", "0.5")]  # fmt: skip
    assert editing.broken_seals(root) == []


def test_a_private_file_stays_private_and_so_does_the_end_of_the_log(root):
    note(root, "", "a")
    for name in ("sources.csv", "custody.jsonl"):
        (root / name).chmod(0o600)
    note(root, "a", "b")
    modes = {n: stat.S_IMODE((root / n).stat().st_mode) for n in ("sources.csv", "custody.jsonl", "custody.head")}
    assert set(modes.values()) == {0o600}, modes


def test_links_are_not_followed_out_of_the_case(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("outside")
    (out / "secret").write_text("id,name\nX,secret\n")
    (root / "lists").symlink_to(out)
    (root / "places.csv").symlink_to(out / "secret")
    for file in ("lists/x.csv", "places.csv"):
        with pytest.raises(UsageError, match="symbolic link"):
            editing.read_sheet(root, file)
        with pytest.raises(UsageError, match="symbolic link"):
            editing.apply(root, Change("add", file, "P", new='{"id": "P"}'), "ana")
    assert sorted(p.name for p in out.iterdir()) == ["secret"]


def test_taking_back_never_overwrites_what_was_saved_since(root):
    first = editing.read_text(root, "case.toml")[1]
    editing.apply(root, Change("text", "case.toml", old=first, new='id = "y"\n'), "ana")
    (root / "case.toml").write_text('id = "outside"\n')
    with pytest.raises(ConflictError):
        editing.undo(root, "ana")
    (root / "case.toml").write_text('id = "y"\n')
    editing.undo(root, "ana")
    (root / "case.toml").write_text('id = "outside"\n')
    with pytest.raises(ConflictError):
        editing.redo(root, "ana")
    assert (root / "case.toml").read_text() == 'id = "outside"\n'


@pytest.mark.parametrize(
    ("module", "name", "when"),
    [
        (changing, "read_bytes", 1),
        (changing, "read_bytes", 2),
        (changing, "put", 1),
        (swap, "exchanged", 1),
        (swap, "exchanged", 2),
    ],
)
@pytest.mark.parametrize("way", ["in place", "renamed"])
def test_a_save_at_any_moment_is_kept_and_ours_is_made_on_it(root, monkeypatch, module, name, when, way):
    """Another program saves just before our nth call of this function; the second swap is the one that puts a first save back."""
    real, count, path = getattr(module, name), itertools.count(1), root / "sources.csv"

    def save(text):
        if way == "renamed":
            (root / "other").write_text(text)
            (root / "other").replace(path)
        else:  # in a thread, since it is made to wait for us
            savers.append(threading.Thread(target=lambda: path.write_text(text)))
            savers[-1].start()
            time.sleep(0.02)

    def call(*given, **more):
        n = next(count)
        if n == 1 and when == 2 and name == "exchanged":
            (root / "first").write_text(path.read_text().replace("two", "1_1"))
            (root / "first").replace(path)
        if n == when:
            save(TEXT.replace("two", "2_2"))  # of the same size, perhaps within the same tick of the clock
        return real(*given, **more)

    savers = []
    monkeypatch.setattr(module, name, call)
    note(root, "", "mine")
    for saver in savers:
        saver.join()
    if name == "exchanged" and when == 2 and way == "in place":  # two programs at once, one of them onto what is going
        note(root, "mine", "again")
        both = [path, *root.glob("sources.csv.outside-*")]
        assert {k for k in ("1_1", "2_2") if any(k in each.read_text() for each in both)} == {"1_1", "2_2"}
        return
    assert path.read_text() == "id,name,note\nS1,one,mine\nS2,2_2,\n"
    assert len(editing.history(root)) == 1
    assert not list(root.glob(".*.part"))
    assert len(verify(root).remarks) == (name == "exchanged" and when == 2)  # the first of two saves is kept aside


@pytest.mark.parametrize("error", [errno.EINVAL, errno.ENOSYS])
def test_where_the_system_can_neither_swap_nor_link_a_change_is_made_all_the_same(root, monkeypatch, error):
    def cannot(*_, **__):
        raise OSError(error, "no")

    monkeypatch.setattr(swap, "exchanged", lambda *_: False)
    monkeypatch.setattr(swap.os, "link", cannot)
    note(root, "", "mine")
    editing.apply(root, Change("add", "places.csv", "P", new='{"id": "P"}'), "ana")
    assert editing.read_sheet(root, "places.csv").rows[0].key == "P"
    assert "mine" in (root / "sources.csv").read_text()
    assert verify(root).ok


def test_a_system_with_neither_leases_nor_an_exchange_of_names_will_do(root, monkeypatch):
    """As on macOS: what is not there is not asked for."""
    for name in ("F_SETLEASE", "F_GETLEASE", "F_SETSIG"):
        monkeypatch.delattr(swap.fcntl, name)
    monkeypatch.setattr(swap.ctypes, "CDLL", lambda *_, **__: object())
    note(root, "", "mine")
    editing.undo(root, "ana")
    editing.redo(root, "ana")
    assert "mine" in (root / "sources.csv").read_text()
    assert verify(root).ok


def test_what_a_program_writes_that_held_the_file_open_is_kept_aside_and_told(root):
    path = root / "sources.csv"
    with path.open("r+") as late, path.open("r+") as later:
        note(root, "", "mine")
        late.write("id,name,note\nS1,one,late\n")
        late.flush()
        assert [r for r in verify(root).remarks if r.startswith("sources.csv: another program wrote")]
        note(root, "mine", "again")
        note(root, "again", "and again")
        later.write("id,name,note\nS1,one,later\n")
    aside = list(root.glob("sources.csv.outside-*"))
    assert [p.read_text()[:26] for p in aside] == ["id,name,note\nS1,one,later\n"]
    assert [r for r in verify(root).remarks if r.startswith(f"{aside[0].name}: what another program wrote")]
    assert verify(root).ok
    assert path.read_text() == "id,name,note\nS1,one,and again\nS2,two,\n"
    aside[0].unlink()
    assert verify(root).remarks == ()


def test_a_file_kept_open_and_not_written_is_no_remark(root):
    with (root / "sources.csv").open("r+"):
        for old, new in itertools.pairwise(("", "a", "b", "c")):
            note(root, old, new)
    assert verify(root).remarks == ()


def test_a_save_under_way_is_waited_for_and_a_file_kept_open_is_not(root):
    path, seen = root / "sources.csv", []

    def saving():
        with path.open("r+") as file:
            text = file.read()
            file.seek(0)
            file.truncate()
            file.flush()
            seen.append(1)
            time.sleep(0.1)
            file.write(text + "OUT,o,\n")

    other = threading.Thread(target=saving)
    other.start()
    while not seen:
        time.sleep(0.001)
    note(root, "", "mine")
    other.join()
    assert path.read_text() == "id,name,note\nS1,one,mine\nS2,two,\nOUT,o,\n"
    with path.open("r+"):  # a spreadsheet that has it open for hours
        note(root, "mine", "again")
    assert "again" in path.read_text()


def work(root, name, count):

    for i in range(count):
        key = f"{name}{i}"
        editing.apply(root, Change("add", "sources.csv", key, new=json.dumps({"id": key, "name": key})), name)


def test_500_edits_from_five_processes_are_all_there_in_the_order_of_the_log(root):
    sizes = {"a": 100, "b": 100, "c": 100, "d": 100, "e": 100}
    fresh = multiprocessing.get_context("spawn")
    running = [fresh.Process(target=work, args=(root, name, n)) for name, n in sizes.items()]
    for process in running:
        process.start()
    for process in running:
        process.join()
    assert [p.exitcode for p in running] == [0] * 5
    edits = [line.says for line in read_log(root)[0]]
    rows = [line.key for line in editing.read_sheet(root, "sources.csv").rows]
    assert rows == ["S1", "S2", *(e["key"] for e in edits)]
    assert len(rows) == 502
    assert all(a["after"] == b["before"] for a, b in itertools.pairwise(edits))
    assert edits[-1]["after"] == editing.read_sheet(root, "sources.csv").version
    assert verify(root).ok
