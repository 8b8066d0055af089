import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.case.calendars import islamic, read_local_moment, solar
from blindspot.measure.people.counting import Count, read_count
from blindspot.measure.people.describing import described, people_of
from blindspot.measure.people.names import is_unnamed, read_name
from blindspot.measure.people.readings import read_age, read_sex


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("30", 30, 31), ("7 months", 0.5, 0.7), ("two-year-old", 2, 3), ("a two-year-old", 2, 3), ("about 40", 38, 43), ("30s", 30, 40),
     ("early 30s", 30, 34), ("child", 0, 18), ("Adult", 18, 120), ("28-30", 28, 31), ("۱۲", 12, 13), ("65+", 65, 120),
     ("54 years old", 54, 55), ("6 weeks", 0.1, 0.14), ("طفل", 0, 18), ("٣ سنوات", 3, 4)],
)  # fmt: skip
def test_ages(text, low, high):
    got = read_age(text)
    assert low - 0.01 <= got[0] <= got[1] <= high


@pytest.mark.parametrize("text", ["", "Age unknown", "?", "n/a"])
def test_unknown_age(text):
    assert read_age(text) is None


@pytest.mark.parametrize("text", ["200", "121", "abc"])
def test_no_age(text):
    with pytest.raises(ValueError, match="is not"):
        read_age(text)


@given(st.text(max_size=20))
def test_any_cell_is_an_age_or_a_problem(text):
    try:
        got = read_age(text)
    except ValueError:
        return
    assert got is None or 0 <= got[0] <= got[1] <= 123


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("thirty-five", 35, 36), ("mid-30s", 33, 37), ("between 30 and 35", 30, 36), ("under 5", 0, 5), ("over 60", 60, 120), ("2½", 2.5, 2.5),
     ("1 year 6 months", 1.5, 1.6), ("one year and a half", 1.5, 1.5), ("~40", 38, 43), ("a sixteen-month-old", 1.3, 1.42), ("baby girl", 0, 2),
     ("سنتان", 2, 3), ("سبعة أشهر", 0.58, 0.67), ("خمسة وعشرون عاما", 25, 26), ("عام ونصف", 1.5, 1.5), ("شهرين", 0.16, 0.26),
     ("سی و پنج ساله", 35, 36), ("شش‌ماهه", 0.5, 0.59), ("دوساله", 2, 3), ("نوزاد", 0, 0.1), ("درې کلن", 3, 4), ("پنځه میاشتې", 0.41, 0.5)],
)  # fmt: skip
def test_ages_in_words(text, low, high):
    got = read_age(text)
    assert low - 0.01 <= got[0] <= got[1] <= high


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-5", "below zero"),
        ("12-Oct", "spreadsheet"),
        ("200 months", None),
        ("35-30", "lower first"),
        ("3m", "not an age"),
    ],
)
def test_an_age_that_is_none_is_said_for_what_it_is(text, says):
    if says is None:
        assert read_age(text)[0] == pytest.approx(200 / 12)
        return
    with pytest.raises(ValueError, match=says):
        read_age(text)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("three children of the family", 3, 3), ("six or seven", 6, 7), ("between six and seven people", 6, 7), ("dozens of people", 24, 99),
     ("twenty-five people", 25, 25), ("two dozen people", 24, 24), ("half a dozen men", 6, 6), ("up to 12 people", 1, 12), ("fewer than ten men", 1, 9),
     ("خمسة أطفال", 5, 5), ("خمسة وعشرون شخصا", 25, 25), ("ثلاثة عشر شخصا", 13, 13), ("عشرات المدنيين", 20, 99), ("مئات القتلى", 200, 999),
     ("سه کودک", 3, 3), ("بیست و پنج نفر", 25, 25), ("ده‌ها نفر", 20, 99), ("چند نفر", 2, 9), ("درې ماشومان", 3, 3), ("لسګونه خلک", 20, 99)],
)  # fmt: skip
def test_number_words_have_their_stated_range(text, low, high):
    got = read_count(text)
    assert (got.low, got.high) == (low, high)


def test_a_phrase_without_a_number_gives_none_and_a_minimum_is_marked():
    assert read_count("members of the family") is None
    assert read_count("at least ten civilians") == Count(10, 10, minimum=True)
    assert read_count("more than 20 people") == Count(21, 21, minimum=True)


@pytest.mark.parametrize(
    ("text", "size", "age", "sex"),
    [("a woman and her three sons", 4, None, 0), ("رجل وامرأة وثلاثة أطفال", 5, None, 0), ("family of seven", 7, None, 0),
     ("عائلة من سبعة أفراد", 7, None, 0), ("یک زن و دو کودک", 3, None, 0), ("طفلين", 2, (0.0, 17.99), 0), ("چهار زن", 4, (18.0, 120.0), 2),
     ("two men, three women and a child", 6, None, 0), ("a 7-year-old boy", 1, (0.0, 17.99), 1),
     ("wife of Naser", 1, None, 2), ("زوجة محمد علي", 1, None, 2), ("زن احمد", 1, None, 2), ("طفلة", 1, (0.0, 17.99), 2)],
)  # fmt: skip
def test_a_description_counts_people_and_says_their_age_and_sex(text, size, age, sex):
    got = described(text)
    assert (got.count.low, got.count.high, got.age, got.sex) == (size, size, age, sex)
    assert is_unnamed(text)


@pytest.mark.parametrize(
    ("text", "name", "people"),
    [("Ahmad and his two sons", "ahmad", 3), ("daughter of Ahmad, Zahra", "zahra", 1), ("ابنة مؤيد، جنى", "جني", 1), ("a boy named Farzad", "farzad", 1), ("Zahra (child)", "zahra", 1)],
)  # fmt: skip
def test_who_is_named_beside_a_description_keeps_the_name(text, name, people):
    assert read_name(text).tokens == (name,)
    assert people_of(text, "", None).count.low == people


@pytest.mark.parametrize("text", ["unidentified bodies", "The children of Zemari", "Ahmadi family", "خانواده احمدی"])
def test_a_plural_without_a_number_is_rough_and_said_to_be(text):
    assert described(text).count == Count(2, 9, vague=True)


@pytest.mark.parametrize(
    "text",
    ["Ahmad Naser", "Baby Ahmad", "الطفل احمد محمد", "محمد ولد سالم", "ام محمد", "بنت الهدى", "مردان خان", "Mardan Khan", "شهید احمد", "Elder Khan", "7", "Victor"],
)  # fmt: skip
def test_a_name_is_no_description(text):
    assert described(text) is None


@given(st.text(max_size=30))
def test_any_cell_is_described_or_not(text):
    got = described(text)
    assert got is None or 0 <= got.count.low <= got.count.high


def test_a_group_size_comes_before_the_words():
    assert people_of("three children", "", 5).count == Count(5, 5)
    assert people_of("", "سه کودک", None).count == Count(3, 3)
    assert people_of("Malika", "", None).count == Count(1, 1)


def test_sexes():
    assert [read_sex(t) for t in ("male", "F", "دختر", "ذكر", "", "x")] == [1, 2, 2, 1, 0, 0]


def test_three_calendars_keep_the_original():
    assert solar(1400, 6, 7).isoformat() == "2021-08-29"
    assert solar(1399, 12, 30).isoformat() == "2021-03-20"
    assert solar(1375, 1, 1).isoformat() == "1996-03-20"
    assert islamic(1443, 1, 1).isoformat() == "2021-08-10"
    got = read_local_moment("۱۴۰۰/۶/۷")
    assert got.day.isoformat() == "2021-08-29"
    assert "۱۴۰۰/۶/۷" in str(got)
    assert read_local_moment("2021-08-29").day.isoformat() == "2021-08-29"


@pytest.mark.parametrize(
    "text",
    ["1398-02-14", "1398/2/14", "1398.2.14", "14/2/1398", "14 Saur 1398", "۱۴ ثور ۱۳۹۸", "14 غويی ۱۳۹۸", "14 ثور 1398 ه.ش", "28 Shaban 1440", "٢٨ شعبان ١٤٤٠ هـ",
     "4 May 2019", "May 4, 2019", "4 أيار 2019", "4 می 2019"],
)  # fmt: skip
def test_usual_forms_of_a_date_are_one_day(text):
    got = read_local_moment(text)
    assert got.start.date().isoformat() in {"2019-05-03", "2019-05-04"}  # the Islamic one has a day on either side
    assert got.start.date().isoformat() <= "2019-05-04" < got.end.date().isoformat()
    assert text in str(got)


@pytest.mark.parametrize(
    ("text", "right"),
    [("4/5/2019", "2019-05-04 or 2019-04-05"), ("14 ثور 2019", "1340 to 1415"), ("14 Dalw", "1400-06-07"), ("Ramadan 1440", "1443-01-20"), ("98/2/14", "1400-06-07")],
)  # fmt: skip
def test_a_date_that_could_be_two_days_says_what_to_write(text, right):
    with pytest.raises(ValueError, match=right):
        read_local_moment(text)


@pytest.mark.parametrize("text", ["1400-13-01", "1400-12-30", "1443-02-30", "2019-13-04", "yesterday"])
def test_a_day_that_is_none(text):
    with pytest.raises(ValueError, match="is no"):
        read_local_moment(text)
