"""Passing on: a tool that makes its own requests makes them through :class:`Reach` all the same.

The tool is told an address of this very machine; what comes there goes to the target as any request
of a probe does: within the consent, at its speed, to the one address, and into the log.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from shixiao.security.probing.reach import LARGEST as READ
from shixiao.security.probing.reach import Answer, NotAssessed, Reach

LARGEST = 1 << 20  # bytes of a request
OWN = ("host", "connection", "content-length", "transfer-encoding", "accept-encoding", "user-agent")
SHOWN = ("content-type", "allow", "location", "retry-after", "www-authenticate", "content-encoding")


@dataclass(frozen=True, slots=True)
class Passed:
    """One request that was passed on.

    Attributes:
        method, path, headers, body: of it.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def again(self, reach: Reach, *, largest: int = READ) -> Answer:
        """Send it, as it was."""
        headers = dict(self.headers)
        return reach.ask(self.method, self.path, headers=headers, body=self.body, largest=largest)


Hears = Callable[[Passed, Answer], None]
Fails = Callable[[NotAssessed], None]


@contextmanager
def passing_on(
    reach: Reach,
    hears: Hears,
    *,
    fails: Fails = lambda _: None,
    adds: Mapping[str, str] | None = None,
    hidden: Container[str] | None = None,
    largest: int = READ,
) -> Iterator[str]:
    """Pass on all that comes to an address of this machine, which is given.

    Args:
        reach: the way to the target.
        hears: is told of each request and its answer.
        fails: is told why a request could not be passed on.
        adds: headers that the tool is not told of, and that each request has.
        hidden: headers of answers that are kept back; None for all but ``SHOWN``.
        largest: bytes of an answer; a longer one is cut, or with ``hidden`` not given at all.
    """
    handler = _handler(reach, hears, fails, dict(adds or {}), hidden, largest)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(
    reach: Reach,
    hears: Hears,
    fails: Fails,
    adds: Mapping[str, str],
    hidden: Container[str] | None,
    largest: int,
) -> type[BaseHTTPRequestHandler]:
    """Return what passes a request on; for the arguments see ``passing_on``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def _pass(self) -> None:
            length = self.headers.get("content-length", "0")
            if not length.isdecimal() or int(length) > LARGEST:
                self.close_connection = True
                return
            own = {*OWN, *map(str.lower, adds)}
            kept = tuple((k, v) for k, v in self.headers.items() if k.lower() not in own)
            kept += tuple(adds.items())
            path = self.path.encode("latin-1", "replace").decode("ascii", "replace")
            passed = Passed(self.command, path, kept, self.rfile.read(int(length)))
            try:
                answer = passed.again(reach, largest=largest)
            except NotAssessed as why:
                fails(why)
                self.close_connection = True
                return
            except UnicodeError:
                self.close_connection = True
                return
            if hidden is not None and not answer.whole:
                self.close_connection = True
                return
            hears(passed, answer)
            self._show(answer)

        def _show(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                if name in SHOWN if hidden is None else name not in hidden:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = _pass  # noqa: N815
        do_TRACE = _pass  # noqa: N815

        def log_message(self, *args: object) -> None:
            del args

    return Handler
