"""Encryption at rest, tested: a canary that was put through the application is sought in raw files.

What is encrypted does not show it in any writing; what is only encoded does. Looked for are the
canary in UTF-8, UTF-16 and GB18030, reversed, in hex of both cases, in base64 at its three
alignments, as JSON escapes, and all of these inside gzip, zip and zlib streams. Page entropy proves
nothing of encrypted fields and is not used. Limits: a canary in text that a database compressed in
its own way is not found, so canaries are random and cannot be compressed.

Source: OWASP ASVS 5.0, V11 (cryptography) and V14 (data protection).
"""

from __future__ import annotations

import base64
import gzip
import json
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shixiao.terms import BadInput, Text

CHUNK = 4 << 20  # bytes read at once
MOST_FILES = 200_000
MOST_UNPACKED = 16 << 30  # bytes out of one archive; they are read in chunks
ZLIB = {b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"}  # first bytes, by level (RFC 1950)
SHORTEST = 20  # signs; of a shorter one halves are met by chance
# What readers of archives raise when the file is not what its first bytes say.
DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)

Writings = dict[str, tuple[bytes, ...]]
"""Writing → bytes of which any shows the canary."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A text that stands nowhere else."""

    text: str

    def __post_init__(self) -> None:
        if len(self.text) < SHORTEST:
            raise BadInput(
                Text(
                    f"标记至少 {SHORTEST} 个字符，太短会偶然出现。",
                    f"A canary has at least {SHORTEST} signs; a shorter one is met by chance.",
                )
            )

    @classmethod
    def new(cls) -> Canary:
        """Make a canary of 24 random signs."""
        return cls(secrets.token_urlsafe(18))

    def writings(self) -> Writings:
        """Return writing → bytes of which any shows it."""
        plain = self.text.encode("utf-8")
        found: Writings = {
            "utf-8": (plain,),
            "utf-16-le": (self.text.encode("utf-16-le"),),
            "utf-16-be": (self.text.encode("utf-16-be"),),
            "gb18030": (self.text.encode("gb18030"),),
            "reversed": (plain[::-1],),
            "hex": (plain.hex().encode(),),
            "HEX": (plain.hex().upper().encode(),),
            "json": (
                json.dumps(self.text)[1:-1].encode(),
                b"".join(b"\\u%04x" % ord(sign) for sign in self.text),
            ),
        }
        for shift in range(3):
            # The first and last signs depend on what stands beside it, and lines may be broken.
            coded = base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]
            half = len(coded) // 2
            found[f"base64+{shift}"] = (coded[:half], coded[half:])
        return found


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a canary shows.

    Attributes:
        file: path below the folder.
        writing: in what writing it stands there.
        at: byte; -1 inside an archive.
    """

    file: str
    writing: str
    at: int


def scan_at_rest(folder: Path, canary: Canary) -> list[Hit]:
    """Return where a canary shows in the files of a folder; nothing where all is encrypted.

    Raises:
        BadInput: there is no such folder, it is empty or has too many files, or one of them cannot
            be read to its end: then nothing was proven.
    """
    if not folder.is_dir():
        raise BadInput(Text("没有这个文件夹。", "There is no such folder."), file=str(folder))
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if not files or len(files) > MOST_FILES:
        raise BadInput(
            Text(
                f"文件夹里有 {len(files)} 个文件，无法证明什么；应为 1 至 {MOST_FILES} 个。",
                f"There are {len(files)} files, which proves nothing; 1 to {MOST_FILES} are read.",
            ),
            file=str(folder),
        )
    wanted = canary.writings()
    return [hit for path in files for hit in _in_file(path, folder, wanted)]


def _in_file(path: Path, folder: Path, wanted: Writings) -> Iterator[Hit]:
    name = path.relative_to(folder).as_posix()
    seen: set[str] = set()
    try:
        with path.open("rb") as file:
            for writing, at in _sought(iter(lambda: file.read(CHUNK), b""), wanted, seen):
                yield Hit(name, writing, at)
        for inner in _unpacked(path):
            for writing, _ in _sought(inner, wanted, seen):
                yield Hit(name, writing, -1)
    except OSError as error:
        raise BadInput(
            Text(
                f"读不了：{error.strerror}；没有看完就证明不了什么。",
                f"It cannot be read: {error.strerror}. What was not looked at proves nothing.",
            ),
            file=name,
        ) from None


def _sought(chunks: Iterator[bytes], wanted: Writings, seen: set[str]) -> Iterator[tuple[str, int]]:
    """Yield each writing that is met for the first time, and at which byte."""
    longest = max(len(needle) for needles in wanted.values() for needle in needles)
    kept, start = b"", 0
    for chunk in chunks:
        data = kept + chunk
        for writing, needles in wanted.items():
            at = max(data.find(needle) for needle in needles)
            if writing not in seen and at >= 0:
                seen.add(writing)
                yield writing, start + at
        kept = data[-(longest - 1) :]
        start += len(data) - len(kept)


def _unpacked(path: Path) -> Iterator[Iterator[bytes]]:
    """Yield what an archive holds, each part in chunks; what is damaged ends where it breaks.

    Raises:
        BadInput: it holds more than is looked at.
        OSError: it cannot be read.
    """
    left = [MOST_UNPACKED]
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if head[:2] == b"\x1f\x8b":
            with gzip.open(file) as packed:
                yield _parts(lambda: packed.read(CHUNK), path, left)
        elif head[:4] == b"PK\x03\x04":
            yield from _members(path, left)
        elif head[:2] in ZLIB:
            yield _parts(_inflating(file), path, left)


def _members(path: Path, left: list[int]) -> Iterator[Iterator[bytes]]:
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED:
        return
    with archive:
        for info in archive.infolist():
            try:
                member = archive.open(info)
            except DAMAGED:
                continue
            with member:
                yield _parts(lambda: member.read(CHUNK), path, left)  # noqa: B023 - read at once


def _inflating(file: BinaryIO) -> Callable[[], bytes]:
    reader = zlib.decompressobj()

    def more() -> bytes:
        while not reader.eof:
            packed = reader.unconsumed_tail or file.read(CHUNK)
            plain = reader.decompress(packed, CHUNK)
            if plain or not packed:
                return plain
        return b""

    return more


def _parts(more: Callable[[], bytes], path: Path, left: list[int]) -> Iterator[bytes]:
    """Yield what is read until nothing comes, or it breaks; ``left`` bytes of it at most."""
    while True:
        try:
            part = more()
        except DAMAGED:
            return
        if not part:
            return
        left[0] -= len(part)
        if left[0] < 0:
            raise BadInput(
                Text(
                    "压缩文件里的内容过多，没有看完就证明不了什么；请解开后再查。",
                    "The archive holds too much to be looked at, so nothing is proven; unpack it.",
                ),
                file=path.name,
            )
        yield part
