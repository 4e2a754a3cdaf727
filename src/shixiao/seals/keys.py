"""Key files: a secret that is made on first use and readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def _hex() -> str:
    return secrets.token_hex(32)


def key_file(path: Path, make: Callable[[], str] = _hex) -> bytes:
    """Return what the key file holds; where there is none, one is made.

    Of several processes that make it at once, one wins and all read the same: the file appears
    under its name only when it is whole.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(make().encode())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(beside, path)
        finally:
            beside.unlink()
    return path.read_bytes()
