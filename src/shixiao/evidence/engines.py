"""Engines: where measures are computed, named by a URL and spoken to through Ibis.

``duckdb`` (the default) runs inside this process. ``spark://local[2]`` starts Spark on this
machine; ``spark://host:7077`` joins a cluster, which must see the store's folder under the same
path. Every measure is one Ibis expression that both run; tests compare the two value by value.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from shixiao.settings import Settings
from shixiao.terms import BadInput, Text, Unavailable

_numbers = itertools.count()

Table = Any  # ibis.expr.types.Table: Ibis ships no type information


@dataclass(frozen=True, slots=True)
class Engine:
    """An open engine: reads Parquet into Ibis tables and runs expressions."""

    name: str
    backend: Any

    def parquet(self, path: Path) -> Table:
        """Return the table that lies in one Parquet file."""
        return self.backend.read_parquet(str(path))

    def small(self, table: pa.Table) -> Table:
        """Hand a small table made here to the engine."""
        if self.name == "duckdb":
            return ibis.memtable(table)
        # Spark resolves Ibis memtables too late for cached plans: it gets a view of its own.
        name = f"small_{next(_numbers)}"
        # Straight from Arrow: on the way through pandas a missing whole number becomes NaN.
        frame = self.backend._session.createDataFrame(table)
        frame.createOrReplaceTempView(name)
        return self.backend.table(name)

    def keep(self, table: Table, name: str) -> Table:
        """Compute a table once and return a handle to the result, for expressions that reuse it."""
        if self.name == "duckdb":
            return self.backend.create_table(name, table, temp=True, overwrite=True)
        frame = self.backend._session.sql(ibis.to_sql(table, dialect="pyspark"))
        frame.cache().createOrReplaceTempView(name)
        return self.backend.table(name)

    def rows(self, table: Table) -> dict[str, list[Any]]:
        """Run an expression and return its columns as Python lists."""
        return dict(table.to_pyarrow().to_pydict())

    def arrow(self, table: Table) -> Any:
        """Run an expression and return an Arrow table."""
        return table.to_pyarrow()


@contextmanager
def connect(url: str, *, settings: Settings) -> Iterator[Engine]:
    """Open the engine that ``url`` names and close it afterwards.

    Raises:
        BadInput: the URL names no engine we have.
        Unavailable: the engine's packages, Java or cluster are missing.
    """
    if url in ("duckdb", "duckdb://"):
        with _duckdb(settings) as engine:
            yield engine
    elif url.startswith("spark://"):
        with _spark(url) as engine:
            yield engine
    else:
        raise BadInput(
            Text(
                f"没有名为“{url}”的计算引擎；可用 duckdb、spark://local[2] 或 spark://主机:端口。",
                f"there is no engine “{url}”; use duckdb, spark://local[2] or spark://host:port",
            )
        )


@contextmanager
def _duckdb(settings: Settings) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="shixiao-duckdb-") as spill:
        backend = ibis.duckdb.connect(
            temp_directory=spill,
            memory_limit=f"{settings.memory}MB",
            threads=settings.threads or os.cpu_count() or 1,
            # Results are ordered where order matters; keeping insertion order costs memory.
            preserve_insertion_order=False,
        )
        # Progress is told by us, once a step; DuckDB would draw over results on a terminal.
        backend.con.execute("SET enable_progress_bar = false")
        try:
            yield Engine("duckdb", backend)
        finally:
            backend.disconnect()


@contextmanager
def _spark(url: str) -> Iterator[Engine]:
    if importlib.util.find_spec("pyspark") is None:
        raise Unavailable(
            Text(
                "没有安装 Spark；请运行 pip install 'shixiao[spark]'。",
                "Spark is not installed; run pip install 'shixiao[spark]'",
            )
        )
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise Unavailable(
            Text(
                "Spark 需要 Java 17，本机没有找到 Java。", "Spark needs Java 17 and none was found"
            )
        )
    from py4j.protocol import Py4JError  # noqa: PLC0415 - optional engine
    from pyspark.sql import SparkSession  # noqa: PLC0415 - optional engine

    place = url.removeprefix("spark://")
    local = place.startswith("local")
    builder = (
        SparkSession.builder.master(place if local else url)
        .appName("shixiao")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4" if local else "64")
        .config("spark.log.level", "ERROR")
    )
    if local:
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1")
        builder = builder.config("spark.driver.host", "127.0.0.1")
    try:
        session = builder.getOrCreate()
    except (Py4JError, RuntimeError) as error:
        raise Unavailable(
            Text(
                f"无法连接 Spark（{url}）。", f"cannot reach Spark at {url}: {error}".split("\n")[0]
            )
        ) from error
    try:
        yield Engine("spark", ibis.pyspark.connect(session))
    finally:
        session.stop()
