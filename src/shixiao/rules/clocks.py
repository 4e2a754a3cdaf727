"""Statutory clocks: from the day a duty starts to the day it is due, with every day accounted for.

Counting follows the Civil Code: the day of start is not counted (art. 201), and a period whose
last day is a holiday ends on the next working day (art. 203).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from shixiao.rules.calendar import FIRST, LAST, Days, WorkingCalendar
from shixiao.rules.rule import Rule
from shixiao.terms import BadInput, Text

LONGEST = 10_000
SUSPENDED = Text("依法中止计时", "clock suspended by law")


class Unit(StrEnum):
    """What a clock counts."""

    WORKING = "working"
    CALENDAR = "calendar"


class StartRule(StrEnum):
    """Whether counting begins on the day after the start (the rule) or on that day itself."""

    DAY_AFTER = "day after"
    SAME_DAY = "same day"


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days, both ends included, on which the law stops the clock, and why."""

    start: date
    end: date
    reason: Text = SUSPENDED

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise BadInput(
                Text(
                    f"中止期间的结束日 {self.end} 早于开始日 {self.start}",
                    f"the suspension ends ({self.end}) before it starts ({self.start})",
                )
            )


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a duty is due, and how that day was reached.

    Attributes:
        due: the last day on which the duty can be done in time; always a working day.
        counted: days counted, the extension included.
        skipped: every day after the start and before the due day that was not counted, or on
            which the period could not end, with the reason; ``counted + len(skipped)`` is the
            distance in days from the start to the due day.
        unannounced: years on whose holidays the answer rests and that no notice covers yet.
    """

    due: date
    counted: int
    skipped: tuple[tuple[date, Text], ...]
    unannounced: tuple[int, ...] = ()

    @property
    def provisional(self) -> bool:
        """True while the holidays of some year it rests on are not announced."""
        return bool(self.unannounced)


@dataclass(frozen=True, slots=True)
class Clock:
    """A statutory period: its length, its unit, how far it may be extended, how it starts."""

    length: int
    unit: Unit
    extension_limit: int = 0
    start_rule: StartRule = StartRule.DAY_AFTER

    @classmethod
    def of(cls, rule: Rule, part: str | None = None) -> Clock:
        """Make the clock of a rule in working or calendar days.

        A mapping names its parts: ``part`` (default ``days``) is the length and
        ``<part>_extension``, where there is one, the longest extension.

        Raises:
            BadInput: the rule or the part is no number of days.
        """
        name = part or ("days" if isinstance(rule.value, dict) else None)
        unit = {"working_day": Unit.WORKING, "calendar_day": Unit.CALENDAR}.get(
            rule.unit_of(name) or ""
        )
        length = rule.part(name)
        limit = rule.value.get(f"{name}_extension", 0) if isinstance(rule.value, dict) else 0
        if unit is None or not isinstance(length, int) or isinstance(length, bool):
            raise BadInput(
                Text(f"规则 {rule.id} 不是以日计的期限", f"rule {rule.id} is no period of days")
            )
        return cls(length, unit, limit)

    def deadline(
        self,
        start: date,
        calendar: WorkingCalendar,
        *,
        suspensions: Sequence[Suspension] = (),
        extension: int = 0,
    ) -> Deadline:
        """Return the deadline of this period; an extension beyond the limit is refused."""
        if extension > self.extension_limit:
            raise BadInput(
                Text(
                    f"最多可延长{self.extension_limit}日，不能延长{extension}日",
                    f"at most {self.extension_limit} more days are allowed, not {extension}",
                )
            )
        counts_start = self.start_rule is StartRule.SAME_DAY and self.length + extension > 0
        return deadline(
            start=start - timedelta(days=int(counts_start)),
            length=self.length,
            unit=self.unit,
            calendar=calendar,
            suspensions=suspensions,
            extension=extension,
        )


def deadline(
    *,
    start: date,
    length: int,
    unit: Unit | str,
    calendar: WorkingCalendar,
    suspensions: Sequence[Suspension] = (),
    extension: int = 0,
) -> Deadline:
    """Count a period and return its last day.

    Args:
        start: the day of the event; it is not counted itself.
        length: days to count; with 0 the period ends on the start, moved to a working day.
        unit: ``working`` or ``calendar`` days.
        calendar: says which days are working days.
        suspensions: days that do not count; an overlap counts once, with the first reason.
        extension: further days of the same unit.

    Raises:
        BadInput: a number is negative or above 10,000, or a day lies outside the calendar.
    """
    _check_length(length)
    _check_length(extension)
    unit = Unit(unit)
    first = calendar.position(start)
    days, _, working = calendar.index_table()
    running = _running(days, suspensions)
    countable = running & working if unit is Unit.WORKING else running
    total = length + extension
    last = _nth(countable, first + 1, total) if total else first
    due = _nth(running & working, last, 1)
    skipped = [p for p in range(first + 1, last) if not countable[p]] + list(range(last, due))
    due_day = _date(due)
    rests_from = min(start + timedelta(days=1), due_day) if unit is Unit.WORKING else _date(last)
    return Deadline(
        due=due_day,
        counted=total,
        skipped=tuple((day, _why(day, calendar, suspensions)) for day in map(_date, skipped)),
        unannounced=calendar.unannounced(rests_from, due_day),
    )


def _check_length(length: int) -> None:
    if not 0 <= length <= LONGEST:
        raise BadInput(
            Text(
                f"期限须在0至{LONGEST}日之间，不能是{length}",
                f"a period has 0 to {LONGEST} days, not {length}",
            )
        )


def _running(days: Days, suspensions: Sequence[Suspension]) -> NDArray[np.bool_]:
    """Return, for every day of the calendar, whether no suspension covers it."""
    running = np.ones(len(days), dtype=np.bool_)
    for suspension in suspensions:
        start, end = np.datetime64(suspension.start), np.datetime64(suspension.end)
        running &= (days < start) | (days > end)
    return running


def _nth(wanted: NDArray[np.bool_], start: int, n: int) -> int:
    """Return the position of the ``n``-th true value from ``start`` on."""
    found = np.flatnonzero(wanted[start:])
    if len(found) < n:
        raise BadInput(
            Text(
                f"到期日超出日历范围（至{LAST.year}年）",
                f"the due date lies outside the calendar (up to {LAST.year})",
            )
        )
    return start + int(found[n - 1])


def _date(position: int) -> date:
    return FIRST + timedelta(days=position)


def _why(day: date, calendar: WorkingCalendar, suspensions: Sequence[Suspension]) -> Text:
    for suspension in suspensions:
        if suspension.start <= day <= suspension.end:
            return suspension.reason
    return calendar.reason(day)
