"""A MariaDB of its own, in a folder that goes away, reached by a socket and by nobody else."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

STEPS, STEP = 600, 0.1  # until it answers


@contextmanager
def server() -> Iterator[str]:
    """Start a server and give the address of its empty database ``dept``.

    MariaDB does not run as root unless it is told to; it is told so only where the tests do.
    """
    with tempfile.TemporaryDirectory(prefix="shixiao-my-") as folder:
        data, socket = Path(folder) / "data", Path(folder) / "s"
        owner = ["--user=root"] if os.geteuid() == 0 else []
        shared = ["--no-defaults", f"--datadir={data}", *owner]
        installed = shutil.which("mariadb-install-db") or "mariadb-install-db"
        subprocess.run(
            [installed, *shared, "--auth-root-authentication-method=normal"],
            check=True,
            capture_output=True,
        )
        with (Path(folder) / "log").open("wb") as log:
            running = subprocess.Popen(
                [
                    shutil.which("mariadbd") or "mariadbd",
                    *shared,
                    f"--socket={socket}",
                    f"--pid-file={Path(folder) / 'pid'}",
                    "--skip-networking",
                    "--innodb-buffer-pool-size=16M",
                ],
                stdout=log,
                stderr=log,
            )
        try:
            _wait(socket, running)
            yield f"mysql://root@localhost/dept?unix_socket={quote(str(socket))}"
        finally:
            running.terminate()
            running.wait(timeout=30)


def _wait(socket: Path, running: subprocess.Popen[bytes]) -> None:
    import pymysql

    for _ in range(STEPS):
        try:
            with pymysql.connect(unix_socket=str(socket), user="root") as connection:
                connection.cursor().execute("CREATE DATABASE dept CHARACTER SET utf8mb4")
        except pymysql.OperationalError:
            assert running.poll() is None, "MariaDB ended before it answered"
            time.sleep(STEP)
        else:
            return
    raise AssertionError("MariaDB did not answer")
