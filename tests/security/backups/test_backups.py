"""A backup is held against what stood there when it was made: whatever is lost or changed shows."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from shixiao.cli import cli, probe_backup
from shixiao.rules import load_pack
from shixiao.seals import SigningKey
from shixiao.security.backups.noting import Note, Tally
from shixiao.terms import BadInput, Unavailable

pack = cache(load_pack)
CANARY = "Qm4xZr8LkW2vHs9TnB6yQfPd"
SCHEMA = """
CREATE TABLE person (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, photo BLOB, x REAL);
CREATE INDEX person_name ON person (name);
CREATE TABLE matter (id INTEGER, person INTEGER REFERENCES person);
CREATE VIEW names AS SELECT name FROM person;
"""


@pytest.fixture(autouse=True)
def rules_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_backup, "load_pack", pack)


def database(path: Path, people: int = 50) -> Path:
    with closing(sqlite3.connect(path)) as made, made:
        made.executescript(SCHEMA)
        rows = [(f"p{n}", bytes([n]), n / 7) for n in range(people)]
        made.executemany("INSERT INTO person (name, photo, x) VALUES (?, ?, ?)", rows)
        made.execute("INSERT INTO matter VALUES (1, 2), (1, 2), (NULL, 3)")
    return path


def changed(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as made:
        for each in statements:
            made.execute(each)
            made.commit()


def answer(*line: object) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(cli, ["probe", "backup", *map(str, line), "--json", "--quiet"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


def noted(tmp_path: Path, source: object, *more: object) -> Path:
    out = tmp_path / "note.json"
    code, _ = answer("note", source, "--out", out, *more)
    assert code == 0
    return out


def faults(said: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (each["id"].removeprefix("backup."), each["locator"])
        for each in said["findings"]
        if each["severity"] != "info"
    }


def test_what_comes_back_whole_is_admissible_and_told_with_its_figures(tmp_path: Path) -> None:
    source = database(tmp_path / "a.db")
    note = noted(tmp_path, source)
    line = f"{sys.executable} -c \"import shutil; shutil.copy('{source}', '{tmp_path}/b.db')\""
    code, said = answer("check", note, "--restored", tmp_path / "b.db", "--run", line)
    schema = json.loads(files("shixiao.cli").joinpath("schemas/probe.schema.json").read_text())
    jsonschema.validate(said, schema)
    assert (code, faults(said), said["admissible"]) == (0, set(), True)
    assert (said["restored"]["parts"], said["restored"]["rows"]) == (2, 53)
    assert said["restored"]["milliseconds"] > 0
    assert "2 tables or folders with 53 rows" in said["findings"][0]["text"]["en"]


@pytest.mark.parametrize(
    ("statements", "wrong"),
    [
        (["DROP TABLE matter"], {("parts", "matter")}),
        (["DROP VIEW names"], {("objects", "view names (names)")}),
        (["DELETE FROM matter WHERE rowid = 2"], {("rows", "matter")}),
        (["INSERT INTO matter VALUES (9, 9)"], {("rows", "matter")}),
        (["UPDATE person SET x = x + 1e-9 WHERE id = 7"], {("content", "person")}),
        (["UPDATE person SET photo = CAST(photo AS TEXT) WHERE id = 7"], {("content", "person")}),
        (["UPDATE matter SET id = 2"], {("content", "matter")}),
        (["DROP INDEX person_name"], {("objects", "index person_name (person)")}),
        (["UPDATE sqlite_sequence SET seq = 3"], {("counters", "person")}),
        (["UPDATE sqlite_sequence SET seq = 999"], set()),
        (["CREATE TABLE more (id)"], set()),
    ],
)  # fmt: skip
def test_what_is_lost_or_changed_shows_and_nothing_else(
    tmp_path: Path, statements: list[str], wrong: set[tuple[str, str]]
) -> None:
    source = database(tmp_path / "a.db")
    note = noted(tmp_path, source)
    shutil.copy(source, tmp_path / "b.db")
    changed(tmp_path / "b.db", *statements)
    code, said = answer("check", note, "--restored", tmp_path / "b.db")
    assert faults(said) == wrong
    grave = any(check in ("parts", "rows", "content") for check, _ in wrong)
    assert (code, said["admissible"]) == ((1, False) if grave else (0, True))


def test_what_changes_while_the_backup_is_made_is_told_and_not_passed(tmp_path: Path) -> None:
    source, copy = database(tmp_path / "a.db"), tmp_path / "b.db"
    act = f"import shutil, sqlite3; shutil.copy('{source}', '{copy}'); d = sqlite3.connect("
    act += f"'{source}'); d.execute('INSERT INTO matter VALUES (4, 4)'); d.commit()"
    note = noted(tmp_path, source, "--run", f'{sys.executable} -c "{act}"')
    code, said = answer("check", note, "--restored", copy)
    assert (code, faults(said)) == (0, set())  # it is as it was before
    changed(copy, "UPDATE matter SET id = 5 WHERE rowid = 1")
    code, said = answer("check", note, "--restored", copy)
    assert (code, faults(said), said["score"]) == (1, set(), None)
    assert "matter changed while the backup" in said["coverage"]["not_assessed"][0]["reason"]["en"]
    changed(copy, "DELETE FROM matter")
    assert faults(answer("check", note, "--restored", copy)[1]) == {("rows", "matter")}


def test_a_restore_that_fails_is_a_fault_and_compares_nothing(tmp_path: Path) -> None:
    note = noted(tmp_path, database(tmp_path / "a.db"))
    for line in ("false", "no-such-command x"):
        code, said = answer("check", note, "--restored", tmp_path / "b.db", "--run", line)
        assert (code, faults(said), said["score"]) == (1, {("restores", "")}, None)


def test_a_backup_that_fails_leaves_no_note(tmp_path: Path) -> None:
    source = database(tmp_path / "a.db")
    with pytest.raises(Unavailable, match="ended with code 1"):
        answer("note", source, "--out", tmp_path / "note.json", "--run", "false")
    assert not (tmp_path / "note.json").exists()


def test_time_and_age_are_held_to_what_was_promised(tmp_path: Path) -> None:
    source = database(tmp_path / "a.db")
    note = noted(tmp_path, source)
    shutil.copy(source, tmp_path / "b.db")
    line = ("check", note, "--restored", tmp_path / "b.db", "--run", "true")
    late = answer(*line, "--within", "1e-9", "--fresh", "1e-9")[1]
    assert faults(late) == {("age", ""), ("duration", "")}
    assert faults(answer(*line, "--within", "5", "--fresh", "1")[1]) == set()


def test_files_of_the_backup_are_known_again_and_searched_for_canaries(tmp_path: Path) -> None:
    source, packed = database(tmp_path / "a.db"), tmp_path / "a.db.gz"
    changed(source, f"INSERT INTO person (name) VALUES ('{CANARY}')")
    packed.write_bytes(gzip.compress(source.read_bytes()))
    note = noted(tmp_path, source, "--backup", packed)
    shutil.copy(source, tmp_path / "b.db")
    line = ("check", note, "--restored", tmp_path / "b.db", "--backup", packed)
    assert answer(*line)[0] == 0
    code, said = answer(*line, "--canary", CANARY)
    assert (code, said["veto"]) == (1, ["at_rest.packed"])
    packed.write_bytes(gzip.compress(b"other"))
    assert faults(answer(*line)[1]) == {("intact", "a.db.gz")}


def test_folders_of_files_are_compared_by_name_and_content(tmp_path: Path) -> None:
    for name in ("2025/a.pdf", "2025/b.pdf", "2026/c.pdf", "top.txt"):
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    note = noted(tmp_path, tmp_path / "files")
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "files", copy)
    assert answer("check", note, "--restored", copy)[0] == 0
    (copy / "2025/a.pdf").rename(copy / "2025/z.pdf")
    (copy / "2026/c.pdf").unlink()
    (copy / "more.txt").write_text("x")
    found = faults(answer("check", note, "--restored", copy)[1])
    assert found == {("content", "2025/"), ("parts", "2026/"), ("rows", ".")}


DUMP = """--
-- PostgreSQL database dump
--

CREATE TABLE public.person (
    id integer NOT NULL,
    name text
);

COPY public.person (id, name) FROM stdin;
1\tAn
2\t\\N
\\.

SELECT pg_catalog.setval('public.person_id_seq', 2, true);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);

--
-- PostgreSQL database dump complete
--
"""


@pytest.mark.parametrize(
    "pack", [lambda text: text.encode(), lambda text: gzip.compress(text.encode())]
)
@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda text: text.replace("1\tAn\n2\t\\N", "2\t\\N\n1\tAn"), set()),
        (lambda text: text.replace("2\t\\N\n", ""), {("rows", "public.person")}),
        (lambda text: text.replace("2\t\\N", "2\t"), {("content", "public.person")}),
        (lambda text: text.replace("seq', 2", "seq', 1"), {("counters", "public.person_id_seq")}),
    ],
)
def test_plain_dumps_are_compared_whatever_their_order(
    tmp_path: Path,
    change: Callable[[str], str],
    wrong: set[tuple[str, str]],
    pack: Callable[[str], bytes],
) -> None:
    (tmp_path / "a.sql").write_bytes(pack(DUMP))
    note = noted(tmp_path, tmp_path / "a.sql")
    (tmp_path / "b.sql").write_bytes(pack(change(DUMP)))
    assert faults(answer("check", note, "--restored", tmp_path / "b.sql")[1]) == wrong
    (tmp_path / "b.sql").write_bytes(
        pack(DUMP.replace("    ADD CONSTRAINT", "    DROP CONSTRAINT"))
    )
    assert {
        check for check, _ in faults(answer("check", note, "--restored", tmp_path / "b.sql")[1])
    } == {"objects"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (DUMP[:-60].encode(), "its end is missing"),
        (DUMP.replace("\\.\n", "").encode(), "its end is missing"),
        (gzip.compress(DUMP.encode())[:-20], "of no known kind"),
        (DUMP.replace("COPY", "INSERT INTO").encode(), "as INSERT"),
        (b"PGDMP\x01", "of no known kind"),
        (b"SQLite format 3\0" + bytes(200), "damaged"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_whole_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(BadInput, match=words):
        answer("note", tmp_path / "a", "--out", tmp_path / "note.json")


def test_the_store_itself_or_another_kind_is_no_copy_of_it(tmp_path: Path) -> None:
    source = database(tmp_path / "a.db")
    note = noted(tmp_path, source)
    with pytest.raises(BadInput, match="the very store"):
        answer("check", note, "--restored", source)
    with pytest.raises(BadInput, match="of sqlite and the copy is of files"):
        answer("check", note, "--restored", tmp_path)
    with pytest.raises(BadInput, match="PostgreSQL alone"):
        answer("note", source, "--out", tmp_path / "c.json", "--run", "true {snapshot}")
    with pytest.raises(BadInput, match="for pipes write sh -c"):
        answer("check", note, "--restored", source, "--run", "'open")


def test_note_and_result_are_signed_and_a_changed_note_is_refused(tmp_path: Path) -> None:
    key = SigningKey.new()
    (tmp_path / "key.pem").write_bytes(key.pem())
    source = database(tmp_path / "a.db")
    note = noted(tmp_path, source, "--key", tmp_path / "key.pem")
    shutil.copy(source, tmp_path / "b.db")
    line = ("check", note, "--restored", tmp_path / "b.db", "--public", key.public.base64)
    out = ("--key", tmp_path / "key.pem", "--out", tmp_path / "result.json")
    assert answer(*line, *out)[0] == 0
    verify = ["sign", "verify", str(tmp_path / "result.json"), "--public", key.public.base64]
    assert CliRunner().invoke(cli, verify).exit_code == 0
    for name in ("note", "result"):
        schema = files("shixiao.cli").joinpath(f"schemas/backup-{name}.schema.json").read_text()
        jsonschema.validate(json.loads((tmp_path / f"{name}.json").read_text()), json.loads(schema))
    with pytest.raises(BadInput, match="The file exists"):
        answer(*line, *out)
    note.write_text(note.read_text().replace('"rows":50', '"rows":49'))
    with pytest.raises(BadInput, match="not signed with this key, or was changed"):
        answer(*line)


HOSTILE = {
    "another schema": {"schema": "shixiao/other/1"},
    "parts is a number": {"before": {"parts": 1}},
    "rows below zero": {"before": {"parts": [{"name": "a", "rows": -1, "hash": ""}]}},
    "no time": {"begun": "yesterday"},
    "no zone": {"begun": "2026-01-01T00:00:00"},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_note_is_bad_input(tmp_path: Path, change: dict[str, Any]) -> None:
    note = noted(tmp_path, database(tmp_path / "a.db"))
    note.write_text(json.dumps({**json.loads(note.read_text()), **change}))
    with pytest.raises(BadInput, match="no note of a backup"):
        answer("check", note, "--restored", tmp_path / "b.db")


@given(st.lists(st.binary(max_size=4), max_size=8), st.randoms())
def test_a_hash_hangs_on_the_rows_and_not_on_their_order(rows: list[bytes], mixed: Any) -> None:
    first, second = Tally(), Tally()
    other = list(rows)
    mixed.shuffle(other)
    for a, b in zip(rows, other, strict=True):
        first.add(a)
        second.add(b)
    assert first.part() == second.part()
    second.add(b"")
    assert first.part() != second.part()


def test_a_note_reads_back_as_it_was_written(tmp_path: Path) -> None:
    document = json.loads(noted(tmp_path, database(tmp_path / "a.db")).read_text())
    assert Note.of(document, file="x").to_json() == document
