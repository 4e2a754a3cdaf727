"""The lab: small servers on loopback, each with one thing wrong or with everything right."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from shixiao.security.probing import Consent, Given, Reach, Target, described

Serve = Callable[[socket.socket], None]


@dataclass
class Asked:
    """One request that came: method, path with query, headers in lower case, body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """What is answered; several values of one header stand in a list of pairs."""

    status: int = 200
    body: bytes = b"<!doctype html><title>x</title>"
    headers: list[tuple[str, str]] = field(default_factory=list)


Behaviour = Callable[[Asked], Reply]
HARDENED = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Server": "web",
}


def hardened(**changed: str | None) -> Behaviour:
    """Return a behaviour with every header right but those changed; ``None`` leaves one out.

    ``_`` in a name stands for ``-``.
    """
    wanted: dict[str, str | None] = {**HARDENED}
    wanted |= {name.replace("_", "-").title(): value for name, value in changed.items()}
    known = {name.lower(): name for name in HARDENED}
    headers: Mapping[str, str | None] = {
        known.get(name.lower(), name): value for name, value in wanted.items()
    }
    kept = [(name, value) for name, value in headers.items() if value is not None]
    return lambda asked: Reply(headers=kept)


def at_paths(found: Mapping[str, bytes], usual: Behaviour | None = None) -> Behaviour:
    """Return a behaviour that has files at paths, and says 404 to all but them and the page."""
    whole = usual or hardened()

    def answer(asked: Asked) -> Reply:
        reply = whole(asked)
        path = asked.path
        if path in found:
            return replace(reply, body=found[path])
        known = path.partition("?")[0] == "/" and asked.method in ("GET", "HEAD", "POST")
        return reply if known else replace(reply, status=404, body=b"<!doctype html><p>404")

    return answer


@contextmanager
def serving(
    behaviour: Behaviour,
    *,
    pair: tuple[Path, Path] | ssl.SSLContext | None = None,
    largest: int = 1 << 24,
    patience: float | None = None,
) -> Iterator[Target]:
    """Serve a behaviour on a free port of loopback.

    Args:
        behaviour: what is answered.
        pair: certificate and key, or a whole context, for a server that speaks https.
        largest: bytes of a body that are read; a larger one is refused unread.
        patience: seconds in all for the head of a request; None for no end.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            if patience is not None:
                threading.Timer(patience, self._cut).start()

        def _cut(self) -> None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            if length > largest:
                self.close_connection = True
                self.send_error(413)
                return
            headers = {key.lower(): value for key, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self._body(length))
            reply = behaviour(asked)
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        def _body(self, length: int) -> bytes:
            found = b""
            while len(found) < length:
                part = self.rfile.read1(min(length - len(found), 1 << 16))
                if not part:
                    break
                found += part
            return found

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = do_TRACE = _answer  # noqa: N815

        def log_message(self, *args: object) -> None:
            del args

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # who comes beside others is not told to come again in a second

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if pair is not None:
        context = pair if isinstance(pair, ssl.SSLContext) else _context(pair)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Target("https" if pair else "http", "127.0.0.1", server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _context(pair: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context


@contextmanager
def listening(serve: Serve, *, scheme: str = "tls") -> Iterator[Target]:
    """Serve each connection by a function, one after the other, on a free port of loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def turn() -> None:
        while True:
            link, _ = listener.accept()
            with link:
                if over.is_set():
                    return
                link.settimeout(2)
                with suppress(OSError, ValueError):
                    serve(link)

    thread = threading.Thread(target=turn)
    thread.start()
    port = listener.getsockname()[1]
    try:
        yield Target(scheme, "127.0.0.1", port)
    finally:
        over.set()
        with socket.create_connection(("127.0.0.1", port)):
            pass
        thread.join()
        listener.close()


def reach_of(target: Target, **consent: object) -> Reach:
    """Return the way to a target on this machine."""
    allowed = Consent.of_own_machine(target, now=datetime.now(UTC))
    return Reach(target, replace(allowed, **consent))  # type: ignore[arg-type]


CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
HOLLOW = re.compile(r"[{}]|（）|\(\)|“”|：。|: \.")


def looked(
    name: str, target: Target, given: Given | None = None, **consent: object
) -> dict[str, bool]:
    """Run one probe and return check → whether it holds at every place.

    What it says of each fault is held to its language, whatever the servers of the lab say.
    """
    probe, reach = described(name), reach_of(target, **consent)
    found: dict[str, bool] = {}
    with reach.probing(name, seconds=probe.seconds):
        for seen in probe.look(reach, given or Given()):
            found[seen.check] = found.get(seen.check, True) and seen.passed
            if not seen.passed:
                said = probe.checks[seen.check].says.format(**seen.values)
                assert not CHINESE.search(said.en), said.en
                bare = said.zh + said.en
                for value in filter(None, map(str, seen.values.values())):
                    bare = bare.replace(value, "x")  # a path of an interface holds braces itself
                assert not HOLLOW.search(bare), said
    assert set(found) <= set(probe.checks)
    return found


def faults(name: str, target: Target, given: Given | None = None, **consent: object) -> list[str]:
    """Run one probe and return the checks that do not hold."""
    found = looked(name, target, given, **consent)
    return sorted(check for check, holds in found.items() if not holds)
