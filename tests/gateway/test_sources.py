"""Sources: an upstream that is down, slow or answers rubbish gives a reason and no data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any

import httpx
import pytest

from bars.gateways import GRANT, SHAPE
from shixiao.gateway.config import Limits, SourceConfig
from shixiao.gateway.fetching import Fetching
from shixiao.gateway.refusals import Refused
from shixiao.gateway.sources.upstream import Upstream
from shixiao.sharing.grants import Condition, Entry, compile_index
from shixiao.sharing.grants.index import SCHEMA, read_index
from tests.gateway.neighbours import Said, service
from tests.sharing.granting import PUBLISHER

ROW = {"name": "王某", "address": "东路", "born": "1990-01-02", "region": "东区", "secret": "s"}


def entry_of(**changes: Any) -> Entry:
    from datetime import datetime

    from shixiao.sharing.published import signed_file

    now = datetime(2026, 6, 1, tzinfo=UTC)
    index = compile_index([replace(GRANT, **changes)], {"people": SHAPE}, zone=UTC)
    assert index["schema"] == SCHEMA
    data = signed_file(index, PUBLISHER, version=1, issued=now)
    (entry,) = read_index(data, key=PUBLISHER.public, now=now, max_age=9).entries.values()
    return entry


def _asked(answer: Any, *, key: str = "../a b?x=1", **changes: Any) -> list[tuple[object, ...]]:
    async def story() -> list[tuple[object, ...]]:
        limits = Limits(source=0.2, answer=1_000)
        source = Upstream(SourceConfig("http", "http://up.test/one/{key}", "id_number"), limits)
        await source._fetching.close()
        source._fetching._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        try:
            return await source.look_up(entry_of(**changes), key)
        finally:
            await source.close()

    return asyncio.run(story())


def test_only_granted_fields_are_taken_and_the_key_stays_within_its_place() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json=ROW)

    assert _asked(answer) == [("王某", "东路", "1990-01-02")]
    assert seen == ["http://up.test/one/..%2Fa%20b%3Fx%3D1?fields=name%2Caddress%2Cborn"]


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        (Condition("region", "eq", ("东区",)), 1),
        (Condition("region", "ne", ("东区",)), 0),
        (Condition("region", "in", ("西区",)), 0),
        (Condition("region", "lt", (1,)), 0),
        (Condition("region", "present"), 1),
        (Condition("region", "absent"), 0),
        (Condition("income", "absent"), 0),
    ],
)
def test_rows_outside_the_scope_are_not_given(condition: Condition, rows: int) -> None:
    found = _asked(lambda _: httpx.Response(200, json=[ROW]), rows=(condition,))
    assert len(found) == rows


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (httpx.Response(500), "source_down"),
        (httpx.Response(302, headers={"location": "http://elsewhere.test"}), "source_down"),
        (httpx.Response(200, content=b"<html>"), "source_down"),
        (httpx.Response(200, content=b"[1]"), "source_down"),
        (httpx.Response(200, content=b'{"name": NaN}'), "source_down"),
        (httpx.Response(200, content=rb'{"name": "\ud800"}'), "source_down"),
        (httpx.Response(200, json={"name": {"a": 1}}), "source_down"),
        (httpx.Response(200, content=b" " * 2_000), "source_down"),
        (httpx.Response(200, json={"name": "x"}), "field_gone"),
    ],
)
def test_an_answer_of_no_use_is_a_reason_and_no_data(response: httpx.Response, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        _asked(lambda _: response)
    assert refused.value.reason.code == reason


def test_a_packed_answer_is_not_even_read() -> None:
    async def bomb() -> AsyncIterator[bytes]:
        raise AssertionError("read")
        yield b""

    packed = httpx.Response(200, content=bomb(), headers={"content-encoding": "gzip, gzip"})
    with pytest.raises(Refused) as refused:
        _asked(lambda _: packed)
    assert refused.value.reason.code == "source_down"


def test_answers_are_asked_for_as_they_are() -> None:
    seen: list[str] = []

    def answer(path: str, headers: Mapping[str, str]) -> Said:
        seen.append(headers["accept-encoding"])
        return Said(200, b"{}")

    async def story(address: str) -> bytes | None:
        fetching = Fetching(Limits(), down="source_down", slow="source_slow")
        try:
            return await fetching.get(f"{address}/{{key}}", {}, key="1")
        finally:
            await fetching.close()

    with service(answer) as address:
        assert asyncio.run(story(address)) == b"{}"
    assert seen == ["identity"]


@pytest.mark.parametrize(
    "held", ["11010119900307876X", "11010119900307876x", "11010119900307876X "]
)
def test_a_row_of_the_same_key_in_another_writing_is_an_answer(held: str) -> None:
    answer = httpx.Response(200, json=ROW | {"id_number": held})
    assert len(_asked(lambda _: answer, key="11010119900307876X")) == 1


def test_another_persons_row_is_no_answer() -> None:
    with pytest.raises(Refused) as refused:
        _asked(lambda _: httpx.Response(200, json=[ROW, ROW | {"id_number": "2"}]), key="1")
    assert refused.value.reason.code == "source_down"


def test_nobody_of_that_key_is_an_empty_answer() -> None:
    assert _asked(lambda _: httpx.Response(404)) == []


def test_an_upstream_that_is_down_or_slow_is_told_apart() -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        return httpx.Response(200)

    for answer, reason in ((down, "source_down"), (slow, "source_slow")):
        with pytest.raises(Refused) as refused:
            _asked(answer)
        assert refused.value.reason.code == reason
