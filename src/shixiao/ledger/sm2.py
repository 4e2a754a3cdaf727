"""SM2 beside Ed25519: a further signature line on the same checkpoint, for readers who ask for it.

c2sp.org/signed-note leaves type 0xff, followed by a longer name, to algorithms that it does not
know. Whoever does not know the name passes the line over; the tree stays SHA-256 for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from shixiao.ledger.notes import KEY_ID_BYTES, Signature, is_key_name, to_base64
from shixiao.ledger.wording import Malformed
from shixiao.seals import sm2

TYPE = 0xFF
ALGORITHM = b"SM2-with-SM3"


@dataclass(frozen=True, slots=True)
class Sm2Key:
    """The SM2 public key of a log."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + self._typed).digest()[:KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as one line of text."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(self._typed)}"

    @property
    def _typed(self) -> bytes:
        return bytes([TYPE]) + ALGORITHM + self.public

    def verifies(self, text: str, signed: bytes) -> bool:
        """Say whether the signature is of this key over this text.

        Raises:
            Malformed: this machine cannot verify SM2.
        """
        if not sm2.present():
            raise Malformed("sm2_absent")
        return sm2.verifies(self.public, text.encode(), signed)

    @classmethod
    def parse(cls, name: str, key: bytes) -> Sm2Key | None:
        """Read what follows the type in a vkey; None where it is of another algorithm."""
        public = key.removeprefix(ALGORITHM)
        if len(key) - len(public) != len(ALGORITHM) or len(public) != sm2.PUBLIC_BYTES:
            return None
        return cls(name, public)


@dataclass(frozen=True, slots=True)
class Sm2PrivateKey:
    """The SM2 private key of a log; its secret shows in no representation."""

    name: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_key_name(self.name) or len(self.secret) != sm2.SECRET_BYTES:
            raise Malformed("private_key")

    @property
    def log_key(self) -> Sm2Key:
        """The public key."""
        return Sm2Key(self.name, sm2.public_of(self.secret))

    def sign(self, text: str) -> Signature:
        """Sign the text of a note."""
        return Signature(self.name, self.log_key.key_id, sm2.sign(self.secret, text.encode()))
