"""A gateway in the process of the test, asked as a server would ask it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bars.gateways import Place, signed
from shixiao.gateway.app import Gateway


@dataclass(frozen=True)
class Came:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        return str(self.json.get("reason", ""))


@dataclass
class Asking:
    """A gateway that runs."""

    gateway: Gateway
    place: Place

    async def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        query: str = "",
        *,
        stalls: bool = False,
    ) -> Came:
        sent: list[Any] = []
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [
                (k.lower().encode(), v.encode("latin-1")) for k, v in (headers or {}).items()
            ],
        }

        async def receive() -> Any:
            if stalls:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.gateway(scope, receive, send)
        found = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        return Came(sent[0]["status"], found, sent[1]["body"])

    async def ask(self, body: dict[str, Any] | bytes, mode: str = "", **how: Any) -> Came:
        path = f"/x/people{mode}"
        asked, headers = signed(self.place.config, path, body, **how)
        return await self.send("POST", path, headers, asked.body, asked.query)

    async def proof(self, receipt: str) -> bytes:
        for _ in range(2_000):
            came = await self.send("GET", f"/receipts/{receipt}")
            if came.status == 200:
                return came.body
            assert came.reason == "pending"
            await asyncio.sleep(0.01)
        raise AssertionError("the receipt stays pending")


@asynccontextmanager
async def running(place: Place) -> AsyncIterator[Asking]:
    gateway = Gateway(place.config)
    await gateway.start()
    try:
        yield Asking(gateway, place)
    finally:
        await gateway.stop()
