"""Withholding: a mark in the place of a number that may not be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Withheld:
    """Stands where a number is withheld."""


WITHHELD = Withheld()


def withheld(value: Any) -> Any:
    """Return a value of JSON with every number in it withheld."""
    if isinstance(value, Mapping):
        return {key: withheld(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [withheld(part) for part in value]
    return WITHHELD if isinstance(value, int | float) and not isinstance(value, bool) else value
