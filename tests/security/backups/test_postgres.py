"""PostgreSQL: a dump of the very snapshot comes back whole, whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.backups.test_backups import answer, faults, noted
from tests.security.lab_postgres import connected, server_of_system, tool

pytestmark = pytest.mark.slow
FILLED = """
CREATE TABLE person (id serial PRIMARY KEY, name text, born date, seen timestamptz, x float8,
 j jsonb);
CREATE INDEX person_name ON person (name);
CREATE TABLE "Ma""tter" (id int, person int REFERENCES person) PARTITION BY RANGE (id);
CREATE TABLE matter_1 PARTITION OF "Ma""tter" FOR VALUES FROM (0) TO (1000);
INSERT INTO person (name, born, seen, x, j) SELECT 'p' || n, date '2000-01-01' + n, now(), n / 7.0,
 '{"a": [1, 2]}' FROM generate_series(1, 500) n;
INSERT INTO "Ma""tter" SELECT n, n FROM generate_series(1, 300) n;
CREATE TABLE matter_state (state varchar(20), at timestamptz CHECK (at > '2000-01-01'));
CREATE UNIQUE INDEX one_open ON matter_state (state) WHERE state IN ('asked', 'open');
CREATE VIEW names AS SELECT name FROM person;
CREATE FUNCTION double(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with server_of_system() as found, connected(found) as database:
        database.execute("CREATE DATABASE city")
        with connected(found, "city") as city:
            city.execute(FILLED)  # type: ignore[arg-type]
        yield found


def address(place: Path, name: str) -> str:
    return f"postgresql://postgres@/{name}?host={place}"


@pytest.fixture(scope="module")
def note(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dump a snapshot into which a row is written while the dump is made."""
    folder = tmp_path_factory.mktemp("backup")
    reach = f"-h {place} -U postgres"
    line = f"{tool('psql')} {reach} -q -d city -c 'INSERT INTO person (name) VALUES (1)'"
    line += f"; {tool('pg_dump')} {reach} -Fc --snapshot={{snapshot}} -f {folder}/city.dump city"
    more = ("--run", f'sh -c "{line}"', "--backup", folder / "city.dump")
    return noted(folder, address(place, "city"), *more)


def check(place: Path, note: Path, name: str, *statements: str) -> tuple[int, set[tuple[str, str]]]:
    with connected(place) as database:
        database.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    line = f"{tool('pg_restore')} -h {place} -U postgres -d {name} {note.parent}/city.dump"
    copy = ("--restored", address(place, name), "--backup", note.parent / "city.dump")
    code, said = answer("check", note, *copy, "--run", line)
    assert said["restored"]["rows"] == 800
    if statements:
        with connected(place, name) as database:
            for each in statements:
                database.execute(each)  # type: ignore[arg-type]
        code, said = answer("check", note, *copy)
    return code, faults(said)


def test_a_dump_of_the_snapshot_comes_back_whole(place: Path, note: Path) -> None:
    assert check(place, note, "whole") == (0, set())


def test_what_is_lost_shows(place: Path, note: Path) -> None:
    lost = ("DELETE FROM person WHERE id = 500", "UPDATE matter_1 SET person = 1 WHERE id = 2")
    other = "CREATE UNIQUE INDEX one_open ON matter_state (state) WHERE state IN ('asked', 'shut')"
    lost = (*lost, "DROP INDEX one_open", other)
    more = ("DROP VIEW names", "ALTER SEQUENCE person_id_seq RESTART 5", "DROP FUNCTION double")
    code, found = check(place, note, "lost", *lost, *more)
    assert code == 1
    assert found == {
        ("rows", "public.person"), ("content", "public.matter_1"), ("objects", "view public.names"),
        ("objects", "index public.one_open"),
        ("objects", "function public.double(integer)"), ("counters", "public.person_id_seq"),
    }  # fmt: skip
