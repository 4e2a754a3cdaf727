"""Cases kept in a file, a service or a database: the same questions, and the same refusals."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from bars.gateway_servers import free_port
from bars.gateways import Place, case, person, question
from shixiao.seals.pseudonyms import pseudonymise
from tests.gateway.cast import running
from tests.gateway.neighbours import Said, service

COLUMNS = ("case_id", "service_id", "person_key", "closed")
ROWS = (
    (case(1), "rent-aid", person(1), None),
    ("closed", "rent-aid", person(1), "2026-01-01"),
    ("other", "marriage", person(1), None),
)
EXPECTED = (
    (question(1), ""),
    (question(1, case="closed"), "case_closed"),
    (question(1, case="other"), "case_type"),
    (question(1, case="nothing"), "case_unknown"),
    (question(1, case=".."), "case_unknown"),
    (question(1, case="' OR '1'='1"), "case_unknown"),
    (question(2, case=case(1)), "case_subject"),
)


def kept_in(at: Place, limits: Mapping[str, float] | None = None, **told: Any) -> None:
    """Tell the gateway where cases are kept."""
    value = yaml.safe_load(at.path.read_text("utf-8"))
    value["cases"] = told
    value["limits"] |= limits or {}
    at.path.write_text(yaml.safe_dump(value), "utf-8")


async def _asked(place: Place) -> None:
    async with running(place) as at:
        for body, reason in EXPECTED:
            assert (await at.ask(body)).json.get("reason", "") == reason


def _answer(path: str, _: Mapping[str, str]) -> Said:
    for row in ROWS:
        if path == f"/cases/{row[0]}":
            return Said(200, json.dumps(dict(zip(COLUMNS, row, strict=True))).encode())
    assert path.startswith("/cases/")
    return Said(404)


def test_a_service_is_asked_for_each_case_and_no_answer_is_kept(place: Place) -> None:
    seen: list[str] = []

    def answer(path: str, headers: Mapping[str, str]) -> Said:
        seen.append(unquote(path))
        return _answer(path, headers)

    with service(answer) as address:
        kept_in(place, source="http", place=f"{address}/cases/{{case}}")
        asyncio.run(_asked(place))
    assert "/cases/' OR '1'='1" in seen
    assert seen.count(f"/cases/{case(1)}") == 2


@pytest.mark.parametrize(
    "said",
    [
        Said(500),
        Said(302, headers={"location": "/cases/other"}),
        Said(200, b"<html>"),
        Said(200, b"[]"),
        Said(200, b'{"case_id": "C00000001", "service_id": "rent-aid", "closed": null}'),
        Said(200, json.dumps(dict(zip(COLUMNS, ROWS[2], strict=True))).encode()),
        Said(200, b" " * 2_000_000),
    ],
)
def test_a_service_whose_answer_is_of_no_use_opens_no_case(place: Place, said: Said) -> None:
    async def story() -> None:
        async with running(place) as at:
            came = await at.ask(question(1))
            assert (came.status, came.reason) == (502, "cases_down")
            assert came.json["receipt"]

    with service(lambda path, headers: said) as address:
        kept_in(place, source="http", place=f"{address}/cases/{{case}}")
        asyncio.run(story())


def test_a_service_that_is_down_or_slow_opens_no_case(place: Place) -> None:
    held = threading.Event()

    def slow(path: str, headers: Mapping[str, str]) -> Said:
        held.wait(10)
        return _answer(path, headers)

    async def story() -> None:
        async with running(place) as at:
            assert (await at.ask(question(1))).reason == "cases_down"

    with service(slow) as address:
        for kept in (address, f"http://127.0.0.1:{free_port()}"):
            kept_in(place, source="http", place=f"{kept}/cases/{{case}}", limits={"source": 0.2})
            asyncio.run(story())
        held.set()


def _package(folder: Path, rows: tuple[tuple[Any, ...], ...]) -> None:
    """Write the table of an evidence package, whose persons are pseudonyms."""
    cases, kinds, persons, closed = (
        pa.array(column, pa.string()) for column in zip(*rows, strict=True)
    )
    columns = [cases, kinds, pseudonymise(persons, key=b"k" * 32), closed]
    beside = folder / "beside.parquet"
    pq.write_table(pa.table(columns, names=list(COLUMNS)), beside)
    beside.replace(folder / "cases.parquet")


def test_an_evidence_package_is_read_again_when_it_is_another(place: Place) -> None:
    folder = place.folder / "package"
    folder.mkdir()
    _package(folder, ROWS)
    (place.folder / "subject.key").write_bytes(b"k" * 32)
    kept_in(place, source="parquet", place="package", subject_key="subject.key")

    async def story() -> None:
        await _asked(place)
        async with running(place) as at:
            assert (await at.ask(question(1))).status == 200
            _package(folder, ((case(1), "rent-aid", person(1), "2026-11-01"), *ROWS[1:]))
            both = await asyncio.gather(at.ask(question(1)), at.ask(question(1)))
            assert [came.reason for came in both] == ["case_closed"] * 2
            assert len(list((place.folder / "state" / "cases").iterdir())) == 1
            (folder / "cases.parquet").write_bytes(b"PAR1")
            assert (await at.ask(question(1))).reason == "cases_down"
            _package(folder, ROWS)
            assert (await at.ask(question(1))).status == 200

    asyncio.run(story())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
@pytest.mark.parametrize("kind", ["text", "integer"])
def test_a_table_in_postgresql_is_asked_for_each_case(place: Place, kind: str) -> None:
    from tests.postgres import server

    rows = ROWS if kind == "text" else tuple((n, *row[1:]) for n, row in enumerate(ROWS))
    numbers = {row[0]: str(n) for n, row in enumerate(ROWS)}
    with server() as address:
        with psycopg.connect(address, autocommit=True) as base:
            base.execute(
                f"CREATE TABLE cases (case_id {kind} PRIMARY KEY, service_id text,"
                " person_key text, closed date)"
            )
            base.cursor().executemany("INSERT INTO cases VALUES (%s, %s, %s, %s)", rows)
        kept_in(place, source="postgresql", place=address)

        async def story() -> None:
            async with running(place) as at:
                for body, reason in EXPECTED:
                    named = numbers.get(body["case"], body["case"]) if kind != "text" else ""
                    came = await at.ask(body | ({"case": named} if named else {}))
                    assert came.json.get("reason", "") == reason
                with psycopg.connect(address, autocommit=True) as base:
                    base.execute("UPDATE cases SET closed = '2026-11-01'")
                named = numbers[case(1)] if kind != "text" else case(1)
                assert (await at.ask(question(1, case=named))).reason == "case_closed"
                with psycopg.connect(address, autocommit=True) as base:
                    base.execute("DROP TABLE cases")
                assert (await at.ask(question(1, case=named))).reason == "cases_down"

        asyncio.run(story())
