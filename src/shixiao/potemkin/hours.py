"""Hours of a city: when offices are open and people are awake, for whole arrays at once.

Times are whole seconds since midnight of the first day of the city's period, on the wall clock.
A time's *office position* is the office time passed before it.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from shixiao.potemkin.steps import OFFICE_DAY, WHOLE_DAY
from shixiao.rules import WorkingCalendar

Seconds: TypeAlias = npt.NDArray[np.int64]

OPENS, LUNCH, BACK = 9 * 3600, 12 * 3600, 13 * 3600 + 1800
MORNING = LUNCH - OPENS
WAKES, SLEEPS = 7 * 3600, 23 * 3600
COVERED = 1500  # days from the start that the longest case may reach


class Hours:
    """Office hours on the working days of a calendar, from one day on."""

    def __init__(self, calendar: WorkingCalendar, start: date) -> None:
        first = calendar.position(start)
        _, _, working = calendar.index_table()
        open_days = working[first : first + COVERED].astype(np.int64)
        self._working = open_days
        self._before = np.cumsum(open_days) - open_days
        self._days = np.flatnonzero(open_days)

    def position(self, times: Seconds) -> Seconds:
        """Return the office seconds passed before each time."""
        day, second = np.divmod(times, WHOLE_DAY)
        morning = np.clip(second - OPENS, 0, MORNING)
        afternoon = np.clip(second - BACK, 0, OFFICE_DAY - MORNING)
        today = self._working[day] * (morning + afternoon)
        passed: Seconds = self._before[day] * OFFICE_DAY + today
        return passed

    def moment(self, positions: Seconds) -> Seconds:
        """Return the time at which so many office seconds have passed and the office is open."""
        number, second = np.divmod(positions, OFFICE_DAY)
        clock = np.where(second < MORNING, OPENS + second, BACK + second - MORNING)
        return self._days[number] * WHOLE_DAY + clock

    def is_open(self, times: Seconds) -> npt.NDArray[np.bool_]:
        """True where the office is open."""
        found: npt.NDArray[np.bool_] = self.moment(self.position(times)) == times
        return found

    def work(self, times: Seconds, length: Seconds) -> Seconds:
        """Return when officials have worked for so long after each time."""
        return self.moment(self.position(times) + length)

    def at_counter(self, times: Seconds, rng: np.random.Generator) -> Seconds:
        """Return when people who would come at these times are served."""
        queue = rng.integers(60, 7200, size=len(times))
        return np.where(self.is_open(times), times, self.work(times, queue))


def when_awake(times: Seconds, rng: np.random.Generator) -> Seconds:
    """Return the times, moved to the next morning where they fall into the night."""
    day, second = np.divmod(times, WHOLE_DAY)
    morning = WAKES + rng.integers(0, 10_800, size=len(times))
    night = (second < WAKES) | (second >= SLEEPS)
    return np.where(night, (day + (second >= SLEEPS)) * WHOLE_DAY + morning, times)
