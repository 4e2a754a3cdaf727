"""Encryption at rest: AES-256-GCM or SM4-GCM under keys that can be exchanged.

A sealed value is a version byte (which says the cipher), four bytes that name the key, a nonce of
12 bytes, ciphertext and tag. ``context`` (which column or file it is) is authenticated, so that a
value moved elsewhere does not open. NIST SP 800-38D: nonces are random, so a key must seal less
than 2^32 values. SM4: GB/T 32907; its key is derived from the same 32 bytes (HKDF, RFC 5869).
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as Primitive
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shixiao.terms import BadInput, Text

KEY_BYTES, NAME_BYTES, NONCE_BYTES, TAG_BYTES = 32, 4, 12, 16
HEAD = 1 + NAME_BYTES + NONCE_BYTES


class Cipher(StrEnum):
    """What seals; either opens, whatever seals now."""

    AES = "aes-256-gcm"
    SM4 = "sm4-gcm"


VERSIONS = {Cipher.AES: b"\x01", Cipher.SM4: b"\x02"}


class Damaged(ValueError):
    """A sealed value was changed, moved, cut, or sealed under a key that is not here."""


class _Sm4Gcm:
    """SM4-GCM with the calls of ``AESGCM``."""

    def __init__(self, key: bytes) -> None:
        derive = HKDF(algorithm=SHA256(), length=16, salt=None, info=b"shixiao sm4-gcm")
        self._algorithm = algorithms.SM4(derive.derive(key))

    def encrypt(self, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        """Return ciphertext and tag."""
        sealing = Primitive(self._algorithm, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(context)
        return sealing.update(plain) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
        """Return the plain text.

        Raises:
            InvalidTag: it was changed, or is too short to be anything.
        """
        if len(sealed) < TAG_BYTES:
            raise InvalidTag
        tag = sealed[-TAG_BYTES:]
        opening = Primitive(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        opening.authenticate_additional_data(context)
        return opening.update(sealed[:-TAG_BYTES]) + opening.finalize()


class Keyring:
    """Keys of encrypted values: the first seals, all of them open.

    Args:
        keys: each 32 bytes; at least one.
        cipher: with which values are sealed.
    """

    def __init__(self, keys: Sequence[bytes], *, cipher: Cipher = Cipher.AES) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("A keyring needs keys of 32 bytes")
        self._version = VERSIONS[cipher]
        self._ciphers: dict[bytes, AESGCM | _Sm4Gcm] = {}
        for key in keys:
            name = name_of(key)
            self._ciphers[VERSIONS[Cipher.AES] + name] = AESGCM(key)
            self._ciphers[VERSIONS[Cipher.SM4] + name] = _Sm4Gcm(key)
        self._first = name_of(keys[0])

    def knows(self, sealed: bytes) -> bool:
        """Say whether the key under which a value was sealed is in the ring."""
        return sealed[: 1 + NAME_BYTES] in self._ciphers

    def newest(self, sealed: bytes) -> bool:
        """Say whether a value is sealed as the ring seals now."""
        return sealed[: 1 + NAME_BYTES] == self._version + self._first

    @classmethod
    def parse(cls, texts: Sequence[str]) -> Keyring:
        """Read keys written in base64.

        Raises:
            BadInput: one of them is none; the message shows nothing of it.
        """
        try:
            keys = [base64.b64decode(text, validate=True) for text in texts]
            return cls(keys)
        except (binascii.Error, ValueError):
            raise BadInput(
                Text(
                    "数据密钥应为 32 字节的 base64 文字；可用 openssl rand -base64 32 生成。",
                    "a data key is 32 bytes in base64; make one with: openssl rand -base64 32",
                )
            ) from None

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Encrypt; the same value never looks the same twice."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        head = self._version + self._first
        return head + nonce + self._ciphers[head].encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt.

        Raises:
            Damaged: it is not what was sealed in this place.
        """
        nonce = sealed[1 + NAME_BYTES : HEAD]
        cipher = self._ciphers.get(sealed[: 1 + NAME_BYTES])
        if cipher is None or len(nonce) != NONCE_BYTES:
            raise Damaged(context)
        try:
            return cipher.decrypt(nonce, sealed[HEAD:], context.encode())
        except InvalidTag:
            raise Damaged(context) from None


def name_of(key: bytes) -> bytes:
    """Return the four bytes by which a sealed value names its key."""
    return sha256(key).digest()[:NAME_BYTES]


def new_key() -> str:
    """Return a fresh key in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
