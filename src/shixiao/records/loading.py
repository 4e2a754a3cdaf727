"""Loading: many new rows of one kind at a time, as each database takes them with least work.

PostgreSQL takes them by COPY, SQLite by one statement that is run for each row. Everything that a
column does to its values (encryption, kinds that the database lacks) is done as for a single row;
signals are not sent, as none are for rows that are made in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from django.db import connection, models, transaction

M = TypeVar("M", bound=models.Model)
Prepared = Callable[[Any], Any]

# Kinds whose values every database takes as they are.
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)
# Kinds that PostgreSQL has itself, so that it takes their values as they are.
_OWN_OF_POSTGRESQL = (models.UUIDField, models.DateTimeField, models.DateField)


def load(model: type[M], rows: Sequence[M]) -> None:
    """Write new rows, all or none; ids are made before, so nothing is read back.

    Args:
        model: their kind; its table holds all its columns.
        rows: with every value set; times that a column sets itself are not.

    Raises:
        django.db.IntegrityError: one of them contradicts a constraint.
    """
    if not rows:
        return
    fields = model._meta.concrete_fields
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    if connection.vendor == "postgresql":
        _copied(f"COPY {table} ({columns}) FROM STDIN", _values(fields, rows))
        return
    marks = ", ".join(["%s"] * len(fields))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",
            list(_values(fields, rows)),
        )


def _copied(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Send rows by COPY; what the database objects to is raised as Django's own errors."""
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _values(
    fields: Sequence[models.Field[Any, Any]], rows: Iterable[models.Model]
) -> Iterator[list[Any]]:
    """Give the values of each row in the order of the columns."""
    ways = [(field.attname, _way(field)) for field in fields]
    for row in rows:
        held = row.__dict__
        yield [held[name] if way is None else way(held[name]) for name, way in ways]


def _way(field: models.Field[Any, Any]) -> Prepared | None:
    """Return how a column prepares its values; None where they are taken as they are."""
    kind = field
    while isinstance(kind, models.ForeignKey):
        kind = kind.target_field
    own = connection.vendor == "postgresql" and isinstance(kind, _OWN_OF_POSTGRESQL)
    if own or isinstance(kind, _PLAIN):
        return None
    return partial(field.get_db_prep_save, connection=connection)
