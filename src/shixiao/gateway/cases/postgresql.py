"""Cases in a table of PostgreSQL, where the department's own system keeps them."""

from __future__ import annotations

import psycopg

from shixiao.gateway.cases.checking import Matter
from shixiao.gateway.cases.statement import select
from shixiao.gateway.config import CasesConfig
from shixiao.gateway.postgres import NO_VALUE, Pool
from shixiao.gateway.refusals import Refused


class PostgresCases:
    """A table that is read, never written; see ``open``."""

    def __init__(self, pool: Pool, statement: str) -> None:
        self._pool, self._sql = pool, statement

    @classmethod
    async def open(cls, config: CasesConfig, *, timeout: float) -> PostgresCases:
        """Connect, and ask once.

        Raises:
            Unavailable: the server does not answer, or has no such table.
        """
        made = cls(Pool(config.place, timeout), select(config, mark="%s"))
        await made._pool.first(made._sql, (None,))
        return made

    async def find(self, case: str) -> Matter | None:
        """Look the case up; see ``Cases``."""
        try:
            rows = await self._pool.rows(self._sql, (case,))
        except NO_VALUE:
            return None  # no case can have that id
        except (TimeoutError, psycopg.Error):
            raise Refused("cases_down") from None
        return Matter(*rows[0]) if rows else None

    async def close(self) -> None:
        """Close what is open."""
        await self._pool.close()
