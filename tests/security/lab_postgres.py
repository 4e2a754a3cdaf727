"""The lab of PostgreSQL: the server of the distribution, as a process of its own in a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

TOOLS = Path("/usr/lib/postgresql")


def tool(name: str) -> Path:
    """Return a program of the newest PostgreSQL that is here; skip the test without one."""
    found = sorted(TOOLS.glob(f"*/bin/{name}"))
    if not found:
        pytest.skip("PostgreSQL is not installed")
    return found[-1]


@contextmanager
def server_of_system(
    options: str = "-h ''", *, files: dict[str, bytes] | None = None
) -> Iterator[Path]:
    """Run a server and yield the folder of its socket; it refuses to run as root.

    Args:
        options: of the server.
        files: that are put into its folder of data.
    """
    initdb, control = tool("initdb"), tool("pg_ctl")
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory() as place:
        if user is not None:
            shutil.chown(place, user)
        data = Path(place, "data")

        def run(program: Path, *rest: str) -> None:
            line = [str(program), "-D", str(data), *rest]
            subprocess.run(line, user=user, cwd=place, check=True, stdout=subprocess.DEVNULL)

        run(initdb, "-A", "trust", "-U", "postgres", "--no-sync")
        for name, content in (files or {}).items():
            path = data / name
            path.write_bytes(content)
            path.chmod(0o600)
            if user is not None:
                shutil.chown(path, user)
        run(control, "-w", "-l", f"{place}/log", "-o", f"-k {place} {options}", "start")
        try:
            yield Path(place)
        finally:
            run(control, "-m", "immediate", "stop")


@contextmanager
def connected(place: Path, database: str = "postgres") -> Iterator[psycopg.Connection]:
    """Connect to a server in a folder."""
    address = f"host={place} user=postgres dbname={database}"
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection
