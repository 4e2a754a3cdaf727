"""Loading: many new rows of one kind at a time, as each database takes them with least work.

PostgreSQL takes them by COPY, SQLite by one statement that is run for each row. Everything that a
column does to its values (encryption, kinds that the database lacks) is done as for a single row;
signals are not sent, as none are for rows that are made in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

M = TypeVar("M", bound=models.Model)
Prepared = Callable[[Any, Any], Any]
Way = tuple[str, Prepared | None]
Plan = tuple[str, tuple[str, ...], tuple[Way, ...]]
SEVERAL = 20
"""From so many rows on COPY is less work for PostgreSQL than statements."""

# Kinds whose values every database takes as they are.
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)
# Kinds that PostgreSQL has itself, so that it takes their values as they are.
_OWN_OF_POSTGRESQL = (models.UUIDField, models.DateTimeField, models.DateField)


def load(model: type[M], rows: Sequence[M]) -> None:
    """Write new rows, all or none; ids are made before, or by the database and not read back.

    Args:
        model: their kind; its table holds all its columns.
        rows: with every value set; times that a column sets itself are not.

    Raises:
        django.db.IntegrityError: one of them contradicts a constraint.
    """
    if not rows:
        return
    database = connections[DEFAULT_DB_ALIAS]
    table, columns, ways = _plan(model, database.vendor)
    values = (_values(row, ways, database) for row in rows)
    if database.vendor == "postgresql" and len(rows) >= SEVERAL:
        _copied(f"COPY {table} ({', '.join(columns)}) FROM STDIN", values, database)
        return
    statement = _insert(table, columns)
    with transaction.atomic(savepoint=False), database.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(statement, next(values))
        else:
            cursor.executemany(statement, list(values))


def together(*rows: models.Model) -> None:
    """Write one new row of each of several kinds, all or none, as ``load`` does.

    For PostgreSQL it is one statement, which is a transaction by itself: one way to the server and
    back instead of one for its begin, for each row and for its end.

    Raises:
        django.db.IntegrityError: one of them contradicts a constraint.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql":
        with transaction.atomic():
            for row in rows:
                load(type(row), [row])
        return
    statements, values = zip(*(_given(row, database) for row in rows), strict=True)
    *before, last = statements
    parts = ", ".join(f"part{number} AS ({each})" for number, each in enumerate(before))
    # Within a transaction of others a row that is refused must not spoil what they did.
    apart = transaction.atomic() if database.in_atomic_block else nullcontext()
    with apart, database.cursor() as cursor:
        cursor.execute(f"WITH {parts} {last}" if parts else last, list(chain(*values)))


def _given(row: models.Model, database: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    """Return the statement that writes a row, and its values.

    What is NULL is left out, as no column has another default in the database: psycopg keeps how a
    statement is read only where it has at most fifty values.
    """
    table, columns, ways = _plan(type(row), database.vendor)
    held = [
        (column, value)
        for column, value in zip(columns, _values(row, ways, database), strict=True)
        if value is not None
    ]
    return _insert(table, [column for column, _ in held]), [value for _, value in held]


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"


@cache
def _plan(model: type[models.Model], vendor: str) -> Plan:
    """Return table and columns as SQL names them, and how each column prepares its values."""
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    # What numbers itself is left to the database.
    fields = [
        each for each in model._meta.concrete_fields if not isinstance(each, models.AutoField)
    ]
    columns = tuple(quoted(str(field.column)) for field in fields)
    ways = tuple((field.attname, _prepared(field, vendor)) for field in fields)
    return quoted(model._meta.db_table), columns, ways


def _prepared(field: models.Field[Any, Any], vendor: str) -> Prepared | None:
    """Return how a column prepares its values; None where they are taken as they are."""
    kind = field
    while isinstance(kind, models.ForeignKey):
        kind = kind.target_field
    own = vendor == "postgresql" and isinstance(kind, _OWN_OF_POSTGRESQL)
    return None if own or isinstance(kind, _PLAIN) else field.get_db_prep_save


def _values(row: models.Model, ways: Sequence[Way], database: BaseDatabaseWrapper) -> list[Any]:
    """Return the values of a row in the order of the columns."""
    held = row.__dict__
    return [held[name] if way is None else way(held[name], database) for name, way in ways]


def _copied(statement: str, rows: Iterable[Sequence[Any]], database: BaseDatabaseWrapper) -> None:
    """Send rows by COPY; what the database objects to is raised as Django's own errors."""
    with (
        database.cursor() as cursor,
        database.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)
