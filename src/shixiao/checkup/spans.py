"""Spans: the last day that the evidence speaks of, against which “not used for 90 days” is counted.

It is taken from the evidence and not from the clock of the machine: the same package gives the
same findings next year.
"""

from __future__ import annotations

from datetime import date, datetime

import ibis

from shixiao.evidence import Engine, Store
from shixiao.evidence.engines import Table
from shixiao.evidence.site_rows import AS_OF

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
EPOCH_TIME = datetime(1970, 1, 1)
DAY_SECONDS = 86_400
# Registers that are kept to the day of the export, best first.
DATED = (
    ("usage", "day"),
    ("cases", "opened"),
    ("accounts", "last_active"),
    ("accounts", "created"),
    ("messages", "ts"),
    ("ratings", "ts"),
    ("exchanges", "ts"),
    ("requests", "answered"),
    ("requests", "opened"),
    ("duties", "opened"),
)
# What a site knows of its own records, where nothing of the package has a date.
KNOWN = ("exchanges", "requests", "duties", "grants", "datasets")


def last_day(store: Store, engine: Engine) -> date | None:
    """Return the last day on the wall clock of the best dated register; None without any.

    Rows that say themselves until when they are known do not speak for the others.
    """
    offset = (store.meta.utc_offset or 0) // 1_000_000
    for name, column in DATED:
        if not store.has(name, column) and not (name == "cases" and store.meta.events):
            continue
        table = store.table(engine, name)
        if store.has(name, AS_OF):
            table = table.filter(table[AS_OF].isnull())
        day = _last(table, column, engine, offset)
        if day is not None:
            return day
    known = [
        _last(store.table(engine, name), AS_OF, engine, offset)
        for name in KNOWN
        if store.has(name, AS_OF)
    ]
    return max((day for day in known if day is not None), default=None)


def _last(table: Table, column: str, engine: Engine, offset: int) -> date | None:
    value = engine.rows(table.agg(last=ibis._[column].max()))["last"][0]
    if value is None:
        return None
    if isinstance(value, int):  # cases keep µs since 1970
        return date.fromordinal(EPOCH_ORDINAL + (value // 1_000_000 + offset) // DAY_SECONDS)
    if hasattr(value, "hour"):
        seconds = int((value.replace(tzinfo=None) - EPOCH_TIME).total_seconds()) + offset
        return date.fromordinal(EPOCH_ORDINAL + seconds // DAY_SECONDS)
    return date(value.year, value.month, value.day)
