"""Canary: a text that stands nowhere else, and every writing in which it would show.

A canary that is short, regular or compressible proves nothing: it is met by chance, or a database
hides it by its own compression (TOAST of PostgreSQL). Writings are four ways to put signs into
bytes, and what programs do to bytes that are not encryption: hex, base64 at its three alignments,
escapes of URL and JSON, reversal.
Source: RFC 4648 (base64), RFC 8259 (JSON), RFC 3986 (URL); GB 18030-2022.
"""

from __future__ import annotations

import base64
import json
import math
import secrets
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from shixiao.terms import BadInput, Text

SHORTEST, LONGEST = 20, 200  # signs
LEAST_BITS = 64.0  # Shannon entropy of its signs, over its length
MOST_REGULAR = 0.3  # share of neighbouring signs that repeat or count up or down
PACKS = 0.9  # share of bytes that deflate may leave at least
CHARSETS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


class Manner(StrEnum):
    """How a writing stands to the text."""

    PLAIN = "plain"
    CODED = "coded"


@dataclass(frozen=True, slots=True)
class Writing:
    """One way in which a canary would show.

    Attributes:
        name: in a word, such as ``base64 (utf-16-le)``.
        manner: whether it stands in plain or in code.
        needles: bytes of which any shows it.
    """

    name: str
    manner: Manner
    needles: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Canary:
    """A text that stands nowhere else.

    Raises:
        BadInput: it would be met by chance, or be hidden by compression.
    """

    text: str

    def __post_init__(self) -> None:
        why = _weakness(self.text)
        if why is not None:
            raise BadInput(why)

    @classmethod
    def new(cls) -> Canary:
        """Make a canary of 32 random letters and digits, which every field takes."""
        signs = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
        while True:
            text = "".join(secrets.choice(signs) for _ in range(32))
            if _weakness(text) is None:
                return cls(text)

    @property
    def short(self) -> str:
        """Its first signs, by which a report names it without holding it."""
        return f"{self.text[:4]}…"

    def writings(self) -> tuple[Writing, ...]:
        """Return every writing in which it would show, each row of bytes once."""
        known: set[bytes] = set()
        found = []
        for name, manner, needles in _written(self.text):
            fresh = tuple(dict.fromkeys(each for each in needles if each not in known))
            known.update(fresh)
            if fresh:
                found.append(Writing(name, manner, fresh))
        return tuple(found)


def _written(text: str) -> Iterator[tuple[str, Manner, list[bytes]]]:
    coded = {charset: text.encode(charset) for charset in CHARSETS}
    for charset, plain in coded.items():
        # A page may end within it. Halves of UTF-16 are alike in both orders, so only whole ones.
        half = len(plain) // 2
        parts = [] if charset.startswith("utf-16") else [plain[:half], plain[half:]]
        yield charset, Manner.PLAIN, [plain, *parts]
    escaped = json.dumps(text)[1:-1]
    every = "".join(f"\\u{unit:04x}" for unit in _units(text))
    upper = every.upper().replace("\\U", "\\u")
    yield "json", Manner.CODED, [escaped.encode(), every.encode(), upper.encode()]
    for charset, plain in coded.items():
        spoken = "" if charset == "utf-8" else f" ({charset})"
        yield f"reversed{spoken}", Manner.CODED, [plain[::-1], text[::-1].encode(charset)]
        small = plain.hex()
        yield f"hex{spoken}", Manner.CODED, _halves(small) + _halves(small.upper())
        yield f"url{spoken}", Manner.CODED, _url(text, charset)
        for shift in range(3):
            usual = _base64(plain, shift)
            safe = usual.replace("+", "-").replace("/", "_")
            yield f"base64+{shift}{spoken}", Manner.CODED, _halves(usual) + _halves(safe)


def _units(text: str) -> list[int]:
    raw = text.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def _base64(plain: bytes, shift: int) -> str:
    """Return the signs of base64 that depend on nothing beside the text.

    Args:
        plain: the text.
        shift: how many bytes stand in front of it, modulo 3.
    """
    coded = base64.b64encode(b"\0" * shift + plain).decode()
    return coded[math.ceil(8 * shift / 6) : 8 * (shift + len(plain)) // 6]


def _halves(coded: str) -> list[bytes]:
    """Return both halves, of which one is whole wherever a line is broken."""
    half = len(coded) // 2
    return [coded[:half].encode(), coded[half:].encode()]


def _url(text: str, charset: str) -> list[bytes]:
    """Return the escapes of a URL: of every byte, or of all but letters and digits."""
    plain = text.encode(charset)
    every = "".join(f"%{byte:02X}" for byte in plain)
    some = "".join(
        chr(byte) if byte < 128 and chr(byte).isalnum() else f"%{byte:02X}" for byte in plain
    )
    lower = "".join(
        chr(byte) if byte < 128 and chr(byte).isalnum() else f"%{byte:02x}" for byte in plain
    )
    return [each.encode() for each in (every, every.lower(), some, lower)]


def _weakness(text: str) -> Text | None:
    """Say why a text is no good as a canary; None where it is."""
    if not SHORTEST <= len(text) <= LONGEST:
        return Text(
            f"标记应有 {SHORTEST} 至 {LONGEST} 个字符，太短会偶然出现；"
            "请用 shixiao probe canary 生成。",
            f"A canary has {SHORTEST} to {LONGEST} signs; a shorter one is met by chance. Make one"
            " by shixiao probe canary.",
        )
    if not text.isprintable() or text != text.strip():
        return Text(
            "标记含有空白、控制字符或残缺字符，系统可能改写它；请用 shixiao probe canary 生成。",
            "The canary has blanks around it, control signs or broken signs, which programs change."
            " Make one by shixiao probe canary.",
        )
    plain = text.encode()
    near = sum(abs(ord(a) - ord(b)) <= 1 for a, b in pairwise(text))
    # Neither a dictionary (raw deflate) nor what repeats or counts must make it smaller.
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = len(packer.compress(plain) + packer.flush())
    bits = sum(-n * math.log2(n / len(text)) for n in Counter(text).values())
    if bits < LEAST_BITS or packed < PACKS * len(plain) or near > MOST_REGULAR * len(text):
        return Text(
            "标记太有规律，会偶然出现，或被数据库压缩而查不到；请用 shixiao probe canary 生成。",
            "The canary is too regular: it is met by chance, or a database compresses it away. Make"
            " one by shixiao probe canary.",
        )
    return None
