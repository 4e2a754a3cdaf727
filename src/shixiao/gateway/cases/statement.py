"""The statement that asks a table for a case."""

from __future__ import annotations

from shixiao.gateway.config import CasesConfig


def select(config: CasesConfig, *, mark: str) -> str:
    """Return the statement; its one parameter is the id.

    Args:
        config: the table and its columns.
        mark: how the database writes a parameter: ``?``, or ``%s`` for psycopg.
    """
    names = (config.kind, config.subject, config.closed)
    columns = ", ".join(f"t.{_quoted(name, mark)}" for name in names)
    return (
        f"SELECT {columns} FROM {_quoted(config.table, mark)} AS t"
        f" WHERE t.{_quoted(config.case, mark)} = {mark} LIMIT 1"
    )


def _quoted(name: str, mark: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    return quoted.replace("%", "%%") if mark == "%s" else quoted
