"""Real logs: our process measures equal PM4Py's, to the last case.

Tie rule of both: events of a case stand in the order of their times, equal times in file order.
PM4Py (AGPL) is a test oracle of the development group only.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shixiao.effect import activity_statistics, directly_follows, variants
from shixiao.evidence import Engine, Store

Prepared = Callable[..., Store]

SMALL = ["receipt", "BPIC15_1", "BPIC15_2", "BPIC15_3", "BPIC15_4", "BPIC15_5"]
LARGE = "Road_Traffic_Fine_Management_Process"

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def oracle() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py
        from pm4py.util import constants
    constants.SHOW_PROGRESS_BAR = False
    return pm4py


def agree(path: Path, prepared: Prepared, engine: Engine, oracle: Any) -> None:
    store = prepared(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = oracle.read_xes(str(path))
        edges, starts, ends = oracle.discover_dfg(frame)
        their_variants = oracle.get_variants(frame)
        durations = oracle.get_all_case_durations(frame)
        rework = oracle.get_rework_cases_per_activity(frame)
    assert {(e.source, e.target): e.count for e in directly_follows(store, engine)} == edges
    ours = Counter({v.activities: v.cases for v in variants(store, engine)})
    assert ours == {tuple(path): _size(cases) for path, cases in their_variants.items()}
    cases = store.table(engine, "cases")
    lengths = engine.rows(cases.select(d=cases.last_ts - cases.first_ts))["d"]
    assert np.allclose(np.sort(np.array(lengths) / 1e6), np.sort(durations), rtol=0, atol=1e-6)
    found = {a.name: a.rework_cases for a in activity_statistics(store, engine) if a.rework_cases}
    assert found == rework
    assert sum(starts.values()) == sum(ends.values()) == store.meta.cases


def _size(cases: Any) -> int:
    return cases if isinstance(cases, int) else len(cases)


@pytest.mark.parametrize(
    "name", [SMALL[0], *(pytest.param(name, marks=pytest.mark.slow) for name in SMALL[1:])]
)
def test_permits_agree(
    name: str, logs: Path, prepared: Prepared, duckdb_engine: Engine, oracle: Any
) -> None:
    agree(logs / f"{name}.xes.gz", prepared, duckdb_engine, oracle)


@pytest.mark.slow
def test_traffic_fines_agree(
    logs: Path, prepared: Prepared, duckdb_engine: Engine, oracle: Any
) -> None:
    agree(logs / f"{LARGE}.xes.gz", prepared, duckdb_engine, oracle)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["receipt", LARGE])
def test_every_value_of_a_log_is_read_alike(name: str, logs: Path, oracle: Any) -> None:
    assert_same_values(logs / f"{name}.xes.gz", oracle)


def test_every_value_of_the_receipt_log_is_read_alike(logs: Path, oracle: Any) -> None:
    assert_same_values(logs / "receipt.xes.gz", oracle)


def assert_same_values(path: Path, oracle: Any) -> None:
    """Compare every attribute of every event with PM4Py's default reader."""
    import pandas as pd
    import pyarrow as pa

    from shixiao.evidence.readers.xes_stream import stream_xes

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = oracle.read_xes(str(path))
    batches = list(stream_xes(path))
    events = pa.concat_tables(
        [pa.table(b.events) for b in batches], promote_options="permissive"
    ).to_pandas()
    cases = pa.concat_tables(
        [pa.table(b.cases) for b in batches], promote_options="permissive"
    ).to_pandas()
    cases = cases.rename(columns={c: f"case:{c}" for c in cases.columns if c != "__case"})
    ours = events.merge(cases, on="__case", how="left").drop(columns="__case")
    assert set(ours.columns) == set(theirs.columns)
    assert len(ours) == len(theirs)
    for column in theirs.columns:
        left, right = ours[column], theirs[column]
        if pd.api.types.is_numeric_dtype(right) and not pd.api.types.is_bool_dtype(right):
            assert np.array_equal(left.to_numpy(float), right.to_numpy(float), equal_nan=True), (
                column
            )
        else:
            same = (left.to_numpy(object) == right.to_numpy(object)) | (
                left.isna().to_numpy() & right.isna().to_numpy()
            )
            assert same.all(), column
