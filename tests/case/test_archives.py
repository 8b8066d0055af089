import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.case.archives import open_zip, read_xml, unsafe
from blindspot.errors import UsageError


def make(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in entries.items():
            z.writestr(name, data)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = make(tmp_path / "bomb.zip", {"a.json": b"0" * (64 << 20)})
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UsageError, match="zip bomb"):
        open_zip(path)


def test_a_zip_whose_header_lies_is_cut_at_the_limit(tmp_path):
    path = make(tmp_path / "lies.zip", {"a.txt": b"ab" * 600_000})
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        i = raw.index(mark) + at
        raw[i : i + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    with open_zip(path) as archive, pytest.raises(UsageError, match=r"a\.txt"):
        archive.read("a.txt", 100)


@pytest.mark.parametrize("name", ["../up.txt", "a/../../up.txt", "/etc/x", "..\\up.txt", "C:\\x", "a\x01b"])
def test_names_that_leave_the_folder_are_set_apart(tmp_path, name):
    assert unsafe(name)
    path = make(tmp_path / "t.zip", {"good.txt": b"x"})
    with zipfile.ZipFile(path, "a") as z:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        z.writestr(info, b"y")
    with open_zip(path) as archive:
        assert archive.names == ("good.txt",)
        assert len(archive.refused) == 1


@given(st.lists(st.from_regex(r"[a-z0-9_]{1,8}(\.[a-z]{1,3})?", fullmatch=True), min_size=1, max_size=5))
def test_plain_relative_names_are_safe(parts):
    assert not unsafe("/".join(parts))


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'.encode("utf-16"),
    ],
)
def test_xml_with_a_document_type_is_refused(xml):
    with pytest.raises(UsageError, match="document type"):
        read_xml(xml, "x.xml")


def test_xml_loses_its_namespaces_and_keeps_its_text():
    root = read_xml(b'<k:a xmlns:k="urn:x"><k:b c="1">t\xc3\xa9</k:b></k:a>', "x.xml")
    assert (root.tag, root[0].tag, root[0].get("c"), root[0].text) == ("a", "b", "1", "té")
    with pytest.raises(UsageError, match="is not XML"):
        read_xml(b"<a><b></a>", "x.xml")


def test_what_is_no_zip_is_said_so(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"hello")
    with pytest.raises(UsageError, match="is not a ZIP"):
        open_zip(tmp_path / "x.zip")
