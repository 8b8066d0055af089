import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.measure.people.names import MOST, is_unnamed, read_name
from blindspot.measure.people.scripts import fold, is_arabic, skeleton


@pytest.mark.parametrize(
    ("latin", "local"),
    [
        ("Abdul Rahman al-Sayed", "عبد الرحمن السيد"),
        ("Abdulrahman Sayed", "عبدالرحمن سيد"),
        ("Nour al-Din Zard", "نور الدين الزرد"),
        ("Zemari Ahmadi", "زمری احمدی"),
        ("Habib ur Rahman", "حبیب الرحمن"),
        ("Abu Zaid Karim", "ابو زيد كريم"),
    ],
)
def test_one_name_in_two_scripts_has_as_many_parts_and_one_skeleton(latin, local):
    a, b = read_name(latin).tokens, read_name(local).tokens
    assert [skeleton(t) for t in a] == [skeleton(t) for t in b]


@pytest.mark.parametrize(
    ("one", "other"), [("علی", "علي"), ("کریم", "كريم"), ("أحمد", "احمد"), ("فاطمة", "فاطمه"), ("محـمّد", "محمد")]
)
def test_letters_that_writers_interchange_are_one(one, other):
    assert read_name(one) == read_name(other)


def test_persian_and_pashto_letters_keep_their_sound():
    assert len({fold(c) for c in "پچژگښځڅږ"}) == 8


def test_direction_marks_say_nothing():
    assert read_name("\u200fمحمد\u200e علي") == read_name("محمد علي")


def test_titles_kunya_and_brackets():
    assert read_name("Haji Mullah Omar").tokens == ("omar",)
    assert read_name("Dr. Wael Karim").aside == ("dr",)
    assert read_name("Abu Ahmad Khalid Hasan").tokens == ("khalid", "hasan")
    assert read_name("Abu Ahmad").tokens == ("abuahmad",)
    assert read_name("Buthina Tatar (Sarsour)").tokens[-1] == "sarsour"


def test_abd_alone_is_a_name_too():
    assert read_name("عماد عبد سليمان محيسن").tokens == ("عماد", "عبد", "سليمان", "محيسن")


@pytest.mark.parametrize("text", ["", "unnamed man", "Unknown", "مجهول", "?", "n/a", "123"])
def test_no_name(text):
    assert is_unnamed(text)
    assert read_name(text).tokens == ()


@given(st.text(max_size=60))
def test_any_text_is_read(text):
    name = read_name(text)
    assert len(name.tokens) <= MOST
    assert all(t and t == fold(t) for t in name.tokens)
    assert is_unnamed(text) <= (not name.tokens)


@given(st.text(alphabet="ابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگښځڅږ ", min_size=1, max_size=40))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)
    assert is_arabic(text) or not text.strip()
