"""A delivery of a table, brought into Parquet for the engine, with a sample to bind columns by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from shixiao.evidence.readers import read_tabular

SAMPLE = 5_000  # rows


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery.

    Attributes:
        name: of its file.
        parquet: where its rows are.
        columns: in their order.
        sample: column → values of its first rows. Personal data: never printed.
    """

    name: str
    parquet: Path
    columns: tuple[str, ...]
    sample: Mapping[str, Sequence[Any]] = field(repr=False)


def load(path: Path, folder: Path) -> Delivery:
    """Read a CSV, XLSX or Parquet file into Parquet.

    Args:
        path: the file.
        folder: where the Parquet is written.

    Raises:
        BadInput: the file cannot be read as a table.
    """
    tabular = read_tabular(path, file=path.name, table=path.stem)
    target = folder / "rows.parquet"
    sample: dict[str, list[Any]] = {column: [] for column in tabular.columns}
    writer: Any = None
    try:
        for batch in tabular.scan():
            writer = writer or pq.ParquetWriter(target, batch.schema)
            writer.write_batch(batch)
            for column, values in sample.items():
                room = max(0, SAMPLE - len(values))
                values.extend(batch.column(column).slice(0, room).to_pylist())
    finally:
        if writer is not None:
            writer.close()
    return Delivery(path.name, target, tabular.columns, sample)
