"""The working-day calendar: one precomputed index over all days from 1990 to 2100."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from shixiao.rules.days import DayKind, DayRow
from shixiao.rules.pack import canonical_hash
from shixiao.terms import BadInput, Text

Days = NDArray[np.datetime64]
Integers = NDArray[np.int64]

FIRST = date(1990, 1, 1)
LAST = date(2100, 12, 31)

MONDAY_TO_FRIDAY = (True, True, True, True, True, False, False)
EVERY_DAY = (True,) * 7

#: Holidays that fall on fixed dates (全国年节及纪念日放假办法, art. 2, as amended 2024). The ones
#: that follow the moon or the sun are known only from the yearly notice.
FIXED_HOLIDAYS: Mapping[tuple[int, int], Text] = {
    (1, 1): Text("元旦", "New Year's Day"),
    (5, 1): Text("劳动节", "Labour Day"),
    (5, 2): Text("劳动节", "Labour Day"),
    (10, 1): Text("国庆节", "National Day"),
    (10, 2): Text("国庆节", "National Day"),
    (10, 3): Text("国庆节", "National Day"),
}

WEEKEND = Text("周末", "weekend")
WORKING = Text("工作日", "working day")


class WorkingCalendar:
    """Which days are working days, why, and how to count them.

    Years without a row before December are *unannounced* (a notice may move the last days of the
    year before it): they are computed from the week and the fixed holidays, and every answer that
    rests on them is provisional.

    Args:
        name: how results name the calendar.
        rows: announced days that differ from the week.
        week: seven truth values, Monday first.
        fixed: holidays of unannounced years by (month, day); ``None`` when the week says it all
            and nothing is ever provisional.
    """

    def __init__(
        self,
        name: str,
        rows: Iterable[DayRow] = (),
        *,
        week: tuple[bool, ...] = MONDAY_TO_FRIDAY,
        fixed: Mapping[tuple[int, int], Text] | None = None,
    ) -> None:
        self.name = name
        self._rows = {row.day: row for row in rows}
        self._week = week
        self._fixed = fixed
        self._announced = frozenset(day.year for day in self._rows if day.month < 12)
        self._days = np.arange(np.datetime64(FIRST), np.datetime64(LAST) + np.timedelta64(1, "D"))
        self._working = self._mark_working()
        self._cumulative = np.cumsum(self._working, dtype=np.int64)
        self._working_days = self._days[self._working]
        for array in (self._days, self._working, self._cumulative):
            array.flags.writeable = False
        self.hash = canonical_hash(
            {
                "week": list(week),
                "fixed": None if fixed is None else sorted(f"{m:02}-{d:02}" for m, d in fixed),
                "rows": [[str(day), str(self._rows[day].kind)] for day in sorted(self._rows)],
            }
        )

    def _mark_working(self) -> NDArray[np.bool_]:
        weekday = (self._days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        working = np.asarray(self._week)[weekday]
        for year in range(FIRST.year, LAST.year + 1):
            if year not in self._announced:
                for month, day in self._fixed or {}:
                    working[self.position(date(year, month, day))] = False
        for day_off, row in self._rows.items():
            working[self.position(day_off)] = row.kind is DayKind.MAKEUP
        return working

    def position(self, day: date) -> int:
        """Return the row of a day in :meth:`index_table`.

        Raises:
            BadInput: the day lies outside the years the calendar covers.
        """
        if not FIRST <= day <= LAST:
            raise BadInput(
                Text(
                    f"日期 {day} 超出日历范围（{FIRST.year}–{LAST.year}年）",
                    f"the date {day} lies outside the calendar ({FIRST.year}–{LAST.year})",
                )
            )
        return (day - FIRST).days

    def is_working(self, day: date) -> bool:
        """True if offices work on that day."""
        return bool(self._working[self.position(day)])

    def reason(self, day: date) -> Text:
        """Say why a day is, or is not, a working day: the holiday, the exchange, the weekend."""
        row = self._rows.get(day)
        if row is not None and row.kind is DayKind.HOLIDAY:
            return row.name
        if row is not None:
            return Text(f"{row.name.zh}调休上班", f"worked in exchange for {row.name.en}")
        fixed = (self._fixed or {}).get((day.month, day.day))
        if fixed is not None and day.year not in self._announced:
            return fixed
        return WORKING if self.is_working(day) else WEEKEND

    def add(self, day: date, n: int) -> date:
        """Return the ``n``-th working day after a day; the day itself is not counted.

        With ``n`` 0 the day itself, or the next working day if it is none.
        """
        self.position(day)
        due = self.add_many(np.array([day], dtype="datetime64[D]"), n)[0]
        if np.isnat(due):
            raise BadInput(
                Text(
                    f"到期日超出日历范围（至{LAST.year}年）",
                    f"the due date lies outside the calendar (up to {LAST.year})",
                )
            )
        return cast(date, due.item())

    def add_many(self, days: NDArray[Any], n: int | Integers) -> Days:
        """Return :meth:`add` for a whole array at once.

        Args:
            days: ``datetime64`` of any precision; NaT stays NaT.
            n: working days to add, one number or one per day; none may be negative.

        Returns:
            ``datetime64[D]`` of the same shape; NaT where a day or its due date is not covered.
        """
        if np.any(np.asarray(n) < 0):
            raise ValueError("Working days to add cannot be negative")
        whole = days.astype("datetime64[D]")
        position = (whole - np.datetime64(FIRST)).astype(np.int64)
        known = ~np.isnat(whole) & (position >= 0) & (position < len(self._days))
        position = np.where(known, position, 0)
        reached = self._cumulative[position]
        before = reached - self._working[position]
        index = np.maximum(reached + n - 1, before)
        known &= index < len(self._working_days)
        due = self._working_days[np.where(known, index, 0)]
        return np.where(known, due, np.datetime64("NaT", "D"))

    def between(self, a: date, b: date) -> int:
        """Return how many working days lie after ``a`` up to and including ``b``.

        The inverse of :meth:`add`; negative when ``b`` is before ``a``.
        """
        return int(self._cumulative[self.position(b)] - self._cumulative[self.position(a)])

    def index_table(self) -> tuple[Days, Integers, NDArray[np.bool_]]:
        """Return (days, working days up to and including each day, whether it is one).

        Working days between two days are the difference of their cumulative numbers, so an engine
        counts them with one join. The arrays are read-only and of equal length.
        """
        return self._days, self._cumulative, self._working

    def unannounced(self, a: date, b: date) -> tuple[int, ...]:
        """Return the years from ``a`` to ``b``, both included, that no notice covers."""
        if self._fixed is None:
            return ()
        return tuple(year for year in range(a.year, b.year + 1) if year not in self._announced)

    def provisional(self, a: date, b: date) -> bool:
        """True if a count from ``a`` to ``b`` rests on a year that no notice covers."""
        return bool(self.unannounced(a, b))

    @property
    def last_announced(self) -> int | None:
        """The last year a notice covers; ``None`` for a calendar without notices."""
        return max(self._announced, default=None)
