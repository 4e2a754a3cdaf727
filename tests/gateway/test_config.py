"""What a gateway is told: a mistake is one sentence, and no gateway that half works."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from bars.gateway_servers import ROOT
from bars.gateways import Place
from shixiao.gateway.app import Gateway
from shixiao.gateway.config import KINDS, Limits, read_config
from shixiao.gateway.logs import take_log
from shixiao.gateway.running import run
from shixiao.gateway.sources.parquet import as_table
from shixiao.gateway.sources.sqlite import SqliteTable
from shixiao.terms import BadInput
from tests.full import full_disk

UPSTREAM = {"kind": "http", "key": "id_number"}
PEOPLE = {"kind": "sqlite", "place": "people.sqlite3", "table": "people", "key": "id_number"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"public_url": "gateway.test"}, "public_url"),
        ({"public_url": None}, "public_url"),
        ({"zone": "Nowhere/Town"}, "Nowhere"),
        ({"limits": {"valid": 0}}, "limits"),
        ({"limits": {"speed": 1}}, "speed"),
        ({"datasets": {"people": PEOPLE | {"kind": "excel"}}}, "excel"),
        ({"grants": {"place": "x", "key": "x", "max_age": 1}}, "public key"),
        ({"datasets": {"people": PEOPLE | {"table": "nobody"}}}, "cannot be read"),
        ({"datasets": {"people": PEOPLE | {"key": "name"}}}, "no index"),
        ({"cases": {"place": "nothing.sqlite3"}}, "cases cannot be read"),
        ({"cases": {"source": "excel", "place": "x"}}, "excel"),
        ({"cases": {"source": "http", "place": "http://cases.test/"}}, "http://cases.test/"),
        ({"datasets": {"people": UPSTREAM | {"place": "http://up.test/all"}}}, "up.test/all"),
        ({"datasets": {"people": UPSTREAM | {"place": "http://{key}/one"}}}, "{key}/one"),
        ({"datasets": {"people": UPSTREAM | {"place": "http://a.{key}.b/{key}"}}}, "a.{key}"),
        ({"datasets": {"people": UPSTREAM | {"place": "file:///x/{key}"}}}, "file:"),
        ({"cases": {"source": "parquet", "place": "people.sqlite3"}}, "no Parquet"),
        ({"cases": {"place": "cases.sqlite3", "subject_key": "no.key"}}, "pseudonyms"),
        ({"tls": {"certificate": "no.pem"}}, "key"),
        ({"tls": {"certificate": "no.pem", "key": "no.pem"}}, "cannot be read"),
    ],
)
def test_a_mistake_in_the_config_is_one_sentence(
    place: Place, changes: dict[str, Any], said: str
) -> None:
    told = yaml.safe_load(place.path.read_text("utf-8")) | changes
    place.path.write_text(yaml.safe_dump(told), "utf-8")
    with pytest.raises(BadInput) as refused:
        run(read_config(place.path), place.path)
    assert said in refused.value.text.en


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "origin: x"])
def test_what_is_no_config_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput):
        read_config(path)
    with pytest.raises(BadInput, match="no such file"):
        read_config(tmp_path / "other.yaml")


def test_a_worker_that_cannot_start_says_so_and_serves_nothing(place: Place) -> None:
    (place.folder / "people.sqlite3").unlink()
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(BadInput, match="cannot be read"):
        asyncio.run(Gateway(place.config)({"type": "lifespan"}, receive, send))
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    with ExitStack() as held:
        assert take_log(place.config, held).worker == 0  # its log is free again


def test_parquet_is_served_from_an_indexed_table_and_read_once(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    pq.write_table(pa.table({"k": ["a", "b"], "n": [1, 2]}), path)
    made = as_table(path, "k", tmp_path / "kept")
    assert SqliteTable(made, "data", "k").shape.columns == ("k", "n")
    before = made.stat().st_mtime_ns
    assert as_table(path, "k", tmp_path / "kept").stat().st_mtime_ns == before
    with pytest.raises(BadInput, match="no Parquet"):
        as_table(path, "other", tmp_path / "kept")
    with full_disk(room=100), pytest.raises(BadInput, match="no Parquet"):
        as_table(path, "k", tmp_path / "full")
    data = path.read_bytes()
    path.write_bytes(data[:4] + bytes(60) + data[64:])
    with pytest.raises(BadInput, match="no Parquet"):
        as_table(path, "k", tmp_path / "damaged")
    assert not [*(tmp_path / "full").iterdir(), *(tmp_path / "damaged").iterdir()]


@pytest.mark.parametrize("page", ["gateway.md", "gateway.zh-CN.md"])
def test_every_limit_stands_in_the_how_to_with_its_default(page: str) -> None:
    text = (ROOT / "docs" / "how-to" / page).read_text("utf-8")
    for each in fields(Limits):
        assert f"| `{each.name}` | {each.default} |" in text
    for kind in KINDS:
        assert f"`{kind}`" in text
