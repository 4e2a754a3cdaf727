"""Signed notes: a text with signature lines below it (c2sp.org/signed-note).

A signature counts only under a key that the reader was given. Signatures of other keys are
carried along unread; one of a given key that does not fit spoils the whole note.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shixiao.ledger.wording import Malformed

LARGEST_NOTE = 1 << 20  # bytes
MOST_SIGNATURES = 100  # the standard asks for 16 at least
KEY_ID_BYTES = 4
MARK = "— "


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who signed, by which key, and the bytes of the signature."""

    name: str
    key_id: bytes
    signed: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its line feed."""
        return f"{MARK}{self.name} {to_base64(self.key_id + self.signed)}\n"


Sign = Callable[[str], Signature]
"""A signer: takes the text of a note and gives its signature line.

An Ed25519 key, a witness at a given time, SM2 in a library or in hardware: each is such a call.
"""


class NoteKey(Protocol):
    """A public key that the reader was given, of whatever algorithm."""

    @property
    def name(self) -> str:
        """The name beside which its signatures stand."""

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""

    def verifies(self, text: str, signed: bytes) -> bool:
        """Say whether the signature is of this key over this text."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a line feed, and the signatures below it."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def signed(cls, text: str, signers: Iterable[Sign]) -> Note:
        """Sign a text with each of the signers."""
        return cls(text, tuple(sign(text) for sign in signers))

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a note.

        Raises:
            Malformed: the bytes are not those of a note.
        """
        if len(data) > LARGEST_NOTE:
            raise Malformed("note_too_long", most=LARGEST_NOTE)
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("note_not_text") from None
        if any(character < " " and character != "\n" for character in whole):
            raise Malformed("note_not_text")
        text, gap, below = whole.rpartition("\n\n")
        if not gap or not below.endswith("\n") or not text:
            raise Malformed("note_unsigned")
        lines = below[:-1].split("\n")
        if len(lines) > MOST_SIGNATURES:
            raise Malformed("note_too_long", most=LARGEST_NOTE)
        return cls(text + "\n", tuple(map(parse_signature, lines)))

    def to_bytes(self) -> bytes:
        """Write the note."""
        return (self.text + "\n" + "".join(s.line for s in self.signatures)).encode()

    def of(self, key: NoteKey) -> Signature | None:
        """Return the signature that a key made, or None when there is none.

        Raises:
            Malformed: there is one under the key's name and id that does not fit the text.
        """
        found = None
        for signature in self.signatures:
            if (signature.name, signature.key_id) == (key.name, key.key_id):
                if not key.verifies(self.text, signature.signed):
                    raise Malformed("signature_wrong", name=key.name)
                found = found or signature
        return found

    def with_signatures(self, more: Sequence[Signature]) -> Note:
        """Return the note with further signatures below those that stand there."""
        return Note(self.text, (*self.signatures, *(s for s in more if s not in self.signatures)))


def parse_signature(line: str) -> Signature:
    """Read one signature line, without its line feed.

    Raises:
        Malformed: it is none.
    """
    name, _, coded = line.removeprefix(MARK).rpartition(" ")
    if not line.startswith(MARK) or not is_key_name(name):
        raise Malformed("signature_line")
    signed = from_base64(coded)
    if signed is None or len(signed) <= KEY_ID_BYTES:
        raise Malformed("signature_line")
    return Signature(name, signed[:KEY_ID_BYTES], signed[KEY_ID_BYTES:])


def is_key_name(name: str) -> bool:
    """Say whether a key may be called so: not empty, no blank of any kind, no plus."""
    return bool(name) and name.split() == [name] and "+" not in name


def to_base64(data: bytes) -> str:
    """Write bytes in the one form of RFC 4648 §4."""
    return b64encode(data).decode()


def from_base64(text: str) -> bytes | None:
    """Read base64, or return None; a second spelling of the same bytes is no base64 here.

    Otherwise bits of a signed file could be changed without anybody noticing.
    """
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if to_base64(data) == text else None
