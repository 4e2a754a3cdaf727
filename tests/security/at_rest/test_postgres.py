"""PostgreSQL: deleted rows stay in heap and log; pgcrypto hides them; dumps are looked into."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shixiao.security.at_rest import Canary, Scan, scan
from tests.security.lab_postgres import connected, server_of_system, tool

pytestmark = pytest.mark.slow
PLAIN, SEALED = Canary("Qm4xZr8LkW2vHs9TnB6yQfPd"), Canary("Tz7cKp3RwX9nGd5VbM8hLfJs")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from tests.postgres import server

    with server() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (name text, sealed bytea, filling text)")
        yield connection


@pytest.fixture(scope="module")
def system() -> Iterator[psycopg.Connection]:
    with server_of_system() as place, connected(place) as connection:
        if not list(Path("/usr/share/postgresql").glob("*/extension/pgcrypto.control")):
            pytest.skip("PostgreSQL is here without pgcrypto")
        yield connection


def folder(database: psycopg.Connection) -> Path:
    row = database.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(row[0])


def failed(found: Scan, canary: Canary) -> list[str]:
    return [
        one.locator
        for one in found.parts[0].seen or ()
        if not one.passed and one.values["canary"] == canary.short
    ]


def test_a_deleted_row_stays_in_heap_and_log(database: psycopg.Connection) -> None:
    database.execute("INSERT INTO person VALUES (%s)", (PLAIN.text,))
    database.execute("DELETE FROM person")
    database.execute("CHECKPOINT")
    places = failed(scan([folder(database)], [PLAIN]), PLAIN)
    assert any(place.startswith("base/") for place in places)
    assert any(place.startswith("pg_wal/") for place in places)


def test_pgcrypto_hides_it(system: psycopg.Connection) -> None:
    system.execute("CREATE EXTENSION pgcrypto")
    system.execute("CREATE TABLE secret (name text, sealed bytea)")
    system.execute(
        "INSERT INTO secret SELECT %s, pgp_sym_encrypt(%s, 'a secret')", (PLAIN.text, SEALED.text)
    )
    system.execute("DELETE FROM secret")
    system.execute("CHECKPOINT")
    found = scan([folder(system)], [PLAIN, SEALED])
    assert failed(found, PLAIN)
    assert failed(found, SEALED) == []


@pytest.mark.parametrize("form", ["custom", "custom -Z0", "directory", "tar", "plain -Z9"])
def test_a_dump_is_looked_into(system: psycopg.Connection, tmp_path: Path, form: str) -> None:
    system.execute("CREATE TABLE IF NOT EXISTS person (name text, filling text)")
    system.execute("TRUNCATE person")
    system.execute(
        "INSERT INTO person (filling) SELECT md5(n::text) FROM generate_series(1, 20000) n"
    )
    system.execute("INSERT INTO person (name) VALUES (%s)", (PLAIN.text,))
    where = ["-h", system.info.host, "-U", "postgres", "-d", "postgres"]
    how = ["-f", str(tmp_path / "dump"), "-F", *form.split()]
    subprocess.run([str(tool("pg_dump")), *where, *how], check=True)
    found = scan([tmp_path], [PLAIN])
    assert failed(found, PLAIN)
    assert len(found.parts) == 1
