"""A site of a bar's own: its folder, its database, and processes that can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bars.workers import ROOT
from tests.postgres import server

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class BarSite:
    """A site that was prepared: tables, a cast of people, an empty ledger."""

    folder: Path
    environment: dict[str, str]

    def run(self, job: str, *arguments: object) -> dict[str, Any]:
        """Run a job of ``bars.site_jobs`` to its end and return what it printed."""
        done = subprocess.run(
            self._command(job, *arguments),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{job} failed: {done.stderr[-2000:]}")
        result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return result

    def start(self, job: str, *arguments: object) -> subprocess.Popen[str]:
        """Start a job whose output is read while it runs."""
        return subprocess.Popen(
            self._command(job, *arguments),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start_django(self, command: str) -> subprocess.Popen[bytes]:
        """Start a process of the site as ``shixiao worker`` does, in a group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "django", command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _command(self, job: str, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "bars.site_jobs", job, *map(str, arguments)]


@contextmanager
def prepared_site(database: str, **environment: str) -> Iterator[BarSite]:
    """Prepare a site on ``sqlite`` or on a ``postgresql`` server of its own."""
    with tempfile.TemporaryDirectory(prefix="shixiao-bar-") as folder:
        if database == "postgresql":
            with server() as url:
                yield _prepared(Path(folder), url, environment)
        else:
            yield _prepared(Path(folder), f"sqlite:///{folder}/records.sqlite3", environment)


def _prepared(folder: Path, url: str, environment: Mapping[str, str]) -> BarSite:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SHIXIAO_")}
    site = BarSite(
        folder,
        ours
        | {
            "SHIXIAO_DATA": str(folder),
            "SHIXIAO_SECRET_KEY": "a key for bars",
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "shixiao.web.settings",
            "PYTHONWARNINGS": "ignore",
        }
        | dict(environment),
    )
    site.run("prepare")
    return site


def end(child: subprocess.Popen[Any], by: signal.Signals = signal.SIGKILL) -> None:
    """End a process with all that it started."""
    if child.poll() is None:
        os.killpg(child.pid, by)
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process, its children, and those it has outlived."""
    top = psutil.Process(pid)
    used = 0.0
    for each in (top, *top.children(recursive=True)):
        times = each.cpu_times()
        used += times.user + times.system
    times = top.cpu_times()
    return used + times.children_user + times.children_system
