"""Building a store: checked tables in, immutable Parquet sorted by (case, ts, seq) out.

The build runs once per input (store.py names it by content) and in bounded memory: DuckDB codes and
sorts, spilling to disk; enrich.py adds what follows each event as the sorted rows stream by.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.evidence.coding import (
    NAMELESS,
    EventView,
    key_cases,
    keys_as_they_stand,
    number_values,
    one_row,
    padded,
    plain_key,
    read_events,
    scattered_at_first,
    values_of,
)
from shixiao.evidence.conform import Conformed
from shixiao.evidence.enrich import (
    UNKNOWN,
    Codes,
    Enricher,
    Scattered,
    Tally,
    ordered_in_time,
    whole_cases,
)
from shixiao.evidence.sql import literal, quote
from shixiao.terms import BadInput, Text

COMPRESSION: dict[str, Any] = {"compression": "zstd", "compression_level": 1}
# Sorted or slowly growing numbers: their differences are small, and hardly shrink any further.
DELTAS = ("case_no", "ts", "seq", "next_ts")
REPEATING = ("activity", "next_activity", "occurrence", "pos", "resource")

DAY = 86_400_000_000  # microseconds
MOST_DAYS = 60_000  # days after 1970 beyond which no time is believed

Progress = Callable[[Text], None]


@dataclass(slots=True)
class Built:
    """What a build counted; the quality gate reads it."""

    tally: Tally
    rows: int
    cases: int
    event_columns: tuple[str, ...]
    case_columns: tuple[str, ...]
    coverage: dict[str, float]
    offset: int | None


def build_events(
    connection: duckdb.DuckDBPyConnection,
    view: EventView,
    cases: Conformed | None,
    *,
    folder: Path,
    zone: str,
    progress: Progress,
) -> Built:
    """Write events, cases, variants, sequences and activities into ``folder``.

    Raises:
        BadInput: there is no event with a case, an activity and a time.
    """
    progress(Text("给办件和环节编号", "Numbering cases and activities"))
    number_values(connection, view)
    progress(Text("按办件和时间排列事件", "Putting events in order of case and time"))
    standing = _write_as_they_stand(connection, view, folder, progress)
    tally = standing or Tally()
    keyed = standing is None or cases is not None
    if keyed:
        key = key_cases(connection, view, cases)
        if standing is None or key not in keys_as_they_stand(view):
            tally = _write_events(connection, view, folder, key=key, sort=True)
    if not tally.events:
        raise BadInput(
            Text(
                "日志里没有一条同时具有办件编号、环节和时间的记录；请检查导出范围和列对应。",
                "no event has a case, an activity and a time; check the export and the column map",
            )
        )

    progress(Text("归并办理路径", "Gathering variants"))
    _write_variants(connection, folder)
    offset = one_offset(connection, cases, folder, zone)
    count, case_columns = _write_cases(
        connection, cases, view.describing, folder, zone, offset, keyed=keyed
    )
    return Built(
        tally=tally,
        rows=view.rows,
        cases=count,
        event_columns=view.columns,
        case_columns=case_columns,
        coverage=tally.shares_filled(view.columns),
        offset=offset,
    )


def _write_as_they_stand(
    connection: duckdb.DuckDBPyConnection, view: EventView, folder: Path, progress: Progress
) -> Tally | None:
    """Write the events without sorting them, if their cases stand together; else return None.

    Most logs keep the rows of a case together. Then neither a sort nor a table of all case ids is
    needed; a log that turns out to scatter its cases is read once more.
    """
    if scattered_at_first(connection, key=plain_key(view)):
        return None
    threads = one_row(connection, "SELECT current_setting('threads')")[0]
    # Only one thread hands rows on in the order of the file; nothing but speed hangs on it.
    connection.execute("SET threads = 1")
    try:
        return _write_events(connection, view, folder, key=plain_key(view), sort=False)
    except Scattered:
        progress(Text("办件记录分散，改为排序", "Cases are scattered; sorting them"))
        return None
    finally:
        connection.execute(f"SET threads = {threads}")


def _write_events(
    connection: duckdb.DuckDBPyConnection,
    view: EventView,
    folder: Path,
    *,
    key: str,
    sort: bool,
) -> Tally:
    """Stream the events through the enricher into Parquet.

    Raises:
        Scattered: ``sort`` is off and some case's rows do not stand together.
    """
    enricher = Enricher(first_of_case=view.describing)
    values = {
        name: pa.array(values_of(connection, name), pa.string())
        for name in view.columns
        if name not in NAMELESS
    }
    writers: list[pq.ParquetWriter] = []
    try:
        for whole in whole_cases(read_events(connection, view, key=key, sort=sort)):
            events = whole if sort else ordered_in_time(whole)
            columns, cases = enricher.enrich(events)
            if "case_id" in cases and padded(cases["case_id"]):
                raise Scattered  # trimmed, two of these ids may be one
            for name in view.columns:
                columns[name] = _stored(events.codes[name], values.get(name))
            batches = [pa.RecordBatch.from_pydict(part) for part in (columns, cases)]
            if not writers:
                writers = [
                    _writer(folder / "events.parquet", batches[0].schema),
                    # Read once more and thrown away: compressing it would not pay.
                    pq.ParquetWriter(
                        folder / "case_process.parquet",
                        batches[1].schema,
                        compression="none",
                        use_dictionary=False,
                    ),
                ]
            for writer, batch in zip(writers, batches, strict=True):
                writer.write_batch(batch)
    finally:
        for writer in writers:
            writer.close()
    enricher.check_apart()
    enricher.write_sequences(folder / "sequences_seen.parquet")
    names = pa.array(values_of(connection, "activity"), pa.string())
    activities = pa.table({"activity": np.arange(len(names), dtype=np.int32), "name": names})
    pq.write_table(activities, folder / "activities.parquet", **COMPRESSION)
    return enricher.tally


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    text = [field_.name for field_ in schema if pa.types.is_dictionary(field_.type)]
    packed = [name for name in schema.names if name not in DELTAS]
    return pq.ParquetWriter(
        path,
        schema,
        use_dictionary=[name for name in schema.names if name in (*REPEATING, *text)],
        column_encoding=dict.fromkeys(DELTAS, "DELTA_BINARY_PACKED"),
        compression=dict.fromkeys(packed, "zstd") | dict.fromkeys(DELTAS, "none"),
        compression_level=dict.fromkeys(packed, 1),
    )


def _stored(codes: Codes, values: pa.Array | None) -> pa.Array:
    """Codes with their values as a dictionary column; a nameless column stays numbers."""
    missing = codes == UNKNOWN
    if values is None:
        return pa.array(codes, mask=missing)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), values)


def _write_variants(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Number variants by how many cases they have, and write their sequences."""
    process = literal(str(folder / "case_process.parquet"))
    seen = folder / "sequences_seen.parquet"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE variant_numbers AS SELECT"
        " (row_number() OVER (ORDER BY count(*) DESC, variant_high, variant_low) - 1)::INTEGER"
        " AS variant_no, variant_high, variant_low, any_value(events) AS length, count(*) AS cases"
        f" FROM read_parquet({process}) GROUP BY variant_high, variant_low"
    )
    copy_rows(
        connection,
        "SELECT variant_no, length, cases FROM variant_numbers ORDER BY variant_no",
        folder / "variants.parquet",
    )
    copy_rows(
        connection,
        "SELECT v.variant_no, s.pos, s.activity, s.occurrence FROM"
        f" read_parquet({literal(str(seen))}) s JOIN variant_numbers v"
        " ON v.variant_high = s.variant_high AND v.variant_low = s.variant_low"
        " ORDER BY v.variant_no, s.pos",
        folder / "sequences.parquet",
    )
    seen.unlink()


def _write_cases(
    connection: duckdb.DuckDBPyConnection,
    cases: Conformed | None,
    describing: Sequence[str],
    folder: Path,
    zone: str,
    offset: int | None,
    *,
    keyed: bool,
) -> tuple[int, tuple[str, ...]]:
    """Write one row per case: what the cases table says, or else what its events say.

    With ``keyed``, ids come from the table of case keys; else the events brought them along.
    """
    declared = dict.fromkeys((*cases.columns, *cases.extra)) if cases is not None else {}
    names, cells, joins = _described(declared, describing)
    opened = "epoch_us(k.opened)" if "opened" in declared else "NULL::BIGINT"
    # Where nobody records the end, the last event is the best that is known of it.
    closed = "epoch_us(k.closed)" if "closed" in declared else "p.last_ts"
    process = f"read_parquet({literal(str(folder / 'case_process.parquet'))})"
    ids = (
        "case_keys c JOIN source_names s ON s.source_no = c.source_no"
        f" {'JOIN' if cases is None else 'LEFT JOIN'} {process} p ON p.key = c.key"
        if keyed
        else f"{process} p JOIN source_names s ON s.source_no = p.source_no"
    )
    case_id, number, known = "c.case_id" if keyed else "p.case_id", "p.case_no", ""
    if cases is not None:
        # Cases without any event are numbered after the others.
        number = "coalesce(p.case_no, n.case_no)::INTEGER"
        known = (
            f" LEFT JOIN ({cases.sql}) k ON k.case_id = {case_id} AND k.source = s.source"
            f" LEFT JOIN (SELECT key, row_number() OVER (ORDER BY key) - 1"
            f" + (SELECT count(*) FROM {process}) AS case_no"
            f" FROM case_keys ANTI JOIN {process} USING (key)) n ON n.key = c.key"
        )
    inner = (
        f"SELECT {number} AS case_no, {case_id}, s.source, "
        + "".join(f"{cell}, " for cell in cells)
        + f"coalesce({opened}, p.first_ts) AS opened, {closed} AS closed, p.first_ts, p.last_ts,"
        " coalesce(p.events, 0)::INTEGER AS events, v.variant_no"
        f" FROM {ids} LEFT JOIN variant_numbers v ON v.variant_high = p.variant_high"
        f" AND v.variant_low = p.variant_low{known}{''.join(joins)}"
    )
    # Where the zone has one offset throughout, wall-clock times follow from it and are not stored.
    wall = f", epoch_us(timezone({literal(zone)}, make_timestamptz({{0}}))) AS {{0}}_local"
    local = "" if offset is not None else wall.format("opened") + wall.format("closed")
    copy_rows(
        connection,
        f"SELECT *{local} FROM ({inner}){' ORDER BY case_no' if keyed else ''}",
        folder / "cases.parquet",
    )
    (folder / "case_process.parquet").unlink()
    path = literal(str(folder / "cases.parquet"))
    return one_row(connection, f"SELECT count(*) FROM read_parquet({path})")[0], tuple(names)


def _described(
    declared: Collection[str], describing: Sequence[str]
) -> tuple[list[str], list[str], list[str]]:
    """Return the names of case columns, their cells, and the joins that the cells need.

    A column of the cases table wins; where it is empty, the first event of the case speaks.
    """
    own = [n for n in declared if n not in ("case_id", "opened", "closed", "source")]
    names = list(dict.fromkeys((*own, *describing)))
    cells, joins = [], []
    for name in names:
        declared_cell = f"k.{quote(name)}" if name in declared else "NULL"
        if name in describing:
            alias = quote("d_" + name)
            joins.append(
                f" LEFT JOIN (SELECT DISTINCT code, value FROM {quote('code_' + name)}) {alias}"
                f" ON p.{quote(name + '_code')} = {alias}.code"
            )
            cells.append(f"coalesce({declared_cell}::VARCHAR, {alias}.value) AS {quote(name)}")
        else:
            cells.append(f"{declared_cell} AS {quote(name)}")
    return names, cells, joins


def one_offset(
    connection: duckdb.DuckDBPyConnection, cases: Conformed | None, folder: Path, zone: str
) -> int | None:
    """Return the zone's offset from UTC in µs if it is the same from first to last day, else None.

    China has had one offset since 1991; most of Europe has two a year.
    """
    process = f"read_parquet({literal(str(folder / 'case_process.parquet'))})"
    times = [f"SELECT min(first_ts), max(last_ts) FROM {process}"]
    declared = cases.columns if cases is not None else ()
    times += [
        f"SELECT min(epoch_us({c})), max(epoch_us({c})) FROM ({cases.sql})"
        for c in ("opened", "closed")
        if cases is not None and c in declared
    ]
    spans = [connection.execute(sql).fetchone() or (None, None) for sql in times]
    first = min(low for low, _ in spans if low is not None)
    last = max(high for _, high in spans if high is not None)
    return offset_over(int(first), int(last), zone)


def offset_over(first: int, last: int, zone: str) -> int | None:
    """Return the zone's one offset between two times (all in µs), or None where it changes."""
    place = ZoneInfo(zone)
    days = range(int(first // DAY) - 1, min(int(last // DAY), MOST_DAYS) + 2)
    offsets = {
        (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).astimezone(place).utcoffset()
        for day in days
    }
    only = offsets.pop() if len(offsets) == 1 else None
    return None if only is None else int(only / timedelta(microseconds=1))


def copy_rows(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    """Write the rows of a SELECT as Parquet."""
    connection.execute(
        f"COPY ({sql}) TO {literal(str(path))}"
        " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    )
