"""Files that gateways and gates obey: where they lie, by which keys, and one writer at a time."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from shixiao.seals import SigningKey, key_file

FOLDER = "exchange"


def signing_key(name: str) -> SigningKey:
    """Return a key of the site by its name; it is made when it is first needed."""

    def fresh() -> str:
        return SigningKey.new().pem().decode()

    return SigningKey.parse(key_file(Path(settings.SITE.data) / "keys" / name, fresh))


def path_of(name: str) -> Path:
    """Return where a file lies."""
    return Path(settings.SITE.data) / FOLDER / name


@contextmanager
def next_version(path: Path) -> Iterator[int]:
    """Keep others from writing a file, and give the version that it gets.

    What it says is read within: or what was read before something was suspended could be written
    after it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _version(path) + 1


def read_file(path: Path) -> bytes | None:
    """Return a file as it lies; None where none was published yet."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _version(path: Path) -> int:
    """Return the version of the file that lies there; 0 for none."""
    data = read_file(path)
    return 0 if data is None else int(json.loads(data)["document"]["version"])
