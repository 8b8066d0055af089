import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.errors import UsageError
from blindspot.measure.statements.reading import read_folder, read_text, sentences
from blindspot.measure.statements.reading.encoding import decode
from blindspot.measure.statements.reading.language import direction, language
from blindspot.measure.statements.reading.sentences import paragraphs

RUSSIAN = "Представители министерства обороны сообщили, что удар был нанесён по складу, и в нём никого не было. Жители говорят, что погибли люди."
PERSIAN = (
    "به گفته دو مقام آمریکایی، این حمله به یک خودرو در کابل انجام شد و در آن ده غیرنظامی از جمله کودکان کشته شدند."
)
ARABIC = "قال مسؤولون إن الضربة أصابت سيارة في المدينة وإن عشرة من المدنيين قتلوا في الحادث الذي وقع مساء الأحد."
GREEK = "Οι κάτοικοι λένε ότι άκουσαν δύο εκρήξεις και είδαν καπνό πάνω από το χωριό εκείνο το πρωί."
POLISH = (
    "Mieszkańcy mówią, że usłyszeli dwa wybuchy, a świadkowie twierdzą, że żołnierze odjechali jeszcze przed świtem."
)
FRENCH = (
    "Les habitants ont déclaré qu’ils n’avaient vu aucun soldat dans le village à l’époque où l’attaque a été menée."
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (ARABIC, "cp1256"),
        (GREEK, "cp1253"),
        (POLISH, "cp1250"),
        (FRENCH, "cp1252"),
        (RUSSIAN, "utf-16-le"),
        (PERSIAN, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "utf-16"),
    ],
)
def test_the_encoding_is_found_and_a_guess_is_called_one(text, encoding):
    found, name, sure = decode(text.encode(encoding))
    assert found == text, name
    assert sure == encoding.startswith("utf-8") or encoding == "utf-16"


@given(st.binary(max_size=300))
def test_any_bytes_decode_to_something(raw):
    text, name, _ = decode(raw)
    assert isinstance(text, str)
    assert name


@given(st.text(st.characters(exclude_characters="\0"), max_size=200))
def test_utf8_is_never_guessed(text):
    assert decode(text.encode())[0] == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("text", "code", "way"),
    [
        (RUSSIAN, "ru", "ltr"),
        (PERSIAN, "fa", "rtl"),
        (ARABIC, "ar", "rtl"),
        (POLISH, "pl", "ltr"),
        (FRENCH, "fr", "ltr"),
        ("Bonn 1 2 3", "und", "ltr"),
    ],
)
def test_language_and_direction(text, code, way):
    assert language(text) == code
    assert direction(text) == way


@given(st.text(st.sampled_from('ab AB.,;!?"“”‘’\n\r \t-ا۔'), max_size=120))
def test_sentences_keep_their_offsets_in_order_and_lose_no_word(text):
    found = sentences(text)
    at = 0
    for s in found:
        assert at <= s.start < s.end <= len(text)
        at = s.end
        for t in s.tokens:
            assert text[t.start : t.end] == t.text
    covered = {i for s in found for i in range(s.start, s.end)}
    assert all(i in covered for i, c in enumerate(text) if c.isalpha())
    assert all(text[a:b].strip() == text[a:b] for a, b in paragraphs(text))


def test_sentences_do_not_end_at_abbreviations_nor_inside_quotations():
    text = 'Gen. A. Crane of the U.S. Army said so. "Was it? It was. Never again," he said. “Who?” Lyle asked. “No.” The end.'
    assert [text[s.start : s.end] for s in sentences(text)] == [
        "Gen. A. Crane of the U.S. Army said so.", '"Was it? It was. Never again," he said.', "“Who?” Lyle asked.", "“No.”", "The end.",
    ]  # fmt: skip


def test_a_page_gives_its_text_date_and_address_and_not_its_scripts(tmp_path):
    (tmp_path / "p.html").write_bytes(
        '<html><head><meta charset="windows-1251"><title>Удар</title><meta property="article:published_time" content="2021-08-30"><link rel="canonical" href="https://x.example/a"><script>var x="no"</script></head>'
        "<body><nav>меню</nav><p>Первый &amp; второй.</p><p>Третий<br>четвёртый.</p></body></html>".encode("cp1251")
    )
    t = read_text(tmp_path / "p.html")
    assert t.text == "Удар\n\nПервый & второй.\n\nТретий\n\nчетвёртый."
    assert (t.published, t.url, t.encoding) == ("2021-08-30", "https://x.example/a", "cp1251")


def test_captions_are_what_was_said(tmp_path):
    (tmp_path / "a.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\n<i>We saw</i>\n\n2\n00:00:02,000 --> 00:00:03,000\nWe saw\nthe car.\n"
    )
    (tmp_path / "b.vtt").write_text("WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.000\n<v Milley>It was righteous.</v>\n")
    a, b = read_text(tmp_path / "a.srt"), read_text(tmp_path / "b.vtt")
    assert a.text == "We saw the car."
    assert b.text == "Milley: It was righteous."
    assert a.kind == "transcript"


def test_word_files(tmp_path):
    body = '<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>One </w:t></w:r><w:r><w:t>two.</w:t></w:r></w:p><w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p></w:body></w:document>'
    with zipfile.ZipFile(tmp_path / "d.docx", "w") as z:
        z.writestr("word/document.xml", body)
    t = read_text(tmp_path / "d.docx")
    assert t.text == "One two.\n\nnew"
    assert "tracked changes" in t.notes[0]


def pdf(text):
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, at = b"%PDF-1.4\n", []
    for k, p in enumerate(parts, 1):
        at.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (k, p)
    table = b"".join(b"%010d 00000 n \n" % a for a in at)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


def test_a_pdf_is_read_and_one_without_text_says_so(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf("Two officials said it burned."))
    (tmp_path / "scan.pdf").write_bytes(pdf(""))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\ngarbage")
    assert read_text(tmp_path / "a.pdf").text.strip() == "Two officials said it burned."
    texts, unread = read_folder(tmp_path)
    assert len(texts) == 1
    told = {u.path: u.what for u in unread}
    assert "has no text" in told["scan.pdf"]
    assert "OCR" in told["scan.pdf"]
    assert "cannot be read as PDF" in told["broken.pdf"]


def test_bad_files_are_named_in_one_line_and_the_others_are_read(tmp_path):
    (tmp_path / "good.txt").write_text("It was said.")
    (tmp_path / "huge.html").write_bytes(b"<p>" + b"x" * (50 << 20))
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "empty.txt").write_text("  \n")
    (tmp_path / "film.mp4").write_bytes(b"x")
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("word/document.xml", b"0" * (64 << 20))
    texts, unread = read_folder(tmp_path)
    assert [t.id for t in texts] == ["good.txt"]
    told = {u.path: u.what for u in unread}
    assert set(told) == {"huge.html", "binary.txt", "empty.txt", "film.mp4", "bomb.docx"}
    assert "50 MB" in told["huge.html"]
    assert "zip bomb" in told["bomb.docx"]
    assert all("\n" not in w for w in told.values())


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        read_folder(tmp_path / "x")
