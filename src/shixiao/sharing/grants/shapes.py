"""The shape of a dataset where it lies: its table, its columns, and statements that select no more.

What is not granted is not *selected*, so that nothing has to be taken away afterwards (Personal
Information Protection Law art. 6: no more than the purpose needs). Names are quoted, and stand
behind the table's name: SQLite reads an unknown name that is quoted alone as a text. Values travel
as parameters only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.sharing.grants.grant import Condition, Value

_COMPARES = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a dataset looks like where it lies.

    Attributes:
        table: name of the table.
        key: column that a look-up asks by; it identifies the person the data are about.
        columns: all columns.
    """

    table: str
    key: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its fixed parameters, which follow those of the request.

    Attributes:
        sql: the text.
        scope: values of the row conditions, in order.
    """

    sql: str
    scope: tuple[Value, ...]


def by_key(
    shape: Shape, fields: Sequence[str], rows: Sequence[Condition], most: int, *, mark: str = "?"
) -> Statement:
    """Return the statement for one key: its first parameter, then the scope.

    Args:
        shape: where the data lie.
        fields: that are granted; no other column is selected.
        rows: conditions.
        most: rows that may be answered.
        mark: how the database writes a parameter: ``?``, or ``%s`` for psycopg.
    """
    where, scope = _conditions(shape, rows, mark)
    wanted = " AND ".join([f"{_column(shape, shape.key, mark)} = {mark}", *where])
    return Statement(f"{_selected(shape, fields, mark)} WHERE {wanted} LIMIT {most:d}", scope)


def after_key(
    shape: Shape,
    fields: Sequence[str],
    rows: Sequence[Condition],
    most: int,
    *,
    first: bool,
    mark: str = "?",
) -> Statement:
    """Return the statement for rows after a key, which is its first parameter.

    The key itself comes first in each row: to go on from there, and to name the persons in the
    receipt. It is no field of the answer unless it is granted. For the first chunk there is no key
    to go on from, and no parameter; rows without a key are in no chunk.
    """
    where, scope = _conditions(shape, rows, mark)
    key = _column(shape, shape.key, mark)
    wanted = " AND ".join([f"{key} IS NOT NULL" if first else f"{key} > {mark}", *where])
    selected = _selected(shape, (shape.key, *fields), mark)
    return Statement(f"{selected} WHERE {wanted} ORDER BY {key} LIMIT {most:d}", scope)


def _selected(shape: Shape, fields: Sequence[str], mark: str) -> str:
    columns = ", ".join(_column(shape, name, mark) for name in fields)
    return f"SELECT {columns} FROM {_quoted(shape.table, mark)}"


def _conditions(
    shape: Shape, rows: Sequence[Condition], mark: str
) -> tuple[list[str], tuple[Value, ...]]:
    parts: list[str] = []
    scope: list[Value] = []
    for row in rows:
        column = _column(shape, row.column, mark)
        if row.op == "in":
            parts.append(f"{column} IN ({', '.join([mark] * len(row.values))})")
        elif row.op in _COMPARES:
            parts.append(f"{column} {_COMPARES[row.op]} {mark}")
        else:
            parts.append(f"{column} IS {'NOT ' if row.op == 'present' else ''}NULL")
        scope += row.values
    return parts, tuple(scope)


def _column(shape: Shape, name: str, mark: str) -> str:
    return f"{_quoted(shape.table, mark)}.{_quoted(name, mark)}"


def _quoted(name: str, mark: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    return quoted.replace("%", "%%") if mark == "%s" else quoted
