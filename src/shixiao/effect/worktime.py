"""Working time inside an engine: the calendar as a small table that any engine joins.

A moment's *working position* is the working time passed before it: full working days times 24
hours, plus the time of day if the day itself is a working day. The difference of two positions is
working time in microseconds; a day's *count* is the number of working days up to and including
it, and the difference of two counts is the number of days that a statutory clock counts (the
first day is not counted: Civil Code art. 201).
"""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa

from shixiao.evidence.engines import Engine, Table
from shixiao.rules import WorkingCalendar

DAY = 86_400_000_000  # microseconds
DAYS = 86_400.0


def calendar_table(engine: Engine, calendar: WorkingCalendar) -> Table:
    """Return the calendar as a table: ``day`` (since 1970), ``count``, ``before``, ``working``."""
    dates, cumulative, working = calendar.index_table()
    days = dates.astype("datetime64[D]").astype(np.int64)
    return engine.small(
        pa.table(
            {
                "day": days,
                "count": cumulative.astype(np.int64),
                "before": (cumulative.astype(np.int64) - working.astype(np.int64)),
                "working": working.astype(np.int64),
            }
        )
    )


def month_table(engine: Engine) -> Table:
    """Return each day (days since 1970) of 1970–2100 with its month, such as 2026-03."""
    days = np.arange(np.datetime64("1970-01-01"), np.datetime64("2101-01-01"))
    months = np.datetime_as_string(days, unit="M")
    return engine.small(
        pa.table(
            {
                "month_key": days.astype(np.int64),
                "month": pa.array(months.tolist(), pa.string()),
            }
        )
    )


def day_of(wall_clock: ibis.Value) -> ibis.Value:
    """Return the day (days since 1970) of a wall-clock time in µs, by exact integer remainder."""
    return ((wall_clock - wall_clock % DAY) / DAY).cast("int64")


def with_working_position(table: Table, calendar: Table, *, time: str, prefix: str) -> Table:
    """Add ``{prefix}_position`` (working time in µs) and ``{prefix}_count`` (working days).

    Args:
        table: has the column ``time``, wall-clock µs since 1970; null gives null.
        calendar: from calendar_table.
        time: name of that column.
        prefix: of the two new columns.
    """
    day = f"{prefix}_day"
    dated = table.mutate(**{day: day_of(table[time])})
    named = calendar.select(
        **{
            f"{prefix}_key": calendar.day,
            f"{prefix}_count": calendar["count"],
            f"{prefix}_before": calendar.before,
            f"{prefix}_working": calendar.working,
        }
    )
    joined = dated.left_join(named, dated[day] == named[f"{prefix}_key"])
    position = joined[f"{prefix}_before"] * DAY + joined[f"{prefix}_working"] * (joined[time] % DAY)
    return joined.mutate(**{f"{prefix}_position": position}).drop(
        day, f"{prefix}_key", f"{prefix}_before", f"{prefix}_working"
    )
