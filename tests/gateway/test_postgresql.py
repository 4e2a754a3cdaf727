"""PostgreSQL as a source: granted columns alone, read-only, and a lost column is told as that."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import psycopg
import pytest

from shixiao.gateway.config import SourceConfig
from shixiao.gateway.refusals import Refused
from shixiao.gateway.sources.postgresql import PostgresTable
from shixiao.sharing.grants import Condition
from shixiao.terms import BadInput
from tests.gateway.test_sources import entry_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR"),  # met when the server is imported
]


def test_a_table_in_postgresql_is_asked_for_granted_columns() -> None:
    from tests.postgres import server

    with server() as place:
        with psycopg.connect(place, autocommit=True) as base:
            base.execute(
                'CREATE TABLE people (id_number text PRIMARY KEY, name text, "add%ress" text,'
                " region text, secret text)"
            )
            base.execute(
                "INSERT INTO people SELECT 'P' || n, '王', '东路', '东区', 's' FROM"
                " generate_series(1, 5) n"
            )
        asyncio.run(_story(SourceConfig("postgresql", place, "id_number", "people"), place))


KEYS = {
    "integer": ("1", "2", "10"),
    "numeric(12,2)": ("1.50", "2.00", "10.00"),
    "date": ("1990-01-02", "1999-12-31", "2001-01-01"),
    "uuid": tuple(f"0000000{n}-0000-0000-0000-000000000000" for n in (1, 2, 9)),
    "text": ("", "a", "乙"),
}


def test_keys_that_are_no_text_are_compared_as_their_column_is() -> None:
    from tests.postgres import server

    with server() as place, psycopg.connect(place, autocommit=True) as base:
        for number, (kind, keys) in enumerate(KEYS.items()):
            table = f"people{number}"
            base.execute(f"CREATE TABLE {table} (id_number {kind}, name text)")
            for key in (*keys, *keys[-1:], None):
                base.execute(f"INSERT INTO {table} VALUES (%s, 'n')", (key,))
            found = asyncio.run(_in_chunks(SourceConfig("postgresql", place, "id_number", table)))
            assert found == [*keys, keys[-1]]


async def _in_chunks(config: SourceConfig) -> list[str]:
    """Return the keys of all rows, chunk by chunk, and ask for one that none can have."""
    source, entry = await PostgresTable.open(config, timeout=3), replace(entry_of(), rows=())
    entry = replace(entry, fields=("name",))
    found: list[str] = []
    after: str | None = None
    while rows := await source.after(entry, after, 2):
        after = str(rows[-1][0])
        found += [str(row[0]) for row in rows]
    assert await source.look_up(entry, "' OR 1=1 --") == []
    assert await source.look_up(entry, "9" * 40) == []
    assert len(await source.look_up(entry, found[0])) == 1
    await source.close()
    hasty = await PostgresTable.open(config, timeout=0.4)
    with pytest.raises(TimeoutError):
        await hasty._pool.rows("SELECT pg_sleep(5)", ())
    ((kept,),) = await hasty._pool.rows("SHOW statement_timeout", ())
    assert kept == "400ms"
    await hasty.close()
    return found


async def _story(config: SourceConfig, place: str) -> None:
    with pytest.raises(BadInput):
        await PostgresTable.open(replace(config, table="nobody"), timeout=3)
    source = await PostgresTable.open(config, timeout=3)
    scope = (Condition("region", "in", ("东区", "西区")),)
    entry = replace(entry_of(), fields=("name", "add%ress"), rows=scope, max_rows=2)
    assert await source.look_up(entry, "P3") == [("王", "东路")]
    assert await source.look_up(entry, "' OR 1=1 --") == []
    many = await asyncio.gather(*(source.look_up(entry, "P1") for _ in range(20)))
    assert many == [[("王", "东路")]] * 20
    assert [row[0] for row in await source.after(entry, "P2", 2)] == ["P3", "P4"]
    gone = replace(entry, fields=("income",))
    with pytest.raises(Refused) as refused:
        await source.look_up(gone, "P1")
    assert refused.value.reason.code == "field_gone"
    with psycopg.connect(place, autocommit=True) as base:
        base.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
    for _ in range(4):
        with suppress(Refused):  # each connection that was cut is met once, and not again
            await source.look_up(entry, "P1")
    assert await source.look_up(entry, "P1") == [("王", "东路")]
    await source.close()
