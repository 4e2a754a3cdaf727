"""PostgreSQL: tables of one database, read as they were at one moment.

Rows are taken as COPY writes them, with settings under which every server writes the same. A
snapshot can be lent to ``pg_dump --snapshot``, so that note and backup are of the same moment.
Source: PostgreSQL 15 documentation, COPY, pg_export_snapshot, system catalogues.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from shixiao.security.backups.noting import Held, Part, Tally
from shixiao.terms import BadInput, Text, Unavailable

KIND = "postgresql"
SCHEMES = ("postgresql", "postgres")
SECONDS = 15  # for a connection
SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "client_encoding": "UTF8",
    "row_security": "off",
    "search_path": "",
}
NOT_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'"
TABLES = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {NOT_OURS} ORDER BY 1, 2"
)
FUNCTION = "function "
CAST = re.compile(
    r"::(?:character varying|double precision|bit varying|time(?:stamp)? with(?:out)? time zone"
    r"|\"[^\"]+\"|[a-z_][a-z0-9_.]*)(?:\(\d+(?:,\d+)?\))?(?:\[\])*"
)
NOTHING = re.compile(r"[()\s]+")
OBJECTS = (
    "SELECT 'index ' || i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
    f" JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {NOT_OURS}"
    " UNION ALL SELECT 'constraint ' || o.conname || ' (' || o.conrelid::regclass::text || ')',"
    " pg_get_constraintdef(o.oid) FROM pg_constraint o JOIN pg_namespace n ON n.oid ="
    f" o.connamespace WHERE o.conrelid <> 0 AND {NOT_OURS}"
    " UNION ALL SELECT 'view ' || c.oid::regclass::text, pg_get_viewdef(c.oid) FROM pg_class c"
    f" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND {NOT_OURS}"
    " UNION ALL SELECT 'trigger ' || t.tgname || ' (' || t.tgrelid::regclass::text || ')',"
    " pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN"
    f" pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND {NOT_OURS}"
    f" UNION ALL SELECT '{FUNCTION}' || p.oid::regprocedure::text, p.prosrc FROM pg_proc p JOIN"
    f" pg_namespace n ON n.oid = p.pronamespace WHERE {NOT_OURS}"
)
COUNTERS = "SELECT schemaname || '.' || sequencename, coalesce(last_value, 0) FROM pg_sequences"
PLACE = (
    "SELECT concat_ws('|', current_database(), inet_server_addr(), inet_server_port(),"
    " pg_postmaster_start_time(), current_setting('data_directory', true))"
)
LARGE = "SELECT count(*) FROM pg_largeobject_metadata"
LARGE_NAME = "pg_largeobject"
NO_LARGE = Text("{n} 个大对象没有比对", "{n} large objects are not compared")
NO_READ = Text("没有读到（{why}）", "it was not read ({why})")
ADDRESS = Text(
    "数据库地址写得不对；应形如 postgresql://用户@主机/库名，口令可放在环境变量 PGPASSWORD。",
    "The address cannot be read; write postgresql://user@host/database, with the password in"
    " PGPASSWORD.",
)
GONE = Text(
    "连不上 {shown}；请检查主机、端口、库名、用户和口令。",
    "{shown} cannot be reached; check host, port, database, user and password.",
)


def url_of(address: str) -> URL:
    """Return an address of a database.

    Raises:
        BadInput: it is none.
    """
    try:
        return make_url("postgresql+psycopg://" + address.partition("://")[2])
    except (ArgumentError, ValueError):
        raise BadInput(ADDRESS) from None


def shown(url: URL) -> str:
    """Return an address without password and options."""
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    return plain.render_as_string()


@contextmanager
def moment(url: URL) -> Iterator[tuple[str, str, Callable[[], Held]]]:
    """Hold one moment of a database: its place, a snapshot to lend, and how to read it.

    Raises:
        Unavailable: it cannot be reached.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"connect_timeout": SECONDS})
    try:
        with engine.connect() as connection:
            for name, value in SETTINGS.items():
                connection.execute(
                    sa.text("SELECT set_config(:name, :value, false)"),
                    {"name": name, "value": value},
                )
            place = str(connection.execute(sa.text(PLACE)).scalar_one())
            connection.commit()
            connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            snapshot = str(connection.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one())
            yield place, snapshot, lambda: _held(connection)
    except SQLAlchemyError:
        raise Unavailable(GONE.format(shown=shown(url))) from None
    finally:
        engine.dispose()


def _plain(name: str, said: str) -> str:
    """Return a definition without casts and brackets; the source of a function as it is.

    What the server writes down of a condition is written otherwise after a restore, by the same
    server: ``= ANY ((ARRAY['a'::varchar])::text[])`` comes back as ``= ANY (ARRAY[('a'::varchar)::
    text])``.
    """
    return said if name.startswith(FUNCTION) else NOTHING.sub("", CAST.sub("", said))


def _held(connection: Connection) -> Held:
    parts: dict[str, Part] = {}
    unread: dict[str, Text] = {}
    for schema, name in connection.execute(sa.text(TABLES)).all():
        found = _part(connection, schema, name)
        if isinstance(found, Part):
            parts[f"{schema}.{name}"] = found
        else:
            unread[f"{schema}.{name}"] = found
    objects = {
        str(name): sha256(_plain(str(name), str(said)).encode()).hexdigest()
        for name, said in connection.execute(sa.text(OBJECTS)).all()
    }
    counters = {str(n): int(value) for n, value in connection.execute(sa.text(COUNTERS)).all()}
    large = int(connection.execute(sa.text(LARGE)).scalar_one())
    if large:
        unread[LARGE_NAME] = NO_LARGE.format(n=large)
    return Held(parts, objects, counters, unread)


def _part(connection: Connection, schema: str, name: str) -> Part | Text:
    tally = Tally()
    quoted = ".".join('"' + each.replace('"', '""') + '"' for each in (schema, name))
    raw: Any = connection.connection.driver_connection
    kept = connection.begin_nested()
    try:
        with raw.cursor() as cursor, cursor.copy(f"COPY {quoted} TO STDOUT") as rows:
            for row in rows:
                tally.add(bytes(row))
    except raw_error(connection) as problem:
        kept.rollback()
        return NO_READ.format(why=type(problem).__name__)
    kept.commit()
    return tally.part()


def raw_error(connection: Connection) -> type[Exception]:
    """Return the class of errors of the driver below."""
    found: type[Exception] = connection.dialect.loaded_dbapi.Error
    return found
