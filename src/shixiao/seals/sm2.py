"""SM2 with SM3 (GB/T 32918.2, GB/T 32905) through Tongsuo, where that package is installed.

Signatures are DER as in GM/T 0009; the signer's identity in the hash is the standard's default,
``1234567812345678``. A certified product takes the place of this module in an assessment.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from shixiao.terms import BadInput, Text

try:
    from tongsuopy.crypto import hashes, serialization
    from tongsuopy.crypto.asymciphers import ec
    from tongsuopy.crypto.exceptions import InvalidSignature, UnsupportedAlgorithm
except ImportError:  # an extra: pip install "shixiao[sm]"
    ec = None

_ABSENT = Text(
    "本机没有 SM2 组件；请安装：pip install “shixiao[sm]”。",
    "this machine has no provider of SM2; install it: pip install “shixiao[sm]”",
)
_NO_KEY = Text(
    "不是 SM2 私钥；应为 PKCS#8 的 PEM，且没有口令。",
    "this is no SM2 private key; it should be PKCS#8 in PEM, without a passphrase",
)
SECRET_BYTES, PUBLIC_BYTES = 32, 65
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123  # of the curve


@dataclass(frozen=True, slots=True)
class Sm2Key:
    """A private key; it shows in no representation.

    Attributes:
        secret: its number, 32 bytes.
    """

    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Sm2Key:
        """Read PKCS#8 in PEM, as Tongsuo writes it.

        Raises:
            BadInput: it is no such key, or nothing here can sign with it.
        """
        if not present():
            raise BadInput(_ABSENT)
        try:
            key = serialization.load_pem_private_key(data, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BadInput(_NO_KEY) from None
        if getattr(key, "curve", None) is None or key.curve.name != ec.SM2.name:
            raise BadInput(_NO_KEY)
        return cls(key.private_numbers().private_value.to_bytes(SECRET_BYTES))


def present() -> bool:
    """Say whether this machine can sign and verify."""
    return ec is not None


def new_secret() -> bytes:
    """Return a private key: a number from 1 to two less than the order of the curve."""
    return (1 + secrets.randbelow(ORDER - 2)).to_bytes(SECRET_BYTES)


def public_of(secret: bytes) -> bytes:
    """Return the public point, uncompressed."""
    return bytes(
        _private(secret)
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )


def sign(secret: bytes, data: bytes) -> bytes:
    """Return the signature of data."""
    return bytes(_private(secret).sign(data, ec.ECDSA(hashes.SM3())))


def verifies(public: bytes, data: bytes, signed: bytes) -> bool:
    """Say whether the signature is of this key over this data."""
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SM2(), public)
        key.verify(signed, data, ec.ECDSA(hashes.SM3()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret), ec.SM2())
