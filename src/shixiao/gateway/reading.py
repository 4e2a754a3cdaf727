"""SQLite files that others write and the gateway only reads: look-ups share a read transaction.

A look-up alone takes and gives back the locks of the file, in a dozen system calls that cost more
than the look-up itself (docs/adr/0038). So a transaction stays open for some milliseconds; what
others commit is seen after that, and waits no longer for its lock. A file that was put in the place
of another is opened then too, so that an extract may be exchanged while the gateway runs.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SHARED = 0.005  # seconds that a transaction stays open
PATIENCE = 0.5  # seconds to wait for a writer; whoever waits holds up the worker


class ReadOnly:
    """A connection that reads.

    Args:
        path: the file.

    Raises:
        sqlite3.Error: it is not there, or no database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shared = False
        self._open()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, as of some milliseconds ago at most.

        To be called in an event loop, which ends the transaction.

        Raises:
            sqlite3.Error: the file cannot be read, or the statement is wrong.
        """
        if not self._shared:
            self._begin()
        return self._base.execute(sql, values).fetchall()

    def once(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a statement by itself, where no event loop may be running.

        Raises:
            sqlite3.Error: as above.
        """
        return self._base.execute(sql, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        self._base.close()
        self._shared = False

    def _open(self) -> None:
        address = f"file:{self._path.as_posix()}?mode=ro"
        seen = self._place()
        base = sqlite3.connect(
            address, uri=True, timeout=PATIENCE, check_same_thread=False, isolation_level=None
        )
        base.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
        self._base, self._seen = base, seen

    def _place(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _begin(self) -> None:
        if self._place() != self._seen:
            former = self._base
            self._open()
            former.close()
        self._base.execute("BEGIN")
        self._shared = True
        asyncio.get_running_loop().call_later(SHARED, self._end)

    def _end(self) -> None:
        if self._shared:
            self._shared = False
            self._base.execute("ROLLBACK")
