"""Reaching a log over the network: whatever a server does, one sentence comes of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shixiao.ledger.reaching import is_address, post, reader_of
from shixiao.terms import BadInput, Unavailable

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
ANSWERS = {
    "nothing at all": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "half a file": HEAD + b"half",
    "chunks that break off": HEAD.replace(b"Content-Length: 100", b"Transfer-Encoding: chunked")
    + b"zz\r\n",
    "an error": b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
}


@contextmanager
def server(answer: bytes) -> Iterator[str]:
    """A server that takes one request, says this and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            met, _ = listening.accept()
            with met:
                met.recv(65_536)
                met.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/log"
        thread.join()


@pytest.mark.parametrize("said", ANSWERS)
def test_a_server_that_breaks_off_is_told(said: str) -> None:
    with server(ANSWERS[said]) as url, pytest.raises(Unavailable):
        reader_of(url)("checkpoint", 1000)


@pytest.mark.parametrize("said", ["nothing at all", "no HTTP", "chunks that break off"])
def test_sending_to_a_server_that_breaks_off_is_told(said: str) -> None:
    with server(ANSWERS[said]) as url, pytest.raises(Unavailable):
        post(url, b"note")


def test_a_refusal_is_passed_on_in_both_languages() -> None:
    body = "不认识这个见证方\nThis witness is not known".encode()
    head = f"HTTP/1.1 403 No\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with server(head + body) as url, pytest.raises(BadInput) as told:
        post(url, b"note")
    assert "This witness is not known" in str(told.value.__dict__)


def test_a_place_that_nobody_answers_at_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(Unavailable):
        reader_of(f"http://127.0.0.1:{port}/log")("checkpoint", 1000)


@pytest.mark.parametrize("place", ["http://[::1", "ftp://host/log", "http://", "no such folder"])
def test_what_is_no_place_of_a_log_is_told(place: str, tmp_path: Path) -> None:
    assert not is_address(place)
    with pytest.raises(BadInput):
        reader_of(str(tmp_path / "none") if place == "no such folder" else place)
