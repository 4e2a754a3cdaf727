"""Receipts: a proof that one entry stands in a log, checked offline (c2sp.org/tlog-proof).

Ours carry the entry itself as the extra data, so that a receipt says what it is a receipt for. The
extra data need no trust: they are hashed, and the proof either leads from them to the root or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.ledger.checkpoint import Checkpoint, whole_number
from shixiao.ledger.notes import LARGEST_NOTE, Note, from_base64, to_base64
from shixiao.ledger.wording import Malformed
from shixiao.seals.tree import HASH_BYTES, LARGEST_SIZE, leaf_hash, proves_inclusion

HEAD = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class Receipt:
    """One entry's place in a log.

    Attributes:
        index: number of the entry, from 0.
        proof: hashes from the leaf's neighbour up to the root's child.
        note: the checkpoint that the proof leads to, with its signatures.
        entry: the entry, when the receipt carries it.
    """

    index: int
    proof: tuple[bytes, ...]
    note: Note
    entry: bytes | None = None

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that the proof leads to."""
        return Checkpoint.parse(self.note.text)

    def holds_for(self, entry: bytes) -> bool:
        """Say whether the proof leads from this entry to the root of the checkpoint."""
        checkpoint = self.checkpoint
        return proves_inclusion(
            leaf_hash(entry),
            index=self.index,
            size=checkpoint.size,
            root=checkpoint.root,
            proof=self.proof,
        )

    def to_bytes(self) -> bytes:
        """Write the receipt as the content of a ``.tlog-proof`` file."""
        lines = [HEAD]
        if self.entry is not None:
            lines.append(f"extra {to_base64(self.entry)}")
        lines += [f"index {self.index}", *map(to_base64, self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.note.to_bytes()

    @classmethod
    def parse(cls, data: bytes) -> Receipt:
        """Read a receipt.

        Raises:
            Malformed: the bytes are not those of a receipt.
        """
        if len(data) > LARGEST_NOTE:
            raise Malformed("receipt_form")
        above, gap, below = data.partition(b"\n\n")
        try:
            lines = above.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise Malformed("receipt_form") from None
        if not gap or lines.pop(0) != HEAD:
            raise Malformed("receipt_form")
        entry = None
        if lines and lines[0].startswith("extra "):
            entry = from_base64(lines.pop(0).removeprefix("extra "))
            if entry is None:
                raise Malformed("receipt_form")
        index = _index(lines.pop(0) if lines else "")
        proof = tuple(map(_hash, lines))
        if len(proof) > MOST_HASHES:
            raise Malformed("receipt_form")
        receipt = cls(index, proof, Note.parse(below), entry)
        Checkpoint.parse(receipt.note.text)
        return receipt


def _index(line: str) -> int:
    index = whole_number(line.removeprefix("index "))
    if not line.startswith("index ") or index is None or index >= LARGEST_SIZE:
        raise Malformed("receipt_form")
    return index


def _hash(line: str) -> bytes:
    found = from_base64(line)
    if found is None or len(found) != HASH_BYTES:
        raise Malformed("receipt_form")
    return found
