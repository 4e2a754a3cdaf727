"""XES logs as the tables ``events`` and ``cases`` of an evidence package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shixiao.evidence.raw import RawTable
from shixiao.evidence.readers.xes_stream import stream_xes
from shixiao.terms import BadInput, Text

EVENT_KEYS = ("concept:name", "time:timestamp", "org:resource", "lifecycle:transition")


def read_xes(
    path: Path,
    *,
    name: str,
    source: str,
    work: Path,
    keys: Sequence[str] = (),
) -> list[RawTable]:
    """Read a log into the tables ``events`` and ``cases`` of an evidence package.

    Args:
        path: the ``.xes`` or ``.xes.gz`` file.
        name: how messages call it.
        source: the log's name among several.
        work: folder for the rows, which go there as Parquet while the file streams by.
        keys: event attributes to keep besides the standard ones. Other event attributes are not
            needed for any measure and are not written anywhere.

    Raises:
        BadInput: as stream_xes; also a log without events, names, times, or with two equal traces.
    """
    wanted = (*EVENT_KEYS, *(key for key in keys if key not in EVENT_KEYS))
    events_path = work / f"{source}.events.parquet"
    parts: list[Path] = []
    seen: set[str] = set()
    schema = pa.schema(
        [
            ("case_id", pa.string()),
            *(
                (k, pa.timestamp("us", tz="UTC") if k == "time:timestamp" else pa.string())
                for k in wanted
            ),
        ]
    )
    with pq.ParquetWriter(events_path, schema, compression="zstd", compression_level=1) as writer:
        for batch in stream_xes(path, name=name, keys=frozenset(wanted)):
            ids = _case_ids(batch.cases)
            seen.update(key for key in batch.events.schema.names if key in wanted)
            writer.write_batch(_events_with_ids(batch.events, batch.cases, ids, schema))
            parts.append(
                _write_cases(batch.cases, ids, work / f"{source}.cases.{len(parts)}.parquet")
            )
    _check_complete(seen, parts, file=name)
    cases_path = _joined(parts, work / f"{source}.cases.parquet", file=name)
    return [
        RawTable("events", name, source, parquet=events_path),
        RawTable("cases", name, source, parquet=cases_path),
    ]


def _check_complete(seen: set[str], parts: Sequence[Path], *, file: str) -> None:
    """Refuse a log without traces, activity names or times."""
    if not parts:
        raise BadInput(Text("日志里没有任何办件。", "the log holds no trace at all"), file=file)
    for key, zh, en in (
        ("concept:name", "环节名称", "activity names"),
        ("time:timestamp", "时间", "timestamps"),
    ):
        if key not in seen:
            raise BadInput(
                Text(
                    f"日志中的事件没有 {key}（{zh}），无法评估；请导出带 {key} 的日志。",
                    f"its events have no {key} ({en}); export the log with {key}",
                ),
                file=file,
            )


def _case_ids(cases: pa.RecordBatch) -> pa.Array:
    """Name each trace by its concept:name, or by its number where it has none."""
    numbers = pc.cast(pc.add(cases.column("__case"), 1), pa.string())
    if "concept:name" not in cases.schema.names:
        return numbers
    return pc.coalesce(pc.cast(cases.column("concept:name"), pa.string()), numbers)


def _events_with_ids(
    events: pa.RecordBatch, cases: pa.RecordBatch, ids: pa.Array, schema: pa.Schema
) -> pa.RecordBatch:
    # Batches are cut between traces, so the traces of a batch are numbered without a gap.
    first = cases.column("__case")[0].as_py() if cases.num_rows else 0
    positions = pc.subtract(events.column("__case"), first)
    columns = [pc.take(ids, positions)]
    for field_ in schema:
        if field_.name == "case_id":
            continue
        if field_.name in events.schema.names:
            columns.append(pc.cast(events.column(field_.name), field_.type))
        else:
            columns.append(pa.nulls(events.num_rows, field_.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _write_cases(cases: pa.RecordBatch, ids: pa.Array, path: Path) -> Path:
    names = [key for key in cases.schema.names if key not in ("__case", "concept:name")]
    columns = {"case_id": ids} | {
        f"case:{key}": pc.cast(cases.column(key), pa.string()) for key in names
    }
    pq.write_table(pa.table(columns), path, compression="zstd", compression_level=1)
    return path


def _joined(parts: Sequence[Path], target: Path, *, file: str) -> Path:
    """Join the parts, whose columns may differ, into one file; refuse a case id that recurs."""
    with duckdb.connect() as connection:
        rows = connection.read_parquet([str(part) for part in parts], union_by_name=True)
        double = rows.aggregate("case_id, count(*) AS n").filter("n > 1").order("case_id").limit(1)
        found = double.fetchone()
        if found is not None:
            raise BadInput(
                Text(
                    f"办件编号“{found[0][:60]}”有 {found[1]} 个 trace；每个办件只应有一个。",
                    f"case id “{found[0][:60]}” names {found[1]} traces; each case is one trace",
                ),
                file=file,
            )
        rows.write_parquet(str(target), compression="zstd")
    for part in parts:
        part.unlink()
    return target
