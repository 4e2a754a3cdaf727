"""Deadlines against a day-by-day walk, and their laws."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.rules import (
    Clock,
    StartRule,
    Suspension,
    Unit,
    deadline,
    load_calendar,
    load_pack,
)
from shixiao.terms import BadInput, Text

CN = load_calendar("cn")
PACK = load_pack()
DAYS = st.dates(date(2004, 1, 1), date(2026, 6, 30))
LENGTHS = st.integers(0, 90)
UNITS = st.sampled_from(Unit)
SUSPENSIONS = st.lists(
    st.builds(
        lambda day, length: Suspension(day, day + timedelta(days=length)), DAYS, st.integers(0, 40)
    ),
    max_size=3,
)
NEAR = st.lists(st.tuples(st.integers(-10, 60), st.integers(0, 15)), max_size=3)


def near(start, spans):
    """Return suspensions placed around a start: (offset, further days)."""
    return [Suspension(start + timedelta(days=a), start + timedelta(days=a + b)) for a, b in spans]


def walk(start, length, unit, suspensions):
    """Count day by day as a clerk would with a wall calendar."""

    def stopped(day):
        return any(s.start <= day <= s.end for s in suspensions)

    day, left = start, length
    while left:
        day += timedelta(days=1)
        if not stopped(day) and (unit is Unit.CALENDAR or CN.is_working(day)):
            left -= 1
    while stopped(day) or not CN.is_working(day):
        day += timedelta(days=1)
    return day


@given(DAYS, LENGTHS, UNITS, NEAR, st.integers(0, 20))
def test_a_deadline_is_what_a_clerk_counts(start, length, unit, spans, extension):
    stops = near(start, spans)
    answer = deadline(
        start=start,
        length=length,
        unit=unit,
        calendar=CN,
        suspensions=stops,
        extension=extension,
    )
    assert answer.due == walk(start, length + extension, unit, stops)
    assert answer.counted == length + extension
    assert (answer.due - start).days == answer.counted + len(answer.skipped)
    assert CN.is_working(answer.due)


@given(DAYS, LENGTHS, UNITS, NEAR)
def test_a_longer_period_never_ends_earlier(start, length, unit, spans):
    stops = near(start, spans)
    shorter, longer = (
        deadline(start=start, length=n, unit=unit, calendar=CN, suspensions=stops)
        for n in (length, length + 1)
    )
    assert shorter.due <= longer.due


@given(DAYS, LENGTHS, UNITS, SUSPENSIONS)
def test_a_suspension_that_does_not_overlap_changes_nothing(start, length, unit, suspensions):
    plain = deadline(start=start, length=length, unit=unit, calendar=CN)
    apart = [s for s in suspensions if s.end <= start - timedelta(days=1) or s.start > plain.due]
    assert plain == deadline(start=start, length=length, unit=unit, calendar=CN, suspensions=apart)


@given(DAYS)
def test_no_days_end_on_the_start_or_the_next_working_day(start):
    for unit in Unit:
        due = deadline(start=start, length=0, unit=unit, calendar=CN).due
        assert (due == start) is CN.is_working(start)
        assert CN.between(start, due) <= 1


# From the 2026 notice on a wall calendar: 1–7 October off, 10 October (Saturday) worked.
@pytest.mark.parametrize(
    ("start", "length", "unit", "due"),
    [
        (date(2026, 9, 21), 10, Unit.CALENDAR, date(2026, 10, 8)),  # 1 October → after the holiday
        (date(2026, 9, 21), 19, Unit.CALENDAR, date(2026, 10, 10)),  # a make-up Saturday stands
        (date(2026, 9, 21), 20, Unit.CALENDAR, date(2026, 10, 12)),  # Sunday → Monday
        (date(2026, 9, 30), 3, Unit.WORKING, date(2026, 10, 10)),
    ],
)
def test_a_period_that_ends_on_a_holiday_moves_on(start, length, unit, due):
    assert deadline(start=start, length=length, unit=unit, calendar=CN).due == due


def test_the_days_skipped_say_why():
    hearing = Text("听证", "hearing")
    answer = deadline(
        start=date(2026, 6, 15),
        length=3,
        unit="working",
        calendar=CN,
        suspensions=[Suspension(date(2026, 6, 16), date(2026, 6, 16), hearing)],
    )
    assert answer.due == date(2026, 6, 22)
    assert [(day.day, why.zh) for day, why in answer.skipped] == [
        (16, "听证"),
        (19, "端午节"),
        (20, "端午节"),
        (21, "端午节"),
    ]


@pytest.mark.parametrize(
    ("start", "length", "unit", "years"),
    [
        (date(2026, 12, 1), 10, Unit.WORKING, ()),
        (date(2026, 12, 25), 10, Unit.WORKING, (2027,)),
        (date(2026, 12, 25), 10, Unit.CALENDAR, (2027,)),
        (date(2003, 12, 31), 2, Unit.WORKING, ()),
        (date(2003, 12, 25), 40, Unit.CALENDAR, ()),
        (date(2003, 12, 25), 40, Unit.WORKING, (2003,)),
    ],
)
def test_an_answer_is_provisional_only_if_it_rests_on_an_unannounced_year(
    start, length, unit, years
):
    answer = deadline(start=start, length=length, unit=unit, calendar=CN)
    assert answer.unannounced == years
    assert answer.provisional is bool(years)


@pytest.mark.parametrize(
    ("length", "extension", "why"),
    [(-1, 0, "not -1"), (10_001, 0, "not 10001"), (1, -1, "not -1"), (1, 10_001, "not 10001")],
)
def test_absurd_lengths_are_refused(length, extension, why):
    with pytest.raises(BadInput, match=why):
        deadline(
            start=date(2026, 1, 5),
            length=length,
            unit="working",
            calendar=CN,
            extension=extension,
        )


def test_a_period_beyond_the_calendar_is_refused():
    with pytest.raises(BadInput, match="up to 2100"):
        deadline(start=date(2099, 1, 5), length=9000, unit="working", calendar=CN)


def test_a_suspension_cannot_end_before_it_starts():
    with pytest.raises(BadInput, match="before it starts"):
        Suspension(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("rule_id", "part", "clock"),
    [
        ("GDS-22", None, Clock(20, Unit.WORKING)),
        ("GDS-21c", None, Clock(10, Unit.WORKING, 10)),
        ("REV-D", "ordinary", Clock(60, Unit.CALENDAR, 30)),
        ("REV-D", "simplified", Clock(30, Unit.CALENDAR)),
        ("PET-T", "objection", Clock(5, Unit.WORKING)),
        ("DEC-30", None, Clock(30, Unit.CALENDAR)),
    ],
)
def test_a_rule_is_a_clock(rule_id, part, clock):
    assert Clock.of(PACK.rule(rule_id), part) == clock


@pytest.mark.parametrize("rule_id", ["NDR-10", "GDS-14", "GDS-29"])
def test_a_rule_that_is_no_period_of_days_is_no_clock(rule_id):
    with pytest.raises(BadInput, match=rule_id):
        Clock.of(PACK.rule(rule_id))


def test_a_clock_is_extended_up_to_its_limit():
    clock = Clock.of(PACK.rule("GDS-17u"))
    start = date(2026, 2, 12)
    assert clock.deadline(start, CN, extension=5).counted == 15
    with pytest.raises(BadInput, match="at most 5"):
        clock.deadline(start, CN, extension=6)


def test_a_clock_that_counts_its_first_day_ends_one_day_earlier():
    start = date(2026, 3, 2)
    after, same = (Clock(5, Unit.WORKING, start_rule=rule) for rule in StartRule)
    assert after.deadline(start, CN).due == date(2026, 3, 9)
    assert same.deadline(start, CN).due == date(2026, 3, 6)
