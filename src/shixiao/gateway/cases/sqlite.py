"""Cases in a table of SQLite, such as an extract of what the department's system holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from shixiao.gateway.cases.checking import Matter
from shixiao.gateway.cases.statement import select
from shixiao.gateway.config import CasesConfig
from shixiao.gateway.reading import ReadOnly
from shixiao.gateway.refusals import Refused
from shixiao.terms import BadInput, Text

_NO_TABLE = Text("读不到办件表：{why}。", "the table of cases cannot be read: {why}")


class SqliteCases:
    """A table that is read, never written.

    Args:
        path: the file; it may be exchanged while the gateway runs.
        config: the table and its columns.

    Raises:
        BadInput: it cannot be read.
    """

    def __init__(self, path: Path, config: CasesConfig) -> None:
        self._sql = select(config, mark="?")
        try:
            self._base = ReadOnly(path)
            self._base.once(self._sql, ("",))
        except sqlite3.Error as error:
            raise BadInput(_NO_TABLE.format(why=error)) from None

    async def find(self, case: str) -> Matter | None:
        """Look the case up; see ``Cases``."""
        try:
            rows = self._base.rows(self._sql, (case,))
        except sqlite3.Error:
            raise Refused("cases_down") from None
        return Matter(*rows[0]) if rows else None

    async def close(self) -> None:
        """Close the file."""
        self._base.close()
