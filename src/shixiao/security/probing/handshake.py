"""Handshake: say hello to the target, read its answer within limits, and go no further.

An alert or a closed connection refuses what was offered. Silence, rubbish or an answer without end
is *not assessed*.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from shixiao.security.probing.hello import Flight, Hello, Reading, Rubbish, speaks_ssl2, ssl2_hello
from shixiao.security.probing.reach import NotAssessed, Reach
from shixiao.terms import Text

PATIENCE = 5.0  # seconds for one answer
LARGEST = 1 << 18  # bytes of an answer: four times what a long chain takes
SILENT = Text("握手没有得到回应。", "A handshake was not answered.")
ENDLESS = Text("握手的应答过长，没有读完。", "The answer to a handshake was too long to be read.")
#: Length and code of a request to encrypt. Source: PostgreSQL 15, Message Formats, SSLRequest.
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
NO_DATABASE = Text(
    "应答不是 PostgreSQL 对加密请求的应答。",
    "What was answered is no answer of PostgreSQL to a request to encrypt.",
)
NO_TLS = Text("应答不是 TLS 握手。", "What was answered is no TLS handshake.")


class Plain(NotAssessed):
    """The target answers a handshake in plain HTTP, or refuses to encrypt."""


def greet(reach: Reach, hello: Hello, *, dhe: frozenset[int] = frozenset()) -> Flight | None:
    """Send a hello and return what the target took; None where it refused.

    Raises:
        NotAssessed: silence, rubbish, or no end.
    """
    reading = Reading(dhe)
    try:
        _exchange(reach, hello.encoded(), reading)
    except Rubbish as why:
        if why.args[0].startswith((b"HTTP/", b"<")):
            raise Plain(NO_TLS) from None
        raise NotAssessed(NO_TLS) from None
    return reading.flight


@contextmanager
def _link(reach: Reach, what: str) -> Iterator[socket.socket]:
    """Open a connection on which a handshake can begin.

    Raises:
        Plain: the database does not encrypt.
        NotAssessed: it answers something else.
    """
    with reach.connect(what=what) as link:
        if reach.target.scheme == "postgresql":
            link.sendall(SSL_REQUEST)
            said = _received(link, _until(reach))[:1]
            if said == b"N":
                raise Plain(NO_TLS)
            if said != b"S":
                raise NotAssessed(NO_DATABASE)
        yield link


def greet_ssl2(reach: Reach) -> bool:
    """Say whether the target takes a hello of SSL 2.0.

    Raises:
        NotAssessed: silence.
    """
    with _link(reach, "hello SSL 2.0") as link:
        until = _until(reach)
        raw = b""
        try:
            link.sendall(ssl2_hello())
            while len(raw) < 16:
                piece = _received(link, until)
                if not piece:
                    break
                raw += piece
                if raw[0] in (21, 22):  # a record of TLS: an alert
                    break
        except (ConnectionError, BrokenPipeError):
            return False
    return speaks_ssl2(raw)


def secure(reach: Reach, context: ssl.SSLContext) -> tuple[bytes, ...]:
    """Complete a handshake with this machine's own library; return the chain that came.

    Raises:
        ssl.SSLError: they do not agree, or the certificate is not trusted.
        NotAssessed: silence, or no end.
    """
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    spoken = context.wrap_bio(coming, going, server_hostname=reach.target.host)
    with _link(reach, "handshake") as link:
        until, read = _until(reach), 0
        while True:
            try:
                spoken.do_handshake()
            except ssl.SSLWantReadError:
                _send(link, going)
                piece = _received(link, until)
                if not piece:
                    raise ssl.SSLError("closed") from None
                read += len(piece)
                if read > LARGEST:
                    raise NotAssessed(ENDLESS) from None
                coming.write(piece)
            else:
                _send(link, going)
                break
    # Public from Python 3.13 on; before that it stands one level below.
    chain = spoken._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
    return tuple(each.public_bytes(ssl._ssl.ENCODING_DER) for each in chain or ())  # type: ignore[attr-defined]


def _exchange(reach: Reach, first: bytes, reading: Reading) -> None:
    with _link(reach, "hello") as link:
        until, read = _until(reach), 0
        try:
            link.sendall(first)
            while not reading.over:
                piece = _received(link, until)
                if not piece:
                    return
                read += len(piece)
                reading.take(piece)
                if read > LARGEST:
                    raise NotAssessed(ENDLESS)
        except ConnectionError:
            return


def _until(reach: Reach) -> float:
    return time.monotonic() + min(PATIENCE, reach.left())


def _send(link: socket.socket, going: ssl.MemoryBIO) -> None:
    waiting = going.read()
    if waiting:
        link.sendall(waiting)


def _received(link: socket.socket, until: float) -> bytes:
    left = until - time.monotonic()
    if left <= 0:
        raise NotAssessed(SILENT)
    link.settimeout(left)
    try:
        return link.recv(1 << 14)
    except TimeoutError:
        raise NotAssessed(SILENT) from None
