"""Small tables handed to an engine come back as they went, missing values included."""

from __future__ import annotations

import pyarrow as pa

from shixiao.evidence import Engine


def test_a_missing_whole_number_stays_missing_on_every_engine(engine: Engine) -> None:
    given = pa.table(
        {
            "name": pa.array(["a", "b", None], pa.string()),
            "flag": pa.array([1, None, 0], pa.int64()),
        }
    )
    table = engine.small(given)
    rows = engine.arrow(table.mutate(flag=table.flag.cast("int64"))).to_pylist()
    assert sorted(rows, key=str) == sorted(given.to_pylist(), key=str)
    counted = engine.rows(table.agg(n=table.flag.count(), hits=table.flag.sum()))
    assert (counted["n"][0], counted["hits"][0]) == (2, 1)
