"""Packed: what files hold inside compression and archives, as streams that are never whole in
memory.

Known are gzip, zlib, bzip2, xz, zip, tar, and the custom form of pg_dump (its blocks are zlib, cut
into pieces with their length in front). What cannot be opened is told by ``Sealed`` with its
reason: it was not looked at, so it is not assessed.
Source: RFC 1950, RFC 1952; POSIX.1-2017, pax (ustar); PostgreSQL, pg_backup_archiver.h, and
pg_backup_custom.c (form of data blocks).
"""

from __future__ import annotations

import bz2
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Protocol

from shixiao.terms import Text

CHUNK = 1 << 20  # bytes at once
DEEPEST = 3  # compression, the archive inside, and a member that is compressed again
MOST_MEMBERS = 1_000_000
IN_MEMORY = 64 << 20  # bytes of a member that must be whole to be opened
XZ_MEMORY = 256 << 20
BLOCK = 512
MAGIC = (
    (0, b"\x1f\x8b\x08", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PGDMP", "pg_dump"),
    (257, b"ustar", "tar"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
)
ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
CLOSED = {"zstd", "lz4", "7z", "rar"}  # no reader of these is at hand
DAMAGED = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError, RuntimeError)
NO_READER = Text("里面是 {kind} 压缩，读不了；请解开后再测", "it is packed by {kind}; unpack it")
BROKEN = Text("压缩内容已损坏或不完整", "what is packed in it is damaged or cut off")
LOCKED = Text("压缩包有口令，看不到里面", "it is an archive with a password")
LARGE = Text(
    "嵌套的压缩内容过大或过深；请解开后再测",
    "what is packed inside is too large or too deep; unpack it",
)
BOMB = Text(
    "解压后的内容过多（疑似压缩炸弹）；请解开后再测",
    "it unpacks to far too much, as bombs do; unpack it",
)


class Sealed(Exception):
    """Something packed could not be looked into.

    Attributes:
        text: why.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


class Reader(Protocol):
    """Something that is read from front to back."""

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes; b"" at its end."""


@dataclass(frozen=True, slots=True)
class Inner:
    """A stream inside a packed file.

    Attributes:
        name: of the member; "" where there is but one.
        open: gives it from its beginning, as often as wanted.
    """

    name: str
    open: Callable[[], Reader]


class Allowance:
    """How many bytes one file may still unpack to."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, data: bytes) -> bytes:
        """Count what came out.

        Raises:
            Sealed: it is too much.
        """
        self.left -= len(data)
        if self.left < 0:
            raise Sealed(BOMB)
        return data


def kind_of(head: bytes) -> str:
    """Return what the first 512 bytes say a file is packed by; "" for nothing."""
    for at, magic, kind in MAGIC:
        if head[at : at + len(magic)] == magic:
            return kind
    return "zlib" if head[:2] in ZLIB else ""


def inners(kind: str, again: Callable[[], IO[bytes] | Reader]) -> Iterator[Inner | Sealed]:
    """Yield what is inside, and why where something cannot be looked at.

    Args:
        kind: as ``kind_of`` says.
        again: opens the packed bytes from their beginning.
    """
    if kind in CLOSED:
        yield Sealed(NO_READER.format(kind=kind))
    elif kind == "tar":
        yield from _tar(again())
    elif kind == "zip":
        yield from _zip(again())
    elif kind == "pg_dump":
        yield from _pg_dump(again)
    else:
        yield Inner("", lambda: Inflated(kind, again()))


class Inflated:
    """The plain bytes of gzip, zlib, bzip2 or xz; members that follow each other are joined."""

    def __init__(self, kind: str, packed: Reader) -> None:
        self._kind, self._packed = kind, packed
        self._waiting, self._began = b"", False
        self._make()

    def _make(self) -> None:
        if self._kind == "bzip2":
            self._reader: bz2.BZ2Decompressor | lzma.LZMADecompressor | _Zlib = (
                bz2.BZ2Decompressor()
            )
        elif self._kind == "xz":
            self._reader = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
        else:
            self._reader = _Zlib()

    def read(self, size: int, /) -> bytes:
        """Return up to so many plain bytes; b"" at the end.

        Raises:
            Sealed: it is damaged, or cut off.
        """
        while True:
            if self._reader.eof:
                self._waiting = (self._reader.unused_data or self._packed.read(CHUNK)).lstrip(b"\0")
                if kind_of(self._waiting + b" " * BLOCK) != self._kind:
                    return b""  # what follows is padding or something else
                self._make()
            fed = self._waiting
            if not fed and self._reader.needs_input:
                fed = self._packed.read(CHUNK)
                if not fed:
                    raise Sealed(BROKEN)
            self._waiting = b""
            try:
                plain = self._reader.decompress(fed, size)
            except (OSError, *DAMAGED):
                raise Sealed(BROKEN) from None
            if plain:
                return plain


class _Zlib:
    """``zlib`` with the manners of the other two."""

    def __init__(self) -> None:
        self._reader = zlib.decompressobj(wbits=47)  # zlib or gzip, by its head
        self._more = False

    @property
    def eof(self) -> bool:
        return self._reader.eof

    @property
    def unused_data(self) -> bytes:
        return self._reader.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._more

    def decompress(self, data: bytes, size: int) -> bytes:
        plain = self._reader.decompress(self._reader.unconsumed_tail + data, size)
        self._more = len(plain) == size or bool(self._reader.unconsumed_tail)
        return plain


def _zip(source: Reader) -> Iterator[Inner | Sealed]:
    whole = source if isinstance(source, io.IOBase) and source.seekable() else _held(source)
    try:
        archive = zipfile.ZipFile(whole)
    except (OSError, *DAMAGED, NotImplementedError):
        yield Sealed(BROKEN)
        return
    with archive:
        for n, info in enumerate(archive.infolist()):
            if n >= MOST_MEMBERS:
                yield Sealed(LARGE)
                return
            if info.is_dir():
                continue
            if info.flag_bits & 1:
                yield Sealed(LOCKED)
                continue
            yield Inner(info.filename[:200], partial(_Member, archive, info))


class _Member:
    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        try:
            self._file = archive.open(info)
        except (OSError, *DAMAGED, NotImplementedError):
            raise Sealed(BROKEN) from None

    def read(self, size: int, /) -> bytes:
        try:
            return self._file.read(size)
        except (OSError, *DAMAGED):
            raise Sealed(BROKEN) from None


def _held(source: Reader) -> io.BytesIO:
    """Return all of a stream.

    Raises:
        Sealed: it is too large to be held.
    """
    parts, size = [], 0
    while part := source.read(CHUNK):
        size += len(part)
        if size > IN_MEMORY:
            raise Sealed(LARGE)
        parts.append(part)
    return io.BytesIO(b"".join(parts))


def _tar(source: Reader) -> Iterator[Inner | Sealed]:
    """Yield the packed members of a tar; those in plain stand in it as they are."""
    for _ in range(MOST_MEMBERS):
        head = exactly(source, BLOCK)
        if len(head) < BLOCK or not head.strip(b"\0"):
            return
        size = _size(head)
        if size is None:
            yield Sealed(BROKEN)
            return
        name = head[:100].rstrip(b"\0").decode("utf-8", "replace")
        first = exactly(source, min(size, BLOCK))
        left = size - len(first)
        if head[156:157] in b"07\0" and kind_of(first) not in ("", "tar"):
            if size > IN_MEMORY:
                yield Sealed(LARGE)
            else:
                data = first + exactly(source, left)
                left = 0
                yield Inner(name, partial(io.BytesIO, data))
        _skip(source, left + -size % BLOCK)
    yield Sealed(LARGE)


def _size(head: bytes) -> int | None:
    """Return the size in the head of a member; None where the head does not fit its sum."""
    try:
        said = int(head[148:156].strip(b"\0 ") or b"0", 8)
        if sum(head[:148]) + sum(head[156:]) + 8 * 32 != said:
            return None
        if head[124] & 0x80:  # of 8 GiB and more
            return int.from_bytes(head[125:136], "big")
        return int(head[124:136].strip(b"\0 ") or b"0", 8)
    except ValueError:
        return None


def exactly(source: Reader, size: int) -> bytes:
    """Return so many bytes, or all there are."""
    parts, left = [], size
    while left and (part := source.read(min(left, CHUNK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _skip(source: Reader, size: int) -> None:
    left = size
    while left and (part := source.read(min(left, CHUNK))):
        left -= len(part)


def _pg_dump(again: Callable[[], Reader]) -> Iterator[Inner | Sealed]:
    """Yield the streams of a dump, found by the head of zlib behind a length."""
    head = exactly(again(), 16)
    major, minor, custom = head[5], head[6], head[10] == 1
    if not custom:
        return  # the list of a directory; its data stand in files of their own
    if (major, minor) >= (1, 15) and head[11] in (2, 3):
        yield Sealed(NO_READER.format(kind={2: "lz4", 3: "zstd"}[head[11]]))
        return
    yield Inner("", lambda: _Blocks(again()))


class _Blocks:
    """The plain bytes of all zlib streams of a dump, one behind the other."""

    def __init__(self, source: Reader) -> None:
        self._source, self._held = source, b""
        self._reader: zlib._Decompress | None = None
        self._piece = 0  # bytes that the piece still has

    def read(self, size: int, /) -> bytes:
        while True:
            if self._reader is None and not self._begin():
                return b""
            plain = self._step(size)
            if plain:
                return plain

    def _begin(self) -> bool:
        """Go to the next place that looks like a stream; False where there is none."""
        while True:
            found = min((at for head in ZLIB if (at := self._held.find(head, 5)) > 0), default=-1)
            if found < 0:
                more = self._source.read(CHUNK)
                if not more:
                    return False
                self._held = self._held[-6:] + more
                continue
            sign, length = self._held[found - 5], self._held[found - 4 : found]
            piece = int.from_bytes(length, "little")
            if sign == 0 and 2 < piece < CHUNK:
                self._held = self._held[found:]
                self._reader, self._piece = zlib.decompressobj(), piece
                return True
            self._held = self._held[found - 4 :]

    def _step(self, size: int) -> bytes:
        """Return some plain bytes of the stream; b"" between pieces and where it ends."""
        assert self._reader is not None  # noqa: S101 - ``read`` begins one
        packed = self._reader.unconsumed_tail
        if not packed:
            packed = self._next()
        try:
            plain = self._reader.decompress(packed, size)
        except zlib.error:
            self._reader = None  # it only looked like one
            return b""
        if self._reader.eof or (not packed and not plain):
            self._reader = None
        return plain

    def _next(self) -> bytes:
        """Return what follows of the stream: its piece, or the next one behind its length."""
        if self._piece == 0:
            head = self._take(5)
            self._piece = int.from_bytes(head[1:5], "little") if head[:1] == b"\0" else 0
            if self._piece >= CHUNK:
                self._piece = 0
        part = self._take(self._piece)
        self._piece = 0
        return part

    def _take(self, size: int) -> bytes:
        while len(self._held) < size and (more := self._source.read(CHUNK)):
            self._held += more
        part, self._held = self._held[:size], self._held[size:]
        return part
