"""A table in PostgreSQL: a few connections, read-only, each statement with a time limit."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
from psycopg import sql

from shixiao.gateway.config import SourceConfig
from shixiao.gateway.refusals import Refused
from shixiao.sharing.grants import Entry, Shape
from shixiao.sharing.grants.shapes import Statement, after_key, by_key
from shixiao.terms import BadInput, Text, Unavailable

CONNECTIONS = 4
_COLUMNS = (
    "SELECT column_name FROM information_schema.columns"
    " WHERE table_name = %s AND table_schema = ANY (current_schemas(false))"
)
_DOWN = Text("连不上数据库：{why}。", "the database cannot be reached: {why}")
_NO_TABLE = Text("没有表“{table}”，或没有列“{key}”。", "no table “{table}” with a column “{key}”")


class PostgresTable:
    """A table that is read, never written; see ``open``."""

    def __init__(self, place: str, shape: Shape, timeout: float) -> None:
        self.shape = shape
        self._place, self._timeout = place, timeout
        self._idle: asyncio.Queue[psycopg.AsyncConnection[Any] | None] = asyncio.Queue()
        for _ in range(CONNECTIONS):
            self._idle.put_nowait(None)

    @classmethod
    async def open(cls, config: SourceConfig, *, timeout: float) -> PostgresTable:
        """Connect, and read the columns.

        Raises:
            BadInput: there is no such table or key.
            Unavailable: the server does not answer.
        """
        try:
            async with await psycopg.AsyncConnection.connect(config.place) as base:
                found = await (await base.execute(_COLUMNS, (config.table,))).fetchall()
        except psycopg.Error as error:
            raise Unavailable(_DOWN.format(why=str(error).strip())) from None
        names = tuple(name for (name,) in found)
        if config.key not in names:
            raise BadInput(_NO_TABLE.format(table=config.table, key=config.key))
        return cls(config.place, Shape(config.table, config.key, names), timeout)

    async def look_up(self, entry: Entry, key: str) -> list[tuple[object, ...]]:
        """Return the granted fields of the rows of one key."""
        made = by_key(self.shape, entry.fields, entry.rows, entry.max_rows, mark="%s")
        return await self._rows(made, key)

    async def after(self, entry: Entry, key: str, most: int) -> list[tuple[object, ...]]:
        """Return a chunk of rows behind a key."""
        made = after_key(self.shape, entry.fields, entry.rows, most, mark="%s")
        return await self._rows(made, key, key)

    async def close(self) -> None:
        """Close what is open."""
        for _ in range(self._idle.qsize()):
            base = self._idle.get_nowait()
            if base is not None:
                await base.close()

    async def _rows(self, statement: Statement, *keys: str) -> list[tuple[object, ...]]:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._ask(statement, keys)
        except TimeoutError:
            raise Refused("source_slow") from None
        except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable):
            raise Refused("field_gone") from None
        except psycopg.errors.QueryCanceled:
            raise Refused("source_slow") from None
        except psycopg.Error:
            raise Refused("source_down") from None

    async def _ask(self, statement: Statement, keys: tuple[str, ...]) -> list[tuple[object, ...]]:
        """Run a statement on an idle connection; one that failed is not used again."""
        base = await self._idle.get()
        kept: psycopg.AsyncConnection[Any] | None = None
        try:
            if base is None:
                base = await self._connect()
            asked = sql.SQL(statement.sql)
            rows = await (await base.execute(asked, (*keys, *statement.scope))).fetchall()
            kept = base
            return rows
        finally:
            if kept is None and base is not None:
                await base.close()
            self._idle.put_nowait(kept)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        options = f"-c default_transaction_read_only=on -c statement_timeout={self._timeout:.0f}s"
        return await psycopg.AsyncConnection.connect(self._place, autocommit=True, options=options)
