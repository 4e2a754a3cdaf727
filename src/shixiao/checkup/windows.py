"""Windows: the part of the evidence that began within some days.

What has a date is cut by the day on which it began: a case by its opening, a message by its
sending, an account by its opening, use by its day, a decision by its time, and a rating by the
opening of the case that was rated (where that is unknown, by its own day). Registers have no dates:
they stay whole.
"""

from __future__ import annotations

from datetime import date

from shixiao.evidence import Engine, Store
from shixiao.evidence.engines import Table
from shixiao.terms import Period

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
DAY = 86_400_000_000
BEGUN = {
    "ratings": "ts",
    "messages": "ts",
    "accounts": "created",
    "usage": "day",
    "decisions": "ts",
}


def opened_in(window: Period, cases: Table) -> Table:
    """Return the rows of a case profile that were opened in the window."""
    low, high = _bounds(window)
    return cases.filter((cases.opened_local >= low) & (cases.opened_local < high))


def begun_in(window: Period, table: Table, name: str, *, store: Store, engine: Engine) -> Table:
    """Return the rows of a table of the package that began in the window.

    Args:
        window: whole days on the wall clock of the package.
        table: the whole table.
        name: its name; a table without dates comes back whole.
        store: tells the zone and holds the cases that ratings speak of.
        engine: where both lie.
    """
    column = BEGUN.get(name)
    if column is None:
        return table
    began = table[column]
    if name == "usage":
        return table.filter((began >= window.start) & (began <= window.end))
    offset = store.meta.utc_offset or 0
    low, high = _bounds(window)
    moment = began.epoch_seconds().cast("int64") * 1_000_000 + offset
    inside = (moment >= low) & (moment < high)
    if name != "ratings" or not store.meta.cases or "case_id" not in table.columns:
        return table.filter(inside)
    cases = store.table(engine, "cases").select(rated="case_id", rated_opened="opened")
    joined = table.join(cases, table.case_id == cases.rated, how="left")
    opened = joined.rated_opened + offset
    known = joined.rated_opened.notnull()
    fitting = (known & (opened >= low) & (opened < high)) | (~known & inside)
    return joined.filter(fitting).drop("rated", "rated_opened")


def _bounds(window: Period) -> tuple[int, int]:
    """Return the first µs of the window and the first after it, since 1970 on the wall clock."""
    low, high = (day.toordinal() - EPOCH_ORDINAL for day in (window.start, window.end))
    return low * DAY, (high + 1) * DAY
