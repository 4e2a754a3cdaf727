"""The year of an invented city: which days people apply, at which hours, and when offices work.

Times are whole seconds since midnight of the first day, on the wall clock; *positions* are office
seconds (see hours.py).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from shixiao.potemkin.hours import Hours, Seconds
from shixiao.potemkin.steps import WHOLE_DAY
from shixiao.rules import load_calendar

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FIRST, LAST = date(2025, 10, 1), date(2026, 9, 30)
DAYS = (LAST - FIRST).days + 1
END = DAYS * WHOLE_DAY
CALENDAR, ZONE = "cn", "Asia/Shanghai"
MIDNIGHT = datetime(FIRST.year, FIRST.month, FIRST.day)

WEEKDAYS = (1.15, 1.05, 1.0, 1.0, 0.9, 0.85, 0.85)
DAY_OFF_ONLINE = 0.35
SPRING_FESTIVAL = (date(2026, 2, 9), date(2026, 3, 1), 0.5)
YEAR_END = (date(2025, 12, 10), date(2025, 12, 31), 1.25)
#: three weeks in which children are enrolled
ENROLMENT = (date(2026, 6, 22), date(2026, 7, 12), 4.0)
CAMPAIGN = (date(2026, 4, 9), date(2026, 5, 8), 3.0)
#: share of online applications by hour of the day
HOURLY = (2, 1, 1, 1, 1, 2, 4, 7, 10, 13, 14, 11, 9, 8, 11, 12, 10, 9, 9, 10, 11, 9, 6, 4)


def offset(day: date) -> int:
    """Return the place of a day in the year."""
    return (day - FIRST).days


class Year:
    """Working days, hours, and the seasons of the year."""

    def __init__(self) -> None:
        calendar = load_calendar(CALENDAR)
        self.hours = Hours(calendar, FIRST)
        first = calendar.position(FIRST)
        _, counted, working = calendar.index_table()
        before = int(counted[first]) - int(working[first])
        #: working days from the first day up to and including each day
        self.counted: Integers = counted[first : first + 1400].astype(np.int64) - before
        self.working: npt.NDArray[np.bool_] = working[first : first + DAYS]
        self.weekday = (np.arange(DAYS) + FIRST.weekday()) % 7
        self.season = np.ones(DAYS)
        for begin, end, factor in (SPRING_FESTIVAL, YEAR_END):
            self.season[offset(begin) : offset(end) + 1] = factor
        usual = np.array(WEEKDAYS)[self.weekday] * self.season
        self.online_days = usual * np.where(self.working, 1.0, DAY_OFF_ONLINE)
        self.counter_days = usual * self.working
        self._hourly = np.cumsum(HOURLY) / sum(HOURLY)

    def surge(self, span: tuple[date, date, float]) -> Floats:
        """Return a factor per day: that of the span inside it, 1 outside."""
        factor = np.ones(DAYS)
        factor[offset(span[0]) : offset(span[1]) + 1] = span[2]
        return factor

    def moments_online(self, count: int, surge: Floats | None, rng: np.random.Generator) -> Seconds:
        """Draw when people apply from home."""
        weights = self.online_days if surge is None else self.online_days * surge
        day = _drawn(weights, count, rng)
        hour = np.searchsorted(self._hourly, rng.random(count), side="right")
        return day * WHOLE_DAY + hour * 3600 + rng.integers(0, 3600, size=count)

    def moments_counter(
        self, count: int, surge: Floats | None, rng: np.random.Generator
    ) -> Seconds:
        """Draw when people are served at a counter."""
        weights = self.counter_days if surge is None else self.counter_days * surge
        day = _drawn(weights, count, rng)
        begin = self.hours.position(day * WHOLE_DAY)
        return self.hours.moment(begin + rng.integers(0, 22_000, size=count))

    def counted_days(self, opened: Seconds, closed: Seconds) -> Integers:
        """Return working days after one day up to and including another."""
        days: Integers = self.counted[closed // WHOLE_DAY] - self.counted[opened // WHOLE_DAY]
        return days

    def months_ends(self, last: int) -> npt.NDArray[np.bool_]:
        """Mark the last days of every month."""
        dates = [FIRST + timedelta(days=n) for n in range(DAYS)]
        return np.array([(day + timedelta(days=last)).month != day.month for day in dates])


def _drawn(weights: Floats, count: int, rng: np.random.Generator) -> Integers:
    cumulative = np.cumsum(weights)
    day: Integers = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
    return day


def clock(second: int) -> str:
    """Return a time as it stands in tables."""
    return (MIDNIGHT + timedelta(seconds=second)).isoformat(sep=" ")


def stamps(seconds: Seconds) -> npt.NDArray[np.datetime64]:
    """Return times as wall-clock values."""
    start = np.datetime64(MIDNIGHT, "us")
    return start + seconds.astype("timedelta64[s]").astype("timedelta64[us]")
