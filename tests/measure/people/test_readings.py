import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.case.calendars import islamic, read_local_moment, solar
from blindspot.measure.people.readings import read_age, read_count, read_sex


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


@pytest.mark.parametrize("text", ["200", "121", "abc", "30-20"])
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


def test_groups_and_number_words():
    assert read_count("three children of the family") == (3, 3)
    assert read_count("six or seven") == (6, 7)
    assert read_count("dozens of people") == (24, 99)
    assert read_count("members of the family") is None


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


@pytest.mark.parametrize("text", ["1400-13-01", "1400-12-30", "1443-02-30", "yesterday"])
def test_a_day_that_is_none(text):
    with pytest.raises(ValueError, match="is no"):
        read_local_moment(text)
