"""A log as a folder of static files: what its files are called, and how they are read.

``checkpoint`` and ``tile/…`` as in c2sp.org/tlog-tiles; ``witness/<key id>`` is the newest
checkpoint that a witness cosigned; ``vkeys`` lists the public keys. The folder is the export: it
can be copied, served by any web server and checked by whoever has the keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.notes import LARGEST_NOTE, Note
from shixiao.ledger.receipts import Receipt
from shixiao.ledger.tiles import (
    LARGEST_BUNDLE,
    TILE_WIDTH,
    Tiles,
    read_as_wide,
    split_entries,
    tile_name,
)
from shixiao.ledger.wording import Malformed
from shixiao.seals.tree import consistency_proof, inclusion_proof, root_of

CHECKPOINT, TILES, WITNESSES, VKEYS = "checkpoint", "tile", "witness", "vkeys"


@dataclass(frozen=True, slots=True)
class LogFolder:
    """The folder of a log, read only. Nothing that is read here is trusted; see ``verify``."""

    path: Path

    def read(self, name: str, most: int) -> bytes:
        """Return a file, and at most one byte more than it may have.

        Raises:
            FileNotFoundError: there is no such file.
        """
        try:
            with (self.path / name).open("rb") as file:
                return file.read(most + 1)
        except (NotADirectoryError, IsADirectoryError):
            raise FileNotFoundError(name) from None

    def note(self) -> Note:
        """Return the note in the checkpoint file.

        Raises:
            Malformed: it is missing or not in its form.
        """
        try:
            return Note.parse(self.read(CHECKPOINT, LARGEST_NOTE))
        except FileNotFoundError:
            raise Malformed("checkpoint_missing", file=CHECKPOINT) from None

    def now(self) -> Snapshot:
        """Return the log as of its present checkpoint."""
        return Snapshot(self, self.note())


@dataclass(frozen=True)
class Snapshot:
    """A log as of one checkpoint; later appends do not touch it."""

    folder: LogFolder
    note: Note

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint."""
        return Checkpoint.parse(self.note.text)

    @cached_property
    def tiles(self) -> Tiles:
        """The hashes of the tree."""
        return Tiles(self.folder.read, self.checkpoint.size)

    def entry(self, index: int) -> bytes:
        """Return an entry by its number.

        Raises:
            ValueError: there is no such entry.
            FileNotFoundError: its file is missing.
            Malformed: its file is damaged.
        """
        if not 0 <= index < self.checkpoint.size:
            raise ValueError(f"a log of {self.checkpoint.size} entries has no entry {index}")
        return next(self.entries(index, index + 1))

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Give the entries from ``start`` to before ``stop``; each bundle is read once.

        Raises:
            FileNotFoundError: a file is missing.
            Malformed: a file is damaged.
        """
        stop = min(stop, self.checkpoint.size)
        while start < stop:
            number, at = divmod(start, TILE_WIDTH)
            name = tile_name(None, number, self.checkpoint.size)
            bundle = split_entries(read_as_wide(self.folder.read, name, LARGEST_BUNDLE))
            width = min(stop - number * TILE_WIDTH, TILE_WIDTH)
            if len(bundle) < width:
                raise Malformed("bundle_form", file=name.path, entries=len(bundle))
            yield from bundle[at:width]
            start = (number + 1) * TILE_WIDTH

    def inclusion(self, index: int) -> list[bytes]:
        """Return the proof that the entry stands in the tree; ValueError where there is none."""
        return inclusion_proof(index, self.checkpoint.size, self.tiles.subtree)

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof that the tree of ``old`` entries is a beginning of this one."""
        return consistency_proof(old, self.checkpoint.size, self.tiles.subtree)

    def root_at(self, size: int) -> bytes:
        """Return the root that the tree had when it held ``size`` entries."""
        return root_of(size, self.tiles.subtree)

    def receipt(self, index: int) -> Receipt:
        """Return the receipt of an entry, with the entry in it."""
        return Receipt(index, tuple(self.inclusion(index)), self.note, self.entry(index))
