"""How a tree grows: entries in, files of tiles and bundles out, nothing read and nothing written.

Only the right edge of a tree changes: the last, partial tile of each level. Whoever holds it can
append any number of entries and say the new root without looking at the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shixiao.ledger.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    TileName,
    hashes_at,
    join_entries,
)
from shixiao.seals.tree import EMPTY_ROOT, join_right, leaf_hash, perfect_parts, perfect_root

File = tuple[TileName, bytes]


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree.

    Attributes:
        size: number of leaves.
        rows: hashes of the partial tile of each level, the leaves' first; empty where a level
            ends in a full tile.
        bundle: entries of the partial bundle; they belong to the hashes of the first row.
    """

    size: int = 0
    rows: tuple[tuple[bytes, ...], ...] = ()
    bundle: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """Root of the whole tree."""
        return root_of_rows(self.rows)

    def grown(self, entries: Sequence[bytes]) -> tuple[Edge, list[File]]:
        """Append entries; return the new edge and the files that are new by it.

        Raises:
            Malformed: an entry is longer than 65,535 bytes.
        """
        if not entries:
            return self, []
        files: list[File] = []
        bundle: tuple[bytes, ...] = ()
        number = self.size // TILE_WIDTH
        for part in _cut((*self.bundle, *entries)):
            files.append((TileName(None, number, len(part)), join_entries(part)))
            number += 1
            bundle = part if len(part) < TILE_WIDTH else ()
        rows: list[tuple[bytes, ...]] = []
        new = list(map(leaf_hash, entries))
        while new or len(rows) < len(self.rows):
            level = len(rows)
            known = self.rows[level] if level < len(self.rows) else ()
            row, above = known, []
            if new:
                row = ()
                number = hashes_at(level, self.size) // TILE_WIDTH
                for part in _cut((*known, *new)):
                    files.append((TileName(level, number, len(part)), b"".join(part)))
                    number += 1
                    if len(part) == TILE_WIDTH:
                        above.append(perfect_root(part))
                    else:
                        row = part
            rows.append(row)
            new = above
        return Edge(self.size + len(entries), tuple(rows), bundle), files


def root_of_rows(rows: Sequence[Sequence[bytes]]) -> bytes:
    """Return the root of the tree whose partial tiles these are, the leaves' first."""
    parts = []
    for row in reversed(rows):  # the highest tile covers the largest subtrees
        for height, index in perfect_parts(0, len(row)):
            start = index << height
            parts.append(perfect_root(row[start : start + (1 << height)]))
    return join_right(parts) if parts else EMPTY_ROOT


def widths_of(size: int) -> list[int]:
    """Return the width of the partial tile of each level, the leaves' first (0 for none)."""
    widths = []
    while size:
        size, width = size >> TILE_HEIGHT, size % TILE_WIDTH
        widths.append(width)
    return widths


def _cut(row: tuple[bytes, ...]) -> Iterable[tuple[bytes, ...]]:
    return (row[at : at + TILE_WIDTH] for at in range(0, len(row), TILE_WIDTH))
