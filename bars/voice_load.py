"""People at a site: ``python -m bars.voice_load PORT RATE SECONDS READERS FILE``.

Matters and readers come when they are due, whether or not earlier ones were answered. Requests are
written by hand, for a client library would take more of the cores than the site. Receipts are
written to the file; a line of JSON says how it went.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

CONNECTIONS = 64
LIMIT = 30.0  # seconds after which an answer counts as an error
PAGES = ("/voice/", "/", "/needs/", "/voice/channels/", "/voice/follow/")
PLACES = (
    "幸福路", "人民广场", "东门市场", "第三小学", "中心医院", "和平里小区", "火车站", "河滨公园",
)  # fmt: skip
THINGS = (
    "路灯不亮", "井盖松动", "垃圾没人清", "公交晚点", "挂号排队太久", "物业乱收费", "电梯停运",
    "施工噪声大", "自来水发黄", "停车位被占", "学校门口堵车", "补贴迟迟没有发",
)  # fmt: skip
ASKS = ("请问何时能解决？", "希望尽快处理。", "多次反映没有人管。", "老人小孩都受影响。")
RECEIPT = re.compile(rb'<strong class="keys">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z])</strong>')


@dataclass
class Seen:
    """What came of it."""

    receipts: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class People:
    """Connections to the site, each used by one request at a time and kept open.

    That which rested longest is used next: people come by many connections, so that the kernel
    hands them to all processes of the server; by always the same few one process would get all.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()
        self._cookie = self._token = ""

    async def begin(self) -> None:
        """Open the connections, and the form once, for the token that every form carries."""
        for _ in range(CONNECTIONS):
            self._free.append(await asyncio.open_connection("127.0.0.1", self._port))
        head, body = await self._ask(self._get("/voice/"))
        cookie = re.search(rb"csrftoken=([^;]+)", head)
        token = re.search(rb'csrfmiddlewaretoken" value="([^"]+)"', body)
        if cookie is None or token is None:
            raise RuntimeError("the form has no token")
        self._cookie, self._token = cookie[1].decode(), token[1].decode()

    async def bring(self, number: int, seen: Seen) -> None:
        """Send a matter."""
        began = time.perf_counter()
        try:
            head, body = await asyncio.wait_for(self._ask(self._form(number)), LIMIT)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            seen.errors.append(repr(error))
            return
        receipt = RECEIPT.search(body)
        if not head.startswith(b"HTTP/1.1 200") or receipt is None:
            seen.errors.append(head[:80].decode("latin-1"))
            return
        seen.ends.append(time.perf_counter())
        seen.waits.append(seen.ends[-1] - began)
        seen.receipts.append(receipt[1].decode())

    async def read(self, number: int, seen: Seen) -> None:
        """Read a page."""
        began = time.perf_counter()
        try:
            head, _ = await asyncio.wait_for(
                self._ask(self._get(PAGES[number % len(PAGES)])), LIMIT
            )
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            seen.errors.append(repr(error))
            return
        if not head.startswith(b"HTTP/1.1 200"):
            seen.errors.append(head[:80].decode("latin-1"))
        seen.read.append(time.perf_counter() - began)

    def _get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()

    def _form(self, number: int) -> bytes:
        rng = random.Random(number)
        text = f"{rng.choice(PLACES)}{rng.randrange(200)}号{rng.choice(THINGS)}，{rng.choice(ASKS)}"
        given = {
            "csrfmiddlewaretoken": self._token,
            "kind": rng.choice(("need", "complaint", "question")),
            "text": text * rng.choice((1, 2, 4)),
            "place": rng.choice(PLACES),
            "contact": f"138{number:08}" if number % 3 else "",
            "once": f"load-{number}",
        }
        body = urlencode(given).encode()
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        head = (
            "POST /voice/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"X-Forwarded-For: {address}\r\nCookie: csrftoken={self._cookie}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def _ask(self, request: bytes) -> tuple[bytes, bytes]:
        """Send a request on a free connection; one that was closed meanwhile is opened anew."""
        kept = bool(self._free)
        reader, writer = (
            self._free.popleft() if kept
            else await asyncio.open_connection("127.0.0.1", self._port)
        )  # fmt: skip
        writer.write(request)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            if not kept:
                raise
            return await self._ask(request)
        length = re.search(rb"content-length: (\d+)", head, re.I)
        body = await reader.readexactly(int(length[1])) if length else await _chunks(reader)
        self._free.append((reader, writer))
        return head, body


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


async def run(port: int, rate: float, seconds: float, readers: float) -> tuple[Seen, float]:
    """Send matters and readers as they are due."""
    people, seen = People(port), Seen()
    await people.begin()
    due = [(n / rate, people.bring, n) for n in range(round(rate * seconds))]
    due += [(n * 60 / readers, people.read, n) for n in range(round(readers * seconds / 60))]
    began, tasks = time.perf_counter(), set()
    for at, do, number in sorted(due, key=lambda each: each[0]):
        wait = began + at - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(do(number, seen))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    while tasks:
        await asyncio.wait(list(tasks))
    return seen, began


def main(port: str, rate: str, seconds: str, readers: str, said: str) -> None:
    """Run, write the receipts down, and print what came of it."""
    seen, began = asyncio.run(run(int(port), float(rate), float(seconds), float(readers)))
    Path(said).write_text("\n".join(seen.receipts), "utf-8")
    waits, read = sorted(seen.waits), sorted(seen.read)
    took = max(seen.ends, default=began) - began
    told = {
        "matters": round(float(rate) * float(seconds)),
        "readers": len(read),
        "errors": len(seen.errors),
        "first_errors": seen.errors[:3],
        "rate": len(waits) / took if took else 0.0,
        "median_ms": round(1000 * waits[len(waits) // 2], 1) if waits else 0.0,
        "p99_ms": round(1000 * waits[int(0.99 * (len(waits) - 1))], 1) if waits else 0.0,
        "read_p99_ms": round(1000 * read[int(0.99 * (len(read) - 1))], 1) if read else 0.0,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
