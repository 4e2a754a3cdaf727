"""Servers for bars: a gateway, and a bare handler on the same server, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from granian.server import Server

from shixiao.gateway.running import SERVED

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0
BODY = json.dumps(
    {
        "receipt": "0" * 32,
        "grant": "G-1",
        "records": [{"name": "王*", "address": "东路", "born": "1990"}],
    }
).encode()
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(BODY)),
    (b"receipt", b"0" * 32),
    (b"link", b'</receipts/%b.tlog-proof>; rel="receipt"' % (b"0" * 32)),
]
GATEWAY = ("-c", "from shixiao.cli import main; main()", "gateway", "--config")


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Read a request whole, and answer at once what has the size of a look-up's answer."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


def serve_bare(port: int) -> None:
    """Serve the bare handler with the very options by which a gateway is served."""
    Server("bars.gateway_servers:bare", port=port, **SERVED).serve()


def free_port() -> int:
    """Return a port that nothing listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def server(port: int, *command: str) -> Iterator[psutil.Process]:
    """Run a server until the block ends; it answers when the block begins."""
    child = start(port, *command)
    try:
        yield psutil.Process(child.pid)
    finally:
        kill(child, signal.SIGTERM)


def start(port: int, *command: str) -> subprocess.Popen[bytes]:
    """Start a server in a group of its own, and wait until it answers."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    child = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return child
        time.sleep(0.05)
    kill(child, signal.SIGKILL)
    raise RuntimeError("the server does not answer")


def kill(child: subprocess.Popen[bytes], by: signal.Signals) -> None:
    """End a server and its workers."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, by)
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def cpu_of(process: psutil.Process) -> float:
    """Return the CPU seconds of a server and its workers so far."""
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            used = each.cpu_times()
            total += used.user + used.system
    return total


if __name__ == "__main__":
    serve_bare(int(sys.argv[1]))
