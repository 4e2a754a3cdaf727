"""Determinism: do equal contents have equal ciphertexts, so that they are told without a key?

The operator puts one content in many times and hands over the column. With a fresh nonce each time
no ciphertext comes twice; one that does was made without (ECB, a fixed vector, a nonce used
twice). Blocks of 16 bytes that repeat within a value, a whole number of blocks apart, mark ECB.
Source: NIST SP 800-38A, 6.1 and appendix C; OWASP ASVS 5.0.0, 11.3.1 and 11.3.4.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import files

from shixiao.security.probing import Assessed, Described, Seen
from shixiao.terms import Text

LEAST = 20  # values; of fewer nothing is said
MOST = 1_000_000  # values that are looked at
LARGEST = 1 << 20  # bytes of a value
BLOCK = 16
VARIED = 4  # kinds of bytes in a block, at least: rows of zeros are no ciphertext
FEW = Text(
    "只有 {values} 个值，至少要 {least} 个相同内容的密文才能判断。",
    "There are {values} values; at least {least} ciphertexts of equal contents are needed.",
)


@dataclass(frozen=True, slots=True)
class Sameness:
    """How alike the ciphertexts of equal contents are.

    Attributes:
        values: how many were looked at; empty ones do not count.
        distinct: how many of them differ.
        flawed: how many repeat a block within.
    """

    values: int
    distinct: int
    flawed: int

    def assessed(self, locator: str) -> Assessed:
        """Return this as a part of a report; not assessed where there are too few values."""
        words = described()
        if self.values < LEAST:
            return Assessed(words, None, FEW.format(values=self.values, least=LEAST))
        told = {"values": self.values, "distinct": self.distinct, "flawed": self.flawed}
        seen = (
            Seen("deterministic", self.distinct == self.values, locator, told),
            Seen("blocks", self.flawed == 0, locator, told),
        )
        return Assessed(words, seen)


def described() -> Described:
    """Return the words of this probe."""
    text = files(__package__).joinpath("data/determinism.yaml").read_text("utf-8")
    return Described.read("determinism", text)


def sameness(values: Iterable[bytes]) -> Sameness:
    """Compare the ciphertexts of equal contents: bytes, or hex or base64 of them."""
    known: set[bytes] = set()
    count = flawed = 0
    for value in values:
        if not value.strip():
            continue
        if count == MOST:
            break
        raw = _raw(value[:LARGEST])
        count += 1
        known.add(blake2b(raw, digest_size=16).digest())
        flawed += _repeats(raw)
    return Sameness(count, len(known), flawed)


def _raw(value: bytes) -> bytes:
    """Return the bytes that hex or base64 stands for, or the value as it is."""
    text = value.strip()
    plain = text.removeprefix(b"\\x").removeprefix(b"0x")
    try:
        return bytes.fromhex(plain.decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        pass
    try:
        usual = text.translate(bytes.maketrans(b"-_", b"+/"))
        return base64.b64decode(usual + b"=" * (-len(usual) % 4), validate=True)
    except (ValueError, binascii.Error):
        return value


def _repeats(raw: bytes) -> bool:
    """Say whether a block comes twice, a whole number of blocks apart."""
    for first in range(min(BLOCK, max(len(raw) - 2 * BLOCK + 1, 0))):
        known = set()
        for at in range(first, len(raw) - BLOCK + 1, BLOCK):
            block = raw[at : at + BLOCK]
            if block in known and len(set(block)) >= VARIED:
                return True
            known.add(block)
    return False
