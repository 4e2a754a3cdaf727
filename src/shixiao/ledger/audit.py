"""Does every file of a log add up to the root that was signed? Says which file does not.

From the signed root downwards: the root vouches for the right edge of the tree, each hash of a tile
for one tile below, the lowest tiles for the entries. Where a tile does not fit what vouches for it,
it is computed anew from below, so that a tile that was touched is told from entries that were. One
branch of the tree is held at a time, whatever the size of the log.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from shixiao.ledger.answer import Fault
from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.folder import LogFolder
from shixiao.ledger.growth import root_of_rows, widths_of
from shixiao.ledger.tiles import (
    LARGEST_BUNDLE,
    TILE_WIDTH,
    TileName,
    cut_entries,
    hashes_at,
    split_hashes,
    tile_name,
)
from shixiao.seals.tree import HASH_BYTES, leaf_hash, perfect_root

Row = list[bytes]


@dataclass(frozen=True, slots=True)
class Audit:
    """The check of a log against one checkpoint, whose signature was checked before."""

    folder: LogFolder
    checkpoint: Checkpoint

    def faults(self) -> Iterator[Fault]:
        """Go through the log and give every fault, in the order of the entries."""
        rows = yield from self._edge()
        for level in reversed(range(len(rows))):
            row = rows[level]
            if row:
                yield from self._below(level, self._last(level), row)

    def _edge(self) -> Generator[Fault, None, list[Row | None]]:
        """Return the right edge of the tree that the root vouches for, as far as there is one."""
        levels = range(len(widths_of(self.checkpoint.size)))
        there = [self._row(level, self._last(level)) for level in levels]
        found = [row for row, _ in there]
        if self._adds_up(found):
            return found
        anew = [self._from_below(level, self._last(level)) for level in levels]
        # One file touched is the common case; else whatever can be computed is.
        tries = [[*found[:at], anew[at], *found[at + 1 :]] for at in levels]
        for rows in (*tries, anew):
            if self._adds_up(rows):
                for level in levels:
                    if rows[level] != found[level]:
                        yield there[level][1] or self._tile_fault("tile_changed", level)
                return rows
        yield Fault.of("root_differs", file="checkpoint")
        yield from (fault for _, fault in there if fault)
        return found

    def _adds_up(self, rows: list[Row | None]) -> bool:
        known = [row for row in rows if row is not None]
        return len(known) == len(rows) and root_of_rows(known) == self.checkpoint.root

    def _below(self, level: int, number: int, row: Row) -> Iterator[Fault]:
        """Check what stands below a tile whose hashes are vouched for."""
        if level == 0:
            yield from self._entries(number, row)
            return
        for at, expected in enumerate(row, number * TILE_WIDTH):
            below = yield from self._tile(level - 1, at, expected)
            if below is not None:
                yield from self._below(level - 1, at, below)

    def _tile(self, level: int, number: int, expected: bytes) -> Generator[Fault, None, Row | None]:
        """Return the hashes of a full tile, from its file or, where that is wrong, from below."""
        row, fault = self._row(level, number)
        if row is not None and perfect_root(row) == expected:
            return row
        anew = self._from_below(level, number)
        if anew is not None and perfect_root(anew) == expected:
            yield fault or self._tile_fault("tile_changed", level, number)
            return anew
        yield fault or self._tile_fault("branch_changed", level, number)
        return row

    def _row(self, level: int, number: int) -> tuple[Row | None, Fault | None]:
        """Read a tile: its hashes, or what is wrong with the file."""
        name = tile_name(level, number, self.checkpoint.size)
        if name.width == 0:
            return [], None
        expected = name.width * HASH_BYTES
        try:
            data, wider = self._file(name, TILE_WIDTH * HASH_BYTES)
        except FileNotFoundError:
            return None, self._tile_fault("tile_missing", level, number)
        if wider:
            data = data[:expected]
        if len(data) != expected:
            return None, Fault.of("tile_length", file=name.path, expected=expected)
        return split_hashes(data), None

    def _from_below(self, level: int, number: int) -> Row | None:
        """Compute the hashes of a tile from what stands below it, when all of it is there."""
        name = tile_name(level, number, self.checkpoint.size)
        if level == 0:
            entries, rest = self._bundle(number) or ([], 0)
            whole = len(entries) == name.width and not rest
            return list(map(leaf_hash, entries)) if whole else None
        hashes = []
        for at in range(number * TILE_WIDTH, number * TILE_WIDTH + name.width):
            row, _ = self._row(level - 1, at)
            if row is None:
                return None
            hashes.append(perfect_root(row))
        return hashes

    def _bundle(self, number: int) -> tuple[list[bytes], int] | None:
        """Read entries, and how many bytes at the end are none; None where there is no file."""
        name = tile_name(None, number, self.checkpoint.size)
        try:
            data, wider = self._file(name, LARGEST_BUNDLE)
        except FileNotFoundError:
            return None
        entries, rest = cut_entries(data)
        if wider and len(entries) >= name.width:
            return entries[: name.width], 0
        return entries, rest

    def _file(self, name: TileName, most: int) -> tuple[bytes, bool]:
        """Read a file, or the full one that took its place while the log went on growing."""
        try:
            return self.folder.read(name.path, most), False
        except FileNotFoundError:
            if name.width in {0, TILE_WIDTH}:
                raise
            return self.folder.read(TileName(name.level, name.number).path, most), True

    def _entries(self, number: int, row: Row) -> Iterator[Fault]:
        """Check the entries of one bundle against their hashes."""
        name = tile_name(None, number, self.checkpoint.size)
        first = number * TILE_WIDTH
        there = self._bundle(number)
        if there is None:
            last = first + name.width - 1
            yield Fault.of("bundle_missing", file=name.path, entry=first, last=last)
            return
        entries, rest = there
        hashes = list(map(leaf_hash, entries))
        if rest and hashes == row[: len(hashes)]:
            yield Fault.of("bundle_form", file=name.path, entries=len(hashes))
        elif hashes != row:
            fault, at = _difference(hashes, row)
            yield Fault.of(fault, file=name.path, entry=first + at)

    def _last(self, level: int) -> int:
        """Return the number of the partial tile of a level."""
        return hashes_at(level, self.checkpoint.size) // TILE_WIDTH

    def _tile_fault(self, fault: str, level: int, number: int | None = None) -> Fault:
        number = self._last(level) if number is None else number
        name = tile_name(level, number, self.checkpoint.size)
        each = TILE_WIDTH**level
        first = number * TILE_WIDTH * each
        return Fault.of(fault, file=name.path, first=first, last=first + name.width * each - 1)


def _difference(found: Row, expected: Row) -> tuple[str, int]:
    """Say what was done to entries, and to which first, by the hashes found and expected."""
    pairs = enumerate(zip(found, expected, strict=False))
    at = next((at for at, (a, b) in pairs if a != b), min(len(found), len(expected)))
    if len(found) < len(expected) and found[at:] == expected[at + len(expected) - len(found) :]:
        return "entry_deleted", at
    if len(found) > len(expected) and expected[at:] == found[at + len(found) - len(expected) :]:
        return "entry_inserted", at
    if sorted(found) == sorted(expected) and found != expected:
        return "entry_reordered", at
    return "entry_changed", at
