"""Slow requests: whether a server that is asked half a question by many still answers others.

Connections are opened beside one another, each with a request that never ends and grows by a line
now and then (Slowloris). Meanwhile an ordinary request is sent again and again. A server that stops
answering is grave; one that answers and yet keeps all of them open wastes what it has.
Source: OWASP ASVS 5.0.0, V15.2.2; RFC 9110, 15.5.9 (408); measured: uvicorn closed none of 800 in
20 s and still answered.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.reach import ENDS, NotAssessed, Reach

MANY = 100  # connections
HOLD = 25.0  # seconds for which they are held; common limits for a header lie below
EVERY = 2.0  # seconds between two lines, and between two ordinary requests
PATIENCE = 5.0  # seconds for an ordinary answer
KEPT = 0.5  # share that is still open at the end, from which the server lets them be
AFTER = 3  # ordinary requests without an answer in a row, from which it has stopped


@probe("slow")
def slow(reach: Reach, given: Given) -> Iterator[Seen]:
    """Open many half requests, watch whether others are answered, and close them all."""
    del given
    reach.check_heavy("slow")
    reach.get()
    with ExitStack() as stack:
        held = list(_half_open(reach, stack))
        answered = _watched(reach, held)
        kept = sum(_is_open(each) for each in held)
    says = {"n": len(held), "kept": kept}
    yield Seen("answers", answered, values=says)
    if answered:
        yield Seen("lets_go", kept < KEPT * MANY, values=says)


def _half_open(reach: Reach, stack: ExitStack) -> Iterator[socket.socket]:
    """Open what the target takes; one that takes no more has set a limit."""
    begin = f"GET {reach.target.path} HTTP/1.1\r\nHost: {reach.target.place}\r\nX-A: 1\r\n"
    with suppress(OSError):
        for plain in reach.sockets(MANY):
            stack.callback(plain.close)
            plain.settimeout(PATIENCE)
            link = reach.dressed(plain)
            stack.callback(link.close)
            link.sendall(begin.encode("ascii"))
            yield link


def _watched(reach: Reach, held: list[socket.socket]) -> bool:
    """Hold the connections, and say whether ordinary requests were answered all the while."""
    until, silent = time.monotonic() + HOLD, 0
    while time.monotonic() < until:
        for each in held:
            with suppress(OSError):
                each.sendall(b"X-B: 1\r\n")
        try:
            reach.get(patience=PATIENCE)
            silent = 0
        except NotAssessed as why:
            if why.text in ENDS:
                raise
            silent += 1
        if silent >= AFTER:
            return False
        time.sleep(max(0.0, min(EVERY, until - time.monotonic())))
    return True


def _is_open(link: socket.socket) -> bool:
    """Say whether the server keeps a connection open and has answered nothing on it."""
    try:
        link.sendall(b"X-C: 1\r\n")
        return not select.select([link], [], [], 0)[0]
    except (OSError, ValueError):
        return False
