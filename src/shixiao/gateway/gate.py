"""The gate: a small agent beside a web server, which asks it before every request: is it admitted?

It keeps the signed list of systems (``sharing.admission``), looks for a newer one twice a second,
and answers nginx ``auth_request``, Traefik ``forwardAuth`` and Envoy ``ext_authz`` at
``/check/<system>``, by any method and at any path below: 200 where the system is admitted (Envoy
lets nothing else through), 403 with the reason where it is not. At ``/visit/<system>`` readers of a
suspended system are sent to the page about work by hand, for servers that hand the answer on; nginx
takes 403 alone. What is forged, of another kind or older than what was seen is refused, and the
last good list holds on until the grace is over; then, and before the first list, all is closed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from shixiao.gateway.places import Place
from shixiao.seals import VerifyKey
from shixiao.sharing.admission import Status, StatusList, read_statuses
from shixiao.sharing.published import Closed, Early, write_file
from shixiao.terms import BadInput, Text

EVERY = 0.5  # seconds between looks: what was decided is obeyed in less than two
PATIENCE = 1.0  # seconds that the publisher may take
GRACE = 86_400  # seconds that the last good list holds on
SET_UP = "SHIXIAO_GATE"  # names what the agent is told, to its worker
LIST, SEEN = "list.json", "version"
VISIT = "visit"
PLACES = {"check", VISIT}
READING = {"GET", "HEAD"}
LONGEST = 200
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

NO_LIST = Text("还没有读到准入清单，一律关闭。", "No list of systems was read yet: closed.")
TOO_OLD = Text(
    "准入清单已超过宽限时间没有更新，一律关闭。",
    "The list of systems is older than the grace: closed.",
)
UNKNOWN = Text("这个系统没有准入。", "This system is not admitted.")
OVER = Text("这个系统的准入已到期。", "The admission of this system is over.")
SHUT = {
    Status.SUSPENDED: Text(
        "这个系统已暂停使用，请按人工方式办理。",
        "This system is suspended; it is done by hand meanwhile.",
    ),
    Status.RETIRED: Text("这个系统已停用。", "This system is retired."),
}
UNREACHED = Text("读不到准入清单。", "The list of systems cannot be read.")


@dataclass(frozen=True, slots=True)
class GateSetting:
    """What an agent is told.

    Attributes:
        place: file or address of the signed list.
        key: of whoever admits systems.
        grace: seconds that the last good list holds on.
        state: folder in which it is kept.
        zone: in which a last day ends.
    """

    place: str
    key: VerifyKey
    grace: int
    state: Path
    zone: tzinfo

    def written(self) -> str:
        """Return it as one line, for the worker."""
        told = (self.place, self.key.base64, self.grace, str(self.state), str(self.zone))
        return json.dumps(told)

    @classmethod
    def read(cls, line: str) -> GateSetting:
        """Read what ``written`` wrote."""
        place, key, grace, state, zone = json.loads(line)
        return cls(place, VerifyKey.parse(key.encode()), grace, Path(state), ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class Word:
    """What the gate says of a system: whether it is admitted, why not, and where to go instead."""

    admitted: bool
    why: Text | None = None
    manual: str = ""


class Gate:
    """The list that is obeyed, and the looks for a newer one."""

    def __init__(self, told: GateSetting) -> None:
        self._told = told
        self._held: StatusList | None = None
        self._known = _version(told.state / SEEN)
        self._place = Place(told.place, patience=PATIENCE)
        self.why: Text | None = NO_LIST
        self._restore()

    @property
    def version(self) -> int:
        """Version of the list that is obeyed; 0 without one."""
        return self._held.version if self._held else 0

    def word(self, system: str, *, now: datetime) -> Word:
        """Say whether a system may be used now."""
        held = self._held
        if held is None:
            return Word(False, NO_LIST)
        if (now - held.issued).total_seconds() > self._told.grace:
            return Word(False, TOO_OLD)
        known = held.systems.get(system)
        if known is None:
            return Word(False, UNKNOWN)
        if held.admits(system, at=now.timestamp()):
            return Word(True)
        return Word(False, SHUT.get(known.status, OVER), known.manual)

    async def look(self, client: httpx.AsyncClient) -> None:
        """Look once for a newer list; what cannot be obeyed leaves the last good one."""
        try:
            data = await self._place.changed(client)
            if data is not None:
                await asyncio.to_thread(self.take, data, now=datetime.now(UTC))
            self.why = None if self._held else NO_LIST
        except Closed as closed:
            self.why = closed.text
            if isinstance(closed, Early):
                self._place.forget()  # the same list is right once the clock is
        except (OSError, httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            self.why = UNREACHED
            self._place.forget()

    def take(self, data: bytes, *, now: datetime) -> None:
        """Obey a list from now on, and keep it for the next start.

        Raises:
            Closed: it must not be obeyed.
        """
        told = self._told
        held = read_statuses(
            data, key=told.key, now=now, max_age=told.grace, zone=told.zone, known=self._known
        )
        if held.version > self._known:
            told.state.mkdir(parents=True, exist_ok=True)
            write_file(told.state / SEEN, f"{held.version}\n".encode())
            self._known = held.version
        write_file(told.state / LIST, data)
        self._held = held

    def _restore(self) -> None:
        """Take up the list that was kept, so that a start while the site is down closes nothing."""
        try:
            self.take((self._told.state / LIST).read_bytes(), now=datetime.now(UTC))
        except FileNotFoundError:
            return
        except (OSError, Closed) as problem:
            self.why = problem.text if isinstance(problem, Closed) else UNREACHED
        else:
            self.why = None


class Answers:
    """The ASGI application of the agent."""

    def __init__(self, told: GateSetting) -> None:
        self._gate = Gate(told)
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the life of the server."""
        if scope["type"] == "lifespan":
            await self._lives(receive, send)
        elif scope["type"] == "http":
            await self._answered(str(scope["path"]), _method(scope), send)

    async def _lives(self, receive: Receive, send: Send) -> None:
        while True:
            told = await receive()
            if told["type"] == "lifespan.startup":
                self._looking = asyncio.create_task(self._keep_looking())
                await send({"type": "lifespan.startup.complete"})
            elif told["type"] == "lifespan.shutdown":
                if self._looking is not None:
                    self._looking.cancel()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _keep_looking(self) -> None:
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
            while True:
                await self._gate.look(client)
                await asyncio.sleep(EVERY)

    async def _answered(self, path: str, method: str, send: Send) -> None:
        if path == "/health":
            why = self._gate.why
            body = {"version": self._gate.version, "why": why.to_json() if why else None}
            status = HTTPStatus.OK if self._gate.version else HTTPStatus.SERVICE_UNAVAILABLE
            await _send(send, status, [], json.dumps(body, ensure_ascii=False).encode())
            return
        head, _, rest = path.lstrip("/").partition("/")
        system = rest.partition("/")[0]
        if head not in PLACES or not 0 < len(system) <= LONGEST:
            await _send(send, HTTPStatus.NOT_FOUND, [], b"{}")
            return
        word = self._gate.word(system, now=datetime.now(UTC))
        if word.admitted:
            await _send(send, HTTPStatus.OK, [], b"{}")
            return
        headers, status = [], HTTPStatus.FORBIDDEN
        if word.manual:
            place = quote(word.manual, safe=":/?#&=%").encode()
            headers.append((b"x-shixiao-manual", place))
            if head == VISIT and method in READING:
                headers.append((b"location", place))
                status = HTTPStatus.FOUND
        said = {"system": system, "why": word.why.to_json() if word.why else None}
        data = json.dumps(said, ensure_ascii=False).encode()
        await _send(send, status, headers, data)


def application() -> Answers:
    """Return the application that the environment describes, for the server's worker."""
    return Answers(GateSetting.read(os.environ[SET_UP]))


def _method(scope: Scope) -> str:
    """Return by which method the visitor came: Traefik asks by GET and says so in a header."""
    said = dict(scope["headers"]).get(b"x-forwarded-method")
    return said.decode("ascii", errors="replace").upper() if said else str(scope["method"])


async def _send(
    send: Send, status: HTTPStatus, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    plain = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    whole = [*plain, (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": int(status), "headers": whole})
    await send({"type": "http.response.body", "body": body})


def _version(path: Path) -> int:
    """Return the highest version that was seen; a damaged note closes the gate.

    Raises:
        BadInput: it is damaged.
    """
    try:
        return int(path.read_text("ascii"))
    except FileNotFoundError:
        return 0
    except (ValueError, UnicodeDecodeError):
        raise BadInput(
            Text(
                "记录的版本号已损坏；请核实后删除这个文件。",
                "the version that was noted is damaged; look into it, then remove the file.",
            ),
            file=str(path),
        ) from None
