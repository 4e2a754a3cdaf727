"""Readers: one file per format, each giving rows in file order without judging their values."""

from __future__ import annotations

from pathlib import Path

from shixiao.evidence.readers.csv import read_csv
from shixiao.evidence.readers.parquet import read_parquet
from shixiao.evidence.readers.sniff import TABULAR, Kind, sniff
from shixiao.evidence.readers.tabular import Tabular
from shixiao.evidence.readers.xlsx import read_xlsx
from shixiao.terms import BadInput, Text

__all__ = ["TABULAR", "Kind", "Tabular", "read_tabular", "sniff"]


def read_tabular(path: Path, *, file: str, table: str, twins: bool = False) -> Tabular:
    """Read one table from CSV, XLSX or Parquet, whichever the file really is.

    Args:
        path: the file.
        file: its name for messages.
        table: the table it should hold; chooses the sheet of a workbook.
        twins: whether columns of a text file may bear one name (``checked_header``).

    Raises:
        BadInput: the file is of another kind, or its reader refuses it.
    """
    kind = sniff(path, file=file)
    if kind is Kind.CSV:
        return read_csv(path, file=file, twins=twins)
    if kind is Kind.XLSX:
        return read_xlsx(path, file=file, table=table)
    if kind is Kind.PARQUET:
        return read_parquet(path, file=file)
    raise BadInput(
        Text(
            f"“{table}”表应为 CSV、XLSX 或 Parquet；事件日志（XES、OCEL）请单独评估。",
            f"The table {table} must be CSV, XLSX or Parquet; evaluate an event log (XES, OCEL) "
            "by itself.",
        ),
        file=file,
    )
