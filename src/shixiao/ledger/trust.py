"""Whom a reader trusts: the keys of a log and of its witnesses, and what they make of a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.ledger.answer import Fault, Witnessed
from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.keys import LogKey, WitnessKey, parse_vkey, witnessed_at
from shixiao.ledger.notes import Note
from shixiao.ledger.sm2 import Sm2Key
from shixiao.ledger.wording import Malformed


@dataclass(frozen=True, slots=True)
class Trust:
    """Public keys, given to the reader by a way that the log's operator does not hold.

    Attributes:
        keys: of the log; a checkpoint counts when one of them signed it.
        witnesses: of those who must have cosigned, each of them.
    """

    keys: tuple[LogKey | Sm2Key, ...]
    witnesses: tuple[WitnessKey, ...] = ()

    @classmethod
    def parse(cls, keys: Sequence[str], witnesses: Sequence[str] = ()) -> Trust:
        """Read vkeys.

        Raises:
            Malformed: one is no vkey, or is a witness's where a log's belongs or the reverse.
        """
        logs = [key for key in map(parse_vkey, keys) if isinstance(key, LogKey | Sm2Key)]
        others = [key for key in map(parse_vkey, witnesses) if isinstance(key, WitnessKey)]
        if len(logs) != len(keys):
            raise Malformed("key_of_witness")
        if len(others) != len(witnesses):
            raise Malformed("key_of_log")
        return cls(tuple(logs), tuple(others))

    def check(self, note: Note) -> Checkpoint:
        """Return the checkpoint in a note that one of the log's keys signed.

        Raises:
            Malformed: none did, a signature is wrong, or the key is another log's.
        """
        signed = [key for key in self.keys if note.of(key) is not None]
        if not signed:
            raise Malformed("signature_missing", name=", ".join(key.name for key in self.keys))
        checkpoint = Checkpoint.parse(note.text)
        if checkpoint.origin not in {key.name for key in signed}:
            raise Malformed("other_log", origin=checkpoint.origin, expected=signed[0].name)
        return checkpoint

    def attested(self, note: Note) -> list[Witnessed]:
        """Return what the given witnesses attest by cosigning a note.

        Raises:
            Malformed: a cosignature is wrong, or the note is no checkpoint.
        """
        size = Checkpoint.parse(note.text).size
        signed = [(key, note.of(key)) for key in self.witnesses]
        return [Witnessed(key.name, size, witnessed_at(s.signed)) for key, s in signed if s]

    def remembered(self, data: bytes, *, file: str) -> Checkpoint:
        """Read a checkpoint that a reader kept; the log or a given witness must have signed it.

        Raises:
            Malformed: it is none, or nobody of them did.
        """
        try:
            note = Note.parse(data)
            return Checkpoint.parse(note.text) if self.attested(note) else self.check(note)
        except Malformed as problem:
            raise problem.at(file) from None

    def unheard(self, attested: Sequence[Witnessed], *, file: str) -> list[Fault]:
        """Return a fault for each given witness who attests nothing."""
        heard = {each.name for each in attested}
        missing = [key.name for key in self.witnesses if key.name not in heard]
        return [Fault.of("witness_missing", file=file, name=name) for name in missing]
