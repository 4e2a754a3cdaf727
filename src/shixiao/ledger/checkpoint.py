"""Checkpoints: which log, how many entries, which root (c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shixiao.ledger.notes import from_base64, to_base64
from shixiao.ledger.wording import Malformed
from shixiao.seals.tree import HASH_BYTES, LARGEST_SIZE


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log that its signature covers.

    Attributes:
        origin: which log it is; in our logs also the name of its key.
        size: number of entries.
        root: Merkle root over them, 32 bytes.
        more: further lines, which are signed but mean nothing to the tree.
    """

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.more)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a note as a checkpoint.

        Raises:
            Malformed: it is none.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise Malformed("checkpoint_form")
        root = from_base64(lines[2])
        size = whole_number(lines[1])
        if size is None or size > LARGEST_SIZE or root is None or len(root) != HASH_BYTES:
            raise Malformed("checkpoint_form")
        return cls(lines[0], size, root, tuple(lines[3:]))


def whole_number(text: str) -> int | None:
    """Read a decimal number without leading zeros, or return None."""
    return int(text) if re.fullmatch(r"0|[1-9][0-9]{0,18}", text, re.ASCII) else None
