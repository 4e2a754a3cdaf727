"""Ways of writing that mean the same: each carries one bit of a recipient's code.

No content is changed and no row is invented: a date is written with hyphens or strokes, a decimal
with one more zero or without, a parenthesis full or half width, a text with a blank behind it or
none. Which of the two is taken follows from HMAC-SHA-256 (RFC 2104) under the grant's key over the
value in its normal form, so the same value is written alike in all of a grant's copies, wherever
its row stands and whatever its column is called.
"""

from __future__ import annotations

import hmac
import re
import unicodedata

_DECIMAL = re.compile(r"(-?\d+\.\d+?)0*", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})", re.ASCII)
_WIDE = str.maketrans("(),:;", "（），：；")
_NARROW = {wide: narrow for narrow, wide in _WIDE.items()}


def code_key(master: bytes, grant: str) -> bytes:
    """Return the key of a grant's code; whoever has not the master key cannot tell it."""
    return hmac.digest(master, b"code\x1f" + grant.encode(), "sha256")


def normal(value: object) -> str:
    """Return a value in its normal form: what all ways of writing it have in common."""
    text = unicodedata.normalize("NFKC", str(value)).strip()
    day = _DAY.fullmatch(text)
    if day:
        return f"{day[1]}-{day[2]}-{day[3]}"
    decimal = _DECIMAL.fullmatch(text)
    return decimal[1] if decimal else text


def bit_of(key: bytes, value: str) -> int:
    """Return the bit of a value in normal form under a grant's key."""
    return hmac.digest(key, value.encode(), "sha256")[0] & 1


def write(value: object, mark: str, key: bytes) -> object:
    """Return the value as the grant's code has it written; what cannot carry a bit stays."""
    if not isinstance(value, str):
        return value
    bit = bit_of(key, normal(value))
    two = _both(value, mark)
    return value if two is None else two[bit]


def read(value: str, mark: str) -> int | None:
    """Return the bit that a value is written with; None where it carries none."""
    two = _both(value, mark)
    if two is None or value not in two:
        return None
    return two.index(value)


def _both(value: str, mark: str) -> tuple[str, str] | None:
    """Return both ways of writing a value; None where there is but one."""
    if mark == "blank":
        bare = value.rstrip(" ")
        return (bare, f"{bare} ") if bare else None
    if mark == "width":
        narrow, wide = value.translate(_NARROW), value.translate(_WIDE)
        return None if narrow == wide else (narrow, wide)
    found = (_DECIMAL if mark == "zeros" else _DAY).fullmatch(value)
    if found is None:
        return None
    if mark == "zeros":
        return found[1], f"{found[1]}0"
    return f"{found[1]}-{found[2]}-{found[3]}", f"{found[1]}/{found[2]}/{found[3]}"
