"""Conforming: rows as they came, made into typed columns under the package's names, in SQL.

Nothing is guessed: a value that cannot be read becomes NULL and is counted with its place, so that
the quality gate can judge; what would make a whole column mean something else stops the run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.evidence.checking import ROW, Place, Problem, check
from shixiao.evidence.mapping import listed, normal
from shixiao.evidence.raw import RawTable
from shixiao.evidence.readers.parquet import filled_columns, parquet_batches
from shixiao.evidence.readers.tabular import RESERVED, no_rows
from shixiao.evidence.schema import TableSchema, load_schemas
from shixiao.evidence.sql import parquet_scan, quote
from shixiao.evidence.values import Reading, as_text, reading
from shixiao.terms import BadInput, Text

GROUP_ROWS = 122_880  # rows of a row group: what DuckDB hands to one thread
GROUP_BYTES = 128 << 20
DAMAGED = (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException)


@dataclass(frozen=True, slots=True)
class Conformed:
    """A table ready for the engine.

    Attributes:
        sql: a SELECT that yields ``__row`` (0-based) and the typed columns; it takes no parameters
            and stays valid as long as the Parquet file is there.
        untrimmed: the same, but text as it stands, choices included: who codes distinct values
            reads only those (``values.value_of_text``).
        columns: columns of the package that hold something, in documented order.
        extra: other columns, as text under the file's names.
        rows: number of rows.
        problems: what could not be read.
    """

    sql: str
    untrimmed: str
    columns: tuple[str, ...]
    extra: tuple[str, ...]
    rows: int
    problems: tuple[Problem, ...]


def stage(raw: RawTable, *, folder: Path, person: Callable[[pa.Array], pa.Array]) -> Path:
    """Put the rows where the engine can scan them, without any identifier of a person.

    Rows that lie as Parquet already and hold no such column stay where they are.

    Args:
        raw: the table; its batches are used up.
        folder: where the Parquet file goes.
        person: replaces identifiers (a string array, nulls stay null) by pseudonyms.

    Returns:
        The Parquet file, rows in file order.

    Raises:
        BadInput: the table has no rows, or its reader refuses them.
    """
    private = load_schemas()[raw.name].person_columns
    batches = raw.batches
    if raw.parquet is not None:
        with pq.ParquetFile(raw.parquet) as parquet:
            names = parquet.schema_arrow.names
        if not any(raw.rename.get(name, name) in private for name in names):
            return raw.parquet
        batches = parquet_batches(raw.parquet)
    if batches is None:
        raise ValueError(f"The table {raw.name} of {raw.file} has no rows to read")
    target = place_of(raw, folder)
    pseudonymised = (_pseudonymised(batch, raw.rename, private, person) for batch in batches)
    if not write_rows(pseudonymised, target):
        raise no_rows(raw.file)
    return target


def place_of(raw: RawTable, folder: Path, *marks: str) -> Path:
    """Return where rows of a table are put: tables of several sources keep apart."""
    digest = hashlib.sha256(f"{raw.source}\x1f{raw.file}".encode()).hexdigest()[:12]
    return folder / ".".join((raw.name, digest, *marks, "parquet"))


def write_rows(batches: Iterable[pa.RecordBatch], target: Path) -> bool:
    """Write rows in row groups that suit the engine; without any there is no file, and False."""
    writer: pq.ParquetWriter | None = None
    held: list[pa.RecordBatch] = []
    try:
        for batch in batches:
            held.append(batch)
            if writer is None:
                writer = pq.ParquetWriter(target, batch.schema, compression="lz4")
            if sum(b.num_rows for b in held) >= GROUP_ROWS or (
                sum(b.nbytes for b in held) >= GROUP_BYTES
            ):
                writer.write_table(pa.Table.from_batches(held))
                held.clear()
        if writer is not None and held:
            writer.write_table(pa.Table.from_batches(held))
    finally:
        if writer is not None:
            writer.close()
    return writer is not None


def _pseudonymised(
    batch: pa.RecordBatch,
    rename: Mapping[str, str],
    private: Sequence[str],
    person: Callable[[pa.Array], pa.Array],
) -> pa.RecordBatch:
    for place, name in enumerate(batch.schema.names):
        if rename.get(name, name) in private:
            pseudonyms = person(batch.column(place).cast(pa.string()))
            batch = batch.set_column(place, pa.field(name, pseudonyms.type), pseudonyms)
    return batch


def conform(
    connection: duckdb.DuckDBPyConnection,
    table: TableSchema,
    raw: RawTable,
    parquet: Path,
    *,
    zone: str,
    required: Collection[str] | None = None,
    numbered: bool = False,
) -> Conformed:
    """Check the values of a table and say how to read them.

    Args:
        connection: the engine.
        table: what the columns should be.
        raw: where the table came from, for messages and renaming.
        parquet: its rows, from ``stage``.
        zone: IANA zone of times that carry none.
        required: columns that must be there; None takes those of the schema. (The cases of a bare
            log know less than those of a package.)
        numbered: the rows carry their numbers in the file they came from (``file_row_number``).

    Raises:
        BadInput: a required column is missing or empty, one column mixes times with and without a
            zone, or a required number or boolean cannot be read.
    """
    needed = frozenset(table.required if required is None else required)
    try:
        scan = parquet_scan(parquet, numbered=numbered)
        types = _filled_types(connection, parquet, scan)
        placed, extra = _place(table, raw.rename, list(types))
        _refuse_absent(needed, placed, table, list(types), raw.file)
        # Headers may be called like a column of the package: inside they are mere numbers.
        inner = {header: quote(f"__{place}") for place, header in enumerate(types)}
        cells = "".join(f", {quote(header)} AS {alias}" for header, alias in inner.items())
        source = f"SELECT {RESERVED} AS {ROW}{cells} FROM {scan}"
        readings = [
            reading(column, types[placed[column.name]], inner[placed[column.name]], zone=zone)
            for column in table.columns
            if column.name in placed
        ]
        place = Place(table.name, raw.file, placed, needed)
        rows, problems = check(connection, source, readings, place)
    except DAMAGED:
        raise damaged(raw.file) from None
    read = [f"{r.value} AS {quote(r.column.name)}" for r in readings]
    kept = [
        f"{as_text(types[header], inner[header])} AS {quote(name)}"
        for name, header in extra.items()
    ]
    headers = [placed[r.column.name] for r in readings]
    plain = [_untrimmed(r, inner[h], types[h]) for r, h in zip(readings, headers, strict=True)]
    return Conformed(
        sql=f"SELECT {', '.join([ROW, *read, *kept])} FROM ({source})",
        untrimmed=f"SELECT {', '.join([ROW, *plain, *kept])} FROM ({source})",
        columns=tuple(r.column.name for r in readings),
        extra=tuple(extra),
        rows=rows,
        problems=problems,
    )


def _refuse_absent(
    needed: Collection[str],
    placed: Mapping[str, str],
    table: TableSchema,
    headers: list[str],
    file: str,
) -> None:
    for name in sorted(needed):
        if name not in placed:
            raise _absent(table, name, headers, file)


def cell_as_text(
    connection: duckdb.DuckDBPyConnection, raw: RawTable, parquet: Path, column: str
) -> str | None:
    """Return how a column of the package is read as text in the rows of ``stage``, in SQL.

    None where the file has no such column, or nothing in it.

    Raises:
        BadInput: the file is damaged.
    """
    try:
        types = _filled_types(connection, parquet, parquet_scan(parquet))
    except DAMAGED:
        raise damaged(raw.file) from None
    placed, _ = _place(load_schemas()[raw.name], raw.rename, list(types))
    header = placed.get(column)
    return None if header is None else as_text(types[header], quote(header))


def damaged(file: str) -> BadInput:
    """Say that the content of a file cannot be read."""
    return BadInput(
        Text(
            "文件内容已损坏，无法读取；请重新导出。",
            "Its content is damaged and cannot be read; export it again.",
        ),
        file=file,
    )


def _untrimmed(item: Reading, cell: str, kind: str) -> str:
    """Return the column as it stands where its value follows from the text alone."""
    column = item.column
    plain = kind == "VARCHAR" and column.type == "string" and not column.is_list
    return f"{cell if plain else item.value} AS {quote(column.name)}"


def _filled_types(
    connection: duckdb.DuckDBPyConnection, parquet: Path, scan: str
) -> dict[str, str]:
    """Return column → DuckDB type of the columns that are not empty throughout."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    filled = frozenset(filled_columns(parquet)) - {RESERVED}
    return {str(row[0]): str(row[1]) for row in described if row[0] in filled}


def _place(
    table: TableSchema, rename: Mapping[str, str], headers: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return package column → header, and name → header for the other columns.

    A renamed column goes before one that merely has the name; the loser is kept beside it.
    """
    placed: dict[str, str] = {}
    for header in headers:
        name = rename.get(header)
        if name is not None and table.column(name):
            placed.setdefault(name, header)
    for header in headers:
        if table.column(header) and header not in placed.values():
            placed.setdefault(header, header)
    taken = {normal(name) for name in (*table.names, ROW)}
    extra: dict[str, str] = {}
    for header in headers:
        if header in placed.values():
            continue
        name = header
        while normal(name) in taken:
            name += " (file)"
        taken.add(normal(name))
        extra[name] = header
    return placed, extra


def _absent(table: TableSchema, name: str, headers: Sequence[str], file: str) -> BadInput:
    column = table.column(name)
    title = column.title if column else Text.of(name)
    return BadInput(
        Text(
            f"“{table.name}”表缺少必备列 {name}（{title.zh}），或该列全为空。"
            f"现有的列：{listed(headers, '、')}。",
            f"The table {table.name} lacks the required column {name} ({title.en}), or it is "
            f"empty. The columns are: {listed(headers)}.",
        ),
        file=file,
        column=name,
    )
