"""Rows of a calendar file: the days that differ from Monday-to-Friday, by announcement."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from shixiao.terms import BadInput, Text

HEADER = ("date", "kind", "name_zh", "name_en")


class DayKind(StrEnum):
    """A day off, or a weekend day worked in exchange for one."""

    HOLIDAY = "holiday"
    MAKEUP = "makeup"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One announced day: when, which kind, and for which holiday."""

    day: date
    kind: DayKind
    name: Text


def read_days(path: Path) -> tuple[DayRow, ...]:
    """Read a calendar CSV (``date,kind,name_zh,name_en``), sorted by day.

    Raises:
        BadInput: the file cannot be read, a row is faulty, or a day is given twice.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            Text("无法读取日历文件（须为 UTF-8 CSV）", "the calendar cannot be read (UTF-8 CSV)"),
            file=path.name,
        ) from None
    lines = csv.reader(io.StringIO(content))
    if tuple(next(lines, ())) != HEADER:
        raise BadInput(
            Text(
                f"日历文件的表头应为 {','.join(HEADER)}",
                f"the header of a calendar is {','.join(HEADER)}",
            ),
            file=path.name,
        )
    rows: dict[date, DayRow] = {}
    for number, cells in enumerate(lines, start=1):
        row = _row(cells, path.name, number)
        if row.day in rows:
            raise BadInput(
                Text(f"日期 {row.day} 重复", f"the day {row.day} is given twice"),
                file=path.name,
                row=number,
            )
        rows[row.day] = row
    return merge_days(rows.values(), ())


def merge_days(old: Iterable[DayRow], new: Iterable[DayRow]) -> tuple[DayRow, ...]:
    """Return both, sorted by day; on the same day the newer announcement stands."""
    by_day = {row.day: row for row in old} | {row.day: row for row in new}
    return tuple(by_day[day] for day in sorted(by_day))


def days_csv(rows: Iterable[DayRow]) -> str:
    """Return the calendar file of some rows, the same bytes for the same rows."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow((row.day.isoformat(), str(row.kind), row.name.zh, row.name.en))
    return stream.getvalue()


def _row(cells: list[str], file: str, number: int) -> DayRow:
    try:
        day, kind, zh, en = (cell.strip() for cell in cells)
        return DayRow(date.fromisoformat(day), DayKind(kind), Text(zh, en))
    except ValueError:
        raise BadInput(
            Text(
                "应为：日期（如 2026-01-01）、holiday 或 makeup、中文名、英文名",
                "should be a date (e.g. 2026-01-01), holiday or makeup, the Chinese name "
                "and the English name",
            ),
            file=file,
            row=number,
        ) from None
