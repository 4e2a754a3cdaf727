"""Package: a city's tables as an evidence package on disk, equal bytes for equal content."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.evidence.schema import load_schemas, table_schema_json
from shixiao.potemkin.plan import CityPlan

Row = dict[str, object]
DESCRIPTOR = "datapackage.json"


def write_package(
    folder: Path, plan: CityPlan, tables: Mapping[str, Sequence[Row]], events: pa.Table
) -> Path:
    """Write tables as CSV and events as Parquet, with a descriptor, and return the folder.

    Args:
        folder: is made when it does not exist; files of the same names are written over.
        plan: gives names, calendar and time zone.
        tables: table → rows; columns are those of the table's schema that some row has.
        events: the events, with columns of the table's schema.
    """
    folder.mkdir(parents=True, exist_ok=True)
    columns = {name: _columns(name, rows) for name, rows in tables.items()}
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_bytes(_csv(columns[name], rows))
    columns["events"] = [n for n in load_schemas()["events"].names if n in events.column_names]
    pq.write_table(events.select(columns["events"]), folder / "events.parquet", compression="zstd")
    descriptor = _descriptor(plan, columns)
    text = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
    (folder / DESCRIPTOR).write_bytes(text.encode())
    return folder


def _columns(table: str, rows: Iterable[Row]) -> list[str]:
    present = {name for row in rows for name in row}
    known = load_schemas()[table].names
    if not present <= set(known):
        raise ValueError(f"Table {table} has no column {sorted(present - set(known))[0]}")
    return [name for name in known if name in present]


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _descriptor(plan: CityPlan, columns: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": plan.id,
        "title": plan.name.zh,
        "title_en": plan.name.en,
        "description": "虚构的城市，不涉及任何真实的人和办件。"
        " An invented city: no person and no case in it is real.",
        "calendar": plan.calendar,
        "timezone": plan.zone,
        "resources": [_resource(name, columns) for name in load_schemas() if name in columns],
    }


def _resource(table: str, columns: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    schema = table_schema_json(load_schemas()[table])
    schema["fields"] = [f for f in schema["fields"] if f["name"] in columns[table]]
    kept = [
        key
        for key in schema.pop("foreignKeys", [])
        if key["fields"] in columns[table] and (key["reference"]["resource"] or table) in columns
    ]
    if kept:
        schema["foreignKeys"] = kept
    parquet = table == "events"
    return {
        "name": table,
        "path": f"{table}.parquet" if parquet else f"{table}.csv",
        "format": "parquet" if parquet else "csv",
        "encoding": "utf-8",
        "schema": schema,
    }
