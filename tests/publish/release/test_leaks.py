"""Every leak of the table in docs/release-leaks.md as a failing fixture: built here, put into a copy, and caught."""

import base64
import gzip
import io
import json
import quopri
import random
import sqlite3
import struct
import zipfile
import zlib
from contextlib import closing
from types import SimpleNamespace

import pytest

from blindspot.errors import CaseError
from blindspot.publish.release.boxes import mp4_faults, png_faults, without_pixels
from blindspot.publish.release.gate import scan
from blindspot.publish.release.marking import levels, marking
from blindspot.publish.release.media import unmasked, write_picture, write_video
from blindspot.publish.release.model import Protected, Selection
from blindspot.publish.release.policy import read_policy
from blindspot.publish.release.structure import allowed, html_faults
from blindspot.publish.release.watch import Watch, _prose
from publish.release.cases import picture, video

NAME, LAT, LON = "Zemari Rahimi", 34.56312, 69.18047
WATCHED = [
    Protected("person", NAME, "lists/a.csv:2:name"),
    Protected("person", "یوسف حیدری", "lists/a.csv:3:name_local"),
    Protected("coordinate", f"{LAT},{LON}", "places.csv:2:lat"),
    Protected("text", "he stood at the gate with his two sons that morning", "claims.csv:2:quote_summary"),
    Protected("url", "https://example.org/story?user=reporter77", "claims.csv:2:url"),
    Protected("file", "interview-rahimi.mov", "custody.jsonl:1"),
    Protected("path", "/home/jane/cases/yard", "custody.jsonl:1"),
    Protected("hash", "ab12" * 16, "custody.jsonl:1"),
    Protected("text", "reach him under +93 70 123 4567 or yusuf.h@example.org", "sources.csv:2:note"),
    Protected("id", "wit_mother_1", "sources.csv:2:id"),
]
PAGE = "<!doctype html><html lang='en'><head><meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\"></head><body>{}</body></html>"
GOOD_SELECTION = Selection({"claims.csv": (["id", "quote_summary"], [])}, {}, [], set(), {})
PROFILE = SimpleNamespace(policy=SimpleNamespace(allow=()))


def caught(copy, name, data):
    """The gates that find something when `data` stands in a copy under `name`."""
    path = copy / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return {leak.gate for leak in scan(copy, WATCHED, GOOD_SELECTION, PROFILE)}


def test_a_clean_copy_passes(tmp_path):
    assert caught(tmp_path, "report.html", PAGE.format("<p>A car was hit. Ten people died, 34.5 km off.</p>")) == set()
    assert caught(tmp_path, "claims.csv", "id,quote_summary\nK1,a car was hit\n") == set()


def klv(*extra):
    body = b"\x03\x08MISSION1" + b"".join(extra)
    return bytes.fromhex("060e2b34020b01010e01030101000000") + b"\x82" + len(body).to_bytes(2, "big") + body


def ts(payload):
    return b"".join(
        (b"\x47\x01\x00\x10" + payload[k : k + 184]).ljust(188, b"\xff") for k in range(0, len(payload), 184)
    )


def pdf():
    shown = b"BT /F1 12 Tf 72 700 Td (The driver was Zem) Tj (ari Rah) Tj (imi) Tj ET 0 0 0 rg 60 690 300 20 re f"
    packed = zlib.compress(shown)
    body = (
        b"%PDF-1.4\n1 0 obj\n<< /Length "
        + str(len(packed)).encode()
        + b" /Filter /FlateDecode >>\nstream\n"
        + packed
        + b"\nendstream\nendobj\n"
    )
    return (
        body
        + b"2 0 obj << /Author ("
        + NAME.encode()
        + b") >> endobj\n%%EOF\n2 0 obj << /Author (withheld) >> endobj\n%%EOF\n"
    )


def office(member, xml):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(member, xml)
    return out.getvalue()


def edited_database(tmp_path, encoding="UTF-8"):
    path = tmp_path / "edited.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"pragma encoding='{encoding}'")
        db.execute("pragma secure_delete=off")
        db.execute("create table places (name text)")
        db.executemany("insert into places values (?)", [(f"{NAME} number {k} " + "x" * 200,) for k in range(300)])
        db.commit()
        db.execute("delete from places")
        db.commit()
    db.close()
    data = path.read_bytes()
    path.unlink()
    return data


def edited_duckdb(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "x.duckdb")) as db:
        db.execute("create table places as select 'Zemari Rahimi ' || range as name from range(5000)")
        db.execute("checkpoint")
        db.execute("delete from places")
        db.execute("checkpoint")
    data = (tmp_path / "x.duckdb").read_bytes()
    (tmp_path / "x.duckdb").unlink()
    return data


def jpeg(tmp_path, extra=b""):
    picture(tmp_path / "x.jpg", random.Random(1), b"GPS 34.56312, 69.18047" + b"\xff\xd8thumbnail\xff\xd9" + extra)
    data = (tmp_path / "x.jpg").read_bytes()
    (tmp_path / "x.jpg").unlink()
    return data


def clip(tmp_path, **kwargs):
    video(tmp_path / "x.mp4", random.Random(1), **kwargs)
    data = (tmp_path / "x.mp4").read_bytes()
    (tmp_path / "x.mp4").unlink()
    return data


BOTH, WATCH, SHAPE = {"watch-list", "structure"}, {"watch-list"}, {"structure"}
ROWS = {
    "1 transport stream copied whole: telemetry kept": ("media/clip.ts", lambda t: ts(klv(b"\x0a\x0d" + NAME.encode())), BOTH),
    "2 transport stream whose telemetry was dropped by luck": ("media/clip.ts", lambda t: ts(b"\0" * 500), SHAPE),
    "4 MP4 cut without encoding: edit list": ("media/clip.mp4", lambda t: clip(t, frames=20), SHAPE),
    "5 MP4 with metadata and cover": ("media/clip.mp4", lambda t: clip(t, comment=NAME), BOTH),
    "6 x264 settings in the stream": ("media/clip.mp4", clip, SHAPE),
    "8 JPEG with EXIF thumbnail and position": ("media/p.jpg", jpeg, BOTH),
    "9 C2PA thumbnail of the parent, JPEG": ("media/p.jpg", lambda t: jpeg(t, b"\xff\xeb\x00\x10JP\0\0jumbc2pa"), BOTH),
    "9 C2PA box in a PNG": ("media/p.png", lambda t: b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s13sI", 13, b"IHDR", b"\0" * 13, 0) + struct.pack(">I4s4sI", 4, b"caBX", b"jumb", 0) + struct.pack(">I4sI", 0, b"IEND", 0), SHAPE),
    "9 bytes after the end of a PNG": ("media/p.png", lambda t: b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sI", 0, b"IEND", 0) + b"left over", SHAPE),
    "10 PDF with a black box and an old author": ("paper.pdf", lambda t: pdf(), BOTH),
    "11 XLSX hidden sheet": ("sheet.xlsx", lambda t: office("xl/worksheets/sheet2.xml", f"<c t='inlineStr'><is><t>{NAME}</t></is></c>"), BOTH),
    "12 DOCX tracked deletion": ("text.docx", lambda t: office("word/document.xml", f"<w:del><w:r><w:delText>{NAME}</w:delText></w:r></w:del>"), BOTH),
    "13 HTML comment": ("report.html", lambda t: PAGE.format("<!-- draft of 3 May -->"), SHAPE),
    "13 HTML script data": ("report.html", lambda t: PAGE.format('<script type="application/json">["Zemari Rahimi"]</script>'), BOTH),
    "13 film or picture from elsewhere": ("report.html", lambda t: PAGE.format('<img src="https://other.org/x.png">'), SHAPE),
    "13 film of the page that is not in media/": ("report.html", lambda t: PAGE.format(f'<video src="data:video/mp4;base64,{base64.b64encode(clip(t)).decode()}"></video>'), SHAPE),
    "8 the same JPEG as a picture of the page": ("report.html", lambda t: PAGE.format(f'<img alt="x" src="data:image/jpeg;base64,{base64.b64encode(jpeg(t)).decode()}">'), BOTH),
    "14 chart page with its raw rows": ("chart.html", lambda t: f'<script>var spec = {{"data": {{"values": [{{"name": "{NAME}"}}]}}}}</script>', BOTH),
    "15 SVG with clipped text and metadata": ("figure.svg", lambda t: f'<svg><metadata><dc:date>2026-01-01</dc:date></metadata><g clip-path="url(#a)"><text x="9999">{NAME}</text></g></svg>', BOTH),
    "15 the same inside the page": ("report.html", lambda t: PAGE.format("<svg><metadata>x</metadata><clippath></clippath></svg>"), SHAPE),
    "16 GeoJSON bbox and foreign members": ("findings.json", lambda t: json.dumps({"type": "Feature", "bbox": [LON, LAT, LON, LAT]}), BOTH),
    "17 database edited, rows in free pages": ("case.gpkg", edited_database, BOTH),
    "17 the same in UTF-16": ("case.gpkg", lambda t: edited_database(t, "UTF-16le"), BOTH),
    "17 DuckDB edited": ("case.duckdb", edited_duckdb, SHAPE),
    "17 DuckDB under the name of a GeoPackage": ("case.gpkg", edited_duckdb, SHAPE),
    "17 write-ahead log beside it": ("case.gpkg-wal", lambda t: b"\x37\x7f\x06\x82" + b"\0" * 40 + NAME.encode(), BOTH),
    "18 ZIP with times of its entries": ("all.zip", lambda t: office("a.txt", "nothing"), SHAPE),
    "also: file name": ("tables/interview-rahimi.mov.csv", lambda t: "a\n1\n", WATCH),
    "also: name in a folder name": ("zemari_rahimi/claims.csv", lambda t: "id\n", BOTH),
    "also: home path in a log": ("run.log", lambda t: "read /home/jane/cases/yard/claims.csv", BOTH),
    "also: folder of thumbnails": (".thumbnails/large/1.png", lambda t: b"\x89PNG", SHAPE),
    "also: account in the query of a link": ("report.html", lambda t: PAGE.format('<a href="https://other.org/?u=reporter77">x</a>'), WATCH),
    "also: link back to the page": ("report.html", lambda t: PAGE.format('<a href="http://www.example.org/story?user=reporter77#top">x</a>'), WATCH),
    "also: e-mail header": ("mail.eml", lambda t: "From: =?utf-8?B?" + base64.b64encode(NAME.encode() + b" <x@y.org>").decode() + "?=\n", BOTH),
    "also: spreadsheet formula": ("claims.csv", lambda t: 'id,quote_summary\nK1,"=HYPERLINK(""http://x.org"")"\n', SHAPE),
    "also: column that no rule named": ("claims.csv", lambda t: "id,quote_summary,note\nK1,a,b\n", SHAPE),
    "also: alternative text": ("report.html", lambda t: PAGE.format(f'<svg aria-label="{NAME} at the gate"></svg>'), WATCH),
    "also: hidden in print or on screen": ("report.html", lambda t: PAGE.format('<p style="display: none">x</p>'), SHAPE),
    "also: first view of a map": ("report.html", lambda t: PAGE.format('<div data-center="69.18046,34.56313" data-zoom="18"></div>'), BOTH),
    "also: page without a content policy": ("report.html", lambda t: "<p>hello</p>", SHAPE),
    "also: symbolic link": ("README.txt", None, SHAPE),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_table_is_caught(row, tmp_path):
    name, build, gates = ROWS[row]
    copy = tmp_path / "copy"
    copy.mkdir()
    if build is None:
        (copy / name).symlink_to("/etc/hostname")
        assert {leak.gate for leak in scan(copy, WATCHED, GOOD_SELECTION, PROFILE)} == gates
        return
    assert caught(copy, name, build(tmp_path)) >= gates


def test_row_3_a_security_marking_in_the_telemetry_is_read(shared):
    marked = klv(b"\x30\x03\x01\x01\x04")  # tag 48: ST 0102, classification 4
    assert list(levels(b"junk" + marked)) == [4]
    assert marking(shared / "footage" / "osh-sample-stream.ts") == "UNCLASSIFIED"
    assert marking(shared / "footage" / "kwiver" / "h264_no_klv.ts") is None


def test_row_4_a_cut_part_that_stays_in_mdat_is_found(tmp_path):
    video(tmp_path / "x.mp4", random.Random(1), frames=20)
    write_video(tmp_path / "x.mp4", tmp_path / "y.mp4", SimpleNamespace(masks=(), start_s=0, end_s=None))
    clean = (tmp_path / "y.mp4").read_bytes()
    check = lambda data: list(mp4_faults(data, allowed()["mp4_boxes"], allowed()["h264_units"]))  # noqa: E731
    assert check(clean) == []
    at = clean.index(b"stsz") + 12
    count = int.from_bytes(clean[at : at + 4], "big")
    shorter = clean[:at] + struct.pack(">I", count - 5) + clean[at + 4 :]  # five pictures that no table names
    assert any("no picture owns" in fault for fault in check(shorter))
    assert any("not on the list" in fault for fault in check(clean + struct.pack(">I4s", 12, b"uuid") + b"1234"))


def test_row_5_a_cover_picture_is_a_second_track(tmp_path):
    import av
    import numpy as np

    with av.open(str(tmp_path / "x.mp4"), "w") as out:
        for codec, form in (("libx264", "yuv420p"), ("mjpeg", "yuvj420p")):
            stream = out.add_stream(codec, rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 48, form
        for stream in out.streams.video:
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                out.mux(packet)
    faults = list(mp4_faults((tmp_path / "x.mp4").read_bytes(), allowed()["mp4_boxes"], allowed()["h264_units"]))
    assert any("2 tracks" in fault for fault in faults)
    write_video(tmp_path / "x.mp4", tmp_path / "y.mp4", SimpleNamespace(masks=(), start_s=0, end_s=None))
    assert not list(mp4_faults((tmp_path / "y.mp4").read_bytes(), allowed()["mp4_boxes"], allowed()["h264_units"]))


def test_row_7_nothing_goes_that_nobody_looked_at_and_a_mask_must_cover(tmp_path):
    (tmp_path / "release.toml").write_text(
        '[[audience]]\nid = "public"\ntext = "x"\nmay_see = ["TLP:CLEAR"]\n[[media]]\naudience = "public"\nfile = "a.ts"\nname = "v"\nhow = "video"\nwhy = "x"\n'
    )
    with pytest.raises(CaseError) as error:
        read_policy(tmp_path)
    assert "release.toml:5:media.0.looked_at_by: is missing" in error.value.diagnostics()
    video(tmp_path / "x.mp4", random.Random(1), frames=8)
    box = ((8, 8, 32, 24),)
    write_video(tmp_path / "x.mp4", tmp_path / "open.mp4", SimpleNamespace(masks=(), start_s=0, end_s=None))
    write_video(tmp_path / "x.mp4", tmp_path / "shut.mp4", SimpleNamespace(masks=box, start_s=0.2, end_s=0.6))
    assert unmasked(tmp_path / "open.mp4", box)
    assert not unmasked(tmp_path / "shut.mp4", box)
    import av

    with av.open(str(tmp_path / "shut.mp4")) as made:
        assert [s.type for s in made.streams] == ["video"]
        assert len(list(made.decode(video=0))) == 4


def test_row_8_a_released_picture_holds_pixels_only(tmp_path):
    (tmp_path / "x.jpg").write_bytes(jpeg(tmp_path))
    copy = tmp_path / "copy"
    (copy / "media").mkdir(parents=True)
    write_picture(tmp_path / "x.jpg", copy / "media" / "p.png", ((0, 0, 9, 9),))
    assert scan(copy, WATCHED, GOOD_SELECTION, PROFILE) == []


def test_pixels_are_set_aside_and_nothing_else(tmp_path):
    """Coded pixels hold any short word by chance; all that is not pixels is still searched."""
    video(tmp_path / "x.mp4", random.Random(1), frames=20)
    write_video(tmp_path / "x.mp4", tmp_path / "y.mp4", SimpleNamespace(masks=(), start_s=0, end_s=None))
    (tmp_path / "x.jpg").write_bytes(jpeg(tmp_path))
    write_picture(tmp_path / "x.jpg", tmp_path / "p.png", ())
    film, still = (tmp_path / "y.mp4").read_bytes(), (tmp_path / "p.png").read_bytes()
    assert len(without_pixels(film)) < len(film) / 4
    assert len(without_pixels(still)) < 100
    box = struct.pack(">I", 8 + len(NAME)) + b"free" + NAME.encode()
    assert NAME.encode() in without_pixels(film + box)
    at = still.index(b"IEND") - 4
    more = (
        struct.pack(">I4s", len(NAME), b"IDAT") + NAME.encode() + struct.pack(">I", zlib.crc32(b"IDAT" + NAME.encode()))
    )
    assert list(png_faults(still, allowed()["png_chunks"])) == []
    assert any("nothing else" in fault for fault in png_faults(still[:at] + more + still[at:], allowed()["png_chunks"]))
    assert caught(tmp_path / "copy", "media/p.png", still[:at] + more + still[at:]) == {"structure", "watch-list"}


WAYS = {
    "utf-16": NAME.encode("utf-16-le"),
    "utf-16 big": b"\0\1" + NAME.encode("utf-16-be"),
    "utf-16 at an odd byte": b"\x05\x00\x09" + NAME.encode("utf-16-le") + b"\xff",
    "base64": b"x=" + base64.b64encode(b"it was Zemari Rahimi who drove"),
    "base64 url-safe in a word": b"data" + base64.urlsafe_b64encode(b"??>>Zemari Rahimi drove"),
    "base64 over lines": base64.encodebytes(b"a" * 60 + NAME.encode() + b"b" * 60),
    "hex": NAME.encode().hex().encode(),
    "gzip": gzip.compress(NAME.encode() * 3),
    "gzip in a zip in base64": base64.b64encode(office("a.gz", gzip.compress(NAME.encode() * 9))),
    "zip entry name": office("Zemari Rahimi.txt", "nothing"),
    "zip entry behind other bytes": b"GIF89a" + b"\0" * 40 + office("a.txt", NAME * 4),
    "percent": b"https://x.org/?q=Zem%61ri%20Rahimi",
    "percent twice": b"Zemari%2520Rahimi",
    "entities": b"Z&#101;mari&nbsp;R&#x61;himi",
    "json escapes": b'{"a": "Zem\\u0061ri Rahimi"}',
    "css escapes": b'content: "Zem\\61 ri Rahimi"',
    "tags inside": b"<b>Zem</b>ari <i>Ra</i>himi",
    "quoted-printable": quopri.encodestring("Zemari Rahimi é=è".encode(), quotetabs=True).replace(b"Zem", b"=5A=65=6D"),
    "soft hyphens": "Zem\u00adari Ra\u200bhimi".encode(),
    "capitals and marks": "ZÉMARI RĀHIMI".encode(),
    "no space": b"IMG_ZemariRahimi_02",
    "family name first": b"RAHIMI, Zemari",
    "another spelling": b"Zamarai Raheemi",
    "Persian": "گفت زمری رحیمی بود".encode(),
    "Cyrillic": "его звали Земари Рахими".encode(),
    "Latin for a name in Persian": b"a man called Yusuf Haidari",
    "other Latin for a name in Persian": b"a man called Yousef Haydari",
    "PDF hex string": b"%PDF-1.4 <5A656D61726920526168696D69> Tj",
    "zlib in PNG text": b"\x89PNG\r\n\x1a\n" + b"zTXtc\0\0" + zlib.compress(b"Zemari Rahimi was here, was here"),
    "words of a statement": b"... that he stood at the gate with his two sons, they say",
    "phone number": b"call 0093-70-1234567".replace(b"0093", b"+93"),
    "mail address": b"mailto:Yusuf.H@example.org",
    "hash of the original": b"sha256:" + b"ab12" * 16,
    "id of a source": b'{"source": "wit_mother_1"}',
}


@pytest.mark.parametrize("way", WAYS)
def test_a_name_is_found_whichever_way_it_is_written(way, tmp_path):
    assert "watch-list" in caught(tmp_path, "findings.json", WAYS[way])


def _wkb(order):
    return struct.pack(f"{order}dd", LON, LAT)


PLACES = {
    "decimal": "34.5631, 69.1805",
    "decimal, comma": "34,56312; 69,18047",
    "longitude first": "POINT (69.180468 34.563117)",
    "json": '{"lat": 34.56311, "how": "x", "lon": 69.18049}',
    "dms": "34°33'47.2\"N 69°10'49.7\"E",
    "dms, letters first": "N 34 33 47.2 E 069 10 49.7",
    "degrees and minutes": "N34 33.787 E069 10.828",
    "dms in html": "34&deg;33&prime;47&Prime;N, 69&deg;10&prime;50&Prime;E",
    "mgrs": "42SWD1655424611",
    "mgrs with spaces": "42S WD 16554 24611",
    "utm": "42S 516554 3824611",
    "geohash": "tw2cswh5c",
    "doubles": b"\1\1\0\0\0" + _wkb("<"),
    "doubles, big end first": b"\0\0\0\0\1" + _wkb(">"),
    "floats": struct.pack("<ff", LAT, LON) + b"xx",
    "ST 0601": b"\x0d\x04"
    + struct.pack(">i", round(LAT / 90 * (2**31 - 1)))
    + b"\x0e\x04"
    + struct.pack(">i", round(LON / 180 * (2**31 - 1)))
    + b"\0\0",
    "web Mercator": "{x} {y}",
    "plus code": "{plus}",
}


def _geohash(lat, lon, length=9):
    box, word, bits = [[-180.0, 180.0], [-90.0, 90.0]], "", 0
    for i in range(length * 5):
        side, value = (box[0], lon) if i % 2 == 0 else (box[1], lat)
        middle = sum(side) / 2
        bits = bits * 2 + (value >= middle)
        side[0 if value >= middle else 1] = middle
        if i % 5 == 4:
            word, bits = word + "0123456789bcdefghjkmnpqrstuvwxyz"[bits % 32], 0
    return word


def _plus(lat, lon):
    letters, a, o, step = "", lat + 90, lon + 180, 20.0
    for _ in range(5):
        letters += "23456789CFGHJMPQRVWX"[int(a / step) % 20] + "23456789CFGHJMPQRVWX"[int(o / step) % 20]
        step /= 20
    return letters[:8] + "+" + letters[8:]


@pytest.mark.parametrize("way", PLACES)
def test_a_place_is_found_in_every_notation(way, tmp_path):
    import pyproj

    text = PLACES[way]
    if way == "web Mercator":
        x, y = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(LON, LAT)
        text = f"<point x='{x:.1f}' y='{y:.1f}'>"
    elif way in {"utm", "mgrs", "mgrs with spaces"}:
        x, y = pyproj.Transformer.from_crs(4326, 32642, always_xy=True).transform(LON, LAT)
        text = {
            "utm": f"42S {x:.0f} {y:.0f}",
            "mgrs": f"42SWD{x % 1e5:05.0f}{y % 1e5:05.0f}",
            "mgrs with spaces": f"42S WD {x % 1e5:05.0f} {y % 1e5:05.0f}",
        }[way]
    elif way == "geohash":
        text = f"near {_geohash(LAT, LON)} ok"
    elif way == "plus code":
        text = _plus(LAT, LON)
    leaks = caught(tmp_path, "case.gpkg" if isinstance(text, bytes) else "findings.json", text)
    assert "watch-list" in leaks


@pytest.mark.parametrize(
    "text", ["34.9, 69.9", "42S WD 99999 99999", "tw2", "34°10'10\"N 69°50'50\"E", "version 34.563.1", "a1b2c3 69.18"]
)
def test_other_places_are_not_taken_for_it(text, tmp_path):
    assert "watch-list" not in caught(tmp_path, "findings.json", text)


def test_measured_numbers_are_no_telephones_and_their_rows_are_found(tmp_path):
    """Thirty thousand rows hold every eight digits that a page may hold, somewhere; a whole row stands in no page by chance."""
    folder = tmp_path / "tracks"
    folder.mkdir()
    rng = random.Random(3)
    rows = [
        f"v{k % 40:02},{1557800000 + 60 * k},{rng.uniform(-31, -30):.6f},{rng.uniform(81, 82):.6f}"
        for k in range(30_000)
    ]
    (folder / "all.csv").write_text("\n".join(rows))
    (tmp_path / "notes.txt").write_text(
        "the neighbour is best reached under 0701 234 567 or from +93 70 765 4321 after six\n"
    )
    watch = Watch(
        [*_prose(folder / "all.csv", "tracks/all.csv"), *_prose(tmp_path / "notes.txt", "notes.txt")], set(), []
    )
    page = " ".join(str(rng.random()) for _ in range(2_000)).encode()
    assert not list(watch.search(page))
    assert not list(watch.search(page + b" 0.300142211557803580"))
    assert list(watch.search(page + b" " + rows[7].replace(",", ", ").encode()))
    assert list(watch.search(page + b" 0701-234567 "))
    assert list(watch.search(page + b" 009370765 4321 "))


def test_released_cells_that_stand_side_by_side_are_no_quotation():
    told = Protected(
        "text", "a much larger blast followed the strike, the command said in a statement", "texts/a.txt:1"
    )
    kept = {"a much larger blast followed the strike", "the command"}
    assert not list(Watch([told], kept, []).search(b"a much larger blast followed the strike, the command, yes"))
    assert list(Watch([told], kept, []).search(b"larger blast followed the strike, the command said in"))
    assert list(Watch([told], {"the command"}, []).search(b"a much larger blast followed the strike, the command"))


def test_names_are_not_seen_everywhere(tmp_path):
    prose = "The fossil zoo of Rome has a zamboni. Youth have data; summer rain hums. Ten reports of one observation are one observation. "
    assert caught(tmp_path, "report.html", PAGE.format(f"<p>{prose * 30}</p>")) == set()


@pytest.mark.parametrize("pad", range(380, 520, 7))
def test_a_name_over_two_pages_of_a_database_is_found(pad, tmp_path):
    for lead in (pad, pad + 506):  # between a record and its first page, and between two pages of the chain
        with closing(sqlite3.connect(tmp_path / "x.db")) as db, db:
            db.execute("pragma page_size=512")
            db.execute("create table places (name text)")
            db.execute("insert into places values (?)", ("x" * lead + NAME + "y" * 900,))
        assert "watch-list" in caught(tmp_path / "copy", "case.gpkg", (tmp_path / "x.db").read_bytes())
        (tmp_path / "x.db").unlink()


def test_a_bomb_is_refused_and_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("blindspot.publish.release.unpack.LARGEST", 1 << 20)
    bomb = zlib.compress(zlib.compress(b"\0" * (8 << 20), 9), 9)
    (tmp_path / "findings.json").write_bytes(bomb)
    leaks = scan(tmp_path, WATCHED, GOOD_SELECTION, PROFILE)
    assert "unpacks to more than can be searched" in " ".join(leak.what for leak in leaks)


def test_html_lists_pass_what_the_report_uses_and_no_more():
    assert html_faults(PAGE.format("<p class='a'>x</p><svg viewBox='0 0 1 1'><path d='M0 0'/></svg>")) == []
    for bad in (
        "<iframe src='x'></iframe>",
        "<a href='javascript:x'>x</a>",
        "<img src='http://x.org/1.png'>",
        "<p onclick='x'>x</p>",
        "<?php x ?>",
        "<script>alert(1)</script>",
        "<script src='x.js'></script>",
        "<script type='module'></script>",
        "<script type='application/json' id='scene-data'>{'a'</script>",
        '<script type="application/json" id="scene-data">{"secret": 1}</script>',
        '<script type="application/json" id="other">{"id": 1}</script>',
    ):
        assert html_faults(PAGE.format(bad), ["known()"]), bad


def test_one_program_passes_letter_by_letter_and_data_by_its_keys():
    page = PAGE.format(
        '<script type="application/json" id="scene-data">{"places": [{"id": "P1"}], "O1": 2}</script><script>known()</script>'
    )
    assert html_faults(page, ["known()"], ["O1"]) == []
    assert html_faults(page, ["known() "], ["O1"]) == [
        "a script is neither the program of the page nor the data of its scene"
    ]
    assert html_faults(page, ["known()"]) == ["the key 'O1' of the scene is not on the list"]


def test_the_known_program_is_not_searched_and_everything_else_is(tmp_path):
    program = f"const marker = '{NAME}';"
    (tmp_path / "report.html").write_text(PAGE.format(f"<script>{program}</script>"))
    known = Selection({}, {}, [], set(), {}, programs=(program,))
    assert scan(tmp_path, WATCHED, known, PROFILE) == []
    (tmp_path / "report.html").write_text(PAGE.format(f"<script>{program}</script><p>{NAME}</p>"))
    assert {leak.gate for leak in scan(tmp_path, WATCHED, known, PROFILE)} == {"watch-list"}
    (tmp_path / "report.html").write_text(PAGE.format(f"<script>{program};</script>"))
    assert {leak.gate for leak in scan(tmp_path, WATCHED, known, PROFILE)} == {"structure"}
