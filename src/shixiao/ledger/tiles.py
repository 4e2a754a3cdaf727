"""The tree and its entries as static files (c2sp.org/tlog-tiles).

A tile holds up to 256 hashes of one level; each is the root over a full tile of the level below,
level 0 being the leaves. A bundle holds the entries of one tile of level 0, each behind its length
in two bytes. Full files never change. The last of a level is partial; its name says its width.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shixiao.ledger.wording import Malformed
from shixiao.seals.tree import HASH_BYTES, above

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
LARGEST_ENTRY = (1 << 16) - 1  # bytes; the length before an entry has two
LARGEST_BUNDLE = TILE_WIDTH * (LARGEST_ENTRY + 2)
ENTRIES = "entries"
EXPANDED = 64  # tiles whose inner nodes are kept by a reader, about 40 KB each

_NUMBER = r"(?:x\d{3}/)*\d{3}"
_PATH = re.compile(rf"tile/(entries|\d{{1,2}})/({_NUMBER})(?:\.p/(\d{{1,3}}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TileName:
    """Which tile or bundle a file is.

    Attributes:
        level: 0 for the leaves and upwards; None for a bundle of entries.
        number: place within the level, from 0.
        width: hashes or entries in it; 256 when it is full.
    """

    level: int | None
    number: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """The path below the folder of the log, with slashes."""
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        kind = ENTRIES if self.level is None else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{kind}/{'/'.join(groups)}{partial}"

    @classmethod
    def parse(cls, path: str) -> TileName:
        """Read a path back.

        Raises:
            Malformed: no tile or bundle has this path.
        """
        match = _PATH.fullmatch(path)
        if match is None:
            raise Malformed("tile_path", path=path[:80])
        kind, number, width = match.groups()
        name = cls(
            None if kind == ENTRIES else int(kind),
            int(number.replace("x", "").replace("/", "")),
            TILE_WIDTH if width is None else int(width),
        )
        # One name for each file, not two.
        if name.path != path or (name.level or 0) > 63 or name.width == 0:
            raise Malformed("tile_path", path=path[:80])
        return name


def hashes_at(level: int, size: int) -> int:
    """Return how many hashes a tree of ``size`` leaves has at a level of tiles."""
    return size >> (TILE_HEIGHT * level)


def tile_name(level: int | None, number: int, size: int) -> TileName:
    """Name a tile or bundle of a tree of ``size`` leaves, at the width it has there."""
    there = hashes_at(level or 0, size) - number * TILE_WIDTH
    return TileName(level, number, min(there, TILE_WIDTH))


def split_hashes(data: bytes) -> list[bytes]:
    """Cut the bytes of a tile into hashes."""
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def join_entries(entries: Sequence[bytes]) -> bytes:
    """Write entries as a bundle.

    Raises:
        Malformed: an entry has more than 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > LARGEST_ENTRY:
            raise Malformed("entry_too_long", most=LARGEST_ENTRY, size=len(entry))
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def split_entries(data: bytes) -> list[bytes]:
    """Read the entries of a bundle.

    Raises:
        Malformed: the bytes end within an entry, or there are more than 256.
    """
    entries, rest = cut_entries(data)
    if rest or len(entries) > TILE_WIDTH:
        raise Malformed("bundle_form", entries=len(entries))
    return entries


def cut_entries(data: bytes) -> tuple[list[bytes], int]:
    """Cut a bundle into entries; also return how many bytes at its end are no whole entry."""
    entries: list[bytes] = []
    at, end = 0, len(data)
    while end - at >= 2:
        start = at + 2
        stop = start + int.from_bytes(data[at:start], "big")
        if stop > end:
            break
        entries.append(data[start:stop])
        at = stop
    return entries, end - at


class Tiles:
    """The hashes of one tree, read tile by tile; inner nodes of recent tiles are kept.

    Args:
        read: gives the bytes of a file by its path below the log, of at most the given size;
            raises FileNotFoundError where there is none.
        size: number of leaves of the tree.
    """

    def __init__(self, read: Callable[[str, int], bytes], size: int) -> None:
        self.size = size
        self._read = read
        self._rows = lru_cache(EXPANDED)(self._expand)

    def row(self, level: int, number: int) -> list[bytes]:
        """Return the hashes of one tile, at its width in this tree.

        Raises:
            FileNotFoundError: the file is not there.
            Malformed: the file has the wrong length.
        """
        name = tile_name(level, number, self.size)
        data = read_as_wide(self._read, name, TILE_WIDTH * HASH_BYTES)
        if len(data) < name.width * HASH_BYTES:
            raise Malformed("tile_length", file=name.path, expected=name.width * HASH_BYTES)
        return split_hashes(data[: name.width * HASH_BYTES])

    def subtree(self, height: int, index: int) -> bytes:
        """Return the hash of a perfect subtree, as roots and proofs ask for it."""
        level, within = divmod(height, TILE_HEIGHT)
        number, at = divmod(index << within, TILE_WIDTH)
        return self._rows(level, number)[within][at >> within]

    def _expand(self, level: int, number: int) -> list[list[bytes]]:
        rows = [self.row(level, number)]
        while len(rows[-1]) > 1:
            rows.append(above(rows[-1]))
        return rows


def read_as_wide(read: Callable[[str, int], bytes], name: TileName, most: int) -> bytes:
    """Read a file, or the full one in place of a partial one that has been cleared away."""
    try:
        return read(name.path, most)
    except FileNotFoundError:
        if name.width == TILE_WIDTH:
            raise
        return read(TileName(name.level, name.number).path, most)
