"""A table in an SQLite file: statements are prepared once a grant, and select granted columns."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from shixiao.gateway.reading import ReadOnly
from shixiao.gateway.refusals import Refused
from shixiao.sharing.grants import Entry, Shape
from shixiao.sharing.grants.shapes import Statement, after_key, by_key
from shixiao.terms import BadInput, Text

_NOT = Text("读不到表“{table}”：{why}。", "the table “{table}” cannot be read: {why}")
_KEPT = 10_000  # prepared statements


class SqliteTable:
    """A table that is read, never written.

    Args:
        path: the file.
        table: its name.
        key: column by which a person is looked up; it must have an index.

    Raises:
        BadInput: it is not there, or would be read from end to end at each request.
    """

    def __init__(self, path: Path, table: str, key: str) -> None:
        try:
            self._base = ReadOnly(path)
            columns = self._base.once("SELECT name FROM pragma_table_info(?)", (table,))
            names = tuple(name for (name,) in columns)
        except sqlite3.Error as error:
            raise BadInput(_NOT.format(table=table, why=error)) from None
        if key not in names:
            raise BadInput(_NOT.format(table=table, why=key))
        self.shape = Shape(table, key, names)
        asked = f"EXPLAIN QUERY PLAN {by_key(self.shape, [key], (), 1).sql}"
        plan = self._base.once(asked, ("",))
        if any("SCAN" in str(step[3]) for step in plan):
            why = Text(f"“{key}”列没有索引", f"the column “{key}” has no index")
            raise BadInput(_NOT.format(table=table, why=why))
        self._prepared: dict[tuple[str, str, int, bool], tuple[Entry, Statement]] = {}

    async def look_up(self, entry: Entry, key: str) -> list[tuple[object, ...]]:
        """Return the granted fields of the rows of one key."""
        statement = self._statement(entry, 0)
        return self._rows(statement, key)

    async def after(self, entry: Entry, key: str | None, most: int) -> list[tuple[object, ...]]:
        """Return a chunk of rows behind a key."""
        statement = self._statement(entry, most, first=key is None)
        return self._rows(statement, *(() if key is None else (key,)))

    async def close(self) -> None:
        """Close the file."""
        self._base.close()

    def _statement(self, entry: Entry, most: int, *, first: bool = False) -> Statement:
        """Return the statement of a grant; kept as long as that very entry is obeyed."""
        place = (entry.grant, entry.mode, most, first)
        known = self._prepared.get(place)
        if known is not None and known[0] is entry:
            return known[1]
        if len(self._prepared) >= _KEPT:
            self._prepared.clear()
        if most:
            made = after_key(self.shape, entry.fields, entry.rows, most, first=first)
        else:
            made = by_key(self.shape, entry.fields, entry.rows, entry.max_rows)
        self._prepared[place] = (entry, made)
        return made

    def _rows(self, statement: Statement, *keys: str) -> list[tuple[object, ...]]:
        try:
            return self._base.rows(statement.sql, (*keys, *statement.scope))
        except sqlite3.OperationalError as error:
            gone = "no such column" in str(error) or "no such table" in str(error)
            raise Refused("field_gone" if gone else "source_down") from None
        except (sqlite3.Error, UnicodeEncodeError, OverflowError):
            raise Refused("source_down") from None
