"""Tables of a database: schemas by SQLAlchemy's inspector, rows by bounded random samples.

Everything runs in a read-only transaction under a statement timeout that the server keeps. A table
that cannot be read is told as such and does not end the scan. Samples are drawn by the database and
repeat with the seed: TABLESAMPLE on PostgreSQL, RAND(seed) on MySQL, a hash of rowid on SQLite.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SAWarning, SQLAlchemyError

from shixiao.sharing.inventory.address import Address
from shixiao.sharing.inventory.found import Limits, RawColumn, RawTable
from shixiao.terms import BadInput, Text, Unavailable

SYSTEM = {
    "information_schema",
    "pg_catalog",
    "pg_toast",
    "mysql",
    "performance_schema",
    "sys",
}
BIG = (sa.LargeBinary, sa.types.JSON)
MARGIN = 1.3  # a Bernoulli sample is drawn a little larger than needed
PRIME = 1_000_003
MANY = 1_000_000  # rows; PostgreSQL then draws pages
LONGEST = 4_000  # characters of a value; longer ones are texts, whatever follows


def read_database(address: Address, limits: Limits) -> Iterator[RawTable]:
    """Yield the tables and views of a database, by name.

    Raises:
        Unavailable: no driver, unreachable, refused.
        BadInput: more tables than the limit.
    """
    engine = _engine(address, limits)
    try:
        with _reading(engine, address, limits) as connection:
            inspector = sa.inspect(connection)
            listed = list(_listed(inspector, connection))
            if len(listed) > limits.tables:
                raise BadInput(
                    Text(
                        f"共有 {len(listed)} 张表，超过上限 {limits.tables}；请分库清查。",
                        f"There are {len(listed)} tables, more than {limits.tables}; scan one"
                        " database at a time.",
                    )
                )
            for schema, name, view in listed:
                yield _table(connection, inspector, schema, name, view, limits)
    except SQLAlchemyError as error:
        raise _failed(address, error) from None
    finally:
        engine.dispose()


def _engine(address: Address, limits: Limits) -> Engine:
    url = address.url
    assert url is not None  # noqa: S101 - databases have one
    options: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        options["connect_timeout"] = limits.seconds
    elif url.get_backend_name() == "mysql":
        options["connect_timeout"] = limits.seconds
        options["read_timeout"] = 2 * limits.seconds
    try:
        return sa.create_engine(url, connect_args=options, poolclass=sa.NullPool)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise Unavailable(
            Text(
                "没有安装该数据库的驱动；MySQL 请运行 pip install 'shixiao[mysql]'。",
                "The driver of this database is not installed; for MySQL run"
                " pip install 'shixiao[mysql]'.",
            )
        ) from None


@contextmanager
def _reading(engine: Engine, address: Address, limits: Limits) -> Iterator[Connection]:
    """Open a connection in which nothing can be changed and no statement runs for long."""
    try:
        connection = engine.connect()
    except (SQLAlchemyError, OSError) as error:
        raise _failed(address, error) from None
    with connection:
        dialect = connection.dialect.name
        if dialect == "postgresql":
            connection.execute(sa.text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
            connection.execute(
                sa.text("SELECT set_config('statement_timeout', :ms, false)"),
                {"ms": str(1000 * limits.seconds)},
            )
            connection.commit()  # what is set for the session counts from the next transaction
        elif dialect == "mysql":
            connection.execute(sa.text("SET SESSION TRANSACTION READ ONLY"))
            connection.execute(sa.text(_mysql_timeout(connection, limits.seconds)))
            connection.commit()
        else:
            connection.execute(sa.text("PRAGMA query_only = ON"))
            _watch(connection, limits.seconds)
        yield connection


def _mysql_timeout(connection: Connection, seconds: int) -> str:
    if getattr(connection.dialect, "is_mariadb", False):
        return f"SET SESSION max_statement_time = {int(seconds)}"
    return f"SET SESSION max_execution_time = {1000 * int(seconds)}"


def _watch(connection: Connection, seconds: int) -> None:
    """Interrupt a statement of SQLite, which keeps no timeout of its own."""
    raw: Any = connection.connection.dbapi_connection
    started = [time.monotonic()]
    raw.set_progress_handler(lambda: int(time.monotonic() - started[0] > seconds), 100_000)

    @sa.event.listens_for(connection, "before_cursor_execute")
    def _restart(*_: Any) -> None:
        started[0] = time.monotonic()


def _listed(
    inspector: sa.Inspector, connection: Connection
) -> Iterator[tuple[str | None, str, bool]]:
    """Yield (schema, name, is a view); the schema is None where it is the usual one."""
    usual = inspector.default_schema_name
    if connection.dialect.name == "sqlite":
        schemas: list[str | None] = [None]
    elif connection.dialect.name == "mysql" and usual:
        schemas = [None]
    else:
        names = (s for s in inspector.get_schema_names() if s not in SYSTEM)
        names = (s for s in names if not s.startswith("pg_"))
        schemas = sorted((None if s == usual else s for s in names), key=lambda s: s or "")
    for schema in schemas:
        for name in sorted(inspector.get_table_names(schema=schema)):
            yield schema, name, False
        for name in sorted(inspector.get_view_names(schema=schema)):
            yield schema, name, True


def _table(
    connection: Connection,
    inspector: sa.Inspector,
    schema: str | None,
    name: str,
    view: bool,
    limits: Limits,
) -> RawTable:
    shown = f"{schema}.{name}" if schema else name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # types of extensions, such as geometry
            described = inspector.get_columns(name, schema=schema)
        keys = set(inspector.get_pk_constraint(name, schema=schema).get("constrained_columns", ()))
        columns = tuple(_column(entry, keys) for entry in described)
        comment = _comment(inspector, name, schema)
    except SQLAlchemyError as error:
        connection.rollback()
        return RawTable(shown, (), None, view=view, problem=_unread(error))
    table = sa.table(name, *(sa.column(e["name"], e["type"]) for e in described), schema=schema)
    found = RawTable(shown, columns, None, comment, view=view)
    rows = _tried(connection, lambda: _count(connection, table))
    if isinstance(rows, Text):
        guess = _tried(connection, lambda: _estimate(connection, schema, name))
        if view or not isinstance(guess, int):
            return replace(found, problem=rows)
        found = replace(found, rows=guess, estimated=True)
    else:
        found = replace(found, rows=rows)
    return _with_sample(connection, found, table, described, limits)


def _with_sample(
    connection: Connection, found: RawTable, table: Any, described: Any, limits: Limits
) -> RawTable:
    """Return a table with its sample: drawn, or its first rows where drawing takes too long."""
    rows = found.rows or 0

    def draw(few: int) -> Any:
        return _tried(
            connection, lambda: _drawn(connection, table, described, few, found.view, limits)
        )

    drawn = draw(rows)
    first = isinstance(drawn, Text) and rows > limits.rows
    if first:
        drawn = draw(limits.rows)
    if isinstance(drawn, Text):
        return replace(found, problem=drawn)
    values = {column.name: [row[at] for row in drawn] for at, column in enumerate(found.columns)}
    complete = len(drawn) == rows and not found.estimated
    return replace(found, sample=values, complete=complete, first=first)


def _column(entry: Any, keys: set[str]) -> RawColumn:
    return RawColumn(
        name=str(entry["name"]),
        type=str(entry["type"]).split(" COLLATE")[0] if entry["type"] is not None else "",
        comment=str(entry.get("comment") or ""),
        nullable=bool(entry.get("nullable", True)),
        key=entry["name"] in keys,
    )


def _comment(inspector: sa.Inspector, name: str, schema: str | None) -> str:
    try:
        return str(inspector.get_table_comment(name, schema=schema).get("text") or "")
    except NotImplementedError:  # SQLite has no comments
        return ""


def _count(connection: Connection, table: Any) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _estimate(connection: Connection, schema: str | None, name: str) -> int | None:
    """Return how many rows the database itself thinks a table has; None where it has no idea."""
    if connection.dialect.name == "postgresql":
        asked = sa.text(
            "SELECT c.reltuples::bigint FROM pg_class c JOIN pg_namespace n ON n.oid ="
            " c.relnamespace WHERE c.relname = :name AND n.nspname ="
            " coalesce(CAST(:schema AS text), current_schema())"
        )
    elif connection.dialect.name == "mysql":
        asked = sa.text(
            "SELECT table_rows FROM information_schema.tables WHERE table_name = :name AND"
            " table_schema = coalesce(:schema, database())"
        )
    else:
        return None
    told = connection.execute(asked, {"name": name, "schema": schema}).scalar()
    return int(told) if told is not None and told >= 0 else None


def _drawn(
    connection: Connection, table: Any, described: Any, rows: int, view: bool, limits: Limits
) -> list[Any]:
    """Return at most ``limits.rows`` rows, drawn by the database where there are more."""
    columns = [_cut(column, entry) for column, entry in zip(table.columns, described, strict=True)]
    if not columns:
        return []
    statement = sa.select(*columns)
    if rows > limits.rows:
        statement = _sampled(connection.dialect.name, table, statement, rows, view, limits)
    return list(connection.execute(statement.limit(limits.rows)).fetchall())


def _sampled(
    dialect: str, table: Any, statement: Any, rows: int, view: bool, limits: Limits
) -> Any:
    share = min(1.0, MARGIN * limits.rows / rows)
    if dialect == "postgresql" and not view:
        # By rows, or by pages where looking at every row would take too long.
        method = sa.func.system if rows > MANY else sa.func.bernoulli
        drawn = sa.tablesample(
            table,
            method(sa.literal(100 * share, sa.Float)),
            seed=sa.literal(limits.seed, sa.Integer),
        )
        names = [column.name for column in statement.selected_columns]
        return sa.select(*(drawn.c[name] for name in names))
    if dialect == "mysql":
        return statement.where(sa.func.rand(limits.seed) < share)
    if dialect == "sqlite" and not view:
        row: Any = sa.literal_column("rowid")
        mixed = (row * 7_919 + limits.seed % PRIME) * 104_729 % PRIME
        return statement.where(mixed < int(share * PRIME))
    return statement


def _cut(column: Any, entry: Any) -> Any:
    """Return a column as it is read: of long texts the beginning, of binary ones nothing."""
    if isinstance(entry["type"], BIG):
        return sa.null().label(column.name)
    if isinstance(entry["type"], sa.types.Text) and not isinstance(entry["type"], sa.Enum):
        return sa.func.substr(column, 1, LONGEST).label(column.name)
    return column


def _tried(connection: Connection, read: Callable[[], Any]) -> Any:
    """Return what was read, or why it could not be."""
    try:
        found = read()
    except (SQLAlchemyError, OverflowError, ValueError) as error:
        connection.rollback()
        return _unread(error)
    connection.rollback()
    return found


def _unread(error: Exception) -> Text:
    """Say why a table was not read; the driver's words may hold values and are not repeated."""
    said = str(getattr(error, "orig", error)).lower()
    if "timeout" in said or "interrupt" in said or "max_statement_time" in said:
        return Text("读取超时，未取样。", "Reading took too long; no rows were looked at.")
    if "denied" in said or "permission" in said:
        return Text("没有读取权限，未取样。", "There is no right to read it; no rows were seen.")
    return Text(
        f"无法读取（{type(error).__name__}），未取样。",
        f"It could not be read ({type(error).__name__}); no rows were looked at.",
    )


def _failed(address: Address, error: Exception) -> Unavailable:
    """Say that a database cannot be reached, without what the driver says of it."""
    said = str(getattr(error, "orig", error)).lower()
    if any(word in said for word in ("denied", "authentication", "password")):
        return Unavailable(
            Text(
                f"{address.shown} 拒绝了登录；请检查用户、口令和权限。",
                f"{address.shown} refused the login; check user, password and rights.",
            )
        )
    if isinstance(error, DBAPIError) and "no such table" not in said and "does not exist" in said:
        return Unavailable(
            Text(
                f"{address.shown} 没有这个数据库。",
                f"{address.shown}: there is no such database.",
            )
        )
    return Unavailable(
        Text(
            f"无法连接 {address.shown}；请检查主机、端口和网络。",
            f"{address.shown} cannot be reached; check host, port and network.",
        )
    )
