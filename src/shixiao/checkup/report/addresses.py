"""Addresses: a file name for each service page, safe everywhere and stable between runs."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

FOLDER = "services"
INDEX = "index.html"
STYLE = "style.css"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_TAKEN = {"index", "con", "prn", "aux", "nul"} | {
    f"{n}{i}" for n in ("com", "lpt") for i in range(10)
}


def addresses(identifiers: Sequence[str]) -> dict[str, str]:
    """Return id → file name: the id itself where it is plain and no other differs by case alone."""
    folded = Counter(identifier.casefold() for identifier in identifiers)
    return {
        identifier: f"{_stem(identifier, folded[identifier.casefold()] == 1)}.html"
        for identifier in identifiers
    }


def _stem(identifier: str, single: bool) -> str:
    plain = _PLAIN.fullmatch(identifier) and identifier.casefold() not in _TAKEN
    if plain and single:
        return identifier
    return "x-" + hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:16]
