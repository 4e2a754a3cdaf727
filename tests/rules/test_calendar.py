"""The working-day calendar against an independent one and against walking day by day."""

import time
from datetime import date, timedelta

import chinese_calendar
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.rules import load_calendar
from shixiao.terms import BadInput, Text

CN = load_calendar("cn")
KNOWN_DAYS = st.dates(date(2004, 1, 1), date(2026, 12, 31))
LENGTHS = st.integers(0, 400)


def walk(calendar, day, n):
    """Return the n-th working day after a day, one step at a time."""
    while n or not calendar.is_working(day):
        day += timedelta(days=1)
        n -= calendar.is_working(day) and n > 0
    return day


def test_every_day_agrees_with_an_independent_calendar():
    day, wrong = date(2004, 1, 1), []
    while day <= date(2026, 12, 31):
        if CN.is_working(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (date(2026, 2, 17), "春节", "Spring Festival"),
        (date(2026, 2, 14), "春节调休上班", "worked in exchange for Spring Festival"),
        (date(2026, 3, 1), "周末", "weekend"),
        (date(2026, 3, 2), "工作日", "working day"),
        (date(2028, 5, 1), "劳动节", "Labour Day"),
        (date(2026, 5, 6), "工作日", "working day"),
    ],
)
def test_a_day_says_why(day, zh, en):
    assert CN.reason(day) == Text(zh, en)


@pytest.mark.parametrize(("n", "due"), [(10, date(2026, 3, 4)), (20, date(2026, 3, 18))])
def test_spring_festival_and_its_make_up_days_are_counted_right(n, due):
    assert CN.add(date(2026, 2, 12), n) == due


@given(KNOWN_DAYS, st.integers(1, 400))
def test_adding_agrees_with_walking(day, n):
    assert CN.add(day, n) == walk(CN, day, n)


@given(KNOWN_DAYS, LENGTHS)
def test_counting_undoes_adding(day, n):
    due = CN.add(day, n)
    assert CN.is_working(due)
    if n or CN.is_working(day):
        assert CN.between(day, due) == n


@given(st.lists(KNOWN_DAYS, min_size=1, max_size=30), LENGTHS)
def test_a_whole_array_is_added_like_each_of_its_days(days, n):
    due = CN.add_many(np.array(days, dtype="datetime64[D]"), n)
    assert due.tolist() == [CN.add(day, n) for day in days]


def test_lengths_may_differ_by_day_and_times_of_day_do_not_matter():
    days = np.array(["2026-02-12T23:59:59.5", "2026-02-12T00:00:00"], dtype="datetime64[us]")
    due = CN.add_many(days, np.array([10, 20]))
    assert due.tolist() == [date(2026, 3, 4), date(2026, 3, 18)]


def test_unknown_days_stay_unknown_and_days_outside_become_unknown():
    days = np.array(
        ["NaT", "1900-01-01", "2200-01-01", "2100-12-30", "2026-03-02"], "datetime64[D]"
    )
    assert CN.add_many(days, 20).tolist() == [None, None, None, None, date(2026, 3, 30)]


def test_the_index_counts_by_difference():
    days, cumulative, working = CN.index_table()
    a, b = CN.position(date(2026, 2, 12)), CN.position(date(2026, 3, 4))
    assert days[a] == np.datetime64("2026-02-12")
    assert cumulative[b] - cumulative[a] == 10
    assert (np.diff(cumulative) == working[1:]).all()
    with pytest.raises(ValueError, match="read-only"):
        working[0] = True


@pytest.mark.parametrize(
    ("a", "b", "years"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), ()),
        (date(2026, 12, 1), date(2027, 1, 5), (2027,)),
        (date(2003, 12, 31), date(2004, 1, 2), (2003,)),
    ],
)
def test_years_without_a_notice_are_provisional(a, b, years):
    assert CN.unannounced(a, b) == years
    assert CN.provisional(a, b) is bool(years)


def test_a_year_without_a_notice_has_its_fixed_holidays_off():
    off = [date(2029, 1, 1), date(2029, 5, 1), date(2029, 5, 2), date(2029, 10, 1)]
    assert not any(CN.is_working(day) for day in off)
    assert CN.is_working(date(2029, 5, 3))


@pytest.mark.parametrize(
    ("name", "saturday", "new_year"), [("weekdays", False, True), ("none", True, True)]
)
def test_plain_calendars_know_no_holidays_and_are_never_provisional(name, saturday, new_year):
    calendar = load_calendar(name)
    assert calendar.is_working(date(2026, 1, 10)) is saturday
    assert calendar.is_working(date(2026, 1, 1)) is new_year
    assert not calendar.provisional(date(1999, 1, 1), date(2080, 1, 1))


def test_calendars_are_told_apart_by_their_hash(tmp_path):
    path = tmp_path / "city.csv"
    path.write_text("date,kind,name_zh,name_en\n2026-03-03,holiday,本地,Local\n", encoding="utf-8")
    city = load_calendar(path)
    assert city.name == "city"
    assert city.reason(date(2026, 3, 3)) == Text("本地", "Local")
    assert (
        len({city.hash, CN.hash, load_calendar("weekdays").hash, load_calendar("none").hash}) == 4
    )
    assert load_calendar(path).hash == city.hash


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("day,kind\n", "city.csv: the header of a calendar"),
        ("date,kind,name_zh,name_en\n2026-02-30,holiday,甲,A\n", "city.csv, row 1"),
        ("date,kind,name_zh,name_en\n2026-02-03,party,甲,A\n", "city.csv, row 1"),
        ("date,kind,name_zh,name_en\n2026-02-03,holiday,甲\n", "city.csv, row 1"),
        ("date,kind,name_zh,name_en\n1949-10-01,holiday,甲,A\n", "1949-10-01 lies outside"),
        ("date,kind,name_zh,name_en\n" + "2026-02-03,holiday,甲,A\n" * 2, "row 2: .*given twice"),
    ],
)
def test_a_faulty_calendar_file_is_refused_with_its_row(tmp_path, text, why):
    path = tmp_path / "city.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=why):
        load_calendar(path)


def test_a_calendar_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "city.csv"
    path.write_bytes("date,kind,name_zh,name_en\n2026-01-01,holiday,元旦,N\n".encode("gb18030"))
    with pytest.raises(BadInput, match=r"city\.csv: the calendar cannot be read"):
        load_calendar(path)


def test_an_unknown_calendar_and_an_uncovered_day_are_named():
    with pytest.raises(BadInput, match="mars"):
        load_calendar("mars")
    with pytest.raises(BadInput, match="1989-12-31"):
        CN.add(date(1989, 12, 31), 1)
    with pytest.raises(BadInput, match="up to 2100"):
        CN.add(date(2100, 12, 1), 100)
    with pytest.raises(ValueError, match="negative"):
        CN.add(date(2026, 1, 5), -1)


def test_arrays_are_added_far_faster_than_by_walking():
    days = np.tile(np.arange("2024-01-01", "2026-01-01", dtype="datetime64[D]"), 60)
    begun = time.process_time()
    CN.add_many(days, 20)
    each = (time.process_time() - begun) / len(days)
    few = days[:300].tolist()
    begun = time.process_time()
    for day in few:
        walk(CN, day, 20)
    assert each * 20 < (time.process_time() - begun) / len(few)
