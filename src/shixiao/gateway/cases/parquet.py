"""Cases in Parquet: the table ``cases`` of an evidence package, or any file with its columns.

The file is put into an indexed table, as sources are (``sources.parquet``). When another file is
put in its place, requests wait until that one is read: a case closed in it must not look open. The
former table is removed, so that no copies of what was once in a case gather.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from shixiao.gateway.cases.checking import Matter
from shixiao.gateway.cases.sqlite import SqliteCases
from shixiao.gateway.config import CasesConfig
from shixiao.gateway.refusals import Refused
from shixiao.gateway.sources.parquet import as_table
from shixiao.terms import BadInput

TABLE = "cases.parquet"


class ParquetCases:
    """A file that is read whole, and again when it is another.

    Args:
        config: the file, or the folder of an evidence package that has ``cases.parquet``.
        kept: folder of its tables, and of nothing else.
        patience: seconds that requests wait for a new file to be read.

    Raises:
        BadInput: it cannot be read.
    """

    def __init__(self, config: CasesConfig, kept: Path, patience: float) -> None:
        place = Path(config.place)
        self._path = place / TABLE if place.is_dir() else place
        self._config, self._kept, self._patience = config, kept, patience
        self._seen = self._now()
        self._cases = self._read()
        self._reading: asyncio.Task[None] | None = None

    async def find(self, case: str) -> Matter | None:
        """Look the case up; see ``Cases``."""
        if self._now() != self._seen:
            await self._again()
        return await self._cases.find(case)

    async def close(self) -> None:
        """Close the table."""
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._cases.close()

    def _now(self) -> tuple[int, int, int] | None:
        """Return what tells the file from another; None where there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> SqliteCases:
        self._table = as_table(self._path, self._config.case, self._kept)
        return SqliteCases(self._table, self._config.in_table("data"))

    async def _again(self) -> None:
        """Wait for the new file; all requests wait for one reading."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._exchange())
        try:
            async with asyncio.timeout(self._patience):
                await asyncio.shield(self._reading)
        except (TimeoutError, BadInput, OSError):
            raise Refused("cases_down") from None

    async def _exchange(self) -> None:
        seen, former = self._now(), self._cases
        self._cases = await asyncio.to_thread(self._read)
        self._seen = seen
        await former.close()
        for path in self._kept.glob("*.sqlite3"):
            if path != self._table:
                path.unlink(missing_ok=True)
