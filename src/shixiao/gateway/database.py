"""The gateway's own file: nonces, leaves that wait for the tree, and records, all in one commit.

SQLite in WAL mode with ``synchronous=FULL``: a commit is on the disk when it returns. One file
serves all workers of a gateway, so a nonce that one of them took is taken for all, also after a
restart. Records hold no personal datum in the open: persons as keyed pseudonyms, the rest sealed.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

NAME = "gateway.sqlite3"
FORGOTTEN = "nonces"  # its version: seconds since 1970 before which nonces are forgotten
BUSY = 10.0  # seconds to wait for another worker's commit
_SCHEMA = """
CREATE TABLE IF NOT EXISTS nonces (nonce BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (
    worker INTEGER, ordinal INTEGER, entry BLOB NOT NULL, PRIMARY KEY (worker, ordinal)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS heads (worker INTEGER PRIMARY KEY, size INTEGER, root BLOB);
CREATE TABLE IF NOT EXISTS versions (name TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    id BLOB PRIMARY KEY, worker INTEGER NOT NULL, ordinal INTEGER NOT NULL, at INTEGER NOT NULL,
    visible INTEGER NOT NULL, "grant" TEXT NOT NULL, dataset TEXT NOT NULL,
    department TEXT NOT NULL, purpose TEXT NOT NULL, mode TEXT NOT NULL, outcome TEXT NOT NULL,
    records INTEGER NOT NULL, person BLOB, sealed BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_of_person ON records (person) WHERE person IS NOT NULL;
CREATE TABLE IF NOT EXISTS releases (id BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
"""
RECORD_COLUMNS = 14


def connect(state: Path) -> sqlite3.Connection:
    """Open the file for writing, and make it where there is none; transactions are explicit.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    base = sqlite3.connect(
        state / NAME, timeout=BUSY, isolation_level=None, check_same_thread=False
    )
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = FULL")
    base.executescript(_SCHEMA)
    return base


def reading(state: Path) -> sqlite3.Connection:
    """Open the file for reading alone.

    Raises:
        sqlite3.Error: there is none.
    """
    address = f"file:{(state / NAME).as_posix()}?mode=ro"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)


def forget_nonces(base: sqlite3.Connection, *, until: int) -> None:
    """Forget the nonces of requests that expired before a time, and keep that time.

    Args:
        base: outside of a transaction.
        until: seconds since 1970.

    Raises:
        sqlite3.Error: the disk refused; nothing is forgotten.
    """
    base.execute("BEGIN IMMEDIATE")
    try:
        base.execute("DELETE FROM nonces WHERE nonce < ?", (until.to_bytes(4),))
        base.execute(
            "INSERT INTO versions VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
            " SET version = max(version, excluded.version)",
            (FORGOTTEN, until),
        )
        base.execute("COMMIT")
    except BaseException:
        if base.in_transaction:
            base.execute("ROLLBACK")
        raise


def forgotten(base: sqlite3.Connection) -> bytes:
    """Return the nonce below which none is kept: what expired by then is never taken again."""
    row = base.execute("SELECT version FROM versions WHERE name = ?", (FORGOTTEN,)).fetchone()
    return int(row[0] if row else 0).to_bytes(4)


def take_nonce(base: sqlite3.Connection, nonce: bytes) -> bool:
    """Take one nonce by itself, and say whether it was free.

    One of the time of which nothing is kept any more is not: a clock that is put back would make
    requests valid again that were used.
    """
    if nonce < forgotten(base):
        return False
    taken = base.execute("INSERT OR IGNORE INTO nonces VALUES (?)", (nonce,))
    return taken.rowcount == 1
