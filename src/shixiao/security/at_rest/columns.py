"""Columns: ciphertexts out of a file of lines, a column of CSV, or a column of a SQLite table.

Addresses: ``FILE`` (one value a line), ``FILE.csv#COLUMN``, ``FILE.db#TABLE.COLUMN``.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from shixiao.terms import BadInput, Text

LARGEST = 1 << 20  # bytes of a line or a value
SQLITE = b"SQLite format 3\0"
GONE = Text("读不了：{why}。", "It cannot be read: {why}.")
LONG = Text("有一行超过 1 MiB，不是密文列。", "A line exceeds 1 MiB; this is no column of values.")
NO_DATABASE = Text("SQLite 文件已损坏或读不了。", "The SQLite file is damaged or cannot be read.")
ADDRESS = Text(
    "请写 文件#表.列（SQLite）、文件#列（CSV），或每行一个值的文件。",
    "Write FILE#TABLE.COLUMN (SQLite), FILE#COLUMN (CSV), or a file with one value a line.",
)
NO_COLUMN = Text("没有“{column}”这一列。", "There is no column “{column}”.")


def read_column(address: str) -> Iterator[bytes]:
    """Yield the values of a column, one after the other.

    Raises:
        BadInput: there is no such file, table or column, or it is damaged.
    """
    path, column = _split(address)
    try:
        with path.open("rb") as file:
            database = file.read(len(SQLITE)) == SQLITE
    except OSError as problem:
        raise BadInput(GONE.format(why=problem.strerror), file=path.name) from None
    if database:
        yield from _sqlite(path, column)
    elif column:
        yield from _csv(path, column)
    else:
        yield from _lines(path)


def _split(address: str) -> tuple[Path, str]:
    """Return file and column; a file whose name holds # is taken as it is."""
    whole = Path(address)
    if "#" not in address or whole.exists():
        return whole, ""
    name, _, column = address.rpartition("#")
    return Path(name), column


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(LARGEST + 1):
            if len(line) > LARGEST:
                raise BadInput(LONG, file=path.name)
            yield line.rstrip(b"\r\n")


def _csv(path: Path, column: str) -> Iterator[bytes]:
    lines = (line.decode("utf-8-sig", "replace").replace("\0", "�") for line in _lines(path))
    csv.field_size_limit(min(sys.maxsize, LARGEST))
    try:
        rows = csv.reader(lines)
        head = next(rows, [])
        if column not in head:
            raise BadInput(NO_COLUMN.format(column=column[:80]), file=path.name)
        place = head.index(column)
        for row in rows:
            if place < len(row):
                yield row[place].encode("utf-8", "replace")
    except csv.Error:
        raise BadInput(LONG, file=path.name) from None


def _sqlite(path: Path, column: str) -> Iterator[bytes]:
    table, dot, name = column.rpartition(".")
    if not dot or not table or not name:
        raise BadInput(ADDRESS, file=path.name)
    try:
        address = f"file:{quote(str(path.resolve()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            known = database.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
            if (name,) not in known:
                raise BadInput(NO_COLUMN.format(column=column[:80]), file=path.name)
            found = database.execute(f"SELECT {_quoted(name)} FROM {_quoted(table)}")
            for (value,) in found:
                if value is not None:
                    raw = isinstance(value, bytes)
                    yield value if raw else str(value).encode("utf-8", "replace")
    except sqlite3.Error:
        raise BadInput(NO_DATABASE, file=path.name) from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
