"""The frame of cases: from which finished cases of which service an evaluator can be given some.

A call-back asks a person whether what the log calls done was done, so a case has to have ended and
to belong to a service. The order is fixed: the same store gives the same bytes, whose hash is put
on record before anything is drawn from it.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.evidence import Store
from shixiao.evidence.sql import literal

# Ends after which there is a result to ask about; a case that was given up has none.
ENDED = ("completed", "rejected")


def sampling_frame(store: Store) -> bytes:
    """Return the frame as Parquet: service_id, case_id, day on which it closed; b"" without a case.

    Sorted by service and case, each pair once, with its last day where several logs have it. Where
    no outcome is recorded a case has ended once it is closed, and where not even that is, with its
    last step. Cases that the store leaves out are not in it.
    """
    if not store.meta.cases or "service_id" not in store.meta.case_columns:
        return b""
    table = _cases(store)
    if not table.num_rows:
        return b""
    out = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks(), out, compression="zstd")
    return bytes(out.getvalue())


def _cases(store: Store) -> pa.Table:
    path = literal(str(store.folder / "cases.parquet"))
    known = "outcome" in store.meta.case_columns
    ended = f" AND (outcome IS NULL OR outcome IN {ENDED})" if known else ""
    offset = store.meta.utc_offset
    local = "closed_local" if offset is None else f"closed + {offset}"
    with duckdb.connect() as connection:
        return connection.execute(
            "SELECT service_id::VARCHAR AS service_id, case_id,"
            f" max(make_timestamp({local}))::DATE AS closed FROM read_parquet({path})"
            f" WHERE service_id IS NOT NULL AND closed IS NOT NULL{ended}"
            " GROUP BY ALL ORDER BY 1, 2"
        ).to_arrow_table()
