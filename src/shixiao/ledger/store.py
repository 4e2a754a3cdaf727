"""Appending to a log in a folder: whole batches, each sealed by a checkpoint, never half of one.

First all tiles and bundles are written and forced to the disk, then the checkpoint takes the place
of the former one in a single step. Whatever breaks off before that step leaves the former
checkpoint in force; what lies beyond it is cleared away when the log is next opened.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.folder import CHECKPOINT, TILES, VKEYS, WITNESSES, LogFolder, Snapshot
from shixiao.ledger.growth import Edge, File, widths_of
from shixiao.ledger.keys import LogKey, PublicKey, WitnessKey
from shixiao.ledger.notes import LARGEST_NOTE, Note, Sign
from shixiao.ledger.tiles import (
    LARGEST_BUNDLE,
    TILE_WIDTH,
    TileName,
    hashes_at,
    split_entries,
    split_hashes,
    tile_name,
)
from shixiao.ledger.wording import Malformed, says
from shixiao.seals.tree import HASH_BYTES, leaf_hash
from shixiao.terms import Unavailable

WRITING = ".writing"
AT_ONCE = 16  # files forced to the disk together


@contextmanager
def open_log(
    path: Path,
    *,
    key: LogKey,
    signers: Sequence[Sign],
    others: Sequence[PublicKey] = (),
    known: Checkpoint | None = None,
) -> Iterator[LogWriter]:
    """Open a log for appending, or start it; one process at a time.

    Args:
        path: folder of the log.
        key: public key of the log; its name is the log's origin.
        signers: sign each checkpoint; the first with the key above.
        others: further public keys that the folder names to its readers.
        known: the newest checkpoint that the caller remembers. A log that does not contain it was
            put back or exchanged, and going on would sign a second history.

    Raises:
        Malformed: the folder is damaged, or is not the log that the caller knows.
        Unavailable: another process writes to it.
    """
    path.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(says("log_busy")) from None
        writer = LogWriter(path, key, signers)
        writer.take_up(others=others, known=known)
        try:
            yield writer
        finally:
            shutil.rmtree(path / WRITING, ignore_errors=True)
    finally:
        os.close(descriptor)


class LogWriter:
    """A log that is open for appending; see ``open_log``."""

    def __init__(self, path: Path, key: LogKey, signers: Sequence[Sign]) -> None:
        self.folder = LogFolder(path)
        self._key, self._signers = key, signers
        self._edge: Edge | None = None

    @property
    def now(self) -> Snapshot:
        """The log as of its present checkpoint."""
        return self.folder.now()

    def take_up(self, *, others: Sequence[PublicKey], known: Checkpoint | None) -> None:
        """Start the log where there is none, else check that it is ours and whole at its end."""
        path = self.folder.path
        if not (path / CHECKPOINT).exists():
            if (path / TILES).exists() or (path / WITNESSES).exists() or (known and known.size):
                raise Malformed("checkpoint_missing", file=CHECKPOINT)
            self._seal(Edge())
        self._check_ours(self.now)
        # Before anything is cleared away: what lies beyond may be all that is left of the newest.
        for state in (known, *self._witnessed(others)):
            if state is not None:
                self._check_known(state)
        self._edge = self._restored()
        listed = "".join(f"{each.vkey}\n" for each in (self._key, *others)).encode()
        if not (path / VKEYS).exists() or (path / VKEYS).read_bytes() != listed:
            self._put({VKEYS: listed})

    def append(self, entries: Sequence[bytes]) -> Checkpoint:
        """Append a batch and return the checkpoint that seals it; it is on the disk by then.

        Raises:
            Malformed: an entry is longer than 65,535 bytes; nothing was appended.
            OSError: the disk refused; the former checkpoint stays in force.
        """
        edge = self._edge or self._restored()
        grown, files = edge.grown(entries)
        present = self.now
        if not files:
            return present.checkpoint
        self._edge = None  # until the checkpoint stands, what lies on the disk is in doubt
        cosigned = [s for s in present.note.signatures if s.name != self._key.name]
        kept = {_witness_file(each.key_id): present.note.to_bytes() for each in cosigned}
        self._put({name.path: data for name, data in files} | kept)
        checkpoint = self._seal(grown)
        self._edge = grown
        self._clear_partial(files)
        return checkpoint

    def keep_witnessed(self, data: bytes, key: WitnessKey) -> None:
        """Keep a checkpoint that a witness cosigned, for every reader to see.

        The present one gets the witness's line; an earlier one is kept beside it.

        Raises:
            Malformed: the witness did not sign it, or it is not a state that this log had. The
                latter means two histories: find out why before anything else is appended.
        """
        note = Note.parse(data)
        if note.of(key) is None:
            raise Malformed("witness_missing", name=key.name)
        witnessed, present = Checkpoint.parse(note.text), self.now
        self._check_known(witnessed)
        if note.text == present.note.text:
            self._put({CHECKPOINT: present.note.with_signatures(note.signatures).to_bytes()})
            return
        kept = self._kept(key)
        newer = kept is None or Checkpoint.parse(kept.text).size <= witnessed.size
        if present.note.of(key) is None and newer:
            self._put({_witness_file(key.key_id): note.to_bytes()})

    def _seal(self, edge: Edge) -> Checkpoint:
        checkpoint = Checkpoint(self._key.name, edge.size, edge.root)
        note = Note.signed(checkpoint.text, self._signers)
        if note.of(self._key) is None:
            raise Malformed("signature_missing", name=self._key.name)
        self._put({CHECKPOINT: note.to_bytes()})
        return checkpoint

    def _restored(self) -> Edge:
        """Read the right edge of what the checkpoint covers, and clear away what it does not."""
        checkpoint = self.now.checkpoint
        try:
            edge = self._read_edge(checkpoint.size)
        except (FileNotFoundError, Malformed):
            raise Malformed("log_damaged") from None
        leaves = tuple(map(leaf_hash, edge.bundle))
        if edge.root != checkpoint.root or leaves != (edge.rows[0] if edge.rows else ()):
            raise Malformed("log_damaged")
        self._clear_beyond(checkpoint.size)
        return edge

    def _read_edge(self, size: int) -> Edge:
        rows = []
        for level, width in enumerate(widths_of(size)):
            name = tile_name(level, hashes_at(level, size) // TILE_WIDTH, size)
            data = self.folder.read(name.path, width * HASH_BYTES) if width else b""
            rows.append(tuple(split_hashes(data)))
        bundle: tuple[bytes, ...] = ()
        if size % TILE_WIDTH:
            name = tile_name(None, size // TILE_WIDTH, size)
            bundle = tuple(split_entries(self.folder.read(name.path, LARGEST_BUNDLE)))
        return Edge(size, tuple(rows), bundle)

    def _check_ours(self, present: Snapshot) -> None:
        if present.note.of(self._key) is None or present.checkpoint.origin != self._key.name:
            raise Malformed("signature_missing", file=CHECKPOINT, name=self._key.name)

    def _witnessed(self, keys: Sequence[PublicKey]) -> Iterator[Checkpoint]:
        """Give what the folder itself remembers of the witnesses."""
        for key in keys:
            note = self._kept(key)
            if note is not None and note.of(key) is not None:
                yield Checkpoint.parse(note.text)

    def _kept(self, key: PublicKey) -> Note | None:
        """Return the earlier checkpoint that a witness cosigned, when one is kept."""
        name = _witness_file(key.key_id)
        try:
            return Note.parse(self.folder.read(name, LARGEST_NOTE))
        except FileNotFoundError:
            return None
        except Malformed as problem:
            raise problem.at(name) from None

    def _check_known(self, known: Checkpoint) -> None:
        present = self.now
        if known.origin != present.checkpoint.origin:
            raise Malformed("other_log", origin=known.origin, expected=present.checkpoint.origin)
        if known.size > present.checkpoint.size:
            raise Malformed("rolled_back", size=present.checkpoint.size, known=known.size)
        try:
            root = present.root_at(known.size)
        except (FileNotFoundError, Malformed):
            raise Malformed("log_damaged") from None
        if root != known.root:
            raise Malformed("forked", known=known.size)

    def _put(self, files: dict[str, bytes]) -> None:
        """Write files beside their places, force them to the disk, and move them there."""
        root, writing = self.folder.path, self.folder.path / WRITING
        writing.mkdir(exist_ok=True)
        beside = {root / name: writing / str(n) for n, name in enumerate(files)}
        for path, data in zip(beside.values(), files.values(), strict=True):
            path.write_bytes(data)
        _force(beside.values())
        touched: set[Path] = set()
        for target, path in beside.items():
            touched.add(target.parent)
            if not target.parent.exists():
                touched |= {p.parent for p in target.parents if not p.exists()}
                target.parent.mkdir(parents=True)
            path.replace(target)
        _force(touched)

    def _clear_partial(self, files: Sequence[File]) -> None:
        """Remove partial files whose full ones have come."""
        for name, _ in files:
            if name.width == TILE_WIDTH:
                partial = TileName(name.level, name.number, 1).path
                shutil.rmtree((self.folder.path / partial).parent, ignore_errors=True)

    def _clear_beyond(self, size: int) -> None:
        """Remove what an unfinished run wrote: temporary files, tiles beyond the checkpoint."""
        root = self.folder.path
        shutil.rmtree(root / WRITING, ignore_errors=True)
        for place, _, names in os.walk(root / TILES, topdown=False):
            for name in names:
                path = Path(place, name)
                try:
                    tile = TileName.parse(path.relative_to(root).as_posix())
                except Malformed:
                    continue  # not ours
                end = tile.number * TILE_WIDTH + tile.width
                if end > hashes_at(tile.level or 0, size):
                    path.unlink()
            if place.endswith(".p") and not any(Path(place).iterdir()):
                Path(place).rmdir()


def _witness_file(key_id: bytes) -> str:
    return f"{WITNESSES}/{key_id.hex()}"


def _force(paths: Collection[Path]) -> None:
    """Force files, or the names in folders, to the disk; together, to share its commits."""
    with ThreadPoolExecutor(min(len(paths), AT_ONCE)) as pool:
        list(pool.map(_force_one, paths))


def _force_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
