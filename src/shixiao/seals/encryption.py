"""Encryption at rest: AES-256-GCM under keys that can be exchanged.

A sealed value is a version byte, four bytes that name the key, a nonce of 12 bytes, ciphertext and
tag. ``context`` (which column or file it is) is authenticated, so that a value moved elsewhere does
not open. NIST SP 800-38D: nonces are random, so a key must seal less than 2^32 values.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shixiao.terms import BadInput, Text

VERSION = b"\x01"
KEY_BYTES, NAME_BYTES, NONCE_BYTES = 32, 4, 12
HEAD = len(VERSION) + NAME_BYTES + NONCE_BYTES


class Damaged(ValueError):
    """A sealed value was changed, moved, cut, or sealed under a key that is not here."""


class Keyring:
    """Keys of encrypted values: the first seals, all of them open.

    Args:
        keys: each 32 bytes; at least one.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("A keyring needs keys of 32 bytes")
        self._ciphers = {sha256(key).digest()[:NAME_BYTES]: AESGCM(key) for key in keys}
        self._first = sha256(keys[0]).digest()[:NAME_BYTES]

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
        sealed = self._ciphers[self._first].encrypt(nonce, plain, context.encode())
        return VERSION + self._first + nonce + sealed

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt.

        Raises:
            Damaged: it is not what was sealed in this place.
        """
        name, nonce = sealed[1 : 1 + NAME_BYTES], sealed[1 + NAME_BYTES : HEAD]
        cipher = self._ciphers.get(name)
        if sealed[:1] != VERSION or cipher is None or len(nonce) != NONCE_BYTES:
            raise Damaged(context)
        try:
            return cipher.decrypt(nonce, sealed[HEAD:], context.encode())
        except InvalidTag:
            raise Damaged(context) from None


def new_key() -> str:
    """Return a fresh key in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
