"""The ASGI application: addresses, sizes and times; what an exchange is stands in ``exchange``."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from shixiao.gateway.cases import open_cases
from shixiao.gateway.committing import Committer
from shixiao.gateway.config import Config, read_config
from shixiao.gateway.database import connect, reading
from shixiao.gateway.exchange import JSON, Answer, Exchange
from shixiao.gateway.logs import WorkerLog, checkpoints, keep_integrating, take_log
from shixiao.gateway.metrics import Metrics
from shixiao.gateway.obeying import index_reader, statuses_reader
from shixiao.gateway.openapi import openapi
from shixiao.gateway.records import gateway_keys, proof_of
from shixiao.gateway.refusals import Refused, reasons, refusal_bytes
from shixiao.gateway.signatures import Asked
from shixiao.gateway.sources import Source, open_source
from shixiao.gateway.telling import PLACES, Telling
from shixiao.gateway.watching import EVERY, Follower
from shixiao.ledger import Malformed
from shixiao.ledger.receipts import SUFFIX
from shixiao.seals import Damaged
from shixiao.sharing.grants import Mode

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
SWITCH = 0.05  # seconds after which a thread is made to give up the interpreter
COLLECTED = (50_000, 20, 100)  # objects, and younger collections, between two collections
DIGITS = 18  # of a length; more are no number that a request can have
CONFIG = "SHIXIAO_GATEWAY"  # names the config to the workers
_MODES = {"": Mode.LOOKUP, "/verify": Mode.VERIFY, "/batch": Mode.BATCH}
_EXCHANGE = re.compile(r"/x/([^/]{1,200})(/verify|/batch)?")
_RECEIPT = re.compile(r"/receipts/([0-9a-f]{32})(?:\.tlog-proof)?", re.ASCII)
_TEXT = b"text/plain; charset=utf-8"


class Gateway:
    """The application of one worker.

    Args:
        config: what it is told.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._held = ExitStack()
        self._stopped = threading.Event()
        self._sources: dict[str, Source] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI 3 has it."""
        if scope["type"] == "http":
            answer = await self._answer(scope, receive)
            await _send(send, answer)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def start(self) -> None:
        """Take a log, open what is behind the gateway, and follow what is to be obeyed.

        Raises:
            BadInput: the config names what is not there.
            Unavailable: no log is free, or a server does not answer.
            Malformed: the log is damaged.
        """
        config = self._config
        self._loop = asyncio.get_running_loop()
        self._log: WorkerLog = take_log(config, self._held)
        keys = gateway_keys(config)
        self._index = Follower("grants", config.grants, index_reader(config, keys), config)
        self._statuses = Follower("statuses", config.statuses, statuses_reader(config), config)
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False)
        base, self._records = connect(config.state), reading(config.state)
        self._held.callback(base.close)
        self._held.callback(self._records.close)
        for name, source in config.sources.items():
            self._sources[name] = await open_source(source, config)
        self._cases = await open_cases(config)
        self._committer = Committer(
            base,
            worker=self._log.worker,
            ordinal=self._log.next_ordinal,
            linger=config.limits.linger,
        )
        self._exchange = Exchange(
            config,
            keys,
            index=self._index,
            statuses=self._statuses,
            cases=self._cases,
            sources=self._sources,
            committer=self._committer,
            records=self._records,
        )
        self._telling = Telling(config, keys, self._committer)
        self._metrics = Metrics(self._log.worker)
        self._openapi = json.dumps(openapi(config.sources), ensure_ascii=False).encode()
        await self._look()
        self._tasks = [asyncio.create_task(self._follow())]
        self._integrating = threading.Thread(
            target=keep_integrating,
            args=(self._log, self._stopped),
            kwargs={"pause": config.limits.seal},
            daemon=True,
        )
        self._integrating.start()

    async def stop(self) -> None:
        """Finish what is under way, and bring every leaf into the tree."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._committer.close()
        self._stopped.set()
        await asyncio.to_thread(self._integrating.join)
        for source in self._sources.values():
            await source.close()
        await self._cases.close()
        await self._client.aclose()
        self._held.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except BaseException as error:  # or the server would go on without what was not started
            self._held.close()
            await send({"type": "lifespan.startup.failed", "message": repr(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self._look()

    async def _look(self) -> None:
        await asyncio.gather(self._index.look(self._client), self._statuses.look(self._client))

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path = scope["path"]
        exchange = _EXCHANGE.fullmatch(path)
        if path in PLACES:
            return await self._told(scope, receive)
        if exchange is None:
            return self._page(scope["method"], path)
        began = time.perf_counter()
        mode = _MODES[exchange[2] or ""]
        try:
            answer = await self._exchanged(scope, receive, exchange[1], mode)
        except Refused as refused:
            reason = refused.reason
            body = refusal_bytes(reason, None)
            answer = Answer(reason.status, body, reason=reason.code)
        self._metrics.count(mode.value, answer.reason or "ok", time.perf_counter() - began)
        return answer

    async def _told(self, scope: Scope, receive: Receive) -> Answer:
        """Answer the bureau."""
        try:
            return await self._telling.answer(await self._asked(scope, receive))
        except Refused as refused:
            return _refusal(refused.reason.code)
        except (sqlite3.Error, OSError, Malformed, Damaged):
            return _refusal("ledger")

    async def _exchanged(self, scope: Scope, receive: Receive, dataset: str, mode: Mode) -> Answer:
        return await self._exchange.answer(await self._asked(scope, receive), dataset, mode)

    async def _asked(self, scope: Scope, receive: Receive) -> Asked:
        """Return a request, complete."""
        if scope["method"] != "POST":
            raise Refused("method")
        headers = dict(scope["headers"])
        if len(headers) != len(scope["headers"]):
            raise Refused("unsigned")  # a header given twice may mean two things
        body = await self._body(headers, receive)
        raw = scope.get("raw_path") or scope["path"].encode()
        return Asked(
            "POST",
            raw.partition(b"?")[0].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            body,
        )

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        """Return the content, in size and in time.

        A bare timer: ``asyncio.timeout`` makes several objects, at 5 µs a request.
        """
        most = self._config.limits.body
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > DIGITS or int(length) > most:
            raise Refused("too_large")
        task = asyncio.current_task(self._loop)
        assert task is not None  # noqa: S101 - a coroutine runs in one
        gone: list[bool] = []

        def give_up() -> None:
            gone.append(True)
            task.cancel()

        late = self._loop.call_later(self._config.limits.read, give_up)
        try:
            return await _content(receive, most)
        except asyncio.CancelledError:
            if not gone:
                raise  # it is the server that ends
            task.uncancel()
            raise Refused("too_slow") from None
        finally:
            late.cancel()

    def _page(self, method: str, path: str) -> Answer:
        """Return what is not an exchange."""
        receipt = _RECEIPT.fullmatch(path)
        pages = {
            "/openapi.json": self._described,
            "/metrics": self._measured,
            "/health": self._health,
            "/checkpoints": self._anchors,
        }
        if receipt is None and path not in pages:
            return _refusal("no_place")
        if method not in {"GET", "HEAD"}:
            return _refusal("method")
        try:
            return self._receipt(receipt[1]) if receipt is not None else pages[path]()
        except (sqlite3.Error, OSError, Malformed):
            return _refusal("ledger")

    def _receipt(self, receipt: str) -> Answer:
        try:
            found = proof_of(self._config, self._records, receipt)
        except KeyError:
            return _refusal("no_place")
        if found is None:
            return _refusal("pending")
        return Answer(200, found.to_bytes(), _TEXT)

    def _described(self) -> Answer:
        return Answer(200, self._openapi)

    def _measured(self) -> Answer:
        return Answer(200, self._metrics.page(), b"text/plain; version=0.0.4; charset=utf-8")

    def _anchors(self) -> Answer:
        """Give each worker's checkpoint, for the main log to anchor."""
        found = [
            {"origin": state.origin, "size": state.size, "note": note.decode()}
            for note, state in checkpoints(self._config)
        ]
        return Answer(200, json.dumps({"checkpoints": found}, ensure_ascii=False).encode())

    def _health(self) -> Answer:
        """Say whether this worker would serve, and why it would not."""
        why = self._index.why or self._statuses.why
        working = self._integrating.is_alive() and not any(task.done() for task in self._tasks)
        well = why is None and working
        said = why.to_json() if why else None
        body = {"ok": well, "worker": self._log.worker, "why": said}
        return Answer(200 if well else 503, json.dumps(body, ensure_ascii=False).encode())


async def _content(receive: Receive, most: int) -> bytes:
    body = b""
    while True:
        part = await receive()
        if part["type"] == "http.disconnect":
            raise Refused("too_slow")
        body += bytes(part.get("body", b""))
        if len(body) > most:
            raise Refused("too_large")
        if not part.get("more_body"):
            return body


def _refusal(code: str) -> Answer:
    reason = reasons()[code]
    return Answer(reason.status, refusal_bytes(reason, None), reason=code)


async def _send(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.media), (b"content-length", b"%d" % len(answer.body))]
    if answer.receipt:
        place = f"/receipts/{answer.receipt}{SUFFIX}"
        headers += [(b"receipt", answer.receipt.encode()), (b"link", _link(place))]
    if answer.cursor:
        headers.append((b"next-cursor", answer.cursor.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _link(place: str) -> bytes:
    return f'<{place}>; rel="receipt"'.encode()


def application() -> Gateway:
    """Make the application of a worker from the config that the environment names.

    What is imported by then is never garbage, so the collector need not walk it; and threads that
    wait for the interpreter get it where this one waits anyway (each statement, each signature).
    Together that is a tenth of the CPU time of a look-up.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED)
    sys.setswitchinterval(SWITCH)
    return Gateway(read_config(Path(os.environ[CONFIG])))


__all__ = ["CONFIG", "JSON", "Gateway", "application"]
