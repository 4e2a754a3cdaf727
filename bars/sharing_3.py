"""Bar 3: hostile requests, by hypothesis and schemathesis, at two workers that are started again.

Requests are changed in what they ask, in how they are signed and in what was signed; those that the
OpenAPI document yields are signed too, to come behind the first door. Whatever comes back:
no status of 5xx, no value that was not granted, and no request accepted twice.
"""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bars.gateways import GRANTS, SECRET, Place, case, gateway_in, person, question, signed
from bars.outcome import Outcome
from shixiao.gateway.app import Gateway
from shixiao.gateway.openapi import openapi

REQUESTS, REDUCED = 100_000, 600
EVERY = 5_000  # requests between two starts
SQL = ("' OR '1'='1", "1; DROP TABLE people; --", "%", "*", '"', "\x00", "P00000001' --", "𠮷" * 50)
MODES = ("", "/verify", "/batch")
GRANTED = {mode: set(grant.fields) for mode, grant in zip(MODES, GRANTS, strict=True)}


def measure(*, full: bool) -> list[Outcome]:
    count = REQUESTS if full else REDUCED
    with tempfile.TemporaryDirectory() as folder:
        place = gateway_in(
            Path(folder), people=500, workers=2, limits={"linger": 0.0001, "seal": 1.0}
        )
        attack = _Attack(place)
        with attack.open():
            for strategy in (_hostile(), _described()):
                attack.run(strategy, count // 2)
    seen = attack.statuses
    return [
        Outcome.at_least("hostile requests", sum(seen.values()), count * 0.99),
        Outcome.at_most("answers of 5xx", sum(n for s, n in seen.items() if s >= 500), 0),
        Outcome.recorded("their reasons", ", ".join(attack.faults) or "none"),
        Outcome.at_most("answers with what was not granted", attack.leaks, 0),
        Outcome.at_most(f"replays accepted, of {attack.replays:,} tried", attack.accepted, 0),
        Outcome.at_least("lawful requests between them that were answered", seen[200], 1),
    ]


class _Attack:
    """Two workers in this process, one after another of them asked."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.statuses: Counter[int] = Counter()
        self.leaks = self.replays = self.accepted = 0
        self.faults: list[str] = []
        self._config = place.config
        self._gateways: list[Gateway] = []
        self._loop = asyncio.new_event_loop()
        self._sent = 0
        self._good: list[tuple[str, dict[str, str], bytes]] = []

    @contextmanager
    def open(self) -> Iterator[None]:
        """Run the workers until the block ends."""
        self._loop.run_until_complete(self._start())
        try:
            yield
        finally:
            self._loop.run_until_complete(self._stop())
            self._loop.close()

    def run(self, strategy: st.SearchStrategy[dict[str, Any]], count: int) -> None:
        """Send so many requests that a strategy yields."""

        @settings(
            max_examples=count,
            database=None,
            derandomize=True,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def one(shot: dict[str, Any]) -> None:
            self._loop.run_until_complete(self._shoot(shot))

        before = self._sent
        while self._sent - before < count:
            reached = self._sent
            one()
            if self._sent == reached:
                break

    async def _start(self) -> None:
        self._gateways = [Gateway(self._config) for _ in range(2)]
        for gateway in self._gateways:
            await gateway.start()

    async def _stop(self) -> None:
        for gateway in self._gateways:
            await gateway.stop()

    async def _shoot(self, shot: dict[str, Any]) -> None:
        self._sent += 1
        if self._sent % EVERY == 0:
            await self._stop()
            await self._start()
        path = f"/x/{shot.get('dataset', 'people')}{shot['mode']}"
        asked, headers = signed(self._config, path, shot["body"], query=shot.get("query", ""))
        headers |= shot.get("headers", {})
        sent = shot.get("sent", asked.body)
        status, body = await self._send(path, headers, sent, asked.query)
        self._judge(shot["mode"], status, body)
        if status == 200:
            self._good.append((path, headers, sent))
        if self._good and (shot.get("replay") or status == 200):
            self.replays += 1
            again = self._good[self._sent % len(self._good)]
            status, body = await self._send(*again, "")
            self._count(status, body)
            self.accepted += status == 200

    def _judge(self, mode: str, status: int, body: bytes) -> None:
        self._count(status, body)
        if SECRET.encode() in body:
            self.leaks += 1
        if status == 200:
            self.leaks += bool(_named(mode, body) - GRANTED[mode])

    def _count(self, status: int, body: bytes) -> None:
        self.statuses[status] += 1
        if status >= 500:
            self.faults.append(f"{status} {body[:120].decode(errors='replace')}")

    async def _send(
        self, path: str, headers: dict[str, str], body: bytes, query: str
    ) -> tuple[int, bytes]:
        sent: list[Any] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(errors="surrogatepass"),
            "query_string": query.encode("latin-1"),
            "headers": [
                (name.lower().encode(), value.encode(errors="surrogatepass"))
                for name, value in headers.items()
            ],
        }

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._gateways[self._sent % 2](scope, receive, send)
        return sent[0]["status"], sent[1]["body"]


def _named(mode: str, body: bytes) -> set[str]:
    """Return the names of the fields that an answer has."""
    if mode == "/batch":
        if body.startswith(b"PAR1"):
            return set(pq.read_schema(io.BytesIO(body)).names)
        return set(body.decode().partition("\n")[0].split(","))
    told = json.loads(body)
    return set(told["matches"]) if mode else {name for row in told["records"] for name in row}


def _hostile() -> st.SearchStrategy[dict[str, Any]]:
    """Yield requests that are wrong in one or several points, and some that are lawful."""
    text = st.text(max_size=40) | st.sampled_from(SQL) | st.integers(0, 600).map(person)
    value = text | st.none() | st.integers() | st.booleans() | st.lists(text, max_size=2)
    lawful = st.integers(0, 499).map(question)
    asked = st.fixed_dictionaries(
        {"purpose": st.just("rent-aid") | text, "case": st.integers(0, 600).map(case) | text},
        optional={
            "key": value,
            "values": st.dictionaries(st.sampled_from(["name", "income", "secret", "*"]), value),
            "cursor": value,
            "rows": value,
            "format": value,
            "fields": st.just(["secret"]),
        },
    )
    header = st.sampled_from(["Signature", "Signature-Input", "Content-Digest", "Content-Length"])
    words = st.text(st.characters(codec="latin-1"), max_size=60)
    return st.fixed_dictionaries(
        {"mode": st.sampled_from(MODES), "body": lawful | asked | st.binary(max_size=60)},
        optional={
            "headers": st.dictionaries(header, words, min_size=1, max_size=2),
            "sent": st.binary(max_size=200),
            "query": st.sampled_from(["a=1", "%00", "x" * 500]),
            "dataset": st.sampled_from(["others", "..", "%2e%2e", "people%00"]),
            "replay": st.booleans(),
        },
    )


def _described() -> st.SearchStrategy[dict[str, Any]]:
    """Yield what the OpenAPI document allows, and signed: schemathesis makes it."""
    schema = schemathesis.openapi.from_dict(openapi(["people"]))
    modes = {"lookup": "", "verify": "/verify", "batch": "/batch"}
    parts = []
    for result in schema.get_all_operations():
        operation = result.ok()
        mode = modes.get(operation.definition.raw.get("operationId", ""))
        if mode is not None:
            parts.append(
                operation.as_strategy().map(
                    lambda made, mode=mode: {"mode": mode, "body": made.body, "replay": True}
                )
            )
    return st.one_of(parts)
