"""Office hours of an invented city: seven working days around a long holiday, hour by hour."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.potemkin.hours import Hours, when_awake
from shixiao.potemkin.steps import seconds
from shixiao.rules import load_calendar

START = date(2025, 7, 1)
MIDNIGHT = datetime(2025, 7, 1)
HOURS = Hours(load_calendar("cn"), START)
YEAR = 365 * 86_400


def at(text: str) -> np.ndarray:
    return np.array([int((datetime.fromisoformat(text) - MIDNIGHT).total_seconds())])


def read(times: np.ndarray) -> str:
    return str(MIDNIGHT + timedelta(seconds=int(times[0])))


@pytest.mark.parametrize(
    ("begun", "minutes", "done"),
    [
        ("2025-07-01 09:00", 30, "2025-07-01 09:30:00"),
        ("2025-07-01 08:10", 30, "2025-07-01 09:30:00"),  # nobody works before nine
        ("2025-07-01 11:45", 30, "2025-07-01 13:45:00"),  # over lunch
        ("2025-07-01 16:45", 30, "2025-07-02 09:15:00"),  # over night
        ("2025-07-04 16:45", 30, "2025-07-07 09:15:00"),  # over a weekend
        ("2025-09-30 16:45", 30, "2025-10-09 09:15:00"),  # over National Day
        ("2025-10-11 10:00", 30, "2025-10-11 10:30:00"),  # a Saturday worked in exchange
        ("2025-07-01 09:00", 390, "2025-07-02 09:00:00"),  # an office day is 6.5 hours
    ],
)
def test_officials_work_in_office_hours_only(begun, minutes, done):
    assert read(HOURS.work(at(begun), np.array([minutes * 60]))) == done


@given(st.integers(0, YEAR), st.integers(0, 2_000_000))
def test_office_time_spent_is_office_time_passed(begun, length):
    time, work = np.array([begun]), np.array([length])
    done = HOURS.work(time, work)
    assert HOURS.position(done) - HOURS.position(time) == work
    assert HOURS.is_open(done).all()
    assert done >= time


@given(st.integers(0, YEAR), st.integers(0, 2**32))
def test_whoever_comes_to_a_counter_is_served_when_it_is_open(wished, seed):
    time = np.array([wished])
    served = HOURS.at_counter(time, np.random.default_rng(seed))
    assert HOURS.is_open(served).all()
    assert served >= time
    if HOURS.is_open(time).all():
        assert served == time


@given(st.integers(0, YEAR), st.integers(0, 2**32))
def test_nobody_applies_in_the_dead_of_night(wished, seed):
    time = np.array([wished])
    moved = when_awake(time, np.random.default_rng(seed))
    second = int(moved[0]) % 86_400
    assert 7 * 3600 <= second < 23 * 3600
    assert time <= moved
    assert moved - time < 86_400


@pytest.mark.parametrize(
    ("length", "expected"), [("0m", 0), ("25m", 1500), ("4h", 14_400), ("2d", 172_800)]
)
def test_lengths_are_read(length, expected):
    assert seconds(length) == expected


@pytest.mark.parametrize("length", ["", "4", "h4", "1.5d", "4h ", "-4h"])
def test_anything_else_is_no_length(length):
    with pytest.raises(ValueError, match="is no length"):
        seconds(length)
