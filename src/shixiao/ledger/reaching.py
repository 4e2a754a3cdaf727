"""Reaching a log: in a folder, or at an address that serves its files (c2sp.org/tlog-tiles)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.folder import CHECKPOINT, VKEYS, WITNESSES, LogFolder
from shixiao.ledger.keys import parse_vkey
from shixiao.ledger.notes import LARGEST_NOTE, Note
from shixiao.ledger.tiles import (
    LARGEST_BUNDLE,
    TILE_WIDTH,
    TileName,
    hashes_at,
    join_entries,
    read_as_wide,
    split_entries,
    tile_name,
)
from shixiao.ledger.wording import Malformed
from shixiao.seals.tree import HASH_BYTES
from shixiao.terms import BadInput, Text, Unavailable

TIMEOUT = 30.0  # seconds for one file
Read = Callable[[str, int], bytes]
"""Gives a file of a log by its name, and at most one byte more than it may have."""

# No network, no such host, a server that hangs up or does not speak HTTP.
UNREACHED = (OSError, HTTPException, UnicodeError)
UNREACHABLE = Text(
    "连不上 {url}：{why}。请核对地址和网络后再试。",
    "{url} cannot be reached: {why}. Check address and network, and try again.",
)
NO_LOG = Text(
    "“{place}”既不是账本文件夹，也不是网址。",
    "“{place}” is neither the folder of a log nor an address.",
)


def is_address(place: str) -> bool:
    """Say whether a place is a web address."""
    try:
        parts = urlsplit(place)
    except ValueError:  # brackets that do not close
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def reader_of(place: str) -> Read:
    """Return how files are read from a folder or an address.

    Raises:
        BadInput: it is neither.
    """
    if is_address(place):
        return lambda name, most: _get(f"{place.rstrip('/')}/{name}", most)
    if not Path(place).is_dir():
        raise BadInput(NO_LOG.format(place=place))
    return LogFolder(Path(place)).read


def checkpoint_at(read: Read) -> bytes:
    """Return the checkpoint file.

    Raises:
        Malformed: there is none.
    """
    try:
        return read(CHECKPOINT, LARGEST_NOTE)
    except FileNotFoundError:
        raise Malformed("checkpoint_missing", file=CHECKPOINT) from None


def copy_log(read: Read, folder: Path) -> Checkpoint:
    """Copy a log into a folder, the checkpoint last; what is there already is not fetched again.

    Nothing is checked here: check the copy.

    Raises:
        Malformed: the checkpoint is not in its form.
        FileNotFoundError: a file that the log must have is missing.
    """
    data = checkpoint_at(read)
    for name, content in log_files(read, data, there=lambda name: (folder / name).exists()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}")
        beside.write_bytes(content)
        beside.replace(path)  # half a file would count as being there
    return Checkpoint.parse(Note.parse(data).text)


def log_files(
    read: Read, checkpoint: bytes, *, there: Callable[[str], bool] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Give name and content of each file of a log as of a checkpoint, the checkpoint last.

    Args:
        read: gives the files; the log may have grown since.
        checkpoint: content of the checkpoint file.
        there: says of a file that never changes whether it is left out.

    Raises:
        Malformed: the checkpoint is not in its form.
        FileNotFoundError: a file that the log must have is missing.
    """
    size = Checkpoint.parse(Note.parse(checkpoint).text).size
    for level, number in _tiles(size):
        name = tile_name(level, number, size)
        if name.width < TILE_WIDTH or there is None or not there(name.path):
            yield name.path, _at_width(read, name)
    try:
        keys = read(VKEYS, LARGEST_NOTE)
    except FileNotFoundError:
        keys = b""
    if keys:
        yield VKEYS, keys
    for line in keys.decode(errors="replace").splitlines():
        yield from _witnessed(read, line, size)
    yield CHECKPOINT, checkpoint


def post(url: str, data: bytes) -> str:
    """Send bytes and return the answer.

    Raises:
        BadInput: they were refused; why.
        Unavailable: the address cannot be reached.
    """
    request = Request(url, data=data, headers={"Content-Type": "text/plain; charset=utf-8"})  # noqa: S310 - http(s) alone, see is_address
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            return str(answer.read(LARGEST_NOTE).decode(errors="replace"))
    except HTTPError as error:
        with error:
            said = error.read(LARGEST_NOTE).decode(errors="replace").strip()
        zh, _, en = said.partition("\n")
        raise BadInput(Text(zh or str(error), en or zh or str(error))) from None
    except UNREACHED as error:
        raise Unavailable(UNREACHABLE.format(url=url, why=error)) from None


def _tiles(size: int) -> Iterator[tuple[int | None, int]]:
    """Give level and number of every tile and bundle of a tree."""
    for number in range(-(-size // TILE_WIDTH)):
        yield None, number
    level = 0
    while hashes_at(level, size):
        for number in range(-(-hashes_at(level, size) // TILE_WIDTH)):
            yield level, number
        level += 1


def _at_width(read: Read, name: TileName) -> bytes:
    """Return a file at the width of its name, also where the log has grown beyond it since."""
    if name.level is None:
        entries = split_entries(read_as_wide(read, name, LARGEST_BUNDLE))
        return join_entries(entries[: name.width])
    return read_as_wide(read, name, TILE_WIDTH * HASH_BYTES)[: name.width * HASH_BYTES]


def _witnessed(read: Read, line: str, size: int) -> Iterator[tuple[str, bytes]]:
    """Give what a witness cosigned, unless that is later than the checkpoint that is copied."""
    try:
        name = f"{WITNESSES}/{parse_vkey(line).key_id.hex()}"
        data = read(name, LARGEST_NOTE)
    except (Malformed, FileNotFoundError):
        return  # a key of another algorithm, or a witness that has not cosigned an earlier state
    if Checkpoint.parse(Note.parse(data).text).size <= size:
        yield name, data


def _get(url: str, most: int) -> bytes:
    try:
        with urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - http(s) alone, see is_address
            data = bytes(answer.read(most + 1))
            if answer.length and len(data) <= most:
                raise IncompleteRead(data, answer.length)
            return data
    except HTTPError as error:
        error.close()
        if error.code == HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(url) from None
        raise Unavailable(UNREACHABLE.format(url=url, why=error)) from None
    except UNREACHED as error:
        raise Unavailable(UNREACHABLE.format(url=url, why=error)) from None
