"""Work of ``bars.fairness_2`` that runs in a process of its own."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bars.data import WORK
from bars.workers import peak

SIZES = {"region": 5, "sex": 2, "age": 4, "hukou": 2}
BLOCK = 1_000_000
REPLICATES = 1_000


def decisions(rows: int) -> Path:
    """Write a log of so many decisions over 80 cells, selection and outcome known; return it."""
    path = WORK / f"decisions-{rows}.parquet"
    if path.exists():
        return path
    WORK.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(2)
    part = path.with_suffix(".part")
    writer: pq.ParquetWriter | None = None
    for start in range(0, rows, BLOCK):
        n = min(BLOCK, rows - start)
        columns: dict[str, Any] = {}
        for name, size in SIZES.items():
            codes = rng.integers(0, size, n).astype(np.int32)
            words = [f"{name}{place}" for place in range(size)]
            columns[name] = pa.DictionaryArray.from_arrays(pa.array(codes), words)
        outcome = rng.random(n) < 0.1
        columns["selected"] = pa.array((rng.random(n) < 0.1 + 0.4 * outcome).astype(np.int8))
        columns["outcome"] = pa.array(outcome.astype(np.int8))
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(part, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    part.rename(path)
    return path


def audit_decisions(source: str, replicates: str) -> dict[str, Any]:
    """Count a log and compute rates, intervals and so many replicates of every rate."""
    import pandas as pd  # noqa: F401 - Arrow loads it on first use

    from shixiao.evidence import connect
    from shixiao.fairness import Columns, count_decisions
    from shixiao.fairness.burden import replicates as bootstrap
    from shixiao.settings import Settings
    from shixiao.statistics import proportion_ratio_bounds, wilson_bounds

    # One thread: a second one waits for the first by spinning, which costs CPU and helps nobody.
    settings = Settings(WORK / "store", "a key for bars", 3072, 1, "en")
    columns = Columns("selected", tuple(SIZES), outcome="outcome")
    draws = int(replicates)
    rng = np.random.default_rng(3)
    with connect("duckdb", settings=settings) as engine:
        few = pa.table({**{name: ["a"] for name in SIZES}, "selected": [1], "outcome": [1]})
        small = count_decisions(engine.small(few), engine, columns)
        bootstrap(small, draws=10, rng=rng)
        before = peak()
        started = time.process_time()
        cube = count_decisions(engine.parquet(Path(source)), engine, columns)
        tp, fp, fn, tn, n, selected = (
            cube.column(name) for name in ("tp", "fp", "fn", "tn", "n", "selected")
        )
        pairs = ((selected, n), (tp, tp + fn), (fp, fp + tn), (tp, tp + fp))
        for x, m in pairs:
            wilson_bounds(x, m)
            proportion_ratio_bounds(x, m, x.sum() - x, m.sum() - m)
        if draws:
            drawn = bootstrap(cube, draws=draws, rng=rng)
            a, b, c, d = (drawn[..., place] for place in range(4))
            for x, m in ((a + b, a + b + c + d), (a, a + c), (b, b + d), (a, a + b)):
                np.quantile(x / m, (0.025, 0.975), axis=0)
        spent = time.process_time() - started
    highest = peak()
    rates = np.column_stack([x / m for x, m in pairs]).tolist()
    cells = {"|".join(map(str, key)): rate for key, rate in zip(cube.keys, rates, strict=True)}
    return {"cpu_s": spent, "peak_mb": highest, "extra_mb": highest - before, "rates": cells}
