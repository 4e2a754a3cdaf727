"""Overlay: a table that was made after the evidence arrived stands in for the one it came with."""

from __future__ import annotations

from pathlib import Path

from shixiao.evidence.mapping import recognise
from shixiao.evidence.raw import RawEvidence, RawTable
from shixiao.evidence.readers import read_tabular
from shixiao.evidence.schema import load_schemas

ACTIVITY_MAP = "activity_map"
CONFIRMED = "confirmed/activity_map.csv"


def with_activity_map(raw: RawEvidence, path: Path) -> None:
    """Let another activity map hold; what was received stays among the inputs, unchanged.

    Args:
        raw: the evidence; it is changed.
        path: a table in the form of ``activity_map``; it is cited by its hash as an input.

    Raises:
        BadInput: the file is no such table.
    """
    table = read_tabular(path, file=CONFIRMED, table=ACTIVITY_MAP)
    rename = recognise(table.columns, load_schemas()[ACTIVITY_MAP], file=CONFIRMED)
    source = raw.tables[0].source if raw.tables else raw.name
    kept = [each for each in raw.tables if each.name != ACTIVITY_MAP]
    batches = None if table.parquet else table.scan()
    raw.tables = [
        *kept,
        RawTable(ACTIVITY_MAP, CONFIRMED, source, table.parquet, batches, rename),
    ]
    raw.files = [*raw.files, (CONFIRMED, path)]
