"""The processes of the site: started together, watched, started again, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from shixiao.connections import CONNECTIONS, allow_connections
from shixiao.terms import Text, Unavailable

LOOK = 0.5  # seconds between looks at the children
QUICK = 10.0  # a child that ends sooner did not really start
PATIENCE = 5.0  # seconds before one that ended quickly is started again
MOST_QUICK = 5
GRACE = 20.0  # seconds that children get to end by themselves
LEDGER_REFUSED = 3  # exit code of the sequencer when the ledger must not be written
ENDS_AGAIN = Text(
    "进程“{name}”一启动就结束，已停止重试；原因见上面的日志。",
    "The process “{name}” ends as soon as it starts, and is not tried again; the log says why.",
)


@dataclass
class Process:
    """A child that has to run as long as the site does."""

    name: str
    command: Sequence[str]
    child: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick: int = 0
    wait_until: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start the child in a group of its own: a signal to us is passed on by us alone."""
        self.started = time.monotonic()
        self.child = subprocess.Popen(  # noqa: S603 - our own modules
            list(self.command), env=os.environ | self.environment, start_new_session=True
        )

    def look(self) -> None:
        """Start the child again where it has ended.

        Raises:
            Unavailable: it does nothing but end.
        """
        if self.child is None or self.child.poll() is None:
            return
        if self.wait_until == 0.0:
            self._end_group(signal.SIGKILL)
            ran = time.monotonic() - self.started
            self.quick = self.quick + 1 if ran < QUICK else 0
            if self.quick >= MOST_QUICK or self.child.returncode == LEDGER_REFUSED:
                raise Unavailable(ENDS_AGAIN.format(name=self.name))
            self.wait_until = time.monotonic() + (PATIENCE if self.quick else 0.0)
        if time.monotonic() >= self.wait_until:
            self.wait_until = 0.0
            self.start()

    def stop(self, by: signal.Signals) -> None:
        """Tell the child, and whatever it started, to end."""
        if self.child is not None:
            self._end_group(by)

    def _end_group(self, by: signal.Signals) -> None:
        """Signal all of the child's group: what it started may be there after it has ended."""
        if self.child is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, by)


def web(*, host: str, port: int, workers: int) -> Process:
    """Return the web server: synchronous WSGI with threads (decision 1)."""
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "4",
        "--backlog",
        str(CONNECTIONS),
        "--backpressure",
        str(CONNECTIONS),
        "--log-level",
        "warning",
        "--no-ws",
        "shixiao.web.wsgi:application",
    ]
    return Process("web", command)


def worker() -> Process:
    """Return the worker of jobs and schedules."""
    return Process("worker", [sys.executable, "-m", "django", "qcluster"], environment=SETTINGS)


def sequencer() -> Process:
    """Return the sequencer of the ledger."""
    return Process("sequencer", [sys.executable, "-m", "django", "sequence"], environment=SETTINGS)


SETTINGS = {"DJANGO_SETTINGS_MODULE": "shixiao.web.settings"}


def run_together(processes: Sequence[Process]) -> None:
    """Run until a signal comes; every child ends before this returns.

    Raises:
        Unavailable: one of them cannot run.
    """
    allow_connections()
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        del number, frame
        stopping = True

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    try:
        for process in processes:
            process.start()
        while not stopping:
            time.sleep(LOOK)
            for process in processes:
                process.look()
    finally:
        _end(processes)


def _end(processes: Sequence[Process]) -> None:
    for process in processes:
        process.stop(signal.SIGTERM)
    until = time.monotonic() + GRACE
    for process in processes:
        if process.child is not None:
            try:
                process.child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.stop(signal.SIGKILL)
                process.child.wait()
