"""Relay: lends a tool that runs by itself the one way to the target, and no other.

The tool is told of a proxy on this machine. Whatever it asks the proxy for, it is led to the
target's own address and port: within the consent, at its speed, one connection at a time, and each
of them in the log.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from shixiao.security.probing.reach import NotAssessed, Reach

LONGEST = 4096  # bytes of what the tool says to the proxy
PIECE = 1 << 16
IDLE = 20.0  # seconds without a byte


@contextmanager
def relayed(reach: Reach, what: str) -> Iterator[int]:
    """Open a proxy for a tool and yield its port.

    Args:
        reach: the way to the target.
        what: is done, for the log.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            link, _ = listener.accept()
            threading.Thread(target=_serve, args=(reach, what, link), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = int(listener.getsockname()[1])
    try:
        yield port
    finally:
        over.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            pass
        thread.join()
        listener.close()


def _serve(reach: Reach, what: str, link: socket.socket) -> None:
    with link, suppress(OSError, NotAssessed):
        link.settimeout(IDLE)
        if not _asked(link):
            return
        with reach.connect(what=what) as far:
            link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            _both(link, far)


def _asked(link: socket.socket) -> bool:
    """Read what the tool asks for, and care for nothing of it but that it is a tunnel."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < LONGEST:
        piece = link.recv(1)  # no byte of what is to be tunnelled may be taken
        if not piece:
            return False
        head += piece
    return head.startswith(b"CONNECT ")


def _both(near: socket.socket, far: socket.socket) -> None:
    """Pass bytes both ways until one side ends."""
    ways = {near: far, far: near}
    while True:
        ready, _, _ = select.select([near, far], [], [], IDLE)
        if not ready:
            return
        for each in ready:
            piece = each.recv(PIECE)
            if not piece:
                return
            ways[each].sendall(piece)
