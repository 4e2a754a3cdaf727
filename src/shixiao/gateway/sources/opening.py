"""What a source can do, and which one stands behind a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from shixiao.gateway.config import Config, SourceConfig
from shixiao.gateway.sources.parquet import as_table
from shixiao.gateway.sources.postgresql import PostgresTable
from shixiao.gateway.sources.sqlite import SqliteTable
from shixiao.gateway.sources.upstream import Upstream
from shixiao.sharing.grants import Entry, Shape

Row = tuple[object, ...]


class Source(Protocol):
    """A dataset where it lies."""

    @property
    def shape(self) -> Shape:
        """Table, key and columns as of now."""

    async def look_up(self, entry: Entry, key: str) -> list[Row]:
        """Return the granted fields of the rows of one key, in the order of the grant.

        Raises:
            Refused: the source failed, or has lost a granted field.
        """

    async def after(self, entry: Entry, key: str | None, most: int) -> list[Row]:
        """Return a chunk of rows behind a key, in its order; the key stands first in each.

        None asks for the first chunk. Rows without a key belong to none.

        Raises:
            Refused: as above, or the source gives no batches.
        """

    async def close(self) -> None:
        """Let go of connections."""


async def open_source(config: SourceConfig, whole: Config) -> Source:
    """Open a source.

    Raises:
        BadInput: what the config names is not there.
        Unavailable: a server does not answer.
    """
    if config.kind == "sqlite":
        return SqliteTable(Path(config.place), config.table, config.key)
    if config.kind == "parquet":
        path = as_table(Path(config.place), config.key, whole.state / "parquet")
        return SqliteTable(path, "data", config.key)
    if config.kind == "postgresql":
        return await PostgresTable.open(config, timeout=whole.limits.source)
    return Upstream(config, whole.limits)
