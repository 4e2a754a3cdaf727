"""Signed files at an address: every worker obeys a new one with its next look, or closes."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from bars.gateway_servers import GATEWAY, free_port, server
from bars.gateways import GRANTS, RECIPIENT, Place, case, gateway_in, person, question
from shixiao.gateway.client import Client
from shixiao.gateway.watching import EVERY, PATIENCE
from shixiao.sharing.admission import Admission, Status
from shixiao.terms import BadInput
from tests.gateway.cast import Asking, running
from tests.gateway.neighbours import Said, service


class Publisher:
    """Serves the signed files of a place with their ETags, and counts what it says."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.said: Counter[tuple[str, int]] = Counter()
        self.broken = False

    def __call__(self, path: str, headers: Mapping[str, str]) -> Said:
        if self.broken:
            return Said(500)
        data = (self.place.folder / path.removeprefix("/")).read_bytes()
        tag = f'"{sha256(data).hexdigest()[:16]}"'
        known = headers.get("if-none-match") == tag
        self.said[tag if path == "/grants.json" else path, 304 if known else 200] += 1
        return Said(304 if known else 200, b"" if known else data, {"ETag": tag})

    def count(self, code: int, but: Collection[tuple[str, int]] = ()) -> int:
        """Say how often a status was answered, to other requests than those."""
        return sum(n for said, n in self.said.items() if said[1] == code and said not in but)


def _published_at(place: Place, address: str) -> None:
    value = yaml.safe_load(place.path.read_text("utf-8"))
    for name in ("grants", "statuses"):
        value[name]["place"] = f"{address}/{name}.json"
    place.path.write_text(yaml.safe_dump(value), "utf-8")


@asynccontextmanager
async def two_workers(place: Place) -> AsyncIterator[tuple[Asking, Asking]]:
    async with running(place) as one, running(place) as other:
        yield one, other


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


def _in_a_story(place: Place, story: Callable[[Publisher, Asking, Asking], Any]) -> None:
    async def told(publisher: Publisher) -> None:
        async with two_workers(place) as (one, other):
            for at in (one, other):
                assert (await at.ask(question(1))).status == 200
            await story(publisher, one, other)

    publisher = Publisher(place)
    with service(publisher) as address:
        _published_at(place, address)
        asyncio.run(told(publisher))


def test_what_is_revoked_at_an_address_is_refused_by_each_worker_with_its_next_look(
    place: Place,
) -> None:
    assert EVERY <= 0.25
    assert EVERY + PATIENCE < 1

    async def story(publisher: Publisher, one: Asking, other: Asking) -> None:
        await _until(lambda: publisher.count(304) >= 4)
        assert publisher.count(200) == 4  # each file once to each worker
        former = set(publisher.said)
        place.grant(*GRANTS[1:])
        await _until(lambda: publisher.count(200, but=former) == 2)
        # A look that finds the file unchanged comes after the one that took it up.
        await _until(lambda: publisher.count(304, but=former) >= 4)
        for at in (one, other):
            assert (await at.ask(question(1))).reason == "no_grant"

    _in_a_story(place, story)


def test_a_system_that_lost_its_admission_is_refused_by_each_worker(place: Place) -> None:
    async def story(publisher: Publisher, one: Asking, other: Asking) -> None:
        place.admit(housing_desk=Admission(Status.SUSPENDED))
        at = ("/statuses.json", 200)
        await _until(lambda: publisher.said[at] == 4)
        unchanged = publisher.said["/statuses.json", 304]
        await _until(lambda: publisher.said["/statuses.json", 304] >= unchanged + 4)
        for asking in (one, other):
            assert (await asking.ask(question(1))).reason == "caller_not_admitted"

    _in_a_story(place, story)


def test_an_address_that_fails_closes_each_worker_until_it_answers_again(place: Place) -> None:
    async def story(publisher: Publisher, one: Asking, other: Asking) -> None:
        publisher.broken = True
        for at in (one, other):
            await _reason(at, "grants_closed")
        publisher.broken = False
        for at in (one, other):
            await _reason(at, "")

    _in_a_story(place, story)


@pytest.mark.slow
def test_a_server_of_two_workers_refuses_what_was_revoked_at_an_address(tmp_path: Path) -> None:
    port = free_port()
    place = gateway_in(tmp_path, people=100, port=port, workers=2)
    publisher = Publisher(place)
    with service(publisher) as address:
        _published_at(place, address)
        with server(port, *GATEWAY, str(place.path)):
            _waited(lambda: publisher.count(304) >= 4)
            assert {_asked_anew(port, n) for n in range(8)} == {""}
            former = set(publisher.said)
            place.grant(*GRANTS[1:])
            _waited(lambda: publisher.count(200, but=former) == 2)
            _waited(lambda: publisher.count(304, but=former) >= 4)
            assert {_asked_anew(port, n) for n in range(20)} == {"no_grant"}


def _asked_anew(port: int, number: int) -> str:
    """Ask over a connection of its own, which any worker may take; return why it was refused."""
    at = f"http://127.0.0.1:{port}"
    with closing(Client("http://gateway.test", RECIPIENT, "housing-1", at=at)) as client:
        try:
            client.look_up("people", purpose="rent-aid", case=case(number), key=person(number))
        except BadInput as refused:
            return "no_grant" if "no_grant" in refused.text.en else refused.text.en
    return ""


def _waited(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


async def _reason(at: Asking, reason: str) -> None:
    async with asyncio.timeout(20):
        while (await at.ask(question(1))).json.get("reason", "") != reason:
            await asyncio.sleep(0.05)


def test_a_clock_that_was_behind_takes_the_same_file_once_it_is_right(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.grant(*GRANTS, issued=datetime.now(UTC) + timedelta(seconds=600))

    async def story() -> None:
        async with running(place) as at:
            assert (await at.ask(question(1))).reason == "grants_closed"
            monkeypatch.setattr("shixiao.sharing.published.AHEAD", 900)
            await _reason(at, "")

    asyncio.run(story())


def test_a_worker_that_no_longer_looks_obeys_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with running(place) as at:
            assert (await at.ask(question(1))).status == 200
            (following,) = at.gateway._tasks
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            monkeypatch.setattr("shixiao.gateway.watching.BLIND", -1.0)
            assert (await at.ask(question(1))).reason == "grants_closed"
            assert (await at.send("GET", "/health")).status == 503

    asyncio.run(story())
