"""Load for gateways: requests signed beforehand, sent over many connections, counted and timed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

RECEIPT = b"\r\nreceipt: "


@dataclass
class Load:
    """What came back.

    Attributes:
        statuses: how often each came; 0 for a connection that broke.
        seconds: of each answer.
        receipts: of every answer of which the head came, and the SHA-256 of its content; empty
            where the content did not come whole.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)

    def add(self, other: Load) -> None:
        """Take in what came back elsewhere."""
        self.statuses.update(other.statuses)
        self.seconds += other.seconds
        self.receipts |= other.receipts

    def quantile(self, share: float) -> float:
        """Return the time within which a share of the answers came."""
        return sorted(self.seconds)[int(share * (len(self.seconds) - 1))]


def raw(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: gateway.test", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def closed_loop(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Send requests as fast as the answers come."""
    load, waiting = Load(), iter(requests)

    async def one() -> None:
        async with _Connection(port) as connection:
            for request in waiting:
                await _ask(connection, request, load, time.perf_counter())

    await asyncio.gather(*(one() for _ in range(connections)))
    return load


async def open_loop(
    port: int, next_request: Callable[[], bytes], *, rate: float, seconds: float, connections: int
) -> Load:
    """Send requests at a rate, whatever comes back; time counts from when one was due."""
    load: Load = Load()
    due: asyncio.Queue[float | None] = asyncio.Queue()

    async def one() -> None:
        async with _Connection(port) as connection:
            while (when := await due.get()) is not None:
                await _ask(connection, next_request(), load, when)

    workers = [asyncio.create_task(one()) for _ in range(connections)]
    began = time.perf_counter()
    sent = 0
    while sent < rate * seconds:
        now = time.perf_counter() - began
        while sent < min(now, seconds) * rate:
            due.put_nowait(began + sent / rate)
            sent += 1
        await asyncio.sleep(0.001)
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    return load


class _Connection:
    """A connection that is opened anew where it breaks."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writer: asyncio.StreamWriter | None = None
        self._reader: asyncio.StreamReader | None = None

    async def __aenter__(self) -> _Connection:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.drop()

    def drop(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    async def ask(self, request: bytes, load: Load) -> bytes:
        """Send a request; note the receipt as soon as it is seen, and return the head.

        Raises:
            OSError, EOFError: the connection broke.
        """
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        at = head.find(RECEIPT) + len(RECEIPT)
        receipt = head[at : at + 32].decode() if at >= len(RECEIPT) else ""
        if receipt:
            load.receipts[receipt] = ""
        at = head.index(b"content-length: ") + 16
        body = await self._reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
        if receipt:
            load.receipts[receipt] = sha256(body).hexdigest()
        return head


async def _ask(connection: _Connection, request: bytes, load: Load, when: float) -> None:
    try:
        head = await connection.ask(request, load)
    except (OSError, EOFError):
        connection.drop()
        load.statuses[0] += 1
        await asyncio.sleep(0.02)
        return
    load.seconds.append(time.perf_counter() - when)
    load.statuses[int(head[9:12])] += 1
