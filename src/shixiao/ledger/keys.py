"""Keys of logs and witnesses: Ed25519 (RFC 8032) as signed notes and cosignatures write it.

A public key travels as a line ``name+key id+base64`` (vkey), a private one as
``PRIVATE+KEY+name+key id+base64``. Sources: c2sp.org/signed-note, c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shixiao.ledger.notes import (
    KEY_ID_BYTES,
    Sign,
    Signature,
    from_base64,
    is_key_name,
    to_base64,
)
from shixiao.ledger.sm2 import TYPE, Sm2Key
from shixiao.ledger.wording import Malformed

KEY_BYTES, SIGNATURE_BYTES, TIME_BYTES = 32, 64, 8
LOG, WITNESS = 0x01, 0x04  # signature types of the standard
PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class LogKey:
    """The public key of a log; by it anybody checks the log's checkpoints."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return _key_id(self.name, LOG, self.public)

    @property
    def vkey(self) -> str:
        """The key as one line of text."""
        return _vkey(self.name, LOG, self.public)

    def verifies(self, text: str, signed: bytes) -> bool:
        """Say whether the signature is of this key over this text."""
        return _verifies(self.public, text, signed)


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The public key of a witness, who states at a time that a log only ever grew."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return _key_id(self.name, WITNESS, self.public)

    @property
    def vkey(self) -> str:
        """The key as one line of text."""
        return _vkey(self.name, WITNESS, self.public)

    def verifies(self, text: str, signed: bytes) -> bool:
        """Say whether the cosignature is of this key over this text."""
        if len(signed) != TIME_BYTES + SIGNATURE_BYTES:
            return False
        time = witnessed_at(signed)
        if time >= 1 << 63:
            return False
        return _verifies(self.public, _cosigned(text, time), signed[TIME_BYTES:])


PublicKey = LogKey | WitnessKey | Sm2Key


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key with the name it signs under; its seed shows in no representation."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_key_name(self.name) or len(self.seed) != KEY_BYTES:
            raise Malformed("private_key")

    @property
    def log_key(self) -> LogKey:
        """The public key under which the log's checkpoints are checked."""
        return LogKey(self.name, self._public)

    @property
    def witness_key(self) -> WitnessKey:
        """The public key under which cosignatures are checked."""
        return WitnessKey(self.name, self._public)

    @property
    def _public(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    def sign(self, text: str) -> Signature:
        """Sign the text of a note as the log."""
        signed = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return Signature(self.name, self.log_key.key_id, signed)

    def witness(self, time: int) -> Sign:
        """Return the signer that cosigns at a time, in seconds since 1970."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)

        def cosign(text: str) -> Signature:
            signed = struct.pack(">Q", time) + key.sign(_cosigned(text, time).encode())
            return Signature(self.name, self.witness_key.key_id, signed)

        return cosign

    def to_text(self, kind: int = LOG) -> str:
        """Write the key as one line, of type ``LOG`` or ``WITNESS``; keep it secret."""
        key_id = _key_id(self.name, kind, self._public).hex()
        return f"{PRIVATE}{self.name}+{key_id}+{to_base64(bytes([kind]) + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> PrivateKey:
        """Read what ``to_text`` wrote, or what other tools of signed notes write.

        Raises:
            Malformed: it is no such key; the message shows nothing of it.
        """
        if not text.startswith(PRIVATE):
            raise Malformed("private_key")
        parts = _parts(text.removeprefix(PRIVATE))
        if parts is None:
            raise Malformed("private_key")
        name, key_id, kind, seed = parts
        key = cls(name, seed)
        if kind not in {LOG, WITNESS} or _key_id(name, kind, key._public) != key_id:
            raise Malformed("private_key")
        return key


def parse_vkey(text: str) -> PublicKey:
    """Read a public key.

    Raises:
        Malformed: it is no vkey, its id does not fit, or its algorithm is not known here.
    """
    parts = _parts(text) if is_vkey(text) else None
    found = _key_of(parts[0], *parts[2:]) if parts is not None else None
    if found is None:
        raise Malformed("vkey", text=text[:80])
    return found


def is_vkey(text: str) -> bool:
    """Say whether a line is a public key whose id fits, of whatever algorithm."""
    parts = _parts(text)
    return parts is not None and _key_id(parts[0], *parts[2:]) == parts[1]


def _key_of(name: str, kind: int, key: bytes) -> PublicKey | None:
    if kind == TYPE:
        return Sm2Key.parse(name, key)
    if len(key) != KEY_BYTES or kind not in {LOG, WITNESS}:
        return None
    return LogKey(name, key) if kind == LOG else WitnessKey(name, key)


def witnessed_at(signed: bytes) -> int:
    """Return the time that a cosignature states, in seconds since 1970."""
    (time,) = struct.unpack(">Q", signed[:TIME_BYTES])
    return int(time)


def _parts(text: str) -> tuple[str, bytes, int, bytes] | None:
    """Take ``name+key id+base64`` apart into name, id, type and key, or return None."""
    name, _, rest = text.partition("+")
    key_id, _, coded = rest.partition("+")  # base64 may hold a plus
    key = from_base64(coded)
    if not is_key_name(name) or not re.fullmatch(r"[0-9a-f]{8}", key_id, re.ASCII):
        return None
    if not key:
        return None
    return name, bytes.fromhex(key_id), key[0], key[1:]


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:KEY_ID_BYTES]


def _vkey(name: str, kind: int, public: bytes) -> str:
    key_id = _key_id(name, kind, public).hex()
    return f"{name}+{key_id}+{to_base64(bytes([kind]) + public)}"


def _verifies(public: bytes, text: str, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed, text.encode())
    except InvalidSignature:
        return False
    return True


def _cosigned(text: str, time: int) -> str:
    """Return what a witness signs: the time, and the checkpoint without its signatures."""
    return f"cosignature/v1\ntime {time}\n{text}"
