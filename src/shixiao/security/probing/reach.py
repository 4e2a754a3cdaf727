"""Reach: the only way by which a probe reaches anything, and the log of all that was sent.

The name is looked up once and the address kept: a name that answers otherwise a second time leads
nowhere. No redirect is followed. Size, time, number and speed of all that is sent and read have
limits, and one connection is open at a time.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from shixiao.security.probing.consent import Address, Consent, plain
from shixiao.security.probing.target import Target
from shixiao.terms import Text

PATIENCE = 10.0  # seconds for one answer
LARGEST = 2 << 20  # bytes of an answer that are read
TOO_FAST = 429
WAITS = (1.0, 2.0, 4.0, 8.0)  # seconds before a target is asked again that says "too fast"
LONGEST_WAIT = 90.0  # seconds, whatever it asks for
APART, FURTHEST = 0.02, 0.2  # seconds between requests from then on, doubled each time
Look = Callable[[str, int], list[str]]


class NotAssessed(Exception):
    """A probe could not tell: never the same as passed. ``text`` says why."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


class Refused(NotAssessed):
    """The machine answered that nobody listens there: that much is known."""


class NoHttp(NotAssessed):
    """Somebody listens there who speaks no HTTP, or breaks off: that much is known."""


OUT_OF_TIME = Text("规定的时间内没有测完。", "It did not end within its time.")
TOO_MANY = Text("已达到同意的请求总数。", "The number of requests consented to was reached.")
WINDOW = Text("同意的时间已过。", "The time consented to is over.")
STILL_TOO_FAST = Text(
    "目标说请求太快（429），等候之后仍是如此，没有测完。",
    "The target says that requests come too fast (429), and still did after waiting.",
)
NO_PAGES = Text("数据库没有网页。", "A database has no pages.")
#: Reasons that lie in the consent or the clock, and so say nothing of the target.
ENDS = (OUT_OF_TIME, TOO_MANY, WINDOW)


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that was sent.

    Attributes:
        at: when.
        probe: which probe.
        what: method and path, or ``connect``.
        status: of the answer; 0 where there was none.
        seconds: until it was read.
    """

    at: datetime
    probe: str
    what: str
    status: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the target answered.

    Attributes:
        status: HTTP status.
        headers: names in lower case with every value, in order.
        body: as far as it was read.
        whole: whether that is all of it.
        seconds: until it was read.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    whole: bool
    seconds: float

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a header."""
        return tuple(value for key, value in self.headers if key == name.lower())

    def header(self, name: str) -> str:
        """Return the values of a header, joined; "" without one."""
        return ", ".join(self.all(name))

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass
class Reach:
    """The way to one target.

    Attributes:
        target: where to.
        consent: what may be sent.
        now: gives the time.
        sent: all that was sent, in order.
    """

    target: Target
    consent: Consent
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    look: Look = resolve
    sent: list[Sent] = field(default_factory=list)
    _probe: str = ""
    _until: float = float("inf")
    _address: Address | None = None
    _next: float = 0.0
    _apart: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _flying: int = 0  # sent, and not in the log yet
    _counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> Address:
        """The address that everything goes to, looked up once.

        Raises:
            NotAssessed: there is none, or none that may be asked.
        """
        if self._address is None:
            self._address = self._resolved()
        return self._address

    @contextmanager
    def probing(self, probe: str, *, seconds: float) -> Iterator[None]:
        """Let a probe send, for so many seconds at most, and no longer than one around it has."""
        before = self._probe, self._until
        self._probe, self._until = probe, min(self._until, time.monotonic() + seconds)
        try:
            yield
        finally:
            self._probe, self._until = before

    def left(self) -> float:
        """Return the seconds that the probe still has.

        Raises:
            NotAssessed: none.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise NotAssessed(OUT_OF_TIME)
        return left

    @contextmanager
    def connect(self, *, what: str = "connect", port: int = 0) -> Iterator[socket.socket]:
        """Open a plain connection, one at a time.

        Args:
            what: is done, for the log.
            port: another than the target's, which the consent has to name.

        Raises:
            Refused: nobody listens there.
            NotAssessed: nobody answers, or it may not be asked any more.
        """
        self._check_port(port or self.target.port)
        with self._turn, self._opened(what, port or self.target.port) as plain:
            yield plain

    def sockets(self, most: int) -> Iterator[socket.socket]:
        """Open many connections beside one another, where slow requests are consented to.

        The caller closes them.
        """
        self.check_heavy("slow")
        for _ in range(most):
            self._allow()
            plain = socket.create_connection((str(self.address), self.target.port), PATIENCE)
            self._note("connect", 0, 0.0)
            yield plain

    def dressed(self, plain: socket.socket) -> socket.socket:
        """Return a connection as the target speaks on it: encrypted, or as it is for http.

        Raises:
            OSError: the target does not speak TLS as it should.
        """
        if self.target.scheme == "http":
            return plain
        return _any_certificate().wrap_socket(plain, server_hostname=self.target.host)

    def get(self, path: str = "", **more: object) -> Answer:
        """Ask for a path of the target; see :meth:`ask`."""
        return self.ask("GET", path, **more)  # type: ignore[arg-type]

    def ask(
        self,
        method: str,
        path: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        patience: float = PATIENCE,
        scheme: str = "",
        port: int = 0,
        largest: int = LARGEST,
        waits: bool = True,
    ) -> Answer:
        """Send one HTTP request, follow nothing, and read no more than the limit.

        A target that says "too fast" is asked again, and from then on more slowly: what is behind
        its limit was not seen.

        Args:
            method: of the request.
            path: with query; the target's own path where it is "".
            headers: besides Host.
            body: of the request.
            patience: seconds for the answer.
            scheme: http or https where it is another than the target's.
            port: of that scheme, which the consent has to name.
            largest: bytes of the answer that are read.
            waits: whether to wait out a limit; no, where the limit is what is looked for.

        Raises:
            NoHttp: what is answered is no HTTP.
            NotAssessed: nobody answers, it goes on saying "too fast", or nothing may be sent.
        """
        if self.target.scheme == "postgresql":
            raise NoHttp(NO_PAGES)
        wanted = path or self.target.path
        spoken = scheme or ("https" if self.target.scheme == "tls" else self.target.scheme)
        at = port or self.target.port
        self._check_port(at)

        def once() -> Answer:
            with self._turn, self._noted(f"{method} {wanted[:200]}", waits) as told, _way() as way:
                told.append(
                    self._asked(
                        way, spoken, at, method, wanted, headers or {}, body, patience, largest
                    )
                )
                return told[0]

        answer = once()
        for wait in WAITS if waits else ():
            if answer.status != TOO_FAST:
                return answer
            self._slow_down(answer, wait)
            answer = once()
        if waits and answer.status == TOO_FAST:
            raise NotAssessed(STILL_TOO_FAST)
        return answer

    @contextmanager
    def many(self, most: int) -> Iterator[Callable[[str, float], Future[Answer | None]]]:
        """Ask beside one another, where load is consented to; each time as a new visitor would.

        What is given takes a path and the seconds to wait, sends when its turn by the consent has
        come, and returns at once; None comes of it where nobody answered.

        Args:
            most: connections beside one another; what is asked beyond them waits.

        Raises:
            NotAssessed: load is not consented to, or (when asking) nothing may be sent.
        """
        self.check_heavy("load")
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=0)
        with _way(limits) as way, ThreadPoolExecutor(most) as lanes:

            def send(path: str, patience: float) -> Future[Answer | None]:
                with self._turn:
                    self._allow()
                    with self._counting:
                        self._flying += 1
                return lanes.submit(self._of_many, way, path, patience)

            yield send

    def check_heavy(self, kind: str) -> None:
        """Check that something heavier than looking is consented to.

        Raises:
            NotAssessed: it is not.
        """
        if kind not in self.consent.heavy:
            raise NotAssessed(
                Text(
                    f"同意书没有同意这一类测试（{kind}）。",
                    f"The consent does not allow tests of this kind ({kind}).",
                )
            )

    def _of_many(self, way: httpx.HTTPTransport, path: str, patience: float) -> Answer | None:
        spoken = "https" if self.target.scheme == "tls" else self.target.scheme
        begun, status = time.monotonic(), 0
        try:
            answer = self._asked(way, spoken, self.target.port, "GET", path, {}, b"", patience)
            status = answer.status
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError, NotAssessed):
            return None
        finally:
            with self._counting:
                self._note(f"GET {path[:200]}", status, time.monotonic() - begun)
                self._flying -= 1
        return answer

    def _asked(
        self,
        way: httpx.HTTPTransport,
        scheme: str,
        port: int,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        patience: float,
        largest: int = LARGEST,
    ) -> Answer:
        number = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        host = self.target.place if port == self.target.port else self.target.host
        limit = min(patience, self.left())
        begun = time.monotonic()
        told = {"host": host, "user-agent": "shixiao-probe", "accept": "*/*"} | dict(headers)
        place = httpx.URL(scheme=scheme, host=number.strip("[]"), port=port, raw_path=path.encode())
        extensions: dict[str, object] = {"timeout": httpx.Timeout(limit).as_dict()}
        if scheme == "https":
            extensions["sni_hostname"] = self.target.host
        request = httpx.Request(
            method, place, headers=told, content=body or None, extensions=extensions
        )
        answer = way.handle_request(request)
        try:
            found, whole = bytearray(), True
            for part in answer.iter_raw():
                found += part
                if len(found) > largest or time.monotonic() - begun > limit:
                    whole = False
                    break
        finally:
            answer.close()
        shown = tuple((key.lower(), value) for key, value in answer.headers.multi_items())
        took = time.monotonic() - begun
        return Answer(answer.status_code, shown, bytes(found[:largest]), whole, took)

    @contextmanager
    def _opened(self, what: str, port: int) -> Iterator[socket.socket]:
        self._allow()
        begun = time.monotonic()
        try:
            plain = socket.create_connection((str(self.address), port), min(PATIENCE, self.left()))
        except ConnectionRefusedError as why:
            self._note(what, 0, time.monotonic() - begun)
            raise Refused(_unreached(self.target, why)) from None
        except OSError as why:
            self._note(what, 0, time.monotonic() - begun)
            raise NotAssessed(_unreached(self.target, why)) from None
        with plain:
            try:
                yield plain
            finally:
                self._note(what, 0, time.monotonic() - begun)

    @contextmanager
    def _noted(self, what: str, waits: bool) -> Iterator[list[Answer]]:
        """Wait for the turn of a request, and note what came of it: the answer in the list."""
        self._allow(self._apart if waits else 0.0)
        begun, told = time.monotonic(), list[Answer]()
        try:
            yield told
        except (httpx.RemoteProtocolError, httpx.ReadError) as why:
            raise NoHttp(_unreached(self.target, why)) from None
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as why:
            raise NotAssessed(_unreached(self.target, why)) from None
        finally:
            self._note(what, told[0].status if told else 0, time.monotonic() - begun)

    def _slow_down(self, answer: Answer, wait: float) -> None:
        """Wait as long as the target asks, or as long as is usual; go on more slowly."""
        asked = answer.header("retry-after")
        seconds = float(asked) if asked.isdecimal() and len(asked) < 9 else wait
        self._apart = min(max(2 * self._apart, APART), FURTHEST)
        time.sleep(min(max(seconds, wait), LONGEST_WAIT, self.left()))

    def _allow(self, apart: float = 0.0) -> None:
        """Wait for the turn of the next request, and check that it may be sent at all."""
        self._address = self.address  # nothing counts as sent before it is known where it goes
        self.left()
        with self._counting:
            if len(self.sent) + self._flying >= self.consent.most:
                raise NotAssessed(TOO_MANY)
        if not self.consent.starts <= self.now() < self.consent.ends:
            raise NotAssessed(WINDOW)
        wait = self._next - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._next = max(self._next, time.monotonic()) + max(1.0 / self.consent.rate, apart)

    def _check_port(self, port: int) -> None:
        if port != self.target.port and port not in self.consent.ports and not self.target.own:
            raise NotAssessed(
                Text(f"同意书没有写端口 {port}。", f"The consent does not name port {port}.")
            )

    def _note(self, what: str, status: int, seconds: float) -> None:
        self.sent.append(Sent(self.now(), self._probe, what, status, round(seconds, 4)))

    def _resolved(self) -> Address:
        why = self.consent.why_not(self.target, now=self.now())
        if why is not None:
            raise NotAssessed(why)
        try:
            found = [
                plain(ipaddress.ip_address(each.partition("%")[0]))
                for each in self.look(self.target.host, self.target.port)
            ]
        except (OSError, ValueError) as problem:
            raise NotAssessed(_unreached(self.target, problem)) from None
        outside = [each for each in found if not self.consent.covers(each)]
        if outside or not found:
            where = str(outside[0]) if outside else "—"
            raise NotAssessed(
                Text(
                    f"{self.target.host} 指向 {where}，不在同意的范围；没有发出请求。",
                    f"{self.target.host} leads to {where}, outside the consent; nothing was sent.",
                )
            )
        return found[0]


def _way(limits: httpx.Limits | None = None) -> httpx.HTTPTransport:
    """Return a transport alone: a client would already look into where a redirect leads."""
    told = limits or httpx.Limits()
    return httpx.HTTPTransport(verify=_any_certificate(), trust_env=False, limits=told)


def _any_certificate() -> ssl.SSLContext:
    """Return a context that speaks with every server; its certificate is judged elsewhere."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _unreached(target: Target, why: Exception) -> Text:
    said = str(why).strip() or type(why).__name__
    return Text(
        f"{target.place} 没有正常应答：{said[:160]}",
        f"{target.place} did not answer as it should: {said[:160]}",
    )
