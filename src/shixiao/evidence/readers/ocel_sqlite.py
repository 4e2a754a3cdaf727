"""OCEL 2.0 as an SQLite file, opened so that nothing in it can be changed or run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote as url_quote

from shixiao.evidence.readers.ocel import OcelEvent, OcelObject, as_text, invalid
from shixiao.evidence.sql import quote
from shixiao.terms import BadInput, Text

NEEDED = ("event", "object", "event_object", "event_map_type", "object_map_type")


class SqliteLog:
    """A log in the relational form of OCEL 2.0: one table per event type and per object type."""

    def __init__(self, path: Path, *, file: str) -> None:
        self._path = path
        self._file = file
        wal = path.with_name(path.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise BadInput(
                Text(
                    "数据库仍在写入（有 -wal 文件）；请先关闭写入它的程序。",
                    "The database is still being written (there is a -wal file); close the "
                    "program that writes it.",
                ),
                file=file,
            )
        with self._connect() as connection:
            self._tables = self._table_names(connection)
            self._event_tables = self._types(connection, "event")
            object_tables = self._types(connection, "object")
            self.object_types = list(object_tables)
            self.objects = self._objects(connection, object_tables)
            self.event_attributes = list(
                dict.fromkeys(
                    name
                    for table in self._event_tables.values()
                    for name in self._attributes(connection, table)
                )
            )

    def events(self) -> Iterator[OcelEvent]:
        """Give the events type by type; ``place`` is the row in the table ``event``."""
        with self._connect() as connection:
            for name, table in self._event_tables.items():
                columns = self._attributes(connection, table)
                cells = "".join(f", t.{quote(column)}" for column in columns)
                rows = connection.execute(
                    f"SELECT e.rowid, r.ocel_object_id, t.ocel_time{cells} FROM event e"
                    f" JOIN {quote(table)} t ON t.ocel_id = e.ocel_id"
                    " LEFT JOIN event_object r ON r.ocel_event_id = e.ocel_id"
                    " ORDER BY e.rowid, r.rowid"
                )
                for place, group in groupby(rows, key=lambda row: row[0]):
                    touched = list(group)
                    yield OcelEvent(
                        type=name,
                        time=as_text(touched[0][2]),
                        place=int(place),
                        attributes=_texts(columns, touched[0][3:]),
                        objects=[str(row[1]) for row in touched if row[1] is not None],
                    )

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        address = f"file:{url_quote(str(self._path.resolve()))}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(address, uri=True)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                yield connection
        except (sqlite3.Error, UnicodeDecodeError):
            raise invalid(
                self._file, "数据库已损坏或缺少列", "the database is damaged or lacks columns"
            ) from None

    def _table_names(self, connection: sqlite3.Connection) -> frozenset[str]:
        # Real tables only: a view could run whatever its author liked.
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = frozenset(str(row[0]) for row in found)
        for table in NEEDED:
            if table not in names:
                raise invalid(self._file, f"缺少表 {table}", f"the table “{table}” is missing")
        return names

    def _types(self, connection: sqlite3.Connection, kind: str) -> dict[str, str]:
        """Return type → the table that holds its attributes."""
        rows = connection.execute(
            f"SELECT ocel_type, ocel_type_map FROM {quote(kind + '_map_type')}"
        )
        tables = {str(name): f"{kind}_{suffix}" for name, suffix in rows}
        for table in tables.values():
            if table not in self._tables:
                raise invalid(self._file, f"缺少表 {table}", f"the table “{table[:60]}” is missing")
        return dict(sorted(tables.items()))

    def _attributes(self, connection: sqlite3.Connection, table: str) -> list[str]:
        rows = connection.execute(f"PRAGMA table_info({quote(table)})")
        return [str(row[1]) for row in rows if not str(row[1]).startswith("ocel_")]

    def _objects(
        self, connection: sqlite3.Connection, tables: dict[str, str]
    ) -> dict[str, OcelObject]:
        rows = connection.execute("SELECT ocel_id, ocel_type FROM object ORDER BY rowid")
        objects = {str(identifier): OcelObject(str(kind)) for identifier, kind in rows}
        for table in tables.values():
            columns = self._attributes(connection, table)
            cells = "".join(f", {quote(column)}" for column in columns)
            # Later rows say what changed; the latest value that is given counts.
            for row in connection.execute(
                f"SELECT ocel_id{cells} FROM {quote(table)} ORDER BY ocel_time, rowid"
            ):
                known = objects.get(str(row[0]))
                if known:
                    given = _texts(columns, row[1:])
                    known.attributes |= {k: v for k, v in given.items() if v is not None}
        if "object_object" in self._tables:
            for one, other in connection.execute(
                "SELECT ocel_source_id, ocel_target_id FROM object_object ORDER BY rowid"
            ):
                if str(one) in objects:
                    objects[str(one)].related.append(str(other))
        return objects


def _texts(columns: list[str], values: tuple[Any, ...]) -> dict[str, str | None]:
    return {name: as_text(value) for name, value in zip(columns, values, strict=True)}
