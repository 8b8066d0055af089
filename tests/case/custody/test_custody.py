import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from blindspot.case.custody import chain, ingest, verify
from blindspot.case.custody.bag import pack, payload
from blindspot.case.custody.chain import read_log, writing
from blindspot.case.custody.prov import provenance
from blindspot.case.custody.stamps import anchor, check_signature, check_stamp, command, sign
from blindspot.cli import cli
from blindspot.errors import UsageError
from case.custody.tampering import campaign


@pytest.fixture
def case(tmp_path):
    root = tmp_path / "case"
    root.mkdir()
    (root / "case.toml").write_text('id = "t"\n')
    return root


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip one.ts"
    path.write_bytes(os.urandom(9_000_000))  # more than two pieces
    return path


def faults(root):
    return {(f.path, f.what.split(":")[0]) for f in verify(root).faults}


def test_a_file_comes_in_read_only_under_its_hash_and_is_recorded(case, clip):
    taken = ingest(case, [clip], by="A. Reviewer", source="https://example.org/x", note="as sent")[0]
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    copy = case / "evidence" / digest
    assert taken.sha256 == digest
    assert copy.read_bytes() == clip.read_bytes()
    assert copy.stat().st_mode & 0o222 == 0
    says = read_log(case)[0][0].says
    assert (says["by"], says["source"], says["note"], says["name"], says["bytes"]) == (
        "A. Reviewer", "https://example.org/x", "as sent", "clip one.ts", 9_000_000,
    )  # fmt: skip
    assert says["when"].endswith("Z")
    assert says["path"] == str(clip)
    assert says["tool"].startswith("blindspot ")
    assert verify(case).ok


def test_the_same_bytes_twice_are_kept_once_and_recorded_twice(case, clip, tmp_path):
    shutil.copy(clip, tmp_path / "other.ts")
    ingest(case, [clip])
    assert ingest(case, [tmp_path / "other.ts"])[0].known
    assert len(list((case / "evidence").iterdir())) == 1
    assert [line.says["name"] for line in read_log(case)[0]] == ["clip one.ts", "other.ts"]


def test_each_line_holds_the_hash_of_the_line_before_as_a_shell_computes_it(case, clip):
    ingest(case, [clip, clip, clip])
    out = subprocess.run("sed -n 2p custody.jsonl | sha256sum", shell=True, cwd=case, capture_output=True, text=True)
    third = json.loads((case / "custody.jsonl").read_text().splitlines()[2])
    assert third["previous"] == out.stdout.split()[0]


def test_a_log_cut_at_any_byte_is_found_and_the_next_writer_completes_or_refuses_it(case, clip):
    ingest(case, [clip, clip, clip])
    whole = (case / "custody.jsonl").read_bytes()
    before_last = whole[:-1].rfind(b"\n") + 1
    for cut in [*range(before_last - 9, before_last + 9), *range(len(whole) - 9, len(whole))]:
        (case / "custody.jsonl").write_bytes(whole[:cut])
        assert not verify(case).ok
        if cut >= before_last:  # what an interrupted write leaves: completed, and said so
            with writing(case) as log:
                assert [line.act for line in log.lines] == ["ingest"] * 3 + ["mended"]
            assert (case / "custody.jsonl").read_bytes().startswith(whole)
            assert verify(case).ok
        else:
            with pytest.raises(UsageError, match="Nothing was written"), writing(case):
                pass
        (case / "custody.jsonl").write_bytes(whole)
        lines = read_log(case)[0]
        (case / "custody.head").write_bytes(f"{lines[2].n} {lines[2].digest}\n".encode() + whole[before_last:])
        assert verify(case).ok


def test_verify_says_which(case, clip):
    digest = ingest(case, [clip])[0].sha256
    name = f"evidence/{digest}"
    (case / name).chmod(0o644)
    raw = bytearray((case / name).read_bytes())
    raw[5_000_000] ^= 1
    (case / name).write_bytes(raw)
    assert faults(case) == {(name, "was changed")}
    (case / name).rename(case / "evidence" / "x")
    assert faults(case) == {(name, "is missing"), ("evidence/x", "was added")}
    (case / "evidence" / "x").unlink()
    (case / "evidence" / "link").symlink_to("/etc/passwd")
    assert ("evidence/link", "is a symbolic link or a device, not an ordinary file") in faults(case)


def test_short_tamper_campaign_finds_every_change(tmp_path):
    done, missed = campaign(tmp_path, 200)
    assert (done, missed) == (200, [])


def test_links_devices_folders_and_absent_files_are_refused_in_one_line_and_nothing_is_taken(case, clip, tmp_path):
    (tmp_path / "link").symlink_to(clip)
    os.mkfifo(tmp_path / "pipe")
    for bad in (tmp_path / "link", tmp_path / "pipe", Path("/dev/zero"), tmp_path, tmp_path / "absent"):
        done = CliRunner().invoke(cli, ["ingest", str(case), str(clip), str(bad)], standalone_mode=False)
        assert isinstance(done.exception, UsageError)
        assert str(bad) in str(done.exception)
        assert "\n" not in str(done.exception)
        assert not (case / "custody.jsonl").exists()


def test_evidence_that_is_a_link_out_of_the_case_is_refused(case, clip, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (case / "evidence").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="symbolic link"):
        ingest(case, [clip])
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_log_that_is_a_link_is_refused(case, clip, tmp_path):
    (tmp_path / "log").write_text("")
    (case / "custody.jsonl").symlink_to(tmp_path / "log")
    with pytest.raises(UsageError, match="symbolic link"):
        ingest(case, [clip])
    assert (tmp_path / "log").read_text() == ""


def test_a_second_writer_waits_and_is_then_refused(case, clip):
    place = os.open(case, os.O_RDONLY)
    fcntl.flock(place, fcntl.LOCK_EX)
    with pytest.raises(UsageError, match="another Blindspot is writing"), writing(case, patience_s=0.1):
        pass
    os.close(place)
    ingest(case, [clip])


def test_many_processes_at_once_lose_nothing(case, tmp_path):
    code = "import sys; from blindspot.case.custody import ingest; [ingest(sys.argv[1], [f]) for f in sys.argv[2:]]"
    files = []
    for k in range(12):
        files.append(tmp_path / f"f{k}")
        files[-1].write_bytes(os.urandom(1000 + k))
    runs = [subprocess.Popen([sys.executable, "-c", code, str(case), *map(str, files[k::4])]) for k in range(4)]
    assert [run.wait(60) for run in runs] == [0] * 4
    assert verify(case).ok
    assert len(read_log(case)[0]) == 12


def test_a_full_disk_takes_nothing_in_and_loses_nothing(tmp_path, clip):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", str(small)], capture_output=True).returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        root = small / "case"
        root.mkdir()
        (root / "case.toml").write_text('id = "t"\n')
        first = ingest(root, [clip])[0]
        (clip.parent / "second").write_bytes(os.urandom(5_000_000))
        with pytest.raises(UsageError, match="is full"):
            ingest(root, [clip.parent / "second"])
        assert verify(root).ok
        assert [p.name for p in (root / "evidence").iterdir()] == [first.sha256]
        (small / "filler").write_bytes(b"x" * (10 * 2**20 - 9_000_000 - 120_000))
        taken = 1
        for k in range(400):  # until not even a line of the log fits
            (tmp_path / "tiny").write_bytes(b"%d" % k)
            try:
                ingest(root, [tmp_path / "tiny"])
            except UsageError:
                break
            taken += 1
        assert taken < 400
        (small / "filler").unlink()
        ingest(root, [tmp_path / "tiny"])
        assert verify(root).ok
        assert len([x for x in read_log(root)[0] if x.act == "ingest"]) == taken + 1
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_copy_that_reads_back_differently_is_refused(case, clip, monkeypatch):
    monkeypatch.setattr("blindspot.case.custody.intake._hash", lambda _: "0" * 64)
    with pytest.raises(UsageError, match="reads back differently"):
        ingest(case, [clip])
    assert not list((case / "evidence").iterdir())


def test_parts_left_by_a_kill_are_named_and_then_removed(case, clip):
    ingest(case, [clip])
    (case / "evidence" / ".1.part").write_bytes(b"half")
    assert faults(case) == {("evidence/.1.part", "is left of an interrupted ingest; the next ingest removes it")}
    ingest(case, [clip])
    assert verify(case).ok


def test_a_bag_verifies_with_sha256sum_alone_and_comes_in_again(case, clip, tmp_path):
    ingest(case, [clip])
    bag = pack(case, tmp_path / "bag")
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--strict", "--quiet", "-c", name], cwd=bag, check=True)
    assert "sha256sum -c manifest-sha256.txt" in (bag / "README.txt").read_text()
    assert verify(bag).ok
    other = tmp_path / "other"
    other.mkdir()
    (other / "case.toml").write_text('id = "o"\n')
    ingest(other, payload(bag))
    assert verify(other).ok
    assert clip.read_bytes() in [p.read_bytes() for p in (other / "evidence").iterdir()]
    with pytest.raises(UsageError, match="exists already"):
        pack(case, bag)


def test_a_bag_of_another_program_is_read_as_the_rfc_allows(tmp_path):
    bag = tmp_path / "bag"
    (bag / "data").mkdir(parents=True)
    (bag / "data" / "a b.txt").write_bytes(b"hello")
    (bag / "bagit.txt").write_bytes(
        b"BagIt-Version: 0.97\r\nTag-File-Character-Encoding: UTF-8\r\n".replace(b"\r", b"")
    )
    (bag / "manifest-md5.txt").write_text(hashlib.md5(b"hello").hexdigest().upper() + " *data/a b.txt\n")
    assert verify(bag).ok
    (bag / "data" / "a b.txt").write_bytes(b"hellp")
    assert not verify(bag).ok
    (bag / "manifest-md5.txt").write_text(hashlib.md5(b"hello").hexdigest() + "  data/../../etc/passwd\n")
    assert "is not a hash and the name of a file in this bag" in " ".join(f.what for f in verify(bag).faults)
    with pytest.raises(UsageError, match="Nothing was taken in"):
        payload(bag)


def test_provenance_says_what_came_from_what(case, clip, tmp_path):
    digest = ingest(case, [clip], source="https://example.org/x")[0].sha256
    (tmp_path / "frame.png").write_bytes(b"a frame")
    frame = ingest(case, [tmp_path / "frame.png"], derived_from=[digest])[0].sha256
    found = provenance(case, read_log(case)[0])
    ends = list(found["wasDerivedFrom"].values())
    assert {
        "prov:generatedEntity": f"sha256:{frame}",
        "prov:usedEntity": f"sha256:{digest}",
        "prov:activity": "log:line-1",
    } in ends
    assert found["entity"][f"sha256:{digest}"]["prov:label"] == "clip one.ts"
    with pytest.raises(UsageError, match="is not the SHA-256 of evidence"):
        ingest(case, [clip], derived_from=["ab" * 32])


def test_verify_packs_and_anchors_where_all_holds(case, clip, tmp_path):
    run = CliRunner()
    run.invoke(cli, ["ingest", str(case), str(clip)])
    out = run.invoke(cli, ["verify", str(case), "--anchor", "--pack", str(tmp_path / "bag")])
    assert out.exit_code == 0
    assert "openssl ts -verify" in out.output
    assert verify(tmp_path / "bag").ok
    (case / "custody.head").unlink()
    out = run.invoke(cli, ["verify", str(case), "--pack", str(tmp_path / "second")])
    assert out.exit_code == 1
    assert not (tmp_path / "second").exists()


def authority(folder):
    """A time-stamping authority of our own, made with openssl."""
    folder.mkdir()
    run = lambda *words: subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)  # noqa: E731
    run(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-subj",
        "/CN=Own CA",
        "-days",
        "30",
    )
    run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Own TSA")
    (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\n")
    run(
        "x509",
        "-req",
        "-in",
        "tsa.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-extfile",
        "ext",
        "-out",
        "tsa.pem",
        "-days",
        "30",
    )
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(
        "[tsa]\nserial=serial\nsigner_cert=tsa.pem\ncerts=ca.pem\nsigner_key=tsa.key\nsigner_digest=sha256\n"
        "default_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\nordering=no\ntsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"
    )
    return folder


def test_stamps_of_an_own_authority_hold_as_reply_and_as_bare_token(case, clip, tmp_path):
    ingest(case, [clip])
    path, commands = anchor(case)
    own = authority(tmp_path / "tsa")
    shutil.copy(own / "ca.pem", case / "stamps" / "ca.pem")
    reply, token = path.with_suffix(".tsr"), path.with_suffix(".tst")
    query = path.with_suffix(".tsq")
    subprocess.run(
        ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", query, "-out", reply],
        cwd=own,
        check=True,
        capture_output=True,
    )
    subprocess.run(
        ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-in", reply, "-token_out", "-out", token],
        cwd=own,
        check=True,
        capture_output=True,
    )
    assert verify(case).ok
    assert not verify(case).remarks
    assert verify(case).checked == 5  # the copy, the anchor, the query, and both forms of the stamp
    assert "-token_in" in command(path, token, case / "stamps" / "ca.pem")
    for line in (commands[-1], command(path, token, case / "stamps" / "ca.pem")):
        assert subprocess.run(line, shell=True, capture_output=True).returncode == 0
    good = token.read_bytes()
    token.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert not verify(case).ok
    token.write_bytes(good)
    anchor(case)  # records the replies as they are
    for at in range(0, len(good), 97):  # also the bytes that no signature covers
        token.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert f"stamps/{token.name}" in {f.path for f in verify(case).faults}
    token.write_bytes(good)
    assert verify(case).ok
    bag = pack(case, tmp_path / "bag")
    assert check_stamp(bag / "data/stamps" / path.name, bag / "data/stamps" / reply.name, own / "ca.pem")


def test_an_anchor_shows_that_log_and_head_were_cut_together(case, clip):
    ingest(case, [clip, clip])
    anchor(case)
    lines = (case / "custody.jsonl").read_bytes().splitlines(keepends=True)
    (case / "custody.jsonl").write_bytes(lines[0])
    (case / "custody.head").write_bytes(f"0 {hashlib.sha256(lines[0]).hexdigest()}\n".encode() + lines[0])
    assert "names line 2 of the log, which is missing or another now" in [f.what for f in verify(case).faults]


@pytest.mark.skipif(shutil.which("minisign") is None, reason="minisign is not installed")
def test_a_minisign_signature_holds_until_a_byte_changes(tmp_path):
    subprocess.run(
        ["minisign", "-G", "-W", "-p", tmp_path / "k.pub", "-s", tmp_path / "k.key"], check=True, capture_output=True
    )
    (tmp_path / "SHA256SUMS").write_text("x\n")
    assert sign(tmp_path / "SHA256SUMS", tmp_path / "k.key").name == "SHA256SUMS.minisig"
    key = (tmp_path / "k.pub").read_text().splitlines()[1]
    assert check_signature(tmp_path / "SHA256SUMS", key)
    (tmp_path / "SHA256SUMS").write_text("y\n")
    assert check_signature(tmp_path / "SHA256SUMS", key) is False


def test_verbs_say_no_with_status_1_and_print_one_json_object(case, clip):
    run = CliRunner()
    out = run.invoke(cli, ["ingest", str(case), str(clip), "--json"])
    assert out.exit_code == 0
    name = "evidence/" + json.loads(out.output)["taken"][0]["sha256"]
    assert json.loads(run.invoke(cli, ["verify", str(case), "--json"]).output)["ok"] is True
    (case / name).chmod(0o644)
    (case / name).write_bytes(b"")
    out = run.invoke(cli, ["verify", str(case), "--json"])
    assert out.exit_code == 1
    assert json.loads(out.output)["problems"][0]["path"] == name


def test_the_log_does_not_go_on_where_it_is_damaged(case, clip):
    ingest(case, [clip, clip])
    raw = (case / chain.LOG).read_bytes()
    (case / chain.LOG).write_bytes(raw.replace(b'"n":0', b'"n":7'))
    with pytest.raises(UsageError, match="was changed"):
        ingest(case, [clip])
