"""Logs for bars and benches: the real ones, and the same replicated with fresh case ids."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shixiao.evidence.readers.xes import EVENT_KEYS
from shixiao.evidence.readers.xes_stream import stream_xes

ROOT = Path(__file__).parents[1]
LOGS = ROOT.parent / "shared" / "data" / "logs"
FINES = LOGS / "Road_Traffic_Fine_Management_Process.xes.gz"
RECEIPT = LOGS / "receipt.xes.gz"
PERMITS = tuple(LOGS / f"BPIC15_{number}.xes.gz" for number in range(1, 6))
ALL = (RECEIPT, *PERMITS, FINES)
WORK = ROOT / "build" / "bars"
SCHEMA = pa.schema(
    [
        ("case_id", pa.string()),
        ("activity", pa.string()),
        ("ts", pa.timestamp("us", tz="UTC")),
        ("resource", pa.string()),
        ("lifecycle", pa.string()),
    ]
)


def union() -> pa.Table:
    """Return the events of all real logs as one table, some 833 thousand rows."""
    parts = []
    for path in ALL:
        source = path.name.split(".")[0]
        for batch in stream_xes(path, keys=frozenset(EVENT_KEYS)):
            first = batch.cases.column("__case")[0].as_py()
            ids = pc.binary_join_element_wise(
                pa.scalar(source), batch.cases.column("concept:name"), ":"
            )
            events = batch.events
            columns = [pc.take(ids, pc.subtract(events.column("__case"), first))]
            for key in ("concept:name", "time:timestamp", "org:resource", "lifecycle:transition"):
                present = key in events.schema.names
                columns.append(
                    events.column(key) if present else pa.nulls(events.num_rows, pa.string())
                )
            parts.append(pa.Table.from_arrays(columns, schema=SCHEMA))
    return pa.concat_tables(parts)


def replicated(copies: int, *, by_time: bool = False) -> Path:
    """Write the real logs ``copies`` times with fresh case ids, as Parquet; return the file.

    With ``by_time`` the rows stand in order of time, so that no case's rows stand together.
    """
    path = WORK / f"replicated-{copies}{'-by-time' if by_time else ''}.parquet"
    if path.exists():
        return path
    WORK.mkdir(parents=True, exist_ok=True)
    table = union()
    with pq.ParquetWriter(path.with_suffix(".part"), SCHEMA, compression="zstd") as writer:
        copied = []
        for number in range(copies):
            ids = pc.binary_join_element_wise(table["case_id"], pa.scalar(str(number)), "#")
            copied.append(table.set_column(0, "case_id", ids))
            if not by_time:
                writer.write_table(copied.pop())
        if by_time:
            writer.write_table(pa.concat_tables(copied).sort_by("ts"))
    path.with_suffix(".part").rename(path)
    return path
