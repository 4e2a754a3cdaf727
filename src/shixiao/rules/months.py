"""Periods by the month: from the day of the event to the same day of a later month.

A month that lacks that day ends the period on its last day (Civil Code, art. 202); a last day that
is a holiday is followed by the next working day (art. 203).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from shixiao.rules.calendar import WorkingCalendar
from shixiao.rules.clocks import Deadline, Unit, deadline


def deadline_by_months(start: date, months: int, calendar: WorkingCalendar) -> Deadline:
    """Return when a period of so many months ends that begins with the event on ``start``."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    ends = date(year, month + 1, day)
    return deadline(start=ends, length=0, unit=Unit.CALENDAR, calendar=calendar)
