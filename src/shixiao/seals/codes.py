"""Short codes for people: eight signs and a check sign, without signs that look alike.

Signs are those of Crockford's base 32 (no I, L, O, U). The check sign is computed over the field of
32 elements, so that every single wrong sign and every swap of neighbours is noticed.
"""

from __future__ import annotations

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
_REDUCE = 0b100101  # x^5 + x^2 + 1, primitive over GF(2): x has order 31


def short_code(random: bytes) -> str:
    """Write five bytes as ``K7Q2-M9XD-4``.

    Raises:
        ValueError: there are not five bytes.
    """
    if len(random) != 5:
        raise ValueError("A short code is made from five bytes")
    number = int.from_bytes(random)
    body = _PAIRS[number >> 30] + _PAIRS[number >> 20 & 1023]
    rest = _PAIRS[number >> 10 & 1023] + _PAIRS[number & 1023]
    return f"{body}-{rest}-{SIGNS[_check(body + rest)]}"


def read_code(text: str) -> str | None:
    """Return the code as it is written properly, or None where it is mistyped.

    Small letters, blanks, missing dashes and look-alikes (O for 0, I and L for 1) are forgiven.
    """
    signs = "".join(text.upper().translate(_ALIKE).replace("-", " ").split())
    if len(signs) != LENGTH + 1 or any(sign not in SIGNS for sign in signs):
        return None
    if SIGNS[_check(signs[:LENGTH])] != signs[LENGTH]:
        return None
    return f"{signs[:4]}-{signs[4:LENGTH]}-{signs[LENGTH]}"


def _check(body: str) -> int:
    """Return the sum of the signs, each weighted by another power of x."""
    total = 0
    for sign in body:
        total = _TIMES_X[total ^ _VALUES[sign]]
    return total


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _REDUCE if doubled & 32 else doubled


# Codes are made for every decision that comes in, so products and pairs of signs are kept.
_TIMES_X = tuple(_times_x(element) for element in range(32))
_VALUES = {sign: value for value, sign in enumerate(SIGNS)}
_PAIRS = tuple(first + second for first in SIGNS for second in SIGNS)
