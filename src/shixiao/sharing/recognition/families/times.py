"""Dates and times as they are written in China: ISO, compact, with 年月日, with a time of day.

Source: GB/T 7408.1-2023 (ISO 8601-1); writings seen in departments' exports.
"""

from __future__ import annotations

import re
from datetime import date

from shixiao.sharing.recognition.register import Recogniser, register

EARLIEST, LATEST = 1850, 2100
_TIME = (
    r"(?:[T\s日]*(\d{1,2})[:时点]?(\d{2})(?:[:分]?(\d{2})秒?)?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)"
)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MOMENT = re.compile(_DAY.pattern + r"[T\s]*" + _TIME)
_COMPACT_MOMENT = re.compile(_COMPACT.pattern + r"(\d{2})(\d{2})(\d{2})(?:\d{3})?")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{2})月?")


def day_of(value: str) -> date | None:
    """Return the day that a value names, however it is written; None where it names none."""
    found = _DAY.fullmatch(value) or _COMPACT.fullmatch(value)
    if found is None:
        found = _MOMENT.fullmatch(value) or _COMPACT_MOMENT.fullmatch(value)
        if found is None or not _is_time(found.groups()[3:6]):
            return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None
    return day if EARLIEST <= day.year <= LATEST else None


def is_date(value: str) -> bool:
    """Return whether a value is a day (a time of midnight may follow)."""
    head = re.sub(r"[T\s]*0?0:00(?::00(?:\.0+)?)?$", "", value)
    return bool(_DAY.fullmatch(head) or _COMPACT.fullmatch(head)) and day_of(head) is not None


def is_datetime(value: str) -> bool:
    """Return whether a value is a day with a time of day."""
    written = _MOMENT.fullmatch(value) or _COMPACT_MOMENT.fullmatch(value)
    return bool(written) and day_of(value) is not None


def is_birth_date(value: str) -> bool:
    """Return whether a value may be a date of birth: a day or a month up to today's centuries."""
    return is_date(value) or (bool(_MONTH.fullmatch(value)) and 1880 <= int(value[:4]) <= LATEST)


def _is_time(parts: tuple[str | None, ...]) -> bool:
    hour, minute, second = (int(part or 0) for part in parts)
    return hour < 24 and minute < 60 and second < 61


register(Recogniser("birth_date", is_birth_date, special=0.75, alone=False))
register(Recogniser("datetime", is_datetime, special=0.74))
register(Recogniser("date", is_date, special=0.72))
