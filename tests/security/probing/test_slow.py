"""Slow requests: a server that stops is found, and one that keeps them; one that cuts is well."""

from __future__ import annotations

import gc
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shixiao.security.probing import Given, NotAssessed, Target, described
from shixiao.security.probing.probes import slow
from tests.security.lab import faults, hardened, reach_of, serving

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"


@contextmanager
def one_by_one(*, patience: float) -> Iterator[Target]:
    """Serve one at a time, waiting for the end of its request no longer than its patience."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=200)
    listener.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                link, _ = listener.accept()
            except OSError:
                continue
            with link:
                link.settimeout(patience)
                try:
                    said = b""
                    while b"\r\n\r\n" not in said and not over.is_set():
                        said += link.recv(4096)
                    link.sendall(ANSWER)
                except OSError:
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Target("http", "127.0.0.1", listener.getsockname()[1])
    finally:
        over.set()
        listener.close()
        thread.join()


@pytest.fixture(autouse=True)
def shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "MANY", 8)
    monkeypatch.setattr(slow, "AFTER", 2)
    for name, seconds in {"HOLD": 0.9, "EVERY": 0.1, "PATIENCE": 0.3}.items():
        monkeypatch.setattr(slow, name, seconds)


def test_a_server_that_keeps_unfinished_requests_and_answers_wastes_what_it_has() -> None:
    with serving(hardened()) as target:
        assert faults("slow", target) == ["lets_go"]


def test_a_server_that_stops_answering_is_found() -> None:
    with one_by_one(patience=0.2) as target:
        assert faults("slow", target) == ["answers"]


def test_a_server_that_cuts_unfinished_requests_is_well_and_every_connection_is_closed() -> None:
    with serving(hardened(), patience=0.2) as target, warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        assert faults("slow", target) == []
        gc.collect()


def test_without_consent_to_slow_requests_nothing_is_sent() -> None:
    with serving(hardened()) as target:
        reach = reach_of(target, heavy=frozenset({"load"}))
        with pytest.raises(NotAssessed):
            list(described("slow").look(reach, Given()))
        assert reach.sent == []
