"""How people and offices are reached: phones, e-mail, plates of vehicles, postal codes.

Source: national numbering plan of the MIIT (网络号 13x–19x, area codes 010–0999), GA 36-2018
(plates, with the eight characters of new-energy vehicles).
"""

from __future__ import annotations

import re

from shixiao.sharing.recognition.register import Recogniser, register
from shixiao.sharing.recognition.values import solid
from shixiao.sharing.recognition.whole import no_series

_MOBILE = re.compile(r"\+?(?:0?86)?1(?:3\d|4[0145-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}")
_LANDLINE = re.compile(
    r"\(?0(?:10|2[0-57-9]|[3-9]\d{2})\)?[\s-]?[2-8]\d{6,7}(?:[\s-]\d{1,5}|转\d{1,5})?"
)
_LOCAL = re.compile(r"[2-8]\d{6,7}(?:-\d{1,5})?")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
    r"[A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJ-NP-Z0-9]{6})"
)


def is_mobile(value: str) -> bool:
    """Return whether a value is a mobile number, with or without the country code."""
    return bool(_MOBILE.fullmatch(solid(value).replace("(", "").replace(")", "")))


def is_landline(value: str) -> bool:
    """Return whether a value is a landline number with its area code."""
    return bool(_LANDLINE.fullmatch(value))


def is_email(value: str) -> bool:
    """Return whether a value is an e-mail address."""
    return bool(_EMAIL.fullmatch(value.replace(" ", "")))


def is_plate(value: str) -> bool:
    """Return whether a value is the plate of a vehicle."""
    return bool(_PLATE.fullmatch(solid(value)))


def is_postcode(value: str) -> bool:
    """Return whether a value has six digits as postal codes have; the first pair is never 9."""
    return bool(re.fullmatch(r"[0-8]\d{5}", value))


def _landline_named(value: str) -> bool:
    return is_landline(value) or bool(_LOCAL.fullmatch(value))


register(Recogniser("mobile", is_mobile, special=0.9, whole=no_series))
register(Recogniser("landline", is_landline, special=0.8, named=_landline_named))
register(Recogniser("email", is_email, special=0.95))
register(Recogniser("plate", is_plate, special=0.95))
register(Recogniser("postcode", is_postcode, special=0.3, alone=False))
