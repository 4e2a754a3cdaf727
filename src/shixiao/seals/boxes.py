"""Sealed boxes: one file that holds many, each encrypted, listed by its hash.

A zip whose members are rows of sealed chunks, four bytes of length before each. Name of the member,
number of the chunk and whether it is the last are authenticated, so that nothing can be moved, cut
off or put in unnoticed. The list of all members with size and SHA-256 is the last member. Keys may
lie beside them in clear: such a box is to be kept like the keys themselves.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from zipfile import BadZipFile, ZipFile

from shixiao.seals.canonical import canonical_json
from shixiao.seals.encryption import Damaged, Keyring
from shixiao.terms import BadInput, Text

# What Python makes of a zip whose bytes were changed; a value that does not open is a ValueError.
DAMAGED = (
    *(BadZipFile, zlib.error, KeyError, ValueError),
    *(EOFError, NotImplementedError, RuntimeError),
)
CHUNK = 1 << 20  # bytes before compression
LARGEST = 2 * CHUNK  # bytes of a sealed chunk
LIST, KEYS = "list", "keys/"
NO_BOX = Text(
    "这不是本系统的备份文件，或者它不完整。",
    "this is no backup of this system, or it is not whole",
)
WRONG_KEYS = Text(
    "备份不能用本站的数据密钥打开，或内容已被改动。请用做备份时的 SHIXIAO_DATA_KEYS 再试。",
    "the backup does not open with this site's data keys, or it was changed. Try again with the"
    " SHIXIAO_DATA_KEYS under which it was made",
)
THERE = Text(
    "文件已经存在，不会被覆盖；请换一个文件名。",
    "the file exists and is not written over; choose another name",
)


class BoxWriter:
    """Writes a box that only its owner may read; it stands under its name once it is whole.

    Raises:
        BadInput: there is a file of that name.
    """

    def __init__(self, path: Path, keyring: Keyring) -> None:
        if path.exists():
            raise BadInput(THERE, file=path.name)
        self._path, self._beside = path, path.with_name(f".{path.name}.writing")
        self._keyring = keyring
        self._beside.unlink(missing_ok=True)
        descriptor = os.open(self._beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "w+b")
        self._zip = ZipFile(self._file, "w")
        self.members: dict[str, dict[str, Any]] = {}
        self.sha256 = ""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        """Seal a member."""
        digest, size = sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as target:
            for number, (chunk, last) in enumerate(_chunks(parts)):
                digest.update(chunk)
                size += len(chunk)
                context = _context(name, number, last=last)
                sealed = self._keyring.seal(zlib.compress(chunk, 1), context=context)
                target.write(len(sealed).to_bytes(4, "big") + sealed)
        self.members[name] = {"sha256": digest.hexdigest(), "size": size}

    def put_key(self, name: str, data: bytes) -> None:
        """Lay a key beside the members, in clear."""
        self._zip.writestr(KEYS + name, data)

    def finish(self, about: dict[str, Any]) -> None:
        """Write the list, with what else there is to say of the box; ``sha256`` is that of it."""
        data = canonical_json({"about": about, "members": self.members})
        self.put(LIST, [data])
        self.sha256 = sha256(data).hexdigest()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the file in its place, or leave nothing."""
        del error, trace
        try:
            self._zip.close()
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()
            if kind is None and self.sha256:
                self._beside.replace(self._path)
            else:
                self._beside.unlink(missing_ok=True)


class Box:
    """A box that is open for reading.

    Raises:
        BadInput: the file is none, or does not open with these keys.
    """

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._file, self._keyring = path.name, keyring
        self._zip = _opened(path)
        data = b"".join(self._parts(LIST))
        found = json.loads(data)
        self.sha256 = sha256(data).hexdigest()
        self.about: dict[str, Any] = found["about"]
        self.members: dict[str, dict[str, Any]] = found["members"]

    def parts(self, name: str) -> Iterator[bytes]:
        """Give the content of a member, checked against the list.

        Raises:
            BadInput: it was changed.
        """
        digest = sha256()
        for part in self._parts(name):
            digest.update(part)
            yield part
        if digest.hexdigest() != self.members[name]["sha256"]:
            raise BadInput(WRONG_KEYS, file=f"{self._file}: {name}")

    def check(self) -> None:
        """Read everything once.

        Raises:
            BadInput: a member is missing, changed, or too many.
        """
        there = {name for name in self._zip.namelist() if not name.startswith(KEYS)}
        if there != {LIST, *self.members}:
            raise BadInput(NO_BOX, file=self._file)
        for name in self.members:
            for _ in self.parts(name):
                pass

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def _parts(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(name) as source:
                yield from _opened_chunks(source, name, self._keyring)
        except DAMAGED:
            raise BadInput(WRONG_KEYS, file=f"{self._file}: {name}") from None


def keys_in(path: Path) -> dict[str, bytes]:
    """Return the keys that lie in a box, by name; {} where it was made without.

    Raises:
        BadInput: the file is no box.
    """
    with _opened(path) as box:
        names = [name for name in box.namelist() if name.startswith(KEYS)]
        try:
            return {Path(name).name: box.read(name) for name in names}
        except DAMAGED:
            raise BadInput(NO_BOX, file=path.name) from None


def _opened(path: Path) -> ZipFile:
    try:
        box = ZipFile(path)
    except FileNotFoundError:
        raise BadInput(
            Text("没有这个文件，请核对路径。", "there is no such file; check the path"),
            file=path.name,
        ) from None
    except (*DAMAGED, IsADirectoryError):
        raise BadInput(NO_BOX, file=path.name) from None
    if any(entry.header_offset < 0 for entry in box.infolist()):
        box.close()
        raise BadInput(NO_BOX, file=path.name)
    return box


def _opened_chunks(source: IO[bytes], name: str, keyring: Keyring) -> Iterator[bytes]:
    """Open one chunk after the other; the one that is followed by nothing must be the last."""
    number, head = 0, source.read(4)
    while head:
        sealed = source.read(min(int.from_bytes(head, "big"), LARGEST))
        head = source.read(4)
        plain = keyring.open(sealed, context=_context(name, number, last=not head))
        yield zlib.decompress(plain)
        number += 1
    if number == 0:
        raise Damaged(name)


def _chunks(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Cut content into chunks; the last is marked, and is empty where there is no content."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) > CHUNK:
            yield bytes(held[:CHUNK]), False
            del held[:CHUNK]
    yield bytes(held), True


def _context(name: str, number: int, *, last: bool) -> str:
    return f"box:{name}:{number}:{'last' if last else 'more'}"
