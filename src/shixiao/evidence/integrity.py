"""Integrity of the tables: equal keys, unknown ids, back-filled batches; counted while building."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from shixiao.evidence.building import Built
from shixiao.evidence.coding import one_row
from shixiao.evidence.conform import Conformed
from shixiao.evidence.raw import RawTable
from shixiao.evidence.schema import load_schemas
from shixiao.evidence.site_rows import AS_OF
from shixiao.evidence.sql import literal, quote
from shixiao.terms import BadInput, Text

# Times that fall on whole hours this often carry no time of day, so batches cannot be told.
COARSE_SHARE = 0.5
SAMPLING = 8
SAMPLED_ABOVE = 2_000_000


def check_keys(connection: duckdb.DuckDBPyConnection, name: str, table: Conformed) -> None:
    """Refuse a table in which two rows have the same key.

    Raises:
        BadInput: names the table, the key and the first two rows.
    """
    schema = load_schemas()[name]
    key = [column for column in schema.key if column in table.columns]
    if not key or len(key) < len(schema.key):
        return
    source = ["source"] if name == "cases" else []
    columns = ", ".join(quote(column) for column in (*source, *key))
    keyed = f"FROM ({table.sql}) WHERE {' AND '.join(f'{quote(c)} IS NOT NULL' for c in key)}"
    # Telling numbers apart costs half of telling texts apart; equal hashes are looked into below.
    rows, different = one_row(
        connection, f"SELECT count(*), count(DISTINCT hash({columns})) {keyed}"
    )
    if rows == different:
        return
    row = connection.execute(
        f"SELECT {', '.join(quote(column) for column in key)}, count(*), min(__row), max(__row)"
        f" {keyed} GROUP BY {columns} HAVING count(*) > 1 ORDER BY min(__row) LIMIT 1"
    ).fetchone()
    if row is None:
        return
    shown = ", ".join(str(value)[:60] for value in row[: len(key)])
    count, first, last = row[len(key) :]
    raise BadInput(
        Text(
            f"{name} 表中“{shown}”出现了 {count} 次（第 {first + 1} 行和第 {last + 1} 行等）；"
            f"{'、'.join(key)} 应当唯一，请去重后再试。",
            f"in table {name} “{shown}” occurs {count} times (rows {first + 1} and {last + 1});"
            f" {', '.join(key)} must be unique, remove the duplicates",
        )
    )


def quality_counts(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    built: Built,
    tables: Sequence[tuple[RawTable, Conformed]],
    present: Mapping[str, Sequence[str]],
    *,
    batch_cases: int,
) -> dict[str, Any]:
    """Return everything the quality gate judges, as plain counts.

    A batch is ``batch_cases`` cases stamped with one activity in one second (rule E-14).
    """
    tally = built.tally
    coarse = tally.whole_hours > COARSE_SHARE * max(tally.events, 1)
    return {
        "rows": built.rows,
        "incomplete": built.rows - tally.events,
        "events": tally.events,
        "tied": tally.tied,
        "duplicates": tally.duplicates,
        "out_of_order": tally.out_of_order,
        "clock_jumps": tally.clock_jumps,
        "coarse": coarse,
        "backfilled": None
        if coarse
        else _backfilled(connection, folder, tally.events, batch_cases),
        "impossible": _impossible(connection, folder),
        "coverage": built.coverage,
        "unknown_ids": _unknown_ids(connection, folder, built, present),
        "problems": [
            {
                "table": p.table,
                "file": p.file,
                "column": p.column,
                "kind": p.kind,
                "count": p.count,
                "row": p.row,
                "value": p.value,
            }
            for _, table in tables
            for p in table.problems
        ],
    }


def _scan(folder: Path, name: str) -> str:
    return f"read_parquet({literal(str(folder / f'{name}.parquet'))})"


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0] or 0) if row else 0


def _backfilled(
    connection: duckdb.DuckDBPyConnection, folder: Path, events: int, batch_cases: int
) -> list[int]:
    """Count events stamped in the same second, with the same activity, as those of many cases.

    Of a large log, the seconds that one hash in eight picks are looked at: all or none of the
    events of a second, so that batches stay whole.

    Returns:
        [events in batches, events looked at].
    """
    picked = f"AND hash(ts // 1000000) % {SAMPLING} = 0" if events > SAMPLED_ABOVE else ""
    # The first occurrence in each case: counting these counts cases, without a DISTINCT.
    row = connection.execute(
        f"SELECT coalesce(sum(n) FILTER (n >= {int(batch_cases)}), 0), coalesce(sum(n), 0) FROM"
        f" (SELECT count(*) AS n FROM {_scan(folder, 'events')}"
        f" WHERE occurrence = 1 {picked} GROUP BY activity, ts // 1000000)"
    ).fetchone()
    return [int(row[0]), int(row[1])] if row is not None else [0, 0]


def _impossible(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Count cases with a time before 1971 or after 2100, or an end before their beginning."""
    early, late = "31536000000000", "4102444800000000"
    return _one(
        connection,
        f"SELECT count(*) FROM {_scan(folder, 'cases')} WHERE first_ts < {early}"
        f" OR last_ts > {late} OR closed < opened OR opened < {early} OR closed > {late}",
    )


def _unknown_ids(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    built: Built,
    present: Mapping[str, Sequence[str]],
) -> dict[str, list[int]]:
    """Per reference ``table.column``, count values that the table they point to does not have."""
    known = {
        **present,
        "events": built.event_columns,
        "cases": ("case_id", *built.case_columns),
    }
    counts: dict[str, list[int]] = {}
    for name, schema in load_schemas().items():
        for column in schema.columns:
            if column.foreign_key is None or column.name not in known.get(name, ()):
                continue
            target, key = column.foreign_key
            if key not in known.get(target, ()) or (name, column.name) == (target, key):
                continue
            cell = quote(column.name)
            row = connection.execute(
                f"SELECT count(*) FILTER (WHERE t.{quote(key)} IS NULL), count(*) FROM"
                f" {_scan(folder, name)} s LEFT JOIN (SELECT DISTINCT {quote(key)}"
                f" FROM {_scan(folder, target)}) t ON s.{cell} = t.{quote(key)}"
                f" WHERE s.{cell} IS NOT NULL{_of_the_package(name, known)}"
            ).fetchone()
            if row is not None and row[1]:
                counts[f"{name}.{column.name}"] = [int(row[0]), int(row[1])]
    return counts


def _of_the_package(name: str, known: Mapping[str, Sequence[str]]) -> str:
    """Leave rows of a site out: what its records name need not stand in a package."""
    return f" AND s.{AS_OF} IS NULL" if AS_OF in known[name] else ""
