"""Writing: large tables stream into Parquet row groups, small ones become CSV, in equal bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.evidence.schema import load_schemas, table_schema_json
from shixiao.potemkin.city.year import CALENDAR, ZONE
from shixiao.terms import Text

Row = dict[str, object]
DESCRIPTOR = "datapackage.json"
# A multiple of 2,048: DuckDB hands on the short last vector of a row group later than it stands,
# and cases that stood together would have to be sorted.
GROUP_ROWS = 122 * 2048
GROUPS = {"decisions": ("sex",)}
"""Columns of groups of persons, which the descriptor names."""
DIFFERENCES = ("ts", "seq", "opened", "closed", "created", "last_active")


class Stream:
    """A table that is written piece by piece; never more than one row group is held."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema) -> None:
        self.rows = 0
        self.columns: list[str] = schema.names
        self._schema = schema
        self._held: list[pa.Table] = []
        self._waiting = 0
        text = [f.name for f in schema if f.name not in DIFFERENCES]
        present = [name for name in schema.names if name in DIFFERENCES]
        self._writer = pq.ParquetWriter(
            folder / f"{name}.parquet",
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=text,
            column_encoding=dict.fromkeys(present, "DELTA_BINARY_PACKED"),
        )

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, columns: dict[str, pa.Array]) -> None:
        """Add rows; dictionaries of a column are the same throughout."""
        table = pa.table(columns, schema=self._schema)
        self.rows += table.num_rows
        self._held.append(table)
        self._waiting += table.num_rows
        if self._waiting >= GROUP_ROWS:
            self._flush(whole_groups=True)

    def _flush(self, *, whole_groups: bool = False) -> None:
        if not self._held:
            return
        table = pa.concat_tables(self._held)
        rows = table.num_rows - table.num_rows % GROUP_ROWS if whole_groups else table.num_rows
        self._writer.write_table(table.slice(0, rows), row_group_size=GROUP_ROWS)
        rest = table.slice(rows)
        self._held, self._waiting = [rest] if rest.num_rows else [], rest.num_rows


def write_rows(folder: Path, table: str, rows: Sequence[Row]) -> list[str]:
    """Write a small table as CSV and return its columns: those of the schema that some row has."""
    present = {name for row in rows for name in row}
    known = [*load_schemas()[table].names, *GROUPS.get(table, ())]
    if not present <= set(known):
        raise ValueError(f"Table {table} has no column {sorted(present - set(known))[0]}")
    columns = [name for name in known if name in present]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / f"{table}.csv").write_bytes(text.getvalue().encode())
    return columns


def write_descriptor(
    folder: Path, title: Text, columns: dict[str, Sequence[str]], streamed: Iterable[str]
) -> None:
    """Write the Frictionless descriptor of the package."""
    large = set(streamed)
    descriptor = {
        "profile": "tabular-data-package",
        "name": "potemkin",
        "title": title.zh,
        "title_en": title.en,
        "description": "虚构的城市，不涉及任何真实的人和办件；证件号码以未使用的区划 000000 开头。"
        " An invented city: no person and no case in it is real; identity numbers begin with"
        " 000000, a region code that is not in use.",
        "calendar": CALENDAR,
        "timezone": ZONE,
        "resources": [
            _resource(name, columns, parquet=name in large)
            for name in load_schemas()
            if name in columns
        ],
    }
    text = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
    (folder / DESCRIPTOR).write_bytes(text.encode())


def _resource(name: str, columns: dict[str, Sequence[str]], *, parquet: bool) -> dict[str, Any]:
    schema = table_schema_json(load_schemas()[name])
    schema["fields"] = [f for f in schema["fields"] if f["name"] in columns[name]]
    kept = [
        key
        for key in schema.pop("foreignKeys", [])
        if key["fields"] in columns[name] and (key["reference"]["resource"] or name) in columns
    ]
    if kept:
        schema["foreignKeys"] = kept
    groups = [column for column in GROUPS.get(name, ()) if column in columns[name]]
    schema["fields"] += [{"name": column, "type": "string"} for column in groups]
    return {
        "name": name,
        "path": f"{name}.parquet" if parquet else f"{name}.csv",
        "format": "parquet" if parquet else "csv",
        "encoding": "utf-8",
        **({"group_columns": groups} if groups else {}),
        "schema": schema,
    }
