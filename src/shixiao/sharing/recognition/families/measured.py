"""Numbers that measure: coordinates in China, amounts of money.

Source: CGCS2000 (GB/T 22021): China lies between 73° and 136° east, 3° and 54° north.
"""

from __future__ import annotations

import re

from shixiao.sharing.recognition.register import Recogniser, register

_DEGREES = re.compile(r"\d{1,3}\.\d{4,}")
_PAIR = re.compile(r"(?:POINT\s*\()?\s*(\d{1,3}\.\d{3,})\s*[,;\s]\s*(\d{1,3}\.\d{3,})\)?", re.I)
_MONEY = re.compile(
    r"[¥￥]?-?\d{1,3}(?:,?\d{3})*(?:\.\d{1,6})?(?:元|万元|亿元)?|-?\d+(?:\.\d{1,6})?"
)


def is_longitude(value: str) -> bool:
    """Return whether a value is a longitude in China with at least four decimals."""
    return bool(_DEGREES.fullmatch(value)) and 73 <= float(value) <= 136


def is_latitude(value: str) -> bool:
    """Return whether a value is a latitude in China with at least four decimals."""
    return bool(_DEGREES.fullmatch(value)) and 3 <= float(value) <= 54


def is_coordinates(value: str) -> bool:
    """Return whether a value is a pair of degrees, in either order."""
    found = _PAIR.fullmatch(value)
    if found is None:
        return False
    low, high = sorted(map(float, found.groups()))
    return 3 <= low <= 54 and 73 <= high <= 136


def is_amount(value: str) -> bool:
    """Return whether a value is a number as amounts are written."""
    return bool(_MONEY.fullmatch(value))


register(Recogniser("longitude", is_longitude, special=0.7))
register(Recogniser("latitude", is_latitude, special=0.5, alone=False))
register(Recogniser("coordinates", is_coordinates, special=0.9))
register(Recogniser("amount", is_amount, special=0.2, alone=False))
