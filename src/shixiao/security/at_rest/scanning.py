"""At rest: does a canary that was put in through the application show in the raw files?

What is encrypted shows it in no writing; what is only encoded or packed does. A deleted row is
still there: in the write-ahead log, in pages that were not written over, in backups. What cannot be
read or opened is *not assessed*, by name. How even the bytes of pages are proves nothing of
encrypted fields and is not looked at. Limit: what a database compresses in its own way (TOAST of
PostgreSQL) is not opened, which is why canaries are random.
Source: OWASP ASVS 5.0.0, V11 and V14; GB/T 22239-2019 8.1.4.8; GB/T 39786-2021, application and
data.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import IO

from shixiao.security.at_rest.canary import Canary, Manner, Writing
from shixiao.security.at_rest.packed import (
    BLOCK,
    DEEPEST,
    LARGE,
    Allowance,
    Inner,
    Reader,
    Sealed,
    exactly,
    inners,
    kind_of,
)
from shixiao.security.at_rest.searching import Search
from shixiao.security.at_rest.walking import UNREAD, Met, walk
from shixiao.security.probing import Assessed, Described, Seen
from shixiao.terms import BadInput, Text

CHUNK = 8 << 20  # bytes of a file at once
UNPACKED, TIMES = 1 << 30, 100  # a file may unpack to so many bytes, and so many times its size
MOST_CANARIES = 20
MOST_SEEN = 1_000  # findings of a run; more say nothing new
NAMED = 100  # files that could not be looked at, by name
WHERE = Text("{file}：{why}。", "{file}: {why}.")
REST = Text("还有 {n} 个文件没有看成。", "{n} more files could not be looked at.")
NOTHING = Text("没有可读的文件。", "there is no file that can be read.")
Key = tuple[Canary, Writing]
Tell = Callable[[Text], None]
TOLD = 1 << 30  # bytes after which progress is told
DOING = Text("已查 {n} 个文件，{gb} GiB", "{n} files, {gb} GiB were searched")


@dataclass(frozen=True, slots=True)
class Scan:
    """What a search found.

    Attributes:
        parts: the search, and each file that could not be looked at.
        files, bytes: how much was read, without what was unpacked.
        skipped: name and why, of what holds no data.
    """

    parts: tuple[Assessed, ...]
    files: int
    bytes: int
    skipped: tuple[tuple[str, Text], ...]


def described() -> Described:
    """Return the words of this probe."""
    text = files(__package__).joinpath("data/at_rest.yaml").read_text("utf-8")
    return Described.read("at_rest", text)


def scan(
    folders: Sequence[Path], canaries: Sequence[Canary], *, tell: Tell = lambda _: None
) -> Scan:
    """Search all files below some folders for canaries, in bounded memory.

    Raises:
        BadInput: there is no such folder, or no canary or too many.
    """
    if not 1 <= len(canaries) <= MOST_CANARIES:
        raise BadInput(
            Text(f"请给出 1 至 {MOST_CANARIES} 个标记。", f"Give 1 to {MOST_CANARIES} canaries.")
        )
    for folder in folders:
        if not folder.exists():
            raise BadInput(
                Text("没有这个文件或文件夹。", "There is no such file or folder."), file=str(folder)
            )
    search = Search(
        {
            needle: (canary, writing)
            for canary in canaries
            for writing in canary.writings()
            for needle in writing.needles
        }
    )
    looking = _Looking(search, tell)
    for met in walk(folders):
        looking.at(met)
    return looking.ended(canaries)


class _Looking:
    """One run: what it has seen so far."""

    def __init__(self, search: Search[Key], tell: Tell) -> None:
        self._search, self._tell = search, tell
        self._seen: list[Seen] = []
        self._failed: set[tuple[str, Canary]] = set()
        self._unread: list[tuple[str, Text]] = []
        self._skipped: list[tuple[str, Text]] = []
        self._files = self._bytes = 0
        self._next = TOLD

    def at(self, met: Met) -> None:
        """Look at a file, in plain and at what is packed in it."""
        if met.skipped is not None:
            self._skipped.append((met.name, met.skipped))
        elif met.unread is not None:
            self._unread.append((met.name, met.unread))
        else:
            self._file(met)

    def _file(self, met: Met) -> None:
        try:
            # Without a buffer, which would not notice that places are sought below it.
            with met.path.open("rb", buffering=0) as file:
                size = os.fstat(file.fileno()).st_size
                head = file.read(BLOCK)
                known: set[Key] = set()
                self._sought(_extents(file, size), met.name, known, packed=False)
            self._files += 1
            if self._bytes >= self._next:
                self._tell(DOING.format(n=self._files, gb=self._bytes // TOLD))
                self._next = (self._bytes // TOLD + 1) * TOLD
            if kind := kind_of(head):
                with met.path.open("rb") as file:
                    again = partial(_rewound, file)
                    allowed = Allowance(UNPACKED + TIMES * size)
                    self._inside(kind, again, met.name, allowed, known, 1)
        except OSError as problem:
            why = UNREAD.format(why=problem.strerror or type(problem).__name__)
            self._unread.append((met.name, why))

    def _inside(
        self,
        kind: str,
        again: Callable[[], IO[bytes] | Reader],
        name: str,
        allowed: Allowance,
        known: set[Key],
        depth: int,
    ) -> None:
        """Look at what is packed in a stream."""
        try:
            if depth > DEEPEST:
                raise Sealed(LARGE)
            for inner in inners(kind, again):
                if isinstance(inner, Sealed):
                    self._unread.append((name, inner.text))
                else:
                    self._inner(inner, kind, name, allowed, known, depth)
        except Sealed as why:
            self._unread.append((name, why.text))

    def _inner(
        self,
        inner: Inner,
        kind: str,
        name: str,
        allowed: Allowance,
        known: set[Key],
        depth: int,
    ) -> None:
        called = f"{name}!{inner.name or kind}"
        stream = inner.open()
        try:
            head = exactly(stream, BLOCK)
        except Sealed:
            if kind == "zlib":
                return  # two bytes looked like zlib, nothing more
            raise
        if kind != "tar":  # what stands in a tar was read with it
            self._sought(_parts(head, stream, allowed), called, known, packed=True)
        if deeper := kind_of(head):
            self._inside(deeper, inner.open, called, allowed, known, depth + 1)

    def _sought(
        self, parts: Iterator[tuple[int, bytes]], name: str, known: set[Key], *, packed: bool
    ) -> None:
        """Search a stream, each writing of a canary once in a file."""
        kept, end = b"", 0
        for start, part in parts:
            if start != end:  # a hole lies between
                kept = b""
            data = kept + part
            first = start - len(kept)
            for at, key in self._search.find(data):
                if key not in known and len(self._seen) < MOST_SEEN:
                    known.add(key)
                    one = _seen(key, f"{name}:{first + at}", packed=packed)
                    self._seen.append(one)
                    self._failed.add((one.check, key[0]))
            end = start + len(part)
            kept = data[-(self._search.longest - 1) :]
            if not packed:
                self._bytes += len(part)

    def ended(self, canaries: Sequence[Canary]) -> Scan:
        """Return what was found: a check that found nothing holds, once for each canary."""
        words = described()
        held = [
            Seen(check, True, values={"canary": canary.short})
            for check in words.checks
            for canary in canaries
            if (check, canary) not in self._failed
        ]
        parts = [Assessed(words, (*self._seen, *held))]
        if self._files == 0:
            parts = [Assessed(words, None, NOTHING)]
        named = [WHERE.format(file=name, why=why) for name, why in dict(self._unread).items()]
        parts += [Assessed(words, None, text) for text in named[:NAMED]]
        if len(named) > NAMED:
            parts.append(Assessed(words, None, REST.format(n=len(named) - NAMED)))
        return Scan(tuple(parts), self._files, self._bytes, tuple(self._skipped))


def _seen(key: Key, locator: str, *, packed: bool) -> Seen:
    canary, writing = key
    plain = writing.manner is Manner.PLAIN
    check = "packed" if packed else "plain" if plain else "coded"
    return Seen(check, False, locator, {"canary": canary.short, "writing": writing.name})


def _rewound(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    return file


def _extents(file: IO[bytes], size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the data of a file with its places; holes of a sparse file are jumped over."""
    at = 0
    while at < size:
        try:
            at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
        except OSError as problem:
            if problem.errno == errno.ENXIO:
                return  # nothing but a hole is left
            end = size  # this file system does not tell its holes
        file.seek(at)
        while at < end and (part := file.read(min(CHUNK, end - at))):
            yield at, part
            at += len(part)
        if at < end:
            return


def _parts(head: bytes, stream: Reader, allowed: Allowance) -> Iterator[tuple[int, bytes]]:
    at, part = 0, head
    while part:
        yield at, allowed.take(part)
        at += len(part)
        part = stream.read(1 << 20)
