"""Servers for bars: a gateway, and a bare handler on the same server, in processes of their own."""

from __future__ import annotations

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

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0
GATEWAY = ("-c", "from shixiao.cli import main; main()", "gateway", "--config")


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Answer at once: what the server itself costs."""
    if scope["type"] != "http":
        return
    await receive()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


def serve_bare(port: int) -> None:
    """Serve the bare handler as ``shixiao.gateway.running`` serves a gateway."""
    from granian.constants import Interfaces, Loops
    from granian.server import Server

    Server(
        "bars.gateway_servers:bare",
        port=port,
        interface=Interfaces.ASGINL,
        loop=Loops.uvloop,
        websockets=False,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
    ).serve()


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
