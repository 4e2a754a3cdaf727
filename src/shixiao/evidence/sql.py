"""SQL text: the only places where a name or a value becomes part of a statement."""

from __future__ import annotations

from pathlib import Path


def quote(identifier: str) -> str:
    """Return an identifier that means exactly ``identifier`` in DuckDB and SQLite.

    Raises:
        ValueError: when it is empty or holds a NUL character, which no engine can name.
    """
    if not identifier or "\x00" in identifier:
        raise ValueError(f"No column or table can be called {identifier!r}")
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a string literal, for statements that must stand without parameters.

    Values go in as parameters wherever the statement runs at once; a SELECT that is handed on
    (into COPY or CREATE TABLE, where DuckDB takes no parameters) carries literals instead.
    """
    if "\x00" in text:
        raise ValueError("A NUL character cannot stand in a statement")
    return "'" + text.replace("'", "''") + "'"


def parquet_scan(path: Path, *, numbered: bool = False) -> str:
    """Return a FROM item that reads one Parquet file with its 0-based ``file_row_number``.

    With ``numbered``, the file has a column of that name already, which stands. Folder names such
    as ``year=2024`` are no columns here, and ``*``, ``?`` and ``[`` in the path are characters like
    any other.
    """
    plain = "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
    count = "false" if numbered else "true"
    return f"read_parquet({literal(plain)}, file_row_number = {count}, hive_partitioning = false)"
