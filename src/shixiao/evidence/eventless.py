"""A store without events: a package of other tables is still evidence for what they speak of.

Events, activities and variants are written as tables without rows, so that every measure of the
process finds nothing instead of failing; cases come from their own table where there is one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.evidence.building import DAY, Built, copy_rows, offset_over
from shixiao.evidence.coding import one_row
from shixiao.evidence.conform import Conformed
from shixiao.evidence.enrich import Tally
from shixiao.evidence.sql import literal, quote

EMPTY = {
    "events": {
        "case_no": pa.int32(),
        "pos": pa.int32(),
        "activity": pa.int32(),
        "ts": pa.int64(),
        "seq": pa.int64(),
        "next_activity": pa.int32(),
        "next_ts": pa.int64(),
        "occurrence": pa.int32(),
    },
    "activities": {"activity": pa.int32(), "name": pa.string()},
    "variants": {"variant_no": pa.int32(), "length": pa.int32(), "cases": pa.int64()},
    "sequences": {
        "variant_no": pa.int32(),
        "pos": pa.int32(),
        "activity": pa.int32(),
        "occurrence": pa.int32(),
    },
}
NO_CASES = {
    "case_no": pa.int32(),
    "case_id": pa.string(),
    "source": pa.string(),
    "opened": pa.int64(),
    "closed": pa.int64(),
    "first_ts": pa.int64(),
    "last_ts": pa.int64(),
    "events": pa.int32(),
    "variant_no": pa.int32(),
}
# Where no case says when, the offset of the zone is looked up over these years.
YEARS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))


def build_eventless(
    connection: duckdb.DuckDBPyConnection, cases: Conformed | None, *, folder: Path, zone: str
) -> Built:
    """Write a store whose process tables have no rows."""
    for name, columns in EMPTY.items():
        pq.write_table(pa.schema(columns).empty_table(), folder / f"{name}.parquet")
    first, last = (int(year.timestamp()) * 1_000_000 for year in YEARS)
    if cases is None:
        pq.write_table(pa.schema(NO_CASES).empty_table(), folder / "cases.parquet")
        return Built(Tally(), 0, 0, (), (), {}, offset_over(first, last, zone))
    first, last = _span(connection, cases, first, last)
    offset = offset_over(first, last, zone)
    names = tuple(
        name
        for name in (*cases.columns, *cases.extra)
        if name not in ("case_id", "opened", "closed", "source")
    )
    _write_cases(connection, cases, names, folder, zone, local=offset is None)
    path = literal(str(folder / "cases.parquet"))
    count = one_row(connection, f"SELECT count(*) FROM read_parquet({path})")[0]
    return Built(Tally(), 0, int(count), (), names, {}, offset)


def _span(
    connection: duckdb.DuckDBPyConnection, cases: Conformed, first: int, last: int
) -> tuple[int, int]:
    times = [name for name in ("opened", "closed") if name in cases.columns]
    for name in times:
        row = one_row(
            connection, f"SELECT min(epoch_us({name})), max(epoch_us({name})) FROM ({cases.sql})"
        )
        if row[0] is not None:
            return int(row[0]), max(int(row[1]), int(row[0]) + DAY)
    return first, last


def _write_cases(
    connection: duckdb.DuckDBPyConnection,
    cases: Conformed,
    names: tuple[str, ...],
    folder: Path,
    zone: str,
    *,
    local: bool,
) -> None:
    def time(column: str) -> str:
        return f"epoch_us({column})" if column in cases.columns else "NULL::BIGINT"

    wall = ""
    if local:
        wall = ", " + ", ".join(
            f"epoch_us(timezone({literal(zone)}, make_timestamptz({time(c)}))) AS {c}_local"
            for c in ("opened", "closed")
        )
    described = "".join(f"{quote(name)}, " for name in names)
    copy_rows(
        connection,
        "SELECT (row_number() OVER (ORDER BY __row) - 1)::INTEGER AS case_no, case_id, source,"
        f" {described}{time('opened')} AS opened, {time('closed')} AS closed,"
        " NULL::BIGINT AS first_ts, NULL::BIGINT AS last_ts, 0::INTEGER AS events,"
        f" NULL::INTEGER AS variant_no{wall} FROM ({cases.sql}) WHERE case_id IS NOT NULL"
        " ORDER BY case_no",
        folder / "cases.parquet",
    )
