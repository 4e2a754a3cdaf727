"""The web server leaves room for whoever comes next."""

from __future__ import annotations

import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from shixiao.connections import allow_connections

SITE = shlex.join([sys.executable, "-c", "from shixiao.cli import main; main()", "web"])
FILE = "/static/site.css"  # served without a database
RESTING = 1_500  # granian alone holds 1,024 connections, a new process 1,024 files


def asked(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", FILE)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number = int(taken.getsockname()[1])
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            ["sh", "-c", f"ulimit -Sn 1024; exec {SITE} --port {number}"],
            env=os.environ | {"SHIXIAO_DATA": str(tmp_path), "SHIXIAO_HOSTS": "127.0.0.1"},
            stdout=log,
            stderr=log,
        )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if asked(number) == 200:
                    break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail((tmp_path / "log").read_text("utf-8", "replace"))
        yield number
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


@pytest.mark.slow
def test_many_connections_at_rest_keep_nobody_out(port: int) -> None:
    allow_connections()
    with ExitStack() as stack:
        for _ in range(RESTING):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        time.sleep(1)
        assert asked(port) == 200
