"""Sheets: tables as every export takes them, and text that no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.terms import Text

Cell = str | int | float | None
# What a spreadsheet may take for the beginning of a formula or a command (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST = 32_000  # Excel holds 32,767 UTF-16 units in a cell; an emoji takes two
KEPT_TEXTS = 1 << 16  # made ready once: a million cells of a city repeat 10,000 texts


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its column heads, its rows.

    Long sheets have tuples for rows: Python's collector does not walk through tuples of texts and
    numbers.
    """

    name: str
    heads: tuple[Text, ...]
    rows: Sequence[Sequence[Cell]]


def harmless(text: str) -> str:
    """Return text that no spreadsheet runs: a leading apostrophe where it begins like a formula."""
    cut = text if len(text) <= LONGEST // 2 else _cut(text)
    return f"'{cut}" if cut.startswith(DANGEROUS) else cut


def _cut(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST:
        return text
    return units[: 2 * LONGEST].decode("utf-16-le", "ignore") + "…"
