"""Checking: one pass over the columns that may hold something unreadable, with the place of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from shixiao.evidence.schema import Column
from shixiao.evidence.values import Reading
from shixiao.terms import BadInput, Text

STOPPING = {  # a required column of these types must be readable
    "boolean": Text("0 或 1", "0 or 1"),
    "integer": Text("整数", "a whole number"),
    "number": Text("数值", "a number"),
}
ROW = "__row"


@dataclass(frozen=True, slots=True)
class Problem:
    """Values of one column that could not be read (and became NULL), or are missing.

    Attributes:
        table: the table.
        file: name of the file.
        column: column of the package.
        header: the same column as the file calls it.
        kind: ``unreadable`` or ``missing`` (empty in a required column).
        count: how many rows.
        row: the first of them, counted from 1 below the header.
        value: what stands there, shortened to 60 characters; empty when missing.
    """

    table: str
    file: str
    column: str
    header: str
    kind: str
    count: int
    row: int
    value: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the checked rows come from: for messages.

    ``headers`` maps a column of the package to what the file calls it; ``needed`` are the columns
    in which every row should hold something.
    """

    table: str
    file: str
    headers: Mapping[str, str]
    needed: frozenset[str]


def check(
    connection: duckdb.DuckDBPyConnection, source: str, readings: Sequence[Reading], place: Place
) -> tuple[int, tuple[Problem, ...]]:
    """Return the number of rows and what is wrong with their values.

    Args:
        connection: the engine.
        source: a SELECT of ``__row`` (0-based) and the cells that the readings read.
        readings: the columns.
        place: where they come from.

    Raises:
        BadInput: times with and without a zone in one column, or an unreadable number or boolean
            in a needed column.
    """
    cells, wanted = [], ["count(*) AS n"]
    found: dict[str, Any] = {}
    for number, item in enumerate(readings):
        needed = item.column.name in place.needed
        if item.few:
            found |= _ask_different_texts(connection, source, item, number, needed=needed)
            continue
        more_cells, more_wanted = _questions(item, number, needed)
        cells += more_cells
        wanted += more_wanted
    found |= _ask(connection, wanted, f"SELECT {', '.join([ROW, *cells])} FROM ({source})")
    problems: list[Problem] = []
    for number, item in enumerate(readings):
        _refuse_mixed_zones(found, number, place.headers[item.column.name], place.file)
        for kind in ("unreadable", "missing"):
            problem = _problem(found, f"{kind}{number}", kind, item.column, place)
            if problem is not None:
                problems.append(problem)
    return int(found["n"]), tuple(problems)


def _ask(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[str], inner: str
) -> dict[str, Any]:
    cursor = connection.execute(f"SELECT {', '.join(wanted)} FROM ({inner})")
    names = [entry[0] for entry in cursor.description or ()]
    return dict(zip(names, cursor.fetchone() or (), strict=True))


def _ask_different_texts(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    item: Reading,
    number: int,
    *,
    needed: bool,
) -> dict[str, Any]:
    """Count over the different texts of a column what ``_questions`` counts over its rows."""
    cells, wanted = _questions(item, number, needed)
    grouped = (
        f"SELECT {item.cell}, count(*) AS times, min({ROW}) AS {ROW} FROM ({source}) GROUP BY 1"
    )
    inner = f"SELECT {', '.join([ROW, 'times', *cells])} FROM ({grouped})"
    return _ask(connection, [count.replace("count(*)", "sum(times)") for count in wanted], inner)


def _questions(item: Reading, number: int, needed: bool) -> tuple[list[str], list[str]]:
    """Return the cells to compute for one column, and the counts to take over all rows."""
    value, present, shown, zoned = (f"{letter}{number}" for letter in "vpsz")
    cells, wanted = [], []
    if item.checked or needed:
        cells.append(f"{item.present} AS {present}")
    if item.checked:
        cells += [f"{item.value} AS {value}", f"{item.shown} AS {shown}"]
        wanted += _gather(f"unreadable{number}", f"{present} AND {value} IS NULL", shown)
    if item.zoned is not None:
        cells.append(f"{item.zoned} AS {zoned}")
        wanted += _gather(f"zoned{number}", f"{value} IS NOT NULL AND {zoned}", shown)
        wanted += _gather(f"naive{number}", f"{value} IS NOT NULL AND NOT {zoned}", shown)
    if needed:
        wanted += _gather(f"missing{number}", f"NOT {present}", "''")
    return cells, wanted


def _gather(name: str, condition: str, shown: str) -> list[str]:
    return [
        f"count(*) FILTER ({condition}) AS {name}_n",
        f"min({ROW}) FILTER ({condition}) AS {name}_row",
        f"arg_min({shown}, {ROW}) FILTER ({condition}) AS {name}_value",
    ]


def _problem(
    found: Mapping[str, Any], key: str, kind: str, column: Column, place: Place
) -> Problem | None:
    count = found.get(f"{key}_n")
    if not count:
        return None
    problem = Problem(
        table=place.table,
        file=place.file,
        column=column.name,
        header=place.headers[column.name],
        kind=kind,
        count=int(count),
        row=int(found[f"{key}_row"]) + 1,
        value=shortened(found[f"{key}_value"]),
    )
    if kind == "unreadable" and column.name in place.needed and column.type in STOPPING:
        raise _unreadable(problem, STOPPING[column.type])
    return problem


def _refuse_mixed_zones(found: Mapping[str, Any], number: int, header: str, file: str) -> None:
    """Refuse a column in which only some times say their zone: hours would be off unseen."""
    if not found.get(f"zoned{number}_n") or not found.get(f"naive{number}_n"):
        return
    rarer = min(("zoned", "naive"), key=lambda kind: int(found[f"{kind}{number}_n"]))
    value = shortened(found[f"{rarer}{number}_value"])
    raise BadInput(
        Text(
            f"同一列中有的时间带时区、有的不带（如“{value}”）；请统一写法。",
            f"Some times in this column carry a zone and others do not (such as “{value}”); "
            "write them all alike.",
        ),
        file=file,
        row=int(found[f"{rarer}{number}_row"]) + 1,
        column=header,
    )


def _unreadable(problem: Problem, wanted: Text) -> BadInput:
    return BadInput(
        Text(
            f"“{problem.value}”不是{wanted.zh}；共 {problem.count} 行如此，请改正。",
            f"“{problem.value}” is not {wanted.en}; rows like this: {problem.count}. Correct them.",
        ),
        file=problem.file,
        row=problem.row,
        column=problem.header,
    )


def shortened(value: str | None) -> str:
    """Return a value as messages show it: in one line of at most 60 characters."""
    line = " ".join((value or "").split())
    return line if len(line) <= 60 else f"{line[:59]}…"
