"""Sheets: tables as every export takes them, and text that no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.terms import Text

Cell = str | int | float | None
# What a spreadsheet may take for the beginning of a formula or a command (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST = 32_000  # Excel cuts cells at 32,767 characters


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its column heads, its rows."""

    name: str
    heads: tuple[Text, ...]
    rows: Sequence[Sequence[Cell]]


def harmless(text: str) -> str:
    """Return text that no spreadsheet runs: a leading apostrophe where it begins like a formula."""
    cut = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return f"'{cut}" if cut.startswith(DANGEROUS) else cut
