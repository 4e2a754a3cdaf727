"""Leaving out: cases on a list, such as those that field tests brought about, count nowhere.

Whoever tries a service makes cases like anybody's. What they were like is told by the score sheet;
in the log they would count twice, and who tests could move what is measured. Their rows go before
any value is checked, from every table that names cases, so that nothing of them is left to weigh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from shixiao.evidence.conform import DAMAGED, cell_as_text, damaged, place_of, write_rows
from shixiao.evidence.mapping import listed, recognise
from shixiao.evidence.raw import RawEvidence, RawTable
from shixiao.evidence.readers import Kind, sniff
from shixiao.evidence.readers.csv import read_csv
from shixiao.evidence.readers.parquet import parquet_batches
from shixiao.evidence.readers.tabular import RESERVED
from shixiao.evidence.schema import load_schemas
from shixiao.evidence.sql import parquet_scan
from shixiao.evidence.values import BLANK
from shixiao.terms import BadInput, Text

CASE = "case_id"
LISTED = "left_out/cases.csv"
NOTE = Text(
    "按所给名单剔除办件 {n} 件（如体验测试产生的办件），不计入任何度量。",
    "Left out of everything, as a list demands: {n} of the cases on it, such as those that field"
    " tests brought about.",
)
NOTHING_LEFT = Text(
    "剔除名单上的办件以后没有剩下一行数据；请核对名单。",
    "without the cases on the list not one row is left; check the list",
)


@dataclass(slots=True)
class LeftOut:
    """A list of cases, and what was left out by it so far.

    Attributes:
        ids: the numbers on the list, without blanks around them; None where there is no list.
        cases: (source, number) of those that some table named.
        rows: (table, file) → how many rows were left out.
    """

    ids: frozenset[str] | None = None
    cases: set[tuple[str, str]] = field(default_factory=set)
    rows: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def count(self) -> int | None:
        """How many cases were left out; None where there is no list."""
        return None if self.ids is None else len(self.cases)

    @property
    def notes(self) -> tuple[Text, ...]:
        """Say how many cases were left out, where there is a list."""
        return () if self.count is None else (NOTE.format(n=f"{self.count:,}"),)


def with_left_out(raw: RawEvidence, path: Path) -> LeftOut:
    """Read which cases are left out; what was received stays among the inputs, unchanged.

    Args:
        raw: the evidence; the list is added to its files.
        path: CSV with the column ``case_id``; it is cited by its hash as an input.

    Raises:
        BadInput: the file is no such list.
    """
    ids = _ids(path)
    raw.files = [*raw.files, (LISTED, path)]
    return LeftOut(ids)


def others(
    connection: duckdb.DuckDBPyConnection,
    raw: RawTable,
    parquet: Path,
    left: LeftOut,
    *,
    folder: Path,
) -> tuple[Path | None, bool]:
    """Return the rows of a table that are of no case on the list.

    Args:
        connection: the engine.
        raw: where the table came from.
        parquet: its rows, from ``stage``.
        left: the list; what is left out here is added to it.
        folder: where the rows go, if any are left out.

    Returns:
        The Parquet file, None where no row is left; and whether its rows carry their numbers in the
        file they came from, for messages to name the place that a reader finds there.

    Raises:
        BadInput: the file is damaged.
    """
    found = _found(connection, raw, parquet, left)
    if not found:
        return parquet, False
    left.cases |= {(raw.source, case) for _, case in found}
    left.rows[raw.name, raw.file] += len(found)
    out = np.array(sorted(row for row, _ in found))
    target = place_of(raw, folder, "kept")
    kept = write_rows(_without(parquet, out), target)
    return (target if kept else None), True


def _found(
    connection: duckdb.DuckDBPyConnection, raw: RawTable, parquet: Path, left: LeftOut
) -> list[tuple[int, str]]:
    """Return the 0-based rows of listed cases, in no order, each with its case."""
    if left.ids is None or load_schemas()[raw.name].column(CASE) is None:
        return []
    cell = cell_as_text(connection, raw, parquet, CASE)
    if cell is None:
        return []
    connection.register("left_out", pa.table({"listed": pa.array(sorted(left.ids), pa.string())}))
    try:
        return connection.execute(
            f"SELECT place, named FROM (SELECT {RESERVED} AS place, {cell} AS named"
            f" FROM {parquet_scan(parquet)}) SEMI JOIN left_out ON named = listed"
        ).fetchall()
    except DAMAGED:
        raise damaged(raw.file) from None
    finally:
        connection.unregister("left_out")


def _without(parquet: Path, out: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Give the rows but those whose numbers are in ``out``, each with its number."""
    start = 0
    for batch in parquet_batches(parquet):
        numbers = np.arange(start, start + batch.num_rows)
        start += batch.num_rows
        numbered = batch.append_column(RESERVED, pa.array(numbers))
        kept = numbered.filter(pa.array(~np.isin(numbers, out)))
        if kept.num_rows:
            yield kept


def _ids(path: Path) -> frozenset[str]:
    file = path.name
    if sniff(path, file=file) is not Kind.CSV:
        raise BadInput(
            Text(
                "剔除名单应为 CSV，并有 case_id（办件编号）列。",
                "The list of cases to leave out must be CSV with a column case_id.",
            ),
            file=file,
        )
    table = read_csv(path, file=file)
    schema = load_schemas()["cases"]
    schema = replace(schema, columns=tuple(c for c in schema.columns if c.name == CASE))
    named = recognise(table.columns, schema, file=file)
    if not named:
        raise BadInput(
            Text(
                f"剔除名单缺少 case_id（办件编号）列；现有的列：{listed(table.columns, '、')}。",
                "The list of cases to leave out lacks the column case_id;"
                f" the columns are: {listed(table.columns)}.",
            ),
            file=file,
        )
    (header,) = named
    ids: list[str] = []
    for batch in table.scan():
        ids += ((value or "").strip(BLANK) for value in batch.column(header).to_pylist())
    if "" in ids:
        raise BadInput(
            Text(
                "这一行没有办件编号；请补上或删去这一行。",
                "This row names no case; mend or drop it.",
            ),
            file=file,
            row=ids.index("") + 1,
            column=header,
        )
    return frozenset(ids)
