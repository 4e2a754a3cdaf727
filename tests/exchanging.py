"""A gateway behind which the site's own dataset lies, obeying what the site publishes."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
from django.utils import timezone

from bars.gateways import PUBLISHER, Place, gateway_in
from shixiao.gateway.client import Client
from shixiao.gateway.config import Config
from shixiao.records.models import CatalogueItem, Gateway, Grant
from shixiao.seals import SigningKey
from shixiao.workflows.gateways import keeping
from shixiao.workflows.grants import publishing
from tests.dealing import Deal
from tests.gateway.cast import Asking, running

ADDRESS = "https://data.health.test"
RECIPIENT = SigningKey(bytes(range(2, 34)))
LONG = {"starts": date(2026, 4, 1), "ends": date(2099, 3, 31)}
# The two whose records the tests look at: numbers with a check digit, of nobody.
LIN, HE = "11010119900307029X", "110101199003070302"


class InThread(httpx.BaseTransport):
    """Carries requests to a gateway that runs in a loop of another thread."""

    def __init__(self, asking: Asking, loop: asyncio.AbstractEventLoop) -> None:
        self._asking, self._loop = asking, loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = self._asking.send(
            request.method,
            request.url.raw_path.partition(b"?")[0].decode(),
            dict(request.headers),
            request.read(),
            request.url.query.decode(),
        )
        came = asyncio.run_coroutine_threadsafe(sent, self._loop).result(10)
        return httpx.Response(came.status, headers=dict(came.headers), content=came.body)


@dataclass
class Exchanging:
    """A grant of the site, and the gateway that obeys it.

    Attributes:
        grant: of the site.
        place: folder of the gateway.
        transport: carries requests to it.
    """

    grant: Grant
    place: Place
    transport: InThread

    @property
    def config(self) -> Config:
        return self.place.config

    def recipient(self) -> Client:
        return Client(ADDRESS, RECIPIENT, self.grant.code, transport=self.transport)

    def bureau(self, gateway: Gateway) -> Client:
        return keeping.client_of(gateway, transport=self.transport)

    def ask(self, person: str, case: str) -> bytes:
        """Look a person up for a case, as the recipient does."""
        client, grant = self.recipient(), self.grant
        return client.look_up(grant.item.code, purpose=grant.code, case=case, key=person).body


def register(deal: Deal) -> Gateway:
    """Register the gateway of the provider."""
    return keeping.register(deal.item.department, ADDRESS, actor=deal.actor("li"), at=deal.at)


def granted(deal: Deal) -> Grant:
    """Bring a grant into force, with a source behind the gateway and a key of the recipient."""
    publishing.place_source(
        deal.item,
        system="register",
        table="people",
        key="id_number",
        columns={"公民身份号码": "id_number", "姓名": "name"},
        actor=deal.actor("chu"),
        at=deal.at,
    )
    deal.item.refresh_from_db()
    grant = deal.active(fields=["公民身份号码", "姓名"], **LONG)
    return publishing.register_key(
        grant,
        caller="housing-desk",
        public=RECIPIENT.public.base64,
        actor=deal.actor("wu"),
        at=deal.at,
    )


@contextmanager
def exchanging(deal: Deal, grant: Grant, folder: Path, **more: object) -> Iterator[Exchanging]:
    """Run the gateway in a thread."""
    publishing.publish(timezone.now())
    place = gateway_of(deal.item, grant.case_types[0], folder, **more)
    loop, ready, done = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[Asking] = []

    async def live() -> None:
        async with running(place) as asking:
            found.append(asking)
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),))
    thread.start()
    try:
        if not ready.wait(20):
            raise AssertionError("the gateway does not start")
        yield Exchanging(grant, place, InThread(found[0], loop))
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(20)
        loop.close()


def gateway_of(
    item: CatalogueItem, kind: str, folder: Path, *, grants: str = "", **more: object
) -> Place:
    """Make the folder of a gateway with the two persons, and an open case about each.

    ``grants`` is where the index of the site is followed; its file where nothing is said.
    """
    folder.mkdir(exist_ok=True)
    told = _told(item, grants or str(publishing.index_path()))
    place = gateway_in(folder, people=1, **(told | more))
    with closing(sqlite3.connect(folder / "people.sqlite3")) as base, base:
        rows = [(LIN, "林一"), (HE, "何二")]
        base.executemany("INSERT INTO people (id_number, name) VALUES (?, ?)", rows)
    with closing(sqlite3.connect(folder / "cases.sqlite3")) as base, base:
        base.executemany(
            "INSERT INTO cases VALUES (?, ?, ?, NULL)",
            [("GZF-1", kind, LIN), ("GZF-2", kind, HE)],
        )
    return place


def _told(item: CatalogueItem, grants: str) -> dict[str, object]:
    key = publishing.exchange_key().public.base64
    return {
        "public_url": ADDRESS,
        "limits": {"seal": 0.02, "linger": 0.001},
        "grants": {"place": grants, "key": key, "max_age": 86_400},
        "statuses": {
            "place": "statuses.json",
            "key": PUBLISHER.public.base64,
            "max_age": 86_400,
        },
        "datasets": {
            item.code: {
                "kind": "sqlite",
                "place": "people.sqlite3",
                "table": "people",
                "key": "id_number",
            }
        },
    }
