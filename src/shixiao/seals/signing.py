"""Signed documents: who stands for a score sheet, proven with nothing but a public key.

Ed25519 (RFC 8032) over the document's ``schema``, a line feed, and its canonical JSON. The line in
front keeps a signature under one kind of document from being passed off under another. A signature
is 64 bytes in base64, a public key 32 bytes in base64 or a SubjectPublicKeyInfo (RFC 8410): what
WebCrypto's ``Ed25519`` gives with ``raw`` and ``spki``, so that a browser signs the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from shixiao.seals.canonical import sha256_of
from shixiao.seals.documents import document_bytes
from shixiao.terms import BadInput, Text

SIGNATURE = "shixiao/signature/1"
KEY_BYTES, SIGNATURE_BYTES, LARGEST_KEY = 32, 64, 1 << 14
# Points of small order (with either sign): under such a key one signature fits every document.
# Source: H. de Valence (2020), It's 255:19AM, on ZIP 215; the list of libsodium's ed25519.
_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
_WEAK = Text(
    "这把公钥没有约束力：同一个签名对它能通过任何文件；请另生成一把。",
    "this public key binds nobody: one signature fits every document under it; make another",
)
_SCHEMA = re.compile(r"shixiao/[a-z][a-z-]*/[1-9][0-9]*")
_NO_PUBLIC = Text(
    "不是 Ed25519 公钥；应为 PEM（BEGIN PUBLIC KEY）或 32 字节的 base64。",
    "this is no Ed25519 public key; it should be PEM (BEGIN PUBLIC KEY) or 32 bytes in base64",
)
_NO_PRIVATE = Text(
    "不是 Ed25519 私钥；应为 PKCS#8 的 PEM（BEGIN PRIVATE KEY）。",
    "this is no Ed25519 private key; it should be PKCS#8 in PEM (BEGIN PRIVATE KEY)",
)
_LOCKED = Text("私钥有口令保护；请给出口令。", "the private key has a passphrase; give it")
_WRONG_PASSPHRASE = Text(
    "口令不对，或私钥文件已损坏。", "the passphrase is wrong, or the key file is damaged"
)
_NO_SCHEMA = Text(
    "文件没有写明种类（schema），不能签名；请用本平台生成的文件。",
    "it does not say what kind of document it is (schema) and cannot be signed; take the file that"
    " Shixiao made",
)


class Locked(BadInput):
    """The private key needs a passphrase."""


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A public key: by it anybody checks what its owner signed.

    Attributes:
        raw: its 32 bytes.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise ValueError("A public key has 32 bytes")

    @property
    def base64(self) -> str:
        """The key as one word."""
        return base64.b64encode(self.raw).decode()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key in hex, by which people compare it."""
        return sha256(self.raw).hexdigest()

    @property
    def pem(self) -> str:
        """The key as SubjectPublicKeyInfo in PEM."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @classmethod
    def parse(cls, data: bytes) -> VerifyKey:
        """Read PEM, DER, or base64 of the 32 bytes or of the DER.

        Raises:
            BadInput: it is no Ed25519 public key.
        """
        if len(data) > LARGEST_KEY:
            raise BadInput(_NO_PUBLIC)
        try:
            if data.lstrip().startswith(b"-----BEGIN"):
                return _bound(_public(load_pem_public_key(data)))
            der = _unwrapped(data)
            key = cls(der) if len(der) == KEY_BYTES else _public(load_der_public_key(der))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BadInput(_NO_PUBLIC) from None
        return _bound(key)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key; it shows in no representation."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> VerifyKey:
        """The public key that belongs to it."""
        return VerifyKey(self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @classmethod
    def new(cls) -> SigningKey:
        """Make a key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    def pem(self, passphrase: str | None = None) -> bytes:
        """Write the key as PKCS#8 in PEM, locked where a passphrase is given; keep it secret."""
        lock: KeySerializationEncryption = NoEncryption()
        if passphrase is not None:
            lock = BestAvailableEncryption(passphrase.encode())
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)

    @classmethod
    def parse(cls, data: bytes, passphrase: str | None = None) -> SigningKey:
        """Read what ``pem`` wrote, or OpenSSL.

        Raises:
            Locked: it needs a passphrase and none was given.
            BadInput: it is no such key, or the passphrase is wrong; nothing of it is shown.
        """
        locked = b"ENCRYPTED" in data
        if locked and passphrase is None:
            raise Locked(_LOCKED)
        word = passphrase.encode() if locked and passphrase is not None else None
        try:
            key = load_pem_private_key(data[:LARGEST_KEY], password=word)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BadInput(_WRONG_PASSPHRASE if locked else _NO_PRIVATE) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise BadInput(_NO_PRIVATE)
        return cls(key.private_bytes_raw())


def signed_bytes(document: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed: the line of the document's schema and its canonical JSON.

    Raises:
        BadInput: the document does not say what it is.
        ValueError: it holds what languages write differently (seals.documents).
    """
    schema = document.get("schema")
    if not isinstance(schema, str) or not _SCHEMA.fullmatch(schema):
        raise BadInput(_NO_SCHEMA)
    return f"{schema}\n".encode() + document_bytes(dict(document))


def sign(document: Mapping[str, Any], key: SigningKey) -> str:
    """Return the signature of a document: 64 bytes in base64.

    Raises:
        BadInput, ValueError: as ``signed_bytes``.
    """
    private = Ed25519PrivateKey.from_private_bytes(key.seed)
    return base64.b64encode(private.sign(signed_bytes(document))).decode()


def signature_of(document: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """Return what ``shixiao sign`` writes beside a document.

    Raises:
        BadInput, ValueError: as ``signed_bytes``.
    """
    return {
        "schema": SIGNATURE,
        "algorithm": "Ed25519",
        "document_schema": document.get("schema"),
        "document_sha256": sha256_of(dict(document)),
        "signature": sign(document, key),
        "public_key": key.public.base64,
        "fingerprint": key.public.fingerprint,
    }


def verify(document: Mapping[str, Any], signature: str, public: VerifyKey) -> bool:
    """Say whether a signature in base64 is of this key over this document.

    Raises:
        BadInput, ValueError: as ``signed_bytes``.
    """
    data = signed_bytes(document)
    try:
        signed = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public.raw).verify(signed, data)
    except (InvalidSignature, ValueError):
        return False
    return len(signed) == SIGNATURE_BYTES


def _public(key: object) -> VerifyKey:
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("another kind of key")
    return VerifyKey(key.public_bytes_raw())


def _bound(key: VerifyKey) -> VerifyKey:
    """Refuse a key under which a signature says nothing.

    Raises:
        BadInput: its point has small order.
    """
    unsigned = key.raw[:-1] + bytes([key.raw[-1] & 0x7F])
    if unsigned in _SMALL_ORDER:
        raise BadInput(_WEAK)
    return key


def _unwrapped(data: bytes) -> bytes:
    """Return the bytes of base64, or the data itself where it is none."""
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        return data
