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
