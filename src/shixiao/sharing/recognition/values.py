"""How a value reads once width, blanks and quotes, which do not matter, are taken away."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_QUOTES = "'\"`‘’“”"
# What departments write where there is nothing.
NOTHING = frozenset({"", "-", "--", "—", "/", "\\", "无", "空", "null", "none", "nan", "n/a", "na"})


def plain(value: Any) -> str:
    """Return a value as text in compatibility form without blanks at its ends; "" for nothing.

    Blanks within stay one each. A date keeps its ISO form; a whole float loses its ``.0``, which
    spreadsheets give to numbers, and a decimal its zeros.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, Decimal):
        value = f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    if isinstance(value, bytes):
        return ""
    text = unicodedata.normalize("NFKC", str(value)).strip(_QUOTES)
    text = _BLANKS.sub(" ", text).strip()
    return "" if text.casefold() in NOTHING else text


def solid(text: str) -> str:
    """Return text without blanks and joining signs, in capitals: a number as it is checked."""
    return re.sub(r"[\s\-·•.]+", "", text).upper()
