"""PostgreSQL behind a gateway: a few connections, read-only, each statement with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from shixiao.terms import Text, Unavailable

CONNECTIONS = 4
_DOWN = Text("连不上数据库：{why}。", "the database cannot be reached: {why}")
NO_VALUE = (
    psycopg.errors.InvalidTextRepresentation,
    psycopg.errors.InvalidDatetimeFormat,
    psycopg.errors.DatetimeFieldOverflow,
    psycopg.errors.NumericValueOutOfRange,
)
"""What the server says of a text that no value of its column is written as."""
Rows = list[tuple[Any, ...]]


class Pool:
    """Connections that are opened when they are needed, and kept.

    Args:
        place: connection string.
        timeout: seconds that a statement may take.
    """

    def __init__(self, place: str, timeout: float) -> None:
        self._place, self._timeout = place, timeout
        self._idle: asyncio.Queue[psycopg.AsyncConnection[Any] | None] = asyncio.Queue()
        for _ in range(CONNECTIONS):
            self._idle.put_nowait(None)

    async def first(self, statement: str, values: Sequence[Any]) -> Rows:
        """Return the rows of a statement that is asked before anything is served.

        Raises:
            Unavailable: the server does not answer, or does not take the statement.
        """
        try:
            return await self.rows(statement, values)
        except (TimeoutError, psycopg.Error) as error:
            raise Unavailable(_DOWN.format(why=str(error).strip())) from None

    async def rows(self, statement: str, values: Sequence[Any]) -> Rows:
        """Return the rows of a statement.

        Raises:
            TimeoutError: it takes too long.
            psycopg.Error: as the driver says.
        """
        try:
            async with asyncio.timeout(self._timeout):
                return await self._ask(statement, values)
        except psycopg.errors.QueryCanceled:
            raise TimeoutError from None

    async def close(self) -> None:
        """Close what is open."""
        for _ in range(self._idle.qsize()):
            base = self._idle.get_nowait()
            if base is not None:
                await base.close()

    async def _ask(self, statement: str, values: Sequence[Any]) -> Rows:
        """Run a statement on an idle connection; one that failed is not used again."""
        base = await self._idle.get()
        kept: psycopg.AsyncConnection[Any] | None = None
        try:
            if base is None:
                base = await self._connect()
            rows = await (await base.execute(sql.SQL(statement), values)).fetchall()
            kept = base
            return rows
        except psycopg.DataError:
            kept = base  # the value was of no use, not the connection
            raise
        finally:
            if kept is None and base is not None:
                await base.close()
            self._idle.put_nowait(kept)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        longest = max(1, int(self._timeout * 1000))  # ms; 0 would be no limit
        options = f"-c default_transaction_read_only=on -c statement_timeout={longest}"
        return await psycopg.AsyncConnection.connect(self._place, autocommit=True, options=options)
