"""Find a calendar by name or file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shixiao.rules.calendar import EVERY_DAY, FIXED_HOLIDAYS, WorkingCalendar
from shixiao.rules.days import read_days
from shixiao.terms import BadInput, Text

CHINA_DAYS = Path(__file__).with_name("data") / "calendars" / "cn.csv"
NAMES = ("cn", "weekdays", "none")


def load_calendar(name: str | Path = "cn") -> WorkingCalendar:
    """Return a calendar.

    Args:
        name: ``cn`` (the State Council's notices), ``weekdays`` (Monday to Friday, no holidays),
            ``none`` (every day counts), or the path of a CSV file like ``cn.csv``.

    Raises:
        BadInput: there is no such calendar, or the file is faulty.
    """
    if str(name) in NAMES:
        return _built_in(str(name))
    path = Path(name)
    if not path.is_file():
        raise BadInput(
            Text(
                f"没有日历“{name}”；可用 {'、'.join(NAMES)} 或 CSV 文件",
                f"there is no calendar “{name}”; use {', '.join(NAMES)} or a CSV file",
            )
        )
    return WorkingCalendar(path.stem, read_days(path), fixed=FIXED_HOLIDAYS)


@cache
def _built_in(name: str) -> WorkingCalendar:
    if name == "cn":
        return WorkingCalendar(name, read_days(CHINA_DAYS), fixed=FIXED_HOLIDAYS)
    if name == "weekdays":
        return WorkingCalendar(name)
    return WorkingCalendar(name, week=EVERY_DAY)
