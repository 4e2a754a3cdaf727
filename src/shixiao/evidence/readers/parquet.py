"""Parquet files: the engine scans them itself; here only the frame is checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.evidence.readers.tabular import Tabular, checked_header, no_rows
from shixiao.terms import BadInput, Text


def read_parquet(path: Path, *, file: str) -> Tabular:
    """Check that a Parquet file opens and that its columns are plain values.

    Raises:
        BadInput: damaged or encrypted, without rows, or with nested or binary columns.
    """
    try:
        with pq.ParquetFile(path) as parquet:
            schema, rows = parquet.schema_arrow, parquet.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError):
        raise BadInput(
            Text(
                "Parquet 文件不完整、已损坏或已加密；请重新导出。",
                "The Parquet file is truncated, damaged or encrypted; export it again.",
            ),
            file=file,
        ) from None
    for field in schema:
        if not _plain(field.type):
            raise BadInput(
                Text(
                    f"该列的类型 {field.type} 不能使用；请导出为普通列（文本、数字、时间）。",
                    f"A column of type {field.type} cannot be used; export it as plain text, "
                    "numbers or times.",
                ),
                file=file,
                column=field.name,
            )
    # Names stay as they are in the file: the check only refuses what could not be told apart.
    checked_header(schema.names, file)
    if not all(name.strip() for name in schema.names):
        raise BadInput(
            Text("有一列没有列名；请补上。", "A column has no name; give it one."), file=file
        )
    if not rows:
        raise no_rows(file)
    return Tabular(file, tuple(schema.names), path, partial(parquet_batches, path))


def _plain(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return not (
        pa.types.is_nested(value)
        or pa.types.is_binary(value)
        or pa.types.is_large_binary(value)
        or pa.types.is_fixed_size_binary(value)
        or isinstance(value, pa.BaseExtensionType)
    )


def parquet_batches(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Give the rows of a Parquet file in order, all columns or the named ones."""
    with pq.ParquetFile(path) as parquet:
        yield from parquet.iter_batches(batch_size=1 << 16, columns=columns)


def filled_columns(path: Path) -> list[str]:
    """Return the columns that hold a value somewhere, as far as the file's statistics tell."""
    with pq.ParquetFile(path) as parquet:
        metadata = parquet.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        return [
            name
            for place, name in enumerate(metadata.schema.names)
            if not groups or not all(_empty(group.column(place)) for group in groups)
        ]


def _empty(chunk: pq.ColumnChunkMetaData) -> bool:
    statistics = chunk.statistics if chunk.is_stats_set else None
    return bool(
        statistics is not None
        and statistics.has_null_count
        and statistics.null_count == chunk.num_values
    )
