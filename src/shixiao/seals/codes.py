"""Short codes for people: eight signs and a check sign, without signs that look alike.

Signs are those of Crockford's base 32 (no I, L, O, U). The check sign is computed over the field of
32 elements, so that every single wrong sign and every swap of neighbours is noticed.
"""

from __future__ import annotations

from functools import reduce

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
    body = "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
    return f"{body[:4]}-{body[4:]}-{SIGNS[_check(body)]}"


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
    return reduce(lambda total, sign: _times_x(total ^ SIGNS.index(sign)), body, 0)


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _REDUCE if doubled & 32 else doubled
