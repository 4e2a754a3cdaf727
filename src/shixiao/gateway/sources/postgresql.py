"""A table in PostgreSQL, of which granted columns alone are selected."""

from __future__ import annotations

import psycopg

from shixiao.gateway.config import SourceConfig
from shixiao.gateway.postgres import NO_VALUE, Pool
from shixiao.gateway.refusals import Refused
from shixiao.sharing.grants import Entry, Shape
from shixiao.sharing.grants.shapes import Statement, after_key, by_key
from shixiao.terms import BadInput, Text

_COLUMNS = (
    "SELECT column_name FROM information_schema.columns"
    " WHERE table_name = %s AND table_schema = ANY (current_schemas(false))"
)
_NO_TABLE = Text("没有表“{table}”，或没有列“{key}”。", "no table “{table}” with a column “{key}”")


class PostgresTable:
    """A table that is read, never written; see ``open``."""

    def __init__(self, pool: Pool, shape: Shape) -> None:
        self._pool, self.shape = pool, shape

    @classmethod
    async def open(cls, config: SourceConfig, *, timeout: float) -> PostgresTable:
        """Connect, and read the columns.

        Raises:
            BadInput: there is no such table or key.
            Unavailable: the server does not answer.
        """
        pool = Pool(config.place, timeout)
        names = tuple(name for (name,) in await pool.first(_COLUMNS, (config.table,)))
        if config.key not in names:
            await pool.close()
            raise BadInput(_NO_TABLE.format(table=config.table, key=config.key))
        return cls(pool, Shape(config.table, config.key, names))

    async def look_up(self, entry: Entry, key: str) -> list[tuple[object, ...]]:
        """Return the granted fields of the rows of one key; a key that no row can have has none."""
        made = by_key(self.shape, entry.fields, entry.rows, entry.max_rows, mark="%s")
        return await self._rows(made, key)

    async def after(self, entry: Entry, key: str | None, most: int) -> list[tuple[object, ...]]:
        """Return a chunk of rows behind a key, which is compared as its column is."""
        made = after_key(self.shape, entry.fields, entry.rows, most, first=key is None, mark="%s")
        return await self._rows(made, *(() if key is None else (key,)))

    async def close(self) -> None:
        """Close what is open."""
        await self._pool.close()

    async def _rows(self, statement: Statement, *keys: str) -> list[tuple[object, ...]]:
        try:
            return await self._pool.rows(statement.sql, (*keys, *statement.scope))
        except TimeoutError:
            raise Refused("source_slow") from None
        except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable):
            raise Refused("field_gone") from None
        except NO_VALUE:
            if len(keys) + len(statement.scope) > 1:
                raise Refused("source_down") from None  # it may be the scope that does not fit
            return []
        except psycopg.Error:
            raise Refused("source_down") from None
