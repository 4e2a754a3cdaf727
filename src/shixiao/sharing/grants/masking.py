"""Masking: what is left of a value when the purpose does not need all of it.

Masks are written as one word with its numbers: ``hidden``, ``edges:3:4`` (characters that stay at
either end), ``name`` (the family name stays), ``year`` and ``month`` (of a date), ``pseudonym``
(the same person is the same for one recipient and another for the next: HMAC-SHA-256, RFC 2104,
under a key of the recipient). A mask that does not fit a value hides it: nothing passes by mistake.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable

Mask = Callable[[object], object]
HIDDEN = "***"
PSEUDONYM_BYTES = 16
_EDGES = re.compile(r"edges:(\d{1,2}):(\d{1,2})", re.ASCII)
_DAY = re.compile(r"(\d{4})-?(\d{2})-?\d{2}(?:[T ].*)?", re.ASCII)


def is_mask(word: str) -> bool:
    """Say whether there is such a mask."""
    return word in {"hidden", "name", "year", "month", "pseudonym"} or bool(_EDGES.fullmatch(word))


def masker(word: str, *, key: bytes) -> Mask:
    """Return the function that masks a value; null stays null.

    Args:
        word: the mask.
        key: of the recipient's pseudonyms.

    Raises:
        ValueError: there is no such mask.
    """
    edges = _EDGES.fullmatch(word)
    if edges:
        first, last = int(edges[1]), int(edges[2])
        return lambda value: None if value is None else _edges(str(value), first, last)
    if word == "pseudonym":
        return lambda value: None if value is None else pseudonym(str(value), key=key)
    if not is_mask(word):
        raise ValueError(word)
    mask = {"hidden": _hidden, "name": _name, "year": _year, "month": _month}[word]
    return lambda value: None if value is None else mask(str(value))


def pseudonym(value: str, *, key: bytes) -> str:
    """Return the pseudonym of a value under a key: 32 hex digits."""
    return hmac.digest(key, value.encode(), "sha256")[:PSEUDONYM_BYTES].hex()


def recipient_key(master: bytes, recipient: str) -> bytes:
    """Return the key of a recipient's pseudonyms, drawn from the gateway's own."""
    return hmac.digest(master, b"recipient\x1f" + recipient.encode(), hashlib.sha256)


def _hidden(value: str) -> str:
    del value
    return HIDDEN


def _edges(value: str, first: int, last: int) -> str:
    if len(value) <= first + last:
        return HIDDEN
    return value[:first] + "*" * (len(value) - first - last) + value[len(value) - last :]


def _name(value: str) -> str:
    return value[0] + "*" * (len(value) - 1) if len(value) > 1 else HIDDEN


def _year(value: str) -> str:
    day = _DAY.fullmatch(value)
    return day[1] if day else HIDDEN


def _month(value: str) -> str:
    day = _DAY.fullmatch(value)
    return f"{day[1]}-{day[2]}" if day else HIDDEN
