"""What a grant hides or leaves out never leaves, in any mode and from any source."""

from __future__ import annotations

import asyncio
import base64
import csv
import io
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from bars.gateways import COLUMNS, GRANT, GRANTS, RECIPIENT, SECRET, Place, case, person, question
from shixiao.gateway.client import Client
from shixiao.gateway.records import gateway_keys
from shixiao.seals import sm2
from shixiao.sharing.grants import Condition, Grant, Key
from shixiao.sharing.grants.masking import pseudonym, recipient_key
from tests.gateway.cast import running
from tests.gateway.neighbours import Said, service

ROWS = [
    {
        "id_number": person(n),
        "name": f"王{n}",
        "address": f"东路({n}号)",
        "born": "1990-01-02",
        "income": f"{n}.25",
        "region": "东区" if n % 2 else "西区",
        "secret": SECRET,
    }
    for n in range(12)
]


def _with(at: Place, **told: Any) -> None:
    value = yaml.safe_load(at.path.read_text("utf-8"))
    value["datasets"] = {"people": told}
    at.path.write_text(yaml.safe_dump(value), "utf-8")


def _in_sqlite(place: Place) -> None:
    with closing(sqlite3.connect(place.folder / "people.sqlite3")) as base, base:
        base.execute("DELETE FROM people")
        marks = ", ".join("?" * len(COLUMNS))
        base.executemany(f"INSERT INTO people VALUES ({marks})", [tuple(r.values()) for r in ROWS])


def _in_parquet(place: Place) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), place.folder / "people.parquet")
    _with(place, kind="parquet", place="people.parquet", key="id_number")


def _answer(path: str, _: Mapping[str, str]) -> Said:
    """Answer as a service that does not know what ``fields`` means."""
    parts = urlsplit(path)
    assert "secret" not in parse_qs(parts.query)["fields"][0]
    found = [row for row in ROWS if parts.path == f"/one/{row['id_number']}"]
    return Said(200 if found else 404, json.dumps(found).encode())


MASKS = {
    "name": "name",
    "address": "edges:1:2",
    "born": "month",
    "income": "hidden",
    "id_number": "pseudonym",
}
EAST = (Condition("region", "eq", ("东区",)),)


def _masked(place: Place, number: int) -> dict[str, str]:
    own = recipient_key(gateway_keys(place.config).masks, "housing")
    return {
        "id_number": pseudonym(person(number), key=own),
        "name": "王" + "*" * len(str(number)),
        "address": f"东{'*' * (len(str(number)) + 2)}号)",
        "born": "1990-01",
        "income": "***",
    }


def _granted(grant: Grant, **changes: Any) -> Grant:
    fields = ("id_number", "name", "address", "born", "income")
    return replace(grant, **{"fields": fields, "masks": MASKS, "marks": {}, "rows": EAST} | changes)


@pytest.mark.parametrize("kind", ["sqlite", "parquet", "http"])
def test_masks_and_rows_of_a_grant_bind_whatever_the_source(place: Place, kind: str) -> None:
    look_up, verification, batch = (_granted(grant) for grant in GRANTS)

    async def story() -> None:
        place.grant(look_up, replace(verification, masks={}), batch)
        async with running(place) as at:
            assert (await at.ask(question(3))).json["records"] == [_masked(place, 3)]
            assert (await at.ask(question(4))).json["records"] == []  # outside the rows
            body = question(3, values={"income": "3.25"})
            assert (await at.ask(body, "/verify")).json["matches"] == {"income": True}
            body = question(4, values={"income": "4.25"})
            assert (await at.ask(body, "/verify")).json["matches"] == {"income": False}
            came = await at.ask({"purpose": "rent-aid", "case": "census"}, "/batch")
            if kind == "http":
                assert came.reason == "no_place"
                return
            rows = list(csv.DictReader(io.StringIO(came.body.decode())))
            assert rows == [_masked(place, n) for n in range(1, 12, 2)]

    if kind == "http":
        with service(_answer) as address:
            columns = list(COLUMNS)
            place_of = f"{address}/one/{{key}}"
            _with(place, kind="http", place=place_of, key="id_number", columns=columns)
            asyncio.run(story())
    else:
        (_in_sqlite if kind == "sqlite" else _in_parquet)(place)
        asyncio.run(story())


@pytest.mark.sm2
@pytest.mark.skipif(not sm2.present(), reason="needs tongsuopy")
def test_a_client_signs_with_sm2_where_the_grant_has_such_a_key(place: Place) -> None:

    key = sm2.Sm2Key(sm2.new_secret())
    public = base64.b64encode(sm2.public_of(key.secret)).decode()
    sent: list[httpx.Request] = []

    def noted(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, content=b"{}", headers={"receipt": "r"})

    for signer in (key, RECIPIENT):
        transport = httpx.MockTransport(noted)
        client = Client("http://gateway.test", signer, "housing-1", transport=transport)
        client.look_up("people", purpose="rent-aid", case=case(1), key=person(1))
        client.close()

    async def story() -> None:
        place.grant(replace(GRANT, keys=(Key("housing-1", "sm2", public),)))
        async with running(place) as at:
            for request, reason in zip(sent, ("", "key_unknown"), strict=True):
                headers = {
                    k: v for k, v in request.headers.items() if k not in {"host", "connection"}
                }
                came = await at.send("POST", request.url.path, headers, request.content)
                assert came.json.get("reason", "") == reason

    asyncio.run(story())
