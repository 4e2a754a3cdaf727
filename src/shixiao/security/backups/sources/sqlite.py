"""SQLite: tables of one file, read as they were at one moment."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from shixiao.security.backups.noting import Held, Part, Tally
from shixiao.terms import BadInput, Text

KIND = "sqlite"
HEAD = b"SQLite format 3\0"
DAMAGED = Text(
    "SQLite 文件已损坏或读不了：{why}", "The SQLite file is damaged or unreadable: {why}"
)
LISTED = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"


def held(path: Path) -> Held:
    """Return what a file holds, within one transaction.

    Raises:
        BadInput: it is damaged.
    """
    try:
        with _opened(path) as database:
            wrong = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if wrong != b"ok":
                raise BadInput(DAMAGED.format(why=_text(wrong)), file=path.name)
            parts: dict[str, Part] = {}
            objects: dict[str, str] = {}
            for kind, name, table, sql in database.execute(LISTED).fetchall():
                called, defined = _text(name), _text(sql)
                if kind == b"table" and not called.startswith("sqlite_"):
                    objects[f"table {called}"] = _hashed(defined)
                    if not defined.upper().startswith("CREATE VIRTUAL"):
                        parts[called] = _part(database, called)
                elif kind != b"table" and defined:
                    objects[f"{_text(kind)} {called} ({_text(table)})"] = _hashed(defined)
            return Held(parts, objects, _counters(database), {})
    except sqlite3.Error as problem:
        raise BadInput(DAMAGED.format(why=str(problem)[:200]), file=path.name) from None


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as database:
        database.text_factory = _Worded
        database.execute("BEGIN")
        yield database


class _Worded(bytes):
    """Bytes of a text, told from those of a blob."""

    __slots__ = ()


def _part(database: sqlite3.Connection, name: str) -> Part:
    tally = Tally()
    for row in database.execute(f'SELECT * FROM "{name.replace(chr(34), chr(34) * 2)}"'):
        tally.add(b"".join(map(_coded, row)))
    return tally.part()


def _coded(value: bytes | float | int | None) -> bytes:
    """Return a value with its type and length in front, so that no two rows are alike."""
    if value is None:
        return b"n"
    if isinstance(value, _Worded):
        return b"t%d:%b" % (len(value), value)
    if isinstance(value, bytes):
        return b"b%d:%b" % (len(value), value)
    if isinstance(value, float):
        return b"r" + struct.pack(">d", value)
    return b"i%d;" % value


def _counters(database: sqlite3.Connection) -> dict[str, int]:
    there = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
    if database.execute(there).fetchone() is None:
        return {}
    found = database.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    return {_text(name): int(value or 0) for name, value in found}


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def _hashed(text: str) -> str:
    return sha256(" ".join(text.split()).encode()).hexdigest()
