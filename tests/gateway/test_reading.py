"""Files that others write: what they commit is seen at once, and also a file put in its place."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shixiao.gateway.reading import SHARED, ReadOnly


def _written(path: Path, value: int) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE IF NOT EXISTS t (v)")
        base.execute("DELETE FROM t")
        base.execute("INSERT INTO t VALUES (?)", (value,))


async def _later(base: ReadOnly) -> int:
    await asyncio.sleep(SHARED * 2)
    return int(base.rows("SELECT v FROM t")[0][0])


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_what_others_commit_is_seen_in_the_next_transaction(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "a.sqlite3"
    _written(path, 1)
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"PRAGMA journal_mode = {journal}")

    async def story() -> None:
        base = ReadOnly(path)
        assert await _later(base) == 1
        await asyncio.sleep(SHARED * 2)  # then no lock is held, and a writer need not wait
        _written(path, 2)
        assert await _later(base) == 2
        base.close()

    asyncio.run(story())


def test_a_file_that_was_exchanged_is_read_and_one_that_is_gone_is_an_error(tmp_path: Path) -> None:
    path, aside = tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"
    _written(path, 1)
    _written(aside, 2)

    async def story() -> None:
        base = ReadOnly(path)
        assert await _later(base) == 1
        aside.replace(path)
        assert await _later(base) == 2
        path.replace(aside)
        with pytest.raises(sqlite3.Error):
            await _later(base)
        aside.replace(path)
        assert await _later(base) == 2
        base.close()

    asyncio.run(story())
